/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/policy_diff.c: POST /v1/policies/diff: what would another policy have decided?
 *
 * Every recorded decision about an ended call since a time is decided again, under the old policy and under the new one, by
 * the code that decides in production; plan and overrides are today's. What comes out differently is listed. A page of
 * decisions at a time, so that the worker's loop goes on meanwhile.
 */
#include "gateway/api/policy_given.h"

#include "gateway/base/text.h"
#include "gateway/base/writer.h"
#include "gateway/engine/account.h"
#include "gateway/policy/record.h"

#define DIFF_PAGE 250
#define DIFF_MOST 20000		/* decisions looked at; then the rest is for another question */
#define DIFF_SHOWN 1000
#define DIFF_PAGE_ARENA (8 << 20)
#define DIFF_BYTES (DIFF_SHOWN * 2048)
#define DIFF_SINCE_DEFAULT_S (30 * 86400)
#define DIFF_SINCE_MOST_S (3660 * 86400LL)

struct diff {
	const struct sh_policy *before, *after;	/* NULL: what each workspace names */
	struct sh_id workspace, cursor;
	int64_t since_ms, shown;
	int64_t replayed, unreadable, changed;
	bool truncated;
	struct sh_buf text;		/* the changes, in an open array */
	struct sh_out out;
};

static void diff_page(struct sh_api_request *);

static void
diff_end(struct sh_api_request *r)
{
	sh_buf_clear(&((struct diff *)r->own)->text);
}

static void
diff_answer(struct sh_api_request *r)
{
	struct diff *d = r->own;
	struct sh_buf all;
	struct sh_out o;

	sh_writer_close(&d->out, ']');
	sh_buf_init(&all, DIFF_BYTES + 1024);
	sh_writer_init(&o, &all);
	sh_writer_open(&o, '{');
	sh_writer_key_time(&o, "since", d->since_ms);
	sh_writer_key_int(&o, "replayed", d->replayed);
	sh_writer_key_int(&o, "changed", d->changed);
	sh_writer_key_int(&o, "unreadable", d->unreadable);
	sh_writer_key_bool(&o, "truncated", d->truncated);
	sh_writer_key_raw(&o, "data", sh_buf_str(&d->text));
	sh_writer_close(&o, '}');
	if (all.failed || d->text.failed)
		sh_api_problem(r, SH_PROBLEM_internal, "the answer did not fit; ask for less");
	else
		sh_api_answer(r, 200, sh_buf_str(&all));
	sh_buf_clear(&all);
}

/* ---- one decision ---- */

static void
diff_side(struct sh_out *o, const char *key, const struct sh_decision *v)
{
	sh_writer_key(o, sh_str(key));
	sh_writer_open(o, '{');
	sh_writer_key_str(o, "what", sh_str(sh_decision_what_name(v->what)));
	sh_writer_key_str(o, "reason", sh_str(v->reason));
	sh_writer_key_time(o, "due_at", v->what == SH_DECISION_RETRY ? v->due_ms : 0);
	sh_writer_key_str(o, "text", sh_str(v->text));
	sh_writer_close(o, '}');
}

static bool
diff_same(const struct sh_decision *a, const struct sh_decision *b)
{
	return a->what == b->what && a->suppress == b->suppress && strcmp(a->reason, b->reason) == 0 &&
	       (a->what != SH_DECISION_RETRY || (a->due_ms == b->due_ms && a->is_final_attempt == b->is_final_attempt));
}

static void
diff_side_decide(struct sh_api_request *r, const struct sh_account_words *words, const struct sh_policy *layer,
	const struct sh_replayed *was, struct sh_decision *ret)
{
	struct sh_whereabouts place = { .zones = r->core->zones, .workspace = was->workspace, .packs = r->core->packs,
		.prefixes = r->core->prefixes, .callee = was->has_callee ? &was->callee : NULL, .lot = was->lot, .chance = was->chance };
	struct sh_policy policy;

	if (layer)
		sh_account_policy_with(r->core, words, layer, &policy);
	else
		sh_account_policy(r->core, words, &policy);
	sh_decide(&policy, &place, &was->ended, was->now_ms, ret);
}

static void
diff_one(struct sh_api_request *r, const struct sh_rows *rows, int i, struct sh_arena *a)
{
	struct diff *d = r->own;
	struct sh_account_words words = sh_account_words(rows, i);
	struct sh_id id = sh_rows_id(rows, i, "decision_id"), callback = sh_rows_id(rows, i, "callback_id");
	struct sh_decision before, after;
	struct sh_replayed was;

	if (!sh_record_replay(a, sh_rows_str(rows, i, "record"), r->core->zones, &was)) {
		d->unreadable++;
		return;
	}
	d->replayed++;
	diff_side_decide(r, &words, d->before, &was, &before);
	diff_side_decide(r, &words, d->after, &was, &after);
	if (diff_same(&before, &after))
		return;
	if (++d->changed > d->shown)
		return;
	sh_writer_open(&d->out, '{');
	sh_writer_key_id(&d->out, "decision_id", &id);
	sh_writer_key_time(&d->out, "at", sh_rows_time(rows, i, "at"));
	if (sh_id_or_null(&callback))
		sh_writer_key_id(&d->out, "callback_id", &callback);
	sh_writer_key_str(&d->out, "outcome", sh_str(sh_policy_outcome_name(was.ended.means.outcome)));
	sh_writer_key_int(&d->out, "attempt", was.ended.attempt);
	diff_side(&d->out, "old", &before);
	diff_side(&d->out, "new", &after);
	sh_writer_close(&d->out, '}');
}

/* ---- page by page ---- */

static void
diff_was_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_api_request *r = SH_OBJ(arg, sh_api_request);
	const struct sh_rows *rows = st == SH_OK ? sh_rows(res, 0) : NULL;
	struct diff *d = r->own;
	struct sh_arena *a;
	int n;

	if (!rows) {
		sh_api_store_failed(r, st, res, err);
		return;
	}
	n = sh_rows_count(rows);
	a = sh_arena_new(DIFF_PAGE_ARENA);
	for (int i = 0; a && i < n; i++)
		diff_one(r, rows, i, a);
	if (!a || sh_arena_failed(a)) {
		sh_arena_free(a);
		sh_api_problem(r, SH_PROBLEM_internal, "there is no memory for this request");
		return;
	}
	sh_arena_free(a);
	if (n > 0)
		d->cursor = sh_rows_id(rows, n - 1, "decision_id");
	d->truncated = n == DIFF_PAGE && d->replayed + d->unreadable >= DIFF_MOST;
	if (n == DIFF_PAGE && !d->truncated)
		diff_page(r);
	else
		diff_answer(r);
}

static void
diff_page(struct sh_api_request *r)
{
	struct diff *d = r->own;
	const struct sh_id *workspace = sh_id_or_null(&r->workspace) ? &r->workspace : sh_id_or_null(&d->workspace);
	struct sh_unit *u = sh_api_unit(r, diff_was_read);

	sh_unit_add_params(u, SH_SQL_decision_replay, (const struct sh_param[]){ SH_P_SMALL(r->bucket), SH_P_ID(&r->tenant),
		SH_P_ID(workspace), SH_P_TIME(d->since_ms), SH_P_ID(sh_id_or_null(&d->cursor)), SH_P_INT(DIFF_PAGE) }, 6);
	sh_unit_run(u);
}

/* "30d", or a time. */
static bool
diff_since(struct sh_api_request *r, struct diff *d)
{
	struct sh_str since = sh_api_str(r, "since");
	int64_t s = DIFF_SINCE_DEFAULT_S;
	json_object *v = NULL;

	if (sh_time_parse_rfc3339(since, &d->since_ms) && d->since_ms > 0 && d->since_ms <= r->now_ms)
		return true;
	if ((!json_object_object_get_ex(r->body, "since", &v) || (sh_text_duration(since, &s))) && s > 0 && s <= DIFF_SINCE_MOST_S) {
		d->since_ms = r->now_ms - s * SH_SECOND_MS;
		return true;
	}
	sh_api_problem_field(r, SH_PROBLEM_invalid, "/since", "a span such as 30d, or a time that lies behind us, such as 2027-03-01T00:00:00Z");
	return false;
}

void
sh_api_policy_diff(struct sh_api_request *r)
{
	static const char *const members[] = { "old", "new", "since", "workspace_id", "limit", NULL };
	struct diff *d = sh_arena_make(r->rq->arena, struct diff);
	json_object *v = NULL;

	if (!d) {
		sh_api_problem(r, SH_PROBLEM_internal, "there is no memory for this request");
		return;
	}
	*d = (struct diff){ .shown = 200 };
	if (!sh_policy_members(r, members) || !sh_policy_given(r, "old", &d->before) || !sh_policy_given(r, "new", &d->after) || !diff_since(r, d))
		return;
	if (!d->after) {
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/new", "the policy to compare with is missing");
		return;
	}
	if (json_object_object_get_ex(r->body, "limit", &v) && (!sh_api_int(r, "limit", &d->shown) || d->shown < 0 || d->shown > DIFF_SHOWN)) {
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/limit", "a number from 0 to %d", DIFF_SHOWN);
		return;
	}
	if (json_object_object_get_ex(r->body, "workspace_id", &v) && !sh_api_id(r, "workspace_id", &d->workspace)) {
		sh_api_problem_field(r, SH_PROBLEM_invalid, "/workspace_id", "not a UUID");
		return;
	}
	sh_buf_init(&d->text, DIFF_BYTES);
	sh_writer_init(&d->out, &d->text);
	sh_writer_open(&d->out, '[');
	r->own = d;
	r->at_end = diff_end;
	diff_page(r);
}
