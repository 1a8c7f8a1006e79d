#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# A thing to do is an issue, not a mark in a file that nobody reads again.
. "$(dirname "$0")/tap.sh"

# Put together here, so that this file does not find itself.
marks="TO""DO|FIX""ME|XX""X|HA""CK"

faults() {
	(cd "$1" && find . -type f \( -path './gateway/*' -o -path './drivers/*' -o -path './policies/*' -o -path './config/*' -o -path './docs/*' \
		-o -path './script/*' -o -path './tests/*' -o -path './*.md' -o -path ./check -o -path ./quickstart -o -path ./configure.ac -o -path ./Makefile.am \) \
		! -path '*/node_modules/*' ! -path './tests/fuzz/corpus/*' ! -path './tests/drivers/*' ! -path './build/*' ! -name '*.log' \
		-exec grep -nIwE "$marks" {} /dev/null \;) | sed 's|^\./||'
}

clean "nothing is marked as unfinished"

afresh
make gateway/base/a.c 'int todo;\t/* HACKING.md, XXXXXX */\n'
make HACKING.md 'mktemp sh.XXXXXX\n'
make tests/node_modules/other/a.js "// TO""DO\n"
finds "words that only look alike" ""
for mark in "TO""DO" "FIX""ME" "XX""X"; do
	make gateway/base/a.c "\n/* $mark: later */\n"
	finds "$mark in a source file" "gateway/base/a.c:2:"
done
make gateway/base/a.c ''
make docs/a.md "and so on (TO""DO)\n"
finds "in a document" "docs/a.md:1:"
finish
