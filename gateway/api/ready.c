/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/ready.c: can this gateway work? A row of ready_table is one question; with ?verbose each is answered by itself.
 *
 * A check looks and says what it found in a sentence without names of tenants: nobody needs a key to ask. It stops (503), or it
 * warns: the gateway works, but an operator should know. What only the database knows is asked in one statement, fence_state; a
 * check that needs its answer reads facts, which is NULL when none came.
 *
 * Anybody may ask, and as often as he likes: the database is asked once at a time, and what it said counts for a moment. All else is
 * looked at anew. Who asks does not wait long; but the questions themselves are as patient as all else on their connections, for a
 * deadline of their own would break those, with the webhooks that wait on them.
 */
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/log.h"
#include "gateway/base/metric.h"
#include "gateway/base/writer.h"
#include "gateway/engine/engine.h"
#include "gateway/engine/keycheck.h"
#include "gateway/driver/board.h"
#include "gateway/store/sql.h"

#include "gateway/api/gate.h"

#define READY_BYTES (256 << 10)
#define READY_WAIT_MS 2000 /* for the database; then it counts as silent */
#define READY_KEEP_MS 1000 /* how long an answer of the database counts */

enum ready_state { READY_OK, READY_WARNS, READY_STOPS };

/* What fence_state said, and whether the key file opens what is stored. */
struct ready_facts {
	enum sh_status keyed; /* see keycheck.h; what was known last */
	int64_t schema, recovering, standbys; /* standbys < 0: this user may not see them */
	bool has_standby_names;
	char commit_waits[24], lost_from[40], noticed_at[40], quiet_until[40], merge_why[256];
};

struct ready_waiting {
	struct ready_waiting *next;
	struct sh_api_request *r;
};

struct sh_ready {
	bool asking, trying; /* a question, or a trial of the key file, is under way */
	bool answered; /* facts are what the database said; else it did not answer */
	int64_t until_ms; /* elapsed: when it is to be asked again */
	struct ready_facts facts;
	struct ready_waiting *waiting;
	struct event *late;
};

struct ready {
	const struct sh_core *core;
	const struct ready_facts *facts; /* NULL: the database did not answer */
	char text[400]; /* what the check found */
};

static enum ready_state __attribute__((format(printf, 3, 4)))
ready_say(struct ready *y, enum ready_state state, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(y->text, sizeof(y->text), format, args);
	va_end(args);
	return state;
}

/* ---- the checks ---- */

static enum ready_state
ready_worker(struct ready *y)
{
	return y->core->draining ? ready_say(y, READY_STOPS, "this worker is ending") : ready_say(y, READY_OK, "takes requests");
}

static enum ready_state
ready_database(struct ready *y)
{
	const struct sh_core *c = y->core;
	bool ingest = sh_db_ready(c->ingest), engine = sh_db_ready(c->engine_db), api = sh_db_ready(c->api_db);

	if (!ingest || !engine || !api)
		return ready_say(y, READY_STOPS, "the database is away: no connection for%s%s%s", ingest ? "" : " ingest",
		    engine ? "" : " engine", api ? "" : " api");
	return y->facts ? ready_say(y, READY_OK, "answers") : ready_say(y, READY_STOPS, "the database did not answer");
}

static enum ready_state
ready_keys(struct ready *y)
{
	if (!sh_keys_alive(y->core->keys))
		return ready_say(y, READY_STOPS, "the keyholder is away");
	if (y->facts && y->facts->keyed == SH_EDENIED)
		return ready_say(y, READY_STOPS,
		    "key_file is not the key of this database: nothing that is stored can be read. Stop, and start with the key "
		    "file that the database was begun with");
	if (y->facts && y->facts->keyed == SH_EINVALID)
		return ready_say(y, READY_WARNS, "the key file may be right, but a tenant's keys in the database are damaged");
	return ready_say(y, READY_OK, "the keyholder answers");
}

static enum ready_state
ready_clock(struct ready *y)
{
	const struct sh_clock *c = &y->core->clock;
	int most_ms = y->core->options->clock_error_ms;

	if (c->error_ms < 0)
		return ready_say(y, READY_STOPS, "the database's clock was not measured yet");
	if (c->error_ms > most_ms)
		return ready_say(y, READY_WARNS, "the database's clock is known to %lld ms only, and dialling waits for %d",
		    (long long)c->error_ms, most_ms);
	return ready_say(y, READY_OK, "the database's clock is known to %lld ms", (long long)c->error_ms);
}

static enum ready_state
ready_migrations(struct ready *y)
{
	int64_t at = y->facts ? y->facts->schema : 0;

	if (!y->facts)
		return ready_say(y, READY_STOPS, "the database did not answer");
	if (at < (int64_t)sh_sql_nmigrations)
		return ready_say(y, READY_STOPS, "the schema has version %lld, and this program needs %zu: `switchhook migrate`",
		    (long long)at, sh_sql_nmigrations);
	if (at > (int64_t)sh_sql_nmigrations)
		return ready_say(y, READY_WARNS, "the schema has version %lld, this program knows %zu: restart it as the newer one",
		    (long long)at, sh_sql_nmigrations);
	return ready_say(y, READY_OK, "the schema has version %lld", (long long)at);
}

static enum ready_state
ready_recovers(struct ready *y, const struct ready_facts *f)
{
	if (!*f->noticed_at)
		return ready_say(y, READY_STOPS, "recovering: the database is another one than the dials were written to");
	return ready_say(y, READY_STOPS,
	    "recovering: what was done from %s to %s may be lost; nothing is dialled in %lld buckets before %s%s%s",
	    *f->lost_from ? f->lost_from : "an unknown time", f->noticed_at, (long long)f->recovering, f->quiet_until,
	    *f->merge_why ? ", then: " : "", f->merge_why);
}

static enum ready_state
ready_recovering(struct ready *y)
{
	if (!y->facts)
		return ready_say(y, READY_STOPS, "the database did not answer");
	if (y->facts->recovering > 0)
		return ready_recovers(y, y->facts);
	if (sh_engine_waits(y->core->engine))
		return ready_say(y, READY_STOPS, "webhooks are taken, nothing is dialled: %s", sh_engine_waits(y->core->engine));
	return ready_say(y, READY_OK, "the database is the one that the dials were written to");
}

/* What an acknowledged event and a phone that rings once rest on when the database's machine is lost. */
static enum ready_state
ready_standby(struct ready *y)
{
	const struct ready_facts *f = y->facts;

	if (!f)
		return ready_say(y, READY_STOPS, "the database did not answer");
	if (!f->has_standby_names)
		return ready_say(y, READY_WARNS,
		    "no synchronous standby: if the database's machine is lost, the last acknowledged events, cancels and dials "
		    "are lost "
		    "with it; phones still ring once");
	if (strcmp(f->commit_waits, "off") == 0 || strcmp(f->commit_waits, "local") == 0)
		return ready_say(y, READY_WARNS,
		    "synchronous_standby_names is set, but synchronous_commit is %s: no standby is waited for", f->commit_waits);
	if (f->standbys < 0)
		return ready_say(y, READY_OK,
		    "commits wait for a synchronous standby; how many are connected this user may not see (pg_monitor)");
	if (f->standbys == 0)
		return ready_say(y, READY_WARNS, "a synchronous standby is configured, but none is connected: commits wait");
	return ready_say(y, READY_OK, "a synchronous standby holds what is acknowledged: %lld connected", (long long)f->standbys);
}

static enum ready_state
ready_drivers(struct ready *y)
{
	const struct sh_drivers *set = y->core->drivers;
	size_t n = 0;

	for (size_t i = 0; i < sh_drivers_count(set); i++)
		n += sh_drivers_at(set, i)->refused == NULL;
	if (n == 0)
		return ready_say(y, READY_WARNS, "no driver is loaded");
	if (n < sh_drivers_count(set))
		return ready_say(y, READY_WARNS, "%zu loaded, %zu refused", n, sh_drivers_count(set) - n);
	return ready_say(y, READY_OK, "%zu loaded", n);
}

/* The other providers carry on: an operator must know, a load balancer need not. */
static enum ready_state
ready_quarantine(struct ready *y)
{
	const struct sh_drivers *set = y->core->drivers;
	const struct sh_driver_loaded *first = NULL;
	const char *why;
	size_t n = 0;

	for (size_t i = 0; i < sh_drivers_count(set); i++)
		if (sh_board_closed(sh_drivers_at(set, i))) {
			first = first ? first : sh_drivers_at(set, i);
			n++;
		}
	if (n == 0)
		return ready_say(y, READY_OK, "no driver is in quarantine");
	why = sh_board_state(first->name, first->file).why == SH_BOARD_MEMORY ? "it filled workers" : "workers died in it";
	if (n == 1)
		return ready_say(y, READY_WARNS, "%s is in quarantine (%s): GET /v1/drivers", first->name, why);
	return ready_say(y, READY_WARNS, "%s (%s) and %zu more are in quarantine: GET /v1/drivers", first->name, why, n - 1);
}

/* What all workers of this gateway hold, and whether any of them cannot. */
static enum ready_state
ready_spool(struct ready *y)
{
	long long bytes = (long long)sh_metric_sum(SH_METRIC_spool_bytes), age_s = (long long)sh_metric_sum(SH_METRIC_spool_age);

	if (sh_metric_sum(SH_METRIC_spool_fault))
		return ready_say(y, READY_WARNS, "full or not writable: %lld bytes wait, the oldest for %lld s", bytes, age_s);
	if (bytes)
		return ready_say(
		    y, READY_WARNS, "%lld bytes of webhooks wait for the database, the oldest for %lld s", bytes, age_s);
	return ready_say(y, READY_OK, y->core->options->spool ? "on, and empty" : "off");
}

/* In the order in which they are answered; the first that stops is what `why` says. */
static const struct {
	const char *name;
	enum ready_state (*look)(struct ready *);
} ready_table[] = {
	{ "worker", ready_worker },
	{ "database", ready_database },
	{ "keys", ready_keys },
	{ "clock", ready_clock },
	{ "migrations", ready_migrations },
	{ "recovering", ready_recovering },
	{ "standby", ready_standby },
	{ "drivers", ready_drivers },
	{ "quarantine", ready_quarantine },
	{ "spool", ready_spool },
};

/* ---- the answer ---- */

static void
ready_line(struct sh_out *o, const char *name, enum ready_state state, const char *text)
{
	static const char *const words[] = { [READY_OK] = "ok", [READY_WARNS] = "warning", [READY_STOPS] = "failed" };

	sh_writer_open(o, '{');
	sh_writer_key_str(o, "name", sh_str(name));
	sh_writer_key_str(o, "state", sh_str(words[state]));
	sh_writer_key_str(o, "text", sh_str(text));
	sh_writer_close(o, '}');
}

static void
ready_driver_lines(struct sh_out *o, const struct sh_drivers *set)
{
	sh_writer_key(o, SH_STR("drivers"));
	sh_writer_open(o, '[');
	for (size_t i = 0; i < sh_drivers_count(set); i++) {
		const struct sh_driver_loaded *d = sh_drivers_at(set, i);

		sh_writer_open(o, '{');
		sh_writer_key_str(o, "name", sh_str(d->name));
		sh_writer_key_str(o, "state", sh_str(d->refused ? "refused" : sh_board_closed(d) ? "quarantined" : "ready"));
		if (d->refused)
			sh_writer_key_str(o, "refused", sh_str(d->refused));
		sh_writer_close(o, '}');
	}
	sh_writer_close(o, ']');
}

static void
ready_answer(struct sh_api_request *r, const struct ready_facts *facts)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b, lines;
	struct ready y = { .core = r->core, .facts = facts };
	char why[sizeof(y.text)] = "";
	struct sh_out o, checks;

	sh_buf_init(&b, READY_BYTES);
	sh_buf_init(&lines, READY_BYTES);
	sh_writer_init(&checks, &lines);
	sh_writer_open(&checks, '[');
	for (size_t i = 0; i < SH_LENGTH(ready_table); i++) {
		enum ready_state state = ready_table[i].look(&y);

		ready_line(&checks, ready_table[i].name, state, y.text);
		if (state == READY_STOPS && !*why)
			memcpy(why, y.text, sizeof(why));
	}
	sh_writer_close(&checks, ']');

	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "status", *why ? SH_STR("unavailable") : SH_STR("ready"));
	if (*why)
		sh_writer_key_str(&o, "why", sh_str(why));
	if (r->core->clock.trial_fd >= 0)
		sh_writer_key_bool(&o, "trial_clock", true);
	if (sh_api_query(r, "verbose").s) {
		sh_writer_key_raw(&o, "checks", sh_buf_str(&lines));
		ready_driver_lines(&o, r->core->drivers);
		sh_writer_key_int(&o, "clock_told_ms", r->core->clock.told_ms);
		sh_writer_key_str(&o, "time_zones", sh_str(sh_zones_version(r->core->zones)));
	}
	sh_writer_close(&o, '}');
	if (b.failed || lines.failed)
		sh_api_problem(r, SH_PROBLEM_internal, "the answer did not fit");
	else
		sh_api_answer(r, *why ? 503 : 200, sh_buf_str(&b));
}

/* ---- what the database says ---- */

static void
ready_copy(const struct sh_rows *rows, const char *column, char *to, size_t room)
{
	struct sh_str s = sh_rows_str(rows, 0, column);

	snprintf(to, room, "%.*s", s.s ? (int)s.n : 0, s.s ? s.s : "");
}

static void
ready_learn(struct ready_facts *f, const struct sh_rows *rows)
{
	f->schema = sh_rows_int(rows, 0, "schema");
	f->recovering = sh_rows_int(rows, 0, "recovering");
	f->standbys = sh_rows_null(rows, 0, "standbys") ? -1 : sh_rows_int(rows, 0, "standbys");
	f->has_standby_names = sh_rows_str(rows, 0, "standby_names").n > 0;
	ready_copy(rows, "commit_waits", f->commit_waits, sizeof(f->commit_waits));
	ready_copy(rows, "lost_from", f->lost_from, sizeof(f->lost_from));
	ready_copy(rows, "noticed_at", f->noticed_at, sizeof(f->noticed_at));
	ready_copy(rows, "quiet_until", f->quiet_until, sizeof(f->quiet_until));
	ready_copy(rows, "merge_why", f->merge_why, sizeof(f->merge_why));
}

static void
ready_tell(struct sh_ready *y)
{
	struct ready_waiting *next;

	event_del(y->late);
	y->until_ms = sh_clock_elapsed_ms() + READY_KEEP_MS;
	/* Each stands in the arena of its request, which ends with its answer. */
	for (struct ready_waiting *w = SH_TAKE(y->waiting); w; w = next) {
		next = w->next;
		ready_answer(w->r, y->answered ? &y->facts : NULL);
	}
}

static void
ready_on_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	ready_tell(arg);
}

static void
ready_asked(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct sh_ready *y = arg;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "ready.failed", err->text);
	y->answered = st == SH_OK;
	if (y->answered)
		ready_learn(&y->facts, sh_rows(res, 0));
	y->asking = false;
	if (y->waiting && !y->trying)
		ready_tell(y);
}

static void
ready_keyed(void *arg, enum sh_status keyed)
{
	struct sh_ready *y = arg;

	if (keyed == SH_OK || keyed == SH_EDENIED || keyed == SH_EINVALID)
		y->facts.keyed = keyed;
	y->trying = false;
	if (y->waiting && !y->asking)
		ready_tell(y);
}

static void
ready_ask(struct sh_api_request *r, struct sh_ready *y)
{
	struct ready_waiting *w = sh_arena_alloc(r->rq->arena, sizeof(*w));
	struct sh_unit *u;
	bool first;

	if (!w) {
		sh_api_problem(r, SH_PROBLEM_internal, "memory is short");
		return;
	}
	first = !y->waiting;
	*w = (struct ready_waiting){ .next = y->waiting, .r = r };
	y->waiting = w;
	if (!first)
		return;
	event_add(y->late, &(struct timeval){ READY_WAIT_MS / 1000, READY_WAIT_MS % 1000 * 1000 });
	if (!y->trying && sh_db_ready(r->core->ingest)) {
		y->trying = true;
		sh_keycheck(r->core, r->core->ingest, ready_keyed, y);
	}
	if (y->asking)
		return;
	y->asking = true;
	y->answered = false;
	sh_metric_add(SH_METRIC_ready_questions, 1);
	u = sh_unit_new(r->core->api_db, ready_asked, y);
	sh_unit_add_params(u, SH_SQL_fence_state, NULL, 0);
	sh_unit_run(u);
}

static struct sh_ready *
ready_new(struct sh_core *core)
{
	struct sh_ready *y = calloc(1, sizeof(*y));

	if (y && !(y->late = evtimer_new(core->base, ready_on_late, y)))
		free(SH_TAKE(y));
	return y;
}

void
sh_ready_free(struct sh_ready *y)
{
	if (y)
		event_free(y->late);
	free(y);
}

void
sh_api_readyz(struct sh_api_request *r)
{
	struct sh_ready *y = r->api->ready ? r->api->ready : (r->api->ready = ready_new(r->core));

	if (!sh_db_ready(r->core->api_db)) {
		if (y)
			y->until_ms = 0;
		ready_answer(r, NULL);
	} else if (!y) {
		sh_api_problem(r, SH_PROBLEM_internal, "memory is short");
	} else if (!y->waiting && sh_clock_elapsed_ms() < y->until_ms) {
		ready_answer(r, y->answered ? &y->facts : NULL);
	} else {
		ready_ask(r, y);
	}
}
