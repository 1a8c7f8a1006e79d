#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# The reference of docs/driver-guide.md is whole: every service of driver.h, every member of a driver's table, every word of a golden
# file, every check and every way to answer stands there. (That its commands work is shown by tests/scenarios/driver-guide.test.mjs.)
. "$(dirname "$0")/tap.sh"
guide=docs/driver-guide.md
header=gateway/include/switchhook/driver.h

# names TREE: a line each, of all that must be explained
names() {
	# wrappers: inline functions and the macros beside them; the header's own helpers are not for drivers
	cat "$1"/gateway/include/switchhook/*.h | sed -n 's/^\(sh_[a-z0-9_]*\)(.*/\1/p; s/^#define \(sh_[a-z0-9_]*\)(.*/\1/p' | grep -vE '^sh_(join_parts|pair_order)$'
	# members of the table
	awk '/^struct sh_driver \{/ { in_table = 1; next } in_table && /^\};/ { exit }
		in_table { sub(/\/\*.*$/, ""); if (match($0, /[a-z0-9_]+;/)) print substr($0, RSTART, RLENGTH - 1) }' "$1/$header" |
		grep -vE '^(reserved|size|reason_size|setting_size|abi_minor)$'
	sed -n '/golden_words\[\] =/,/NULL/p' "$1/gateway/kit/golden.c" | tr ',' '\n' | sed -n 's/.*"\([a-z_]*\)".*/\1/p'
	sed -n 's/^CHECK(\([a-z]*\),.*/\1/p' "$1/gateway/kit/check.def"
	sed -n 's/^\t\(SH_ANSWER_[A-Z]*\|SH_DIAL_[A-Z]*\).*/\1/p' "$1/$header"
}

faults() {
	names "$1" | LC_ALL=C sort -u | while read -r name; do
		grep -qE "(^|[^a-z0-9_])$name([^a-z0-9_]|\$)" "$1/$guide" || echo "$name is not in $guide"
	done
}

clean "the guide's reference is whole"
[ "$(names "$root" | LC_ALL=C sort -u | wc -l)" -gt 100 ]
told $? "the header, the words and the checks were read"

afresh
make $header 'static inline bool\nsh_thing(struct sh_ctx *cx)\n{\n}\nstruct sh_driver {\n\tint of_mine; /* x */\n};\n'
make gateway/kit/golden.c 'static const char *const golden_words[] = { "run", "at", NULL };\n'
make gateway/kit/check.def 'CHECK(loads, "loads", false, "x")\n'
make $guide '`sh_thing` `of_mine` `run` `at` `loads`\n'
finds "all of it stands there" ""
make $guide '`sh_things` `of_mine` `run` `at` `loads`\n'
finds "a service that does not" "sh_thing is not in"
make $guide '`sh_thing` `of_mine` `run` at `loads_of`\n'
finds "a check that does not" "loads is not in"
make $guide '`sh_thing` `of_mine` `at` `loads`\n'
finds "a golden file's word that does not" "run is not in"
make $guide '`sh_thing` `run` `at` `loads`\n'
finds "a member of the table that does not" "of_mine is not in"
finish
