/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/net/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

static const struct {
	const char *address;
	bool permitted;
} addresses[] = {
	/* first and last of each refused block, and their neighbours */
	{ "0.0.0.0", false }, { "0.255.255.255", false }, { "1.0.0.0", true },
	{ "9.255.255.255", true }, { "10.0.0.0", false }, { "10.255.255.255", false }, { "11.0.0.0", true },
	{ "100.63.255.255", true }, { "100.64.0.0", false }, { "100.100.100.200", false }, { "100.127.255.255", false },
	{ "100.128.0.0", true },
	{ "126.255.255.255", true }, { "127.0.0.0", false }, { "127.0.0.1", false }, { "127.255.255.255", false }, { "128.0.0.0", true },
	{ "169.253.255.255", true }, { "169.254.0.0", false }, { "169.254.169.254", false }, { "169.255.0.0", true },
	{ "172.15.255.255", true }, { "172.16.0.0", false }, { "172.31.255.255", false }, { "172.32.0.0", true },
	{ "191.255.255.255", true }, { "192.0.0.0", false }, { "192.0.0.9", false }, { "192.0.0.192", false }, { "192.0.1.0", true },
	{ "192.0.2.1", false }, { "192.0.3.0", true }, { "192.31.196.1", false }, { "192.52.193.1", false },
	{ "192.88.98.255", true }, { "192.88.99.1", false }, { "192.167.255.255", true }, { "192.168.0.0", false },
	{ "192.168.255.255", false }, { "192.169.0.0", true }, { "192.175.48.1", false },
	{ "198.17.255.255", true }, { "198.18.0.0", false }, { "198.19.255.255", false }, { "198.20.0.0", true },
	{ "198.51.100.1", false }, { "203.0.113.1", false }, { "203.0.114.0", true },
	{ "223.255.255.255", true }, { "224.0.0.1", false }, { "239.255.255.255", false }, { "240.0.0.1", false },
	{ "255.255.255.255", false }, { "8.8.8.8", true },
	/* IPv6 */
	{ "::", false }, { "::1", false }, { "::127.0.0.1", false }, { "::8.8.8.8", false },
	{ "::ffff:127.0.0.1", false }, { "::ffff:10.1.2.3", false }, { "::ffff:169.254.169.254", false }, { "::ffff:8.8.8.8", true },
	{ "::ffff:0:8.8.8.8", false },			/* SIIT */
	{ "64:ff9b::8.8.8.8", true }, { "64:ff9b::127.0.0.1", false }, { "64:ff9b::a9fe:a9fe", false },
	{ "64:ff9b:1::8.8.8.8", false },		/* local NAT64 */
	{ "100::1", false }, { "1fff:ffff::", false },
	{ "2000::", true }, { "2000:ffff::", true }, { "2001::1", false }, { "2001:0:7f00:1::", false },	/* Teredo */
	{ "2001:2::1", false }, { "2001:10::1", false }, { "2001:20::1", false }, { "2001:1ff:ffff::", false }, { "2001:200::", true },
	{ "2001:db7:ffff::", true }, { "2001:db8::1", false }, { "2001:db9::", true },
	{ "2002:7f00:1::", false }, { "2002:808:808::1", false }, { "2003::1", true },				/* 6to4 */
	{ "2606:4700:4700::1111", true }, { "2620:4f:8000::1", false }, { "2620:4f:8001::", true },
	{ "3ffe:ffff::1", true }, { "3fff::1", false }, { "3fff:fff:ffff::", false }, { "3fff:1000::", true }, { "4000::", false },
	{ "5f00::1", false }, { "fc00::1", false }, { "fd00:ec2::254", false }, { "fe80::1", false }, { "fec0::1", false },
	{ "ff02::1", false },
};

static bool
permits(const char *address, const struct sh_guard_net *allow, size_t n)
{
	struct sockaddr_in a4 = { .sin_family = AF_INET };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_scope_id = 2 };
	if (inet_pton(AF_INET, address, &a4.sin_addr) == 1)
		return sh_guard_permits((struct sockaddr *)&a4, allow, n);
	assert_int_equal(inet_pton(AF_INET6, address, &a6.sin6_addr), 1);
	return sh_guard_permits((struct sockaddr *)&a6, allow, n);
}

static void
every_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < SH_LENGTH(addresses); i++)
		if (permits(addresses[i].address, NULL, 0) != addresses[i].permitted)
			fail_msg("%s", addresses[i].address);
}

static void
other_families(void **state)
{
	(void)state;
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "/run/x" };
	const struct sh_guard_net all = { .bits = 0 };
	assert_false(sh_guard_permits((struct sockaddr *)&a, &all, 1));
}

static void
what_the_operator_allows(void **state)
{
	(void)state;
	static const struct {
		const char *net, *address;
		bool permitted;
	} cases[] = {
		{ "127.0.0.0/8", "127.0.0.1", true },
		{ "127.0.0.0/8", "::ffff:127.0.0.1", true },
		{ "127.0.0.0/8", "64:ff9b::7f00:1", true },
		{ "127.0.0.0/8", "::1", false },
		{ "::1", "::1", true },
		{ "::1", "127.0.0.1", false },
		{ "10.1.0.0/17", "10.1.127.255", true },
		{ "10.1.0.0/17", "10.1.128.0", false },
		{ "10.1.2.3", "10.1.2.3", true },
		{ "10.1.2.3", "10.1.2.2", false },
		{ "0.0.0.0/0", "192.168.1.1", true },
		{ "0.0.0.0/0", "fd00::1", false },
		{ "fd00::/8", "fdff::1", true },
		{ "fd00::/8", "fc00::1", false },
		{ "::/0", "10.0.0.1", true },
		{ "10.0.0.0/8", "8.8.8.8", true },
	};
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_guard_net net;
		struct sh_error e;
		assert_int_equal(sh_guard_parse(cases[i].net, &net, &e), SH_OK);
		if (permits(cases[i].address, &net, 1) != cases[i].permitted)
			fail_msg("%s in %s", cases[i].address, cases[i].net);
	}
}

static void
what_is_no_network(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0.1/8", "10.1/16",
		"0x7f.1", "::1/129", "fd00::1/8", "localhost", "fe80::1%eth0", "10.0.0.0/8/8",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:1111:2222:3333:4444:5555" };
	for (size_t i = 0; i < SH_LENGTH(bad); i++) {
		struct sh_guard_net net = { .bits = -1 };
		struct sh_error e = { 0 };
		if (sh_guard_parse(bad[i], &net, &e) != SH_EINVALID || net.bits != -1 || e.text[0] == '\0')
			fail_msg("%s", bad[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_address),
		cmocka_unit_test(other_families),
		cmocka_unit_test(what_the_operator_allows),
		cmocka_unit_test(what_is_no_network),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
