/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What a driver's table must keep: settings, reasons, and every capability complete.
 *
 * Rows are read through the sizes that the driver was compiled with (sh_driver_setting, sh_driver_reason), so that a
 * row of an older minor is shorter than ours and a row of a newer one longer.
 */
#include "gateway/driver/table.h"

#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/driver/host.h"

#define TABLE_VALUE_BYTES 4096
/* Of a value's nodes: what the reader takes for a text of that size, with room. */
#define TABLE_JSON_BYTES (256 << 10)

#define TABLE_FN(member)                                                                                                           \
	{                                                                                                                          \
		offsetof(struct sh_driver, member), #member                                                                        \
	}

/* Which functions a capability is made of, and which function or table it wants besides. */
static const struct table_set {
	enum sh_capability can;
	struct table_member {
		size_t at;
		const char *name;
	} members[2], wants;
} table_sets[] = {
	{ SH_CAN_CHECK, { TABLE_FN(check_request), TABLE_FN(check_parse) }, { 0 } },
	{ SH_CAN_NUMBERS, { TABLE_FN(numbers_request), TABLE_FN(numbers_parse) }, { 0 } },
	{ SH_CAN_AGENTS, { TABLE_FN(agents_request), TABLE_FN(agents_parse) }, { 0 } },
	{ SH_CAN_WEBHOOK, { TABLE_FN(verify), TABLE_FN(normalize) }, { 0 } },
	{ SH_CAN_REPLY, { TABLE_FN(reply), TABLE_FN(reply) }, TABLE_FN(verify) },
	{ SH_CAN_DIAL, { TABLE_FN(dial_request), TABLE_FN(dial_parse) }, TABLE_FN(reasons) },
	{ SH_CAN_CALLS, { TABLE_FN(calls_request), TABLE_FN(calls_parse) }, { 0 } },
	{ SH_CAN_CALL, { TABLE_FN(call_request), TABLE_FN(call_parse) }, { 0 } },
};

static bool
table_is_word(struct sh_str s, size_t max)
{
	if (s.n == 0 || s.n > max || s.s[0] < 'a' || s.s[0] > 'z')
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!(s.s[i] >= 'a' && s.s[i] <= 'z') && !(s.s[i] >= '0' && s.s[i] <= '9') && s.s[i] != '_')
			return false;
	return true;
}

bool
sh_table_is_name(struct sh_str s)
{
	return table_is_word(s, 32);
}

static bool
table_is_choice(const char *choices, struct sh_str value)
{
	for (const char *at = choices; at && *at;) {
		size_t n = strcspn(at, "|");

		if (sh_str_eq((struct sh_str){ at, n }, value))
			return true;
		at += n + (at[n] == '|');
	}
	return false;
}

static bool
table_begins(struct sh_str v, const char *with)
{
	return v.n > strlen(with) && memcmp(v.s, with, strlen(with)) == 0;
}

/*
 * A scheme and something after it; what the host part holds is looked at where requests are checked. Keys and numbers travel
 * there, so without TLS only this machine may be meant; who asks is no part of where.
 */
static bool
table_is_url(struct sh_str v)
{
	bool tls = table_begins(v, "https://");
	bool here = table_begins(v, "http://127.") || table_begins(v, "http://localhost") || table_begins(v, "http://[::1]");

	if ((!tls && !here) || v.s[tls ? 8 : 7] == '/')
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (v.s[i] <= ' ' || v.s[i] == 0x7f || (unsigned char)v.s[i] > 0x7f || strchr("@?#\\", v.s[i]))
			return false;
	return true;
}

static bool
table_has_control(struct sh_str v, bool lines)
{
	for (size_t i = 0; i < v.n; i++)
		if (((unsigned char)v.s[i] < ' ' && !(lines && memchr("\n\r\t", v.s[i], 3))) || v.s[i] == 0x7f)
			return true;
	return false;
}

/* One way to write a number: drivers hand it on as it is. */
static bool
table_is_number(const struct sh_setting *s, struct sh_str v)
{
	size_t sign = v.n > 0 && v.s[0] == '-';
	int64_t n;

	return sh_text_int(v, &n) && n >= s->least && n <= s->most && (v.s[sign] != '0' || (v.n == 1 && !sign));
}

static enum sh_status
table_check_json(const struct sh_setting *s, struct sh_str v, struct sh_error *e)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(TABLE_JSON_BYTES);
	size_t at = 0;
	const struct sh_json *doc = a ? sh_reader_parse(a, v, &at) : NULL;

	if (!a || sh_arena_failed(a))
		return sh_fail(e, SH_ESYSTEM, "setting %s: no memory to read it", s->name);
	if (!doc)
		return sh_fail(
		    e, SH_EINVALID, "setting %s: expected a JSON object, and this is no JSON from byte %zu on", s->name, at);
	if (sh_reader_type(doc) != SH_JSON_OBJECT)
		return sh_fail(e, SH_EINVALID, "setting %s: expected a JSON object, {…}", s->name);
	return SH_OK;
}

/* What its kind alone asks for; controls and length are looked at. */
static enum sh_status
table_check_kind(const struct sh_setting *s, struct sh_str v, struct sh_error *e)
{
	struct sh_str shown = s->kind == SH_SETTING_SECRET ? SH_STR("") : sh_text_cut(v, 60);
	int n = (int)shown.n;

	switch (s->kind) {
	case SH_SETTING_TEXT:
	case SH_SETTING_LINES:
		return SH_OK;
	case SH_SETTING_SECRET:
		/* A key that was copied with the blank beside it fails every request, and nobody sees why. */
		if (v.n == 0 || v.s[0] == ' ' || v.s[v.n - 1] == ' ')
			return sh_fail(e, SH_EINVALID, "setting %s: the secret is empty, or begins or ends with a blank", s->name);
		return SH_OK;
	case SH_SETTING_URL:
		if (!table_is_url(v))
			return sh_fail(e, SH_EINVALID,
			    "setting %s: \"%.*s\" is not a URL that begins with https://, without name, query or fragment (http:// "
			    "only to this machine)",
			    s->name, n, shown.s);
		return SH_OK;
	case SH_SETTING_CHOICE:
		if (!table_is_choice(s->choices, v))
			return sh_fail(e, SH_EINVALID, "setting %s: \"%.*s\", expected one of %s", s->name, n, shown.s, s->choices);
		return SH_OK;
	case SH_SETTING_FLAG:
		if (!sh_str_is(v, "true") && !sh_str_is(v, "false"))
			return sh_fail(e, SH_EINVALID, "setting %s: \"%.*s\", expected \"true\" or \"false\"", s->name, n, shown.s);
		return SH_OK;
	case SH_SETTING_NUMBER:
		if (!table_is_number(s, v))
			return sh_fail(e, SH_EINVALID, "setting %s: \"%.*s\", expected a whole number from %lld to %lld", s->name,
			    n, shown.s, (long long)s->least, (long long)s->most);
		return SH_OK;
	case SH_SETTING_JSON:
		return table_check_json(s, v, e);
	}
	return SH_OK;
}

enum sh_status
sh_table_check_value(const struct sh_setting *s, struct sh_str v, struct sh_error *e)
{
	bool lines = s->kind == SH_SETTING_LINES || s->kind == SH_SETTING_JSON;

	if (!v.s)
		return sh_fail(e, SH_EINVALID, "setting %s: no value", s->name);
	if (v.n > TABLE_VALUE_BYTES)
		return sh_fail(e, SH_ETOOBIG, "setting %s: %zu bytes, at most %d are possible", s->name, v.n, TABLE_VALUE_BYTES);
	if (!sh_text_is_utf8(v))
		return sh_fail(e, SH_EINVALID, "setting %s: the value is not UTF-8", s->name);
	if (table_has_control(v, lines))
		return sh_fail(e, SH_EINVALID, "setting %s: the value holds a control character, %s", s->name,
		    lines ? "other than a line's end or a tab" : "such as a line's end");
	return table_check_kind(s, v, e);
}

static enum sh_status
table_check_setting(const struct sh_driver_loaded *d, uint32_t i, const struct sh_setting *s, struct sh_error *e)
{
	if (s->name[0] == '\0')
		return sh_fail(e, SH_EINVALID, "setting %u has no name", i);
	if (!table_is_word(sh_str(s->name), 64))
		return sh_fail(e, SH_EINVALID, "setting \"%.80s\": expected a name of a-z, 0-9 and _", s->name);
	for (uint32_t k = 0; k < i; k++)
		if (strcmp(sh_driver_setting(d, k).name, s->name) == 0)
			return sh_fail(e, SH_EINVALID, "setting %s occurs twice", s->name);
	if ((unsigned)s->scope > SH_SCOPE_NUMBER)
		return sh_fail(e, SH_EINVALID, "setting %s: scope %u, expected 0 to %u", s->name, (unsigned)s->scope,
		    (unsigned)SH_SCOPE_NUMBER);
	if ((unsigned)s->kind > SH_SETTING_JSON)
		return sh_fail(
		    e, SH_EINVALID, "setting %s: kind %u, expected 0 to %u", s->name, (unsigned)s->kind, (unsigned)SH_SETTING_JSON);
	if ((s->kind == SH_SETTING_CHOICE) != (s->choices && *s->choices))
		return sh_fail(e, SH_EINVALID, "setting %s: choices belong to SH_SETTING_CHOICE, and to it alone", s->name);
	if (s->kind == SH_SETTING_NUMBER && s->least >= s->most)
		return sh_fail(e, SH_EINVALID, "setting %s: from %lld to %lld, expected least below most", s->name,
		    (long long)s->least, (long long)s->most);
	if (s->kind != SH_SETTING_NUMBER && (s->least || s->most))
		return sh_fail(e, SH_EINVALID, "setting %s: least and most belong to SH_SETTING_NUMBER, and to it alone", s->name);
	if (s->fallback && s->kind == SH_SETTING_SECRET)
		return sh_fail(e, SH_EINVALID, "setting %s: a secret has no fallback", s->name);
	if (s->fallback && sh_table_check_value(s, sh_str(s->fallback), e) != SH_OK)
		return sh_fail_in(e, "fallback of");
	return SH_OK;
}

static enum sh_status
table_check_settings(struct sh_driver_loaded *d, struct sh_error *e)
{
	const struct sh_driver *t = &d->table;

	if (t->settings && t->setting_size < sizeof(struct sh_setting))
		return sh_fail(e, SH_EINVALID, "rows of settings of %u bytes, expected at least %zu", t->setting_size,
		    sizeof(struct sh_setting));
	for (d->nsettings = d->nanswers = 0; t->settings; d->nsettings++) {
		struct sh_setting s = sh_driver_setting(d, d->nsettings);

		if (!s.name)
			break;
		if (d->nsettings == SH_DRIVER_SETTINGS_MAX)
			return sh_fail(e, SH_EINVALID, "more than %d settings: the row that ends the table is missing",
			    SH_DRIVER_SETTINGS_MAX);
		if (table_check_setting(d, d->nsettings, &s, e) != SH_OK)
			return e->status;
	}
	for (uint32_t i = 0; t->has_answers && i < SH_MEANING_SETTINGS; i++)
		if (sh_driver_setting_index(d, sh_str(sh_meaning_settings[i].name)) >= 0)
			return sh_fail(
			    e, SH_EINVALID, "setting %s is the host's, which has_answers asks for", sh_meaning_settings[i].name);
	d->nanswers = t->has_answers ? SH_MEANING_SETTINGS : 0;
	d->nsettings += d->nanswers;
	return SH_OK;
}

static enum sh_status
table_check_reason(const struct sh_driver_loaded *d, uint32_t i, const struct sh_reason *r, struct sh_error *e)
{
	bool any = strcmp(r->reason, "*") == 0;

	if (!sh_driver_disposition_ok(&r->means))
		return sh_fail(e, SH_EINVALID, "reason %.80s: a disposition that driver.h does not know", r->reason);
	if (strlen(r->reason) > SH_MEANING_FACT || !sh_text_is_utf8(sh_str(r->reason)))
		return sh_fail(e, SH_EINVALID, "reason %u: expected UTF-8 of at most %d bytes", i, SH_MEANING_FACT);
	if (any && (r->means.outcome != SH_OUTCOME_OTHER || r->means.retry != SH_RETRY_NEVER))
		return sh_fail(e, SH_EINVALID, "reason *: what is not known means OTHER, and NEVER again");
	if (r->only && (!strchr(r->only, '=') || *r->only == '='))
		return sh_fail(
		    e, SH_EINVALID, "reason %.80s: only \"%.80s\", expected a fact, =, and its word", r->reason, r->only);
	for (uint32_t k = 0; k < i; k++) {
		struct sh_reason other = sh_driver_reason(d, k);

		if (strcmp(other.reason, r->reason) == 0 &&
		    strcmp(other.fact ? other.fact : "reason", r->fact ? r->fact : "reason") == 0 &&
		    strcmp(other.only ? other.only : "", r->only ? r->only : "") == 0)
			return sh_fail(e, SH_EINVALID, "reason %.80s occurs twice", r->reason);
	}
	return SH_OK;
}

static enum sh_status
table_check_reasons(struct sh_driver_loaded *d, struct sh_error *e)
{
	const struct sh_driver *t = &d->table;

	if (!t->reasons)
		return SH_OK;
	if (t->reason_size < sizeof(struct sh_reason))
		return sh_fail(
		    e, SH_EINVALID, "rows of reasons of %u bytes, expected at least %zu", t->reason_size, sizeof(struct sh_reason));
	for (d->nreasons = 0;; d->nreasons++) {
		struct sh_reason r = sh_driver_reason(d, d->nreasons);

		if (!r.reason)
			break;
		if (d->nreasons == SH_DRIVER_REASONS_MAX)
			return sh_fail(
			    e, SH_EINVALID, "more than %d reasons: the row that ends the table is missing", SH_DRIVER_REASONS_MAX);
		if (table_check_reason(d, d->nreasons, &r, e) != SH_OK)
			return e->status;
	}
	return SH_OK;
}

/* Function pointers are read by their offset as plain words: all that is asked is whether they are there. */
static bool
table_has(const struct sh_driver *t, const struct table_member *m)
{
	void *p;

	memcpy(&p, (const char *)t + m->at, sizeof(p));
	return p != NULL;
}

static enum sh_status
table_check_capabilities(struct sh_driver_loaded *d, struct sh_error *e)
{
	const struct sh_driver *t = &d->table;
	bool asks = false;

	for (size_t i = 0; i < SH_LENGTH(table_sets); i++) {
		const struct table_set *s = &table_sets[i];
		bool a = table_has(t, &s->members[0]), b = table_has(t, &s->members[1]);

		if (!a && !b)
			continue;
		if (!a || !b)
			return sh_fail(e, SH_EINVALID, "capability %s has %s but no %s", sh_capability_name(s->can),
			    s->members[b].name, s->members[a].name);
		if (s->wants.name && !table_has(t, &s->wants))
			return sh_fail(
			    e, SH_EINVALID, "capability %s wants %s, which is missing", sh_capability_name(s->can), s->wants.name);
		d->capabilities |= 1u << s->can;
		asks |= s->can != SH_CAN_WEBHOOK && s->can != SH_CAN_REPLY;
	}
	if (t->outcome && !t->reasons)
		return sh_fail(e, SH_EINVALID, "outcome wants the table of reasons, which is missing");
	if (asks && !(t->hosts && t->hosts[0]) && !t->base_url_setting)
		return sh_fail(e, SH_EINVALID, "it makes requests, but names neither hosts nor base_url_setting");
	return SH_OK;
}

enum sh_status
sh_table_check(struct sh_driver_loaded *d, struct sh_error *e)
{
	const char *base = d->table.base_url_setting;
	int i;

	if (table_check_settings(d, e) != SH_OK || table_check_reasons(d, e) != SH_OK)
		return e->status;
	if (base &&
	    ((i = sh_driver_setting_index(d, sh_str(base))) < 0 || sh_driver_setting(d, (uint32_t)i).kind != SH_SETTING_URL))
		return sh_fail(e, SH_EINVALID, "base_url_setting \"%.80s\" is not a setting of kind SH_SETTING_URL", base);
	return table_check_capabilities(d, e);
}
