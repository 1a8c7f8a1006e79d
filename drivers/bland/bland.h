/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What the driver's two files share: bland.c (webhooks, meaning, table) and rest.c (everything that asks Bland).
 */
#ifndef BLAND_H
#define BLAND_H

#include <switchhook/driver.h>

/* Indices of bland_settings. */
enum {
#define SETTING(id_, name_, scope_, kind_, help_, ...) BLAND_##id_,
#include "drivers/bland/settings.def"
};

/* No call may be made that is longer: the table's call_s says so. */
#define BLAND_MINUTES 120

/* bland.c: hands over a call object of the REST API as an event; a number with its plus. */
void bland_look(struct sh_ctx *, const struct sh_account *, const struct sh_json *call);
struct sh_str bland_number(struct sh_ctx *, const struct sh_json *, const char *key);

/* rest.c */
sh_driver_request_f bland_check_request, bland_numbers_request, bland_agents_request, bland_call_request;
sh_driver_parse_f bland_check_parse, bland_numbers_parse, bland_agents_parse, bland_calls_parse, bland_call_parse;
sh_driver_dial_request_f bland_dial_request;
sh_driver_dial_parse_f bland_dial_parse;
sh_driver_calls_request_f bland_calls_request;

#endif
