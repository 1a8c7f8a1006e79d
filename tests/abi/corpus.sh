#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# Drivers of every interface that was ever promised: each folder MAJOR.MINOR has sources that are never changed, and the header as it was when
# that interface was frozen. This gateway must load what they compile to, and they must do what their golden files say.
#
#	tests/abi/corpus.sh freeze	keeps a copy of today's header with the folder of its version: when a minor is released, once
root=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
header=$root/gateway/include/switchhook/driver.h
version() { sed -n "s/^#define SH_DRIVER_ABI_$1 \([0-9]*\)u$/\1/p" "$header"; }
today=$(version MAJOR).$(version MINOR)

if [ "${1:-}" = freeze ]; then
	frozen=$root/tests/abi/$today/include/switchhook
	[ -d "$root/tests/abi/$today" ] || { echo "tests/abi/$today is missing: write drivers for what is new in it first" >&2; exit 1; }
	[ ! -e "$frozen" ] || diff -rq "$frozen" "${header%/*}" >/dev/null || { echo "$today is frozen already, and is another header: raise the minor" >&2; exit 1; }
	mkdir -p "$frozen" && cp "${header%/*}"/*.h "$frozen" && echo "$today is frozen: ${frozen#"$root"/}"
	exit
fi

program=${top_builddir:-$root}/gateway/cmd/switchhook
work=$(mktemp -d "${TMPDIR:-/tmp}/sh-abi.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
n=0
told() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		[ -s "$work/out" ] && sed 's/^/# /' "$work/out"
		echo "not ok $n - $2"
	fi
}

# A driver that was compiled with the interface of that folder, under a compiler of a stranger's: no flag of ours.
compile() {
	${CC:-cc} -std=gnu11 -w -O1 -shared -fPIC -fvisibility=hidden -I"$1" -o "$work/switchhook-$2.so" "$3" >"$work/out" 2>&1
}

for folder in "$root"/tests/abi/[0-9]*.[0-9]*; do
	interface=${folder##*/}
	include=$folder/include
	if [ ! -d "$include" ]; then
		# The newest one alone may still move.
		: >"$work/out"
		[ "$interface" = "$today" ]
		told $? "interface $interface is not frozen yet, so it is today's"
		include=$root/gateway/include
	fi
	for source in "$folder"/*/*.c; do
		driver=$(basename "$source" .c)
		compile "$include" "$driver" "$source" && "$program" driver inspect "$work/switchhook-$driver.so" >"$work/out" 2>&1 &&
			grep -q "^interface     $interface\$" "$work/out"
		told $? "$driver of interface $interface is loaded as one"
		"$program" driver check "$work/switchhook-$driver.so" --golden "${source%/*}/golden" --rounds 20 >"$work/out" 2>&1
		told $? "$driver of interface $interface does what it did"
	done
done

# What this folder is for: a driver of a major that nobody knows, and one of a minor of tomorrow.
mkdir -p "$work/tomorrow/switchhook"
cp "${header%/*}"/*.h "$work/tomorrow/switchhook"
sed 's/ABI_MAJOR 1u/ABI_MAJOR 2u/' "$header" >"$work/tomorrow/switchhook/driver.h"
compile "$work/tomorrow" webhook "$root/tests/abi/1.0/webhook/webhook.c" && ! "$program" driver inspect "$work/switchhook-webhook.so" >"$work/out" 2>&1 &&
	grep -q 'driver interface 2.0, expected 1.x' "$work/out"
told $? "a driver of another major is refused, and told so"
sed 's/ABI_MINOR 0u/ABI_MINOR 7u/; s|^	/\* 1.1: append below|	void *of_tomorrow[4];\n&|' "$header" >"$work/tomorrow/switchhook/driver.h"
compile "$work/tomorrow" webhook "$root/tests/abi/1.0/webhook/webhook.c" &&
	"$program" driver check "$work/switchhook-webhook.so" --golden "$root/tests/abi/1.0/webhook/golden" --rounds 20 >"$work/out" 2>&1
told $? "a driver of a later minor, whose table is longer, works"
echo "1..$n"
