/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* kit/redact_private.h: what redact.c and redact_value.c share. */
#ifndef SH_KIT_REDACT_PRIVATE_H
#define SH_KIT_REDACT_PRIVATE_H

#include "gateway/kit/redact.h"

/* A member's or a header's name in lower case, with '_' for '-', cut. */
struct sh_str redact_lower(struct sh_str name, char text[64]);
/* Wherever else this value stands, in a key or in the middle of a text, it is replaced, too. */
void redact_remember(struct redact *, struct sh_str value, struct sh_str other);

/* Path and query that lead to another page or thing: what is no id stays, and what is one becomes what it becomes elsewhere. */
bool redact_is_path(struct sh_str value);
struct sh_str redact_path(struct redact *, struct sh_str path);
/* For the recorder, who may have --keep it. */
void redact_note(struct redact *, struct sh_str name, enum redact_kind);

#endif
