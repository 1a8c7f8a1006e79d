# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
# Of tzdata.zi the zones and links ("Z NAME …", "L TARGET NAME") that are called by a city: "port au prince<TAB>America/Port-au-Prince".
$1 == "Z" { name = $2 }
$1 == "L" && NF == 3 { name = $3 }
($1 == "Z" || $1 == "L") && name ~ /^(Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/[A-Za-z_\/-]+$/ {
	n = split(name, part, "/")
	words = tolower(part[n])
	gsub(/[_-]/, " ", words)
	if (length(words) > 3)
		print words "\t" name
}
