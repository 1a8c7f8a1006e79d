/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * store/conninfo.c: the operator's connection string, taken apart so that each host is tried by itself.
 *
 * libpq would try several hosts in one go, but then a host that accepts and stays silent uses up the one deadline
 * that we can set, every time, and those behind it are never reached.
 */
#include "gateway/store/private.h"

#include <stdio.h>
#include <stdlib.h>

void *
sh_store_alloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		abort();
	return p;
}

void *
sh_store_grow(void *p, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return p;
	*room = n < 8 ? 8 : 2 * n;
	p = reallocarray(p, *room, size);
	if (!p)
		abort();
	return p;
}

void
sh_store_one_line(char *text)
{
	char *to = text;

	for (const char *s = text; *s; s++) {
		char c = *s == '\n' || *s == '\t' ? ' ' : *s;

		if (c != ' ' || (to > text && to[-1] != ' '))
			*to++ = c;
	}
	while (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
}

static const char *
conninfo_get(const PQconninfoOption *o, const char *keyword)
{
	for (; o->keyword; o++)
		if (strcmp(o->keyword, keyword) == 0)
			return o->val;
	return NULL;
}

static int
conninfo_count(const char *list)
{
	int n = 1;

	for (; list && *list; list++)
		n += *list == ',';
	return n;
}

/* Element i of a comma list; of a list with one element, that one; "" if there is none. False: too long. */
static bool
conninfo_element(const char *list, int i, char *out, size_t room)
{
	const char *end;

	out[0] = '\0';
	if (!list)
		return true;
	if (conninfo_count(list) == 1)
		i = 0;
	for (; i > 0 && list; i--) {
		list = strchr(list, ',');
		list = list ? list + 1 : NULL;
	}
	if (!list)
		return true;
	end = list + strcspn(list, ",");
	if ((size_t)(end - list) >= room)
		return false;
	memcpy(out, list, (size_t)(end - list));
	out[end - list] = '\0';
	return true;
}

/* Every element of the three lists must fit, so that sh_conninfo_host cannot fail. */
static enum sh_status
conninfo_check(struct sh_conninfo *c, struct sh_error *e)
{
	const char *host = conninfo_get(c->parsed, "host"), *addr = conninfo_get(c->parsed, "hostaddr");
	const char *port = conninfo_get(c->parsed, "port");
	int nhost = conninfo_count(host), naddr = conninfo_count(addr), nport = conninfo_count(port);

	c->nhosts = nhost > naddr ? nhost : naddr;
	if ((host && addr && nhost != naddr) || (nport != 1 && nport != c->nhosts))
		return sh_fail(e, SH_EINVALID, "the connection string has %d hosts, %d addresses and %d ports; "
		    "give as many of each, or one port for all", host ? nhost : 0, addr ? naddr : 0, nport);
	for (int i = 0; i < c->nhosts; i++)
		if (!conninfo_element(host, i, c->host, sizeof(c->host)) || !conninfo_element(addr, i, c->hostaddr, sizeof(c->hostaddr)) ||
		    !conninfo_element(port, i, c->port, sizeof(c->port)))
			return sh_fail(e, SH_EINVALID, "host, address or port %d of the connection string is too long", i + 1);
	return SH_OK;
}

enum sh_status
sh_conninfo_read(struct sh_conninfo *c, const char *conninfo, const char *settings, struct sh_error *e)
{
	char *why = NULL;
	const char *theirs;

	*c = (struct sh_conninfo){ 0 };
	c->parsed = PQconninfoParse(conninfo, &why);
	if (!c->parsed) {
		/* libpq's message may quote what stands around a fault, a password too. */
		PQfreemem(why);
		return sh_fail(e, SH_EINVALID, "the database's connection string cannot be read; "
		    "write postgresql://user@host/name or host=… dbname=… user=…");
	}
	theirs = conninfo_get(c->parsed, "options");
	if (snprintf(c->options, sizeof(c->options), "%s%s%s", theirs ? theirs : "", theirs ? " " : "", settings) >=
	    (int)sizeof(c->options)) {
		sh_conninfo_clear(c);
		return sh_fail(e, SH_EINVALID, "options= in the connection string is too long");
	}
	if (conninfo_check(c, e) != SH_OK) {
		sh_conninfo_clear(c);
		return e ? e->status : SH_EINVALID;
	}
	return SH_OK;
}

static size_t
conninfo_put(struct sh_conninfo *c, size_t n, const char *keyword, const char *value)
{
	assert(n + 1 < SH_CONNINFO_MAX);
	c->keywords[n] = keyword;
	c->values[n] = value;
	return n + 1;
}

void
sh_conninfo_host(struct sh_conninfo *c, int host, const char *application)
{
	static const char *const ours[] = { "host", "hostaddr", "port", "options", "client_encoding", "fallback_application_name" };
	size_t n = 0;

	for (const PQconninfoOption *o = c->parsed; o->keyword; o++) {
		bool skip = o->val == NULL;

		for (size_t i = 0; i < SH_LENGTH(ours); i++)
			skip |= strcmp(o->keyword, ours[i]) == 0;
		if (!skip)
			n = conninfo_put(c, n, o->keyword, o->val);
	}
	conninfo_element(conninfo_get(c->parsed, "host"), host, c->host, sizeof(c->host));
	conninfo_element(conninfo_get(c->parsed, "hostaddr"), host, c->hostaddr, sizeof(c->hostaddr));
	conninfo_element(conninfo_get(c->parsed, "port"), host, c->port, sizeof(c->port));
	if (c->host[0])
		n = conninfo_put(c, n, "host", c->host);
	if (c->hostaddr[0])
		n = conninfo_put(c, n, "hostaddr", c->hostaddr);
	if (c->port[0])
		n = conninfo_put(c, n, "port", c->port);
	n = conninfo_put(c, n, "options", c->options);
	n = conninfo_put(c, n, "client_encoding", "UTF8");
	n = conninfo_put(c, n, "fallback_application_name", application);
	c->keywords[n] = c->values[n] = NULL;
}

void
sh_conninfo_clear(struct sh_conninfo *c)
{
	if (c->parsed)
		PQconninfoFree(c->parsed);
	c->parsed = NULL;
}
