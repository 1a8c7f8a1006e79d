/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/provider.h: a question to a workspace's provider: does the key work, which numbers, which agents?
 *
 * Opens the account, asks page by page through driver and net/, and calls `then` once, when all of it has come. What stands
 * in the way is answered: no such workspace (404), no credentials (422), a key that the provider refuses (502, and the
 * workspace remembers it), too many requests (429), anything else (502).
 */
#ifndef SH_API_PROVIDER_H
#define SH_API_PROVIDER_H

#include "gateway/api/request.h"
#include "gateway/driver/call.h"

enum sh_provider_ask { SH_PROVIDER_CHECK, SH_PROVIDER_NUMBERS, SH_PROVIDER_AGENTS };

struct sh_provider {
	uint32_t magic;
	struct sh_api_request *r;
	enum sh_provider_ask ask;
	struct sh_id workspace;
	const struct sh_driver_loaded *driver;
	/* what it found; good until the request is answered */
	struct sh_number_item *numbers;		/* united: each E.164 or provider's id once */
	struct sh_agent_item *agents;
	size_t n;

	void (*then)(struct sh_provider *);
	void *own;				/* the caller's, in rq->arena */
	struct sh_str settings, secrets;	/* as stored */
	struct sh_arena *arena;			/* the account, in clear */
	struct sh_account *account;
	struct sh_driver_call call;
	bool calling;
	struct sh_request request;
	struct sh_str cursor;
	struct sh_driver_walk walk;
};

/* The workspace must be one that the key sees. A request asks at most once. */
void sh_provider_ask(struct sh_api_request *, const struct sh_id *workspace, enum sh_provider_ask, void (*then)(struct sh_provider *));

/* {"count": n, "rows": [{"row", "field", "why"}, …]}: what of the list could not be taken; the first of them. Absent: memory is short. */
struct sh_str sh_provider_dropped(struct sh_provider *);

/*
 * Has each required setting of the account a value? Else an answer names those that have none. `given`: a JSON object of
 * the settings that are set, secrets as true. A driver that is not loaded may come back, and is not asked.
 */
bool sh_provider_complete(struct sh_api_request *, struct sh_str provider, struct sh_str given);

/* The driver of that name, or an answer that says there is none. */
const struct sh_driver_loaded *sh_provider_driver(struct sh_api_request *, struct sh_str name);
/* The answer that names what the driver is not able to do: "list agents". */
void sh_provider_cannot(struct sh_api_request *, const struct sh_driver_loaded *, enum sh_capability, const char *what);

#endif
