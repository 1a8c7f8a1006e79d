/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/inbox.c: group commit that clocks itself.
 *
 * Deliveries wait in one list. When no batch is under way, what has come in this turn of the loop becomes the next
 * one: arrays, one statement, one sync. A batch that fails for what a row holds (SQLSTATE classes 22 and 23) is sent
 * again, each delivery as a unit of its own, so that only the bad one fails. Before that, what fails because the inbox has no
 * partition of its day (an event that was spooled long ago, or the first after a long standstill) is sent again with its days made.
 */
#include "gateway/store/inbox.h"

#include <event2/event.h>
#include <stdlib.h>

#include "gateway/store/private.h"

#define INBOX_ROWS_MAX 256
#define INBOX_DELIVERY_MAX 64
#define INBOX_BYTES_MAX ((size_t)8 << 20)

struct inbox_delivery {
	TAILQ_ENTRY(inbox_delivery) link;
	sh_inbox_f *done;
	void *arg;
	int64_t lease_until_ms;
	size_t n, bytes;
	bool *fresh;
	struct sh_inbox_row rows[];	/* and after them their strings, and fresh */
};
TAILQ_HEAD(inbox_list, inbox_delivery);

/* What one unit carries. */
struct inbox_batch {
	TAILQ_ENTRY(inbox_batch) link;
	struct sh_inbox *inbox;		/* NULL: it was freed and the deliveries were told */
	struct inbox_list deliveries;
	size_t ndeliveries, nrows;
	bool days;			/* it was sent with its days made */
	bool kept;			/* payloads are among it */
};

#define SH_MAGIC_sh_inbox 0x696e6278u
struct sh_inbox {
	uint32_t magic;
	struct sh_db *db;
	struct event *later;
	struct inbox_list waiting;
	TAILQ_HEAD(, inbox_batch) flying;
	size_t npending;		/* deliveries */
	bool in_order;
};

static void
inbox_tell(struct inbox_delivery *d, enum sh_status status)
{
	d->done(d->arg, status, d->fresh, d->n);
	free(d);
}

static void
inbox_turn(struct sh_inbox *in)
{
	event_add(in->later, &(struct timeval){ 0, 0 });
}

enum { INBOX_BUCKET, INBOX_TENANT, INBOX_EVENT, INBOX_RECEIVED, INBOX_WORKSPACE, INBOX_AGENT, INBOX_PROVIDER, INBOX_KIND, INBOX_FINAL,
	INBOX_DEDUP, INBOX_CALL, INBOX_DIAL, INBOX_BODY, INBOX_COLUMNS };

/* The statement's parameters, in its order. */
static const enum sh_sql_type inbox_types[INBOX_COLUMNS] = {
	SH_T_SMALLINT, SH_T_UUID, SH_T_UUID, SH_T_TIMESTAMPTZ, SH_T_UUID, SH_T_UUID, SH_T_TEXT, SH_T_TEXT, SH_T_BOOLEAN,
	SH_T_BYTEA, SH_T_BYTEA, SH_T_UUID, SH_T_BYTEA
};

static bool
inbox_is_zero(const uint8_t b[16])
{
	static const uint8_t zero[16];

	return memcmp(b, zero, sizeof(zero)) == 0;
}

static struct sh_str
inbox_bytes(const uint8_t b[16])
{
	return (struct sh_str){ (const char *)b, 16 };
}

static void
inbox_row(const struct sh_inbox_row *r, struct sh_param *columns, size_t stride, size_t i)
{
	struct sh_param values[INBOX_COLUMNS] = {
		[INBOX_BUCKET] = SH_P_SMALL(r->bucket),
		[INBOX_TENANT] = SH_P_ID(&r->tenant),
		[INBOX_EVENT] = SH_P_ID(&r->event),
		[INBOX_RECEIVED] = SH_P_TIME(r->received_ms),
		[INBOX_WORKSPACE] = SH_P_ID(&r->workspace),
		[INBOX_AGENT] = SH_P_ID(inbox_is_zero(r->agent.b) ? NULL : &r->agent),
		[INBOX_PROVIDER] = SH_P_TEXT(r->provider),
		[INBOX_KIND] = SH_P_TEXT(r->kind),
		[INBOX_FINAL] = SH_P_BOOL(r->final),
		[INBOX_DEDUP] = SH_P_BYTES(inbox_bytes(r->dedup)),
		[INBOX_CALL] = SH_P_BYTES(inbox_is_zero(r->call_index) ? SH_NONE : inbox_bytes(r->call_index)),
		[INBOX_DIAL] = SH_P_ID(inbox_is_zero(r->dial.b) ? NULL : &r->dial),
		[INBOX_BODY] = SH_P_BYTES(r->body),
	};

	for (size_t c = 0; c < INBOX_COLUMNS; c++)
		columns[c * stride + i] = values[c];
}

enum { KEPT_BUCKET, KEPT_TENANT, KEPT_EVENT, KEPT_RECEIVED, KEPT_WORKSPACE, KEPT_AGENT, KEPT_CALL, KEPT_DIAL, KEPT_BODY, KEPT_UNTIL,
	KEPT_COLUMNS };
static const enum sh_sql_type inbox_kept_types[KEPT_COLUMNS] = {
	SH_T_SMALLINT, SH_T_UUID, SH_T_UUID, SH_T_TIMESTAMPTZ, SH_T_UUID, SH_T_UUID, SH_T_BYTEA, SH_T_UUID, SH_T_BYTEA, SH_T_TIMESTAMPTZ
};

/* The payloads that are kept, of the rows that are new. Most batches have none. */
static void
inbox_keep(struct sh_unit *u, const struct inbox_batch *b)
{
	struct sh_param *columns = sh_store_alloc(b->nrows * KEPT_COLUMNS, sizeof(*columns)), params[KEPT_COLUMNS];
	const struct inbox_delivery *d;
	size_t n = 0;

	TAILQ_FOREACH(d, &b->deliveries, link)
		for (const struct sh_inbox_row *r = d->rows; r < d->rows + d->n; r++) {
			const struct sh_param values[KEPT_COLUMNS] = {
				[KEPT_BUCKET] = SH_P_SMALL(r->bucket),
				[KEPT_TENANT] = SH_P_ID(&r->tenant),
				[KEPT_EVENT] = SH_P_ID(&r->event),
				[KEPT_RECEIVED] = SH_P_TIME(r->received_ms),
				[KEPT_WORKSPACE] = SH_P_ID(&r->workspace),
				[KEPT_AGENT] = SH_P_ID(inbox_is_zero(r->agent.b) ? NULL : &r->agent),
				[KEPT_CALL] = SH_P_BYTES(inbox_is_zero(r->call_index) ? SH_NONE : inbox_bytes(r->call_index)),
				[KEPT_DIAL] = SH_P_ID(inbox_is_zero(r->dial.b) ? NULL : &r->dial),
				[KEPT_BODY] = SH_P_BYTES(r->payload),
				[KEPT_UNTIL] = SH_P_TIME_OR_NULL(r->payload_until_ms == INT64_MAX ? 0 : r->payload_until_ms),
			};

			for (size_t c = 0; r->payload.s && c < KEPT_COLUMNS; c++)
				columns[c * b->nrows + n] = values[c];
			n += r->payload.s != NULL;
		}
	for (size_t c = 0; c < KEPT_COLUMNS; c++)
		params[c] = SH_P_ARRAY(inbox_kept_types[c], columns + c * b->nrows, n);
	if (n > 0)
		sh_unit_add_params(u, SH_SQL_payload_insert, params, SH_LENGTH(params));
	free(columns);
}

static sh_unit_f inbox_done;

/* Sends a batch. Its own rows are copied into the unit here. */
static void
inbox_fly(struct sh_inbox *in, struct inbox_batch *b)
{
	struct sh_param *columns = sh_store_alloc(b->nrows * INBOX_COLUMNS, sizeof(*columns));
	struct sh_param params[INBOX_COLUMNS + 1];
	struct sh_unit *u = sh_unit_new(in->db, inbox_done, b);
	struct inbox_delivery *d;
	int64_t lease_until_ms = 0;
	size_t n = 0;

	TAILQ_FOREACH(d, &b->deliveries, link) {
		lease_until_ms = d->lease_until_ms > lease_until_ms ? d->lease_until_ms : lease_until_ms;
		for (size_t i = 0; i < d->n; i++)
			inbox_row(&d->rows[i], columns, b->nrows, n++);
	}
	assert(n == b->nrows);
	for (size_t c = 0; c < INBOX_COLUMNS; c++)
		params[c] = SH_P_ARRAY(inbox_types[c], columns + c * n, n);
	params[INBOX_COLUMNS] = SH_P_TIME(lease_until_ms);
	if (b->days)
		sh_unit_add(u, SH_SQL_partitions_of, params[INBOX_RECEIVED], SH_P_TIME(lease_until_ms));
	sh_unit_add_params(u, SH_SQL_inbox_insert, params, SH_LENGTH(params));
	free(columns);
	if (b->kept)
		inbox_keep(u, b);
	b->inbox = in;
	TAILQ_INSERT_TAIL(&in->flying, b, link);
	SH_UNIT_FAILPOINT(u, inbox_before_commit);
	sh_unit_run(u);
}

static struct inbox_batch *
inbox_batch_new(void)
{
	struct inbox_batch *b = sh_store_alloc(1, sizeof(*b));

	TAILQ_INIT(&b->deliveries);
	return b;
}

static void
inbox_batch_add(struct inbox_batch *b, struct inbox_delivery *d)
{
	TAILQ_INSERT_TAIL(&b->deliveries, d, link);
	b->ndeliveries++;
	b->nrows += d->n;
	for (size_t i = 0; i < d->n; i++)
		b->kept |= d->rows[i].payload.s != NULL;
}

/* Marks what the statement returned. It returns rows mostly in our order, so the search goes on from the last hit. */
static void
inbox_mark(struct inbox_batch *b, const struct sh_rows *rows)
{
	int n = sh_rows_count(rows), at = 0;
	struct inbox_delivery *d;

	TAILQ_FOREACH(d, &b->deliveries, link)
		for (size_t i = 0; i < d->n; i++)
			for (int tried = 0; tried < n && !d->fresh[i]; tried++, at++) {
				struct sh_id id = sh_rows_id(rows, at % n, "event_id");

				d->fresh[i] = memcmp(id.b, d->rows[i].event.b, sizeof(id.b)) == 0;
			}
}

static bool
inbox_is_bad_row(const char *sqlstate)
{
	return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0;
}

/* The inbox is partitioned by day, and has none of this one. A check of its own would have a name. */
static bool
inbox_is_dayless(const struct sh_result *r)
{
	return strcmp(sh_result_sqlstate(r), "23514") == 0 && !*sh_result_constraint(r);
}

/* Only what waits now: a caller that tries again at once must not keep us here. */
static void
inbox_refuse_waiting(struct sh_inbox *in)
{
	struct inbox_delivery *last = TAILQ_LAST(&in->waiting, inbox_list), *d;
	bool more = last != NULL;

	while (more && (d = TAILQ_FIRST(&in->waiting)) != NULL) {
		more = d != last;
		TAILQ_REMOVE(&in->waiting, d, link);
		in->npending--;
		inbox_tell(d, SH_EAGAIN);
	}
}

static void
inbox_done(void *arg, enum sh_status status, const struct sh_result *r, const struct sh_error *e)
{
	struct inbox_batch *b = arg;
	struct sh_inbox *in = b->inbox;
	struct inbox_delivery *d;
	bool apart;

	(void)e;
	if (in && !b->days && inbox_is_dayless(r)) {
		TAILQ_REMOVE(&in->flying, b, link);
		b->days = true;
		inbox_fly(in, b);
		return;
	}
	apart = in && b->ndeliveries > 1 &&
	    (inbox_is_bad_row(sh_result_sqlstate(r)) || status == SH_EINVALID || status == SH_ETOOBIG);
	if (status == SH_OK && SH_FAILPOINT(inbox_committed_before_reply))
		status = SH_EUNKNOWN;
	if (status == SH_OK && in)
		inbox_mark(b, sh_rows(r, b->days));
	if (!apart && inbox_is_bad_row(sh_result_sqlstate(r)))
		status = SH_EINVALID;
	/* The batch stays among the flying, so that a callback which frees the inbox finds what is still to be told. */
	while ((d = TAILQ_FIRST(&b->deliveries)) != NULL) {
		TAILQ_REMOVE(&b->deliveries, d, link);
		if (apart) {
			struct inbox_batch *one = inbox_batch_new();

			one->days = b->days;
			inbox_batch_add(one, d);
			inbox_fly(in, one);
			continue;
		}
		b->inbox->npending--;
		inbox_tell(d, status);
	}
	if (b->inbox) {
		TAILQ_REMOVE(&b->inbox->flying, b, link);
		if (b->inbox->in_order && (status == SH_EAGAIN || status == SH_EUNKNOWN || status == SH_ESYSTEM) && !apart)
			inbox_refuse_waiting(b->inbox);
		if (TAILQ_EMPTY(&b->inbox->flying) && !TAILQ_EMPTY(&b->inbox->waiting))
			inbox_turn(b->inbox);
	}
	free(b);
}

static void
inbox_later(evutil_socket_t fd, short what, void *arg)
{
	struct sh_inbox *in = SH_OBJ(arg, sh_inbox);
	struct inbox_delivery *d;
	struct inbox_batch *b;
	size_t bytes = 0;

	(void)fd;
	(void)what;
	if (!TAILQ_EMPTY(&in->flying) || TAILQ_EMPTY(&in->waiting))
		return;
	b = inbox_batch_new();
	while ((d = TAILQ_FIRST(&in->waiting)) != NULL) {
		if (b->ndeliveries > 0 && (b->nrows + d->n > INBOX_ROWS_MAX || bytes + d->bytes > INBOX_BYTES_MAX))
			break;
		TAILQ_REMOVE(&in->waiting, d, link);
		bytes += d->bytes;
		inbox_batch_add(b, d);
	}
	inbox_fly(in, b);
}

struct sh_inbox *
sh_inbox_new(struct sh_db *ingest)
{
	struct sh_inbox *in = sh_store_alloc(1, sizeof(*in));

	SH_MAGIC_SET(in, sh_inbox);
	in->db = ingest;
	TAILQ_INIT(&in->waiting);
	TAILQ_INIT(&in->flying);
	in->later = evtimer_new(ingest->base, inbox_later, in);
	if (!in->later)
		abort();
	return in;
}

/* Copies a string to *to and moves *to behind it. */
static struct sh_str
inbox_copy(struct sh_str s, char **to)
{
	struct sh_str copy = { s.s ? *to : NULL, s.n };

	if (s.n > 0)
		memcpy(*to, s.s, s.n);
	*to += s.n;
	return copy;
}

void
sh_inbox_add(struct sh_inbox *in, const struct sh_inbox_row *rows, size_t n, int64_t lease_until_ms, sh_inbox_f *done, void *arg)
{
	struct inbox_delivery *d;
	size_t bytes = 0;
	char *to;

	assert(in->magic == SH_MAGIC_sh_inbox && n >= 1 && n <= INBOX_DELIVERY_MAX && done);
	for (size_t i = 0; i < n; i++)
		bytes += rows[i].provider.n + rows[i].kind.n + rows[i].body.n + rows[i].payload.n;
	d = sh_store_alloc(1, sizeof(*d) + n * sizeof(d->rows[0]) + bytes + n * sizeof(bool));
	d->done = done;
	d->arg = arg;
	d->lease_until_ms = lease_until_ms;
	d->n = n;
	d->bytes = bytes;
	to = (char *)(d->rows + n);
	for (size_t i = 0; i < n; i++) {
		d->rows[i] = rows[i];
		d->rows[i].provider = inbox_copy(rows[i].provider, &to);
		d->rows[i].kind = inbox_copy(rows[i].kind, &to);
		d->rows[i].body = inbox_copy(rows[i].body, &to);
		d->rows[i].payload = inbox_copy(rows[i].payload, &to);
	}
	d->fresh = (bool *)to;
	TAILQ_INSERT_TAIL(&in->waiting, d, link);
	in->npending++;
	if (TAILQ_EMPTY(&in->flying))
		inbox_turn(in);
}

/* What is under way may commit; what waits will not. Every delivery is told so before this returns. */
void
sh_inbox_free(struct sh_inbox *in)
{
	struct inbox_delivery *d;
	struct inbox_batch *b;

	if (!in)
		return;
	assert(in->magic == SH_MAGIC_sh_inbox);
	SH_MAGIC_CLEAR(in);
	event_free(in->later);
	while ((b = TAILQ_FIRST(&in->flying)) != NULL) {
		TAILQ_REMOVE(&in->flying, b, link);
		b->inbox = NULL;
		while ((d = TAILQ_FIRST(&b->deliveries)) != NULL) {
			TAILQ_REMOVE(&b->deliveries, d, link);
			inbox_tell(d, SH_EUNKNOWN);
		}
	}
	while ((d = TAILQ_FIRST(&in->waiting)) != NULL) {
		TAILQ_REMOVE(&in->waiting, d, link);
		inbox_tell(d, SH_EAGAIN);
	}
	free(in);
}

void
sh_inbox_keep_order(struct sh_inbox *in)
{
	in->in_order = true;
}

size_t
sh_inbox_pending(const struct sh_inbox *in)
{
	return in->npending;
}
