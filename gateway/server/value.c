/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* server/value.c: one function a type; sh_value_read picks. */
#include <config.h>

#include "gateway/server/value.h"

#include <stdio.h>

#include "gateway/base/log.h"
#include "gateway/base/text.h"
#include "gateway/net/guard.h"
#include "gateway/server/conninfo.h"

#define VALUE_PATH_MAX 1024

/* What a reader needs besides the node. */
struct value_in {
	const struct sh_value_row *row;
	const char *folder;
	struct sh_arena *arena;
	struct sh_faults *faults;
};

/* Where memory has ended, no value is at fault: whoever has the arena says so. */
static bool
value_fault(const struct value_in *in, const struct sh_yaml *n, const char *expected)
{
	int shown = n->type == SH_YAML_SCALAR ? (int)(n->value.n < 60 ? n->value.n : 60) : 0;

	if (sh_arena_failed(in->arena))
		return false;
	if (n->type != SH_YAML_SCALAR)
		sh_faults_add(in->faults, n->line, n->column, "%s: found a %s, expected %s", in->row->path,
		    n->type == SH_YAML_LIST ? "list" : "mapping", expected);
	else
		sh_faults_add(
		    in->faults, n->line, n->column, "%s: found \"%.*s\", expected %s", in->row->path, shown, n->value.s, expected);
	return false;
}

/* A text of 1 to `most` bytes. Values are C strings: what stood behind a NUL would be lost. */
static bool
value_fits(const struct sh_yaml *n, size_t most)
{
	return n->type == SH_YAML_SCALAR && n->value.n > 0 && n->value.n <= most && !memchr(n->value.s, 0, n->value.n);
}

/* "250ms", or what sh_text_duration takes; milliseconds. */
static bool
value_span(struct sh_str s, int64_t *ret)
{
	if (s.n > 2 && memcmp(s.s + s.n - 2, "ms", 2) == 0)
		return sh_text_int((struct sh_str){ s.s, s.n - 2 }, ret) && *ret >= 0 && s.s[0] != '-';
	if (!sh_text_duration(s, ret))
		return false;
	*ret *= 1000;
	return true;
}

static bool
value_size(struct sh_str s, int64_t *ret)
{
	static const struct {
		const char *unit;
		int shift;
	} units[] = { { "KiB", 10 }, { "MiB", 20 }, { "GiB", 30 }, { "B", 0 } };
	int shift = 0;

	for (size_t i = 0; i < SH_LENGTH(units); i++) {
		size_t n = strlen(units[i].unit);
		if (s.n > n && memcmp(s.s + s.n - n, units[i].unit, n) == 0) {
			shift = units[i].shift;
			s.n -= n;
			break;
		}
	}
	if (!sh_text_int(s, ret) || *ret < 0 || *ret > INT64_MAX >> 30)
		return false;
	*ret <<= shift;
	return true;
}

static bool
value_count(struct sh_str s, int64_t *ret)
{
	return sh_text_int(s, ret);
}

/* Counts, sizes and spans: a number within two bounds that are spelled as the number is. */
static bool
value_number(const struct value_in *in, const struct sh_yaml *n, struct sh_config_value *ret)
{
	static bool (*const readers[])(struct sh_str,
	    int64_t *) = { [SH_VALUE_COUNT] = value_count, [SH_VALUE_SIZE] = value_size, [SH_VALUE_SPAN] = value_span };
	static const char *const nouns[] = { [SH_VALUE_COUNT] = "a whole number",
		[SH_VALUE_SIZE] = "a size such as 512KiB",
		[SH_VALUE_SPAN] = "a time such as 250ms, 30s or 2h" };
	bool (*const reader)(struct sh_str, int64_t *) = readers[in->row->type];
	int64_t min = 0, max = 0;
	char expected[128];

	if (!reader(sh_str(in->row->min), &min) || !reader(sh_str(in->row->max), &max))
		assert(!"bounds in options.def");
	snprintf(expected, sizeof(expected), "%s from %s to %s", nouns[in->row->type], in->row->min, in->row->max);
	/* What has a unit is a text, quoted or not. */
	if (n->type != SH_YAML_SCALAR || (in->row->type == SH_VALUE_COUNT && !n->plain) || !reader(n->value, &ret->i) || ret->i < min || ret->i > max)
		return value_fault(in, n, expected);
	return true;
}

static bool
value_text(const struct value_in *in, const struct sh_yaml *n, struct sh_config_value *ret)
{
	if (!value_fits(n, 4096))
		return value_fault(in, n, "text");
	ret->s = sh_arena_z(in->arena, n->value);
	return true;
}

static bool
value_conninfo(const struct value_in *in, const struct sh_yaml *n, struct sh_config_value *ret)
{
	if (!value_text(in, n, ret))
		return false;
	if (sh_conninfo_valid(ret->s))
		return true;
	/* Not quoted: it may hold a password. */
	sh_faults_add(in->faults, n->line, n->column,
	    "%s: found something else, expected a libpq connection string or a postgresql:// URI", in->row->path);
	return false;
}

/* Strict enough that links made from it are right: scheme, host, optional port and path. */
static bool
value_url(const struct value_in *in, const struct sh_yaml *n, struct sh_config_value *ret)
{
	static const char expected[] = "an http:// or https:// URL without a query or blanks, such as https://calls.example.com";
	struct sh_str s = n->value;
	size_t scheme;

	if (n->type != SH_YAML_SCALAR)
		return value_fault(in, n, expected);
	while (s.n && s.s[s.n - 1] == '/')
		s.n--;
	scheme = s.n > 8 && memcmp(s.s, "https://", 8) == 0 ? 8 : s.n > 7 && memcmp(s.s, "http://", 7) == 0 ? 7 : 0;
	if (!scheme || s.s[scheme] == '/' || s.s[scheme] == ':')
		return value_fault(in, n, expected);
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] <= ' ' || s.s[i] > '~' || strchr("?#\"'<>\\{}|^`@", s.s[i]))
			return value_fault(in, n, expected);
	ret->s = sh_arena_z(in->arena, s);
	return true;
}

static const char *
value_resolve(const struct value_in *in, struct sh_str s)
{
	static const struct {
		const char *name, *folder;
	} built[] = { { "${driverdir}", SH_DRIVERDIR }, { "${policydir}", SH_POLICYDIR }, { "${pgbindir}", SH_PG_BINDIR } };

	for (size_t i = 0; i < SH_LENGTH(built); i++) {
		size_t n = strlen(built[i].name);
		if (s.n >= n && memcmp(s.s, built[i].name, n) == 0)
			return sh_arena_printf(in->arena, "%s%.*s", built[i].folder, (int)(s.n - n), s.s + n).s;
	}
	if (s.s[0] == '/')
		return sh_arena_z(in->arena, s);
	if (s.n > 1 && s.s[0] == '.' && s.s[1] == '/')
		s = (struct sh_str){ s.s + 2, s.n - 2 };
	return sh_arena_printf(in->arena, "%s/%.*s", in->folder, (int)s.n, s.s).s;
}

static bool
value_path(const struct value_in *in, const struct sh_yaml *n, struct sh_config_value *ret)
{
	/* The bound is the whole path's: it is what is used, and what is written. */
	ret->s = value_fits(n, VALUE_PATH_MAX) ? value_resolve(in, n->value) : NULL;
	if (!ret->s || strlen(ret->s) > VALUE_PATH_MAX)
		return value_fault(in, n, "a path of at most 1024 bytes, its folder counted");
	return true;
}

/* "host:port", where an IPv6 host stands in brackets and the port may be 0: any that is free. */
static bool
value_address(const struct value_in *in, const struct sh_yaml *n, struct sh_config_value *ret)
{
	static const char expected[] = "an address with a port, such as 127.0.0.1:8080 or \"[::]:8080\"";
	const char *colon;
	int64_t port;

	if (!value_fits(n, 255) || !(colon = memrchr(n->value.s, ':', n->value.n)) || colon == n->value.s)
		return value_fault(in, n, expected);
	if (!sh_text_int((struct sh_str){ colon + 1, (size_t)(n->value.s + n->value.n - colon - 1) }, &port) || port < 0 ||
	    port > 65535)
		return value_fault(in, n, expected);
	if (memchr(n->value.s, ':', (size_t)(colon - n->value.s)) && (n->value.s[0] != '[' || colon[-1] != ']'))
		return value_fault(in, n, expected);
	ret->s = sh_arena_z(in->arena, n->value);
	return true;
}

static bool
value_net(const struct value_in *in, const struct sh_yaml *n, struct sh_config_value *ret)
{
	struct sh_guard_net net;
	struct sh_error e;

	ret->s = value_fits(n, 255) ? sh_arena_z(in->arena, n->value) : NULL;
	if (!ret->s || sh_guard_parse(ret->s, &net, &e) != SH_OK)
		return value_fault(in, n, "a network such as 10.0.0.0/8 or fd00::/8");
	return true;
}

static bool
value_list(const struct value_in *in, const struct sh_yaml *n,
    bool (*each)(const struct value_in *, const struct sh_yaml *, struct sh_config_value *), struct sh_config_value *ret)
{
	struct sh_config_value one = { 0 };
	const char **items;
	bool good = true;
	size_t count = 0;

	if (n->type != SH_YAML_LIST)
		return value_fault(in, n, "a list, such as [a, b]");
	for (const struct sh_yaml *c = n->first; c; c = c->next)
		count++;
	items = sh_arena_array(in->arena, const char *, count + 1);
	if (!items)
		return value_fault(in, n, "a shorter list");
	for (const struct sh_yaml *c = n->first; c; c = c->next) {
		good = each(in, c, &one) && good;
		items[ret->n++] = one.s;
	}
	ret->list = items;
	return good;
}

static bool
value_flag(const struct value_in *in, const struct sh_yaml *n, struct sh_config_value *ret)
{
	bool yes;

	if (n->type != SH_YAML_SCALAR)
		return value_fault(in, n, "true or false");
	if (!sh_yaml_bool(n, in->faults, &yes))
		return false;
	ret->i = yes;
	return true;
}

static bool
value_level(const struct value_in *in, const struct sh_yaml *n, struct sh_config_value *ret)
{
	enum sh_log_level level;

	ret->s = value_fits(n, 255) ? sh_arena_z(in->arena, n->value) : NULL;
	if (!ret->s || !sh_log_level_parse(ret->s, &level))
		return value_fault(in, n, "debug, info, warn or error");
	ret->i = level;
	return true;
}

bool
sh_value_read(const struct sh_value_row *row, const struct sh_yaml *n, const char *folder, struct sh_arena *arena,
    struct sh_faults *faults, struct sh_config_value *ret)
{
	struct value_in in = { row, folder, arena, faults };

	switch (row->type) {
	case SH_VALUE_TEXT:
		return value_text(&in, n, ret);
	case SH_VALUE_URL:
		return value_url(&in, n, ret);
	case SH_VALUE_CONNINFO:
		return value_conninfo(&in, n, ret);
	case SH_VALUE_PATH:
		return value_path(&in, n, ret);
	case SH_VALUE_PATHS:
		return value_list(&in, n, value_path, ret);
	case SH_VALUE_ADDRESSES:
		return value_list(&in, n, value_address, ret);
	case SH_VALUE_NETS:
		return value_list(&in, n, value_net, ret);
	case SH_VALUE_COUNT:
	case SH_VALUE_SIZE:
	case SH_VALUE_SPAN:
		return value_number(&in, n, ret);
	case SH_VALUE_FLAG:
		return value_flag(&in, n, ret);
	case SH_VALUE_LEVEL:
		return value_level(&in, n, ret);
	}
	assert(!"type of an option");
	return false;
}

/* As JSON, but YAML refuses DEL, the C1 controls, U+FFFE and U+FFFF, and a line ends at U+0085, U+2028 and U+2029. */
static void
value_quote(struct sh_buf *b, const char *text)
{
	sh_buf_add_char(b, '"');
	for (struct sh_str s = sh_str(text); s.n > 0;) {
		size_t n = sh_text_utf8_length(s);
		uint32_t c = (unsigned char)s.s[0] & (n > 1 ? 0x7f >> n : 0x7f);

		for (size_t i = 1; i < n; i++)
			c = c << 6 | (s.s[i] & 0x3f);
		if (n > 0 && (c == '"' || c == '\\'))
			sh_buf_add_char(b, '\\');
		if (n == 0) /* a URI's %ff, decoded */
			sh_buf_add_z(b, "\xef\xbf\xbd");
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfffe || c == 0xffff)
			sh_buf_printf(b, "\\u%04x", (unsigned)c);
		else
			sh_buf_add(b, s.s, n);
		n += n == 0;
		s = (struct sh_str){ s.s + n, s.n - n };
	}
	sh_buf_add_char(b, '"');
}

static void
value_write_number(enum sh_value_type type, int64_t i, struct sh_buf *b)
{
	char span[32];

	if (type == SH_VALUE_SPAN && i % 1000 == 0) {
		sh_text_duration_format(i / 1000, span);
		sh_buf_add_z(b, span);
	} else if (type == SH_VALUE_SPAN) {
		sh_buf_printf(b, "%lldms", (long long)i);
	} else if (type == SH_VALUE_SIZE && i && i % (1 << 20) == 0) {
		sh_buf_printf(b, "%lldMiB", (long long)i >> 20);
	} else if (type == SH_VALUE_SIZE && i && i % (1 << 10) == 0) {
		sh_buf_printf(b, "%lldKiB", (long long)i >> 10);
	} else {
		sh_buf_printf(b, "%lld", (long long)i);
	}
}

void
sh_value_write(const struct sh_value_row *row, const struct sh_config_value *v, struct sh_buf *b)
{
	switch (row->type) {
	case SH_VALUE_PATHS:
	case SH_VALUE_ADDRESSES:
	case SH_VALUE_NETS:
		sh_buf_add_char(b, '[');
		for (size_t i = 0; i < v->n; i++) {
			sh_buf_add_z(b, i ? ", " : "");
			value_quote(b, v->list[i]);
		}
		sh_buf_add_char(b, ']');
		return;
	case SH_VALUE_COUNT:
	case SH_VALUE_SIZE:
	case SH_VALUE_SPAN:
		value_write_number(row->type, v->i, b);
		return;
	case SH_VALUE_FLAG:
		sh_buf_add_z(b, v->i ? "true" : "false");
		return;
	default:
		if (v->s)
			value_quote(b, v->s);
	}
}
