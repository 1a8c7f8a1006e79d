/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * ingress/ingress.c: the way of a delivery. Each step's answer starts the next; whatever happens, the request is
 * answered exactly once.
 *
 *	slug → key → (verify, normalize, seal: no waiting) → agent, live dials → inbox → question → reply
 */
#include "gateway/ingress/ingress.h"

#include <stdlib.h>

#include "gateway/base/log.h"
#include "gateway/base/metric.h"
#include "gateway/base/text.h"
#include "gateway/crypto/seal.h"
#include "gateway/driver/board.h"
#include "gateway/engine/engine.h"
#include "gateway/engine/event.h"
#include "gateway/http/problem.h"
#include "gateway/ingress/arriving.h"
#include "gateway/ingress/spool.h"

#define INGRESS_PAYLOAD_BYTES (1000u << 10) /* of one that is kept; the API opens fields of up to 1 MiB */
#define INGRESS_EVENTS 64
#define INGRESS_HEARD_MS 60000
#define INGRESS_RETRY_S 5
#define INGRESS_CLOSED_S 30 /* a driver in quarantine */
#define INGRESS_ARENA_EXTRA (4 << 20)

struct sh_ingress *
sh_ingress_new(struct sh_core *core)
{
	struct sh_ingress *in = calloc(1, sizeof(*in));

	if (!in)
		return NULL;
	in->core = core;
	in->slugs = sh_slugs_new(core);
	in->spool = sh_spool_new(core);
	return in;
}

void
sh_ingress_free(struct sh_ingress *in)
{
	if (!in)
		return;
	sh_spool_free(in->spool);
	sh_slugs_free(in->slugs);
	free(in);
}

void
sh_ingress_changed(struct sh_ingress *in, const char *payload)
{
	sh_slugs_changed(in->slugs, payload);
}

/* ---- the end, always here ---- */

static void
arrive_end(struct sh_arriving *v)
{
	if (v->calling)
		sh_driver_call_clear(&v->call);
	if (v->slug)
		sh_slug_unref(v->slug);
	SH_MAGIC_CLEAR(v);
	free(v);
}

static void
arrive_refuse(struct sh_arriving *v, enum sh_problem problem, enum sh_metric metric, const char *detail)
{
	sh_metric_add(metric, 1);
	sh_problem(v->rq, problem, "%s", detail);
	arrive_end(v);
}

static void
arrive_gone(struct sh_arriving *v)
{
	arrive_refuse(v, SH_PROBLEM_not_found, SH_METRIC_webhook_unknown, "no such webhook");
}

void
sh_arrive_later(struct sh_arriving *v)
{
	sh_metric_add(SH_METRIC_webhook_unavailable, 1);
	sh_problem_later(v->rq, SH_PROBLEM_unavailable, INGRESS_RETRY_S, "the event could not be stored; send it again");
	arrive_end(v);
}

/* A question to the database that was not answered; what is our own fault is told. */
void
sh_arrive_unanswered(struct sh_arriving *v, enum sh_status st, const struct sh_error *err)
{
	if (st != SH_EAGAIN && st != SH_EUNKNOWN)
		sh_log(SH_LOG_ERROR, "webhook.failed", err->text, SH_F_ID("request_id", &v->rq->id));
	sh_arrive_later(v);
}

void
sh_arrive_reply(struct sh_arriving *v)
{
	struct sh_reply reply = sh_driver_reply(&v->call, &v->delivery, v->account, &v->finding);
	struct sh_pair type;

	type = (struct sh_pair){ SH_STR("Content-Type"), reply.type };
	sh_http_reply(v->rq, reply.status, &type, reply.type.n ? 1 : 0, reply.body);
	arrive_end(v);
}

/* ---- stored ---- */

/* The next delivery will say it again. */
static void
arrive_noted(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	(void)arg;
	(void)res;
	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "ingress.not_noted", err->text);
}

static void
arrive_heard(struct sh_arriving *v)
{
	const struct sh_id *agent = v->n > 0 ? sh_id_or_null(&v->rows[0].agent) : NULL;
	int64_t now = sh_clock_elapsed_ms();
	struct sh_unit *u;

	if (!agent || (v->slug->heard_ms && now - v->slug->heard_ms < INGRESS_HEARD_MS))
		return;
	v->slug->heard_ms = now;
	u = sh_unit_new(v->in->core->ingest, arrive_noted, NULL);
	sh_unit_add(
	    u, SH_SQL_agent_heard, SH_P_SMALL(v->slug->bucket), SH_P_ID(&v->slug->tenant), SH_P_ID(agent), SH_P_TIME(v->now_ms));
	sh_unit_run(u);
}

/* ---- the database is away: kept for it ---- */

static void
arrive_kept(void *arg, enum sh_status st)
{
	struct sh_arriving *v = SH_OBJ(arg, sh_arriving);

	if (st == SH_OK)
		sh_arrive_reply(v);
	else
		sh_arrive_later(v);
}

static void
arrive_stored(void *arg, enum sh_status st, const bool *fresh, size_t n)
{
	struct sh_arriving *v = SH_OBJ(arg, sh_arriving);

	if (st != SH_OK) {
		/* A question has no answer without the database, so it is not kept either. */
		if (!v->question && sh_spool_takes(v->in->spool, st))
			sh_spool_add(v->in->spool, v->rows, v->n, arrive_kept, v);
		else
			sh_arrive_later(v);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct sh_inbox_row *r = &v->rows[i];

		sh_metric_add(fresh[i] ? SH_METRIC_webhook_accepted : SH_METRIC_webhook_duplicate, 1);
		if (fresh[i])
			sh_engine_fresh(v->in->core->engine, r, &v->firsts[i], v->slug->keys);
	}
	arrive_heard(v);
	if (v->question)
		sh_question_ask(v);
	else
		sh_arrive_reply(v);
}

static void
arrive_store(struct sh_arriving *v)
{
	if (v->n == 0) {
		sh_arrive_reply(v);
		return;
	}
	if (!v->question && sh_spool_leads(v->in->spool)) {
		sh_spool_add(v->in->spool, v->rows, v->n, arrive_kept, v);
		return;
	}
	sh_inbox_add(
	    v->in->core->inbox, v->rows, v->n, v->now_ms + v->in->core->options->process_lease_s * SH_SECOND_MS, arrive_stored, v);
}

/* ---- may it come in? Whatever is signed may; of an agent or a workspace that was deleted, what is told of the dials made for it ---- */

static void
arrive_known(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_arriving *v = SH_OBJ(arg, sh_arriving);

	if (st != SH_OK)
		sh_arrive_unanswered(v, st, err);
	else if (sh_rows_bool(sh_rows(res, 0), 0, "known"))
		arrive_store(v);
	else
		arrive_gone(v);
}

static void
arrive_admit(struct sh_arriving *v)
{
	struct sh_param dials[INGRESS_EVENTS];
	struct sh_unit *u;
	size_t n = 0;

	/* Disabled or not: nothing new comes of it there (decide.c, follow.c), but who asks for no more calls must be heard. */
	if (!v->slug->gone) {
		arrive_store(v);
		return;
	}
	for (size_t i = 0; i < v->n; i++)
		if (sh_id_or_null(&v->rows[i].dial))
			dials[n++] = SH_P_ID(&v->rows[i].dial);
	u = sh_unit_new(v->in->core->ingest, arrive_known, v);
	sh_unit_add(u, SH_SQL_dials_known, SH_P_SMALL(v->slug->bucket), SH_P_ID(&v->slug->tenant), SH_P_ARRAY(SH_T_UUID, dials, n),
	    SH_P_ID(&v->slug->workspace));
	sh_unit_run(u);
}

/* ---- the agent that the event names, where the URL is the workspace's ---- */

static void
arrive_named(struct sh_arriving *v, const struct sh_slug_agent *a)
{
	for (size_t i = 0; a && i < v->n; i++)
		v->rows[i].agent = a->id;
	arrive_admit(v);
}

static void
arrive_agent_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_arriving *v = SH_OBJ(arg, sh_arriving);
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;
	struct sh_id none = { 0 }, id;

	if (!r && sh_spool_takes(v->in->spool, st) && sh_slug_agent_recall(v->slug, v->agent_named)) {
		arrive_named(v, sh_slug_agent_recall(v->slug, v->agent_named));
		return;
	}
	if (!r) {
		sh_arrive_unanswered(v, st, err);
		return;
	}
	id = sh_rows_count(r) > 0 ? sh_rows_id(r, 0, "agent_id") : none;
	arrive_named(v, sh_slug_agent_put(v->slug, v->agent_named, &id));
}

static void
arrive_agent(struct sh_arriving *v)
{
	const struct sh_slug_agent *known;
	struct sh_unit *u;

	if (sh_id_or_null(&v->slug->agent) || !v->agent_named.n) {
		arrive_admit(v);
		return;
	}
	known = sh_slug_agent_get(v->slug, v->agent_named);
	if (known) {
		arrive_named(v, known);
		return;
	}
	u = sh_unit_new(v->in->core->ingest, arrive_agent_read, v);
	sh_unit_add(u, SH_SQL_agent_find, SH_P_SMALL(v->slug->bucket), SH_P_ID(&v->slug->tenant), SH_P_ID(&v->slug->workspace),
	    SH_P_TEXT(v->agent_named));
	sh_unit_run(u);
}

/* ---- with the key open: verify, normalize, seal ---- */

/* What the end of a call means that is no dial of ours. */
static void
arrive_judge(struct sh_arriving *v, const struct sh_event *e, struct sh_event_first *f)
{
	if (!f->detail.s || !e->over || !v->slug->driver->nreasons)
		return;
	f->means = sh_driver_outcome(&v->call, e->facts, e->nfacts);
	f->reason.value = sh_arena_str(v->rq->arena, sh_driver_reason_word(&v->call, e->facts, e->nfacts));
	f->judged = true;
	f->unknown = v->call.unknown;
}

/* What came, as it came, where the policy of the URL keeps it: the first event bears it. */
static void
arrive_keep(struct sh_arriving *v, const struct sh_tenant_key *key)
{
	struct sh_inbox_row *r = &v->rows[0];
	struct sh_place place = { .tenant = v->slug->tenant, .table = "payload", .column = "body", .row = r->event };
	int days = v->slug->payload_days;

	if (days == 0 || v->n == 0)
		return;
	if (v->rq->body.n > INGRESS_PAYLOAD_BYTES) {
		sh_log(SH_LOG_WARN, "payload.too_large", "a webhook's payload is too large to be kept", SH_F_ID("event_id", &r->event));
		return;
	}
	r->payload = sh_seal(v->rq->arena, key, &place, v->rq->body);
	r->payload_until_ms = days < 0 ? INT64_MAX : v->now_ms + days * SH_DAY_MS;
}

/* What the policy neither reads nor keeps is not even stored. A message that says STOP is read anyway. */
static void
arrive_quiet(const struct sh_arriving *v, struct sh_event *e)
{
	if (!v->slug->speech && e->channel == SH_CHANNEL_VOICE)
		e->transcript = SH_NONE;
	if (!v->slug->recordings)
		e->recording_url = SH_NONE;
}

/* What the caller sent along may be larger than an event can be. What was said, and how it ended, is worth more than that. */
static bool
arrive_row(struct sh_arriving *v, struct sh_event *e, const struct sh_tenant_key *key)
{
	const struct sh_slug *g = v->slug;

	if (sh_event_row(v->rq->arena, e, key, g->bucket, &g->tenant, &g->workspace, sh_id_or_null(&g->agent), v->provider, v->now_ms,
		&v->rows[v->n], &v->firsts[v->n]))
		return true;
	e->variables = SH_NONE;
	if (!e->dial_id.n)
		e->metadata = SH_NONE;
	if (!sh_event_row(v->rq->arena, e, key, g->bucket, &g->tenant, &g->workspace, sh_id_or_null(&g->agent), v->provider, v->now_ms,
		&v->rows[v->n], &v->firsts[v->n]))
		return false;
	sh_log(SH_LOG_WARN, "webhook.cut", "an event is too large to keep: its variables and metadata were left out",
	    SH_F_ID("event_id", &v->rows[v->n].event));
	return true;
}

static bool
arrive_seal(struct sh_arriving *v, const struct sh_tenant_key *key)
{
	v->rows = sh_arena_array(v->rq->arena, struct sh_inbox_row, v->call.nevents + 1);
	v->firsts = sh_arena_array(v->rq->arena, struct sh_event_first, v->call.nevents + 1);
	if (!v->rows || !v->firsts)
		return false;
	for (struct sh_event_item *i = v->call.events; i && v->n < INGRESS_EVENTS; i = i->next) {
		struct sh_event *e = &i->event;

		arrive_quiet(v, e);
		if (!arrive_row(v, e, key))
			return false;
		arrive_judge(v, e, &v->firsts[v->n]);
		v->n++;
		if (e->agent_id.n && !v->agent_named.n)
			v->agent_named = e->agent_id;
		if (e->question && !v->question) {
			v->question = true;
			if (e->direction != SH_DIRECTION_INBOUND)
				v->asking = v->rows[v->n - 1].dial;
			sh_seal_index(key, "number", e->to, v->called_index);
		}
	}
	arrive_keep(v, key);
	return true;
}

static void
arrive_keyed(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *err)
{
	static const char *const refusals[] = { [SH_VERDICT_INVALID] = "the signature is not the provider's",
		[SH_VERDICT_STALE] = "the signature is too old, or the sender's clock is off",
		[SH_VERDICT_MISSING] = "there is no signature" };
	struct sh_arriving *v = SH_OBJ(arg, sh_arriving);
	const struct sh_slug *g = v->slug;
	enum sh_verdict verdict;

	(void)err;
	if (st != SH_OK) {
		sh_arrive_later(v);
		return;
	}
	v->account = sh_account_open(v->rq->arena, g->driver, key, &g->tenant,
	    &(struct sh_stored){ g->workspace, g->workspace_settings, g->workspace_secrets },
	    &(struct sh_stored){ g->agent, g->agent_settings, g->agent_secrets }, v->now_ms);
	if (!v->account) {
		sh_log(SH_LOG_ERROR, "webhook.unopened", "the workspace's secrets do not open",
		    SH_F_ID("workspace_id", &g->workspace));
		sh_arrive_later(v);
		return;
	}
	sh_driver_call_init(&v->call, g->driver, v->rq->body.n * 4 + INGRESS_ARENA_EXTRA, v->now_ms);
	v->calling = true;
	verdict = sh_driver_verify(&v->call, &v->delivery, v->account);
	if (verdict != SH_VERDICT_VALID && g->gone)
		arrive_gone(v);
	else if (verdict != SH_VERDICT_VALID)
		arrive_refuse(v, SH_PROBLEM_bad_signature, SH_METRIC_webhook_unauthorized, refusals[verdict]);
	else if (sh_driver_normalize(&v->call, &v->delivery, v->account) != SH_ANSWER_OK)
		arrive_refuse(v, SH_PROBLEM_not_json, SH_METRIC_webhook_unreadable, "the body cannot be read");
	else if (!arrive_seal(v, key))
		arrive_refuse(v, SH_PROBLEM_too_large, SH_METRIC_webhook_unreadable, "the event is too large to keep");
	else
		arrive_agent(v);
}

/* ---- the slug ---- */

static void
arrive_slug(void *arg, enum sh_status st, struct sh_slug *g)
{
	struct sh_arriving *v = SH_OBJ(arg, sh_arriving);

	v->slug = g;
	if (st != SH_OK && st != SH_EABSENT) {
		sh_arrive_later(v);
		return;
	}
	if (!g || !sh_str_eq(g->provider, v->provider) || (g->retire_ms && g->retire_ms <= v->now_ms)) {
		arrive_gone(v);
		return;
	}
	if (!g->driver || !sh_driver_can(g->driver, SH_CAN_WEBHOOK)) {
		sh_log(SH_LOG_ERROR, "webhook.no_driver", "a webhook came for a provider whose driver is not loaded",
		    SH_F_TEXT("driver", g->provider));
		sh_arrive_later(v);
		return;
	}
	if (sh_board_closed(g->driver)) {
		sh_metric_add(SH_METRIC_webhook_unavailable, 1);
		sh_problem_later(
		    v->rq, SH_PROBLEM_driver_quarantined, INGRESS_CLOSED_S, "this provider's events cannot be read now");
		arrive_end(v);
		return;
	}
	sh_keys_open(v->in->core->keys, &g->tenant, g->keys, arrive_keyed, v);
}

/* "/api/webhooks/{provider}/{slug}" */
static bool
arrive_path(struct sh_str path, struct sh_str *provider, struct sh_str *slug)
{
	static const size_t prefix = sizeof("/api/webhooks/") - 1;
	const char *p = path.s + prefix, *end = path.s + path.n, *slash = memchr(p, '/', (size_t)(end - p));

	if (!slash || slash == p)
		return false;
	*provider = (struct sh_str){ p, (size_t)(slash - p) };
	*slug = (struct sh_str){ slash + 1, (size_t)(end - slash - 1) };
	return true;
}

void
sh_ingress_handle(struct sh_ingress *in, struct sh_http_request *rq)
{
	struct sh_str provider, slug;
	struct sh_arriving *v;
	struct sh_token token;

	if (!arrive_path(rq->path, &provider, &slug) || !sh_token_parse(slug, &token) || token.kind != SH_TOKEN_WEBHOOK) {
		sh_metric_add(SH_METRIC_webhook_unknown, 1);
		sh_problem(rq, SH_PROBLEM_not_found, "no such webhook");
		return;
	}
	if (!sh_str_is(rq->method, "POST") && !sh_str_is(rq->method, "GET")) {
		sh_problem(rq, SH_PROBLEM_method_not_allowed, "webhooks are posted");
		return;
	}
	if (rq->body.n > in->core->options->webhook_bytes) {
		sh_metric_add(SH_METRIC_webhook_unreadable, 1);
		sh_problem(rq, SH_PROBLEM_too_large, "a webhook's body is at most %zu bytes", in->core->options->webhook_bytes);
		return;
	}
	v = calloc(1, sizeof(*v));
	if (!v) {
		sh_problem_later(rq, SH_PROBLEM_unavailable, INGRESS_RETRY_S, "out of memory");
		return;
	}
	SH_MAGIC_SET(v, sh_arriving);
	v->in = in;
	v->rq = rq;
	v->provider = provider;
	v->now_ms = sh_core_now(in->core);
	v->finding.size = sizeof(v->finding);
	v->delivery = (struct sh_delivery){ .size = sizeof(v->delivery),
		.nheaders = rq->nheaders,
		.method = rq->method,
		.headers = rq->headers,
		.body = rq->body,
		.arrived_ms = v->now_ms,
		.url = sh_arena_printf(rq->arena, "%s%.*s", in->core->options->public_url ? in->core->options->public_url : "",
		    (int)rq->target.n, rq->target.s) };
	sh_slug_find(in->slugs, &token, arrive_slug, v);
}
