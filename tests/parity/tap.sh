# SPDX-License-Identifier: Apache-2.0
# What the tests of this folder share. Sourced by sh.
#
# Each of them has a function `faults TREE` that prints a line for each fault. `clean` holds it to the real tree;
# `finds` holds it to a tree in $made that was made wrong, so that it is known to notice.
set -u
root=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d "${TMPDIR:-/tmp}/sh-parity.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
made=$work/tree
n=0

# told STATUS WHAT: one TAP line
told() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

# clean WHAT: the real tree has no fault
clean() {
	faults "$root" >"$work/out"
	sed 's/^/# /' "$work/out"
	[ ! -s "$work/out" ]
	told $? "$1"
}

# finds WHAT WORDS: the tree in $made has one fault, which says WORDS; WORDS empty: it has none
finds() {
	faults "$made" >"$work/out"
	if [ -z "$2" ]; then
		[ ! -s "$work/out" ]
	else
		[ "$(wc -l <"$work/out")" = 1 ] && grep -qF -- "$2" "$work/out"
	fi
	status=$?
	[ $status = 0 ] || sed 's/^/# /' "$work/out"
	told $status "$1"
}

# make FILE TEXT: a file of the made tree, which is thrown away by `afresh`
make() {
	mkdir -p "$made/$(dirname "$1")"
	printf '%b' "$2" >"$made/$1"
}

afresh() {
	rm -rf "$made"
	mkdir -p "$made"
}

finish() {
	echo "1..$n"
}
