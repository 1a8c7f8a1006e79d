/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What the driver's two files share: retell.c (webhooks, meaning, table) and rest.c (everything that asks Retell).
 */
#ifndef RETELL_H
#define RETELL_H

#include <switchhook/driver.h>

/* Indices of retell_settings. */
enum {
#define SETTING(id_, name_, scope_, kind_, help_, ...) RETELL_##id_,
#include "drivers/retell/settings.def"
};

/* retell.c: hands over a call object of the REST API as an event; writes whom a call is for. */
void retell_look(struct sh_ctx *, const struct sh_json *call);
void retell_put_agent(struct sh_ctx *, struct sh_out *, struct sh_str agent_id, struct sh_str version);

/* rest.c */
sh_driver_request_f retell_check_request, retell_numbers_request, retell_agents_request, retell_call_request;
sh_driver_parse_f retell_check_parse, retell_numbers_parse, retell_agents_parse, retell_calls_parse, retell_call_parse;
sh_driver_dial_request_f retell_dial_request;
sh_driver_dial_parse_f retell_dial_parse;
sh_driver_calls_request_f retell_calls_request;

#endif
