# SPDX-License-Identifier: Apache-2.0
# What the tests of processes share: a gateway in a folder of its own, waits with a limit, TAP.
set -u
root=$(cd "${top_srcdir:-.}" && pwd) build=$(cd "${top_builddir:-.}" && pwd)
switchhook=$build/gateway/cmd/switchhook
limit=${SH_TEST_LIMIT:-180}	# seconds that a wait may take; a wait is for a condition, never for a time
count=0 failed=0 pid=
work=$(mktemp -d /tmp/switchhook-process-XXXXXX) || exit 99
chmod 755 "$work"
log=$work/log

# Only what this test has started, by its id; Postgres, workers and keyholder end with their master.
finish() {
	if test -n "$pid"; then kill -9 "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; fi
	until_true nothing_runs || true
	if test $failed -gt 0 && test -f "$log"; then sed 's/^/# /' "$log" | tail -n 60; fi
	rm -rf "$work"
}

ok() { # status, what
	count=$((count + 1))
	if test "$1" = 0; then echo "ok $count - $2"; else failed=$((failed + 1)); echo "not ok $count - $2"; fi
}
expect() { # what, command…
	what=$1
	shift
	"$@" && status=0 || status=1
	ok $status "$what"
}
done_testing() { echo "1..$count"; }

until_true() { # command: true within the limit
	end=$(($(date +%s) + limit))
	until eval "$1"; do
		test "$(date +%s)" -lt $end || return 1
		sleep 0.05
	done
}
said() { grep -q "\"event\":\"$1\"" "$log"; }
how_often() { grep -c "\"event\":\"$1\"" "$log"; }
says() { until_true "said $1"; }

user=$(id -un)
if test "$(id -u)" = 0; then user=nobody; fi

# A key, a copy of policies and drivers that any user may read, a configuration.
prepare() {
	mkdir -p "$work/policies" "$work/drivers"
	cp -R "$root"/policies/*.yaml "$root"/policies/jurisdictions "$work/policies/"
	for so in "$build"/drivers/*/.libs/switchhook-*.so; do if test -f "$so"; then cp "$so" "$work/drivers/"; fi; done
	"$switchhook" key new "$work/key" >/dev/null || return 1
	if test "$user" = nobody; then chown nobody "$work/key"; fi
	config ""
}
config() { # more lines
	cat >"$work/config.yaml" <<-END
	listen: [127.0.0.1:0]
	state_dir: state
	user: $user
	key_file: key
	policies: policies
	drivers: [drivers]
	drain_timeout: 5s
	$1
	END
}
start() { # arguments: more of serve's
	: >"$log"
	"$switchhook" serve --config "$work/config.yaml" "$@" 2>>"$log" &
	pid=$!
}
ready() { start "$@" && says gateway.ready; }
address() { sed -n 's/.*"event":"gateway.ready".*"listen":"\([^" ]*\)".*/\1/p' "$log" | tail -n 1; }
answer() { curl -s -o "$work/answer" -w '%{http_code}' --max-time 5 "http://$(address)$1"; }
answers() { test "$(answer "$1")" = "$2"; }
in_time() { until_true "answers $1 $2"; }

children() { cat "/proc/$pid/task/$pid/children" 2>/dev/null; }
postmaster() { head -n 1 "$work/state/postgres/postmaster.pid" 2>/dev/null; }
alive() { test -n "$1" && test -d "/proc/$1" && ! grep -q '^State:	Z' "/proc/$1/status" 2>/dev/null; }
# Every process of this gateway names the test's folder in its command line.
nothing_runs() {
	for d in /proc/[0-9]*; do
		case $(tr '\0' ' ' 2>/dev/null <"$d/cmdline") in *"$work/"*) return 1 ;; esac
	done
}
stop() { # signal; leaves the exit status in $status
	kill "-$1" "$pid"
	wait "$pid"
	status=$?
	pid=
}

trap finish EXIT
trap 'exit 99' INT TERM
