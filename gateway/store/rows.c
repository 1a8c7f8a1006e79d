/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* store/rows.c: reads binary results. A column that is not there, or of another type, is a mistake in the code. */
#include "gateway/store/private.h"

#include "gateway/base/text.h"
#include "gateway/base/time.h"

enum { ROWS_BOOL = 16, ROWS_BYTEA = 17, ROWS_NAME = 19, ROWS_TEXT = 25, ROWS_JSON = 114, ROWS_TEXTS = 1009, ROWS_VARCHAR = 1043,
	ROWS_INT8 = 20, ROWS_INT2 = 21, ROWS_INT4 = 23, ROWS_DATE = 1082, ROWS_TIME = 1184, ROWS_UUID = 2950, ROWS_JSONB = 3802 };

const struct sh_rows *
sh_rows(const struct sh_result *r, int statement)
{
	assert(statement >= 0 && statement < r->n && r->rows[statement].r);
	return &r->rows[statement];
}

int
sh_rows_count(const struct sh_rows *rows)
{
	return PQntuples(rows->r);
}

const char *
sh_result_sqlstate(const struct sh_result *r)
{
	return r->sqlstate;
}

const char *
sh_result_constraint(const struct sh_result *r)
{
	return r->constraint;
}

static int64_t
rows_be(const char *s, size_t bytes)
{
	/* Sign-extended by its first byte. */
	uint64_t v = (int8_t)s[0] < 0 ? UINT64_MAX : 0;

	for (size_t i = 0; i < bytes; i++)
		v = v << 8 | (uint8_t)s[i];
	return (int64_t)v;
}

/* The field's bytes, absent if NULL, and its type. */
static struct sh_str
rows_field(const struct sh_rows *rows, int row, const char *column, Oid *ret_type)
{
	int f = PQfnumber(rows->r, column);

	assert(f >= 0 && row >= 0 && row < PQntuples(rows->r));
	*ret_type = PQftype(rows->r, f);
	if (PQgetisnull(rows->r, row, f))
		return SH_NONE;
	return (struct sh_str){ PQgetvalue(rows->r, row, f), (size_t)PQgetlength(rows->r, row, f) };
}

bool
sh_rows_has(const struct sh_rows *rows, const char *column)
{
	return PQfnumber(rows->r, column) >= 0;
}

bool
sh_rows_null(const struct sh_rows *rows, int row, const char *column)
{
	Oid type;

	return rows_field(rows, row, column, &type).s == NULL;
}

int64_t
sh_rows_int(const struct sh_rows *rows, int row, const char *column)
{
	Oid type;
	struct sh_str s = rows_field(rows, row, column, &type);

	assert(type == ROWS_INT2 || type == ROWS_INT4 || type == ROWS_INT8 || type == ROWS_DATE);
	if (!s.s)
		return 0;
	assert(s.n == 2 || s.n == 4 || s.n == 8);
	return rows_be(s.s, s.n) + (type == ROWS_DATE ? 10957 : 0);
}

bool
sh_rows_bool(const struct sh_rows *rows, int row, const char *column)
{
	Oid type;
	struct sh_str s = rows_field(rows, row, column, &type);

	assert(type == ROWS_BOOL);
	return s.s && s.s[0];
}

struct sh_str
sh_rows_str(const struct sh_rows *rows, int row, const char *column)
{
	Oid type;
	struct sh_str s = rows_field(rows, row, column, &type);

	assert(type == ROWS_TEXT || type == ROWS_BYTEA || type == ROWS_JSONB || type == ROWS_JSON || type == ROWS_NAME ||
	    type == ROWS_VARCHAR);
	if (type == ROWS_JSONB && s.s) {
		assert(s.n > 0 && s.s[0] == 1);		/* the format's version */
		return (struct sh_str){ s.s + 1, s.n - 1 };
	}
	return s;
}

struct sh_id
sh_rows_id(const struct sh_rows *rows, int row, const char *column)
{
	Oid type;
	struct sh_str s = rows_field(rows, row, column, &type);
	struct sh_id id = { { 0 } };

	assert(type == ROWS_UUID);
	if (s.s) {
		assert(s.n == sizeof(id.b));
		memcpy(id.b, s.s, sizeof(id.b));
	}
	return id;
}

int64_t
sh_rows_time(const struct sh_rows *rows, int row, const char *column)
{
	Oid type;
	struct sh_str s = rows_field(rows, row, column, &type);
	int64_t us, ms;

	assert(type == ROWS_TIME);
	if (!s.s)
		return 0;
	assert(s.n == 8);
	us = rows_be(s.s, 8);
	/* Postgres' own infinities stay what they are. */
	if (us == INT64_MAX || us == INT64_MIN)
		return us;
	ms = us / 1000 - (us % 1000 < 0);
	return ms + 10957 * SH_DAY_MS;
}

size_t
sh_rows_texts(const struct sh_rows *rows, int row, const char *column, struct sh_arena *a, struct sh_str **ret)
{
	Oid type;
	struct sh_str s = rows_field(rows, row, column, &type);
	size_t n, at = 20;

	assert(type == ROWS_TEXTS);
	*ret = NULL;
	if (!s.s || s.n < 20)
		return 0;
	assert(rows_be(s.s, 4) == 1);		/* dimensions; then has NULLs, element type, count, lower bound */
	n = (size_t)rows_be(s.s + 12, 4);
	*ret = sh_arena_array(a, struct sh_str, n);
	for (size_t i = 0; *ret && i < n; i++) {
		int64_t len;

		assert(s.n - at >= 4);
		len = rows_be(s.s + at, 4);
		at += 4;
		if (len < 0)
			continue;
		assert(s.n - at >= (size_t)len);
		(*ret)[i] = (struct sh_str){ s.s + at, (size_t)len };
		at += (size_t)len;
	}
	return *ret ? n : 0;
}
