#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The table of options, config/switchhook.yaml and docs/operations.md name the same options with the same defaults. Each comparison is
# tried on files that were made wrong, too, so that it is known to notice.
set -u
root=${top_srcdir:-.}
work=$(mktemp -d) || exit 99
trap "rm -rf $work" EXIT
count=0

# options.def → "path|default|when", one a line
of_table() {
	sed -n 's/^OPTION([a-z_]*, *"\([^"]*\)", *[A-Z]*\(([^)]*)\)\{0,1\}, *\([A-Z]*\), *"\(\(\\.\|[^"\\]\)*\)", *".*$/\1|\4|\3/p' "$1" |
		sed 's/\\"/"/g; s/START$/start/; s/RELOAD$/reload/' | sort
}

# switchhook.yaml → "path|default"
of_config() {
	awk '/^#[a-z_]+:$/ { section = substr($0, 2); sub(/:$/, "", section); last = section; lone[last] = 1; order[++n] = last; next }
	     /^#[a-z_]+: / { s = substr($0, 2); i = index(s, ":"); print substr(s, 1, i - 1) "|" substr(s, i + 2); next }
	     /^#  [a-z_]+:( |$)/ { s = substr($0, 4); i = index(s, ":"); lone[section] = 0; print section "." substr(s, 1, i - 1) "|" substr(s, i + 2) }
	     END { for (i = 1; i <= n; i++) if (lone[order[i]]) print order[i] "|" }' "$1" | sort
}

# operations.md → "path|default|when"
of_docs() {
	sed -n 's/^| `\([a-z_.]*\)` | [^|]* | \([^|]*\) | \(start\|reload\) | .*$/\1|\2|\3/p' "$1" | sed 's/|–|/||/; s/|`\(.*\)`|/|\1|/' | sort
}

same() {
	of_table "$1" >"$work/a"
	of_docs "$3" >"$work/b"
	of_table "$1" | sed 's/|[a-z]*$//' | sort >"$work/c"
	of_config "$2" >"$work/d"
	test -s "$work/a" && diff "$work/a" "$work/b" >"$work/diff" && diff "$work/c" "$work/d" >"$work/diff"
}

check() { # expected status, what, table, config, docs
	count=$((count + 1))
	if same "$3" "$4" "$5"; then got=same; else got=differ; fi
	if test $got = "$1"; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		sed 's/^/# /' "$work/diff"
	fi
}

t=$root/gateway/server/options.def c=$root/config/switchhook.yaml d=$root/docs/operations.md
rows=$(grep -c '^OPTION(' "$t")
echo 1..10
count=1
if test "$(of_table "$t" | wc -l)" = "$rows"; then echo "ok 1 - all $rows rows of the table are read"; else echo "not ok 1 - all $rows rows are read"; fi
check same "table, config and docs agree" "$t" "$c" "$d"
grep -v '"keys.cache"' "$t" >"$work/t" && check differ "an option that only config and docs have" "$work/t" "$c" "$d"
grep -v '^#  cache:' "$c" >"$work/c1" && check differ "an option that config lacks" "$t" "$work/c1" "$d"
grep -v '`keys.cache`' "$d" >"$work/d1" && check differ "an option that docs lack" "$t" "$c" "$work/d1"
{ cat "$c"; echo '#colour: blue'; } >"$work/c2" && check differ "an option that only config has" "$t" "$work/c2" "$d"
{ cat "$d"; echo '| `colour` | text | `blue` | reload | of nothing |'; } >"$work/d2" && check differ "an option that only docs have" "$t" "$c" "$work/d2"
sed 's/^#  poll: 5s/#  poll: 6s/' "$c" >"$work/c3" && check differ "another default in config" "$t" "$work/c3" "$d"
sed 's/`250ms`/`300ms`/' "$d" >"$work/d3" && check differ "another default in docs" "$t" "$c" "$work/d3"
sed '/^| `workers`/s/ reload / start /' "$d" >"$work/d4" && check differ "another time from which it counts" "$t" "$c" "$work/d4"
