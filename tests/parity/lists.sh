#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# Every source file stands in a list of files: one that does not is built by nobody, or missing in the tarball.
# (The .sql files have a test of their own, tests/unit/store_sql.sh; folders that run under Node are taken whole.)
. "$(dirname "$0")/tap.sh"

# listed TREE: the files that the lists name, by their whole path
listed() {
	(cd "$1" && find . -name '*.mk' -type f ! -path './build/*' ! -path '*/node_modules/*') | sed 's|^\./||' | while read -r list; do
		dir=${list%/*}
		sed 's/#.*//' "$1/$list" | tr -s ' \t=' '\n\n\n' | sed -n "s|^%D%/|$dir/|p; s|^\(tests/lib/.*\)|\1|p; s|^tests/drivers/[^/]*$|&/|p"
	done
}

sources() {
	(cd "$1" && find gateway drivers tests docs config policies -type f; find tests/drivers -mindepth 1 -maxdepth 1 -type d -printf "%p/\n") 2>/dev/null |
		grep -E '\.(c|h|def|awk|sh|py|overlay|md|yaml|cases)$|^docs/.*\.(mjs|svg)$|^gateway/kit/skeleton/|^tests/drivers/[^/]*/$' |
		grep -vE '/node_modules/|^gateway/include/|^tests/(fuzz/corpus|abi/[0-9.]*|drivers/[^/]*|simulators|scenarios|spoken|tools)/.|^gateway/store/(sql\.c|statements\.def)$|^gateway/policy/prefix_table\.c$'
}

# absent TREE: what a list names and nobody has, nor makes
absent() {
	(cd "$1" && find . -name '*.mk' -type f ! -path './build/*' ! -path '*/node_modules/*') | sed 's|^\./||' | while read -r list; do
		sed 's/#.*//' "$1/$list" | tr -s ' \t=' '\n\n\n' | sed "s|^%D%/|${list%/*}/|" |
			grep -E '^(gateway|drivers|tests|docs)/[^$%:]*\.(c|h|def|awk|sh|md)$' | grep -vE '^gateway/store/(sql\.c|statements\.def)$|^gateway/policy/prefix_table\.c$'
	done | LC_ALL=C sort -u | while read -r file; do [ -f "$1/$file" ] || echo "$file: in a list, but not there"; done
}

faults() {
	absent "$1"
	listed "$1" | LC_ALL=C sort -u >"$work/listed"
	sources "$1" | LC_ALL=C sort -u >"$work/sources"
	LC_ALL=C comm -23 "$work/sources" "$work/listed" | sed 's/$/: in no list of files/'
}

clean "every source file is in a list"
[ "$(wc -l <"$work/sources")" -gt 100 ]
told $? "the tree's files are found"

afresh
make gateway/base/local.mk 'lib_SOURCES = %D%/a.c %D%/a.h \\\\\n\t%D%/b.def # %D%/c.c\n'
make gateway/base/a.c ''
make gateway/base/a.h ''
make gateway/base/b.def ''
make tests/simulators/README.md ''
finds "three files, three names" ""
make gateway/base/c.c ''
finds "a file that only a comment names" "gateway/base/c.c: in no list of files"
rm "$made/gateway/base/c.c"
make gateway/http/a.c ''
finds "a file whose namesake in another folder is listed" "gateway/http/a.c: in no list of files"
rm "$made/gateway/http/a.c"
make docs/a.md ''
finds "a document" "docs/a.md: in no list of files"
rm "$made/docs/a.md"
make gateway/kit/skeleton/golden/a.golden ''
finds "a file that \`driver new\` should write" "gateway/kit/skeleton/golden/a.golden: in no list of files"
rm -r "$made/gateway/kit"
make tests/drivers/acme/golden/a.golden ''
finds "a driver's test data" "tests/drivers/acme/: in no list of files"
make tests/unit/driver.mk 'EXTRA_DIST += tests/drivers/acme\n'
finds "and listed" ""
make tests/fuzz/local.mk 'a_SOURCES = drivers/acme/gone.c\n'
finds "a file that went, in a list of another folder" "drivers/acme/gone.c: in a list, but not there"
make tests/fuzz/local.mk 'a_SOURCES = %D%/gone.c\n'
finds "a file that went, in the list of its own" "tests/fuzz/gone.c: in a list, but not there"
finish
