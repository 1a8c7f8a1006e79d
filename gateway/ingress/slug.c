/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* ingress/slug.c: see slug.h. */
#include "gateway/ingress/slug.h"

#include <stdlib.h>

#include "gateway/base/log.h"
#include "gateway/base/text.h"
#include "gateway/engine/account.h"

#define SLUG_KEPT_MS 5000
#define SLUG_ARENA_BYTES (1 << 20)
#define SLUGS_MOST 20000
#define SLUG_AGENTS_KEPT 256

struct sh_slugs {
	struct sh_core *core;
	struct sh_slug *table;
};

struct slug_ask {
	struct sh_slugs *slugs;
	struct sh_token token;
	sh_slug_f *done;
	void *arg;
};

struct sh_slugs *
sh_slugs_new(struct sh_core *core)
{
	struct sh_slugs *s = calloc(1, sizeof(*s));

	if (s)
		s->core = core;
	return s;
}

void
sh_slug_unref(struct sh_slug *g)
{
	assert(g->refs > 0);
	if (--g->refs > 0)
		return;
	sh_arena_free(g->arena);
	free(g);
}

static void
slug_forget(struct sh_slugs *s, struct sh_slug *g)
{
	HASH_DEL(s->table, g);
	sh_slug_unref(g);
}

void
sh_slugs_changed(struct sh_slugs *s, const char *payload)
{
	struct sh_slug *g, *next;
	struct sh_id workspace;
	const char *id = payload ? strchr(payload, ':') : NULL;
	bool one = id && sh_text_uuid(sh_str(id + 1), workspace.b);

	HASH_ITER (hh, s->table, g, next) {
		if (!one && s->core->options->spool)
			g->stale = true; /* the database may be away, and then this is all there is */
		else if (!one || memcmp(&g->workspace, &workspace, sizeof(workspace)) == 0)
			slug_forget(s, g);
	}
}

void
sh_slugs_free(struct sh_slugs *s)
{
	struct sh_slug *g, *next;

	if (!s)
		return;
	HASH_ITER (hh, s->table, g, next)
		slug_forget(s, g);
	free(s);
}

static struct sh_slug *
slug_make(struct sh_slugs *s, const struct sh_token *token, const struct sh_rows *r)
{
	struct sh_slug *g = calloc(1, sizeof(*g));
	struct sh_account_words words;
	struct sh_policy policy;

	if (!g)
		return NULL;
	g->refs = 1;
	g->arena = sh_arena_new(SLUG_ARENA_BYTES);
	memcpy(g->hash, token->hash, sizeof(g->hash));
	g->read_ms = sh_clock_elapsed_ms();
	g->bucket = token->bucket;
	g->tenant = sh_rows_id(r, 0, "tenant_id");
	g->workspace = sh_rows_id(r, 0, "workspace_id");
	g->agent = sh_rows_id(r, 0, "agent_id");
	g->gone = sh_rows_bool(r, 0, "gone");
	g->retire_ms = sh_rows_time(r, 0, "retire_at");
	g->provider = sh_arena_str(g->arena, sh_rows_str(r, 0, "provider"));
	g->driver = sh_drivers_find(s->core->drivers, g->provider);
	g->workspace_settings = sh_arena_str(g->arena, sh_rows_str(r, 0, "workspace_settings"));
	g->workspace_secrets = sh_arena_str(g->arena, sh_rows_str(r, 0, "workspace_secrets"));
	g->agent_settings = sh_arena_str(g->arena, sh_rows_str(r, 0, "agent_settings"));
	g->agent_secrets = sh_arena_str(g->arena, sh_rows_str(r, 0, "agent_secrets"));
	g->keys = sh_arena_str(g->arena, sh_rows_str(r, 0, "keys"));
	words = sh_account_words(r, 0);
	sh_account_policy(s->core, &words, &policy);
	g->payload_days = policy.lacks ? 0 : policy.payload_days;
	/* Of a workspace's own URL only the event tells whose policy it is. */
	g->speech = policy.read_speech || policy.keep_transcripts || !sh_id_or_null(&g->agent);
	g->recordings = policy.keep_recordings || !sh_id_or_null(&g->agent);
	if (!sh_arena_failed(g->arena))
		return g;
	sh_slug_unref(g);
	return NULL;
}

/* The agents that were named before, for when the database is away. */
static void
slug_inherit(struct sh_slug *g, const struct sh_slug *old)
{
	const struct sh_slug_agent *a = old->agents;

	for (int i = 0; a && i < SLUG_AGENTS_KEPT; a = a->next, i++) {
		struct sh_slug_agent *copy = sh_arena_make(g->arena, struct sh_slug_agent);

		if (!copy)
			return;
		*copy = *a;
		copy->provider_id = sh_arena_str(g->arena, a->provider_id);
		copy->stale = true;
		copy->next = g->agents;
		g->agents = copy;
	}
}

/* The database did not say. */
static struct sh_slug *
slug_recall(struct slug_ask *a, enum sh_status st)
{
	struct sh_slug *g = NULL;

	if (a->slugs->core->options->spool && (st == SH_EAGAIN || st == SH_EUNKNOWN || st == SH_ESYSTEM))
		HASH_FIND(hh, a->slugs->table, a->token.hash, sizeof(a->token.hash), g);
	if (g)
		g->refs++;
	return g;
}

static void
slug_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct slug_ask *a = arg;
	struct sh_slug *g = NULL, *old;

	if (st == SH_ESYSTEM)
		sh_log(SH_LOG_ERROR, "slug.failed", err->text);
	if (st == SH_OK && sh_rows_count(sh_rows(res, 0)) == 0)
		st = SH_EABSENT;
	if (st == SH_OK) {
		g = slug_make(a->slugs, &a->token, sh_rows(res, 0));
		st = g ? SH_OK : SH_ESYSTEM;
	}
	HASH_FIND(hh, a->slugs->table, a->token.hash, sizeof(a->token.hash), old);
	if (old && (g || st == SH_EABSENT)) {
		if (g && a->slugs->core->options->spool)
			slug_inherit(g, old);
		slug_forget(a->slugs, old);
	}
	if (g && HASH_COUNT(a->slugs->table) < SLUGS_MOST) {
		g->refs++;
		HASH_ADD(hh, a->slugs->table, hash, sizeof(g->hash), g);
	}
	if (!g && st != SH_EABSENT) {
		g = slug_recall(a, st);
		st = g ? SH_OK : st;
	}
	a->done(a->arg, st, g);
	free(a);
}

void
sh_slug_find(struct sh_slugs *s, const struct sh_token *token, sh_slug_f *done, void *arg)
{
	struct sh_slug *g;
	struct slug_ask *a;
	struct sh_unit *u;

	HASH_FIND(hh, s->table, token->hash, sizeof(token->hash), g);
	if (g && (g->stale || sh_clock_elapsed_ms() - g->read_ms > SLUG_KEPT_MS)) {
		if (!s->core->options->spool)
			slug_forget(s, g);
		g = NULL;
	}
	if (g) {
		g->refs++;
		done(arg, SH_OK, g);
		return;
	}
	a = malloc(sizeof(*a));
	if (!a) {
		done(arg, SH_ESYSTEM, NULL);
		return;
	}
	*a = (struct slug_ask){ s, *token, done, arg };
	u = sh_unit_new(s->core->ingest, slug_read, a);
	sh_unit_add(u, SH_SQL_slug_find, SH_P_SMALL(token->bucket),
	    SH_P_BYTES(((struct sh_str){ (const char *)token->hash, sizeof(token->hash) })));
	sh_unit_run(u);
}

const struct sh_slug_agent *
sh_slug_agent_recall(const struct sh_slug *g, struct sh_str provider_id)
{
	for (const struct sh_slug_agent *a = g->agents; a; a = a->next)
		if (sh_str_eq(a->provider_id, provider_id))
			return a;
	return NULL;
}

const struct sh_slug_agent *
sh_slug_agent_get(const struct sh_slug *g, struct sh_str provider_id)
{
	const struct sh_slug_agent *a = sh_slug_agent_recall(g, provider_id);

	return a && !a->stale ? a : NULL;
}

const struct sh_slug_agent *
sh_slug_agent_put(struct sh_slug *g, struct sh_str provider_id, const struct sh_id *id)
{
	struct sh_slug_agent *a = g->agents;

	while (a && !sh_str_eq(a->provider_id, provider_id))
		a = a->next;
	if (!a) {
		a = sh_arena_make(g->arena, struct sh_slug_agent);
		if (!a)
			return NULL;
		a->provider_id = sh_arena_str(g->arena, provider_id);
		a->next = g->agents;
		g->agents = a;
	}
	a->id = *id;
	a->stale = false;
	return a;
}
