#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# Calls that invite mistakes: they write without a bound, hide state between calls, or cannot say that they failed.
# base/ may use them behind something better; nobody else may.
. "$(dirname "$0")/tap.sh"

banned='strcpy|strcat|sprintf|vsprintf|strtok|atoi|gmtime|localtime|rand|system'

# Comments and strings are taken out first, so that prose may name what it warns of.
faults() {
	(cd "$1" && find gateway drivers -name '*.[ch]' -o -name '*.def') 2>/dev/null | grep -v '^gateway/base/' | LC_ALL=C sort |
		while read -r file; do
			awk -v file="$file" -v banned="$banned" '{
				line = $0
				gsub(/\\./, "", line)
				gsub(/"[^"]*"/, "\"\"", line)
				while (1) {
					if (inside) {
						if (!(i = index(line, "*/"))) { line = ""; break }
						line = substr(line, i + 2); inside = 0
					}
					if (!(i = index(line, "/*"))) break
					rest = substr(line, i + 2)
					if (j = index(rest, "*/")) line = substr(line, 1, i - 1) " " substr(rest, j + 2)
					else { line = substr(line, 1, i - 1); inside = 1; break }
				}
				if (match(line, "(^|[^A-Za-z0-9_])(" banned ")[ \t]*\\(")) {
					what = substr(line, RSTART, RLENGTH)
					gsub(/[^a-z]/, "", what)
					print file ":" NR ": " what "()"
				}
			}' "$1/$file"
		done
}

clean "no banned call outside base/"

afresh
make gateway/base/time.c 'x = localtime(&t);\n'
make gateway/http/page.c '/* strcpy(a, b) is not used:\n * nor sprintf() */\nsnprintf(a, n, "system(%%s) /*", b); sh_system(1); operand(2); filesystem(3); /* a */ gmtime_r(&t, &tm);\n'
finds "base/, comments, strings and longer names are let through" ""
for call in strcpy strcat sprintf strtok atoi gmtime localtime rand system; do
	make gateway/http/page.c "/* a */ n = /* b */ $call (x);\n"
	finds "$call is found" "gateway/http/page.c:1: $call()"
done
make gateway/http/page.c '/* a\n b */ strcpy(a, b);\n'
finds "behind the end of a comment, too" "gateway/http/page.c:2: strcpy()"
make gateway/http/page.c ''
make drivers/retell/retell.c '\n\tint n = atoi("12");\n'
finds "in a driver, too" "drivers/retell/retell.c:2: atoi()"
finish
