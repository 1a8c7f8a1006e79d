/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/dial.h: the object of one dial, shared by its three files. Not for others.
 *
 *	dial.c		T2, the keys, the request, T3, the sending
 *	dial_end.c	classification: T5, T6, T7, and who is told
 *	dial_request.c	from stored rows to the driver's question
 */
#ifndef SH_ENGINE_DIAL_H
#define SH_ENGINE_DIAL_H

#include "gateway/engine/work.h"

#define SH_MAGIC_sh_dialling 0x6469616cu
#define SH_DIAL_ARENA_BYTES (4 << 20)

struct sh_dialling {
	uint32_t magic;
	struct sh_engine *eng;
	struct sh_arena *arena;
	struct sh_ref ref; /* id: the callback */
	int epoch;
	const struct sh_driver_loaded *driver;
	struct sh_id dial;
	struct sh_dial_times times;
	struct sh_about about;
	struct sh_id agent; /* zero: none */
	int attempt;
	int64_t created_ms; /* of the callback */
	bool is_final;
	struct sh_str reason, prefix, payload, number_detail, number_e164, provider_agent_id;
	struct sh_str workspace_settings, workspace_secrets, agent_settings, agent_secrets;
	struct sh_id slug; /* of the webhook URL */
	struct sh_str slug_token;
	bool sms;
	bool unfit; /* the driver has no request for this dial, and never will */
	struct sh_driver_call call; /* request, then parse */
	bool calling; /* call is open */
	struct sh_account *account;
	struct sh_request request;
	bool hook_ran; /* the sending hook has said yes once */
	struct sh_str people; /* sealed detail of the call's row, whose id is call_row */
	struct sh_id call_row;
};

void sh_dialling_free(struct sh_dialling *);

/* Opens what is sealed and asks the driver for the request; false: *why says what is wrong with it. */
bool sh_dialling_request(struct sh_dialling *, const struct sh_tenant_key *, const char **why);

/* T6, from intent or sent. delay_s and end_reason as dial_not_placed.sql takes them. Ends the work. */
void sh_dialling_not_placed(struct sh_dialling *, const char *why, int delay_s, const char *end_reason);
/* T7. Ends the work. */
void sh_dialling_ambiguous(struct sh_dialling *, const char *why);
/* The answer came whole. Ends the work. */
void sh_dialling_answered(struct sh_dialling *, const struct sh_response *);

#endif
