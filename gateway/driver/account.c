/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What an operator stored, as a driver sees it; and whether what a driver asks for may go out.
 */
#define _GNU_SOURCE 1 /* memmem */
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/driver/call.h"
#include "gateway/driver/table.h"

/* A stored value: "…", or {"now": "…", "old": "…", "old_until_ms": n} while a rotation's grace may last. */
static bool
account_value(struct sh_arena *a, const struct sh_json *stored, int64_t now_ms, struct sh_value *ret)
{
	int64_t until = 0;

	switch (sh_reader_type(stored)) {
	case SH_JSON_STRING:
		*ret = (struct sh_value){ .now = sh_reader_str(a, stored) };
		return true;
	case SH_JSON_BOOL:
		*ret = (struct sh_value){ .now = sh_reader_raw(stored) };
		return true;
	case SH_JSON_OBJECT:
		ret->now = sh_reader_str(a, sh_reader_get(stored, SH_STR("now")));
		ret->old = SH_NONE;
		if (sh_reader_int(sh_reader_get(stored, SH_STR("old_until_ms")), &until) && now_ms < until)
			ret->old = sh_reader_str(a, sh_reader_get(stored, SH_STR("old")));
		return true;
	default:
		return false;
	}
}

struct sh_account *
sh_driver_account(
    struct sh_arena *a, const struct sh_driver_loaded *d, const struct sh_json *const *stored, size_t n, int64_t now_ms)
{
	struct sh_account *account = sh_arena_make(a, struct sh_account);
	struct sh_value *values = sh_arena_array(a, struct sh_value, d->nsettings ? d->nsettings : 1);

	int base = d->table.base_url_setting ? sh_driver_setting_index(d, sh_str(d->table.base_url_setting)) : -1;

	if (!account || !values)
		return NULL;
	for (uint32_t i = 0; i < d->nsettings; i++) {
		struct sh_setting s = sh_driver_setting(d, i);

		/* The later object is the nearer one: account, then agent, then number. */
		for (size_t k = n; k > 0; k--)
			if (account_value(a, sh_reader_get(stored[k - 1], sh_str(s.name)), now_ms, &values[i]))
				break;
		if (!values[i].now.s)
			values[i].now = sh_str(s.fallback);
		/* Paths begin with a slash of their own. */
		while ((int)i == base && values[i].now.n > 0 && values[i].now.s[values[i].now.n - 1] == '/')
			values[i].now.n--;
		/* Copies end in NUL, which what the reader borrows does not. */
		values[i].now = sh_arena_str(a, values[i].now);
		values[i].old = s.rotates ? sh_arena_str(a, values[i].old) : SH_NONE;
	}
	account->size = sizeof(*account);
	account->nvalues = d->nsettings;
	account->values = values;
	return sh_arena_failed(a) ? NULL : account;
}

enum sh_status
sh_driver_check_setting(const struct sh_driver_loaded *d, struct sh_str name, struct sh_str value, struct sh_error *e)
{
	const char *names[SH_DRIVER_SETTINGS_MAX + 1];
	int i = sh_driver_setting_index(d, name);
	struct sh_setting s;
	const char *near;

	if (i >= 0) {
		s = sh_driver_setting(d, (uint32_t)i);
		return sh_table_check_value(&s, value, e);
	}
	for (uint32_t k = 0; k < d->nsettings; k++)
		names[k] = sh_driver_setting(d, k).name;
	names[d->nsettings] = NULL;
	near = sh_text_nearest(name, names);
	if (near)
		return sh_fail(e, SH_EINVALID, "%s has no setting \"%.*s\"; did you mean \"%s\"?", d->name,
		    name.n > 64 ? 64 : (int)name.n, name.s, near);
	return sh_fail(e, SH_EINVALID, "%s has no setting \"%.*s\"", d->name, name.n > 64 ? 64 : (int)name.n, name.s);
}

/* scheme://host[:port], the part of a URL that says who is spoken to. */
struct account_origin {
	struct sh_str scheme, host, port;
};

static bool
account_origin(struct sh_str url, struct account_origin *ret)
{
	const char *sep = url.n > 3 ? memmem(url.s, url.n, "://", 3) : NULL;
	struct sh_str rest;
	size_t n = 0;
	const char *colon;

	if (!sep)
		return false;
	ret->scheme = (struct sh_str){ url.s, (size_t)(sep - url.s) };
	rest = (struct sh_str){ sep + 3, url.n - ret->scheme.n - 3 };
	while (n < rest.n && !strchr("/?#\\", rest.s[n]))
		n++;
	rest.n = n;
	/* user@host is refused: what stands before the @ has fooled more than one reader about the host. */
	if (n == 0 || memchr(rest.s, '@', n))
		return false;
	colon = rest.s[0] == '[' ? memmem(rest.s, n, "]:", 2) : memchr(rest.s, ':', n);
	if (colon && rest.s[0] == '[')
		colon++;
	ret->host = (struct sh_str){ rest.s, colon ? (size_t)(colon - rest.s) : n };
	ret->port = colon ? (struct sh_str){ colon + 1, n - ret->host.n - 1 } : SH_NONE;
	if (!ret->port.s || ret->port.n == 0)
		ret->port = sh_str_is(ret->scheme, "https") ? SH_STR("443") : SH_STR("80");
	return ret->host.n > 0;
}

/* Visible ASCII only: so no line's end can make a second header out of one, and no URL means two things. */
static bool
account_is_visible(struct sh_str s, bool blanks)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.s[i] < (blanks ? ' ' : '!') || (unsigned char)s.s[i] > '~')
			return false;
	return s.n > 0;
}

static bool
account_is_token(struct sh_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.s[i];

		if (!(ch >= 'a' && ch <= 'z') && !(ch >= 'A' && ch <= 'Z') && !(ch >= '0' && ch <= '9') && ch != '-' && ch != '_')
			return false;
	}
	return s.n > 0 && s.n <= 64;
}

static bool
account_may_reach(const struct sh_driver_loaded *d, const struct sh_account *account, const struct account_origin *to)
{
	struct account_origin base;
	int i = d->table.base_url_setting ? sh_driver_setting_index(d, sh_str(d->table.base_url_setting)) : -1;

	if (i >= 0 && account_origin(sh_setting(account, (uint32_t)i), &base) && sh_text_equal_nocase(to->scheme, base.scheme) &&
	    sh_text_equal_nocase(to->host, base.host) && sh_str_eq(to->port, base.port))
		return true;
	for (const char *const *h = d->table.hosts; h && *h; h++)
		if (sh_str_is(to->scheme, "https") && sh_text_equal_nocase(to->host, sh_str(*h)) && sh_str_is(to->port, "443"))
			return true;
	return false;
}

enum sh_status
sh_driver_check_request(
    const struct sh_driver_loaded *d, const struct sh_account *account, const struct sh_request *r, struct sh_error *e)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
	struct account_origin to;
	bool known = false;

	if (!r->method.s && !r->url.s)
		return sh_fail(e, SH_EINVALID, "driver %s makes no request for this", d->name);
	for (size_t i = 0; i < SH_LENGTH(methods); i++)
		known = known || sh_str_is(r->method, methods[i]);
	if (!known)
		return sh_fail(e, SH_EINVALID, "driver %s: a request without a method that is known", d->name);
	if (r->url.n > 8192 || !account_is_visible(r->url, false) || !account_origin(r->url, &to))
		return sh_fail(e, SH_EINVALID, "driver %s: a request to something that is no URL", d->name);
	if (!account_may_reach(d, account, &to))
		return sh_fail(e, SH_EDENIED,
		    "driver %s: a request to %.*s://%.*s:%.*s, which is neither one of its hosts nor "
		    "the account's base URL",
		    d->name, to.scheme.n > 8 ? 8 : (int)to.scheme.n, to.scheme.s, to.host.n > 80 ? 80 : (int)to.host.n, to.host.s,
		    to.port.n > 8 ? 8 : (int)to.port.n, to.port.s);
	if (r->nheaders > 64 || (r->nheaders && !r->headers))
		return sh_fail(e, SH_EINVALID, "driver %s: a request with more than 64 headers", d->name);
	for (uint32_t i = 0; i < r->nheaders; i++)
		if (!account_is_token(r->headers[i].name) ||
		    (r->headers[i].value.n && !account_is_visible(r->headers[i].value, true)))
			return sh_fail(e, SH_EINVALID, "driver %s: a request whose header %u cannot be sent", d->name, i);
	return SH_OK;
}
