/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/rest_text.h: what answers for people are put together from. For rest_show.c, which shows whatever comes, and rest_story.c, which
 * knows what some answers are about.
 */
#ifndef SH_CMD_REST_TEXT_H
#define SH_CMD_REST_TEXT_H

#include <json-c/json.h>

#include "gateway/base/buf.h"

struct sh_rest_verb;

/* A value in one line. Control characters would play with the terminal; lists are "a, b", an empty one is "none". */
void sh_rest_text_value(json_object *, struct sh_buf *out);

/* rows: an array of objects; columns: names of their members. */
void sh_rest_text_table(const char *columns, json_object *rows, struct sh_buf *out);

/*
 * A line a member, those that say what it is first; members of members as "settings.voice"; lists of objects as tables behind all. skip:
 * names that are left out, ends with NULL; may be NULL.
 */
void sh_rest_text_members(json_object *doc, const char *const *skip, struct sh_buf *out);

/* A text in lines that begin with so many blanks: as wide as the terminal, or one line where there is none. */
void sh_rest_text_wrapped(const char *text, size_t indent, struct sh_buf *out);
void sh_rest_text_width(size_t columns);	/* 0, the default: no terminal */

/* A member's text; NULL: it is not there, or none. */
const char *sh_rest_text_str(json_object *doc, const char *name);

/* Answers that have a story. false: this one has none. */
bool sh_rest_story(const struct sh_rest_verb *, json_object *doc, struct sh_buf *out);

#endif
