/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * driver/call.h: one call into a driver, with its arena and what it handed over.
 *
 *	struct sh_driver_call c;
 *	sh_driver_call_init(&c, driver, arena_bytes, now_ms);
 *	if (sh_driver_ask(&c, SH_CAN_NUMBERS, account, cursor, &request, &e) != SH_OK) …
 *	…						// send it; the call waits for the answer
 *	answer = sh_driver_read(&c, SH_CAN_NUMBERS, account, &exchange);
 *	if (c.failed) …					// past its ceiling, or it broke a rule: c.why
 *	for (struct sh_number_item *n = c.numbers; n; n = n->next) …
 *	sh_driver_call_clear(&c);			// everything it gave ends here
 *
 * The runs of one call share its arena (ask, then read). Each run notes driver and function where the master sees
 * them (board.h), so that a worker that dies or hangs inside names the culprit. An allocation past the ceiling ends the run
 * (siglongjmp): a driver never sees NULL. A run that failed gives the safe answer, and no other run begins after it.
 */
#ifndef SH_DRIVER_CALL_H
#define SH_DRIVER_CALL_H

#include <setjmp.h>

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/driver/load.h"

struct sh_number_item {
	struct sh_number_item *next;
	struct sh_number number;
};
struct sh_agent_item {
	struct sh_agent_item *next;
	struct sh_agent agent;
};
struct sh_event_item {
	struct sh_event_item *next;
	struct sh_event event;
};
/* A number or an agent that cannot be stored, for want of an id; the others of its list can. */
struct sh_dropped_item {
	struct sh_dropped_item *next;
	uint32_t row; /* of all that the runs of this call handed over, from 1 */
	const char *why;
};
#define SH_DROPPED_TOLD 20 /* so many are told of, and the others counted */

struct sh_driver_call {
	struct sh_ctx cx; /* first: the services find the call from it */
	const struct sh_driver_loaded *driver;
	const struct sh_driver *table;
	struct sh_arena *arena;
	const char *function; /* which one runs, or ran last */
	bool failed;
	const char *why;
	bool nameless; /* it handed over a call without an id, out of a list or a look-up */
	bool lost; /* the cursor that it asked with cannot be kept, so that there is no going on */
	sigjmp_buf overflow;
	const struct sh_account *account; /* of the run */
	struct sh_host_out *outs; /* JSON texts that are being written */
	size_t outs_bytes; /* of all of them; under the arena's ceiling, too */
	size_t ceiling;
	struct sh_str reason; /* what outcome found: the word of the row that fits; absent: none does */
	bool unknown; /* and whether the driver does not know why the call ended */
	struct sh_number_item *numbers, **numbers_end;
	struct sh_agent_item *agents, **agents_end;
	struct sh_event_item *events, **events_end;
	uint32_t nnumbers, nagents, nevents; /* of the last answer that was read */
	struct sh_dropped_item *dropped, **dropped_end;
	uint32_t nrows, ndropped;
};

/* arena_bytes is the ceiling of all that the runs allocate and hand over. */
void sh_driver_call_init(struct sh_driver_call *, const struct sh_driver_loaded *, size_t arena_bytes, int64_t now_ms);
void sh_driver_call_clear(struct sh_driver_call *);

/* Ends the run that is under way as failed; never returns. For the services. */
void sh_driver_call_fail(struct sh_driver_call *, const char *why) __attribute__((noreturn));

/* Is there a page after this one? */
bool sh_driver_call_more(const struct sh_driver_call *);

#define SH_DRIVER_CURSOR 1024

/* A walk through the pages of a list. It remembers one cursor, and a later one each time that it has come twice as far. */
struct sh_driver_walk {
	uint32_t pages;
	size_t n;
	char kept[SH_DRIVER_CURSOR];
};

/* The next page's cursor; false: the walk goes round, and its list does not end. A round is noticed within three times its way. */
bool sh_driver_walk_on(struct sh_driver_walk *, struct sh_str cursor);

/*
 * The runs. The capability must be there (sh_driver_can); where a driver need not have the function, its absence is
 * answered as driver.h says.
 *
 * A request that may not go out (sh_driver_check_request) or that the driver left empty is SH_EINVALID or SH_EDENIED,
 * and so is a run that failed; *ret lives as long as the call.
 */
enum sh_status sh_driver_ask(struct sh_driver_call *, enum sh_capability, const struct sh_account *, struct sh_str cursor_or_id,
    struct sh_request *ret, struct sh_error *) SH_MUST_CHECK; /* CHECK, NUMBERS, AGENTS, CALL */
enum sh_status sh_driver_ask_calls(struct sh_driver_call *, const struct sh_account *, const struct sh_query *,
    struct sh_str cursor, struct sh_request *ret, struct sh_error *) SH_MUST_CHECK;
enum sh_status sh_driver_ask_dial(struct sh_driver_call *, const struct sh_account *, const struct sh_dial *,
    struct sh_request *ret, struct sh_error *) SH_MUST_CHECK;

/* CHECK, NUMBERS, AGENTS, CALLS, CALL. FAILED if the run failed; cx.text then says why. */
enum sh_answer sh_driver_read(
    struct sh_driver_call *, enum sh_capability, const struct sh_account *, const struct sh_exchange *) SH_MUST_CHECK;
/* UNKNOWN if the run failed or answered what cannot be: a placing that driver.h does not know, PLACED without a call id. */
struct sh_placed sh_driver_read_dial(struct sh_driver_call *, const struct sh_account *, const struct sh_exchange *) SH_MUST_CHECK;

/* INVALID if the run failed. */
enum sh_verdict sh_driver_verify(struct sh_driver_call *, const struct sh_delivery *, const struct sh_account *) SH_MUST_CHECK;
enum sh_answer sh_driver_normalize(struct sh_driver_call *, const struct sh_delivery *, const struct sh_account *) SH_MUST_CHECK;
/* Without the function, or if its run failed: 204, and 404 for a question. */
struct sh_reply sh_driver_reply(
    struct sh_driver_call *, const struct sh_delivery *, const struct sh_account *, const struct sh_finding *);
/*
 * What the table of reasons says, as the driver's outcome corrects it; and no more calls if a fact says so. OTHER and NEVER if no
 * row fits (the call says so: unknown), or if the run failed or answered what driver.h does not know.
 */
struct sh_disposition sh_driver_outcome(struct sh_driver_call *, const struct sh_pair *facts, size_t n);
/* Why, in a word, for people: the provider's reason, what outcome found in another fact, or the status. Borrows; absent: none. */
struct sh_str sh_driver_reason_word(const struct sh_driver_call *, const struct sh_pair *facts, size_t n);
/* Are these three enums among those of driver.h? */
bool sh_driver_disposition_ok(const struct sh_disposition *);

/*
 * The values for a driver's settings table out of what is stored: JSON objects {"name": "value"} of the account
 * and, if the call concerns one, of the agent and number; secrets likewise, where "name" may also be
 * {"now": "…", "old": "…", "old_until_ms": n}: old is dropped after that instant. Fallbacks are filled in; the base URL
 * loses the slashes at its end. Lives in the arena.
 */
struct sh_account *sh_driver_account(struct sh_arena *, const struct sh_driver_loaded *, const struct sh_json *const *stored,
    size_t n, int64_t now_ms);

/* Are these values fit for the table? Fills *e with the first fault: unknown name, wrong kind, not among the choices, too long. */
enum sh_status sh_driver_check_setting(
    const struct sh_driver_loaded *, struct sh_str name, struct sh_str value, struct sh_error *e);

/* May this request go out: https (or the base URL's own scheme), host one of the driver's or of the account's base URL? */
enum sh_status sh_driver_check_request(
    const struct sh_driver_loaded *, const struct sh_account *, const struct sh_request *, struct sh_error *);

/* Names for enums, as the API and the store spell them: "voicemail", "call_ended", "policy" …; and back (-1: none). */
const char *sh_outcome_name(enum sh_outcome);
const char *sh_kind_name(enum sh_kind);
int sh_kind_parse(struct sh_str);
const char *sh_retry_name(enum sh_retry);
const char *sh_action_name(enum sh_action);
const char *sh_channel_name(enum sh_channel);
int sh_channel_parse(struct sh_str);
const char *sh_direction_name(enum sh_direction);
const char *sh_scope_name(enum sh_setting_scope);
const char *sh_setting_kind_name(enum sh_setting_kind);

#endif
