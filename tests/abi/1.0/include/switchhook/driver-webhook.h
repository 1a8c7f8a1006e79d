/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * switchhook/driver-webhook.h: signatures, and what a webhook tells. See driver-usual.h.
 */
#ifndef SWITCHHOOK_DRIVER_H
#error "include <switchhook/driver.h>, which brings this"
#endif
#ifndef SWITCHHOOK_DRIVER_WEBHOOK_H
#define SWITCHHOOK_DRIVER_WEBHOOK_H

/* ---- signatures ----------------------------------------------------------------------------------------- */

/* The first header of that name; absent: .s == NULL. */
static inline struct sh_str
sh_header(const struct sh_pair *headers, uint32_t n, const char *name)
{
	for (uint32_t i = 0; i < n; i++)
		if (sh_str_like(headers[i].name, name))
			return headers[i].value;
	return SH_NONE;
}

/* How often it occurs. */
static inline uint32_t
sh_header_count(const struct sh_pair *headers, uint32_t n, const char *name)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n; i++)
		count += sh_str_like(headers[i].name, name);
	return count;
}

/* VALID, with its value: the header is there once. MISSING; INVALID: one that occurs twice proves nothing. */
static inline enum sh_verdict
sh_header_one(const struct sh_delivery *d, const char *name, struct sh_str *ret)
{
	uint32_t count = name ? sh_header_count(d->headers, d->nheaders, name) : 0;

	*ret = count == 1 ? sh_header(d->headers, d->nheaders, name) : SH_NONE;
	return count == 1 ? SH_VERDICT_VALID : count == 0 ? SH_VERDICT_MISSING : SH_VERDICT_INVALID;
}

/*
 * Is given the HMAC of the parts, one after the other, under this key, written so (NULL: as bytes)? In constant time.
 * An empty key proves nothing: anybody can sign with it.
 */
static inline bool
sh_is_signed_by(struct sh_ctx *cx, struct sh_str key, enum sh_hash hash, const struct sh_str *parts, size_t n,
	sh_encode_f *encode, struct sh_str given)
{
	uint8_t mac[64];
	struct sh_str ours = { (const char *)mac, 0 };

	if (key.n == 0)
		return false;
	ours.n = sh_hmac(cx, hash, key, parts, n, mac);
	return sh_equal(cx, encode ? encode(cx, ours) : ours, given);
}

/* The same under the secret that the setting holds, or the one before it while a rotation's grace lasts. */
static inline bool
sh_is_signed(struct sh_ctx *cx, const struct sh_account *a, uint32_t setting, enum sh_hash hash, const struct sh_str *parts,
	size_t n, sh_encode_f *encode, struct sh_str given)
{
	return sh_is_signed_by(cx, sh_setting(a, setting), hash, parts, n, encode, given) ||
	       sh_is_signed_by(cx, sh_setting_old(a, setting), hash, parts, n, encode, given);
}

/* Is given that secret itself, now or before, behind a word such as "Bearer "? */
static inline bool
sh_is_token(struct sh_ctx *cx, const struct sh_account *a, uint32_t setting, const char *before, struct sh_str given)
{
	const struct sh_str keys[] = { sh_setting(a, setting), sh_setting_old(a, setting) };

	for (size_t i = 0; i < 2; i++)
		if (keys[i].n > 0 && sh_equal(cx, sh_join(cx, sh_str(before), keys[i]), given))
			return true;
	return false;
}

/* Was it signed in our time, give or take so many seconds (a setting's text; 1 to 300, else 300)? */
static inline bool
sh_is_fresh(struct sh_ctx *cx, const struct sh_delivery *d, int64_t signed_ms, struct sh_str window_s)
{
	int64_t window;

	if (!sh_int_parse(cx, window_s, &window) || window < 1 || window > 300)
		window = 300;
	return signed_ms >= 0 && signed_ms <= INT64_C(1000000000000000) && d->arrived_ms - signed_ms <= window * 1000 &&
	       signed_ms - d->arrived_ms <= window * 1000;
}

/* ---- events --------------------------------------------------------------------------------------------- */

/* The digest of the parts, one after the other, in hex. */
static inline struct sh_str
sh_hash_hex(struct sh_ctx *cx, enum sh_hash h, const struct sh_str *parts, size_t n)
{
	uint8_t digest[64];
	size_t size = sh_hash(cx, h, parts, n, digest);

	return sh_hex(cx, (struct sh_str){ (const char *)digest, size });
}

/* 32 hex digits of SHA-256, for dedup where the provider gives no id. The parts are kept apart: "ab", "c" is not "a", "bc". */
static inline struct sh_str
sh_dedup(struct sh_ctx *cx, const struct sh_str *parts, size_t n)
{
	struct sh_str *apart = (struct sh_str *)sh_alloc(cx, 2 * n * sizeof(*apart) + 1);
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		apart[k++] = parts[i];
		if (i + 1 < n)
			apart[k++] = (struct sh_str){ "", 1 };
	}
	return sh_str_part(sh_hash_hex(cx, SH_SHA256, apart, k), 0, 32);
}

/* What a word, the name of an event or the state of a call, means. The last row has no word, and is for all others. */
struct sh_state {
	const char *word;
	enum sh_kind kind;
	bool over, final;
};

static inline const struct sh_state *
sh_state(const struct sh_state *rows, struct sh_str word)
{
	while (rows->word && !sh_str_is(word, rows->word))
		rows++;
	return rows;
}

/* The same of members of an object, "a|b|c", as they stand there: what makes a delivery news. */
static inline struct sh_str
sh_dedup_json(struct sh_ctx *cx, const struct sh_json *object, const char *keys)
{
	struct sh_str parts[16];
	size_t count = 0;

	for (struct sh_str rest = sh_str(keys); rest.s && count < 16;) {
		struct sh_str key = sh_str_cut(rest, "|", &rest);

		parts[count++] = sh_json_get_raw(cx, object, sh_join(cx, key).s);
	}
	return sh_dedup(cx, parts, count);
}

static inline void
sh_event_state(struct sh_event *e, const struct sh_state *row)
{
	e->kind = row->kind;
	e->over = row->over;
	e->final = row->final;
}

/* Who called whom, by the event's direction: our number, and the other side's. */
static inline void
sh_event_between(struct sh_event *e, struct sh_str own, struct sh_str other)
{
	if (e->direction == SH_DIRECTION_UNKNOWN)
		return;
	e->from = e->direction == SH_DIRECTION_OUTBOUND ? own : other;
	e->to = e->direction == SH_DIRECTION_OUTBOUND ? other : own;
}

/*
 * Was nobody ever on the line, as the reasons say of the event's facts? It was busy, not answered, or not even an attempt:
 * no analysis that may follow could still change that.
 */
static inline bool
sh_unheard(struct sh_ctx *cx, const struct sh_event *e)
{
	const struct sh_reason *row = sh_reason(cx, e->facts, e->nfacts);

	return row && (row->means.outcome == SH_OUTCOME_NO_ANSWER || row->means.outcome == SH_OUTCOME_BUSY || row->means.uncounted);
}

/* Adds a fact; one that says nothing is left out. An event whose facts are added so has no others. */
static inline void
sh_fact(struct sh_ctx *cx, struct sh_event *e, const char *name, struct sh_str value)
{
	struct sh_pair *facts = (struct sh_pair *)(uintptr_t)e->facts;

	if (value.n == 0)
		return;
	if (e->nfacts % 8 == 0) {
		facts = (struct sh_pair *)sh_alloc(cx, (e->nfacts + 8) * sizeof(*facts));
		if (e->nfacts > 0)
			memcpy(facts, e->facts, e->nfacts * sizeof(*facts));
		e->facts = facts;
	}
	facts[e->nfacts++] = (struct sh_pair){ sh_str(name), value };
}

/* Our name of a thing, and the provider's. */
struct sh_names {
	const char *ours, *theirs;
};

/* Facts out of an object: theirs are paths in it. The rows end with one without names. */
static inline void
sh_facts_json(struct sh_ctx *cx, struct sh_event *e, const struct sh_json *object, const struct sh_names *rows)
{
	for (; rows->ours; rows++)
		sh_fact(cx, e, rows->ours, sh_json_plain(cx, sh_json_at(cx, object, rows->theirs)));
}

/* Where an object has what an event says: a member of the event, or a fact's name, and paths in the object. */
enum sh_how {
	SH_HOW_FACT,
	SH_HOW_TEXT,
	SH_HOW_NUMBER,
	SH_HOW_RAW,
	SH_HOW_TIME,
	SH_HOW_DIRECTION,
	SH_HOW_DOLLARS,
	SH_HOW_CENTS,
	SH_HOW_TIME_UTC
};
struct sh_member {
	const char *path;
	enum sh_how how;
	uint32_t at;			/* where the member is in struct sh_event */
	const char *fact;
};
#define SH_FACT(name, path_) { .path = path_, .fact = name }
#define SH_TEXT(member, path_) { .path = path_, .how = SH_HOW_TEXT, .at = offsetof(struct sh_event, member) }
#define SH_NUMBER(member, path_) { .path = path_, .how = SH_HOW_NUMBER, .at = offsetof(struct sh_event, member) }
#define SH_DOLLARS(member, path_) { .path = path_, .how = SH_HOW_DOLLARS, .at = offsetof(struct sh_event, member) }
#define SH_CENTS(member, path_) { .path = path_, .how = SH_HOW_CENTS, .at = offsetof(struct sh_event, member) }
#define SH_RAW(member, path_) { .path = path_, .how = SH_HOW_RAW, .at = offsetof(struct sh_event, member) }
#define SH_TIME(member, path_) { .path = path_, .how = SH_HOW_TIME, .at = offsetof(struct sh_event, member) }
#define SH_TIME_UTC(member, path_) { .path = path_, .how = SH_HOW_TIME_UTC, .at = offsetof(struct sh_event, member) }
#define SH_DIRECTION(path_) { .path = path_, .how = SH_HOW_DIRECTION }

/* Reads them, in their order. The rows end with one without a path. */
static inline void
sh_event_fill(struct sh_ctx *cx, struct sh_event *e, const struct sh_json *object, const struct sh_member *rows)
{
	for (; rows->path; rows++) {
		const struct sh_json *j = cx->host->json_at(object, rows->path);
		char *at = (char *)e + rows->at;

		if (rows->how == SH_HOW_FACT)
			sh_fact(cx, e, rows->fact, sh_json_plain(cx, j));
		else if (rows->how == SH_HOW_TEXT)
			*(struct sh_str *)(void *)at = cx->host->json_str(cx, j);
		else if (rows->how == SH_HOW_NUMBER)
			*(struct sh_str *)(void *)at = sh_str_plus(cx, cx->host->json_str(cx, j));
		else if (rows->how == SH_HOW_RAW)
			*(struct sh_str *)(void *)at = cx->host->json_raw(j);
		else if (rows->how == SH_HOW_DIRECTION)
			e->direction = sh_direction(cx->host->json_str(cx, j));
		else if (rows->how == SH_HOW_TIME)
			*(int64_t *)(void *)at = sh_json_time(cx, j);
		else if (rows->how == SH_HOW_TIME_UTC)
			*(int64_t *)(void *)at = sh_str_time_utc(cx, cx->host->json_str(cx, j));
		else
			*(int64_t *)(void *)at = sh_json_microcents(cx, j, rows->how == SH_HOW_CENTS ? 6 : 8);
	}
}

/* The same out of a form: a path is a field's name. */
static inline void
sh_event_fill_form(struct sh_ctx *cx, struct sh_event *e, const struct sh_pair *form, size_t n, const struct sh_member *rows)
{
	for (; rows->path; rows++) {
		struct sh_str value = sh_pair_get(form, n, rows->path);
		char *at = (char *)e + rows->at;
		int64_t v;

		if (rows->how == SH_HOW_FACT)
			sh_fact(cx, e, rows->fact, value);
		else if (rows->how == SH_HOW_TIME)
			*(int64_t *)(void *)at = sh_str_time(cx, value);
		else if (rows->how == SH_HOW_TIME_UTC)
			*(int64_t *)(void *)at = sh_str_time_utc(cx, value);
		else if (rows->how == SH_HOW_DIRECTION)
			e->direction = sh_direction(value);
		else if (rows->how == SH_HOW_DOLLARS || rows->how == SH_HOW_CENTS)
			*(int64_t *)(void *)at =
				sh_decimal_parse(cx, value, rows->how == SH_HOW_CENTS ? 6 : 8, &v) && v >= 0 ? v : -1;
		else
			*(struct sh_str *)(void *)at = rows->how == SH_HOW_NUMBER ? sh_str_plus(cx, value) : value;
	}
}

#endif
