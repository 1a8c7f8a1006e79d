/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/redact.h: a provider's message without the people in it.
 *
 * Every phone number, SIP address, mail address, name, id, token, URL, IP address and spoken word becomes another one of the same shape. The same
 * value becomes the same one wherever it stands, in this message and in the next ones under the same key, so that events of one call still
 * belong together; without the key nobody can tell what it was. Numbers become ones that are reserved for fiction (+1 NXX 555 01XX), addresses
 * those of example.com and 192.0.2.0/24.
 *
 * What is told by the member's name (`customer_name`, `transcript`) depends on a list of words; what is told by its looks does not.
 * So a person reads the result before it goes anywhere: the command says so.
 */
#ifndef SH_KIT_REDACT_H
#define SH_KIT_REDACT_H

#include "gateway/base/arena.h"

enum redact_kind {
	REDACT_NUMBER, /* a phone number or a SIP address */
	REDACT_MAIL,
	REDACT_NAME,
	REDACT_ID,
	REDACT_TOKEN,
	REDACT_URL,
	REDACT_ADDRESS, /* of a machine */
	REDACT_SPEECH,
	REDACT_OTHER, /* a value that the operator or the caller chose */
	REDACT_KINDS
};

/* A member whose values were replaced. */
struct redact_member {
	struct redact_member *next;
	struct sh_str name;
	enum redact_kind kind;
};

struct redact {
	struct sh_arena *arena;
	uint8_t key[32];
	unsigned count[REDACT_KINDS];
	bool unnamed; /* the body had no members, by whose names a value is known */
	const char *const *keep; /* names of members that stay as they are; ends with NULL */
	struct redact_seen **seen; /* by their first bytes */
	struct redact_member *members; /* each once a kind, in the order of its first value */
};

const char *redact_kind_name(enum redact_kind);

/* JSON or a form; anything else is taken for text, in which only looks tell. */
struct sh_str redact_body(struct redact *, struct sh_str body);
/* A header's value, by the header's name in lower case. */
struct sh_str redact_header(struct redact *, struct sh_str name, struct sh_str value);
/* Path and query of a request: a form behind the question mark. */
struct sh_str redact_query(struct redact *, struct sh_str query);

/* kit/redact_value.c: what a value of that name is, and another one in its place. */
struct sh_str redact_value(struct redact *, struct sh_str name, bool chosen, struct sh_str value);
/* What gives itself away by its looks inside a text. */
struct sh_str redact_text(struct redact *, struct sh_str text);
struct sh_str redact_make(struct redact *, enum redact_kind, struct sh_str value);
/* Are this member's members chosen by operators and callers, whatever they are called? */
bool redact_is_chosen(struct sh_str name);

#endif
