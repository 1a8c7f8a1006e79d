#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A gateway on its embedded Postgres: starts, replaces what dies, reloads, drains, leaves nothing behind.
. "${top_srcdir:-.}/tests/process/lib.sh"

prepare || exit 99

# What systemd would be told. The listener's command line must not name the folder: by that it is known whether anything is left.
export NOTIFY_SOCKET="$work/notify"
perl -MSocket -e 'socket(S, AF_UNIX, SOCK_DGRAM, 0) && bind(S, pack_sockaddr_un($ENV{NOTIFY_SOCKET})) or die; chmod 0777, $ENV{NOTIFY_SOCKET};
	$| = 1; $SIG{ALRM} = sub { exit }; alarm 600; while (defined recv(S, $m, 4096, 0)) { $m =~ s/\n/ /g; print "$m\n" }' >"$work/told" &
listener=$!
trap 'kill $listener 2>/dev/null; finish' EXIT
until_true 'test -S "$NOTIFY_SOCKET"' || exit 99
told() { test "$(cut -d ' ' -f 1 "$work/told" | tr '\n' ' ')" = "$1 "; }
config "workers: 2"

# ---- start ----
expect "starts" ready
expect "tells systemd" until_true 'told "READY=1"'
expect "says how many workers, which database" grep -q '"event":"gateway.ready".*"workers":2,"database":"embedded"' "$log"
expect "/healthz answers" in_time /healthz 200
expect "/readyz answers" in_time /readyz 200
not_root() { for p in $pid $(children); do test "$(stat -c %u "/proc/$p")" != 0 || return 1; done; }
if test "$(id -u)" = 0; then
	expect "no process is root's" not_root
	expect "the state folder is the user's alone" test "$(stat -c '%U %a' "$work/state")" = "nobody 700"
fi
listens_on_tcp() { # pid
	for f in "/proc/$1"/fd/*; do
		inode=$(readlink "$f" | sed -n 's/^socket:\[\(.*\)\]$/\1/p')
		if test -n "$inode" && grep -qs " 0A .* $inode " /proc/net/tcp /proc/net/tcp6; then return 0; fi
	done
	return 1
}
# Of a process that cannot be traced only root may look at the descriptors.
tells() { ls "/proc/$1/fd" >/dev/null 2>&1; }
no_tcp() { { ! tells "$pid" || listens_on_tcp "$pid"; } && tells "$(postmaster)" && ! listens_on_tcp "$(postmaster)"; }
expect "Postgres does not listen on the network" no_tcp
expect "its socket's folder is private" test "$(stat -c %a "$work/state/socket")" = 700

# ---- deaths ----
# The master's children in the order in which they were made: keyholder, Postgres, workers.
workers() { for c in $(children); do test "$c" = "$(postmaster)" || test "$c" = "$1" || echo "$c"; done; }
keyholder=$(children | cut -d ' ' -f 1)
victim=$(workers "$keyholder" | head -n 1)
kill -9 "$victim"
expect "a killed worker is noticed" says worker.died
replaced() { ! alive "$victim" && test "$(workers "$keyholder" | wc -l)" = 2; }
expect "and replaced" until_true replaced
expect "while the others answer" in_time /healthz 200
expect "the log names the signal" grep -q '"event":"worker.died".*"how":"signal 9' "$log"

old=$(postmaster)
kill -9 "$old"
expect "a killed Postgres is noticed" says postgres.died
another() { new=$(postmaster); test -n "$new" && test "$new" != "$old"; }
expect "and started again" until_true another
expect "and used again" in_time /readyz 200

kill -9 "$keyholder"
expect "a killed keyholder is noticed" says keyholder.died
expect "another takes over its workers" says keyholder.back
expect "and all is well" in_time /readyz 200

# ---- reload ----
keyholder=$(children | tr ' ' '\n' | while read -r c; do if test "$(cat "/proc/$c/comm" 2>/dev/null)" != postgres; then echo "$c"; fi; done | head -n 1)
before=$(how_often reload.done)
config "workres: 3"
kill -HUP "$pid"
expect "a faulty configuration is refused" says reload.fault
expect "with file, line and column" grep -q '"fault":"[^"]*config.yaml:8:1: unknown key \\"workres\\"; did you mean \\"workers\\"?"' "$log"
echo 'max_attempts: lots' >"$work/policies/other.yaml"
config "workers: 3"
kill -HUP "$pid"
expect "a faulty policy is refused" says reload.refused
expect "and nothing changed" test "$(how_often reload.done)" = "$before"
rm "$work/policies/other.yaml"
kill -HUP "$pid"
reloaded() { test "$(how_often reload.done)" -gt "$before"; }
expect "a good configuration is taken" until_true reloaded
expect "with its new number of workers" grep -q '"event":"reload.done".*"workers":3' "$log"
expect "on the same address" in_time /readyz 200

expect "systemd was told of each reload and its end" until_true 'told "READY=1 RELOADING=1 READY=1 RELOADING=1 READY=1 RELOADING=1 READY=1"'
expect "with the time of its begin" grep -q '^RELOADING=1 MONOTONIC_USEC=[0-9]*$' "$work/told"

# ---- end ----
stop TERM
expect "systemd was told of the end" grep -q '^STOPPING=1$' "$work/told"
expect "SIGTERM ends it with status 0" test $status = 0
expect "workers said that all was finished" said worker.ended
expect "Postgres stopped cleanly" test ! -e "$work/state/postgres/postmaster.pid"
expect "nothing is left" nothing_runs
clean() { ! grep -q 'Sanitizer\|runtime error' "$log" && test "$(how_often worker.died)" = 1; }
expect "nobody died but the one that was killed, and no sanitizer complains" clean

expect "starts again on what it kept" ready
old=$(postmaster)
kill -9 "$pid"
wait "$pid" 2>/dev/null
pid=
gone() { ! alive "$old"; }
expect "when the master is killed, Postgres stops by itself" until_true gone
expect "cleanly" until_true 'test ! -e "$work/state/postgres/postmaster.pid"'
expect "and starts after that" ready
stop INT
expect "SIGINT ends it with status 0" test $status = 0
done_testing
