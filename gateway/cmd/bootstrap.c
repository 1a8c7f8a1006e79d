/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/bootstrap.c: `switchhook bootstrap`: an empty database gets its first tenant and an admin key.
 *
 * It goes to the database itself, not through the API: there is no key yet that the API would take. It becomes the user
 * that the gateway runs as first, so that key file and socket are read as that user. Row-level security binds the tables'
 * owner too, so the work is done in the gateway's own roles: ingest sees whether there is any tenant, the API writes its own.
 */
#include "gateway/cmd/command.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/base/writer.h"
#include "gateway/cmd/database.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/kek.h"
#include "gateway/crypto/token.h"
#include "gateway/server/parts.h"
#include "gateway/store/sql.h"

#define BOOTSTRAP_BUCKETS 64

/* What is made, in the forms in which it is written. */
struct bootstrap {
	const char *name, *plan;
	int64_t now_ms;
	struct sh_id tenant, key;
	int bucket;
	char token[SH_TOKEN_MAX];
	uint8_t hash[32], keys[SH_KEK_WRAPPED_MAX];
	size_t nkeys;
};

/* ---- the database, blocking ---- */

/* The result of one statement, or NULL with the error set. */
static PGresult *
bootstrap_run(PGconn *conn, const char *sql, int n, const char *const *values, struct sh_error *e)
{
	PGresult *r = PQexecParams(conn, sql, n, NULL, values, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(r);

	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return r;
	sh_database_refused(r, e);
	PQclear(r);
	return NULL;
}

static bool
bootstrap_do(PGconn *conn, const char *sql, struct sh_error *e)
{
	PGresult *r = bootstrap_run(conn, sql, 0, NULL, e);

	PQclear(r);
	return r != NULL;
}

/* Is the first column of the only row this text? */
static bool
bootstrap_says(PGconn *conn, const char *sql, const char *text, struct sh_error *e)
{
	PGresult *r = bootstrap_run(conn, sql, 0, NULL, e);
	bool same = r && PQntuples(r) == 1 && strcmp(PQgetvalue(r, 0, 0), text) == 0;

	PQclear(r);
	return same;
}

static bool
bootstrap_empty(PGconn *conn, struct sh_error *e)
{
	e->status = SH_OK;
	if (!bootstrap_says(conn, "SELECT to_regclass('switchhook.tenant') IS NOT NULL", "t", e)) {
		if (e->status == SH_OK)
			sh_fail(e, SH_EABSENT,
			    "the database has no schema yet: `switchhook serve` makes it at its start, and so does `switchhook "
			    "migrate`");
		return false;
	}
	if (!bootstrap_do(conn, "BEGIN", e) || !bootstrap_do(conn, "SET LOCAL search_path = switchhook", e) ||
	    !bootstrap_do(conn, sh_sql_statements[SH_SQL_bootstrap_lock].text, e) ||
	    !bootstrap_do(conn, "SET LOCAL ROLE switchhook_ingest", e))
		return false;
	if (bootstrap_says(conn, sh_sql_statements[SH_SQL_bootstrap_count].text, "0", e))
		return true;
	if (e->status == SH_OK)
		sh_fail(e, SH_ECONFLICT,
		    "this database has a tenant already; bootstrap is for an empty one. A key that has keys:admin makes "
		    "others: `switchhook key create`");
	return false;
}

static void
bootstrap_hex(const uint8_t *bytes, size_t n, char *out)
{
	out[0] = '\\';
	out[1] = 'x';
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 + 2 * i, 3, "%02x", bytes[i]);
}

static bool
bootstrap_write(PGconn *conn, const struct bootstrap *b, struct sh_error *e)
{
	char bucket[8], tenant[37], key[37], now[32], shown[SH_TOKEN_SHOWN + 1], keys[2 * SH_KEK_WRAPPED_MAX + 3], hash[2 * 32 + 3];
	const char *const place[] = { tenant, bucket };
	const char *const row[] = { bucket, tenant, b->name, keys, key, hash, shown, now, b->plan };
	PGresult *r;

	snprintf(bucket, sizeof(bucket), "%d", b->bucket);
	sh_text_uuid_format(b->tenant.b, tenant);
	sh_text_uuid_format(b->key.b, key);
	sh_time_format_rfc3339(b->now_ms, now);
	snprintf(shown, sizeof(shown), "%.*s", SH_TOKEN_SHOWN, b->token);
	bootstrap_hex(b->keys, b->nkeys, keys);
	bootstrap_hex(b->hash, sizeof(b->hash), hash);

	if (!bootstrap_do(conn, "SET LOCAL ROLE switchhook_api", e))
		return false;
	r = bootstrap_run(
	    conn, "SELECT set_config('switchhook.tenant', $1, true), set_config('switchhook.bucket', $2, true)", 2, place, e);
	PQclear(r);
	if (!r)
		return false;
	r = bootstrap_run(conn, sh_sql_statements[SH_SQL_bootstrap_tenant].text, SH_LENGTH(row), row, e);
	PQclear(r);
	return r && bootstrap_do(conn, "COMMIT", e);
}

/* ---- what is written ---- */

/* Which of the buckets a tenant's rows are in, for good. */
static int
bootstrap_bucket(const struct sh_id *tenant)
{
	uint8_t digest[32];

	sh_digest_sha256((struct sh_str){ (const char *)tenant->b, sizeof(tenant->b) }, digest);
	return digest[0] % BOOTSTRAP_BUCKETS;
}

static bool
bootstrap_make(const struct sh_config *c, struct bootstrap *b, struct sh_error *e)
{
	struct sh_clock clock;
	struct sh_token token;
	struct sh_kek *kek;
	bool made;

	sh_clock_init(&clock);
	b->now_ms = sh_clock_wall_ms(&clock);
	b->tenant = sh_id_new(b->now_ms);
	b->key = sh_id_new(b->now_ms);
	b->bucket = bootstrap_bucket(&b->tenant);
	if (sh_kek_open(c->v[SH_OPTION_key_file].s, &kek, e) != SH_OK)
		return false;
	made = sh_kek_make(kek, &b->tenant, b->keys, &b->nkeys, e) == SH_OK;
	sh_kek_close(kek);
	if (!made)
		return false;
	sh_token_new(SH_TOKEN_API, b->bucket, b->token, &token);
	memcpy(b->hash, token.hash, sizeof(b->hash));
	return true;
}

static void
bootstrap_tell(const struct bootstrap *b, bool json)
{
	SH_CLEANUP(sh_buf_wipe) struct sh_buf text = { 0 };
	struct sh_out o;
	char tenant[37];

	sh_buf_init(&text, 4096);
	if (!json) {
		sh_text_uuid_format(b->tenant.b, tenant);
		printf("The first tenant is \"%s\" (%s). Its admin key, which is shown this once:\n\n    %s\n\n"
		       "The other commands read it from the environment: SWITCHHOOK_KEY\n",
		    b->name, tenant, b->token);
		return;
	}
	sh_writer_init(&o, &text);
	sh_writer_open(&o, '{');
	sh_writer_key_id(&o, "tenant_id", &b->tenant);
	sh_writer_key_str(&o, "name", sh_str(b->name));
	sh_writer_key_id(&o, "key_id", &b->key);
	sh_writer_key_str(&o, "key", sh_str(b->token));
	sh_writer_close(&o, '}');
	puts(sh_buf_str(&text).s);
}

static void
bootstrap_say(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "%s\n", line);
}

/* A plan that nobody knows would have the terms of another one. */
static bool
bootstrap_plan(const struct sh_config *c, const char *name)
{
	struct sh_plans *plans = sh_parts_plans(c, bootstrap_say, NULL);
	const struct sh_plan *plan;
	bool known = false;

	if (plans)
		sh_plans_find(plans, sh_str(name), &known);
	if (plans && !known) {
		fprintf(stderr, "switchhook bootstrap: there is no plan \"%.63s\"; the plans are", name);
		for (size_t i = 0; (plan = sh_plans_at(plans, i)); i++)
			fprintf(stderr, "%s %s", i ? "," : "", plan->name);
		fputs("\n", stderr);
	}
	sh_plans_free(plans);
	return known;
}

static int
bootstrap_with(const struct sh_config *c, struct bootstrap *b, bool json)
{
	struct sh_error e;
	PGconn *conn;
	bool done;

	if (!bootstrap_plan(c, b->plan))
		return SH_EXIT_FAILED;
	sh_process_harden();
	if (sh_process_drop(c->v[SH_OPTION_user].s, c->v[SH_OPTION_state_dir].s, &e) != SH_OK)
		return sh_command_failed("bootstrap", "%s", e.text);
	conn = sh_database_open(c, sh_config_conninfo(c), "switchhook bootstrap", NULL, &e);
	done = conn && bootstrap_empty(conn, &e) && bootstrap_make(c, b, &e) && bootstrap_write(conn, b, &e);
	PQfinish(conn);
	if (!done)
		return sh_command_failed("bootstrap", "%s", e.text);
	bootstrap_tell(b, json);
	sh_digest_wipe(b, sizeof(*b));
	return SH_EXIT_OK;
}

int
sh_cmd_bootstrap(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "name", required_argument, NULL, 'n' }, { "plan", required_argument, NULL, 'p' }, { "json", no_argument, NULL, 'j' }, { 0 } };
	SH_CLEANUP(sh_config_freep) struct sh_config *config = NULL;
	struct bootstrap b = { .name = "Default", .plan = "free" };
	const char *file = SH_COMMAND_CONFIG;
	struct sh_faults f;
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			file = optarg;
		else if (c == 'n')
			b.name = optarg;
		else if (c == 'p')
			b.plan = optarg;
		else if (c == 'j')
			json = true;
		else
			return sh_command_usage("bootstrap", "unknown option");
	}
	if (optind < argc)
		return sh_command_usage("bootstrap", "unexpected argument \"%.60s\"", argv[optind]);
	if (!*b.name || strlen(b.name) > 200 || !sh_text_is_utf8(sh_str(b.name)))
		return sh_command_usage("bootstrap", "--name takes 1 to 200 bytes of UTF-8");
	sh_faults_init(&f, file);
	config = sh_config_load(&f);
	fputs(sh_buf_str(&f.text).s, stderr);
	sh_faults_clear(&f);
	return config ? bootstrap_with(config, &b, json) : SH_EXIT_FAILED;
}
