#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# The driver interface as it was promised: driver-abi.txt holds every offset, size, enum value and function type of
# driver.h. What stands there may not change within a major; what is new wants a raised minor, and to be recorded:
#
#	tests/parity/driver-abi.sh record
. "$(dirname "$0")/tap.sh"
header=gateway/include/switchhook/driver.h
record=tests/parity/driver-abi.txt
cc=${CC:-cc}

# Writes a C program that prints the interface: the header's own declarations tell it what to ask for.
program() {
	awk '
		function say(text) { print "\tputs(\"" text "\");" }
		# The name that a declarator declares: the last word of it, without stars and brackets.
		function name_of(d) { sub(/\[.*$/, "", d); gsub(/^.*[ *]/, "", d); return d }
		function member(struct, decl,    n, i, part, name) {
			gsub(/[ \t]+/, " ", decl); sub(/^ /, "", decl); sub(/;$/, "", decl)
			if (match(decl, /\(\*[a-z0-9_]+\)/)) {
				name = substr(decl, RSTART + 2, RLENGTH - 3)
				say("calls " struct "." name " " decl)
				print "\tMEMBER(" struct ", " name ");"
				return
			}
			n = split(decl, part, /,/)
			for (i = 1; i <= n; i++) print "\tMEMBER(" struct ", " name_of(part[i]) ");"
		}
		BEGIN {
			print "#include <stdio.h>\n#include <switchhook/driver.h>"
			print "#define MEMBER(s, m) printf(\"member %s.%s at %zu size %zu\\n\", #s, #m, offsetof(struct s, m), sizeof(((struct s *)0)->m))"
			print "#define VALUE(v) printf(\"value %s %d\\n\", #v, (int)v)"
			print "int main(void) {\n\tprintf(\"abi %u.%u\\n\", SH_DRIVER_ABI_MAJOR, SH_DRIVER_ABI_MINOR);"
		}
		{ gsub(/\/\*([^*]|\*[^\/])*\*\//, "") }
		/\/\*/ { sub(/\/\*.*$/, ""); comment = 1 }
		comment && /\*\// { sub(/^.*\*\//, ""); comment = 0 }
		comment && !/[^ \t]/ { next }
		/^enum [a-z_]+ \{/ { in_enum = 1; sub(/^[^{]*\{/, "") }
		in_enum {
			end = /\}/; sub(/\}.*$/, ""); n = split($0, v, /,/)
			for (i = 1; i <= n; i++) { gsub(/[ \t]|=.*/, "", v[i]); if (v[i] != "") print "\tVALUE(" v[i] ");" }
			if (end) in_enum = 0
			next
		}
		/^struct [a-z_]+ \{/ { struct = $2; print "\tprintf(\"struct " struct " size %zu\\n\", sizeof(struct " struct "));"; next }
		struct != "" && /^\};/ { struct = ""; next }
		struct != "" {
			decl = decl " " $0
			if (decl ~ /;[ \t]*$/) { sub(/[ \t]*$/, "", decl); member(struct, decl); decl = "" }
			next
		}
		/^typedef / || text != "" {
			text = text " " $0
			if (text !~ /;/) next
			gsub(/[ \t]+/, " ", text); sub(/^ typedef /, "", text); sub(/;.*$/, "", text); gsub(/\( /, "(", text)
			say("type " text)
			text = ""
		}
		END { print "\treturn 0;\n}" }' "$1/$header"
}

interface() {
	program "$1" >"$work/abi.c" && $cc -w -I"$1/gateway/include" -o "$work/abi" "$work/abi.c" && "$work/abi"
}

# One line at most: after the first difference every offset differs.
faults() {
	{ interface "$1" >"$work/now"; } 2>"$work/cc" || { echo "driver.h cannot be read: $(head -n 1 "$work/cc")"; return; }
	was=$(sed -n 's/^abi //p' "$1/$record") now=$(sed -n 's/^abi //p' "$work/now")
	[ "$(wc -l <"$work/now")" -gt 200 ] || { echo "driver.h cannot be read: hardly anything was found in it"; return; }
	cmp -s "$1/$record" "$work/now" && return
	if [ "${was%.*}" != "${now%.*}" ]; then
		echo "a new major, $now: record it"
		return
	fi
	# A struct may grow at its end; nothing else that was promised may be otherwise.
	grep -v '^abi \|^struct ' "$1/$record" | grep -vxFf "$work/now" | sed 's/^/changed or gone: /' | head -n 1 >"$work/gone"
	if [ -s "$work/gone" ]; then
		cat "$work/gone"
	elif [ "$was" = "$now" ]; then
		grep -vxFf "$1/$record" "$work/now" | grep -v '^struct ' | sed 's/^/new without a raised minor: /' | head -n 1
	else
		echo "minor $now is not recorded: tests/parity/driver-abi.sh record"
	fi
}

if [ "${1:-}" = record ]; then
	interface "$root" >"$work/now" && cp "$work/now" "$root/$record"
	exit
fi
# Recorded where pointers have 64 bits.
if [ "$(getconf LONG_BIT)" != 64 ]; then
	echo "1..0 # SKIP another size of pointers than recorded"
	exit 0
fi

# with WHAT WORDS SED: the header changed by SED, against the record
with() {
	afresh
	mkdir -p "$made/gateway/include/switchhook" "$made/tests/parity"
	cp "$root"/gateway/include/switchhook/*.h "$made/gateway/include/switchhook/"
	sed -e "$3" "$root/$header" >"$made/$header"
	cp "$root/$record" "$made/$record"
	finds "$1" "$2"
}

clean "driver.h is what was recorded"
with "comments may change" "" 's|what a person must tell us|what somebody must tell us|'
with "a member more in the middle" "changed or gone: member sh_number.label at" 's|^\tstruct sh_str label;|\tint more;\n\tstruct sh_str label;|'
with "two members the other way round" "changed or gone: member sh_delivery.method at" 's|^\tstruct sh_str method;$|\tint64_t before;\n&|'
with "another type" "changed or gone: member sh_placed.placing at 4 size 4" 's|^\tenum sh_placing placing;|\tint64_t placing;|'
with "another service's arguments" "changed or gone: calls sh_host.equal " 's|(\*equal)(struct sh_str, struct sh_str)|(*equal)(struct sh_str, struct sh_str, ...)|'
with "another function's arguments" "changed or gone: type enum sh_verdict sh_driver_verify_f" 's|sh_driver_verify_f(struct sh_ctx \*, const|sh_driver_verify_f(struct sh_ctx *, int,  const|'
with "an enum's word in the middle" "changed or gone: value SH_KIND_CALL_ANSWERED 2" 's|^\tSH_KIND_CALL_ANSWERED,|\tSH_KIND_CALL_RINGING,\n&|'
with "a function at the end without a raised minor" "new without a raised minor: member sh_driver.more" 's|^\t/\* 1.1: append below|\tvoid *more;\n&|'
with "the same with it, not yet recorded" "minor 1.1 is not recorded" 's|^\t/\* 1.1: append below|\tvoid *more;\n&|; s|ABI_MINOR 0u|ABI_MINOR 1u|'

finish
