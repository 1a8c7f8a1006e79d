/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * What the driver's two files share: twilio.c (webhooks, TwiML, meaning, table) and rest.c (everything that asks Twilio).
 */
#ifndef TWILIO_H
#define TWILIO_H

#include <switchhook/driver.h>

/* Indices of twilio_settings. */
enum {
	TWILIO_ACCOUNT,
	TWILIO_SIGNING_KEY,
	TWILIO_SIGNING_KEY_NEXT,
	TWILIO_API_KEY,
	TWILIO_API_SECRET,
	TWILIO_BASE_URL,
	TWILIO_CONNECT_URL,
	TWILIO_CONNECT,
	TWILIO_TWIML,
	TWILIO_TWIML_URL,
	TWILIO_DETECTION,
	TWILIO_RING,
	TWILIO_RECORD
};

/* In the query of our callback URLs: was machine detection asked for? Then the end alone is not the last word. */
#define TWILIO_AMD "sh_amd"

/* twilio.c */
const struct sh_pair *twilio_query(struct sh_ctx *, struct sh_str url, size_t *ret_n); /* the part behind the '?', decoded */
int64_t twilio_time(struct sh_ctx *, struct sh_str);
void twilio_give(struct sh_ctx *, struct sh_event *, struct sh_pair *facts, struct sh_str status);
struct sh_str twilio_fill(struct sh_ctx *, struct sh_str text, const struct sh_pair *, uint32_t n, bool xml);
enum { TWILIO_FACTS = 16 }; /* of one event, at most */

/* rest.c */
sh_driver_request_f twilio_check_request, twilio_numbers_request, twilio_call_request;
sh_driver_parse_f twilio_check_parse, twilio_numbers_parse, twilio_calls_parse, twilio_call_parse;
sh_driver_dial_request_f twilio_dial_request;
sh_driver_dial_parse_f twilio_dial_parse;
sh_driver_calls_request_f twilio_calls_request;

#endif
