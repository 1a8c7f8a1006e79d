/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * http/address.h: who is at the other end. Private to http/.
 *
 * All addresses are IPv6, with IPv4 as ::ffff:a.b.c.d. A crowd is those who come from one IPv4 address or from one
 * IPv6 /64, which is what one household or one rented machine has.
 */
#ifndef SH_HTTP_ADDRESS_H
#define SH_HTTP_ADDRESS_H

#include <netinet/in.h>
#include <uthash.h>

#include "gateway/http/server.h"

struct sh_crowd {
	struct in6_addr from;
	int n;
	UT_hash_handle hh;
};

/* The peer of a socket. */
bool sh_address_peer(int fd, struct in6_addr *ret);
/* "192.0.2.1", "2001:db8::1", also with a port: "192.0.2.1:80", "[2001:db8::1]:80". */
bool sh_address_parse(struct sh_str, struct in6_addr *ret);
void sh_address_format(const struct in6_addr *, char ret[INET6_ADDRSTRLEN]);

/*
 * Each proxy adds to the end of X-Forwarded-For whom it heard from. So it is read from its end: as long as the
 * speaker is trusted, the one before it is believed. What is no address ends the search at who named it.
 */
struct in6_addr sh_address_client(
    const struct sh_http_options *, const struct in6_addr *peer, const struct sh_pair *headers, size_t n);

/* One more from there, or one fewer; NULL: no memory. */
struct sh_crowd *sh_crowd_join(struct sh_crowd **all, const struct in6_addr *);
void sh_crowd_leave(struct sh_crowd **all, struct sh_crowd *);

#endif
