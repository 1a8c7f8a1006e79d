/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * pgdue: the scheduler's own statements without the gateway around them.
 *
 *	pgdue claim FOLDER CLIENTS LIMIT           due_claim of up to LIMIT, then callback_end of each, one transaction a claim
 *	pgdue judge FOLDER CLIENTS LIMIT           due_claim of up to LIMIT, then dial_intent and activity_add of each, each a transaction
 *	pgdue schedule FOLDER CLIENTS COUNT BATCH FILE   callback_next, BATCH in a transaction, after the callbacks that FILE names
 *
 * FOLDER holds the gateway's statements. claim and judge go from bucket to bucket, as the engine does, due_next first, until
 * nothing is due; client i of n has the buckets with remainder i. judge expects callbacks whose number may not call: T2 ends
 * them. Lines of FILE: "bucket tenant callback". It prints "measuring", begins at the next line of stdin, and prints a JSON object.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "bench/pglib/statement.h"

/* As the engine's own: SH_CONNECT_BY_KEY. */
#define SETTINGS                                                                                                                   \
	"-c search_path=switchhook -c timezone=UTC -c jit=off -c role=switchhook_engine -c plan_cache_mode=force_generic_plan "    \
	"-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_material=off"
#define BUCKETS 64
#define CLAIMS_MAX 200000

struct client {
	pthread_t thread;
	int number;
	PGconn *conn;
	uint64_t seed;
	long done, idle;
	float *times;
	size_t ntimes;
};

static struct {
	const char *mode;
	int clients, limit, batch;
} given;

static struct statement next, claim, end, intent, activity, schedule;
static pthread_barrier_t start;
static char (*previous)[128]; /* "bucket tenant callback", to be split */
static int nprevious;

/* Parameters by name, as text. */
struct call {
	const struct statement *st;
	const char *values[STATEMENT_PARAMS];
};

static void
set(struct call *c, const char *param, const char *value)
{
	c->values[statement_at(c->st, param)] = value;
}

/* ISO, in UTC. */
static void
time_text(char out[48], double after_s)
{
	struct timespec t;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += (time_t)after_s;
	gmtime_r(&t.tv_sec, &tm);
	strftime(out, 24, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(out + strlen(out), 24, ".%06ldZ", t.tv_nsec / 1000);
}

static void
send(struct client *c, const struct call *call)
{
	if (!PQsendQueryPrepared(c->conn, call->st->name, call->st->nparams, call->values, NULL, NULL, 0))
		bench_die(call->st->name, PQerrorMessage(c->conn));
}

static void
sync_now(struct client *c)
{
	if (!PQpipelineSync(c->conn))
		bench_die("sync", PQerrorMessage(c->conn));
}

/* Reads what one statement, or one sync, returned. */
static PGresult *
answer(struct client *c)
{
	PGresult *r = bench_ok(c->conn, PQgetResult(c->conn));

	if (PQresultStatus(r) != PGRES_PIPELINE_SYNC)
		PQclear(PQgetResult(c->conn)); /* the NULL behind each statement */
	return r;
}

static void
skip(struct client *c, int n)
{
	while (n-- > 0)
		PQclear(answer(c));
}

static void
new_uuid(struct client *c, char text[37])
{
	uint8_t id[16];

	bench_uuid(&c->seed, id);
	bench_uuid_text(id, text);
}

/* ---- claim and complete ---- */

static void
complete(struct client *c, const char *bucket, PGresult *rows, int i, const char *now)
{
	struct call call = { .st = &end };

	set(&call, "bucket", bucket);
	set(&call, "tenant", PQgetvalue(rows, i, PQfnumber(rows, "tenant_id")));
	set(&call, "callback", PQgetvalue(rows, i, PQfnumber(rows, "id")));
	set(&call, "state", "completed");
	set(&call, "outcome", "connected");
	set(&call, "end_reason", "completed");
	set(&call, "now", now);
	send(c, &call);
}

static void
judge(struct client *c, const char *bucket, PGresult *rows, int i, const char *now)
{
	struct call call = { .st = &intent }, told = { .st = &activity };
	char dial[37], entry[37], decision[37], id[37], soon[48], later[48];

	new_uuid(c, dial);
	new_uuid(c, entry);
	new_uuid(c, decision);
	new_uuid(c, id);
	time_text(soon, 5);
	time_text(later, 600);
	set(&call, "bucket", bucket);
	set(&call, "tenant", PQgetvalue(rows, i, PQfnumber(rows, "tenant_id")));
	set(&call, "callback", PQgetvalue(rows, i, PQfnumber(rows, "id")));
	set(&call, "epoch", PQgetvalue(rows, i, PQfnumber(rows, "epoch")));
	set(&call, "dial", dial);
	set(&call, "now", now);
	set(&call, "send_before", soon);
	set(&call, "verdict_at", later);
	set(&call, "live_until", later);
	set(&call, "lease_until", later);
	set(&call, "entry", entry);
	set(&call, "driver_per_minute", "600");
	set(&call, "within_s", "{86400}");
	set(&call, "calls", "{3}");
	set(&call, "gap_s", "0");
	set(&call, "exempt", "f");
	set(&call, "decision", decision);
	set(&call, "policy", "default");
	set(&call, "record", "{\"kind\": \"admit\", \"verdict\": \"ok\"}");
	send(c, &call);
	sync_now(c);
	set(&told, "bucket", bucket);
	set(&told, "tenant", call.values[statement_at(&intent, "tenant")]);
	set(&told, "activity", id);
	set(&told, "now", now);
	set(&told, "kind", "callback.ended");
	set(&told, "text", "attempt 1 not dialled: outbound_disabled");
	set(&told, "chain", call.values[statement_at(&intent, "callback")]);
	set(&told, "callback", call.values[statement_at(&intent, "callback")]);
	send(c, &told);
	sync_now(c);
}

/* One bucket once; how many were claimed. */
static int
one_claim(struct client *c, int bucket)
{
	struct call call = { .st = &claim };
	char name[16], limit[16], now[48], until[48];
	bool judging = strcmp(given.mode, "judge") == 0;
	double began = bench_now_s();
	PGresult *rows;
	int n;

	snprintf(name, sizeof(name), "%d", bucket);
	snprintf(limit, sizeof(limit), "%d", given.limit);
	time_text(now, 0);
	time_text(until, 30);
	set(&call, "bucket", name);
	set(&call, "now", now);
	set(&call, "most", limit);
	set(&call, "claim_until", until);
	set(&call, "work_until", until);
	send(c, &call);
	sync_now(c);
	rows = answer(c);
	skip(c, 1);
	n = PQntuples(rows);
	if (c->ntimes < CLAIMS_MAX)
		c->times[c->ntimes++] = (float)(bench_now_s() - began);
	for (int i = 0; i < n; i++)
		if (judging)
			judge(c, name, rows, i, now);
		else
			complete(c, name, rows, i, now);
	if (!judging && n > 0)
		sync_now(c);
	skip(c, judging ? 4 * n : n > 0 ? n + 1 : 0);
	PQclear(rows);
	return n;
}

static void
claim_all(struct client *c)
{
	bool due[BUCKETS], any = true;

	while (any) {
		struct call call = { .st = &next };
		char now[48];
		PGresult *r;

		memset(due, 0, sizeof(due));
		time_text(now, 0);
		set(&call, "now", now);
		send(c, &call);
		sync_now(c);
		r = answer(c);
		skip(c, 1);
		for (int i = 0; i < PQntuples(r); i++)
			if (PQgetvalue(r, i, PQfnumber(r, "is_due"))[0] == 't')
				due[strtol(PQgetvalue(r, i, PQfnumber(r, "bucket")), NULL, 10)] = true;
		PQclear(r);
		any = false;
		for (int b = c->number; b < BUCKETS; b += given.clients)
			if (due[b]) {
				c->done += one_claim(c, b);
				any = true;
			}
	}
}

/* ---- schedule ---- */

static void
schedule_one(struct client *c, int i, double after_s)
{
	struct call call = { .st = &schedule };
	char bucket[8], tenant[40], callback[40], id[37], attempt[16], due[48], now[48];

	if (sscanf(previous[i % nprevious], "%7s %39s %39s", bucket, tenant, callback) != 3)
		bench_die("schedule", "a line of the file has not three words");
	new_uuid(c, id);
	/* Unique in its chain. */
	snprintf(attempt, sizeof(attempt), "%d", 2 + (int)(bench_random(&c->seed) % 1000000000));
	time_text(due, after_s);
	time_text(now, 0);
	set(&call, "bucket", bucket);
	set(&call, "tenant", tenant);
	set(&call, "previous", callback);
	set(&call, "callback", id);
	set(&call, "attempt", attempt);
	set(&call, "due", due);
	set(&call, "reason", "no_answer_followup");
	set(&call, "explicit", "f");
	set(&call, "is_final", "f");
	set(&call, "once_spent", "0");
	set(&call, "now", now);
	send(c, &call);
}

static void
schedule_all(struct client *c)
{
	for (int i = 0; i < given.limit / given.clients; i += given.batch) {
		double began = bench_now_s();

		for (int k = 0; k < given.batch; k++)
			schedule_one(c, c->number + given.clients * (i + k), 3600 + (double)(bench_random(&c->seed) % 82800));
		sync_now(c);
		skip(c, given.batch + 1);
		c->done += given.batch;
		if (c->ntimes < CLAIMS_MAX)
			c->times[c->ntimes++] = (float)(bench_now_s() - began);
	}
}

static void
read_previous(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t room = 65536;

	previous = malloc(room * sizeof(*previous));
	while (f && previous && (size_t)nprevious < room && fgets(previous[nprevious], sizeof(*previous), f))
		nprevious++;
	if (nprevious == 0)
		bench_die(path, "names no callbacks");
}

/* ---- the run ---- */

static void *
run(void *arg)
{
	struct client *c = arg;

	pthread_barrier_wait(&start);
	if (strcmp(given.mode, "schedule") == 0)
		schedule_all(c);
	else
		claim_all(c);
	return NULL;
}

static void
prepare(struct client *c)
{
	c->conn = bench_connect(SETTINGS);
	statement_prepare(&next, c->conn);
	statement_prepare(&claim, c->conn);
	statement_prepare(&end, c->conn);
	statement_prepare(&intent, c->conn);
	statement_prepare(&activity, c->conn);
	statement_prepare(&schedule, c->conn);
	if (!PQenterPipelineMode(c->conn))
		bench_die("pipeline", PQerrorMessage(c->conn));
	(void)!getrandom(&c->seed, sizeof(c->seed), 0);
	c->seed |= 1;
	c->times = malloc(CLAIMS_MAX * sizeof(*c->times));
}

static int
by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	struct client *clients;
	double began;
	long done = 0;

	if (argc < 5 || (strcmp(argv[1], "schedule") == 0 && argc != 7)) {
		fprintf(stderr, "usage: pgdue claim|judge FOLDER CLIENTS LIMIT | pgdue schedule FOLDER CLIENTS COUNT BATCH FILE\n");
		return 2;
	}
	given.mode = argv[1];
	given.clients = (int)strtol(argv[3], NULL, 10);
	given.limit = (int)strtol(argv[4], NULL, 10);
	given.batch = argc > 5 ? (int)strtol(argv[5], NULL, 10) : 1;
	statement_read(&next, argv[2], "due_next");
	statement_read(&claim, argv[2], "due_claim");
	statement_read(&end, argv[2], "callback_end");
	statement_read(&intent, argv[2], "dial_intent");
	statement_read(&activity, argv[2], "activity_add");
	statement_read(&schedule, argv[2], "callback_next");
	if (strcmp(given.mode, "schedule") == 0)
		read_previous(argv[6]);
	clients = calloc((size_t)given.clients, sizeof(*clients));
	if (!clients)
		bench_die("pgdue", "memory");
	pthread_barrier_init(&start, NULL, (unsigned)given.clients + 1);
	for (int i = 0; i < given.clients; i++) {
		clients[i].number = i;
		prepare(&clients[i]);
		pthread_create(&clients[i].thread, NULL, run, &clients[i]);
	}
	printf("measuring\n");
	fflush(stdout);
	/* Whoever reads the CPU says when: at the next line of stdin, or its end. */
	(void)!fgetc(stdin);
	began = bench_now_s();
	pthread_barrier_wait(&start);
	for (int i = 0; i < given.clients; i++) {
		pthread_join(clients[i].thread, NULL);
		done += clients[i].done;
	}
	began = bench_now_s() - began;
	qsort(clients->times, clients->ntimes, sizeof(*clients->times), by_size);
	printf("{\"ok\":%ld,\"seconds\":%.3f,\"claim_p50_ms\":%.3f}\n", done, began,
	    clients->ntimes ? clients->times[clients->ntimes / 2] * 1e3 : 0);
	fflush(stdout);
	(void)!fgetc(stdin);
	return 0;
}
