/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * pgins: how cheaply Postgres can take rows in: single rows, or arrays by unnest, binary parameters.
 *
 *	pgins single|batch [-c CLIENTS] [-b ROWS] [-s BODY_BYTES] [-t SECONDS]            into webhook_events
 *	pgins FOLDER/STATEMENT [-c CLIENTS] [-b ROWS] [-s BODY_BYTES] [-t SECONDS]        a statement of arrays, the gateway's shape
 *
 * A statement's parameters are made by their names: events are new ids, bodies are random bytes (what is sealed looks random),
 * other bytea are new hashes, dials are absent, the rest is the same in each row. libpq's environment says where Postgres is.
 * It prints "measuring" as it begins and a JSON object at the end; who watches Postgres's CPU reads it at these moments.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "bench/loadgen/payload.h"
#include "bench/pglib/statement.h"

#define TIMES_MAX 1000000
#define SETTINGS "-c search_path=switchhook,public -c timezone=UTC -c plan_cache_mode=force_generic_plan"

struct buf {
	char *p;
	size_t n, size;
};

struct client {
	pthread_t thread;
	PGconn *conn;
	uint64_t seed;
	struct buf bufs[STATEMENT_PARAMS];
	float *times;
	size_t ntimes;
	unsigned long long rows;
};

static struct {
	int clients, rows, seconds;
	size_t body;
} given = { 1, 64, 3, 2048 };

static const uint8_t fixed_id[16] = { 0x01, 0x9a, 0x0d, 0x3e, 0x8a, 0x4f, 0x7a, 0x54, 0x9f, 0x6b, 0x0b, 0x7c, 0x1d, 0x2e, 0x3f,
	0x40 };
static struct statement st;
static bool sealed; /* bodies are random bytes */
static char *noise;
static atomic_bool go, stop;

static void
put(struct buf *b, const void *data, size_t n)
{
	if (b->n + n > b->size) {
		b->size = (b->n + n) * 2;
		b->p = realloc(b->p, b->size);
		if (!b->p)
			bench_die("pgins", "memory");
	}
	memcpy(b->p + b->n, data, n);
	b->n += n;
}

static void
put32(struct buf *b, uint32_t v)
{
	v = htonl(v);
	put(b, &v, 4);
}

/* An element, with its length before it in an array. */
static void
put_value(struct buf *b, bool array, const void *data, size_t n)
{
	if (array)
		put32(b, (uint32_t)n);
	put(b, data, n);
}

static void
put_bytea(struct client *c, struct buf *b, const struct statement_param *p)
{
	uint64_t hash[2] = { bench_random(&c->seed), bench_random(&c->seed) };

	if (strcmp(p->name, "bodies") == 0)
		put_value(b, p->array, noise + bench_random(&c->seed) % 4096, given.body);
	else
		put_value(b, p->array, hash, sizeof(hash));
}

static void
put_uuid(struct client *c, struct buf *b, const struct statement_param *p)
{
	uint8_t id[16];

	if (strcmp(p->name, "dials") == 0) {
		put32(b, UINT32_MAX); /* NULL */
	} else if (strcmp(p->name, "events") == 0) {
		bench_uuid(&c->seed, id);
		put_value(b, p->array, id, sizeof(id));
	} else {
		put_value(b, p->array, fixed_id, sizeof(fixed_id));
	}
}

static void
put_param(struct client *c, struct buf *b, const struct statement_param *p)
{
	const char *text = strcmp(p->name, "providers") == 0 ? "retell" : "call_ended";
	uint16_t small = htons(5);
	uint32_t number = htonl(30);
	uint64_t at = htobe64((uint64_t)bench_now_pg() + (p->array ? 0 : 30000000));
	char yes = 1;

	switch (p->element) {
	case 21:
		put_value(b, p->array, &small, sizeof(small));
		break;
	case 23:
		put_value(b, p->array, &number, sizeof(number));
		break;
	case 2950:
		put_uuid(c, b, p);
		break;
	case 1184:
		put_value(b, p->array, &at, sizeof(at));
		break;
	case 25:
		put_value(b, p->array, text, strlen(text));
		break;
	case 16:
		put_value(b, p->array, &yes, 1);
		break;
	case 17:
		put_bytea(c, b, p);
		break;
	default:
		bench_die(p->type, "is a type that pgins does not make");
	}
}

/* ---- the peers' table ---- */

#define PEER_COLUMNS "(id, workspace_id, provider, provider_event_id, event_type, call_id, payload)"
#define PEER_CONFLICT " ON CONFLICT (workspace_id, provider_event_id) DO NOTHING"

static struct payload payload;

static void
peer_statement(bool array)
{
	static const char *const type[] = { "uuid", "uuid", "text", "text", "text", "text", "bytea" };
	static const Oid oids[] = { 2950, 2950, 25, 25, 25, 25, 17 }, arrays[] = { 2951, 2951, 1009, 1009, 1009, 1009, 1001 };

	strcpy(st.name, "pgins");
	st.text = array ? "INSERT INTO webhook_events " PEER_COLUMNS
			  " SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)" PEER_CONFLICT
			: "INSERT INTO webhook_events " PEER_COLUMNS " VALUES ($1, $2, $3, $4, $5, $6, $7)" PEER_CONFLICT;
	st.nparams = 7;
	for (int i = 0; i < 7; i++) {
		strcpy(st.params[i].type, type[i]);
		st.params[i].array = array;
		st.params[i].element = oids[i];
		st.params[i].oid = array ? arrays[i] : oids[i];
	}
	payload = payload_make("call_ended", given.body);
}

static void
peer_row(struct client *c, char *body)
{
	static const char kind[] = ":call_ended";
	char id[64];
	uint8_t uuid[16];

	snprintf(id, sizeof(id), "%016llx%016llx%s", (unsigned long long)bench_random(&c->seed),
	    (unsigned long long)bench_random(&c->seed), kind);
	memcpy(body + payload.id_at, id, PAYLOAD_ID);
	bench_uuid(&c->seed, uuid);
	for (int i = 0; i < st.nparams; i++) {
		const void *value[] = { uuid, fixed_id, "retell", id, kind + 1, id, body };
		size_t n[] = { 16, 16, 6, PAYLOAD_ID + sizeof(kind) - 1, sizeof(kind) - 2, PAYLOAD_ID, payload.n };

		put_value(&c->bufs[i], st.params[i].array, value[i], n[i]);
	}
}

/* ---- a run ---- */

static void
fill(struct client *c, char *body)
{
	for (int i = 0; i < st.nparams; i++) {
		const struct statement_param *p = &st.params[i];

		c->bufs[i].n = 0;
		if (p->array) { /* dimensions, whether there are NULLs, type, length, lower bound */
			put32(&c->bufs[i], 1);
			put32(&c->bufs[i], strcmp(p->name, "dials") == 0);
			put32(&c->bufs[i], p->element);
			put32(&c->bufs[i], (uint32_t)given.rows);
			put32(&c->bufs[i], 1);
		}
		for (int row = 0; sealed && row < (p->array ? given.rows : 1); row++)
			put_param(c, &c->bufs[i], p);
	}
	for (int row = 0; !sealed && row < given.rows; row++)
		peer_row(c, body);
}

static void *
run(void *arg)
{
	struct client *c = arg;
	const char *values[STATEMENT_PARAMS];
	int lengths[STATEMENT_PARAMS], formats[STATEMENT_PARAMS];
	char *body = NULL;

	if (!sealed && (body = malloc(payload.n)))
		memcpy(body, payload.text, payload.n);
	while (!go)
		usleep(1000);
	while (!stop) {
		double began;

		fill(c, body);
		for (int i = 0; i < st.nparams; i++) {
			values[i] = c->bufs[i].p;
			lengths[i] = (int)c->bufs[i].n;
			formats[i] = 1;
		}
		began = bench_now_s();
		PQclear(bench_ok(c->conn, PQexecPrepared(c->conn, st.name, st.nparams, values, lengths, formats, 1)));
		if (c->ntimes < TIMES_MAX)
			c->times[c->ntimes++] = (float)(bench_now_s() - began);
		c->rows += (unsigned)given.rows;
	}
	return NULL;
}

static int
by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static void
measure(struct client *clients)
{
	double began = bench_now_s();
	unsigned long long rows = 0;
	struct client *c = clients;

	printf("measuring\n");
	fflush(stdout);
	go = true;
	sleep((unsigned)given.seconds);
	stop = true;
	for (int i = 0; i < given.clients; i++) {
		pthread_join(clients[i].thread, NULL);
		rows += clients[i].rows;
	}
	qsort(c->times, c->ntimes, sizeof(*c->times), by_size);
	printf("{\"ok\":%llu,\"rate\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n", rows, (double)rows / (bench_now_s() - began),
	    c->times[c->ntimes / 2] * 1e3, c->times[c->ntimes * 99 / 100] * 1e3);
	fflush(stdout);
	/* Connections stay open until the reader has read: a backend's time is counted while it lives. */
	(void)!fgetc(stdin);
}

static bool
options(int argc, char **argv)
{
	int o;

	optind = 2;
	while ((o = getopt(argc, argv, "c:b:s:t:")) != -1)
		switch (o) {
		case 'c':
			given.clients = (int)strtol(optarg, NULL, 10);
			break;
		case 'b':
			given.rows = (int)strtol(optarg, NULL, 10);
			break;
		case 's':
			given.body = strtoul(optarg, NULL, 10);
			break;
		case 't':
			given.seconds = (int)strtol(optarg, NULL, 10);
			break;
		default:
			return false;
		}
	return optind == argc && given.clients > 0 && given.rows > 0;
}

int
main(int argc, char **argv)
{
	struct client *clients;
	char *slash;

	if (argc < 2 || !options(argc, argv)) {
		fprintf(stderr, "usage: pgins single|batch|FOLDER/STATEMENT [-c CLIENTS] [-b ROWS] [-s BODY_BYTES] [-t SECONDS]\n");
		return 2;
	}
	slash = strrchr(argv[1], '/');
	if (slash) {
		*slash = '\0';
		statement_read(&st, argv[1], slash + 1);
		sealed = true;
	} else {
		if (strcmp(argv[1], "single") == 0)
			given.rows = 1;
		peer_statement(given.rows > 1);
	}
	noise = malloc(given.body + 4096);
	clients = calloc((size_t)given.clients, sizeof(*clients));
	if (!noise || !clients)
		bench_die("pgins", "memory");
	for (size_t i = 0; i < given.body + 4096; i += 256)
		(void)!getrandom(noise + i, given.body + 4096 - i < 256 ? given.body + 4096 - i : 256, 0);
	for (int i = 0; i < given.clients; i++) {
		struct client *c = &clients[i];

		c->conn = bench_connect(SETTINGS);
		c->times = malloc(TIMES_MAX * sizeof(*c->times));
		(void)!getrandom(&c->seed, sizeof(c->seed), 0);
		c->seed |= 1;
		statement_prepare(&st, c->conn);
		pthread_create(&c->thread, NULL, run, c);
	}
	measure(clients);
	return 0;
}
