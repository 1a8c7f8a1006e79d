# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
# Turns the link lines of tzdata.zi ("L TARGET NAME") into rows of zone.c's table of aliases.
BEGIN { print "/* Made by zone_alias.awk from tzdata.zi, which is in the public domain. */" }
$1 == "L" && NF == 3 && $2 $3 ~ /^[A-Za-z0-9_+\/-]+$/ { printf "\t{ \"%s\", \"%s\" },\n", $3, $2 }
