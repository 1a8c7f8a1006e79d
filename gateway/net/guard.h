/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * net/guard.h: may we connect to this address? Pure.
 */
#ifndef SH_NET_GUARD_H
#define SH_NET_GUARD_H

#include <stdbool.h>
#include <sys/socket.h>

#include "gateway/base/error.h"

struct sh_guard_net {
	uint8_t address[16];	/* IPv4 as ::ffff:a.b.c.d */
	int bits;		/* 0 to 128 */
};

enum sh_status sh_guard_parse(const char *cidr, struct sh_guard_net *ret, struct sh_error *) SH_MUST_CHECK;

/* true: globally reachable unicast (IANA special-purpose registries, 2026), or inside one of the allowed nets. */
bool sh_guard_permits(const struct sockaddr *, const struct sh_guard_net *allow, size_t n);

/* Is it inside one of the nets? */
bool sh_guard_within(const struct sockaddr *, const struct sh_guard_net *nets, size_t n);

#endif
