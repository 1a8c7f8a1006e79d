/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/redact_value.c: what a value is, by its member's name and by its looks; and another one in its place.
 */
#include <stdio.h>

#include "gateway/base/buf.h"
#include "gateway/base/text.h"
#include "gateway/crypto/digest.h"
#include "gateway/kit/redact.h"
#include "gateway/kit/redact_private.h"

#define REDACT_LONG ((size_t)4 << 20)

const char *
redact_kind_name(enum redact_kind kind)
{
	static const char *const names[] = { "phone numbers", "mail addresses", "names", "ids", "tokens", "URLs",
		"machines' addresses", "spoken texts", "other values" };

	assert((unsigned)kind < SH_LENGTH(names));
	return names[kind];
}

/* ---- letters ---- */

static bool
value_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
value_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
value_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
value_alnum(char c)
{
	return value_digit(c) || value_lower(c) || value_upper(c);
}

static size_t
value_digits(struct sh_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += value_digit(s.s[i]);
	return n;
}

/* ---- what is it? ---- */

/* Is one of the words part of the name? Words end with a blank; "=" before one: it is the whole name. */
static bool
value_named(struct sh_str name, const char *words)
{
	for (const char *at = words; *at;) {
		bool whole = *at == '=';
		size_t n = strcspn(at += whole, " ");

		if (whole ? n == name.n && memcmp(at, name.s, n) == 0 : name.n >= n && memmem(name.s, name.n, at, n) != NULL)
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}

static bool
value_ends(struct sh_str name, const char *with)
{
	size_t n = strlen(with);

	return name.n >= n && memcmp(name.s + name.n - n, with, n) == 0;
}

bool
redact_is_chosen(struct sh_str name)
{
	char text[64];

	name = redact_lower(name, text);
	return value_named(name,
	    "variable metadata custom structureddata argument =args =parameters =params request_data user_data =tags answers");
}

static bool
value_is_phone(struct sh_str name, struct sh_str v)
{
	bool plus = v.n > 0 && v.s[0] == '+',
	     named = value_named(name, "phone =from =to caller callee number msisdn called =ani =dnis");
	size_t digits = value_digits(v);

	if (digits < 7 || digits > 15 || (!plus && !named))
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (!value_digit(v.s[i]) && !strchr("+-(). ", v.s[i]))
			return false;
	return true;
}

static bool
value_is_uuid(struct sh_str v)
{
	uint8_t id[16];

	return v.n == 36 && sh_text_uuid(v, id);
}

static bool
value_begins(struct sh_str v, const char *with)
{
	return v.n >= strlen(with) && memcmp(v.s, with, strlen(with)) == 0;
}

static bool
value_is_url(struct sh_str v)
{
	return value_begins(v, "https://") || value_begins(v, "http://") || value_begins(v, "wss://") || value_begins(v, "s3://");
}

static bool
value_is_ipv4(struct sh_str v)
{
	size_t dots = 0;

	for (size_t i = 0; i < v.n; i++) {
		dots += v.s[i] == '.';
		if (v.s[i] != '.' && !value_digit(v.s[i]))
			return false;
	}
	return dots == 3 && v.n >= 7 && v.n <= 15;
}

static bool
value_is_mail(struct sh_str v)
{
	const char *at = memchr(v.s, '@', v.n);

	return at && at > v.s && memchr(at, '.', v.n - (size_t)(at - v.s)) && !memchr(v.s, ' ', v.n);
}

/* "::" or all eight groups: a time has less. */
static bool
value_is_ipv6(struct sh_str v)
{
	size_t colons = 0;

	for (size_t i = 0; i < v.n; i++) {
		colons += v.s[i] == ':';
		if (!strchr("0123456789abcdefABCDEF:.", v.s[i]))
			return false;
	}
	return v.n <= 45 && (colons == 7 || (colons >= 2 && memmem(v.s, v.n, "::", 2)));
}

/* Long, without blanks, letters and digits: nobody says such a thing. */
static bool
value_is_random(struct sh_str v)
{
	size_t digits = value_digits(v), letters = 0;

	for (size_t i = 0; i < v.n; i++) {
		letters += value_lower(v.s[i]) || value_upper(v.s[i]);
		if (v.s[i] <= ' ')
			return false;
	}
	return v.n >= 20 && digits >= 3 && letters >= 3;
}

/* By its looks alone; REDACT_KINDS: nothing to see. */
static enum redact_kind
value_looks(struct sh_str name, struct sh_str v)
{
	if (value_begins(v, "sip:") || value_begins(v, "sips:") || value_begins(v, "tel:") || value_is_phone(name, v))
		return REDACT_NUMBER;
	if (value_is_url(v))
		return REDACT_URL;
	if (value_is_mail(v))
		return REDACT_MAIL;
	if (value_is_ipv4(v) || value_is_ipv6(v))
		return REDACT_ADDRESS;
	if (value_begins(v, "client:"))
		return REDACT_OTHER;
	return value_is_uuid(v) ? REDACT_ID : REDACT_KINDS;
}

static bool
value_is_plain(struct sh_str v)
{
	static const char *const plain[] = { "", "true", "false", "yes", "no", "null", "none" };

	for (size_t i = 0; i < SH_LENGTH(plain); i++)
		if (sh_str_is(v, plain[i]))
			return true;
	return v.n < 2;
}

/* Words of the provider's own, and times. */
static bool
value_is_word(struct sh_str name)
{
	return value_named(name,
		   "event =type status reason =kind =state direction language currency timezone model version duration cost price "
		   "=role cause "
		   "=channel method country sentiment =level =code error_code =object record_type time_ timestamp =time =date") ||
	       value_ends(name, "_at") || value_ends(name, "_type") || value_ends(name, "_time");
}

static bool
value_is_id(struct sh_str name)
{
	return value_named(name, "uuid =sid =id =ids =_id") || value_ends(name, "_id") || value_ends(name, "sid") ||
	       value_ends(name, "_ids") || value_ends(name, "id");
}

static enum redact_kind
value_kind(struct sh_str name, bool chosen, struct sh_str v)
{
	enum redact_kind looks = value_looks(name, v);

	if (value_is_plain(v))
		return REDACT_KINDS;
	if (looks != REDACT_KINDS)
		return looks;
	if (value_named(name, "token secret password authorization signature cookie jwt api_key apikey credential passcode =pin =otp =sig"))
		return REDACT_TOKEN;
	if (value_is_word(name) && !value_is_random(v))
		return REDACT_KINDS;
	if (value_named(name,
		"transcript text content utterance =message words =word summary note comment description prompt speech greeting "
		"=say =response question"))
		return REDACT_SPEECH;
	if (!chosen && redact_is_path(v))
		return REDACT_URL;
	if (value_is_id(name) && (value_digits(v) > 0 || v.n >= 16) && v.n >= 4)
		return REDACT_ID;
	if (value_named(name, "name =label nickname contact =first =last =given =family =user surname customer") &&
	    !value_named(name, "event_name tool_name voice_name model_name function_name file_name filename hostname country"))
		return REDACT_NAME;
	/* client:alice, and what else may be called. */
	if (value_named(name, "=from =to caller callee called") && memchr(v.s, ':', v.n))
		return REDACT_OTHER;
	if (chosen || value_named(name, "address street city zip postal birth =dob ssn company iban card account_number =lat =lon =lng latitude longitude"))
		return REDACT_OTHER;
	return value_is_random(v) ? REDACT_TOKEN : REDACT_KINDS;
}

/* ---- another one ---- */

/* The same letters for the same value, under the same key. */
struct value_stream {
	struct redact *r;
	struct sh_str seed;
	uint8_t bytes[32], round;
	size_t at;
};

static unsigned
value_next(struct value_stream *s)
{
	if (s->at == sizeof(s->bytes) || s->round == 0) {
		struct sh_str parts[] = { s->seed, { (const char *)&s->round, 1 } };

		sh_digest_hmac(SH_SHA256, (struct sh_str){ (const char *)s->r->key, sizeof(s->r->key) }, parts, 2, s->bytes);
		s->round++;
		s->at = 0;
	}
	return s->bytes[s->at++];
}

static struct value_stream
value_stream(struct redact *r, struct sh_str seed)
{
	return (struct value_stream){ .r = r, .seed = seed };
}

/* "call_", "CA" before 32 digits, "v3:": what says which kind of id it is. */
static size_t
value_prefix(struct sh_str v)
{
	size_t n = 0;

	while (n < v.n && n < 16 && (value_lower(v.s[n]) || value_upper(v.s[n])))
		n++;
	if (n > 0 && n < v.n && (v.s[n] == '_' || v.s[n] == '-'))
		return n + 1;
	if (v.n == 34 && value_upper(v.s[0]) && value_upper(v.s[1]))
		return 2;
	return v.n > 3 && v.s[0] == 'v' && value_digit(v.s[1]) && v.s[2] == ':' ? 3 : 0;
}

/* The digits that it is written in, if it is a number to the base 16; NULL: it is a word, or decimal. */
static const char *
value_hex(struct sh_str v, size_t from)
{
	size_t lower = 0, upper = 0;

	for (size_t i = from; i < v.n; i++) {
		lower += v.s[i] >= 'a' && v.s[i] <= 'f';
		upper += v.s[i] >= 'A' && v.s[i] <= 'F';
		if (value_alnum(v.s[i]) && !value_digit(v.s[i]) && !strchr("abcdefABCDEF", v.s[i]))
			return NULL;
	}
	if (lower > 0)
		return "0123456789abcdef";
	return upper > 0 ? "0123456789ABCDEF" : NULL;
}

/* Letter for letter, digit for digit; letters that are not ASCII become an x each. Of a UUID its version and variant stay. */
static struct sh_str
value_shape(struct redact *r, enum redact_kind kind, struct sh_str v)
{
	struct value_stream s = value_stream(r, v);
	bool uuid = value_is_uuid(v);
	size_t from = uuid ? 0 : value_prefix(v), n;
	const char *hex = value_hex(v, from);
	char *p = sh_arena_z(r->arena, v);

	/* "whsec_" says what it is; "correct-horse" does not. */
	if (kind == REDACT_TOKEN && from > 6)
		from = 0;
	n = from;
	for (size_t i = from; p && i < v.n; i++) {
		unsigned x = value_next(&s);
		unsigned char c = (unsigned char)v.s[i];

		if (c >= 0x80) {
			if (c >= 0xc0)
				p[n++] = 'x';
		} else if (!value_alnum((char)c) || (uuid && (i == 14 || i == 19)))
			p[n++] = (char)c;
		else if (hex)
			p[n++] = hex[x % 16];
		else if (value_digit((char)c)) /* a number of JSON has no zero before it */
			p[n++] = (char)(i == from && c != '0' ? '1' + x % 9 : '0' + x % 10);
		else
			p[n++] = (char)((value_upper((char)c) ? 'A' : 'a') + x % 26);
	}
	return (struct sh_str){ p, n };
}

/* Ten digits of a number that is reserved for fiction. The digits alone decide, however they are written. */
static void
value_fiction(struct redact *r, struct sh_str v, char out[11])
{
	static const char *const areas[] = { "206", "213", "305", "312", "404", "415", "503", "512", "602", "617", "702", "718",
		"801", "808", "907", "919" };
	char digits[32];
	struct value_stream s;
	const char *area;
	unsigned tens;
	size_t n = 0;

	for (size_t i = 0; i < v.n && n < sizeof(digits); i++)
		if (value_digit(v.s[i]))
			digits[n++] = v.s[i];
	s = value_stream(r, n > 10 ? (struct sh_str){ digits + n - 10, 10 } : (struct sh_str){ digits, n });
	area = areas[value_next(&s) % SH_LENGTH(areas)];
	tens = value_next(&s) % 10;
	snprintf(out, 11, "%s55501%u%u", area, tens, value_next(&s) % 10);
}

static struct sh_str
value_number(struct redact *r, struct sh_str v)
{
	char fiction[11];
	char *p;
	size_t left = 10;

	value_fiction(r, v, fiction);
	if (value_begins(v, "sip"))
		return value_digits(v) >= 7 ? sh_arena_printf(r->arena, "sip:+1%s@example.com", fiction)
					    : sh_arena_printf(r->arena, "sip:user-%.4s@example.com", fiction + 6);
	if (v.s[0] == '+' || value_begins(v, "tel:"))
		return sh_arena_printf(r->arena, "%s+1%s", v.s[0] == '+' ? "" : "tel:", fiction);
	/* As it was written, from the right; what is before ten digits is a country's. */
	p = sh_arena_z(r->arena, v);
	for (size_t i = v.n; p && i-- > 0;)
		if (value_digit(p[i]))
			p[i] = left > 0 ? fiction[--left] : '1';
	return (struct sh_str){ p, v.n };
}

static struct sh_str
value_name(struct redact *r, struct sh_str v)
{
	static const char *const first[] = { "Alex", "Robin", "Kim", "Sam", "Noa", "Jo", "Mika", "Toni", "Chris", "Lee", "Ash",
		"Pat" };
	static const char *const last[] = { "Morgan", "Rivera", "Larsen", "Okafor", "Silva", "Novak", "Tanaka", "Haddad", "Brooks",
		"Weber" };
	struct value_stream s = value_stream(r, v);
	const char *f = first[value_next(&s) % SH_LENGTH(first)];
	const char *l = last[value_next(&s) % SH_LENGTH(last)];

	return memchr(v.s, ' ', v.n) ? sh_arena_printf(r->arena, "%s %s", f, l) : sh_str(f);
}

/* Eight hex digits. */
static const char *
value_digits8(struct redact *r, struct sh_str v, char out[9])
{
	struct value_stream s = value_stream(r, v);

	for (size_t i = 0; i < 8; i++)
		out[i] = "0123456789abcdef"[value_next(&s) % 16];
	out[8] = '\0';
	return out;
}

static struct sh_str
value_url(struct redact *r, struct sh_str v)
{
	const char *dot, *colon = memchr(v.s, ':', v.n);
	size_t path = 0, end;
	char hex[9];

	while (path < v.n && v.s[path] != '?' && v.s[path] != '#')
		path++;
	dot = memrchr(v.s, '.', path);
	end = dot ? path - (size_t)(dot - v.s) : 0;

	/* The ending may tell a driver what it is: .wav, .mp3. */
	if (end < 3 || end > 5 || memchr(dot, '/', end))
		end = 0;
	return sh_arena_printf(
	    r->arena, "%.*s://example.com/%s%.*s", (int)(colon - v.s), v.s, value_digits8(r, v, hex), (int)end, dot ? dot : "");
}

/* Words in their places: lines, who speaks, and how much is said remain. */
static struct sh_str
value_speech(struct redact *r, struct sh_str v)
{
	static const char *const words[] = { "lorem", "ipsum", "dolor", "sit", "amet", "sed", "do", "magna", "aliqua", "ut", "enim",
		"ad" };
	struct sh_buf b;
	struct sh_str text;
	unsigned word = 0;

	sh_buf_init(&b, REDACT_LONG);
	for (size_t i = 0; i < v.n;) {
		bool begins = i == 0 || v.s[i - 1] == '\n';
		size_t n = 0;

		while (i + n < v.n && ((unsigned char)v.s[i + n] >= 0x80 || value_alnum(v.s[i + n]) || v.s[i + n] == '\''))
			n++;
		if (n == 0)
			sh_buf_add_char(&b, v.s[i++]);
		else if (begins && i + n < v.n && v.s[i + n] == ':') {
			sh_buf_add(&b, v.s + i, n);
			i += n;
		} else {
			sh_buf_add_z(&b, words[word++ % SH_LENGTH(words)]);
			i += n;
		}
	}
	text = sh_arena_str(r->arena, sh_buf_str(&b));
	sh_buf_clear(&b);
	return text;
}

struct sh_str
redact_make(struct redact *r, enum redact_kind kind, struct sh_str v)
{
	struct value_stream s = value_stream(r, v);
	struct sh_str other;
	char hex[9];

	if (v.n == 0)
		return v;
	r->count[kind]++;
	switch (kind) {
	case REDACT_NUMBER:
		other = value_number(r, v);
		break;
	case REDACT_MAIL:
		other = sh_arena_printf(r->arena, "user-%s@example.com", value_digits8(r, v, hex));
		break;
	case REDACT_NAME:
		other = value_name(r, v);
		break;
	case REDACT_URL:
		other = value_url(r, v);
		break;
	case REDACT_ADDRESS:
		other = sh_arena_printf(r->arena, "192.0.2.%u", value_next(&s));
		break;
	case REDACT_SPEECH:
		return value_speech(r, v);
	default:
		other = value_shape(r, kind, v);
	}
	redact_remember(r, v, other);
	return other;
}

struct sh_str
redact_value(struct redact *r, struct sh_str name, bool chosen, struct sh_str value)
{
	struct sh_str member = name;
	char text[64];
	enum redact_kind kind;

	for (const char *const *k = r->keep; k && *k; k++)
		if (sh_str_is(name, *k))
			return value;
	name = redact_lower(name, text);
	kind = value_kind(name, chosen, value);
	if (kind == REDACT_KINDS)
		return redact_text(r, value);
	if (kind == REDACT_URL && value.s[0] == '/')
		return redact_path(r, value);
	redact_note(r, member, kind);
	return redact_make(r, kind, value);
}
