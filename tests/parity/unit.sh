#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# The systemd unit beside the defaults of the options that it repeats; and systemd reads it, where systemd is there.
. "$(dirname "$0")/tap.sh"

# preset TREE OPTION: its default, without quotes
preset() {
	sed -n "s/^OPTION([a-z_]*, *\"$2\", *[A-Z]*\(([^)]*)\)\{0,1\}, *[A-Z]*, *\"\([^\"]*\)\".*/\2/p" "$1/gateway/server/options.def"
}

says() {
	sed -n "s/^$2=//p" "$1/packaging/switchhook.service.in"
}

seconds() {
	echo "$1" | sed 's/min$/ 60/; s/s$/ 1/' | awk '{ print $1 * $2 }'
}

faults() {
	[ "/var/lib/$(says "$1" StateDirectory)" = "$(preset "$1" state_dir)" ] || echo "StateDirectory is not state_dir"
	[ "$(says "$1" User)" = "$(preset "$1" user)" ] || echo "User is not user"
	[ "$(seconds "$(says "$1" TimeoutStopSec)")" -ge $((2 * $(seconds "$(preset "$1" drain_timeout)"))) ] ||
		echo "TimeoutStopSec leaves drain_timeout no room"
	says "$1" ExecStart | grep -qx '@bindir@/switchhook serve --config @confdir@/switchhook.yaml' || echo "ExecStart is not what is installed"
	for word in 'NoNewPrivileges=yes' 'ProtectSystem=strict' 'KillMode=mixed' 'Type=notify' 'SystemCallFilter=.*seccomp'; do
		grep -q "^$word" "$1/packaging/switchhook.service.in" || echo "without $word"
	done
	case $(says "$1" ProtectProc) in
	'' | default) ;;
	*) echo "ProtectProc hides the workers' memory from the master" ;;
	esac
}

clean "the unit agrees with the options"
if command -v systemd-analyze >/dev/null 2>&1; then
	sed "s|@bindir@/switchhook|/bin/sh|; s|@confdir@|$work|" "$root/packaging/switchhook.service.in" >"$work/switchhook.service"
	systemd-analyze verify --man=no "$work/switchhook.service" 2>&1 | grep -F switchhook.service >"$work/said"
	sed 's/^/# /' "$work/said"
	[ ! -s "$work/said" ]
	told $? "systemd reads it without complaint"
	sed 's/^ProtectSystem=/ProtectSystme=/' "$work/switchhook.service" >"$work/wrong.service"
	systemd-analyze verify --man=no "$work/wrong.service" 2>&1 | grep -q ProtectSystme
	told $? "and would complain"
fi

afresh
make gateway/server/options.def "$(sed 's/\\/\\\\/g' "$root/gateway/server/options.def")\n"
make packaging/switchhook.service.in "$(sed 's/^StateDirectory=.*/StateDirectory=other/' "$root/packaging/switchhook.service.in")\n"
finds "another folder" "StateDirectory is not state_dir"
make packaging/switchhook.service.in "$(sed 's/^TimeoutStopSec=.*/TimeoutStopSec=30s/' "$root/packaging/switchhook.service.in")\n"
finds "an end that comes too soon" "TimeoutStopSec leaves"
make packaging/switchhook.service.in "$(sed 's/^PrivateTmp=/ProtectProc=invisible\\n&/' "$root/packaging/switchhook.service.in")\n"
finds "workers that the master cannot see" "ProtectProc hides"
finish
