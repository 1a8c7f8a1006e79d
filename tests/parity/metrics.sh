#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# The table of metrics and docs/operations.md name the same metrics, of the same kind, with the same labels.
. "$(dirname "$0")/tap.sh"

# metric.def → "name kind label=value", one a line
of_table() {
	sed -n 's/^METRIC([a-z_0-9]*, *\([A-Z]*\), *"\([a-z_0-9]*\)", *"\(.*\)", *".*")$/\2 \1 \3/p' "$1" | sed 's/\\"//g; s/ *$//' |
		sed 's/ COUNTER/ counter/; s/ GAUGE/ gauge/; s/ MOST/ gauge/; s/ HISTOGRAM/ histogram/' | LC_ALL=C sort
}

# The table below "## Metrics": | `name` | kind | `label`: `value`, `value` … | what it is |
of_docs() {
	awk -F' *[|] *' '
		/^## / { on = ($0 == "## Metrics") }
		on && /^\| `/ {
			gsub(/`/, "")
			if ($4 == "" || $4 == "–") { print $2 " " $3; next }
			label = $4; sub(/:.*/, "", label)
			values = $4; sub(/^[^:]*: */, "", values)
			k = split(values, value, / *, */)
			for (i = 1; i <= k; i++) print $2 " " $3 " " label "=" value[i]
		}' "$1" | LC_ALL=C sort
}

faults() {
	of_table "$1/gateway/base/metric.def" >"$work/table"
	of_docs "$1/docs/operations.md" >"$work/docs"
	[ "$(wc -l <"$work/table")" = "$(grep -c '^METRIC(' "$1/gateway/base/metric.def")" ] || echo "metric.def has rows that this test cannot read"
	LC_ALL=C comm -23 "$work/table" "$work/docs" | sed 's/^/only in metric.def: /'
	LC_ALL=C comm -13 "$work/table" "$work/docs" | sed 's/^/only in operations.md: /'
}

clean "metric.def and docs/operations.md agree"

afresh
# printf's %b takes one level of backslashes away
def='METRIC(a, COUNTER, "sh_a_total", "result=\\"one\\"", "help, with a comma")\nMETRIC(b, COUNTER, "sh_a_total", "result=\\"two\\"", "")\nMETRIC(c, GAUGE,   "sh_c", "", "help")\n'
docs='# Operating\n\n| `sh_not` | counter | – | in another section |\n\n## Metrics\n\n| metric | kind | labels | what it is |\n| --- | --- | --- | --- |\n'
a='| `sh_a_total` | counter | `result`: `one`, `two` | help |\n'
c='| `sh_c` | gauge | – | help |\n'
make gateway/base/metric.def "$def"
make docs/operations.md "$docs$a$c"
finds "two tables that agree" ""
make docs/operations.md "$docs$a"
finds "a metric that the document lacks" "only in metric.def: sh_c gauge"
make docs/operations.md "$docs$a$c| \`sh_d\` | gauge | – | help |\n"
finds "a metric that only the document has" "only in operations.md: sh_d gauge"
make docs/operations.md "$docs| \`sh_a_total\` | counter | \`result\`: \`one\` | help |\n$c"
finds "a label's value that the document lacks" "only in metric.def: sh_a_total counter result=two"
make docs/operations.md "$docs$a$c"
make gateway/base/metric.def "${def}METRIC(d, GAUGE, \"sh_d\"\n"
finds "a row that cannot be read" "rows that this test cannot read"
finish
