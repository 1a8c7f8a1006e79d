/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/worker.c: builds a struct sh_core from the config, puts the parts together, runs the loop, takes them apart in
 * the opposite order. What decides anything is in the parts.
 */
#include "gateway/server/worker.h"

#include <event2/event.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway/api/api.h"
#include "gateway/base/log.h"
#include "gateway/base/wipe.h"
#include "gateway/engine/engine.h"
#include "gateway/engine/keycheck.h"
#include "gateway/http/problem.h"
#include "gateway/ingress/ingress.h"
#include "gateway/net/guard.h"
#include "gateway/server/parts.h"
#include "gateway/server/process.h"
#include "gateway/store/listen.h"

#define WORKER_LISTENERS 16
#define WORKER_LAST_MS 1000 /* of drain_timeout, for what the database must hear */
#define WORKER_FILES 256 /* for all that is not a connection of ours: database, providers, files */
#define WORKER_CONNECTIONS 65536 /* more than a worker has descriptors */
#define WORKER_TRIAL_LOOK_US 20000
#define WORKER_WIPE_S 1
#define WORKER_CHANNEL "switchhook_changed"

struct worker {
	const struct sh_worker *given;
	const struct sh_config *config;
	struct sh_core core;
	struct sh_core_options options;
	char spool_dir[PATH_MAX];
	struct sh_parts parts;
	struct sh_api *api;
	struct sh_ingress *ingress;
	struct sh_listen *listen;
	struct sh_http *http[WORKER_LISTENERS];
	size_t nhttp;
	struct sh_guard_net proxies[SH_CONFIG_PROXIES];
	size_t nproxies;
	struct event *terminate, *deadline, *look, *pulse, *wipe;
	int undrained; /* parts that have not finished yet */
	bool cut, hurry, key_tried;
};

/* ---- requests -------------------------------------------------------------------------------------- */

static void
worker_request(struct sh_http_request *r, void *arg)
{
	static const char webhooks[] = "/api/webhooks/";
	struct worker *w = arg;

	if (r->path.n >= sizeof(webhooks) - 1 && memcmp(r->path.s, webhooks, sizeof(webhooks) - 1) == 0)
		sh_ingress_handle(w->ingress, r);
	else if (!w->config->v[SH_OPTION_metrics].i && sh_str_is(r->path, "/metrics"))
		sh_problem(r, SH_PROBLEM_not_found, "metrics are off in this gateway's configuration");
	else
		sh_api_handle(w->api, r);
}

static void
worker_changed(void *arg, const char *payload)
{
	struct worker *w = arg;

	sh_ingress_changed(w->ingress, payload);
	sh_engine_changed(w->core.engine, payload);
}

/* Said at once and loudly: otherwise the first that fails would be some caller's request. */
static void
worker_keyed(void *arg, enum sh_status status)
{
	(void)arg;
	if (status == SH_EDENIED)
		sh_log(SH_LOG_ERROR, "keys.wrong",
		    "key_file is not the key of this database: nothing that is stored can be read; stop, and start with the right "
		    "one");
}

static void
worker_database(void *arg, bool ready)
{
	struct worker *w = arg;

	if (ready && !w->key_tried && w->given->index == 0)
		sh_keycheck(&w->core, w->core.engine_db, worker_keyed, w);
	w->key_tried |= ready;
	if (w->core.engine)
		sh_engine_database(w->core.engine, ready);
}

/* ---- ending ---------------------------------------------------------------------------------------- */

static void
worker_engine_drained(void *arg)
{
	struct worker *w = arg;

	event_base_loopbreak(w->core.base);
}

/* The engine claims nothing any more, but the last requests have begun work of their own. */
static void
worker_drained(void *arg)
{
	struct worker *w = arg;

	if (--w->undrained == 0)
		sh_engine_drain(w->core.engine, worker_engine_drained, w);
}

/*
 * A provider that does not answer in time must not cost the claims: what is open at the network ends here, so that the
 * last moments are left for the database to hear what became of it (given back, or ambiguous).
 */
static void
worker_cut(struct worker *w)
{
	sh_log(SH_LOG_WARN, "worker.cut", "providers' answers are not waited for any longer",
	    SH_F_INT("open", (int64_t)sh_net_pending(w->core.net)));
	w->cut = true;
	event_add(w->deadline, &(struct timeval){ WORKER_LAST_MS / 1000, WORKER_LAST_MS % 1000 * 1000 });
	sh_net_end(w->core.net);
}

static void
worker_late(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;

	(void)fd;
	(void)what;
	if (!w->cut) {
		worker_cut(w);
		return;
	}
	w->hurry = true;
	event_base_loopbreak(w->core.base);
}

/* Requests first, claims beside them: a request may wait for a dial of this very worker. */
static void
worker_terminate(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	int64_t ms = w->config->v[SH_OPTION_drain_timeout].i, last_ms = ms < 2 * WORKER_LAST_MS ? ms / 2 : WORKER_LAST_MS;

	(void)fd;
	(void)what;
	if (w->core.draining) {
		worker_late(-1, 0, w);
		return;
	}
	sh_log(SH_LOG_INFO, "worker.draining", "taking no more, finishing what was begun");
	w->core.draining = true;
	atomic_store(&w->given->slot->accepts, 0);
	w->undrained = (int)w->nhttp;
	ms -= last_ms;
	event_add(w->deadline, &(struct timeval){ ms / 1000, ms % 1000 * 1000 });
	for (size_t i = 0; i < w->nhttp; i++)
		sh_http_drain(w->http[i], worker_drained, w);
}

/* A worker whose keyholder has gone is of no use any more; the master replaces it. */
static void
worker_pulse(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;

	(void)fd;
	(void)what;
	if (!sh_keys_alive(w->core.keys))
		atomic_store(&w->given->slot->lost, 1);
}

/* In a trial the clock jumps when its file is written; due times must be looked at anew. */
static void
worker_look(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;

	(void)fd;
	(void)what;
	if (sh_clock_look(&w->core.clock) && w->core.engine)
		sh_engine_wake(w->core.engine);
}

/* In an idle worker nobody comes by who would overwrite it. */
static void
worker_wipe(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	sh_wipe_stack();
}

/* ---- putting together ------------------------------------------------------------------------------ */

static void
worker_options(struct worker *w)
{
	const struct sh_config_value *v = w->config->v;

	w->options = (struct sh_core_options){
		.public_url = v[SH_OPTION_public_url].s,
		.outbound_wait_ms = (int)v[SH_OPTION_outbound_wait].i,
		.decide_wait_s = (int)(v[SH_OPTION_engine_decide].i / 1000),
		.send_window_ms = (int)v[SH_OPTION_outbound_window].i,
		.request_ms = (int)v[SH_OPTION_outbound_request].i,
		.dial_lease_s = (int)(v[SH_OPTION_engine_dial].i / 1000),
		.claim_lease_s = (int)(v[SH_OPTION_engine_claim].i / 1000),
		.process_lease_s = (int)(v[SH_OPTION_engine_process].i / 1000),
		.poll_ms = (int)v[SH_OPTION_engine_poll].i,
		.clock_error_ms = (int)v[SH_OPTION_engine_clock].i,
		.webhook_bytes = (size_t)v[SH_OPTION_webhooks_body].i,
		.slug_grace_s = (int)(v[SH_OPTION_webhooks_grace].i / 1000),
		.keep_events_s = v[SH_OPTION_keep_events].i / 1000,
		.keep_activity_s = v[SH_OPTION_keep_activity].i / 1000,
		.keep_decisions_s = v[SH_OPTION_keep_decisions].i / 1000,
		.state_dir = v[SH_OPTION_state_dir].s,
		.default_policy = v[SH_OPTION_default_policy].s,
		.spool = v[SH_OPTION_ingest_spool].i,
		.spool_dir = w->spool_dir,
		.spool_bytes = (size_t)v[SH_OPTION_ingest_spool_size].i,
	};
	sh_config_spool_dir(w->config, w->spool_dir, sizeof(w->spool_dir));
	w->core.options = &w->options;
}

/* Every worker says it: the master gives up with the first that ends, and that may not be the first that looked. */
static void
worker_say(void *arg, const char *line)
{
	(void)arg;
	sh_log(SH_LOG_WARN, "worker.fault", "found while loading policies, drivers and time zones", SH_F_STR("fault", line));
}

static enum sh_status
worker_load(struct worker *w, struct sh_error *e)
{
	enum sh_status status = SH_OK;

	sh_clock_init(&w->core.clock);
	if (w->given->trial_clock)
		status = sh_clock_follow(&w->core.clock, w->given->trial_clock, e);
	if (status != SH_OK)
		return status;
	sh_parts_load(&w->parts, w->config, w->given->tickets, worker_say, w);
	if (w->parts.faults)
		return sh_fail(e, SH_EINVALID, "%d faults in policies, drivers or time zones; `switchhook check-config` lists them",
		    w->parts.faults);
	if (w->parts.warning[0] && w->given->index == 0)
		sh_log(SH_LOG_WARN, "worker.warning", "this will not do for long", SH_F_STR("why", w->parts.warning));
	w->core.first = w->given->index == 0;
	w->core.zones = w->parts.zones;
	w->core.prefixes = w->parts.prefixes;
	w->core.packs = w->parts.packs;
	w->core.drivers = w->parts.drivers;
	w->core.policies = w->parts.policies;
	w->core.plans = w->parts.plans;
	return SH_OK;
}

static struct sh_db *
worker_db(struct worker *w, enum sh_role role)
{
	struct sh_db_options o = { .conninfo = w->given->conninfo, .role = role };

	return sh_db_new(w->core.base, &o, &w->core.clock);
}

static enum sh_status
worker_connect(struct worker *w, struct sh_error *e)
{
	struct sh_net_options net = { .allow = w->config->v[SH_OPTION_outbound_allow].list };
	struct sh_core *core = &w->core;

	core->keys = sh_keys_new(core->base, w->given->keys_fd, (int)(w->config->v[SH_OPTION_keys_cache].i / 1000));
	core->net = sh_net_new(core->base, &net, e);
	if (!core->net)
		return e->status;
	core->ingest = worker_db(w, SH_ROLE_INGEST);
	core->engine_db = worker_db(w, SH_ROLE_ENGINE);
	core->api_db = worker_db(w, SH_ROLE_API);
	core->inbox = sh_inbox_new(core->ingest);
	core->engine = sh_engine_new(core);
	w->api = sh_api_new(core);
	w->ingress = sh_ingress_new(core);
	w->listen = sh_listen_new(core->base, w->given->conninfo, WORKER_CHANNEL, worker_changed, w);
	sh_db_on_change(core->engine_db, worker_database, w);
	return SH_OK;
}

/* A driver there may have written any number: it leads to an unfair share at worst. */
static int
worker_has_connections(const struct sh_slot *s)
{
	int n = atomic_load_explicit(&s->connections, memory_order_relaxed);

	return n < 0 ? 0 : n > WORKER_CONNECTIONS ? WORKER_CONNECTIONS : n;
}

/* What all workers have, for the share of each. Those that drain or have died are left out. */
static void
worker_all_connections(void *arg, int *ret_connections, int *ret_workers)
{
	const struct sh_worker *given = arg;

	for (size_t i = 0; i < given->nslots; i++) {
		if (!atomic_load_explicit(&given->slots[i].accepts, memory_order_relaxed))
			continue;
		*ret_connections += worker_has_connections(&given->slots[i]);
		(*ret_workers)++;
	}
}

static bool
worker_trusts(const void *arg, const struct in6_addr *address)
{
	const struct worker *w = arg;
	const struct sockaddr_in6 sa = { .sin6_family = AF_INET6, .sin6_addr = *address };

	return sh_guard_within((const struct sockaddr *)&sa, w->proxies, w->nproxies);
}

static enum sh_status
worker_proxies(struct worker *w, struct sh_error *e)
{
	const struct sh_config_value *v = &w->config->v[SH_OPTION_trusted_proxies];

	for (size_t i = 0; i < v->n && i < SH_CONFIG_PROXIES; i++) {
		enum sh_status status = sh_guard_parse(v->list[i], &w->proxies[w->nproxies++], e);
		if (status != SH_OK)
			return status;
	}
	return SH_OK;
}

/* Connections wait in the kernel's queue rather than take the descriptors that the database and providers need. */
static int
worker_connections(const struct worker *w)
{
	int64_t want = w->config->v[SH_OPTION_limits_connections].i, most;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
		return (int)want;
	most = ((int64_t)files.rlim_cur - WORKER_FILES) / (int64_t)w->given->nlisteners;
	most = most < 1 ? 1 : most;
	if (want > most && w->given->index == 0)
		sh_log(SH_LOG_WARN, "worker.files", "this machine lets a process have fewer files than limits.connections asks for",
		    SH_F_INT("connections", most), SH_F_INT("files", (int64_t)files.rlim_cur));
	return (int)(want < most ? want : most);
}

static enum sh_status
worker_serve(struct worker *w, struct sh_error *e)
{
	const struct sh_config_value *v = w->config->v;
	struct sh_slot *slot = w->given->slot;
	struct sh_http_options o = {
		.header_bytes = (size_t)v[SH_OPTION_limits_headers].i,
		.body_bytes = (size_t)v[SH_OPTION_limits_body].i,
		.held_bytes = (size_t)v[SH_OPTION_limits_memory].i / 2 / (w->given->nlisteners ? w->given->nlisteners : 1),
		.request_ms = (int)v[SH_OPTION_limits_request].i,
		.idle_ms = (int)v[SH_OPTION_limits_idle].i,
		.connections = worker_connections(w),
		.requests_per_connection = (int)v[SH_OPTION_limits_requests].i,
		.per_address = (int)v[SH_OPTION_limits_per_address].i,
		.backlog_bytes = (size_t)v[SH_OPTION_limits_backlog].i,
		.handshake_ms = (int)v[SH_OPTION_limits_handshake].i,
		.share = { &slot->connections, worker_all_connections, (void *)w->given },
		.trusted = worker_trusts,
		.trusted_arg = w,
	};
	enum sh_status status = worker_proxies(w, e);

	if (status != SH_OK)
		return status;
	atomic_store(&slot->accepts, 1);
	for (size_t i = 0; i < w->given->nlisteners && i < WORKER_LISTENERS; i++) {
		struct sh_http *h;
		o.tls = i < v[SH_OPTION_listen].n ? NULL : w->parts.tls;
		h = sh_http_new(w->core.base, w->given->listeners[i], &o, worker_request, w);
		if (!h)
			return sh_fail(e, SH_ESYSTEM, "the HTTP server could not be made");
		w->http[w->nhttp++] = h;
	}
	return SH_OK;
}

static enum sh_status
worker_events(struct worker *w, struct sh_error *e)
{
	w->core.base = event_base_new();
	if (!w->core.base)
		return sh_fail(e, SH_ESYSTEM, "the event loop could not be made");
	w->terminate = evsignal_new(w->core.base, SIGTERM, worker_terminate, w);
	w->deadline = evtimer_new(w->core.base, worker_late, w);
	w->look = event_new(w->core.base, -1, EV_PERSIST, worker_look, w);
	w->pulse = event_new(w->core.base, -1, EV_PERSIST, worker_pulse, w);
	w->wipe = event_new(w->core.base, -1, EV_PERSIST, worker_wipe, NULL);
	if (!w->terminate || !w->deadline || !w->look || !w->pulse || !w->wipe)
		return sh_fail(e, SH_ESYSTEM, "no memory");
	return SH_OK;
}

/* From here on the worker takes requests, so SIGTERM means drain. */
static void
worker_ready(struct worker *w)
{
	struct sh_slot *slot = w->given->slot;
	size_t n = 0;

	event_add(w->terminate, NULL);
	event_add(w->wipe, &(struct timeval){ WORKER_WIPE_S, 0 });
	event_add(w->pulse, &(struct timeval){ 1, 0 });
	if (w->given->trial_clock)
		event_add(w->look, &(struct timeval){ 0, WORKER_TRIAL_LOOK_US });
	for (size_t i = 0; i < sh_drivers_count(w->core.drivers); i++) {
		const struct sh_driver_loaded *d = sh_drivers_at(w->core.drivers, i);
		if (!d->refused && n < sizeof(slot->drivers))
			n += (size_t)snprintf(slot->drivers + n, sizeof(slot->drivers) - n, "%s%s", n ? " " : "", d->name);
	}
	atomic_store(&slot->ready, 1);
}

/*
 * What asks is freed after what answers: open questions end here, and whoever asked must still be there to hear it. A failed
 * request goes on to ask for keys, failed keys to tell the database: network, keyholder, database, in that order. The
 * HTTP server is last, since hearing it may mean to reply.
 */
static void
worker_clear(struct worker *w)
{
	struct sh_core *core = &w->core;
	struct sh_db *dbs[] = { core->ingest, core->engine_db, core->api_db };
	struct event *events[] = { w->terminate, w->deadline, w->look, w->pulse, w->wipe };

	if (w->listen)
		sh_listen_free(w->listen);
	if (core->net)
		sh_net_free(core->net);
	if (core->keys)
		sh_keys_free(core->keys);
	for (size_t i = 0; i < SH_LENGTH(dbs); i++)
		if (dbs[i])
			sh_db_free(dbs[i]);
	if (core->inbox)
		sh_inbox_free(core->inbox);
	if (w->ingress)
		sh_ingress_free(w->ingress);
	if (w->api)
		sh_api_free(w->api);
	if (core->engine)
		sh_engine_free(core->engine);
	for (size_t i = 0; i < w->nhttp; i++)
		sh_http_free(w->http[i]);
	sh_board_watch(NULL, NULL);
	sh_parts_clear(&w->parts);
	for (size_t i = 0; i < SH_LENGTH(events); i++)
		if (events[i])
			event_free(events[i]);
	if (core->base)
		event_base_free(core->base);
}

int
sh_worker_run(const struct sh_worker *given)
{
	static struct worker w;
	struct sh_error e;
	enum sh_status status;

	w = (struct worker){ .given = given, .config = given->config };
	sh_board_watch(&given->slot->inside, &given->slot->keeper);
	worker_options(&w);
	status = worker_events(&w, &e);
	if (status == SH_OK)
		status = worker_load(&w, &e);
	if (status == SH_OK)
		status = worker_connect(&w, &e);
	if (status == SH_OK)
		status = worker_serve(&w, &e);
	if (status == SH_OK) {
		worker_ready(&w);
		event_base_dispatch(w.core.base);
		/* Out of time is like being killed: leases and the inbox hand back what was open. */
		if (w.hurry) {
			sh_log(SH_LOG_WARN, "worker.hurried", "ended before all was finished");
			_exit(SH_EXIT_OK);
		}
		sh_log(SH_LOG_INFO, "worker.ended", "ended, all was finished");
	} else {
		sh_log(SH_LOG_ERROR, "worker.setup", "the worker could not begin", SH_F_STR("why", e.text));
	}
	worker_clear(&w);
	return status == SH_OK ? SH_EXIT_OK : SH_EXIT_SETUP;
}
