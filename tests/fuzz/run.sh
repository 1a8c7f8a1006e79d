#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# Runs fuzz targets: first every seed of corpus/NAME, then FUZZ_SECONDS of new inputs, the same in each run unless FUZZ_SEED says
# otherwise. What is found stands in $FUZZ_DIR/NAME/ (fuzz-found/ here, if that is not set), where new inputs are kept too.
#	FUZZ_SECONDS=60 tests/fuzz/run.sh BUILD/tests/fuzz/reader …
# Ends with a line "fuzz: N passed, N failed".
set -euo pipefail

corpus="$(cd "$(dirname "$0")" && pwd)/corpus"
found="${FUZZ_DIR:-$PWD/fuzz-found}"
seconds="${FUZZ_SECONDS:-300}"
jobs="${FUZZ_JOBS:-$(nproc)}"
export ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:${UBSAN_OPTIONS:-}"

target() {
  local program="$1" name="${1##*/}" dir="$found/${1##*/}"
  mkdir -p "$dir/new"
  if "$program" -seed="${FUZZ_SEED:-1}" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 \
      -artifact_prefix="$dir/" -print_final_stats=1 "$dir/new" "$corpus/$name" >"$dir/log" 2>&1; then
    echo "pass $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/log") inputs"
  else
    echo "FAIL $name: $(grep -m1 -E '^fuzz: |differ|ERROR|runtime error|Assertion' "$dir/log" || tail -n 1 "$dir/log")"
    echo "  its input and its log are in $dir"
  fi
}

mkdir -p "$found"
: >"$found/said"
for program in "$@"; do
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n || true; done
  target "$program" | tee -a "$found/said" &
done
wait
passed="$(grep -c '^pass' "$found/said" || true)"
failed="$(grep -c '^FAIL' "$found/said" || true)"
echo "fuzz: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" = "$#" ]
