/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/log.h: one JSON object a line, to standard error.
 *
 *	sh_log(SH_LOG_WARN, "dial.ambiguous", "the provider did not answer",
 *	       SH_F_ID("dial_id", &d->id), SH_F_INT("after_ms", ms), SH_F_STR("driver", name));
 *
 * gives {"at":"2026-…Z","level":"warn","event":"dial.ambiguous","text":"…","pid":7,"process":"worker 0","dial_id":"…"}.
 * No personal data and no secrets: there is no field type for them, and text is a constant. Values are cut at
 * 512 bytes, bad UTF-8 is replaced. `at` is the machine's clock, so that lines of a trial stay in order.
 */
#ifndef SH_BASE_LOG_H
#define SH_BASE_LOG_H

#include <stdbool.h>

#include <switchhook/driver.h>

#include "gateway/base/id.h"
#include "gateway/base/macro.h"

struct sh_field {
	enum { SH_FIELD_END, SH_FIELD_STR, SH_FIELD_INT, SH_FIELD_BOOL, SH_FIELD_ID } type;
	const char *name;
	struct sh_str str;
	int64_t i;
	const struct sh_id *id;
};

#define SH_F_STR(name_, z) ((struct sh_field){ .type = SH_FIELD_STR, .name = (name_), .str = sh_str(z) })
#define SH_F_TEXT(name_, s_) ((struct sh_field){ .type = SH_FIELD_STR, .name = (name_), .str = (s_) })
#define SH_F_INT(name_, v) ((struct sh_field){ .type = SH_FIELD_INT, .name = (name_), .i = (v) })
#define SH_F_BOOL(name_, v) ((struct sh_field){ .type = SH_FIELD_BOOL, .name = (name_), .i = (v) })
#define SH_F_ID(name_, p) ((struct sh_field){ .type = SH_FIELD_ID, .name = (name_), .id = (p) })

#define sh_log(level, event, text, ...) \
	sh_log_fields((level), (event), (text), (const struct sh_field[]){ __VA_ARGS__ __VA_OPT__(,) { .type = SH_FIELD_END } })

void sh_log_fields(enum sh_log_level, const char *event, const char *text, const struct sh_field *);

/* Lines below this level are dropped; SH_LOG_INFO at start. */
void sh_log_set_level(enum sh_log_level);
bool sh_log_level_parse(const char *name, enum sh_log_level *ret);	/* debug info warn error */

/* Named in each line from now on: "master", "keyholder", "worker 3". Copied. */
void sh_log_set_process(const char *name);

#endif
