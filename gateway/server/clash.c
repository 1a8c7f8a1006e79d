/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* server/clash.c: see clash.h. Port 0 is another one each time; [::] takes IPv4, too (http/listen.c). */
#include "gateway/server/clash.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct clash_address {
	char host[256];
	int family; /* AF_UNSPEC: a name */
	unsigned char bytes[16];
	int port;
};

static struct clash_address
clash_read(const char *address)
{
	struct clash_address a = { .family = AF_UNSPEC };
	const char *colon = strrchr(address, ':');
	size_t n = (size_t)(colon - address);
	bool bracket = n >= 2 && address[0] == '[' && colon[-1] == ']';

	a.port = (int)strtol(colon + 1, NULL, 10);
	n = n < sizeof(a.host) ? n : sizeof(a.host) - 1;
	memcpy(a.host, address + bracket, n - 2 * bracket);
	if (inet_pton(AF_INET6, a.host, a.bytes) == 1)
		a.family = AF_INET6;
	else if (inet_pton(AF_INET, a.host, a.bytes) == 1)
		a.family = AF_INET;
	return a;
}

static bool
clash_any(const struct clash_address *a, int family)
{
	static const unsigned char zeros[16];

	return a->family == family && memcmp(a->bytes, zeros, family == AF_INET ? 4 : 16) == 0;
}

bool
sh_clash(const char *a, const char *b)
{
	struct clash_address x = clash_read(a), y = clash_read(b);

	if (x.port != y.port || x.port == 0)
		return false;
	if (clash_any(&x, AF_INET6) || clash_any(&y, AF_INET6))
		return true;
	if (x.family != y.family)
		return false;
	if (x.family == AF_UNSPEC)
		return strcasecmp(x.host, y.host) == 0;
	return (x.family == AF_INET && (clash_any(&x, AF_INET) || clash_any(&y, AF_INET))) || memcmp(x.bytes, y.bytes, 16) == 0;
}
