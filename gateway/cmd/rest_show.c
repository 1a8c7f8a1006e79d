/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/rest_show.c: an answer for people. A list is a table of the columns in rest.def, anything else a line a member.
 */
#include "gateway/cmd/rest.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/cmd/command.h"

#define SHOW_BYTES (64 << 20)
#define SHOW_COLUMNS 12
#define SHOW_CELL 3000 /* bytes of a value in a table; the longest is a decision in plain words */

/* How wide it is on the screen: characters, since none of what is shown is wider than one. */
static size_t
show_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* A value as one line of text; good until v changes. Control characters would play with the terminal. */
static void
show_value(json_object *v, struct sh_buf *out)
{
	const char *s = !v ? ""
			: json_object_is_type(v, json_type_string)
			    ? json_object_get_string(v)
			    : json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	for (; *s; s++)
		sh_buf_add_char(out, (unsigned char)*s < ' ' || *s == 0x7f ? ' ' : *s);
	sh_buf_add(out, "", 0);
}

static void
show_pad(struct sh_buf *out, size_t n)
{
	while (n--)
		sh_buf_add_char(out, ' ');
}

/* ---- tables ---- */

struct show_column {
	char name[40];
	size_t width;
};

static size_t
show_columns(const char *list, struct show_column *c)
{
	size_t n = 0;

	for (; *list && n < SHOW_COLUMNS; list += *list == ' ') {
		size_t length = strcspn(list, " ");

		snprintf(c[n].name, sizeof(c[n].name), "%.*s", (int)length, list);
		c[n].width = show_width(c[n].name);
		list += length;
		n++;
	}
	return n;
}

static void
show_cell(json_object *row, const char *name, char out[SHOW_CELL])
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	json_object *v = NULL;
	size_t n;

	sh_buf_init(&b, SHOW_BYTES);
	if (json_object_object_get_ex(row, name, &v))
		show_value(v, &b);
	n = b.n < SHOW_CELL - 1 ? b.n : SHOW_CELL - 1;
	n = sh_text_utf8_valid((struct sh_str){ sh_buf_str(&b).s, n });
	memcpy(out, sh_buf_str(&b).s, n);
	out[n] = '\0';
}

static void
show_line(const struct show_column *c, size_t n, char (*cells)[SHOW_CELL], struct sh_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		sh_buf_add_z(out, cells[i]);
		if (i + 1 < n)
			show_pad(out, c[i].width - show_width(cells[i]) + 2);
	}
	while (out->n && out->s[out->n - 1] == ' ')
		out->n--;
	sh_buf_add_char(out, '\n');
}

static void
show_table(const char *columns, json_object *rows, struct sh_buf *out)
{
	struct show_column c[SHOW_COLUMNS];
	char cells[SHOW_COLUMNS][SHOW_CELL];
	size_t n = show_columns(columns, c), count = json_object_array_length(rows);

	for (size_t i = 0; i < count * n; i++) {
		size_t width;

		show_cell(json_object_array_get_idx(rows, i / n), c[i % n].name, cells[0]);
		width = show_width(cells[0]);
		if (width > c[i % n].width)
			c[i % n].width = width;
	}
	for (size_t i = 0; i < n; i++)
		memcpy(cells[i], c[i].name, sizeof(c[i].name));
	show_line(c, n, cells, out);
	for (size_t r = 0; r < count; r++) {
		for (size_t i = 0; i < n; i++)
			show_cell(json_object_array_get_idx(rows, r), c[i].name, cells[i]);
		show_line(c, n, cells, out);
	}
}

/* ---- one thing ---- */

static void
show_members(json_object *doc, struct sh_buf *out)
{
	size_t width = 0;

	json_object_object_foreach(doc, name, unused)
	{
		(void)unused;
		if (show_width(name) > width)
			width = show_width(name);
	}
	json_object_object_foreach(doc, key, value)
	{
		if (!value)
			continue;
		sh_buf_add_z(out, key);
		show_pad(out, width - show_width(key) + 2);
		show_value(value, out);
		sh_buf_add_char(out, '\n');
	}
}

/* What a list has beside its rows, such as a customer's balance. */
static void
show_beside(json_object *doc, struct sh_buf *out)
{
	json_object_object_foreach(doc, key, value)
	{
		if (!value || strcmp(key, "data") == 0 || strcmp(key, "next_cursor") == 0)
			continue;
		sh_buf_printf(out, "\n%s  ", key);
		show_value(value, out);
		sh_buf_add_char(out, '\n');
	}
}

void
sh_rest_format(const struct sh_rest_verb *v, json_object *doc, struct sh_buf *out)
{
	json_object *data = NULL;

	if (*v->columns && json_object_is_type(doc, json_type_object) && json_object_object_get_ex(doc, "data", &data) &&
	    json_object_is_type(data, json_type_array)) {
		show_table(v->columns, data, out);
		show_beside(doc, out);
	} else if (json_object_is_type(doc, json_type_object)) {
		show_members(doc, out);
	} else if (doc) {
		show_value(doc, out);
		sh_buf_add_char(out, '\n');
	}
}

static const char *
show_text(json_object *doc, const char *name)
{
	json_object *v = NULL;

	if (!json_object_is_type(doc, json_type_object) || !json_object_object_get_ex(doc, name, &v) ||
	    !json_object_is_type(v, json_type_string))
		return NULL;
	return json_object_get_string(v);
}

void
sh_rest_format_problem(int status, json_object *doc, struct sh_buf *out)
{
	const char *code = show_text(doc, "code"), *detail = show_text(doc, "detail");
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
		const char *pointer = show_text(json_object_array_get_idx(fields, i), "pointer");
		const char *why = show_text(json_object_array_get_idx(fields, i), "detail");

		sh_buf_printf(out, "  %s: %s\n", pointer ? pointer : "", why ? why : "");
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
	sh_rest_format_problem(a->status, doc, &out);
	fputs(sh_buf_str(&out).s, stderr);
	return SH_EXIT_FAILED;
}

int
sh_rest_show(const struct sh_rest_request *q, const struct sh_rest_answer *a)
{
	json_object *doc = a->body.n ? json_tokener_parse(sh_buf_str(&a->body).s) : NULL;
	SH_CLEANUP(sh_buf_wipe) struct sh_buf out;
	const char *next;
	int status = SH_EXIT_OK;

	sh_buf_init(&out, SHOW_BYTES);
	if (a->status < 200 || a->status > 299) {
		status = show_problem(q, a, doc);
	} else if (q->json) {
		if (a->body.n)
			printf("%s\n", sh_buf_str(&a->body).s);
	} else {
		sh_rest_format(q->verb, doc, &out);
		fwrite(sh_buf_str(&out).s, 1, out.n, stdout);
		next = show_text(doc, "next_cursor");
		if (next)
			fprintf(stderr, "There is more: --cursor %s\n", next);
	}
	json_object_put(doc);
	return fflush(stdout) == 0 ? status : SH_EXIT_FAILED;
}
