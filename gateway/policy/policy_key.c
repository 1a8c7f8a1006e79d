/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/policy_key.c: the table of keys, and the keys that have a single value. */
#include "gateway/policy/policy_key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/policy/hours_read.h"

#define KEY_DAY_S 86400

#define MEMBER_SIZE(member) sizeof(((struct sh_policy *)0)->member)
#define KIND_FLAG() .kind = SH_POLICY_FLAG
#define KIND_COUNT(min_, max_) .kind = SH_POLICY_COUNT, .min = (min_), .max = (max_)
#define KIND_SPAN(min_, max_) .kind = SH_POLICY_SPAN, .min = (min_), .max = (max_)
#define KIND_MILLIS(min_, max_) .kind = SH_POLICY_MILLIS, .min = (min_), .max = (max_)
#define KIND_DAYS(min_, max_) .kind = SH_POLICY_DAYS, .min = (min_), .max = (max_)
#define KIND_CLOCK(min_, max_) .kind = SH_POLICY_CLOCK, .min = (min_), .max = (max_)
#define KIND_CHOICE(...) .kind = SH_POLICY_CHOICE, .words = (const char *const[]){ __VA_ARGS__, NULL }

const struct sh_policy_key sh_policy_keys[] = {
#define KEY(section_, key_, kind_, member_, from_)					\
	{ .section = section_, .key = key_, KIND_##kind_, .at = offsetof(struct sh_policy, member_), .size = MEMBER_SIZE(member_),	\
	  .from = offsetof(struct sh_policy, from_) },
#define PART(section_, key_, name_, first_, last_, from_)				\
	{ .section = section_, .key = key_, .kind = SH_POLICY_PART, .at = offsetof(struct sh_policy, first_),	\
	  .size = offsetof(struct sh_policy, last_) + MEMBER_SIZE(last_) - offsetof(struct sh_policy, first_),	\
	  .from = offsetof(struct sh_policy, from_), .read = sh_policy_read_##name_, .show = sh_policy_show_##name_ },
#define MANY(section_, key_, name_)							\
	{ .section = section_, .key = key_, .kind = SH_POLICY_MANY, .read = sh_policy_read_##name_, .show = sh_policy_show_##name_ },
#include "gateway/policy/policy_keys.def"
};

const size_t sh_policy_nkeys = SH_LENGTH(sh_policy_keys);

/* ---- numbers of any size ---- */

static void
key_put(const struct sh_policy_key *k, struct sh_policy *p, int64_t v)
{
	void *at = (char *)p + k->at;
	int32_t v32 = (int32_t)v;
	int16_t v16 = (int16_t)v;

	switch (k->size) {
	case sizeof(v16):
		memcpy(at, &v16, sizeof(v16));
		break;
	case sizeof(v32):
		memcpy(at, &v32, sizeof(v32));
		break;
	case sizeof(v):
		memcpy(at, &v, sizeof(v));
		break;
	default:
		*(bool *)at = v != 0;
	}
}

static int64_t
key_get(const struct sh_policy_key *k, const struct sh_policy *p)
{
	const void *at = (const char *)p + k->at;
	int64_t v;
	int32_t v32;
	int16_t v16;

	switch (k->size) {
	case sizeof(v16):
		memcpy(&v16, at, sizeof(v16));
		return v16;
	case sizeof(v32):
		memcpy(&v32, at, sizeof(v32));
		return v32;
	case sizeof(v):
		memcpy(&v, at, sizeof(v));
		return v;
	default:
		return *(const bool *)at;
	}
}

/* ---- reading ---- */

bool
sh_policy_span_read(const struct sh_yaml *y, struct sh_faults *f, int64_t min, int64_t max, const char *what, int64_t *ret_s)
{
	if (!sh_yaml_duration(y, f, ret_s))
		return false;
	if (*ret_s >= min && *ret_s <= max)
		return true;
	sh_yaml_expected(y, f, what);
	return false;
}

/* In the unit of the member. */
static bool
key_span(const struct sh_policy_key *k, const struct sh_yaml *y, struct sh_faults *f, int64_t *ret)
{
	int64_t unit = k->kind == SH_POLICY_DAYS ? KEY_DAY_S : 1;
	char from[32], to[32], what[96];

	sh_text_duration_format(k->min * unit, from);
	sh_text_duration_format(k->max * unit, to);
	snprintf(what, sizeof(what), "%s from %s to %s", unit == 1 ? "a span" : "whole days", from, to);
	if (!sh_policy_span_read(y, f, k->min * unit, k->max * unit, what, ret))
		return false;
	if (*ret % unit != 0) {
		sh_yaml_expected(y, f, what);
		return false;
	}
	*ret = k->kind == SH_POLICY_MILLIS ? *ret * 1000 : *ret / unit;
	return true;
}

static bool
key_clock(const struct sh_policy_key *k, const struct sh_yaml *y, struct sh_faults *f, int64_t *ret)
{
	int min;

	if (y->type != SH_YAML_SCALAR || !sh_hours_read_clock(y->value, &min) || min > k->max) {
		sh_yaml_expected(y, f, "a time of day such as \"10:00\"");
		return false;
	}
	*ret = min;
	return true;
}

void
sh_policy_key_read(const struct sh_policy_key *k, struct sh_policy_reader *r, const struct sh_yaml *y)
{
	bool good = false, flag = false;
	int word = 0;
	int64_t v = 0;

	switch (k->kind) {
	case SH_POLICY_FLAG:
		good = sh_yaml_bool(y, r->faults, &flag);
		v = flag;
		break;
	case SH_POLICY_COUNT:
		good = sh_yaml_int(y, k->min, k->max, r->faults, &v);
		break;
	case SH_POLICY_CHOICE:
		good = sh_yaml_choice(y, k->words, r->faults, &word);
		v = word;
		break;
	case SH_POLICY_CLOCK:
		good = key_clock(k, y, r->faults, &v);
		break;
	default:
		good = key_span(k, y, r->faults, &v);
		break;
	}
	if (!good)
		return;
	key_put(k, r->p, v);
	*sh_policy_key_from(k, r->p) = r->origin;
}

bool
sh_policy_word_read(const struct sh_yaml *y, struct sh_faults *f, const char *what, sh_policy_word *ret)
{
	bool good = y->type == SH_YAML_SCALAR && y->value.n > 0 && y->value.n <= SH_POLICY_WORD_MAX;

	for (size_t i = 0; good && i < y->value.n; i++)
		good = y->value.s[i] > ' ' && y->value.s[i] <= '~';
	if (!good) {
		sh_yaml_expected(y, f, what);
		return false;
	}
	memset(*ret, 0, sizeof(*ret));
	memcpy(*ret, y->value.s, y->value.n);
	return true;
}

/* ---- showing ---- */

void
sh_policy_show_span(struct sh_policy_show *s, int64_t span_s)
{
	char text[32];

	sh_text_duration_format(span_s, text);
	sh_writer_str(s->o, sh_str(text));
}

void
sh_policy_show_clock(struct sh_policy_show *s, int min)
{
	char text[16];

	snprintf(text, sizeof(text), "%02d:%02d", min / 60, min % 60);
	sh_writer_str(s->o, sh_str(text));
}

void
sh_policy_key_show(const struct sh_policy_key *k, struct sh_policy_show *s)
{
	int64_t v = key_get(k, s->p);

	switch (k->kind) {
	case SH_POLICY_FLAG:
		sh_writer_bool(s->o, v != 0);
		break;
	case SH_POLICY_COUNT:
		sh_writer_int(s->o, v);
		break;
	case SH_POLICY_CHOICE:
		sh_writer_str(s->o, sh_str(k->words[v]));
		break;
	case SH_POLICY_CLOCK:
		sh_policy_show_clock(s, (int)v);
		break;
	default:
		sh_policy_show_span(s, k->kind == SH_POLICY_MILLIS ? v / 1000 : k->kind == SH_POLICY_DAYS ? v * KEY_DAY_S : v);
		break;
	}
}
