/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The service table: each row a thin door to base/ or crypto/.
 *
 * The doors add two things. An arena past its ceiling ends the run, so that a driver never sees NULL; and the writer's
 * assertions about brackets become an end of the run too, since here the nesting is a stranger's.
 */
#include "gateway/driver/host.h"

#include "gateway/base/encode.h"
#include "gateway/base/log.h"
#include "gateway/base/reader.h"
#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/crypto/digest.h"

#define HOST_OUT_MAX (1 << 20) /* bytes of one JSON text */
#define HOST_FORM_MAX 1000 /* pairs of a form */

static struct sh_arena *
host_arena(struct sh_ctx *cx)
{
	return sh_host_call(cx)->arena;
}

/* Passes an answer on, unless it is one only because the arena was full. */
static void
host_check(struct sh_ctx *cx)
{
	if (sh_arena_failed(host_arena(cx)))
		sh_driver_call_fail(sh_host_call(cx), "it needed more memory than one call may have");
}

static struct sh_str
host_checked(struct sh_ctx *cx, struct sh_str s)
{
	host_check(cx);
	return s;
}

static void *
host_alloc(struct sh_ctx *cx, size_t n)
{
	void *p = sh_arena_alloc(host_arena(cx), n ? n : 1);

	host_check(cx);
	return p;
}

static void
host_log(struct sh_ctx *cx, enum sh_log_level level, const char *text)
{
	const struct sh_driver_call *c = sh_host_call(cx);

	sh_log(level <= SH_LOG_ERROR ? level : SH_LOG_ERROR, "driver.said", "a driver has something to say",
	    SH_F_STR("driver", c->driver->name), SH_F_STR("function", c->function), SH_F_STR("said", text ? text : ""));
}

static struct sh_str
host_hex(struct sh_ctx *cx, struct sh_str bytes)
{
	return host_checked(cx, sh_encode_hex(host_arena(cx), bytes));
}

static struct sh_str
host_hex_decode(struct sh_ctx *cx, struct sh_str text)
{
	return host_checked(cx, sh_encode_hex_decode(host_arena(cx), text));
}

static struct sh_str
host_base64(struct sh_ctx *cx, struct sh_str bytes)
{
	return host_checked(cx, sh_encode_base64(host_arena(cx), bytes));
}

static struct sh_str
host_base64_decode(struct sh_ctx *cx, struct sh_str text)
{
	return host_checked(cx, sh_encode_base64_decode(host_arena(cx), text));
}

static struct sh_str
host_url_escape(struct sh_ctx *cx, struct sh_str s)
{
	return host_checked(cx, sh_encode_url(host_arena(cx), s));
}

static const struct sh_pair *
host_form(struct sh_ctx *cx, struct sh_str body, size_t *ret_n)
{
	const struct sh_pair *pairs;

	/* Who does not ask whether there is a form finds nothing in it. */
	*ret_n = 0;
	pairs = sh_encode_form_decode(host_arena(cx), body, HOST_FORM_MAX, ret_n);
	host_check(cx);
	return pairs;
}

static struct sh_str
host_form_encode(struct sh_ctx *cx, const struct sh_pair *pairs, size_t n)
{
	return host_checked(cx, sh_encode_form(host_arena(cx), pairs, n));
}

static struct sh_str
host_int_format(struct sh_ctx *cx, int64_t i)
{
	return host_checked(cx, sh_arena_printf(host_arena(cx), "%lld", (long long)i));
}

static struct sh_str
host_time_format(struct sh_ctx *cx, int64_t ms)
{
	char text[32];

	sh_time_format_rfc3339(ms, text);
	return host_checked(cx, sh_arena_str(host_arena(cx), sh_str(text)));
}

static const struct sh_json *
host_json_parse(struct sh_ctx *cx, struct sh_str text)
{
	const struct sh_json *j = sh_reader_parse(host_arena(cx), text, NULL);

	host_check(cx);
	return j;
}

/* Anything but null and the empty text. */
static bool
host_says(const struct sh_json *j)
{
	return sh_reader_type(j) > SH_JSON_NULL && !sh_str_is(sh_reader_raw(j), "\"\"");
}

/* A member of an object; of an array an element, by its number, or from the end if that is negative. */
static const struct sh_json *
host_step(const struct sh_json *j, struct sh_str step)
{
	const struct sh_json *element;
	int64_t at, count = 0;

	if (sh_reader_type(j) != SH_JSON_ARRAY)
		return sh_reader_get(j, step);
	if (!sh_text_int(step, &at))
		return NULL;
	if (at < 0)
		for (element = sh_reader_first(j); element; element = sh_reader_next(element))
			count++;
	for (element = sh_reader_first(j), at += count; element && at > 0; at--)
		element = sh_reader_next(element);
	return at == 0 ? element : NULL;
}

/* Each step is a member of what the step before led to. Of alternatives the last counts even if it leads to nothing. */
static const struct sh_json *
host_json_at(const struct sh_json *j, const char *path)
{
	const struct sh_json *at = j;

	while (path && *path) {
		size_t n = strcspn(path, ".|");

		if (n > 0)
			at = host_step(at, (struct sh_str){ path, n });
		path += n;
		if (*path == '|') {
			if (host_says(at))
				return at;
			at = j;
		}
		path += *path != '\0';
	}
	return at;
}

static const struct sh_json *
host_json_get(const struct sh_json *object, const char *key)
{
	return sh_reader_get(object, sh_str(key));
}

static struct sh_str
host_json_key(struct sh_ctx *cx, const struct sh_json *member)
{
	return host_checked(cx, sh_reader_key(host_arena(cx), member));
}

/* The reader gives any string; one with a NUL in it can be stored nowhere and is kept from drivers. */
static struct sh_str
host_json_str(struct sh_ctx *cx, const struct sh_json *j)
{
	struct sh_str s = host_checked(cx, sh_reader_str(host_arena(cx), j));

	return s.n && memchr(s.s, '\0', s.n) ? SH_NONE : s;
}

/*
 * [-]digits[.digits][(e|E)[+|-]digits]. The digits are taken as one number whose point is then moved to where it is wanted;
 * past 18 digits it is no amount of money.
 */
static bool
host_decimal_parse(struct sh_str s, unsigned places, int64_t *ret)
{
	int64_t v = 0, exponent = 0;
	int point = (int)places, digits = 0;
	bool negative = s.n > 0 && s.s[0] == '-', fraction = false, digit = false;
	size_t i = negative;

	if (places > 9)
		return false;
	for (; i < s.n && s.s[i] != 'e' && s.s[i] != 'E'; i++) {
		if (s.s[i] == '.' && digit && !fraction) {
			fraction = true;
			digit = false;
			continue;
		}
		if (s.s[i] < '0' || s.s[i] > '9' || (digits += v > 0 || s.s[i] != '0') > 18)
			return false;
		digit = true;
		v = v * 10 + (s.s[i] - '0');
		point -= fraction;
	}
	if (!digit)
		return false;
	if (i < s.n) {
		i += i + 1 < s.n && s.s[i + 1] == '+' ? 2 : 1;
		if (!sh_text_int((struct sh_str){ s.s + i, s.n - i }, &exponent) || exponent < -400 || exponent > 400)
			return false;
	}
	for (point += (int)exponent; point < 0; point++)
		v /= 10;
	for (; point > 0 && v != 0; point--)
		if (__builtin_mul_overflow(v, 10, &v))
			return false;
	*ret = negative ? -v : v;
	return true;
}

static struct sh_out *
host_out_new(struct sh_ctx *cx)
{
	struct sh_driver_call *c = sh_host_call(cx);
	struct sh_host_out *h;

	h = host_alloc(cx, sizeof(*h));
	h->call = c;
	sh_buf_init(&h->buf, HOST_OUT_MAX);
	sh_writer_init(&h->out, &h->buf);
	h->next = c->outs;
	c->outs = h;
	return &h->out;
}

void
sh_host_outs_clear(struct sh_host_out *h)
{
	for (; h; h = h->next)
		sh_buf_wipe(&h->buf);
}

static struct sh_host_out *
host_out(struct sh_out *o)
{
	struct sh_host_out *h = SH_CONTAINER(o, struct sh_host_out, out);

	if (h->ended)
		sh_driver_call_fail(h->call, "it wrote to a JSON text that it had ended");
	return h;
}

/* The texts grow outside of the arena, one that nobody ends until the end of the call: their sum has a ceiling like its own. */
static void
host_out_grown(struct sh_out *o)
{
	struct sh_host_out *h = host_out(o);

	h->call->outs_bytes += h->buf.room - h->counted;
	h->counted = h->buf.room;
	if (h->call->outs_bytes > h->call->ceiling + 2 * HOST_OUT_MAX)
		sh_driver_call_fail(h->call, "it needed more memory than one call may have");
}

/* May a value stand here? After a key, in a list, or as the only one. */
static void
host_out_value(struct sh_out *o)
{
	struct sh_host_out *h = host_out(o);
	bool object = o->depth > 0 && o->open[o->depth - 1] == '{';

	if ((object && !o->key) || (o->depth == 0 && o->comma))
		sh_driver_call_fail(h->call, "it wrote a JSON value where none can stand");
}

static void
host_out_open(struct sh_out *o, char bracket)
{
	host_out_value(o);
	if ((bracket != '{' && bracket != '[') || o->depth == sizeof(o->open))
		sh_driver_call_fail(host_out(o)->call, "it opened a JSON text's bracket that cannot be");
	sh_writer_open(o, bracket);
	host_out_grown(o);
}

static void
host_out_close(struct sh_out *o, char bracket)
{
	struct sh_host_out *h = host_out(o);

	if (o->depth == 0 || o->key || bracket != (o->open[o->depth - 1] == '{' ? '}' : ']'))
		sh_driver_call_fail(h->call, "it closed a JSON text's bracket that was not open");
	sh_writer_close(o, bracket);
	host_out_grown(o);
}

static void
host_out_name(struct sh_out *o, struct sh_str key)
{
	struct sh_host_out *h = host_out(o);

	if (o->depth == 0 || o->open[o->depth - 1] != '{' || o->key || !key.s)
		sh_driver_call_fail(h->call, "it wrote a JSON key where none can stand");
	sh_writer_key(o, key);
	host_out_grown(o);
}

static void
host_out_key(struct sh_out *o, const char *key)
{
	host_out_name(o, sh_str(key));
}

static void
host_out_str(struct sh_out *o, struct sh_str s)
{
	host_out_value(o);
	sh_writer_str(o, s);
	host_out_grown(o);
}

static void
host_out_int(struct sh_out *o, int64_t i)
{
	host_out_value(o);
	sh_writer_int(o, i);
	host_out_grown(o);
}

static void
host_out_bool(struct sh_out *o, bool b)
{
	host_out_value(o);
	sh_writer_bool(o, b);
	host_out_grown(o);
}

static void
host_out_raw(struct sh_out *o, struct sh_str json)
{
	host_out_value(o);
	sh_writer_raw(o, json);
	host_out_grown(o);
}

static struct sh_str
host_out_text(struct sh_out *o)
{
	struct sh_host_out *h = host_out(o);
	struct sh_str text;

	if (h->buf.failed)
		sh_driver_call_fail(h->call, "it wrote a JSON text of more than 1 MiB");
	if (o->depth > 0 || !o->comma)
		sh_driver_call_fail(h->call, "it ended a JSON text that was not complete");
	text = host_checked(&h->call->cx, sh_arena_str(h->call->arena, sh_buf_str(&h->buf)));
	h->ended = true;
	h->call->outs_bytes -= h->counted;
	sh_buf_wipe(&h->buf);
	return text;
}

const struct sh_host sh_host = {
	.size = sizeof(struct sh_host),
	.abi_minor = SH_DRIVER_ABI_MINOR,
	.alloc = host_alloc,
	.log = host_log,
	.equal = sh_digest_equal,
	.hash = sh_digest,
	.hmac = sh_digest_hmac,
	.ed25519 = sh_digest_ed25519,
	.hex = host_hex,
	.hex_decode = host_hex_decode,
	.base64 = host_base64,
	.base64_decode = host_base64_decode,
	.url_escape = host_url_escape,
	.form = host_form,
	.form_encode = host_form_encode,
	.int_parse = sh_text_int,
	.int_format = host_int_format,
	.decimal_parse = host_decimal_parse,
	.time_parse = sh_time_parse_any,
	.time_format = host_time_format,
	.json_parse = host_json_parse,
	.json_type = sh_reader_type,
	.json_get = host_json_get,
	.json_at = host_json_at,
	.json_first = sh_reader_first,
	.json_next = sh_reader_next,
	.json_key = host_json_key,
	.json_str = host_json_str,
	.json_raw = sh_reader_raw,
	.json_int = sh_reader_int,
	.out_new = host_out_new,
	.out_open = host_out_open,
	.out_close = host_out_close,
	.out_key = host_out_key,
	.out_name = host_out_name,
	.out_str = host_out_str,
	.out_int = host_out_int,
	.out_bool = host_out_bool,
	.out_raw = host_out_raw,
	.out_text = host_out_text,
	.number_add = sh_give_number,
	.agent_add = sh_give_agent,
	.event_add = sh_give_event,
	.reason = sh_meaning_reason,
};
