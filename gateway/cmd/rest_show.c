/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/rest_show.c: an answer for people. A list is a table of the columns in rest.def, some answers have a story (rest_story.c),
 * anything else is a line a member.
 */
#include "gateway/cmd/rest.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gateway/cmd/command.h"
#include "gateway/cmd/rest_text.h"

#define SHOW_BYTES (64 << 20)

/* What a list has beside its rows, such as a customer's balance. */
static void
show_beside(json_object *doc, struct sh_buf *out)
{
	json_object_object_foreach(doc, key, value)
	{
		if (!value || strcmp(key, "data") == 0 || strcmp(key, "next_cursor") == 0)
			continue;
		sh_buf_printf(out, "\n%s  ", key);
		sh_rest_text_value(value, out);
		sh_buf_add_char(out, '\n');
	}
}

void
sh_rest_format(const struct sh_rest_verb *v, json_object *doc, struct sh_buf *out)
{
	json_object *data = NULL;

	if (json_object_is_type(doc, json_type_object) && sh_rest_story(v, doc, out))
		return;
	if (*v->columns && json_object_is_type(doc, json_type_object) && json_object_object_get_ex(doc, "data", &data) &&
	    json_object_is_type(data, json_type_array)) {
		sh_rest_text_table(v->columns, data, out);
		show_beside(doc, out);
	} else if (json_object_is_type(doc, json_type_object)) {
		sh_rest_text_members(doc, NULL, out);
	} else if (doc) {
		sh_rest_text_value(doc, out);
		sh_buf_add_char(out, '\n');
	}
}

/* What people wrote: the API's member /to_number is --to of this command, ?state its --state. NULL: it is no option of it. */
static const struct sh_rest_option *
show_option(const struct sh_rest_verb *v, enum sh_rest_place place, struct sh_str field)
{
	for (size_t i = 0; v && field.n && i < sh_rest_noptions; i++) {
		const struct sh_rest_option *o = &sh_rest_options[i];

		if (o->verb == v - sh_rest_verbs && o->type != SH_REST_ALWAYS && o->place == place && sh_str_is(field, o->field))
			return o;
	}
	return NULL;
}

/* "--to: ", "--variable callback_time: ", or the pointer as it is. */
static void
show_pointer(const struct sh_rest_verb *v, const char *pointer, struct sh_buf *out)
{
	size_t n = *pointer ? strcspn(pointer + 1, "/") : 0; /* of the member's name */
	const struct sh_rest_option *o =
	    show_option(v, *pointer == '?' ? SH_REST_QUERY : SH_REST_BODY, (struct sh_str){ pointer + (*pointer != '\0'), n });
	const char *within = *pointer ? pointer + 1 + n : "";

	if (o)
		sh_buf_printf(out, "%s%s%s%s: ", sh_rest_is_argument(o) ? "" : "--", o->name, *within ? " " : "", *within ? within + 1 : "");
	else if (*pointer)
		sh_buf_printf(out, "%s: ", pointer);
}

/* Of a policy that was given as a file, faults have the member's name for it: "policy:3:1: …". */
static void
show_why(const struct sh_rest_request *q, const char *pointer, const char *why, struct sh_buf *out)
{
	size_t n = strcspn(why, ":");

	for (size_t i = 0; q && !*pointer && i < SH_LENGTH(q->files); i++)
		if (q->files[i].file && sh_str_is((struct sh_str){ why, n }, q->files[i].field)) {
			sh_buf_add_z(out, q->files[i].file);
			why += n;
		}
	sh_buf_printf(out, "%s\n", why);
}

void
sh_rest_format_problem(const struct sh_rest_request *q, int status, json_object *doc, struct sh_buf *out)
{
	const char *code = sh_rest_text_str(doc, "code"), *detail = sh_rest_text_str(doc, "detail");
	json_object *fields = NULL;

	sh_buf_printf(out, "%s: ", code ? code : "no_problem_document");
	if (detail)
		sh_buf_printf(out, "%s\n", detail);
	else
		sh_buf_printf(out, "the answer's status is %d; is this a gateway?\n", status);
	if (!json_object_is_type(doc, json_type_object) || !json_object_object_get_ex(doc, "errors", &fields) ||
	    !json_object_is_type(fields, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(fields); i++) {
		const char *pointer = sh_rest_text_str(json_object_array_get_idx(fields, i), "pointer");
		const char *why = sh_rest_text_str(json_object_array_get_idx(fields, i), "detail");

		sh_buf_add_z(out, "  ");
		show_pointer(q ? q->verb : NULL, pointer ? pointer : "", out);
		show_why(q, pointer ? pointer : "", why ? why : "", out);
	}
}

/* ---- */

static int
show_problem(const struct sh_rest_request *q, const struct sh_rest_answer *a, json_object *doc)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf out;

	sh_buf_init(&out, SHOW_BYTES);
	if (q->json)
		printf("%s\n", sh_buf_str(&a->body).s);
	sh_rest_format_problem(q, a->status, doc, &out);
	fputs(sh_buf_str(&out).s, stderr);
	return SH_EXIT_FAILED;
}

int
sh_rest_show(const struct sh_rest_request *q, const struct sh_rest_answer *a)
{
	json_object *doc = a->body.n ? json_tokener_parse(sh_buf_str(&a->body).s) : NULL;
	SH_CLEANUP(sh_buf_wipe) struct sh_buf out;
	const char *next;
	struct winsize w;
	int status = SH_EXIT_OK;

	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0)
		sh_rest_text_width(w.ws_col);
	sh_buf_init(&out, SHOW_BYTES);
	if (a->status < 200 || a->status > 299) {
		status = show_problem(q, a, doc);
	} else if (q->json) {
		if (a->body.n)
			printf("%s\n", sh_buf_str(&a->body).s);
	} else {
		sh_rest_format(q->verb, doc, &out);
		fwrite(sh_buf_str(&out).s, 1, out.n, stdout);
		next = sh_rest_text_str(doc, "next_cursor");
		if (next)
			fprintf(stderr, "There is more: --cursor %s\n", next);
	}
	json_object_put(doc);
	return fflush(stdout) == 0 ? status : SH_EXIT_FAILED;
}
