#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# Each driver exports its table and nothing else: what is not exported cannot collide, and cannot be called around it.
. "$(dirname "$0")/tap.sh"
built=${top_builddir:-$root}
cc=${CC:-cc}

# Sanitizers add symbols of their own.
if grep -q '^#define SH_SANITIZED' "$built/config.h" 2>/dev/null; then
	echo "1..0 # SKIP built with sanitizers"
	exit 0
fi

faults() {
	find "$1/drivers" -name 'switchhook-*.so' | LC_ALL=C sort | while read -r so; do
		nm -D --defined-only "$so" | awk -v so="${so##*/}" '
			$NF == "switchhook_driver" && $(NF - 1) != "T" { found = 1; next }
			{ print so ": exports " $NF }
			END { if (!found) print so ": does not export switchhook_driver" }'
	done
}

# compile NAME FLAGS TEXT: a driver of the made tree
compile() {
	mkdir -p "$made/drivers"
	printf '#include <switchhook/driver.h>\n%b' "$3" |
		$cc -w -shared -fPIC $2 -I"$root/gateway/include" -o "$made/drivers/switchhook-$1.so" -x c -
}

(
	root=$built
	found=$(find "$root/drivers" -name 'switchhook-*.so' | wc -l)
	faults "$root" >"$work/out"
	[ "$found" -gt 0 ] || echo "no driver was built" >>"$work/out"
)
sed 's/^/# /' "$work/out"
[ ! -s "$work/out" ]
told $? "every driver that was built exports its table alone"

afresh
compile good -fvisibility=hidden 'static int used;\nint helper(void) { return used; }\nSH_DRIVER(.name = "good");\n'
finds "a driver with hidden helpers" ""
afresh
compile loud "" 'int helper(void) { return 0; }\nSH_DRIVER(.name = "loud");\n'
finds "a driver whose helpers are seen" "switchhook-loud.so: exports helper"
afresh
compile none -fvisibility=hidden 'int helper(void) { return 0; }\n'
finds "a driver without a table" "switchhook-none.so: does not export switchhook_driver"

finish
