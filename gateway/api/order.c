/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* api/order.c: see order.h. */
#include "gateway/api/order.h"

#include <stdio.h>

#include "gateway/base/encode.h"
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/base/writer.h"

#define ORDER_VARIABLES 200
#define ORDER_VALUE_BYTES 8192
#define ORDER_NAME_BYTES 128
#define ORDER_METADATA_BYTES 16384
#define ORDER_FORM_PAIRS 500

/* One member at the root, whichever way it came: JSON node or form text. */
struct order_field {
	struct sh_str name, text; /* text absent: neither string, number nor boolean */
	const struct sh_json *node; /* NULL in a form */
};

struct order_reading {
	struct sh_arena *arena;
	struct order_field *fields;
	size_t n;
	struct sh_order_fault *fault;
	struct sh_pair *variables;
	size_t nvariables;
};

static bool
order_fault(struct order_reading *r, const char *problem, struct sh_str pointer, const char *detail)
{
	r->fault->problem = problem;
	r->fault->pointer = pointer;
	snprintf(r->fault->detail, sizeof(r->fault->detail), "%s", detail);
	return false;
}

/* RFC 6901: "~" and "/" in a name are escaped. */
static struct sh_str
order_pointer(struct order_reading *r, const char *parent, struct sh_str name)
{
	struct sh_buf b;
	struct sh_str out;

	sh_buf_init(&b, 4096);
	sh_buf_printf(&b, "%s/", parent);
	for (size_t i = 0; i < name.n; i++) {
		if (name.s[i] == '~')
			sh_buf_add_z(&b, "~0");
		else if (name.s[i] == '/')
			sh_buf_add_z(&b, "~1");
		else
			sh_buf_add_char(&b, name.s[i]);
	}
	out = sh_arena_str(r->arena, sh_buf_str(&b));
	sh_buf_clear(&b);
	return out;
}

static const struct order_field *
order_find(const struct order_reading *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (sh_str_is(r->fields[i].name, name))
			return &r->fields[i];
	return NULL;
}

static const char *const order_known[] = { "from_number", "to_number", "agent_id", "dynamic_variables", "metadata", "schedule_at",
	"callee_timezone", "callee_state", "to", "phone", "variables", "contact_id", "customData", "idempotency_key", "country",
	"location", "workflow", "route", NULL };

static bool
order_is_known(struct sh_str name)
{
	for (size_t i = 0; order_known[i]; i++)
		if (sh_str_is(name, order_known[i]))
			return true;
	return false;
}

static const struct order_field *
order_find_z(const struct order_reading *r, struct sh_str name)
{
	for (size_t i = 0; i < r->n; i++)
		if (sh_str_eq(r->fields[i].name, name))
			return &r->fields[i];
	return NULL;
}

/* An empty text is as good as none: senders fill in empty merge fields. */
static struct sh_str
order_text(const struct order_reading *r, const char *name)
{
	const struct order_field *f = order_find(r, name);

	return f && f->text.n ? f->text : SH_NONE;
}

static struct sh_str
order_custom(const struct order_reading *r, const char *name)
{
	const struct order_field *f = order_find(r, "customData");
	struct sh_str s = f ? sh_reader_scalar(r->arena, sh_reader_get(f->node, sh_str(name))) : SH_NONE;

	return s.n ? s : SH_NONE;
}

/* ---- the root's members ---- */

static bool
order_read_json(struct order_reading *r, struct sh_str body)
{
	size_t at = 0, room = 0;
	const struct sh_json *doc = sh_reader_parse(r->arena, body, &at);
	char detail[160];

	if (!doc) {
		snprintf(detail, sizeof(detail),
		    "the body is not JSON: wrong at byte %zu; an unescaped quote or line break in a merge field does this", at);
		return order_fault(r, "not_json", SH_STR(""), detail);
	}
	if (sh_reader_type(doc) != SH_JSON_OBJECT)
		return order_fault(r, "invalid", SH_STR(""), "the body must be a JSON object");
	for (const struct sh_json *m = sh_reader_first(doc); m; m = sh_reader_next(m))
		room++;
	r->fields = sh_arena_array(r->arena, struct order_field, room + 1);
	for (const struct sh_json *m = sh_reader_first(doc); m && r->fields; m = sh_reader_next(m))
		r->fields[r->n++] = (struct order_field){ sh_reader_key(r->arena, m), sh_reader_scalar(r->arena, m), m };
	return true;
}

/* What stands there must be text, or null; a workflow's may be empty, which is as good as none. */
static bool
order_check_text(struct order_reading *r, const char *name, bool own)
{
	const struct order_field *f = order_find(r, name);

	if (!f || (f->node && sh_reader_type(f->node) == SH_JSON_NULL))
		return true;
	if (f->node && (sh_reader_type(f->node) != SH_JSON_STRING || !f->text.s))
		return order_fault(r, "invalid", order_pointer(r, "", f->name), "must be a string");
	if (memchr(f->text.s, '\0', f->text.n) || (own && f->text.n == 0))
		return order_fault(r, "invalid", order_pointer(r, "", f->name), "must not be empty or hold NUL");
	return true;
}

/* A name that stands twice means two things. */
static bool
order_check_once(struct order_reading *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (order_is_known(r->fields[i].name) && order_find_z(r, r->fields[i].name) != &r->fields[i])
			return order_fault(r, "invalid", order_pointer(r, "", r->fields[i].name), "given twice");
	return true;
}

static bool
order_read_form(struct order_reading *r, struct sh_str body)
{
	size_t n = 0;
	struct sh_pair *pairs;

	/* What curl -d says of any body. */
	if (body.n > 0 && body.s[0] == '{')
		return order_fault(
		    r, "not_json", SH_STR(""), "this came as a form but looks like JSON: send Content-Type: application/json");
	pairs = sh_encode_form_decode(r->arena, body, ORDER_FORM_PAIRS, &n);

	if (!pairs)
		return order_fault(r, "bad_request", SH_STR(""), "the form is malformed, or has too many fields");
	r->fields = sh_arena_array(r->arena, struct order_field, n + 1);
	for (size_t i = 0; i < n && r->fields; i++)
		r->fields[r->n++] = (struct order_field){ pairs[i].name, pairs[i].value, NULL };
	return true;
}

/* ---- variables ---- */

static bool
order_variable(struct order_reading *r, const char *parent, struct sh_str name, struct sh_str value)
{
	if (!value.s)
		return true;
	if (name.n == 0 || name.n > ORDER_NAME_BYTES)
		return order_fault(r, "invalid", sh_str(parent), "a variable's name has 1 to 128 bytes");
	if (value.n > ORDER_VALUE_BYTES)
		return order_fault(r, "invalid", order_pointer(r, parent, name), "a variable is at most 8192 bytes");
	if (memmem(value.s, value.n, "{{", 2))
		return order_fault(
		    r, "invalid", order_pointer(r, parent, name), "a merge field was not filled in: the value still holds {{");
	if (r->nvariables == ORDER_VARIABLES)
		return order_fault(r, "invalid", sh_str(parent), "at most 200 variables");
	r->variables[r->nvariables++] = (struct sh_pair){ name, value };
	return true;
}

static bool
order_variables_of(struct order_reading *r, const char *parent, const struct sh_json *object, bool strict)
{
	for (const struct sh_json *m = sh_reader_first(object); m; m = sh_reader_next(m)) {
		struct sh_str name = sh_reader_key(r->arena, m), value = sh_reader_scalar(r->arena, m);

		if (strict && !value.s && sh_reader_type(m) != SH_JSON_NULL)
			return order_fault(
			    r, "invalid", order_pointer(r, parent, name), "a variable is a string, a number or a boolean");
		if (!order_variable(r, parent, name, value))
			return false;
	}
	return true;
}

/* "dynamic_variables[first_name]" of a form. */
static struct sh_str
order_bracket(struct sh_str name)
{
	static const char prefix[] = "dynamic_variables[";
	size_t n = sizeof(prefix) - 1;

	if (name.n <= n + 1 || memcmp(name.s, prefix, n) != 0 || name.s[name.n - 1] != ']')
		return SH_NONE;
	return (struct sh_str){ name.s + n, name.n - n - 1 };
}

static bool
order_variables(struct order_reading *r, bool form, bool standard)
{
	const struct order_field *f = order_find(r, "dynamic_variables");

	r->variables = sh_arena_array(r->arena, struct sh_pair, ORDER_VARIABLES);
	if (f && f->node) {
		if (sh_reader_type(f->node) != SH_JSON_OBJECT && sh_reader_type(f->node) != SH_JSON_NULL)
			return order_fault(r, "invalid", SH_STR("/dynamic_variables"), "must be an object");
		return order_variables_of(r, "/dynamic_variables", f->node, true);
	}
	f = order_find(r, "variables");
	if (f && sh_reader_type(f->node) == SH_JSON_OBJECT)
		return order_variables_of(r, "/variables", f->node, true);
	f = order_find(r, "customData");
	if (f && sh_reader_type(f->node) == SH_JSON_OBJECT)
		return order_variables_of(r, "/customData", f->node, false);
	/* Only a body that its user wrote field by field speaks through its root. */
	for (size_t i = 0; i < r->n && !standard; i++) {
		struct sh_str inner = order_bracket(r->fields[i].name);

		if ((form || !order_find(r, "to_number")) && !order_is_known(r->fields[i].name) &&
		    !order_variable(r, "", inner.s ? inner : r->fields[i].name, r->fields[i].text))
			return false;
	}
	return true;
}

/* ---- the rest ---- */

/* Blanks, dashes, dots and brackets are how people write numbers. */
static struct sh_str
order_number(struct sh_arena *a, struct sh_str s)
{
	char *out = s.s ? sh_arena_alloc(a, s.n + 1) : NULL;
	size_t n = 0;

	if (!out)
		return s;
	for (size_t i = 0; i < s.n; i++)
		if (!strchr(" -.()\t", s.s[i]))
			out[n++] = s.s[i];
	return (struct sh_str){ out, n };
}

static struct sh_str
order_first(struct sh_str a, struct sh_str b, struct sh_str c, struct sh_str d)
{
	return a.s ? a : b.s ? b : c.s ? c : d;
}

/* Our own JSON says exactly what it means: a field that is none of ours is a mistake. */
static bool
order_check_own(struct order_reading *r)
{
	static const char *const own[] = { "from_number", "to_number", "agent_id", "dynamic_variables", "metadata", "schedule_at",
		"callee_timezone", "callee_state", NULL };

	for (size_t i = 0; i < r->n; i++) {
		bool known = false;
		char detail[160];
		const char *near;

		for (size_t k = 0; own[k]; k++)
			known |= sh_str_is(r->fields[i].name, own[k]);
		if (known)
			continue;
		near = sh_text_nearest(r->fields[i].name, own);
		snprintf(detail, sizeof(detail), "unknown field%s%s%s", near ? "; did you mean \"" : "", near ? near : "",
		    near ? "\"?" : "");
		return order_fault(r, "invalid", order_pointer(r, "", r->fields[i].name), detail);
	}
	return true;
}

static bool
order_metadata(struct order_reading *r, struct sh_order *w)
{
	const struct order_field *f = order_find(r, "metadata");

	if (!f || sh_reader_type(f->node) == SH_JSON_NULL)
		return true;
	if (sh_reader_type(f->node) != SH_JSON_OBJECT)
		return order_fault(r, "invalid", SH_STR("/metadata"), "must be an object");
	w->metadata = sh_reader_raw(f->node);
	if (w->metadata.n > ORDER_METADATA_BYTES)
		return order_fault(r, "invalid", SH_STR("/metadata"), "at most 16384 bytes");
	return true;
}

static bool
order_numbers(struct order_reading *r, struct sh_order *w)
{
	const struct order_field *own = order_find(r, "to_number");
	const char *pointer = own || !w->foreign ? "/to_number" : order_find(r, "to") ? "/to" : "/phone";

	if (own && own->node && sh_reader_type(own->node) != SH_JSON_STRING)
		return order_fault(r, "invalid", SH_STR("/to_number"), "must be a string");
	/* Ours may be empty, which is no number; a workflow's empty field is as good as none. */
	w->to = own ? own->text : SH_NONE;
	if (!own && !w->to.s)
		w->to = order_number(r->arena,
		    order_first(order_text(r, "to"), order_custom(r, "to"), order_text(r, "phone"), order_custom(r, "phone")));
	w->from = order_text(r, "from_number");
	if (!w->to.s)
		return order_fault(r, "invalid", sh_str(pointer), w->foreign ? "no number: the contact has no phone" : "required");
	if (!sh_text_is_e164(w->to))
		return order_fault(
		    r, "not_e164", sh_str(pointer), "not an E.164 number: + and 7 to 15 digits, such as +14155550123");
	if (w->from.s && !sh_text_is_e164(w->from))
		return order_fault(
		    r, "not_e164", SH_STR("/from_number"), "not an E.164 number: + and 7 to 15 digits, such as +14155550123");
	return true;
}

static struct sh_str
order_write_variables(struct order_reading *r)
{
	struct sh_buf b;
	struct sh_out o;
	struct sh_str out;

	sh_buf_init(&b, SH_ORDER_BYTES);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	for (size_t i = 0; i < r->nvariables; i++) {
		sh_writer_key(&o, r->variables[i].name);
		sh_writer_str(&o, r->variables[i].value);
	}
	sh_writer_close(&o, '}');
	out = b.failed ? SH_NONE : sh_arena_str(r->arena, sh_buf_str(&b));
	sh_buf_clear(&b);
	return out;
}

bool
sh_order_read(struct sh_arena *a, struct sh_str type, struct sh_str body, struct sh_order *w, struct sh_order_fault *fault)
{
	static const char form_type[] = "application/x-www-form-urlencoded";
	static const char *const texts[] = { "from_number", "agent_id", "schedule_at", "callee_timezone", "callee_state" };
	struct order_reading r = { .arena = a, .fault = fault };
	bool form = type.n >= sizeof(form_type) - 1 &&
		    sh_text_equal_nocase((struct sh_str){ type.s, sizeof(form_type) - 1 }, sh_str(form_type));
	struct sh_str at;

	*w = (struct sh_order){ 0 };
	if (!(form ? order_read_form(&r, body) : order_read_json(&r, body)))
		return false;
	w->foreign =
	    !form && !order_find(&r, "to_number") &&
	    (order_find(&r, "phone") || order_find(&r, "to") || order_find(&r, "contact_id") || order_find(&r, "customData"));
	if (!form && !w->foreign && !order_check_own(&r))
		return false;
	if (!order_check_once(&r))
		return false;
	for (size_t i = 0; i < SH_LENGTH(texts); i++)
		if (!order_check_text(&r, texts[i], !w->foreign))
			return false;
	if (!order_numbers(&r, w) || !order_variables(&r, form, order_find(&r, "workflow") || order_find(&r, "location")) ||
	    !order_metadata(&r, w))
		return false;
	at = order_text(&r, "schedule_at");
	if (at.s && !sh_time_parse_rfc3339(at, &w->schedule_ms))
		return order_fault(&r, "invalid", SH_STR("/schedule_at"),
		    "not an RFC 3339 time with an offset, such as 2027-03-01T15:00:00-08:00");
	w->agent_id = order_text(&r, "agent_id");
	w->zone = order_text(&r, "callee_timezone");
	w->state = order_text(&r, "callee_state");
	if (w->foreign) {
		w->contact_zone = order_text(&r, "timezone");
		w->contact_state = order_text(&r, "state");
		w->contact_country = order_text(&r, "country");
	}
	w->contact_id = order_text(&r, "contact_id");
	w->once_key = order_first(order_text(&r, "idempotency_key"), order_custom(&r, "idempotency_key"), SH_NONE, SH_NONE);
	if (w->once_key.n > 200)
		return order_fault(&r, "invalid", SH_STR("/idempotency_key"), "at most 200 characters");
	w->variables = order_write_variables(&r);
	return w->variables.s || order_fault(&r, "invalid", SH_STR("/dynamic_variables"), "too large");
}
