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
	BLAND_WEBHOOK_SECRET,
	BLAND_API_KEY,
	BLAND_BASE_URL,
	BLAND_OWN_TWILIO,
	BLAND_WEB_AGENTS,
	BLAND_VERSION,
	BLAND_TASK,
	BLAND_OPTIONS,
	BLAND_MAX_MINUTES,
	BLAND_CALLBACK,
	BLAND_CALLBACK_TIME,
	BLAND_DO_NOT_CALL,
	BLAND_DO_NOT_CALL_TAG
};

/* No call may be made that is longer: the table's call_s says so. */
#define BLAND_MINUTES 120

/* bland.c: hands over a call object of the REST API as an event; a number with its plus; do they read alike? does it contain it? */
void bland_look(struct sh_ctx *, const struct sh_account *, const struct sh_json *call);
struct sh_str bland_number(struct sh_ctx *, const struct sh_json *, const char *key);
bool bland_like(struct sh_str, struct sh_str);
bool bland_has(struct sh_str text, const char *phrase);

/* rest.c */
sh_driver_request_f bland_check_request, bland_numbers_request, bland_agents_request, bland_call_request;
sh_driver_parse_f bland_check_parse, bland_numbers_parse, bland_agents_parse, bland_calls_parse, bland_call_parse;
sh_driver_dial_request_f bland_dial_request;
sh_driver_dial_parse_f bland_dial_parse;
sh_driver_calls_request_f bland_calls_request;

#endif
