#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# The database converts no local time to an instant: of a minute that comes twice Postgres takes the later one and the gateway the
# earlier, and the server's zone data is not the gateway's. The one conversion is that of utc(), from an instant to its text in UTC.
. "$(dirname "$0")/tap.sh"

faults() {
	(
		cd "$1" || exit 1
		# Over line ends, without comments; a column may be called timezone.
		find gateway -name '*.sql' -o -name '*.c' | LC_ALL=C sort | while read -r file; do
			case $file in *.sql) sed 's/--.*//' "$file" ;; *) cat "$file" ;; esac | tr '\n\t' '  ' | tr -s ' ' | tr ';' '\n' |
				sed "s/CREATE FUNCTION utc(t timestamptz) RETURNS text LANGUAGE sql STABLE AS \$\$ SELECT to_char(timezone('UTC', t)/utc/" |
				grep -ioE "at time zone|[^_a-z.]timezone ?\(|set (local |session )?time zone|localtimestamp|make_timestamp(tz)? ?\(" |
				LC_ALL=C sort -u | sed "s|^|$file: |"
		done
	)
}

clean "no statement converts local times"

afresh
utc="CREATE FUNCTION utc(t timestamptz) RETURNS text LANGUAGE sql STABLE\n  AS \$\$ SELECT to_char(timezone('UTC', t), 'YYYY') \$\$;\n"
make gateway/store/migrations/0001_a.sql "${utc}CREATE TABLE w (timezone text);\n-- never AT TIME ZONE\n"
make gateway/store/statements/a.sql "SELECT w.timezone, utc(w.at) FROM w\n"
finds "utc() and a column's name" ""
make gateway/store/statements/a.sql "SELECT due_at AT TIME\n  ZONE w.timezone FROM w\n"
finds "a conversion over two lines" "gateway/store/statements/a.sql: AT TIME ZONE"
make gateway/store/statements/a.sql "SELECT timezone('Europe/Berlin', due_at)\n"
finds "the same as a function" "gateway/store/statements/a.sql:  timezone("
make gateway/store/statements/a.sql "SELECT timezone FROM w\n"
make gateway/engine/a.c '	sh_db_run(db, "SET TIME ZONE \\\\"Europe/Berlin\\\\"");\n'
finds "a session's zone" "gateway/engine/a.c: SET TIME ZONE"
finish
