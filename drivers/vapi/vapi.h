/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What the driver's two files share: vapi.c (webhooks, meaning, table) and rest.c (everything that asks Vapi).
 */
#ifndef VAPI_H
#define VAPI_H

#include <switchhook/driver.h>

/* Indices of vapi_settings. */
enum {
#define SETTING(id_, name_, scope_, kind_, help_, ...) VAPI_##id_,
#include "drivers/vapi/settings.def"
};

/* Squads are agents like assistants, told apart by a word before their id, since a call asks for one or the other. */
#define VAPI_SQUAD "squad:"

/* vapi.c: what a message and the call in it say; a number, in E.164 if it is one; after this reason, was nobody on the line? */
void vapi_read(struct sh_ctx *, const struct sh_json *m, const struct sh_json *call, struct sh_event *);
struct sh_str vapi_number(struct sh_ctx *, const struct sh_json *number);
bool vapi_unheard(struct sh_ctx *, struct sh_str reason);

/* rest.c; writes whom a call is for, and opens the object of overrides, with the variables in it. */
void vapi_put_agent(struct sh_ctx *, struct sh_out *, struct sh_str agent_id, const struct sh_pair *variables, uint32_t n);
sh_driver_request_f vapi_check_request, vapi_numbers_request, vapi_agents_request, vapi_call_request;
sh_driver_parse_f vapi_check_parse, vapi_numbers_parse, vapi_agents_parse, vapi_calls_parse, vapi_call_parse;
sh_driver_dial_request_f vapi_dial_request;
sh_driver_dial_parse_f vapi_dial_parse;
sh_driver_calls_request_f vapi_calls_request;

#endif
