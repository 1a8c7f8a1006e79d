/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/http/address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ADDRESS_HOPS 16 /* a longer chain of proxies is somebody's joke */

static void
address_map(const struct in_addr *v4, struct in6_addr *ret)
{
	*ret = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
	memcpy(&ret->s6_addr[12], v4, 4);
}

bool
sh_address_peer(int fd, struct in6_addr *ret)
{
	struct sockaddr_storage at;
	socklen_t n = sizeof(at);

	*ret = in6addr_any;
	if (getpeername(fd, (struct sockaddr *)&at, &n) != 0)
		return false;
	if (at.ss_family == AF_INET)
		address_map(&((const struct sockaddr_in *)(const void *)&at)->sin_addr, ret);
	else if (at.ss_family == AF_INET6)
		*ret = ((const struct sockaddr_in6 *)(const void *)&at)->sin6_addr;
	return at.ss_family == AF_INET || at.ss_family == AF_INET6;
}

bool
sh_address_parse(struct sh_str s, struct in6_addr *ret)
{
	char text[INET6_ADDRSTRLEN];
	struct in_addr v4;
	const char *end = s.n ? memchr(s.s, ']', s.n) : NULL;
	const char *colon = s.n ? memchr(s.s, ':', s.n) : NULL;

	if (s.n && s.s[0] == '[' && end)
		s = (struct sh_str){ s.s + 1, (size_t)(end - s.s - 1) };
	else if (colon && memchr(s.s, '.', (size_t)(colon - s.s)))
		s.n = (size_t)(colon - s.s);
	if (s.n == 0 || s.n >= sizeof(text))
		return false;
	memcpy(text, s.s, s.n);
	text[s.n] = '\0';
	if (inet_pton(AF_INET, text, &v4) == 1) {
		address_map(&v4, ret);
		return true;
	}
	return inet_pton(AF_INET6, text, ret) == 1;
}

void
sh_address_format(const struct in6_addr *a, char ret[INET6_ADDRSTRLEN])
{
	if (IN6_IS_ADDR_V4MAPPED(a))
		inet_ntop(AF_INET, &a->s6_addr[12], ret, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, a, ret, INET6_ADDRSTRLEN);
}

/* Takes the last member off a list that commas divide. */
static struct sh_str
address_last(struct sh_str *list)
{
	const char *comma = list->n ? memrchr(list->s, ',', list->n) : NULL;
	struct sh_str last = *list;

	if (comma) {
		last = (struct sh_str){ comma + 1, (size_t)(list->s + list->n - comma - 1) };
		list->n = (size_t)(comma - list->s);
	} else {
		list->n = 0;
	}
	while (last.n && (last.s[0] == ' ' || last.s[0] == '\t'))
		last.s++, last.n--;
	while (last.n && (last.s[last.n - 1] == ' ' || last.s[last.n - 1] == '\t'))
		last.n--;
	return last;
}

struct in6_addr
sh_address_client(const struct sh_http_options *o, const struct in6_addr *peer, const struct sh_pair *headers, size_t n)
{
	struct in6_addr client = *peer, next;
	int hops = 0;

	for (size_t i = n; i-- > 0;) {
		struct sh_str list = headers[i].value;
		if (!sh_str_is(headers[i].name, "x-forwarded-for"))
			continue;
		while (list.n > 0) {
			if (!o->trusted || !o->trusted(o->trusted_arg, &client) || hops++ == ADDRESS_HOPS ||
			    !sh_address_parse(address_last(&list), &next))
				return client;
			client = next;
		}
	}
	return client;
}

struct sh_crowd *
sh_crowd_join(struct sh_crowd **all, const struct in6_addr *address)
{
	struct in6_addr from = *address;
	struct sh_crowd *c;

	if (!IN6_IS_ADDR_V4MAPPED(&from))
		memset(&from.s6_addr[8], 0, 8);
	HASH_FIND(hh, *all, &from, sizeof(from), c);
	if (!c) {
		c = calloc(1, sizeof(*c));
		if (!c)
			return NULL;
		c->from = from;
		HASH_ADD(hh, *all, from, sizeof(from), c);
	}
	c->n++;
	return c;
}

void
sh_crowd_leave(struct sh_crowd **all, struct sh_crowd *c)
{
	if (!c || --c->n > 0)
		return;
	HASH_DEL(*all, c);
	free(c);
}
