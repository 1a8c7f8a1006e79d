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
#define SETTING(id_, name_, scope_, kind_, help_, ...) TWILIO_##id_,
#include "drivers/twilio/settings.def"
};

/* In the query of our callback URLs: was machine detection asked for? Then the end alone is not the last word. */
#define TWILIO_AMD "sh_amd"

/* twilio.c */
void twilio_give(struct sh_ctx *, struct sh_event *, struct sh_str status);
struct sh_str twilio_fill(struct sh_ctx *, struct sh_str text, const struct sh_pair *, uint32_t n, bool xml);

/* rest.c */
sh_driver_request_f twilio_check_request, twilio_numbers_request, twilio_call_request;
sh_driver_parse_f twilio_check_parse, twilio_numbers_parse, twilio_calls_parse, twilio_call_parse;
sh_driver_dial_request_f twilio_dial_request;
sh_driver_dial_parse_f twilio_dial_parse;
sh_driver_calls_request_f twilio_calls_request;

#endif
