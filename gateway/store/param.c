/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* store/param.c: parameters in Postgres' binary form: big-endian numbers, times since 2000. */
#include "gateway/store/private.h"

#include <limits.h>

#include "gateway/base/time.h"

#define PARAM_EPOCH_MS (10957 * SH_DAY_MS)	/* 2000-01-01, where Postgres' days begin */
#define PARAM_EPOCH_DAYS 10957

static const struct {
	Oid one, many;
} param_oid[SH_T_COUNT] = {
	[SH_T_SMALLINT] = { 21, 1005 },
	[SH_T_INT] = { 23, 1007 },
	[SH_T_BIGINT] = { 20, 1016 },
	[SH_T_BOOLEAN] = { 16, 1000 },
	[SH_T_TEXT] = { 25, 1009 },
	[SH_T_UUID] = { 2950, 2951 },
	[SH_T_TIMESTAMPTZ] = { 1184, 1185 },
	[SH_T_BYTEA] = { 17, 1001 },
	[SH_T_JSONB] = { 3802, 3807 },
	[SH_T_DATE] = { 1082, 1182 },
};

Oid
sh_param_oid(enum sh_sql_type type, bool array)
{
	assert(type < SH_T_COUNT);
	return array ? param_oid[type].many : param_oid[type].one;
}

static void
param_be(struct sh_buf *b, uint64_t v, int bytes)
{
	uint8_t out[8];

	for (int i = 0; i < bytes; i++)
		out[i] = (uint8_t)(v >> 8 * (bytes - 1 - i));
	sh_buf_add(b, out, (size_t)bytes);
}

static bool
param_is_null(const struct sh_param *p)
{
	if (p->null || p->array)
		return p->null;
	return (p->type == SH_T_TEXT || p->type == SH_T_BYTEA || p->type == SH_T_JSONB) && p->s.s == NULL;
}

static enum sh_status
param_number(struct sh_buf *b, int64_t v, int bytes, struct sh_error *e)
{
	int64_t top = bytes == 8 ? INT64_MAX : (INT64_C(1) << (8 * bytes - 1)) - 1;

	if (v > top || v < -top - 1)
		return sh_fail(e, SH_EINVALID, "%lld does not fit %d bytes", (long long)v, bytes);
	param_be(b, (uint64_t)v, bytes);
	return SH_OK;
}

static enum sh_status
param_one(struct sh_buf *b, const struct sh_param *p, struct sh_error *e)
{
	int64_t us;

	switch (p->type) {
	case SH_T_SMALLINT:
		return param_number(b, p->i, 2, e);
	case SH_T_INT:
		return param_number(b, p->i, 4, e);
	case SH_T_BIGINT:
		return param_number(b, p->i, 8, e);
	case SH_T_BOOLEAN:
		sh_buf_add_char(b, p->i != 0);
		return SH_OK;
	case SH_T_UUID:
		sh_buf_add(b, p->id.b, sizeof(p->id.b));
		return SH_OK;
	case SH_T_TIMESTAMPTZ:
		if (__builtin_sub_overflow(p->i, PARAM_EPOCH_MS, &us) || __builtin_mul_overflow(us, 1000, &us))
			return sh_fail(e, SH_EINVALID, "%lld ms is no time that Postgres knows", (long long)p->i);
		return param_number(b, us, 8, e);
	case SH_T_DATE:
		if (p->i < INT32_MIN || p->i > INT32_MAX)
			return sh_fail(e, SH_EINVALID, "day %lld is no date that Postgres knows", (long long)p->i);
		return param_number(b, p->i - PARAM_EPOCH_DAYS, 4, e);
	case SH_T_JSONB:
		sh_buf_add_char(b, 1);		/* the format's version */
		/* fall through */
	case SH_T_TEXT:
	case SH_T_BYTEA:
		sh_buf_add_str(b, p->s);
		return SH_OK;
	case SH_T_COUNT:
		break;
	}
	assert(!"a parameter's type");
	return SH_EINVALID;
}

/* One dimension: how many dimensions, has NULLs, element type, count, lower bound; then length and bytes of each. */
static enum sh_status
param_array(struct sh_buf *b, const struct sh_param *p, struct sh_error *e)
{
	bool nulls = false;

	assert(p->n == 0 || p->items);
	for (size_t i = 0; i < p->n; i++) {
		assert(p->items[i].type == p->type && !p->items[i].array);
		nulls |= param_is_null(&p->items[i]);
	}
	param_be(b, p->n > 0, 4);
	param_be(b, nulls, 4);
	param_be(b, param_oid[p->type].one, 4);
	if (p->n > INT32_MAX)
		return sh_fail(e, SH_ETOOBIG, "an array of %zu elements", p->n);
	if (p->n > 0) {
		param_be(b, p->n, 4);
		param_be(b, 1, 4);
	}
	for (size_t i = 0; i < p->n; i++) {
		size_t at = b->n;

		param_be(b, UINT32_MAX, 4);
		if (param_is_null(&p->items[i]))
			continue;
		if (param_one(b, &p->items[i], e) != SH_OK)
			return e->status;
		if (b->failed)
			break;
		for (int k = 0; k < 4; k++)
			b->s[at + (size_t)k] = (char)((b->n - at - 4) >> (24 - 8 * k));
	}
	return SH_OK;
}

enum sh_status
sh_param_encode(struct sh_buf *b, const struct sh_param *p, struct sh_encoded *ret, struct sh_error *e)
{
	size_t at = b->n;

	assert(p->type < SH_T_COUNT);
	*ret = (struct sh_encoded){ .at = at, .n = -1 };
	if (param_is_null(p))
		return SH_OK;
	if ((p->array ? param_array(b, p, e) : param_one(b, p, e)) != SH_OK)
		return e->status;
	if (b->failed || b->n - at > INT_MAX)
		return sh_fail(e, SH_ETOOBIG, "more than %zu bytes of parameters in one unit", b->ceiling);
	ret->n = (int)(b->n - at);
	return SH_OK;
}
