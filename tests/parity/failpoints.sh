#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# failpoint.def, docs/ring-once.md and the code name the same failpoints.
. "$(dirname "$0")/tap.sh"

# failpoint.def → "id name what", one a line
of_table() {
	sed -n 's/^FAILPOINT(\([a-z_]*\), *"\([a-z_.]*\)", *"\(.*\)")$/\1 \2 \3/p' "$1"
}

# The table below "## 9. Failpoints": | `name` | what happens there | drop | code |
of_docs() {
	awk -F' *[|] *' '
		/^## / { on = ($0 ~ /^## [0-9]+[.] Failpoints$/) }
		on && /^[|] `/ { gsub(/`/, "", $2); print $2 " " $3 }' "$1"
}

faults() {
	of_table "$1/gateway/base/failpoint.def" >"$work/table"
	cut -d' ' -f2- "$work/table" | LC_ALL=C sort >"$work/names"
	of_docs "$1/docs/ring-once.md" | LC_ALL=C sort >"$work/docs"
	cut -d' ' -f1 "$work/table" | LC_ALL=C sort >"$work/ids"
	grep -rhoE 'FAILPOINT\(([a-z_]+, )?[a-z_]+\)' "$1/gateway" --include='*.c' | sed 's/.*[( ]\([a-z_]*\))$/\1/' | LC_ALL=C sort -u >"$work/used"
	[ "$(wc -l <"$work/table")" = "$(grep -c '^FAILPOINT(' "$1/gateway/base/failpoint.def")" ] || echo "failpoint.def has rows that this test cannot read"
	LC_ALL=C comm -23 "$work/names" "$work/docs" | sed 's/^/only in failpoint.def: /'
	LC_ALL=C comm -13 "$work/names" "$work/docs" | sed 's/^/only in ring-once.md: /'
	LC_ALL=C comm -23 "$work/ids" "$work/used" | sed 's/^/nowhere in the code: /'
}

clean "failpoint.def, docs/ring-once.md and the code agree"

afresh
def='FAILPOINT(a_one, "a.one", "the first")\nFAILPOINT(a_two, "a.two", "the second")\n'
docs='# Ring once\n\n| `a.not` | in another section | – | – |\n\n## 9. Failpoints\n\n| name | what | drop | code |\n| --- | --- | --- | --- |\n'
one='| `a.one` | the first | – | `a.c` |\n'
two='| `a.two` | the second | – | `a.c` |\n'
code='	if (SH_FAILPOINT(a_one))\n		return;\n'
make gateway/base/failpoint.def "$def"
make docs/ring-once.md "$docs$one$two"
make gateway/engine/a.c "$code	SH_UNIT_FAILPOINT(u, a_two);\n"
finds "three that agree" ""
make docs/ring-once.md "$docs$one"
finds "a failpoint that the document lacks" "only in failpoint.def: a.two the second"
make docs/ring-once.md "$docs$one$two| \`a.three\` | the third | – | \`a.c\` |\n"
finds "a failpoint that only the document has" "only in ring-once.md: a.three the third"
make docs/ring-once.md "$docs$one$two"
make gateway/engine/a.c "$code"
finds "a failpoint that nothing passes" "nowhere in the code: a_two"
make gateway/engine/a.c "$code	SH_UNIT_FAILPOINT(u, a_two);\n"
make gateway/base/failpoint.def "${def}FAILPOINT(a_three\n"
finds "a row that cannot be read" "rows that this test cannot read"
finish
