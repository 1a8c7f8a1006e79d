#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# What is asked of strangers holds for ours: each driver that was built is correct by `switchhook driver check`, with its golden files.
root=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
built=${top_builddir:-$root}
out=$(mktemp "${TMPDIR:-/tmp}/sh-kit.XXXXXX") || exit 99
trap 'rm -f "$out"' EXIT
trap 'exit 1' HUP INT TERM
n=0
for folder in "$root"/tests/drivers/*/golden; do
	driver=$(basename "${folder%/golden}")
	n=$((n + 1))
	if "$built/gateway/cmd/switchhook" driver check "$built/drivers/$driver/.libs/switchhook-$driver.so" --golden "$folder" --rounds 10 >"$out" 2>&1; then
		echo "ok $n - $driver is a correct driver"
	else
		sed 's/^/# /' "$out"
		echo "not ok $n - $driver is a correct driver"
	fi
done
echo "1..$n"
