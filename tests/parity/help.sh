#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# What a command's help says it takes is what its file reads: the options of commands.def beside those of getopt.
. "$(dirname "$0")/tap.sh"


# usage TREE, lines TREE: "name option" for each that commands.def has in the usage (of each verb a line, which begins with it), or in a
# line of its own
usage() {
	sed -n 's/^COMMAND(\([a-z_]*\), *"[^"]*", *"\([^"]*\)".*/= \1 \2/p; s/^	"\([a-z][^"]*\)".*/+ - \1/p' "$1/gateway/cmd/commands.def" |
		awk '$1 == "=" { name = $2 }
			{ for (i = 3; i <= NF; i++) if (match($i, /--[a-z-]+/)) print name, substr($i, RSTART + 2, RLENGTH - 2) }' | LC_ALL=C sort -u
}
lines() {
	sed -n 's/^COMMAND(\([a-z_]*\),.*/= \1/p; s/^	"  --\([a-z-]*\).*/+ \1/p' "$1/gateway/cmd/commands.def" |
		awk '$1 == "=" { name = $2; next } { print name, $2 }' | LC_ALL=C sort -u
}

# command TREE FILE: the one that a file is of: policy_simulate.c is of policy, unless there is a policy_simulate
command() {
	name=$(basename "$2" .c)
	while ! grep -q "^COMMAND($name," "$1/gateway/cmd/commands.def" && [ "$name" != "${name%_*}" ]; do name=${name%_*}; done
	echo "$name"
}

# taken TREE: "name option" for each row of a command's table for getopt
taken() {
	for file in "$1"/gateway/cmd/*.c; do
		name=$(command "$1" "$file")
		grep -o '{ "[a-z-]*", [a-z]*_argument' "$file" | sed "s/^{ \"\([a-z-]*\)\".*/$name \1/"
	done | LC_ALL=C sort -u
}

faults() {
	taken "$1" >"$work/taken"
	usage "$1" >"$work/usage"
	lines "$1" >"$work/lines"
	LC_ALL=C comm -23 "$work/taken" "$work/usage" | sed 's/$/: taken, but not in the usage/'
	LC_ALL=C comm -23 "$work/taken" "$work/lines" | sed 's/$/: taken, but not explained/'
	LC_ALL=C comm -13 "$work/taken" "$work/usage" | sed 's/$/: in the usage, but not taken/'
	LC_ALL=C comm -13 "$work/taken" "$work/lines" | sed 's/$/: explained, but not taken/'
}

clean "commands take the options that their help names"
[ "$(wc -l <"$work/taken")" -gt 10 ]
told $? "the options are found"

afresh
make gateway/cmd/commands.def 'COMMAND(one, "one", "[--file FILE] [--now]", "do it",\n\t"  --file FILE  where\\n"\n\t"  --now        at once\\n")\n'
make gateway/cmd/one.c '{ "file", required_argument, NULL, 1 }, { "now", no_argument, NULL, 2 }'
finds "two options, two names" ""
make gateway/cmd/one.c '{ "file", required_argument, NULL, 1 }'
make gateway/cmd/commands.def 'COMMAND(one, "one", "[--file FILE]", "do it",\n\t"  --file FILE  where\\n"\n\t"  --now        at once\\n")\n'
finds "an option that only the help has" "one now: explained, but not taken"
make gateway/cmd/commands.def 'COMMAND(one, "one", "", "do it",\n\t"  --file FILE  where\\n")\n'
finds "an option that the usage lacks" "one file: taken, but not in the usage"
make gateway/cmd/commands.def 'COMMAND(one, "one", "find [--now]\\n"\n\t"keep FILE [--file FILE]", "do it",\n\t"  --file FILE  where\\n"\n\t"  --now        at once\\n")\n'
make gateway/cmd/one.c '{ "file", required_argument, NULL, 1 }, { "now", no_argument, NULL, 2 }'
finds "a line for each verb" ""
make gateway/cmd/one.c '{ "file", required_argument, NULL, 1 }, { "later", no_argument, NULL, 2 }, { "now", no_argument, NULL, 2 }'
[ "$(faults "$made" | grep -c '^one later: taken, but not')" = 2 ]
told $? "an option that no verb's line has"
rm "$made/gateway/cmd/one.c"
make gateway/cmd/one_find.c '{ "now", no_argument, NULL, 2 }'
make gateway/cmd/one_keep.c '{ "file", required_argument, NULL, 1 }, { "later", no_argument, NULL, 2 }'
[ "$(faults "$made" | grep -c '^one later: taken, but not')" = 2 ]
told $? "a file for each verb"
finish
