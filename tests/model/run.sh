#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# Checks the dialling protocol's model with SPIN; each row of the tables is a search of its own.
#	tests/model/run.sh short	what ./check runs: some whole searches, and rules left out, each of which must find an error
#	tests/model/run.sh		everything: half an hour on two cores, and up to 8 GiB of memory
#	tests/model/run.sh NAME …	these rows; the story of an error stands in its folder as `story`
# Its folder is $MODEL_DIR, or a temporary one. MODEL_JOBS rows run at once, 2 if it is not set.
# Ends with a line "model: N passed, N failed".
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
jobs="${MODEL_JOBS:-2}"
defaults=(NCB=1 MAXD=2 MAXATT=1 CRASH=1 PAUSE=1 DUP=1 USER=1 OPER=1 MUTE=0 LIST=1 LATE=0 GAP=0 LOSE=0 KEEP=0 SYNC=0)

# name | what it must say | kind: short, long, bits (bitstate, SECONDS), np (no endless run) | what differs from the defaults
rows='
list|clean|short|
no_list|clean|short|LIST=0 USER=0 DUP=0 CRASH=0
mute|clean|short|MUTE=1 USER=0
failover|clean|short|LOSE=2 CRASH=0 PAUSE=0 DUP=0 OPER=0
without_FENCE|error|short|WITHOUT=FENCE
without_RANK|error|short|WITHOUT=RANK USER=0 OPER=0
without_STICKY|error|short|WITHOUT=STICKY
without_EVID|error|short|WITHOUT=EVID USER=0 OPER=0
without_WATCH|error|short|WITHOUT=WATCH USER=0 OPER=0
without_DOUBT|error|short|WITHOUT=DOUBT USER=0 OPER=0
without_HOLD|error|short|WITHOUT=HOLD LIST=0 USER=0
without_UNTIL|error|short|WITHOUT=UNTIL LIST=0 USER=0
without_ADOPT|error|short|WITHOUT=ADOPT LIST=0 USER=0
without_ONCE|error|short|WITHOUT=ONCE LIST=0 USER=0
without_META|error|short|WITHOUT=META LOSE=3 USER=0 OPER=0 DUP=0
without_QUIET|error|long|WITHOUT=QUIET LOSE=3 USER=0 OPER=0 DUP=0
without_SUSPECT|error|long|WITHOUT=SUSPECT LOSE=3 LIST=0 USER=0 OPER=0 DUP=0
without_RECOV|error|long|WITHOUT=RECOV LOSE=3 USER=0 OPER=0 DUP=0
late_P1|error|long|LATE=1 USER=0
gap_P1|error|long|GAP=1 USER=0
list_mute|clean|long|MUTE=1
no_list_all|clean|long|LIST=0
three_dials|clean|long|MAXD=3 USER=0 OPER=0
two_attempts|clean|long|MAXATT=2
two_callbacks|clean|long|NCB=2 USER=0 DUP=0
failover_3|clean|long|LOSE=3 USER=0 OPER=0 DUP=0
failover_5|clean|long|LOSE=5 USER=0 OPER=0 DUP=0 PAUSE=0
failover_5_no_list|clean|long|LOSE=5 LIST=0 USER=0 OPER=0 DUP=0 PAUSE=0 CRASH=0
failover_3_no_list|clean|long|LOSE=3 LIST=0 USER=0 OPER=0 DUP=0
failover_2_user|clean|long|LOSE=2 CRASH=0 PAUSE=0 DUP=0
failover_2_user_no_list|clean|long|LOSE=2 LIST=0 CRASH=0 PAUSE=0 DUP=0
failover_2_sync|clean|long|LOSE=2 CRASH=0 PAUSE=0 DUP=0 SYNC=1 KEEP=1
failover_2_kept|error|long|LOSE=2 CRASH=0 PAUSE=0 DUP=0 KEEP=1
without_HALT|clean|long|WITHOUT=HALT LOSE=3 USER=0 OPER=0 DUP=0
without_HALT_no_list|clean|long|WITHOUT=HALT LOSE=3 LIST=0 USER=0 OPER=0 DUP=0
without_LAST|clean|long|WITHOUT=LAST
without_EPOCH|clean|long|WITHOUT=EPOCH
late|clean|long|LATE=1 SKIP=1 USER=0
gap|clean|long|GAP=1 SKIP=1 USER=0
late_no_list|clean|long|LATE=1 LIST=0 USER=0 OPER=0
gap_no_list|clean|long|GAP=1 LIST=0 USER=0 OPER=0
no_endless_run|clean|np|USER=0 OPER=0
no_endless_run_no_list|clean|np|LIST=0 USER=0 DUP=0 OPER=0
no_endless_run_failover|clean|np|LOSE=2 CRASH=0 PAUSE=0 DUP=0 OPER=0
bits|clean|bits 300|NCB=2 MAXD=3 MAXATT=2 CRASH=2 PAUSE=2 MUTE=1
bits_no_list|clean|bits 300|NCB=2 MAXD=3 MAXATT=2 CRASH=2 PAUSE=2 MUTE=1 LIST=0
bits_failover|clean|bits 300|NCB=2 MAXD=3 MUTE=1 LOSE=4 SYNC=1 KEEP=1
bits_failover_no_list|clean|bits 300|NCB=2 MAXD=3 MUTE=1 LOSE=4 SYNC=1 KEEP=1 LIST=0
'

# Says "pass NAME …" or "FAIL NAME …".
row() {
  local name="$1" want="$2" kind="$3" dir="$work/$1" d args=() cc=(-O2 -DVECTORSZ=2048) run=(-m200000) seconds=3600 found said
  declare -A value
  mkdir -p "$dir"
  cd "$dir"
  for d in "${defaults[@]}" $4; do value[${d%%=*}]="${d#*=}"; done
  for d in "${!value[@]}"; do args+=("-D$d=${value[$d]}"); done
  case "$kind" in
    np) cc+=(-DNP -DCOLLAPSE); run+=(-l -w24) ;;
    bits*) cc+=(-DSAFETY -DBITSTATE); run+=(-w33 -k3); seconds="${kind#bits }" ;;
    *) cc+=(-DSAFETY -DCOLLAPSE); run+=(-w22) ;;
  esac
  # A rule left out is found within moments: the compiler may then hurry.
  [ "$want" = clean ] || cc[0]=-O1
  cp "$here/ring-once.pml" .
  if ! spin "${args[@]}" -a ring-once.pml >spin.log 2>&1 || ! gcc "${cc[@]}" -w -o pan pan.c >>spin.log 2>&1; then
    echo "FAIL $name: does not build, see $dir/spin.log"
    return
  fi
  timeout "$seconds" ./pan "${run[@]}" >pan.log 2>&1 || true
  said="$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1 states/p; s/^pan: elapsed time \(.*\)/, \1/p' pan.log | tr -d '\n')"
  # A whole search says so; a bitstate search that was stopped says nothing, unless it found something.
  if grep -q 'errors: [1-9]' pan.log; then found=error
  elif grep -q 'errors: 0' pan.log && ! grep -q 'Search not completed\|max search depth too small\|out of memory' pan.log; then found=clean
  elif [[ "$kind" = bits* ]] && ! grep -q 'assertion violated\|invalid end' pan.log; then found=clean
  else found=unfinished
  fi
  if [ "$found" = "$want" ]; then
    echo "pass $name: $found, ${said:-stopped at its time}"
  else
    [ "$found" = error ] && spin "${args[@]}" -t -p ring-once.pml >story 2>&1 || true
    echo "FAIL $name: $found, must be $want; $said; see $dir"
  fi
}

work="${MODEL_DIR:-}"
if [ -z "$work" ]; then
  work="$(mktemp -d "${TMPDIR:-/tmp}/switchhook-model-XXXXXX")"
fi
mkdir -p "$work"
work="$(cd "$work" && pwd)"
command -v spin >/dev/null || { echo "model: spin is missing: script/install-packages test" >&2; exit 1; }

picked() {
  case "${1:-all}" in
    all) true ;;
    short) [ "$kind" = short ] ;;
    *) [[ " $* " = *" $name "* ]] ;;
  esac
}

: >"$work/said"
while IFS='|' read -r name want kind more; do
  [ -n "$name" ] && picked "$@" || continue
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n || true; done
  (row "$name" "$want" "$kind" "$more") | tee -a "$work/said" &
done <<<"$rows"
wait
passed="$(grep -c '^pass' "$work/said" || true)"
failed="$(grep -c '^FAIL' "$work/said" || true)"
[ "$failed" != 0 ] || [ -n "${MODEL_DIR:-}" ] || rm -rf "$work"
echo "model: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
