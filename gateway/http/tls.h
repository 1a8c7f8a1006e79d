/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * http/tls.h: certificate, key and what is agreed with clients.
 *
 * HTTP/1.1 only (a client that insists on h2 gets an alert), TLS 1.2 or 1.3, no renegotiation, no compression. Sessions
 * are resumed by tickets; their keys lie in a page that all workers share, so that any of them can open any ticket, and
 * are replaced by the hour. A ticket is bound to the certificate: another certificate, another handshake.
 */
#ifndef SH_HTTP_TLS_H
#define SH_HTTP_TLS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/base/macro.h"

struct sh_tls;
struct ssl_st;

#define SH_TLS_TICKET_KEYS 3
#define SH_TLS_TICKET_S 3600 /* how long a ticket is good, and how long its key makes new ones */

/* One writer, many readers. A reader may see a key that is just being replaced: then the ticket does not open. */
struct sh_tls_tickets {
	struct sh_tls_ticket_key {
		uint8_t name[16], cipher[32], mac[32];
	} key[SH_TLS_TICKET_KEYS];
	atomic_uint current;
	int64_t next_ms; /* the writer's */
};

struct sh_tls_options {
	const char *certificate; /* PEM: the certificate, then those that lead to its root */
	const char *key; /* PEM, not encrypted, not readable by everybody */
	bool only_1_3;
	struct sh_tls_tickets *tickets; /* NULL: nothing is resumed */
	int certificate_fd, key_fd; /* above 0: borrowed copies, read instead of the files */
	bool *key_at_fault; /* NULL, or told on failure: it is the key's file, not the certificate's */
};

/* Errors name the file and what is wrong: unreadable, not a pair, not yet or no longer valid. now_s: real time. */
enum sh_status sh_tls_new(const struct sh_tls_options *, int64_t now_s, struct sh_tls **ret, struct sh_error *) SH_MUST_CHECK;
void sh_tls_free(struct sh_tls *);
int64_t sh_tls_expires_s(const struct sh_tls *);

/* A shared page, locked into memory and left out of dumps as far as the machine allows; NULL: no memory. Made before forking. */
struct sh_tls_tickets *sh_tls_tickets_new(void);
/* The writer calls it now and then, with a clock that only goes forward. */
void sh_tls_tickets_tick(struct sh_tls_tickets *, int64_t now_ms);
/* For a process that only reads: what goes astray there cannot write over everybody's keys. */
void sh_tls_tickets_protect(struct sh_tls_tickets *);

/* For http/connection.c: the server's side of one connection; NULL: no memory. */
struct ssl_st *sh_tls_accept(struct sh_tls *);
bool sh_tls_is_up(struct ssl_st *); /* the handshake is over */
bool sh_tls_is_resumed(struct ssl_st *);
/* Says goodbye once, so that the client knows that nothing was cut off; what OpenSSL complains about is forgotten. */
void sh_tls_goodbye(struct ssl_st *);

#endif
