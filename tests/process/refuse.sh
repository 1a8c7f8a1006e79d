#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts that must be refused, each with words that say what to do; and the trial's warning.
. "${top_srcdir:-.}/tests/process/lib.sh"

prepare || exit 99
refused() { # what, text in the log
	"$switchhook" serve --config "$work/config.yaml" 2>"$log"
	status=$?
	ok "$(test $status = 1 && grep -q -- "$2" "$log"; echo $?)" "$1"
}

if test "$(id -u)" = 0; then
	user=no-such-user config ""
	refused "a user that does not exist" 'useradd --system no-such-user'
	user=root config ""
	refused "root" 'user \\"root\\" is root'
fi
config "limits: {bodi: 1MiB}"
refused "an unknown option" 'config.yaml:8:10: unknown key \\"bodi\\"; did you mean \\"body\\"?'
config "workers: lots"
refused "a wrong type" 'config.yaml:8:10: workers: found \\"lots\\"'
config "key_file: key"
refused "a duplicate key" 'config.yaml:8:1: '
config "default_policy: nowhere"
refused "a policy that is not there" 'config.yaml:8:17: default_policy: there is no nowhere.yaml'
config "database_bindir: /nonexistent"
refused "no Postgres" '/nonexistent/initdb'
mv "$work/key" "$work/other-key"
config ""
refused "no key" 'keyholder.no_key'
mv "$work/other-key" "$work/key"

"$switchhook" serve --config "$work/nowhere.yaml" 2>"$log"
expect "no configuration" grep -q 'nowhere.yaml:1:1: cannot read the file' "$log"
"$switchhook" serve --confg x 2>/dev/null
ok "$(test $? = 2; echo $?)" "wrong usage is status 2"
"$switchhook" srve 2>"$log"
ok "$(test $? = 2 && grep -q 'did you mean "serve"' "$log"; echo $?)" "a mistyped command is told its neighbour"

"$switchhook" check-config --config "$work/config.yaml" >"$log" 2>&1
ok $? "check-config passes what starts"
mv "$work/key" "$work/other-key"
(umask 077 && head -c 20 "$work/other-key" >"$work/key")
chown "$(stat -c %u:%g "$work/other-key")" "$work/key"
"$switchhook" check-config --config "$work/config.yaml" >"$log" 2>&1
ok "$(test $? = 1 && grep -q 'key_file: .*does not hold a key' "$log"; echo $?)" "check-config reads the key"
mv "$work/other-key" "$work/key"
chmod 000 "$work/policies/default.yaml"
chown 0 "$work/policies/default.yaml" 2>/dev/null
"$switchhook" check-config --config "$work/config.yaml" >"$log" 2>&1
ok "$(test $? = 1 && grep -q 'default.yaml:1:1: cannot read the file' "$log"; echo $?)" "check-config reads as the gateway's user"
chmod 644 "$work/policies/default.yaml"
config "database: postgresql://anna:hunter2@localhost/calls"
"$switchhook" check-config --config "$work/config.yaml" --print-effective >"$log" 2>&1
ok "$(grep -q 'user=.anna. password=.\*\*\*.' "$log" && ! grep -q hunter2 "$log"; echo $?)" "a password is not printed"
config "workers: x
limits: {body: y}"
echo 'max_attempts: many' >"$work/policies/other.yaml"
echo 'jurisdictions: [us-federal, atlantis]' >"$work/policies/lawless.yaml"
echo 'free: {ceilings: {max_attempts: many}}' >"$work/plans.yaml"
echo 'not a driver' >"$work/drivers/switchhook-broken.so"
"$switchhook" check-config --config "$work/config.yaml" >"$log" 2>&1
ok "$(test $? = 1 && test "$(grep -c 'config.yaml:[89]:\|other.yaml:1:\|plans.yaml:1:33:\|/policies/lawless.yaml: jurisdictions: there is no pack "atlantis"\|switchhook-broken.so: ' "$log")" = 6; echo $?)" "check-config reports all faults at once"
rm "$work/plans.yaml" "$work/policies/lawless.yaml" "$work/policies/other.yaml" "$work/drivers/switchhook-broken.so"
config "workers: [1"
"$switchhook" check-config --config "$work/config.yaml" >"$log" 2>&1
ok "$(test $? = 1 && test "$(wc -l <"$log")" = 2 && grep -q ': 1 fault$' "$log"; echo $?)" "of what is no YAML only that is told"

config ""
echo 0 >"$work/clock"
expect "a trial starts" ready --trial-clock "$work/clock"
"$switchhook" serve --config "$work/config.yaml" 2>"$work/second"
ok "$(test $? = 1 && grep -q "state_dir .* is in use by another gateway (pid $pid)" "$work/second" && ! said postgres.died; echo $?)" "a second one on its state_dir is refused"
expect "the first is not disturbed" in_time /healthz 200
config "listen_tls: [1"
kill -HUP "$pid"
expect "a reload of what is no YAML is refused" says reload.refused
ok "$(test "$(how_often reload.fault)" = 1 && ! said reload.needs_restart && alive "$pid"; echo $?)" "with that fault alone"
config ""
expect "and shouts" grep -q '"level":"warn","event":"gateway.trial".*TRIAL' "$log"
stop TERM
ok $status "and ends"
expect "the next one may have the folder" ready
kill -9 "$pid"; wait "$pid" 2>/dev/null; pid=
expect "also after a master that was killed" ready
stop TERM
ok $status "and that one ends"
done_testing
