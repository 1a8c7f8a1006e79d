/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/cmd/rest_text.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/text.h"

#define TEXT_BYTES (64 << 20)
#define TEXT_COLUMNS 12
#define TEXT_CELL 3000	/* bytes of a value in a table; the longest is a decision in plain words */
#define TEXT_PAD 80	/* a column is no wider for a longer value */
#define TEXT_NAME 200
#define TEXT_LINE_LEAST 40

static size_t text_columns;

/* How wide it is on the screen: characters, since none of what is shown is wider than one. */
static size_t
text_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void
text_pad(struct sh_buf *out, size_t n)
{
	while (n--)
		sh_buf_add_char(out, ' ');
}

/* ---- values ---- */

static void
text_list(json_object *list, struct sh_buf *out)
{
	size_t n = json_object_array_length(list);

	for (size_t i = 0; i < n; i++) {
		json_object *v = json_object_array_get_idx(list, i);

		if (i > 0)
			sh_buf_add_z(out, json_object_is_type(v, json_type_object) ? "; " : ", ");
		sh_rest_text_value(v, out);
	}
	if (n == 0)
		sh_buf_add_z(out, "none");
}

static void
text_object(json_object *doc, struct sh_buf *out)
{
	const char *between = "";

	json_object_object_foreach(doc, key, value)
	{
		if (!value)
			continue;
		sh_buf_printf(out, "%s%s ", between, key);
		sh_rest_text_value(value, out);
		between = " ";
	}
	if (!*between)
		sh_buf_add_z(out, "none");
}

void
sh_rest_text_value(json_object *v, struct sh_buf *out)
{
	const char *s = v ? json_object_get_string(v) : "";

	if (json_object_is_type(v, json_type_array))
		text_list(v, out);
	else if (json_object_is_type(v, json_type_object))
		text_object(v, out);
	else
		for (; *s; s++)
			sh_buf_add_char(out, (unsigned char)*s < ' ' || *s == 0x7f ? ' ' : *s);
	sh_buf_add(out, "", 0);
}

const char *
sh_rest_text_str(json_object *doc, const char *name)
{
	json_object *v = NULL;

	if (!json_object_is_type(doc, json_type_object) || !json_object_object_get_ex(doc, name, &v) ||
	    !json_object_is_type(v, json_type_string))
		return NULL;
	return json_object_get_string(v);
}

/* ---- tables ---- */

struct text_column {
	char name[40];
	size_t width;
};

static size_t
text_read_columns(const char *list, struct text_column *c)
{
	size_t n = 0;

	for (; *list && n < TEXT_COLUMNS; list += *list == ' ') {
		size_t length = strcspn(list, " ");

		snprintf(c[n].name, sizeof(c[n].name), "%.*s", (int)length, list);
		c[n].width = text_width(c[n].name);
		list += length;
		n++;
	}
	return n;
}

static void
text_cell(json_object *row, const char *name, char out[TEXT_CELL])
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	json_object *v = NULL;
	size_t n;

	sh_buf_init(&b, TEXT_BYTES);
	if (json_object_object_get_ex(row, name, &v))
		sh_rest_text_value(v, &b);
	n = b.n < TEXT_CELL - 1 ? b.n : TEXT_CELL - 1;
	n = sh_text_utf8_valid((struct sh_str){ sh_buf_str(&b).s, n });
	memcpy(out, sh_buf_str(&b).s, n);
	out[n] = '\0';
}

static void
text_line(const struct text_column *c, size_t n, char (*cells)[TEXT_CELL], struct sh_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		size_t width = text_width(cells[i]);

		sh_buf_add_z(out, cells[i]);
		if (i + 1 < n)
			text_pad(out, (width < c[i].width ? c[i].width - width : 0) + 2);
	}
	while (out->n && out->s[out->n - 1] == ' ')
		out->n--;
	sh_buf_add_char(out, '\n');
}

void
sh_rest_text_table(const char *columns, json_object *rows, struct sh_buf *out)
{
	struct text_column c[TEXT_COLUMNS];
	char cells[TEXT_COLUMNS][TEXT_CELL];
	size_t n = text_read_columns(columns, c), count = json_object_array_length(rows);

	for (size_t i = 0; i < count * n; i++) {
		size_t width;

		text_cell(json_object_array_get_idx(rows, i / n), c[i % n].name, cells[0]);
		width = text_width(cells[0]);
		if (width > c[i % n].width && width <= TEXT_PAD)
			c[i % n].width = width;
	}
	for (size_t i = 0; i < n; i++)
		memcpy(cells[i], c[i].name, sizeof(c[i].name));
	text_line(c, n, cells, out);
	for (size_t r = 0; r < count; r++) {
		for (size_t i = 0; i < n; i++)
			text_cell(json_object_array_get_idx(rows, r), c[i].name, cells[i]);
		text_line(c, n, cells, out);
	}
}

/* ---- one thing ---- */

/* What somebody looks for first, in this order; the rest as it came. */
static const char *const text_first[] = { "id", "callback_id", "name", "number", "state", "valid", "what", "attempt", "is_final_attempt",
	"to_number", "from_number", "asked_at", "due_at", "permitted_at", "moved_by", "waits_for", "reason", NULL };

struct text_walk {
	size_t width;
	json_object *tables;	/* {"name", "rows"} of lists of objects */
	struct sh_buf *out;	/* NULL: only measured */
};

static bool
text_is_among(const char *name, const char *const *names)
{
	for (; names && *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static void text_walk(struct text_walk *, const char *prefix, json_object *doc, const char *const *skip);

static bool
text_is_rows(json_object *v)
{
	return json_object_is_type(v, json_type_array) && json_object_array_length(v) > 0 &&
	       json_object_is_type(json_object_array_get_idx(v, 0), json_type_object);
}

static void
text_member(struct text_walk *w, const char *prefix, const char *key, json_object *value)
{
	char name[TEXT_NAME];

	snprintf(name, sizeof(name), "%s%s%s", prefix, *prefix ? "." : "", key);
	if (!value)
		return;
	if (json_object_is_type(value, json_type_object) && json_object_object_length(value) > 0) {
		text_walk(w, name, value, NULL);
	} else if (text_is_rows(value)) {
		json_object *table = json_object_new_object();

		json_object_object_add(table, "name", json_object_new_string(name));
		json_object_object_add(table, "rows", json_object_get(value));
		json_object_array_add(w->tables, table);
	} else if (!w->out) {
		w->width = text_width(name) > w->width ? text_width(name) : w->width;
	} else {
		sh_buf_add_z(w->out, name);
		text_pad(w->out, w->width - text_width(name) + 2);
		sh_rest_text_value(value, w->out);
		sh_buf_add_char(w->out, '\n');
	}
}

static void
text_walk(struct text_walk *w, const char *prefix, json_object *doc, const char *const *skip)
{
	json_object *v = NULL;

	for (const char *const *name = text_first; !*prefix && *name; name++)
		if (!text_is_among(*name, skip) && json_object_object_get_ex(doc, *name, &v))
			text_member(w, prefix, *name, v);
	json_object_object_foreach(doc, key, value)
		if (!text_is_among(key, skip) && (*prefix || !text_is_among(key, text_first)))
			text_member(w, prefix, key, value);
}

/* The members of the first row name the columns. */
static void
text_rows(json_object *table, struct sh_buf *out)
{
	json_object *rows = json_object_object_get(table, "rows");
	SH_CLEANUP(sh_buf_clear) struct sh_buf columns;

	sh_buf_init(&columns, TEXT_CELL);
	json_object_object_foreach(json_object_array_get_idx(rows, 0), key, unused)
	{
		(void)unused;
		sh_buf_printf(&columns, "%s%s", columns.n ? " " : "", key);
	}
	sh_buf_printf(out, "\n%s\n", sh_rest_text_str(table, "name"));
	sh_rest_text_table(sh_buf_str(&columns).s, rows, out);
}

void
sh_rest_text_members(json_object *doc, const char *const *skip, struct sh_buf *out)
{
	struct text_walk w = { .tables = json_object_new_array() };

	text_walk(&w, "", doc, skip);
	json_object_put(w.tables);
	w.tables = json_object_new_array();
	w.out = out;
	text_walk(&w, "", doc, skip);
	for (size_t i = 0; i < json_object_array_length(w.tables); i++)
		text_rows(json_object_array_get_idx(w.tables, i), out);
	json_object_put(w.tables);
}

/* ---- sentences ---- */

void
sh_rest_text_width(size_t columns)
{
	text_columns = columns;
}

void
sh_rest_text_wrapped(const char *text, size_t indent, struct sh_buf *out)
{
	size_t room = text_columns >= indent + TEXT_LINE_LEAST ? text_columns - indent : 0, at = 0;

	text_pad(out, indent);
	while (*text) {
		size_t n = strcspn(text, " "), width = 0;

		for (size_t i = 0; i < n; i++)
			width += ((unsigned char)text[i] & 0xc0) != 0x80;
		if (room && at > 0 && at + 1 + width > room) {
			sh_buf_add_char(out, '\n');
			text_pad(out, indent);
			at = 0;
		} else if (at > 0) {
			sh_buf_add_char(out, ' ');
			at++;
		}
		for (size_t i = 0; i < n; i++)
			sh_buf_add_char(out, (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i]);
		at += width;
		text += n + (text[n] == ' ');
	}
	sh_buf_add_char(out, '\n');
}
