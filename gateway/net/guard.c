/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * IPv4 is a list of what is refused; IPv6 is 2000::/3 less a list. What the registries call reachable but what is no
 * host that one calls by HTTP (AS112, AMT, ORCHID, the relays of 6to4 and Teredo) is refused with its block.
 *
 * Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries, as of 2026; RFC 6052 for NAT64.
 */
#include "gateway/net/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "gateway/base/text.h"

#define GUARD_V4(a, b, c, bits_) { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, 0 }, 96 + (bits_) }

static const struct sh_guard_net guard_refused[] = {
	GUARD_V4(0, 0, 0, 8),		/* "this network"; 0.0.0.0 reaches this machine */
	GUARD_V4(10, 0, 0, 8),		/* private */
	GUARD_V4(100, 64, 0, 10),	/* carrier-grade NAT */
	GUARD_V4(127, 0, 0, 8),		/* loopback */
	GUARD_V4(169, 254, 0, 16),	/* link-local; clouds' metadata */
	GUARD_V4(172, 16, 0, 12),	/* private */
	GUARD_V4(192, 0, 0, 24),	/* IETF protocol assignments */
	GUARD_V4(192, 0, 2, 24),	/* documentation */
	GUARD_V4(192, 31, 196, 24),	/* AS112 */
	GUARD_V4(192, 52, 193, 24),	/* AMT */
	GUARD_V4(192, 88, 99, 24),	/* 6to4 relays, deprecated */
	GUARD_V4(192, 168, 0, 16),	/* private */
	GUARD_V4(192, 175, 48, 24),	/* AS112 */
	GUARD_V4(198, 18, 0, 15),	/* benchmarking */
	GUARD_V4(198, 51, 100, 24),	/* documentation */
	GUARD_V4(203, 0, 113, 24),	/* documentation */
	GUARD_V4(224, 0, 0, 4),		/* multicast */
	GUARD_V4(240, 0, 0, 4),		/* reserved, broadcast */
	/* within 2000::/3 */
	{ { 0x20, 0x01 }, 23 },				/* IETF protocol assignments: Teredo, benchmarking, ORCHID … */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },		/* documentation */
	{ { 0x20, 0x02 }, 16 },				/* 6to4 */
	{ { 0x26, 0x20, 0x00, 0x4f, 0x80 }, 48 },	/* AS112 */
	{ { 0x3f, 0xff }, 20 },				/* documentation */
};

static const struct sh_guard_net guard_mapped = GUARD_V4(0, 0, 0, 0);
static const struct sh_guard_net guard_nat64 = { { 0x00, 0x64, 0xff, 0x9b }, 96 };
static const struct sh_guard_net guard_unicast = { { 0x20 }, 3 };

static bool
guard_within(const uint8_t a[16], const struct sh_guard_net *net)
{
	int whole = net->bits / 8, rest = net->bits % 8;
	if (memcmp(a, net->address, (size_t)whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ net->address[whole]) >> (8 - rest)) == 0;
}

static bool
guard_address(const struct sockaddr *sa, uint8_t ret[16])
{
	if (sa->sa_family == AF_INET) {
		memcpy(ret, guard_mapped.address, 12);
		memcpy(ret + 12, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
		return true;
	}
	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(ret, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
	/* The well-known NAT64 prefix leads to the IPv4 address behind it, so that one is judged. */
	if (guard_within(ret, &guard_nat64))
		memcpy(ret, guard_mapped.address, 12);
	return true;
}

bool
sh_guard_within(const struct sockaddr *sa, const struct sh_guard_net *nets, size_t n)
{
	uint8_t a[16];
	if (!guard_address(sa, a))
		return false;
	for (size_t i = 0; i < n; i++)
		if (guard_within(a, &nets[i]))
			return true;
	return false;
}

bool
sh_guard_permits(const struct sockaddr *sa, const struct sh_guard_net *allow, size_t n)
{
	uint8_t a[16];
	if (!guard_address(sa, a))
		return false;
	if (sh_guard_within(sa, allow, n))
		return true;
	for (size_t i = 0; i < SH_LENGTH(guard_refused); i++)
		if (guard_within(a, &guard_refused[i]))
			return false;
	return guard_within(a, &guard_mapped) || guard_within(a, &guard_unicast);
}

enum sh_status
sh_guard_parse(const char *cidr, struct sh_guard_net *ret, struct sh_error *e)
{
	char text[INET6_ADDRSTRLEN];
	const char *slash = strchr(cidr, '/');
	size_t n = slash ? (size_t)(slash - cidr) : strlen(cidr);
	struct sh_guard_net net = { .bits = 128 };
	uint8_t v4[4];
	if (n >= sizeof(text))
		return sh_fail(e, SH_EINVALID, "\"%.60s\" is not a network; write 10.0.0.0/8 or fd00::/8", cidr);
	memcpy(text, cidr, n);
	text[n] = '\0';

	int outer = 0;
	if (inet_pton(AF_INET, text, v4) == 1) {
		outer = 96;
		memcpy(net.address, guard_mapped.address, 12);
		memcpy(net.address + 12, v4, 4);
	} else if (inet_pton(AF_INET6, text, net.address) != 1) {
		return sh_fail(e, SH_EINVALID, "\"%.60s\" is not a network; write 10.0.0.0/8 or fd00::/8", cidr);
	}
	int64_t bits = 128 - outer;
	if (slash && (!sh_text_int(sh_str(slash + 1), &bits) || bits < 0 || bits > 128 - outer))
		return sh_fail(e, SH_EINVALID, "\"%.60s\": the part after the slash must be 0 to %d", cidr, 128 - outer);
	net.bits = outer + (int)bits;
	for (int i = net.bits; i < 128; i++)
		if (net.address[i / 8] & (0x80 >> i % 8))
			return sh_fail(e, SH_EINVALID, "\"%.60s\" has bits set beyond the part that counts", cidr);
	*ret = net;
	return SH_OK;
}
