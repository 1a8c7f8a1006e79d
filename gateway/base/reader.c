/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/reader.c: one pass over the text, with a stack of 64 places instead of recursion.
 *
 * Nodes stand in the order of the text, so a container's first child is the node behind it, and a node knows how
 * many nodes on its next sibling is. They are collected on the stack, or in one growing piece of memory, and
 * copied into the arena once their number is known.
 */
#include "gateway/base/reader.h"

#include <endian.h>
#include <stdlib.h>

#include "gateway/base/text.h"

#define READER_DEPTH 64
#define READER_FEW 160		/* nodes on the stack: a usual webhook needs no malloc */

struct sh_json {
	const char *at;		/* the value's first byte */
	uint32_t n;		/* its length */
	uint32_t next;		/* nodes to the next sibling; 0: there is none */
	uint32_t key;		/* bytes from the opening quote of the member's name to the value; 0: no member */
	uint8_t type;
	bool escaped;		/* a string with a backslash in it */
	bool key_escaped;
	bool filled;		/* a container with children */
};

struct reader {
	const char *at, *end;
	struct sh_json *nodes, *heap;
	size_t n, room, limit;
	const char *key;		/* of the value that is due */
	bool key_escaped, out_of_room;
	uint32_t depth;			/* containers that are open */
	uint32_t last[READER_DEPTH + 1]; /* the last node on each level; 0: none yet, for the root has no sibling */
};

/* What each byte is inside a string: 0 for what stands for itself. */
enum { READER_QUOTE = 1, READER_ESCAPE, READER_HIGH, READER_BAD };

#define READER_ONES UINT64_C(0x0101010101010101)
#define READER_HIGHS (READER_ONES * 0x80)

/* Marks each zero byte of x by its high bit; above the first one there may be false marks, which nobody looks at. */
static inline uint64_t
reader_zeros(uint64_t x)
{
	return (x - READER_ONES) & ~x;
}

static inline int
reader_class(unsigned char c)
{
	return c == '"' ? READER_QUOTE : c == '\\' ? READER_ESCAPE : c >= 0x80 ? READER_HIGH : c < 0x20 ? READER_BAD : 0;
}

/* To the first byte that does not stand for itself, eight at a time; or the end. */
static inline const char *
reader_plain(const char *at, const char *end)
{
	while (end - at >= 8) {
		uint64_t w, marks;

		memcpy(&w, at, 8);
		w = le64toh(w);
		marks = reader_zeros(w ^ READER_ONES * '"') | reader_zeros(w ^ READER_ONES * '\\') | ((w - READER_ONES * 0x20) & ~w) | w;
		marks &= READER_HIGHS;
		if (marks)
			return at + (__builtin_ctzll(marks) >> 3);
		at += 8;
	}
	while (at < end && !reader_class((unsigned char)*at))
		at++;
	return at;
}

static int
reader_hex(const char *at)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		char c = at[i], low = (char)(c | 0x20);

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if (low >= 'a' && low <= 'f')
			v = v << 4 | (low - 'a' + 10);
		else
			return -1;
	}
	return v;
}

/* Passes an escape, from its backslash. */
static bool
reader_escape(struct reader *r)
{
	static const char names[] = "\"\\/bfnrt";

	r->at++;
	if (r->at == r->end)
		return false;
	if (*r->at == 'u') {
		/* To the first byte that is no hex digit, so that the offset of an error is right. */
		const char *stop = r->end - r->at > 4 ? r->at + 5 : r->end;
		bool good = stop - r->at == 5 && reader_hex(r->at + 1) >= 0;

		for (r->at++; r->at < stop; r->at++)
			if (!((*r->at >= '0' && *r->at <= '9') || ((*r->at | 0x20) >= 'a' && (*r->at | 0x20) <= 'f')))
				break;
		return good;
	}
	if (!memchr(names, *r->at, sizeof(names) - 1))
		return false;
	r->at++;
	return true;
}

/* Passes characters beyond ASCII. */
static bool
reader_high(struct reader *r)
{
	while (r->at < r->end && (*r->at & 0x80)) {
		unsigned char c = (unsigned char)*r->at;
		size_t n;

		if (c >= 0xc2 && c < 0xe0 && r->end - r->at > 1 && (r->at[1] & 0xc0) == 0x80) {
			r->at += 2;
			continue;
		}
		n = sh_text_utf8_length((struct sh_str){ r->at, (size_t)(r->end - r->at) });
		if (n == 0)
			return false;
		r->at += n;
	}
	return true;
}

/* Passes a string, from its opening quote to behind the closing one. */
static bool
reader_string(struct reader *r, bool *ret_escaped)
{
	*ret_escaped = false;
	r->at++;
	for (;;) {
		r->at = reader_plain(r->at, r->end);
		if (r->at == r->end)
			return false;
		switch (reader_class((unsigned char)*r->at)) {
		case READER_QUOTE:
			r->at++;
			return true;
		case READER_ESCAPE:
			*ret_escaped = true;
			if (!reader_escape(r))
				return false;
			break;
		case READER_HIGH:
			if (!reader_high(r))
				return false;
			break;
		default:
			return false;
		}
	}
}

/* Passes digits; at least one. */
static bool
reader_digits(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > start;
}

static bool
reader_number(struct reader *r)
{
	if (*r->at == '-')
		r->at++;
	if (r->at < r->end && *r->at == '0')
		r->at++;	/* whatever digit follows is then a wrong byte where a comma should be */
	else if (!reader_digits(r))
		return false;
	if (r->at < r->end && *r->at == '.') {
		r->at++;
		if (!reader_digits(r))
			return false;
	}
	if (r->at < r->end && (*r->at | 0x20) == 'e') {
		r->at++;
		if (r->at < r->end && (*r->at == '+' || *r->at == '-'))
			r->at++;
		return reader_digits(r);
	}
	return true;
}

static bool
reader_word(struct reader *r, const char *word)
{
	for (; *word; word++, r->at++)
		if (r->at == r->end || *r->at != *word)
			return false;
	return true;
}

static inline void
reader_space(struct reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
		r->at++;
}

/* Room for more nodes, within what the arena can take in the end. */
static bool
reader_grow(struct reader *r)
{
	size_t room = r->room * 2 < r->limit ? r->room * 2 : r->limit;
	struct sh_json *heap = room > r->n ? realloc(r->heap, room * sizeof(*heap)) : NULL;

	if (!heap) {
		r->out_of_room = true;
		return false;
	}
	if (!r->heap)
		memcpy(heap, r->nodes, r->n * sizeof(*heap));
	r->heap = r->nodes = heap;
	r->room = room;
	return true;
}

/* A node for the value that begins here, linked to its elder sibling. */
static struct sh_json *
reader_node(struct reader *r)
{
	struct sh_json *j;
	uint32_t *last = &r->last[r->depth];

	if (r->depth == READER_DEPTH || (r->n == r->room && !reader_grow(r)))
		return NULL;
	j = &r->nodes[r->n];
	*j = (struct sh_json){ .at = r->at };
	if (r->key) {
		j->key = (uint32_t)(r->at - r->key);
		j->key_escaped = r->key_escaped;
		r->key = NULL;
	}
	if (*last)
		r->nodes[*last].next = (uint32_t)r->n - *last;
	*last = (uint32_t)r->n++;
	return j;
}

static bool
reader_scalar(struct reader *r, struct sh_json *j)
{
	bool good;

	switch (*r->at) {
	case '"':
		j->type = SH_JSON_STRING;
		good = reader_string(r, &j->escaped);
		break;
	case 't':
	case 'f':
		j->type = SH_JSON_BOOL;
		good = reader_word(r, *r->at == 't' ? "true" : "false");
		break;
	case 'n':
		j->type = SH_JSON_NULL;
		good = reader_word(r, "null");
		break;
	default:
		j->type = SH_JSON_NUMBER;
		good = reader_number(r);
		break;
	}
	j->n = (uint32_t)(r->at - j->at);
	return good;
}

/* Passes a member's name and colon. */
static bool
reader_name(struct reader *r)
{
	const char *key = r->at;

	if (r->at == r->end || *r->at != '"' || !reader_string(r, &r->key_escaped))
		return false;
	reader_space(r);
	if (r->at == r->end || *r->at != ':')
		return false;
	r->at++;
	reader_space(r);
	r->key = key;
	return true;
}

/* Behind a value: closes containers until another value is due (*ret_more) or the text has ended. */
static bool
reader_after(struct reader *r, bool *ret_more)
{
	for (;;) {
		struct sh_json *parent;

		reader_space(r);
		if (r->depth == 0 || r->at == r->end) {
			*ret_more = false;
			return r->depth == 0 && r->at == r->end;
		}
		parent = &r->nodes[r->last[r->depth - 1]];
		if (*r->at == ',') {
			r->at++;
			reader_space(r);
			*ret_more = true;
			return parent->type == SH_JSON_ARRAY || reader_name(r);
		}
		if (*r->at != (parent->type == SH_JSON_ARRAY ? ']' : '}'))
			return false;
		r->at++;
		r->depth--;
		parent->n = (uint32_t)(r->at - parent->at);
	}
}

/* A container begins; *ret_more: its first value is due. */
static bool
reader_open(struct reader *r, struct sh_json *j, bool *ret_more)
{
	j->type = *r->at == '[' ? SH_JSON_ARRAY : SH_JSON_OBJECT;
	r->depth++;
	r->last[r->depth] = 0;
	r->at++;
	reader_space(r);
	/* An empty one is closed by reader_after. */
	j->filled = r->at < r->end && *r->at != (j->type == SH_JSON_ARRAY ? ']' : '}');
	*ret_more = j->filled;
	return r->at < r->end && (!j->filled || j->type == SH_JSON_ARRAY || reader_name(r));
}

static bool
reader_run(struct reader *r)
{
	bool more = true;

	reader_space(r);
	while (more) {
		struct sh_json *j = r->at < r->end ? reader_node(r) : NULL;

		if (!j)
			return false;
		if (*r->at == '{' || *r->at == '[') {
			if (!reader_open(r, j, &more))
				return false;
			if (more)
				continue;
		} else if (!reader_scalar(r, j))
			return false;
		if (!reader_after(r, &more))
			return false;
	}
	return true;
}

const struct sh_json *
sh_reader_parse(struct sh_arena *a, struct sh_str text, size_t *ret_at)
{
	struct sh_json few[READER_FEW], *nodes = NULL;
	struct reader r = { .nodes = few };
	bool good;

	if (!text.s)
		text = SH_STR("");
	r.at = text.s;
	r.end = text.s + text.n;
	r.limit = sh_arena_left(a) / sizeof(few[0]);
	r.room = r.limit < READER_FEW ? r.limit : READER_FEW;
	good = text.n <= UINT32_MAX && reader_run(&r);
	if (good || r.out_of_room)
		nodes = r.out_of_room ? sh_arena_alloc(a, SIZE_MAX) : sh_arena_array(a, struct sh_json, r.n);
	if (nodes)
		memcpy(nodes, r.nodes, r.n * sizeof(*nodes));
	else if (ret_at)
		*ret_at = (size_t)(r.at - text.s);
	free(r.heap);
	return nodes;
}

enum sh_json_type
sh_reader_type(const struct sh_json *j)
{
	return j ? (enum sh_json_type)j->type : SH_JSON_ABSENT;
}

const struct sh_json *
sh_reader_first(const struct sh_json *container)
{
	return container && container->filled ? container + 1 : NULL;
}

const struct sh_json *
sh_reader_next(const struct sh_json *j)
{
	return j && j->next ? j + j->next : NULL;
}

static size_t
reader_put_utf8(char *out, uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(n == 1 ? c : (0xf00u >> n & 0xf0) | c);
	return n;
}

/* Reads one escape of a text that was proved; its bytes, 1 to 4. *at is moved behind it. */
static size_t
reader_unescape(const char **at, const char *end, char out[4])
{
	static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
	const char *name = memchr(names, (*at)[1], sizeof(names) - 1);
	uint32_t c;

	if ((*at)[1] != 'u') {
		out[0] = name ? values[name - names] : (*at)[1];
		*at += 2;
		return 1;
	}
	c = (uint32_t)reader_hex(*at + 2);
	*at += 6;
	if (c >= 0xd800 && c < 0xe000) {
		int low = c < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u' ? reader_hex(*at + 2) : 0;

		if (low >= 0xdc00 && low < 0xe000) {
			*at += 6;
			c = 0x10000 + ((c - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
		} else
			c = 0xfffd;	/* half a pair */
	}
	return reader_put_utf8(out, c);
}

/* A string's text between its quotes, copied only if it must be. */
static struct sh_str
reader_text(struct sh_arena *a, struct sh_str raw, bool escaped)
{
	const char *at = raw.s, *end = raw.s + raw.n;
	char *out, *put;

	if (!escaped)
		return raw;
	put = out = sh_arena_alloc(a, raw.n);	/* an escape is never shorter than what it stands for */
	while (out && at < end) {
		const char *stop = memchr(at, '\\', (size_t)(end - at));
		size_t n = (size_t)((stop ? stop : end) - at);

		memcpy(put, at, n);
		put += n;
		at += n;
		if (stop) {
			char unit[4];

			n = reader_unescape(&at, end, unit);
			if (unit[0] == '\0')
				return SH_NONE;
			memcpy(put, unit, n);
			put += n;
		}
	}
	return out ? (struct sh_str){ out, (size_t)(put - out) } : SH_NONE;
}

/* A member's name as it stands between its quotes. Between name and value are blanks and one colon only. */
static struct sh_str
reader_key_raw(const struct sh_json *j)
{
	const char *start = j->at - j->key + 1, *stop = j->at - 1;

	while (*stop != '"')
		stop--;
	return (struct sh_str){ start, (size_t)(stop - start) };
}

struct sh_str
sh_reader_key(struct sh_arena *a, const struct sh_json *member)
{
	return member && member->key ? reader_text(a, reader_key_raw(member), member->key_escaped) : SH_NONE;
}

struct sh_str
sh_reader_str(struct sh_arena *a, const struct sh_json *j)
{
	if (!j || j->type != SH_JSON_STRING)
		return SH_NONE;
	return reader_text(a, (struct sh_str){ j->at + 1, j->n - 2 }, j->escaped);
}

/* The same name, when the member's has escapes; nothing is allocated, for the caller may have no arena. */
static bool
reader_key_equals(struct sh_str raw, struct sh_str key)
{
	const char *at = raw.s, *end = raw.s + raw.n;
	size_t done = 0;

	while (at < end) {
		char unit[4] = { *at };
		size_t n = 1;

		if (*at == '\\')
			n = reader_unescape(&at, end, unit);
		else
			at++;
		if (unit[0] == '\0' || n > key.n - done || memcmp(unit, key.s + done, n) != 0)
			return false;
		done += n;
	}
	return done == key.n;
}

/*
 * Without escapes the name's closing quote is the only one between its opening quote and the value, so a quote
 * behind as many bytes as are sought also proves the length.
 */
static bool
reader_is(const struct sh_json *j, struct sh_str key)
{
	const char *name = j->at - j->key + 1;

	if (j->key_escaped)
		return reader_key_equals(reader_key_raw(j), key);
	return key.n + 3 <= j->key && name[key.n] == '"' && memcmp(name, key.s, key.n) == 0;
}

const struct sh_json *
sh_reader_get(const struct sh_json *object, struct sh_str key)
{
	const struct sh_json *found = NULL, *j;

	if (!object || object->type != SH_JSON_OBJECT || !key.s)
		return NULL;
	for (j = sh_reader_first(object); j; j = sh_reader_next(j))
		if (reader_is(j, key))
			found = j;
	return found;
}

struct sh_str
sh_reader_raw(const struct sh_json *j)
{
	return j ? (struct sh_str){ j->at, j->n } : SH_NONE;
}

struct sh_str
sh_reader_scalar(struct sh_arena *a, const struct sh_json *j)
{
	switch (sh_reader_type(j)) {
	case SH_JSON_STRING:
		return sh_reader_str(a, j);
	case SH_JSON_NUMBER:
	case SH_JSON_BOOL:
		return sh_reader_raw(j);
	default:
		return SH_NONE;
	}
}

bool
sh_reader_int(const struct sh_json *j, int64_t *ret)
{
	return j && j->type == SH_JSON_NUMBER && sh_text_int((struct sh_str){ j->at, j->n }, ret);
}

bool
sh_reader_true(const struct sh_json *j)
{
	return j && j->type == SH_JSON_BOOL && j->n == 4;
}
