#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# routes.def and bodies.def say the same as docs/openapi.yaml: id, verb, path, scope, and each body's members. problem.def and
# scopes.def say the same as docs/api.md: codes with their statuses, names of scopes.
. "$(dirname "$0")/tap.sh"

# "id verb path scope"
routes_of_table() {
	sed -n 's/^SCOPE(\([A-Z_]*\), *"\([^"]*\)".*/\1 \2/p' "$1/gateway/api/scopes.def" >"$work/scopes"
	sed -n 's/^ROUTE(\([a-z_0-9]*\), *\([A-Z]*\), *"\([^"]*\)", *\([A-Z_]*\), *[A-Z]*, *[A-Z]*(.*))$/\1 \2 \3 \4/p' "$1/gateway/api/routes.def" |
		awk -v scopes="$work/scopes" 'BEGIN { name["NOTHING"] = "none"; name["ANY_KEY"] = "any"; while ((getline < scopes) > 0) name[$1] = $2 }
			{ print "route", $1, tolower($2), $3, name[$4] }'
}

# "id member presence"
members_of_table() {
	sed -n 's/^FIELD(\([a-z_0-9]*\), *"\([a-z_0-9]*\)", *[A-Z]*, *\([A-Z]*\), .*)$/member \1 \2 \3/p' "$1/gateway/api/bodies.def"
}

of_openapi() {
	awk '/^  \/.*:$/ { path = substr($1, 1, length($1) - 1) }
	     /^    (get|post|put|patch|delete):$/ { verb = substr($1, 1, length($1) - 1) }
	     /^      operationId: / { id = $2; required = "" }
	     /^      x-scope: / { print "route", id, verb, path, $2 }
	     /^              required: \[/ { required = $0; sub(/^[^[]*\[/, ", ", required); sub(/\]$/, ",", required) }
	     /^                [a-z_0-9]*: \{/ { m = substr($1, 1, length($1) - 1); print "member", id, m, index(required, ", " m ",") ? "REQUIRED" : "OPTIONAL" }
	     /^components:/ { exit }' "$1/docs/openapi.yaml"
}

codes_of_table() {
	sed -n 's/^PROBLEM(\([a-z_0-9]*\), *\([0-9]*\), .*/problem \1 \2/p' "$1/gateway/http/problem.def"
	sed -n 's/^SCOPE([A-Z_]*, *"\([^"]*\)".*/scope \1/p' "$1/gateway/api/scopes.def"
}

codes_of_docs() {
	awk -F' *[|] *' '/^## / { on = $0 }
		on == "## Problems" && /^\| `/ { gsub(/`/, ""); print "problem", $2, $3 }
		on == "## Scopes" && /^\| `/ { gsub(/`/, ""); print "scope", $2 }' "$1/docs/api.md"
}

both() { # A's name, B's name
	LC_ALL=C comm -23 "$work/a" "$work/b" | sed "s|^|only in $1: |"
	LC_ALL=C comm -13 "$work/a" "$work/b" | sed "s|^|only in $2: |"
}

faults() {
	{ routes_of_table "$1"; members_of_table "$1"; } | LC_ALL=C sort >"$work/a"
	of_openapi "$1" | LC_ALL=C sort >"$work/b"
	[ "$(wc -l <"$work/a")" = "$(cat "$1/gateway/api/routes.def" "$1/gateway/api/bodies.def" | grep -c '^\(ROUTE\|FIELD\)(')" ] ||
		echo "routes.def or bodies.def has rows that this test cannot read"
	both "the tables" openapi.yaml
	codes_of_table "$1" | LC_ALL=C sort >"$work/a"
	codes_of_docs "$1" | LC_ALL=C sort >"$work/b"
	both "the tables" api.md
}

clean "routes, bodies, problems and scopes are documented as they are"

afresh
route='ROUTE(a_get,  GET,  "/v1/a/{id}", A_READ,  NONE,   SQL(a_get, 200))\n'
post='ROUTE(a_post, POST, "/v1/a",      ANY_KEY, FIELDS, CALL(a_post))\n'
field='FIELD(a_post, "name", TEXT, REQUIRED, FILLED, 1, 200)\nFIELD(a_post, "note", TEXT, OPTIONAL, NULLS, 1, 200)\n'
get='  /v1/a/{id}:\n    get:\n      operationId: a_get\n      x-scope: a:read\n'
head='  /v1/a:\n    post:\n      operationId: a_post\n      x-scope: any\n              required: [name]\n              properties:\n'
name='                name: {type: string}\n'
note='                note: {type: string}\n'
docs='# API\n\n## Scopes\n\n| `a:read` | read |\n\n## Problems\n\n| `bad` | 400 | it is |\n'
make gateway/api/routes.def "$route$post"
make gateway/api/bodies.def "$field"
make gateway/api/scopes.def 'SCOPE(A_READ, "a:read")\n'
make gateway/http/problem.def 'PROBLEM(bad, 400, "Bad Request")\n'
make docs/openapi.yaml "$get$head$name$note"
make docs/api.md "$docs"
finds "tables and documents that agree" ""
make docs/openapi.yaml "$head$name$note"
finds "a route that the document lacks" "only in the tables: route a_get get /v1/a/{id} a:read"
make docs/openapi.yaml "$get$head$name"
finds "a member that the document lacks" "only in the tables: member a_post note OPTIONAL"
make docs/openapi.yaml "$get$head$name$note                more: {type: string}\n"
finds "a member that only the document has" "only in openapi.yaml: member a_post more OPTIONAL"
make docs/openapi.yaml "$get$head$name$note"
make gateway/api/routes.def "$post"
finds "a route that only the document has" "only in openapi.yaml: route a_get"
make gateway/api/routes.def "$route$post"
make docs/api.md "$docs| \`worse\` | 500 | never |\n"
finds "a problem that only the document has" "only in api.md: problem worse 500"
make docs/api.md '## Scopes\n\n## Problems\n\n| `bad` | 400 | it is |\n'
finds "a scope that the document lacks" "only in the tables: scope a:read"
make docs/api.md "$docs"
make gateway/api/routes.def "$route${post}ROUTE(b, GET\n"
finds "a row that cannot be read" "rows that this test cannot read"
finish
