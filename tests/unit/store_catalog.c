/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The rules of the schema and of the statements (docs/architecture.md, "Data"), checked on what stands, by queries that name
 * the offenders. Each rule is broken once on purpose, in a transaction that is rolled back, to show that its check sees.
 */
#include "gateway/store/sql.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/macro.h"
#include "gateway/store/migrate.h"
#include "gateway/store/private.h"
#include "tests/lib/pg.h"

/* ---- the schema -------------------------------------------------------------------------------------- */

/* Tables that belong to no tenant: one's own fence, and the list of migrations. */
#define INSTANCE_TABLES "('fence', 'schema_version')"

/* Tables of the schema as t; a tenant's have a column tenant_id. */
#define TABLES \
	"FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'switchhook' WHERE t.relkind IN ('r', 'p') "
#define OF_TENANT "EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped) "
#define COLUMNS(rel, keys) \
	"(SELECT array_agg(a.attname::text ORDER BY k.at) FROM unnest(" keys ") WITH ORDINALITY k(n, at) " \
	"JOIN pg_attribute a ON a.attrelid = " rel " AND a.attnum = k.n)"
#define NAMES(of) "SELECT coalesce(string_agg(DISTINCT " of ", ' '), '') "

static const struct rule {
	const char *what, *offenders;
	const char *breaks, *seen;	/* statements that break it, and what the check must then say */
} rules[] = {
	{ "a table belongs to a tenant or to the list here",
	  NAMES("t.relname") TABLES "AND NOT " OF_TENANT "AND t.relname NOT IN " INSTANCE_TABLES,
	  "CREATE TABLE switchhook.stray (n int)", "stray" },
	{ "a tenant's table has a primary key that begins with bucket, tenant_id",
	  NAMES("t.relname") TABLES "AND " OF_TENANT "AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary "
	  "AND (" COLUMNS("t.oid", "i.indkey::int2[]") ")[1:2] = ARRAY['bucket', 'tenant_id'])",
	  "CREATE TABLE switchhook.a (bucket smallint, tenant_id uuid, PRIMARY KEY (tenant_id, bucket));"
	  "CREATE TABLE switchhook.b (bucket smallint, tenant_id uuid, UNIQUE (bucket, tenant_id))", "a b" },
	{ "row-level security is on and forced, for the owner too",
	  NAMES("t.relname") TABLES "AND " OF_TENANT "AND NOT (t.relrowsecurity AND t.relforcerowsecurity)",
	  "ALTER TABLE switchhook.agent NO FORCE ROW LEVEL SECURITY; ALTER TABLE switchhook.call DISABLE ROW LEVEL SECURITY", "agent call" },
	/* A partition has none: nobody reads it but through its table. */
	{ "a tenant's table has a policy for the API",
	  NAMES("t.relname") TABLES "AND " OF_TENANT "AND NOT t.relispartition AND NOT EXISTS (SELECT FROM pg_policies p "
	  "WHERE p.schemaname = 'switchhook' AND p.tablename = t.relname AND 'switchhook_api' = ANY (p.roles))",
	  "DROP POLICY one_tenant ON switchhook.customer", "customer" },
	{ "the API's policies name tenant and bucket, and no policy is for everybody",
	  NAMES("p.tablename || '.' || p.policyname") "FROM pg_policies p WHERE p.schemaname = 'switchhook' AND (p.roles @> '{public}' "
	  "OR ('switchhook_api' = ANY (p.roles) AND (p.qual NOT LIKE '%tenant_id = %switchhook.tenant%' "
	  "OR p.qual NOT LIKE '%bucket = %switchhook.bucket%' OR p.permissive <> 'PERMISSIVE')))",
	  "CREATE POLICY open ON switchhook.agent USING (true); CREATE POLICY leak ON switchhook.call TO switchhook_api USING (true)",
	  "agent.open call.leak" },
	{ "a unique index contains bucket",
	  NAMES("x.relname") "FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid "
	  "JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'switchhook' AND i.indisunique "
	  "AND t.relname NOT IN ('schema_version') AND NOT " COLUMNS("t.oid", "i.indkey::int2[]") " @> ARRAY['bucket']",
	  "CREATE UNIQUE INDEX wide ON switchhook.agent (tenant_id, name)", "wide" },
	/* Else a plan that was made while the table was empty may read it whole for a row that the primary key names: store_plans. */
	{ "an index of what grows with the events is the primary key, or partial",
	  NAMES("x.relname") "FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid "
	  "JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'switchhook' AND NOT i.indisprimary AND i.indpred IS NULL "
	  "AND t.relname IN ('callbacks', 'due', 'live_dial', 'intents', 'ledger', 'call', 'inbox', 'rang', 'decision', 'evidence')",
	  "CREATE INDEX whole ON switchhook.call (agent_id, bucket, tenant_id)", "whole" },
	{ "no foreign key leaves its bucket",
	  NAMES("c.conname") "FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace "
	  "WHERE n.nspname = 'switchhook' AND c.contype = 'f' AND NOT EXISTS (SELECT FROM generate_subscripts(c.conkey, 1) i "
	  "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[i] AND a.attname = 'bucket' "
	  "JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[i] AND b.attname = 'bucket')",
	  "CREATE TABLE switchhook.a (id uuid PRIMARY KEY); CREATE TABLE switchhook.b (a uuid CONSTRAINT leaves REFERENCES switchhook.a)",
	  "leaves" },
	{ "no sequence is shared",
	  NAMES("s.relname") "FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace WHERE n.nspname = 'switchhook' AND s.relkind = 'S'",
	  "CREATE TABLE switchhook.a (id serial)", "a_id_seq" },
	{ "the roles may do nothing by themselves",
	  NAMES("r.rolname") "FROM pg_roles r WHERE r.rolname LIKE 'switchhook\\_%' "
	  "AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolcanlogin)",
	  "ALTER ROLE switchhook_api BYPASSRLS; ALTER ROLE switchhook_engine LOGIN", "switchhook_api switchhook_engine" },
	{ "the roles own nothing",
	  NAMES("t.relname") TABLES "AND pg_get_userbyid(t.relowner) LIKE 'switchhook\\_%'",
	  "GRANT CREATE ON SCHEMA switchhook TO switchhook_api; ALTER TABLE switchhook.agent OWNER TO switchhook_api",
	  "agent" },
	{ "nothing is granted to everybody",
	  NAMES("g.table_name") "FROM information_schema.role_table_grants g WHERE g.table_schema = 'switchhook' AND g.grantee = 'PUBLIC'",
	  "GRANT SELECT ON switchhook.agent TO PUBLIC", "agent" },
	{ "no function asks for the time, or reads a wall clock",
	  NAMES("p.proname") "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'switchhook' AND p.prosrc ~* "
	  "'at time zone|\\mnow\\(|clock_timestamp|statement_timestamp|current_timestamp|current_date|localtimestamp'",
	  "CREATE FUNCTION switchhook.late() RETURNS timestamptz LANGUAGE sql AS $$ SELECT now() $$", "late" },
	{ "what runs as the owner looks last among what its caller has made",
	  NAMES("p.proname") "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'switchhook' "
	  "AND (p.prosecdef OR p.proconfig::text LIKE '%search_path=%') "
	  "AND NOT coalesce('search_path=switchhook, pg_temp' = ANY (p.proconfig), false)",
	  "CREATE FUNCTION switchhook.a() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = switchhook AS $$ SELECT 1 $$;"
	  "CREATE FUNCTION switchhook.b() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$", "a b" },
};

static void
test_rules_of_the_schema(void **state)
{
	int faults = 0;

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(rules); i++) {
		const struct rule *r = &rules[i];
		const char *found = pg_value(r->offenders);

		if (*found) {
			print_error("%s: but %s\n", r->what, found);
			faults++;
		}
		pg_exec("BEGIN");
		pg_exec(r->breaks);
		found = pg_value(r->offenders);
		if (strcmp(found, r->seen) != 0) {
			print_error("%s: broken, the check says \"%s\", not \"%s\"\n", r->what, found, r->seen);
			faults++;
		}
		pg_exec("ROLLBACK");
	}
	assert_int_equal(faults, 0);
}

/* ---- one tenant, seen by another ------------------------------------------------------------------------ */

#define TENANT_A "018f0000-0000-7000-8000-00000000000a"
#define TENANT_B "018f0000-0000-7000-8000-00000000000b"

/* A row of each tenant in each table, of whatever fits the columns' types; checks are dropped for it. Rolled back later. */
static const char fill[] =
	"DO $$ DECLARE tab record; c text; w text; v text; k record; BEGIN "
	"FOR tab IN SELECT t.oid, t.relname AS name " TABLES "AND " OF_TENANT "AND NOT t.relispartition LOOP "
	"  FOR k IN SELECT conname FROM pg_constraint WHERE conrelid = tab.oid AND contype = 'c' LOOP "
	"    EXECUTE format('ALTER TABLE switchhook.%I DROP CONSTRAINT %I', tab.name, k.conname); END LOOP; "
	"  FOREACH w IN ARRAY ARRAY['" TENANT_A "', '" TENANT_B "'] LOOP "
	"    SELECT string_agg(quote_ident(a.attname), ','), string_agg(CASE WHEN a.attname = 'bucket' THEN '1' "
	"      WHEN a.attname = 'tenant_id' THEN quote_literal(w) || '::uuid' ELSE CASE a.atttypid::regtype::text "
	"      WHEN 'uuid' THEN 'gen_random_uuid()' WHEN 'text' THEN quote_literal('x') WHEN 'bytea' THEN 'decode(md5(random()::text), ''hex'')' "
	"      WHEN 'boolean' THEN 'false' WHEN 'jsonb' THEN '''{}''::jsonb' WHEN 'text[]' THEN '''{}''::text[]' "
	"      WHEN 'date' THEN 'current_date' WHEN 'timestamp with time zone' THEN 'now()' ELSE '1' END END, ',') INTO c, v "
	"      FROM pg_attribute a WHERE a.attrelid = tab.oid AND a.attnum > 0 AND NOT a.attisdropped "
	"       AND (a.attnotnull OR a.attname IN ('bucket', 'tenant_id')); "
	"    EXECUTE format('INSERT INTO switchhook.%I (%s) VALUES (%s)', tab.name, c, v); "
	"  END LOOP; END LOOP; END $$";

/* Tables in which the role that is set sees the second tenant's rows, or does not see as many as asked of the first's. */
static const char *
leaks(int own)
{
	static char sql[1600];

	snprintf(sql, sizeof(sql), "SELECT coalesce(string_agg(name, ' ' ORDER BY name), '') FROM ("
	    "SELECT t.relname AS name, query_to_xml(format('SELECT count(*) FILTER (WHERE tenant_id = %%L) AS b, "
	    "count(*) FILTER (WHERE tenant_id = %%L) AS a FROM switchhook.%%I', '" TENANT_B "', '" TENANT_A "', t.relname), true, true, '')::text AS x "
	    TABLES "AND " OF_TENANT "AND NOT t.relispartition AND has_table_privilege(t.oid, 'SELECT')) s "
	    "WHERE x NOT LIKE '%%<b>0</b>%%' OR x NOT LIKE '%%<a>%d</a>%%'", own);
	return pg_value(sql);
}

static void
as_api(const char *bucket, const char *tenant)
{
	char sql[300];

	snprintf(sql, sizeof(sql), "SET LOCAL ROLE switchhook_api; SET LOCAL switchhook.bucket = '%s'; SET LOCAL switchhook.tenant = '%s'",
	    bucket, tenant);
	pg_exec(sql);
}

static void
test_a_tenant_sees_itself_alone(void **state)
{
	(void)state;
	pg_exec("BEGIN");
	pg_exec(fill);
	pg_exec("SET LOCAL ROLE switchhook_api");
	assert_string_equal(leaks(0), "");		/* no tenant set: nothing */
	as_api("1", TENANT_A);
	assert_string_equal(leaks(1), "");
	as_api("2", TENANT_A);
	assert_string_equal(leaks(0), "");		/* the right tenant in the wrong bucket: nothing */
	as_api("1", TENANT_A);
	assert_string_equal(pg_value("WITH u AS (UPDATE switchhook.customer SET name = 'mine' RETURNING 1) SELECT count(*) FROM u"), "1");
	assert_string_equal(pg_value("WITH u AS (UPDATE switchhook.customer SET name = 'mine' WHERE tenant_id = '" TENANT_B "' RETURNING 1) "
	    "SELECT count(*) FROM u"), "0");
	/* Writing into another tenant is refused, not swallowed. */
	pg_exec("DO $$ BEGIN INSERT INTO switchhook.customer (bucket, tenant_id, customer_id, name, created_at) "
	    "VALUES (1, '" TENANT_B "', gen_random_uuid(), 'x', 'epoch'); RAISE EXCEPTION 'it was taken'; "
	    "EXCEPTION WHEN insufficient_privilege THEN NULL; END $$");
	/* And the check sees: a policy too many, and a role that bypasses. */
	pg_exec("RESET ROLE; CREATE POLICY leak ON switchhook.ledger TO switchhook_api USING (true)");
	as_api("1", TENANT_A);
	assert_string_equal(leaks(1), "ledger");
	pg_exec("RESET ROLE; DROP POLICY leak ON switchhook.ledger; ALTER ROLE switchhook_api BYPASSRLS");
	as_api("1", TENANT_A);
	assert_non_null(strstr(leaks(1), "agent api_key"));
	pg_exec("ROLLBACK");
}

/* ---- statements: text ------------------------------------------------------------------------------------ */

/* Comments, literals and quoted names as blanks, all else in lower case, runs of white space as one. */
static void
bare(const char *sql, char *out, size_t room)
{
	size_t n = 0;

	while (*sql && n + 1 < room) {
		char c = *sql;

		if (c == '-' && sql[1] == '-') {
			sql += strcspn(sql, "\n");
			c = ' ';
		} else if (c == '\'' || c == '"') {
			sql += 1 + strcspn(sql + 1, c == '"' ? "\"" : "'");
			c = ' ';
		}
		sql += *sql != '\0';
		if (!isspace((unsigned char)c))
			out[n++] = (char)tolower((unsigned char)c);
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	out[n] = '\0';
}

/* From at, outwards to the brackets that enclose it: where they open, and where they close. */
static void
scope(const char *text, const char *at, const char **ret_from, const char **ret_to)
{
	int depth = 0;
	const char *s;

	for (s = at; s > text; s--) {
		depth += s[-1] == ')';
		depth -= s[-1] == '(';
		if (depth < 0)
			break;
	}
	*ret_from = s;
	depth = 0;
	for (s = at; *s; s++) {
		depth += *s == '(';
		depth -= *s == ')';
		if (depth < 0)
			break;
	}
	*ret_to = s;
}

static bool
word_at(const char *text, const char *at, const char *word)
{
	return strncmp(at, word, strlen(word)) == 0 && (at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_' && at[-1] != '.'));
}

/*
 * The rule: what changes or claims rows names its bucket by equality. UPDATE and DELETE: `bucket = ` stands between the word and
 * the end of its own brackets. FOR UPDATE: it stands in the SELECT, within its own brackets. (ON CONFLICT … DO UPDATE is
 * an INSERT, and names the bucket as a value.)
 */
static const char *
check_buckets(const char *text)
{
	const char *from, *to, *hit;

	for (const char *s = text; *s; s++) {
		bool claim = word_at(text, s, "for update") || word_at(text, s, "for no key update");
		bool change = word_at(text, s, "delete from ") || (word_at(text, s, "update ") && !(s - text >= 4 &&
		    (strncmp(s - 4, "for ", 4) == 0 || strncmp(s - 4, "key ", 4) == 0)) && !(s - text >= 3 && strncmp(s - 3, "do ", 3) == 0));

		if (!claim && !change)
			continue;
		scope(text, s, &from, &to);
		hit = strstr(claim ? from : s, "bucket = ");
		if (!hit || hit >= to)
			return claim ? "claims rows without bucket = " : "changes rows without bucket = ";
	}
	return NULL;
}

static const char *
check_text(const char *sql)
{
	static const char *const clocks[] = { "now(", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday",
		"current_timestamp", "current_date", "current_time", "localtime" };
	static char text[20000];

	bare(sql, text, sizeof(text));
	for (const char *s = text; *s; s++) {
		for (size_t i = 0; i < SH_LENGTH(clocks); i++)
			if (word_at(text, s, clocks[i]))
				return "asks for the time: take it as a parameter";
		if (word_at(text, s, "at time zone"))
			return "says AT TIME ZONE: wall clocks are policy/'s";
	}
	return check_buckets(text);
}

static void
test_text_rules(void **state)
{
	static const struct {
		const char *sql, *fault;
	} cases[] = {
		{ "SELECT 1 -- now(), AT TIME ZONE, DELETE FROM x", NULL },
		{ "SELECT 'it is now(), FOR UPDATE' AS \"clock_timestamp\"", NULL },
		{ "SELECT known(1), s.now FROM s", NULL },
		{ "SELECT Now()", "asks for the time" },
		{ "SELECT pg_catalog.x, clock_timestamp()", "asks for the time" },
		{ "SELECT CURRENT_DATE", "asks for the time" },
		{ "SELECT a at  TIME\n zone 'x'", "AT TIME ZONE" },
		{ "UPDATE x SET a = 1 WHERE bucket = $1", NULL },
		{ "UPDATE x SET a = 1 WHERE id = $1", "changes rows" },
		{ "DELETE FROM x WHERE id = $1", "changes rows" },
		{ "WITH a AS (SELECT 1 FROM x WHERE bucket = $1) UPDATE x SET b = 1", "changes rows" },
		{ "WITH a AS (UPDATE x SET b = 1) SELECT 1 FROM x WHERE bucket = $1", "changes rows" },
		{ "WITH a AS (UPDATE x SET b = 1 WHERE x.bucket = $1) DELETE FROM x WHERE x.bucket = $1", NULL },
		{ "SELECT 1 FROM x WHERE bucket = $1 LIMIT $2 FOR UPDATE SKIP LOCKED", NULL },
		{ "SELECT 1 FROM x LIMIT 1 FOR UPDATE SKIP LOCKED", "claims rows" },
		{ "SELECT 1 FROM (SELECT 1 FROM x FOR UPDATE) y WHERE bucket = $1", "claims rows" },
		{ "INSERT INTO x VALUES ($1) ON CONFLICT (bucket, id) DO UPDATE SET a = 1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		const char *fault = check_text(cases[i].sql);

		if (!fault != !cases[i].fault || (fault && !strstr(fault, cases[i].fault)))
			print_error("%s: %s\n", cases[i].sql, fault ? fault : "no fault");
		assert_true(!fault == !cases[i].fault && (!fault || strstr(fault, cases[i].fault)));
	}
}

static void
test_text_of_the_statements(void **state)
{
	int faults = 0;

	(void)state;
	for (size_t i = 0; i < sh_sql_nstatements; i++) {
		const char *fault = check_text(sh_sql_statements[i].text);

		if (fault)
			print_error("statements/%s.sql %s\n", sh_sql_statements[i].name, fault);
		faults += fault != NULL;
	}
	assert_int_equal(faults, 0);
}

/* ---- statements: types and rights -------------------------------------------------------------------------- */

static PGconn *session;
static char fault[600];

static bool
good(PGresult *r, const char *what)
{
	bool is = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;

	if (!is)
		snprintf(fault, sizeof(fault), "%s: %s", what, PQresultErrorMessage(r));
	return is;
}

static bool
is_integer(Oid type)
{
	return type == 20 || type == 21 || type == 23;
}

/* What the server takes the parameters for, asked without telling it ours. Integers of any width fit each other. */
static bool
check_inferred(const struct sh_sql_statement *s)
{
	PGresult *r = PQprepare(session, "", s->text, 0, NULL);
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	/* Some parameters stand where any type may: the contract is then the only word on it. */
	bool open = state && (strcmp(state, "42P18") == 0 || strcmp(state, "42P08") == 0 || strcmp(state, "42725") == 0 ||
	    strcmp(state, "42883") == 0), fine = open || good(r, "does not prepare");

	PQclear(r);
	if (open || !fine)
		return fine;
	r = PQdescribePrepared(session, "");
	if (PQnparams(r) != s->nparams) {
		snprintf(fault, sizeof(fault), "has %d parameters, its contract %d", PQnparams(r), s->nparams);
		fine = false;
	}
	for (int i = 0; fine && i < s->nparams; i++) {
		Oid ours = sh_param_oid(s->params[i].type, s->params[i].array), theirs = PQparamtype(r, i);

		if (ours == theirs || (is_integer(ours) && is_integer(theirs)))
			continue;
		snprintf(fault, sizeof(fault), "$%d %s is type %u to the server and %u in the contract", i + 1, s->params[i].word, theirs, ours);
		fine = false;
	}
	PQclear(r);
	return fine;
}

/* With our types, as the gateway prepares it. The server must need each of them. */
static bool
check_prepares(const struct sh_sql_statement *s)
{
	Oid types[64];
	PGresult *r;
	bool fine;

	for (int i = 0; i < s->nparams; i++)
		types[i] = sh_param_oid(s->params[i].type, s->params[i].array);
	r = PQprepare(session, "", s->text, s->nparams, types);
	fine = good(r, "does not prepare with the contract's types");
	PQclear(r);
	return fine && check_inferred(s);
}

/* Somebody must have the rights to run it: EXPLAIN checks them. Only one of the roles needs to. */
static bool
check_rights(const struct sh_sql_statement *s)
{
	static const char *const roles[] = { "switchhook_api", "switchhook_ingest", "switchhook_engine" };
	char text[21000], role[60];
	const char *values[64] = { NULL };
	Oid types[64];
	bool any = false;

	if (strncmp(s->text, "-- ", 3) == 0 && strlen(s->text) > 20000)
		return false;
	for (int i = 0; i < s->nparams; i++)
		types[i] = sh_param_oid(s->params[i].type, s->params[i].array);
	snprintf(text, sizeof(text), "EXPLAIN %s", s->text);
	for (size_t i = 0; i < SH_LENGTH(roles) && !any; i++) {
		PGresult *r;

		snprintf(role, sizeof(role), "SET ROLE %s", roles[i]);
		PQclear(PQexec(session, role));
		r = PQexecParams(session, text, s->nparams, types, values, NULL, NULL, 0);
		any = good(r, "no role may run it");
		PQclear(r);
	}
	PQclear(PQexec(session, "RESET ROLE"));
	return any;
}

static bool
check_statement(const struct sh_sql_statement *s)
{
	return check_prepares(s) && check_rights(s);
}

static void
test_statements_prepare(void **state)
{
	int faults = 0;

	(void)state;
	for (size_t i = 0; i < sh_sql_nstatements; i++)
		if (!check_statement(&sh_sql_statements[i])) {
			print_error("statements/%s.sql %s\n", sh_sql_statements[i].name, fault);
			faults++;
		}
	assert_int_equal(faults, 0);
}

static void
test_statements_that_do_not(void **state)
{
	static const struct sh_sql_param text[] = { { SH_T_TEXT, false, "id" } }, id[] = { { SH_T_UUID, false, "id" } };
	static const struct sh_sql_param two[] = { { SH_T_UUID, false, "id" }, { SH_T_INT, false, "n" } };
	static const struct sh_sql_param wide[] = { { SH_T_BIGINT, false, "bucket" } }, time[] = { { SH_T_DATE, false, "at" } };
	static const struct {
		struct sh_sql_statement s;
		const char *fault;
	} cases[] = {
		{ { "fits", "SELECT name FROM customer WHERE customer_id = $1", 1, id }, NULL },
		{ { "integers", "SELECT name FROM customer WHERE bucket = $1", 1, wide }, NULL },
		{ { "other type", "SELECT name FROM customer WHERE customer_id = $1", 1, text }, "does not prepare with the contract's types" },
		{ { "cast", "SELECT name FROM customer WHERE created_at = $1", 1, time }, "$1 at is type 1184" },
		{ { "unused", "SELECT name FROM customer WHERE customer_id = $1", 2, two }, "has 1 parameters, its contract 2" },
		{ { "one more", "SELECT name FROM customer WHERE customer_id = $1 AND bucket = $2", 1, id }, "has 2 parameters, its contract 1" },
		{ { "no table", "SELECT 1 FROM nowhere", 0, NULL }, "does not prepare" },
		{ { "no right", "DELETE FROM tenant", 0, NULL }, "no role may run it" },
	};

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		bool fine = check_statement(&cases[i].s);

		if (fine != !cases[i].fault || (!fine && !strstr(fault, cases[i].fault)))
			print_error("%s: %s\n", cases[i].s.name, fine ? "no fault" : fault);
		assert_int_equal(fine, cases[i].fault == NULL);
		assert_true(fine || strstr(fault, cases[i].fault));
	}
}

/* ---- the start ---------------------------------------------------------------------------------------------- */

/* All of it was migrated by an owner who is no superuser; its sessions take the roles, and nothing runs as the owner. */
static void
test_an_ordinary_owner(void **state)
{
	static const char *const roles[] = { "switchhook_api", "switchhook_ingest", "switchhook_engine" };
	struct sh_error e;
	char info[300];

	(void)state;
	assert_string_equal(pg_value("SELECT rolsuper FROM pg_roles WHERE rolname = 'owner'"), "f");
	for (size_t i = 0; i < SH_LENGTH(roles); i++) {
		PGconn *c;
		PGresult *r;

		snprintf(info, sizeof(info), "%s user=owner options='-c role=%s -c search_path=switchhook'", pg_start(), roles[i]);
		c = pg_session(info);
		r = PQexec(c, "SELECT current_user, fence_ok(0::smallint)");
		assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
		assert_string_equal(PQgetvalue(r, 0, 0), roles[i]);
		assert_string_equal(PQgetvalue(r, 0, 1), "t");
		PQclear(r);
		PQfinish(c);
	}
	snprintf(info, sizeof(info), "%s user=owner", pg_start());
	assert_int_equal(sh_migrate(info, 0, NULL, NULL, &e), SH_OK);
	assert_true(atoi(pg_value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'switchhook.inbox'::regclass")) >= 8);
}

/* Whoever speaks SQL as ingest makes a type `date` of his own, whose check is his code: the owner's functions must not run it. */
static void
test_nobody_lends_the_owner_a_type(void **state)
{
	static const char *const calls[][2] = { { "switchhook_ingest", "SELECT partitions_of(ARRAY['2026-03-01Z'::timestamptz], '2026-03-01Z')" },
		{ "switchhook_engine", "SELECT partitions_ahead('2026-04-01Z')" } };
	char info[300];

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(calls); i++) {
		PGconn *c;
		PGresult *r;

		snprintf(info, sizeof(info), "%s user=owner options='-c role=%s -c search_path=switchhook'", pg_start(), calls[i][0]);
		c = pg_session(info);
		r = PQexec(c, "CREATE FUNCTION pg_temp.mine(d pg_catalog.date) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN "
			      "RAISE EXCEPTION 'it runs as %', current_user; END $$;"
			      "CREATE DOMAIN pg_temp.date AS pg_catalog.date CHECK (pg_temp.mine(VALUE))");
		assert_int_equal(PQresultStatus(r), PGRES_COMMAND_OK);
		PQclear(r);
		r = PQexec(c, "SELECT '2026-03-01'::date");
		assert_string_equal(PQresultErrorField(r, PG_DIAG_SQLSTATE), "P0001");
		PQclear(r);
		r = PQexec(c, calls[i][1]);
		if (PQresultStatus(r) != PGRES_TUPLES_OK)
			fail_msg("%s: %s", calls[i][1], PQerrorMessage(c));
		PQclear(r);
		PQfinish(c);
	}
}

/* A dump reads the inbox for hours, and webhooks come: a new day waits for neither, and holds up neither. */
static void
test_a_day_is_made_beside_others(void **state)
{
	PGconn *reads = pg_session(pg_start()), *makes = pg_session(pg_start());
	static const char *const steps[] = { "BEGIN; SELECT FROM switchhook.inbox", "SET lock_timeout = '5s'; BEGIN",
		"SELECT switchhook.partitions_ahead('2026-07-01Z')" };

	(void)state;
	for (size_t i = 0; i < SH_LENGTH(steps); i++) {
		PGresult *r = PQexec(i ? makes : reads, steps[i]);

		if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK)
			fail_msg("%s: %s", steps[i], PQerrorMessage(makes));
		PQclear(r);
	}
	pg_exec("SET lock_timeout = '5s'");
	pg_exec("INSERT INTO switchhook.inbox (bucket, tenant_id, day, event_id, received_at, workspace_id, provider, kind, final, "
		"dedup, body, lease_until) SELECT 1, gen_random_uuid(), d, gen_random_uuid(), d, gen_random_uuid(), 'p', 'k', false, "
		"'\\x01', '', d FROM (SELECT max(to_date(right(relname, 8), 'YYYYMMDD')) FROM pg_class "
		"WHERE relname ~ '^inbox_[0-9]{8}$') x(d)");
	PQclear(PQexec(makes, "COMMIT"));
	/* It is as those that were made with the table. */
	assert_string_equal(pg_value("SELECT bool_and((SELECT attstorage FROM pg_attribute WHERE attrelid = p.inhrelid AND attname = 'body') "
				     "= (SELECT attstorage FROM pg_attribute WHERE attrelid = p.inhparent AND attname = 'body')) "
				     "AND bool_and((SELECT count(*) FROM pg_index WHERE indrelid = p.inhrelid) "
				     "= (SELECT count(*) FROM pg_index WHERE indrelid = p.inhparent)) "
				     "FROM pg_inherits p WHERE p.inhparent = 'switchhook.inbox'::regclass"),
	    "t");
	PQfinish(reads);
	PQfinish(makes);
	pg_exec("DELETE FROM switchhook.inbox");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_of_the_schema),
		cmocka_unit_test(test_a_tenant_sees_itself_alone),
		cmocka_unit_test(test_text_rules),
		cmocka_unit_test(test_text_of_the_statements),
		cmocka_unit_test(test_statements_prepare),
		cmocka_unit_test(test_statements_that_do_not),
		cmocka_unit_test(test_an_ordinary_owner),
		cmocka_unit_test(test_nobody_lends_the_owner_a_type),
		cmocka_unit_test(test_a_day_is_made_beside_others),
	};
	struct sh_error e;
	char info[300];
	int failed;

	snprintf(info, sizeof(info), "%s user=owner", pg_start());
	pg_exec("CREATE ROLE owner LOGIN CREATEROLE");
	pg_exec("ALTER DATABASE postgres OWNER TO owner");
	if (sh_migrate(info, 0, NULL, NULL, &e) != SH_OK) {
		fprintf(stderr, "# %s\n", e.text);
		return 1;
	}
	session = pg_session(pg_start());
	PQclear(PQexec(session, "SET search_path = switchhook"));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	PQfinish(session);
	return failed;
}
