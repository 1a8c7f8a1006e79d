#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# Every .sql file is in store/sql.mk and every line there is a file; sql.awk tells each way to break a contract.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
awk=${AWK:-awk}
dir=$(mktemp -d "${TMPDIR:-/tmp}/sh-sql.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
n=0

# told OK NAME: one TAP line
told()
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

# parity FOLDER LIST: prints what is only on disk (<) or only listed (>)
parity()
{
	(cd "$1" && ls migrations/*.sql statements/*.sql 2>/dev/null) | LC_ALL=C sort >"$dir/disk"
	sed -n 's|^SH_SQL += %D%/||p' "$2" | LC_ALL=C sort >"$dir/list"
	diff "$dir/disk" "$dir/list" | grep '^[<>]'
}

# refuses NAME FILE TEXT WORDS: sql.awk fails on FILE with this text and its fault has WORDS
refuses()
{
	mkdir -p "$dir/migrations" "$dir/statements"
	printf '%b' "$3" >"$dir/$2"
	if (cd "$dir" && "$awk" -f "$top/gateway/store/sql.awk" -v out=c "$2") >"$dir/out" 2>"$dir/err"; then
		told 1 "$1: it was taken"
	elif grep -qF -- "$4" "$dir/err"; then
		told 0 "$1"
	else
		sed 's/^/# /' "$dir/err"
		told 1 "$1: the fault does not say: $4"
	fi
	rm -f "$dir/$2"
}

[ -x "$(command -v "$awk")" ] || awk=awk
found=$(parity "$top/gateway/store" "$top/gateway/store/sql.mk")
[ -z "$found" ] || printf '%s\n' "$found" | sed 's/^/# gateway\/store: /'
[ -z "$found" ]; told $? "every .sql file has its line in sql.mk and every line its file"

mkdir -p "$dir/store/statements"
: >"$dir/store/statements/one.sql"
echo 'SH_SQL += %D%/statements/two.sql' >"$dir/sql.mk"
[ "$(parity "$dir/store" "$dir/sql.mk" | tr '\n' ' ')" = "< statements/one.sql > statements/two.sql " ]
told $? "a missing line and a missing file are found"

s=statements/a.sql
refuses "no contract" $s 'SELECT 1;\n' 'a.sql:1: the first line must be: -- a('
refuses "a contract without a sentence" $s '-- a()\nSELECT 1;\n' 'the first line must be'
refuses "another name" $s '-- b(): x\nSELECT 1;\n' 'the comment names b, the file a'
refuses "an unknown type" $s '-- a($1 numeric n): x\nSELECT 1;\n' 'has the type numeric; known: smallint'
refuses "a parameter out of order" $s '-- a($2 int n): x\nSELECT 1;\n' 'parameter 1 must read: $1 type word'
refuses "a parameter without a word" $s '-- a($1 int): x\nSELECT 1;\n' 'parameter 1 must read'
refuses "nothing but comments" $s '-- a(): x\n' 'nothing but comments'
refuses "a carriage return" $s '-- a(): x\r\nSELECT 1;\n' 'a.sql:1: a control character'
refuses "a migration without a number" migrations/first.sql 'SELECT 1;\n' 'is named NNNN_name.sql'
refuses "a gap before a migration" migrations/0002_x.sql 'SELECT 1;\n' 'numbered from 0001 without gaps'

# What it makes is C that says the same bytes: quotes, backslashes, trigraphs, tabs, a contract over two lines.
printf '%s\n' '-- a($1 smallint b,' '--   $2 uuid[] ids): "it"' "SELECT '\\x\"', \$1 ??( \$2;	-- ü" >"$dir/$s"
cat >"$dir/main.c" <<'C'
#include <stdio.h>
#include <string.h>
#include "sql.c"
int
main(void)
{
	const struct sh_sql_statement *a = &sh_sql_statements[0];

	fputs(a->text, stdout);
	return !(sh_sql_nstatements == 1 && a->nparams == 2 && a->params[0].type == SH_T_SMALLINT && !a->params[0].array &&
	    a->params[1].type == SH_T_UUID && a->params[1].array && strcmp(a->params[1].word, "ids") == 0);
}
C
mkdir -p "$dir/gateway/store" && cp "$top/gateway/store/sql.h" "$dir/gateway/store/" &&
	(cd "$dir" && "$awk" -f "$top/gateway/store/sql.awk" -v out=c $s >sql.c &&
	"$awk" -f "$top/gateway/store/sql.awk" -v out=def $s >gateway/store/statements.def &&
	${CC:-cc} -std=c17 -I. -o main main.c && ./main >text) && cmp -s "$dir/text" "$dir/$s"
told $? "text and parameters come out as they stood"
echo "1..$n"
