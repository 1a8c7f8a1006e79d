/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/config.c: the tree of the file against the table of options.
 *
 * Paths have one or two segments. Every fault is collected: unknown keys, values that do not fit their type, then what
 * two options say together.
 */
#include "gateway/server/config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/base/text.h"
#include "gateway/server/clash.h"
#include "gateway/server/conninfo.h"
#include "gateway/server/held.h"
#include "gateway/server/value.h"

#define CONFIG_ARENA (4u << 20)

#define TYPE_TEXT .type = SH_VALUE_TEXT
#define TYPE_URL .type = SH_VALUE_URL
#define TYPE_CONNINFO .type = SH_VALUE_CONNINFO
#define TYPE_PATH .type = SH_VALUE_PATH
#define TYPE_PATHS .type = SH_VALUE_PATHS
#define TYPE_ADDRESSES .type = SH_VALUE_ADDRESSES
#define TYPE_NETS .type = SH_VALUE_NETS
#define TYPE_FLAG .type = SH_VALUE_FLAG
#define TYPE_LEVEL .type = SH_VALUE_LEVEL
#define TYPE_COUNT(min_, max_) .type = SH_VALUE_COUNT, .min = #min_, .max = #max_
#define TYPE_SIZE(min_, max_) .type = SH_VALUE_SIZE, .min = min_, .max = max_
#define TYPE_SPAN(min_, max_) .type = SH_VALUE_SPAN, .min = min_, .max = max_
enum { CONFIG_RELOAD, CONFIG_START };

static const struct sh_value_row config_rows[SH_OPTION_COUNT] = {
#define OPTION(id_, path_, type_, when_, default_, help_)                                                                          \
	[SH_OPTION_##id_] = { .path = path_, TYPE_##type_, .at_start = CONFIG_##when_, .preset = default_ },
#include "gateway/server/options.def"
};

const char *
sh_config_path(enum sh_option o)
{
	return config_rows[o].path;
}

bool
sh_config_at_start(enum sh_option o)
{
	return config_rows[o].at_start;
}

/* The segment of a path at this depth, if the segments before it are `parent`'s. */
static struct sh_str
config_segment(const char *path, const char *parent)
{
	const char *dot = strchr(path, '.');

	if (!parent)
		return (struct sh_str){ path, dot ? (size_t)(dot - path) : strlen(path) };
	if (!dot || (size_t)(dot - path) != strlen(parent) || memcmp(path, parent, strlen(parent)) != 0)
		return SH_NONE;
	return sh_str(dot + 1);
}

/* Which keys may stand in the section; parent NULL: at the top. Ends with NULL. */
static const char *const *
config_names(struct sh_arena *a, const char *parent)
{
	const char **names = sh_arena_array(a, const char *, SH_OPTION_COUNT + 1);
	size_t n = 0;

	for (int o = 0; names && o < SH_OPTION_COUNT; o++) {
		struct sh_str s = config_segment(config_rows[o].path, parent);
		bool seen = !s.s;
		for (size_t i = 0; i < n && !seen; i++)
			seen = sh_str_is(s, names[i]);
		if (!seen)
			names[n++] = sh_arena_z(a, s);
	}
	return names;
}

static bool
config_empty(const struct sh_yaml *n)
{
	return n->type == SH_YAML_SCALAR && n->plain && n->value.n == 0;
}

/* Sections are mappings with known keys; what is below them is read option by option. */
static void
config_check_keys(struct sh_config *c, const struct sh_yaml *top, struct sh_faults *f)
{
	sh_yaml_check_keys(top, config_names(c->arena, NULL), f);
	for (const struct sh_yaml *n = top->first; n; n = n->next) {
		const char *key = sh_arena_z(c->arena, n->key);
		const char *const *names = key ? config_names(c->arena, key) : NULL;
		if (!names || !names[0] || config_empty(n))
			continue;
		if (n->type == SH_YAML_MAP)
			sh_yaml_check_keys(n, names, f);
		else
			sh_faults_add(f, n->line, n->column, "%s: found a %s, expected a mapping with keys such as \"%s\"", key,
			    n->type == SH_YAML_LIST ? "list" : "value", names[0]);
	}
}

static const struct sh_yaml *
config_find(struct sh_config *c, const struct sh_yaml *top, const char *path)
{
	const char *dot = strchr(path, '.');
	const struct sh_yaml *n;

	if (!dot)
		return sh_yaml_get(top, path);
	n = sh_yaml_get(top, sh_arena_z(c->arena, (struct sh_str){ path, (size_t)(dot - path) }));
	return n && n->type == SH_YAML_MAP ? sh_yaml_get(n, dot + 1) : NULL;
}

/* The default goes through the same reader, so that it cannot mean anything else than it would in the file. */
static void
config_preset(struct sh_config *c, enum sh_option o)
{
	const struct sh_value_row *row = &config_rows[o];
	const struct sh_yaml *n;
	struct sh_faults none;
	bool good;

	if (!row->preset[0])
		return;
	sh_faults_init(&none, "options.def");
	n = sh_yaml_parse(c->arena, sh_str(row->preset), &none);
	good = n && sh_value_read(row, n, c->folder, c->arena, &none, &c->v[o]);
	/* Only what the file took of the memory can be missing. */
	assert((good && none.count == 0) || sh_arena_failed(c->arena));
	(void)good;
	sh_faults_clear(&none);
}

static void
config_below(const struct sh_config *c, enum sh_option o, bool right, struct sh_faults *f, const char *rule)
{
	if (!right)
		sh_faults_add(
		    f, c->v[o].line ? c->v[o].line : 1, c->v[o].line ? c->v[o].column : 1, "%s: %s", config_rows[o].path, rule);
}

/* The nth address of both lists, and whose it is. */
static const char *
config_listens(const struct sh_config *c, size_t nth, enum sh_option *ret)
{
	const struct sh_config_value *plain = &c->v[SH_OPTION_listen], *tls = &c->v[SH_OPTION_listen_tls];

	*ret = nth < plain->n ? SH_OPTION_listen : SH_OPTION_listen_tls;
	if (nth >= plain->n + tls->n)
		return NULL;
	return nth < plain->n ? plain->list[nth] : tls->list[nth - plain->n];
}

/* The start could not bind the second one. */
static void
config_check_listens(const struct sh_config *c, struct sh_faults *f)
{
	enum sh_option mine, other;
	const char *a, *b;

	for (size_t i = 1; (a = config_listens(c, i, &mine)); i++)
		for (size_t k = 0; k < i && (b = config_listens(c, k, &other)); k++) {
			if (!sh_clash(a, b))
				continue;
			sh_faults_add(f, c->v[mine].line ? c->v[mine].line : 1, c->v[mine].line ? c->v[mine].column : 1,
			    "%s: \"%s\" is taken by \"%s\" of %s already", config_rows[mine].path, a, b, config_rows[other].path);
			break;
		}
}

/* What two options say together. */
static void
config_check_pairs(struct sh_config *c, struct sh_faults *f)
{
	const struct sh_config_value *v = c->v;

	size_t nlisten = v[SH_OPTION_listen].n + v[SH_OPTION_listen_tls].n;
	const char *certificate = v[SH_OPTION_tls_certificate].s, *key = v[SH_OPTION_tls_key].s;
	const char *version = v[SH_OPTION_tls_min_version].s;

	config_below(c, SH_OPTION_listen, nlisten >= 1 && nlisten <= 16, f, "expected 1 to 16 addresses, listen_tls counted");
	config_below(c, SH_OPTION_tls_certificate, !certificate || key, f, "tls.key is missing");
	config_below(c, SH_OPTION_tls_key, !key || certificate, f, "tls.certificate is missing");
	config_below(c, SH_OPTION_tls_min_version, strcmp(version, "1.2") == 0 || strcmp(version, "1.3") == 0, f, "expected 1.2 or 1.3");
	config_below(c, SH_OPTION_listen_tls, !v[SH_OPTION_listen_tls].n || certificate || key, f, "expected tls.certificate and tls.key beside it");
	config_below(c, SH_OPTION_tls_certificate, !certificate || v[SH_OPTION_listen_tls].n, f, "expected listen_tls beside it, or nothing uses it");
	config_check_listens(c, f);
	config_below(c, SH_OPTION_trusted_proxies, v[SH_OPTION_trusted_proxies].n <= SH_CONFIG_PROXIES, f, "expected at most 64 networks");
	config_below(c, SH_OPTION_drivers, v[SH_OPTION_drivers].n <= 16, f, "expected at most 16 folders");
	config_below(c, SH_OPTION_webhooks_body, v[SH_OPTION_webhooks_body].i <= v[SH_OPTION_limits_body].i, f,
	    "expected at most limits.body");
	config_below(c, SH_OPTION_outbound_wait, v[SH_OPTION_outbound_wait].i <= v[SH_OPTION_outbound_request].i, f,
	    "expected at most outbound.request_time");
	config_below(c, SH_OPTION_engine_dial,
	    v[SH_OPTION_engine_dial].i >
		v[SH_OPTION_outbound_window].i + v[SH_OPTION_outbound_request].i + v[SH_OPTION_engine_clock].i,
	    f, "expected more than outbound.send_window, outbound.request_time and engine.clock_error together");
	/* It was said: whoever goes on with the faulty file need not say it again. */
	if (!certificate || !key)
		c->v[SH_OPTION_listen_tls].n = 0;
}

static bool
config_place(struct sh_config *c, const char *file)
{
	char path[PATH_MAX];
	char *slash;

	if (!realpath(file, path))
		return false;
	c->file = sh_arena_z(c->arena, sh_str(path));
	slash = strrchr(path, '/');
	c->folder = sh_arena_z(c->arena, slash == path ? SH_STR("") : (struct sh_str){ path, (size_t)(slash - path) });
	return c->file && c->folder;
}

/* Without public_url links name the first address; a wildcard is no address for that. */
static void
config_public_url(struct sh_config *c)
{
	const struct sh_config_value *plain = &c->v[SH_OPTION_listen], *tls = &c->v[SH_OPTION_listen_tls];
	const char *at = plain->n ? plain->list[0] : tls->list[0], *scheme = plain->n ? "http" : "https";

	if (c->v[SH_OPTION_public_url].s)
		return;
	if (strncmp(at, "0.0.0.0:", 8) == 0 || strncmp(at, "[::]:", 5) == 0)
		c->v[SH_OPTION_public_url].s = sh_arena_printf(c->arena, "%s://127.0.0.1%s", scheme, strrchr(at, ':')).s;
	else
		c->v[SH_OPTION_public_url].s = sh_arena_printf(c->arena, "%s://%s", scheme, at).s;
}

/* A value at fault leaves the default, so that what depends on it can be checked all the same. */
static void
config_value(struct sh_config *c, enum sh_option o, const struct sh_yaml *n, struct sh_faults *f)
{
	if (n && !config_empty(n)) {
		c->v[o] = (struct sh_config_value){ .set = true, .line = n->line, .column = n->column };
		if (sh_value_read(&config_rows[o], n, c->folder, c->arena, f, &c->v[o]))
			return;
		c->v[o] = (struct sh_config_value){ 0 };
	}
	config_preset(c, o);
}

struct sh_config *
sh_config_read(struct sh_faults *f)
{
	struct sh_arena *arena = sh_arena_new(CONFIG_ARENA);
	struct sh_config *c = sh_arena_make(arena, struct sh_config);
	const struct sh_yaml *top;
	int before = f->count;

	c->arena = arena;
	if (!config_place(c, f->file)) {
		sh_faults_add(f, 1, 1, "cannot read the file: %m");
		sh_arena_free(arena);
		return NULL;
	}
	top = sh_yaml_load(arena, f);
	/* Of a file that cannot be read nothing is known: the defaults in its place would have faults of their own. */
	if (!top && f->count != before) {
		sh_arena_free(arena);
		return NULL;
	}
	if (top && top->type != SH_YAML_MAP && !config_empty(top))
		sh_faults_add(f, top->line, top->column, "found a %s, expected a mapping of options",
		    top->type == SH_YAML_LIST ? "list" : "value");
	if (top && top->type == SH_YAML_MAP)
		config_check_keys(c, top, f);
	else
		top = NULL;
	for (enum sh_option o = 0; o < SH_OPTION_COUNT && !sh_arena_failed(arena); o++)
		config_value(c, o, top ? config_find(c, top, config_rows[o].path) : NULL, f);
	if (sh_arena_failed(arena)) {
		sh_faults_add(f, 1, 1, "the file is too large");
		sh_arena_free(arena);
		return NULL;
	}
	if (f->count == before)
		config_check_pairs(c, f);
	if (c->v[SH_OPTION_listen].n || c->v[SH_OPTION_listen_tls].n)
		config_public_url(c);
	return c;
}

struct sh_config *
sh_config_load(struct sh_faults *f)
{
	int before = f->count;
	struct sh_config *c = sh_config_read(f);

	if (f->count != before)
		sh_config_free(SH_TAKE(c));
	return c;
}

void
sh_config_free(struct sh_config *c)
{
	if (!c)
		return;
	sh_held_free(c->held);
	sh_arena_free(c->arena);
}

void
sh_config_freep(struct sh_config **c)
{
	sh_config_free(*c);
}

bool
sh_config_same(const struct sh_config *a, const struct sh_config *b, enum sh_option o)
{
	const struct sh_config_value *x = &a->v[o], *y = &b->v[o];

	if (x->i != y->i || x->n != y->n || !sh_str_eq(sh_str(x->s), sh_str(y->s)))
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->list[i], y->list[i]) != 0)
			return false;
	return true;
}

void
sh_config_write(const struct sh_config *c, struct sh_buf *b)
{
	const char *section = "", *path, *dot;

	for (enum sh_option o = 0; o < SH_OPTION_COUNT; o++) {
		struct sh_config_value v = c->v[o];
		struct sh_buf masked;
		path = config_rows[o].path;
		dot = strchr(path, '.');
		if (dot && strncmp(section, path, (size_t)(dot - path) + 1) != 0)
			sh_buf_printf(b, "%.*s:\n", (int)(dot - path), path);
		section = path;
		sh_buf_init(&masked, 64u << 10);
		if (config_rows[o].type == SH_VALUE_CONNINFO && v.s) {
			sh_conninfo_masked(v.s, &masked);
			v.s = sh_buf_str(&masked).s;
		}
		sh_buf_printf(b, "%s%s:", dot ? "  " : "", dot ? dot + 1 : path);
		sh_buf_add_z(b, v.s || v.list || config_rows[o].min || config_rows[o].type == SH_VALUE_FLAG ? " " : "");
		sh_value_write(&config_rows[o], &v, b);
		sh_buf_add_char(b, '\n');
		sh_buf_clear(&masked);
	}
}

const char *
sh_config_conninfo(const struct sh_config *c)
{
	struct sh_buf b;
	const char *s;

	if (c->v[SH_OPTION_database].s)
		return c->v[SH_OPTION_database].s;
	sh_buf_init(&b, 8192);
	sh_conninfo_add(&b, "host", sh_arena_printf(c->arena, "%s/socket", c->v[SH_OPTION_state_dir].s).s);
	sh_conninfo_add(&b, "dbname", "switchhook");
	sh_conninfo_add(&b, "user", "switchhook");
	s = sh_arena_z(c->arena, sh_buf_str(&b));
	sh_buf_clear(&b);
	return s;
}

void
sh_config_spool_dir(const struct sh_config *c, char *out, size_t room)
{
	if (c->v[SH_OPTION_ingest_spool_dir].s)
		snprintf(out, room, "%s", c->v[SH_OPTION_ingest_spool_dir].s);
	else
		snprintf(out, room, "%s/spool", c->v[SH_OPTION_state_dir].s);
}

const char *
sh_config_plans(const struct sh_config *c, char *out, size_t room)
{
	if (c->v[SH_OPTION_plans].s)
		snprintf(out, room, "%s", c->v[SH_OPTION_plans].s);
	else
		snprintf(out, room, "%s/plans.yaml", c->folder);
	return c->v[SH_OPTION_plans].s || access(out, F_OK) == 0 ? out : NULL;
}

int
sh_config_workers(const struct sh_config *c)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (c->v[SH_OPTION_workers].i)
		return (int)c->v[SH_OPTION_workers].i;
	return cores < 1 ? 1 : cores > 64 ? 64 : (int)cores;
}
