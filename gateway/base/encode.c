/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/encode.c: bytes as text and back. Sizes are computed from the input; a decoder that refuses has at most
 * wasted a piece of the arena.
 */
#include "gateway/base/encode.h"

static const char encode_hex_lower[] = "0123456789abcdef";
static const char encode_hex_upper[] = "0123456789ABCDEF";
static const char encode_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Room for n units of `each` characters and a NUL; NULL past any ceiling. */
static char *
encode_room(struct sh_arena *a, size_t n, size_t each)
{
	return sh_arena_alloc(a, n > (SIZE_MAX - 1) / each ? SIZE_MAX : n * each + 1);
}

static int
encode_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct sh_str
sh_encode_hex(struct sh_arena *a, struct sh_str bytes)
{
	char *out = bytes.s ? encode_room(a, bytes.n, 2) : NULL;

	if (!out)
		return SH_NONE;
	for (size_t i = 0; i < bytes.n; i++) {
		out[2 * i] = encode_hex_lower[(unsigned char)bytes.s[i] >> 4];
		out[2 * i + 1] = encode_hex_lower[bytes.s[i] & 15];
	}
	return (struct sh_str){ out, 2 * bytes.n };
}

struct sh_str
sh_encode_hex_decode(struct sh_arena *a, struct sh_str text)
{
	char *out = text.s && text.n % 2 == 0 ? encode_room(a, text.n / 2, 1) : NULL;

	if (!out)
		return SH_NONE;
	for (size_t i = 0; i < text.n; i += 2) {
		int high = encode_hex_value(text.s[i]), low = encode_hex_value(text.s[i + 1]);

		if (high < 0 || low < 0)
			return SH_NONE;
		out[i / 2] = (char)(high << 4 | low);
	}
	return (struct sh_str){ out, text.n / 2 };
}

struct sh_str
sh_encode_base64(struct sh_arena *a, struct sh_str bytes)
{
	char *out = bytes.s ? encode_room(a, bytes.n / 3 + (bytes.n % 3 != 0), 4) : NULL, *at = out;

	if (!out)
		return SH_NONE;
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
		uint32_t v = 0;

		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (k < n ? (unsigned char)bytes.s[i + k] : 0);
		*at++ = encode_alphabet[v >> 18];
		*at++ = encode_alphabet[v >> 12 & 63];
		*at++ = n > 1 ? encode_alphabet[v >> 6 & 63] : '=';
		*at++ = n > 2 ? encode_alphabet[v & 63] : '=';
	}
	return (struct sh_str){ out, (size_t)(at - out) };
}

/* Six bits; -1: in neither alphabet. `seen` collects 1 for the standard one's own two characters, 2 for the URL one's. */
static int
encode_base64_value(char c, unsigned *seen)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	*seen |= c == '+' || c == '/' ? 1 : c == '-' || c == '_' ? 2 : 4;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

struct sh_str
sh_encode_base64_decode(struct sh_arena *a, struct sh_str text)
{
	size_t n = text.n, got = 0;
	unsigned seen = 0, bits = 0;
	uint32_t v = 0;
	char *out;

	if (!text.s)
		return SH_NONE;
	/* Padding is there as a whole or not at all. */
	while (n > 0 && text.n - n < 2 && text.s[n - 1] == '=')
		n--;
	if ((n != text.n && text.n % 4 != 0) || n % 4 == 1)
		return SH_NONE;
	out = encode_room(a, n / 4 * 3 + 2, 1);
	if (!out)
		return SH_NONE;
	for (size_t i = 0; i < n; i++) {
		int six = encode_base64_value(text.s[i], &seen);

		if (six < 0)
			return SH_NONE;
		v = v << 6 | (uint32_t)six;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[got++] = (char)(v >> bits);
			v &= (1u << bits) - 1;
		}
	}
	/* Two spellings of one value, by left-over bits or mixed alphabets, would make signatures ambiguous. */
	if (v != 0 || seen == 3)
		return SH_NONE;
	return (struct sh_str){ out, got };
}

static bool
encode_is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
encode_is_unreserved(char c)
{
	return encode_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static char *
encode_percent(char *at, char c)
{
	*at++ = '%';
	*at++ = encode_hex_upper[(unsigned char)c >> 4];
	*at++ = encode_hex_upper[c & 15];
	return at;
}

struct sh_str
sh_encode_url(struct sh_arena *a, struct sh_str s)
{
	char *out = s.s ? encode_room(a, s.n, 3) : NULL, *at = out;

	if (!out)
		return SH_NONE;
	for (size_t i = 0; i < s.n; i++) {
		if (encode_is_unreserved(s.s[i]))
			*at++ = s.s[i];
		else
			at = encode_percent(at, s.s[i]);
	}
	return (struct sh_str){ out, (size_t)(at - out) };
}

static struct sh_str
encode_unescape(struct sh_arena *a, struct sh_str s)
{
	char *out = s.s ? encode_room(a, s.n, 1) : NULL, *at = out;

	if (!out)
		return SH_NONE;
	for (size_t i = 0; i < s.n; i++) {
		int high, low;

		if (s.s[i] != '%') {
			*at++ = s.s[i] == '+' ? ' ' : s.s[i];
			continue;
		}
		if (s.n - i < 3)
			return SH_NONE;
		high = encode_hex_value(s.s[i + 1]);
		low = encode_hex_value(s.s[i + 2]);
		if (high < 0 || low < 0)
			return SH_NONE;
		*at++ = (char)(high << 4 | low);
		i += 2;
	}
	return (struct sh_str){ out, (size_t)(at - out) };
}

/* The next piece between ampersands that is not empty, taken from the front; absent: there is none. */
static struct sh_str
encode_form_piece(struct sh_str *rest)
{
	while (rest->n > 0) {
		const char *amp = memchr(rest->s, '&', rest->n);
		struct sh_str piece = { rest->s, amp ? (size_t)(amp - rest->s) : rest->n };
		size_t step = piece.n + (amp != NULL);

		rest->s += step;
		rest->n -= step;
		if (piece.n > 0)
			return piece;
	}
	return SH_NONE;
}

struct sh_pair *
sh_encode_form_decode(struct sh_arena *a, struct sh_str body, size_t max_pairs, size_t *ret_n)
{
	struct sh_str rest = body, piece;
	struct sh_pair *pairs;
	size_t n = 0;

	while (encode_form_piece(&rest).s)
		if (++n > max_pairs)
			return NULL;
	pairs = sh_arena_array(a, struct sh_pair, n);
	if (!pairs)
		return NULL;
	rest = body;
	for (size_t i = 0; (piece = encode_form_piece(&rest)).s; i++) {
		const char *equals = memchr(piece.s, '=', piece.n);
		struct sh_str name = { piece.s, equals ? (size_t)(equals - piece.s) : piece.n };
		struct sh_str value = equals ? (struct sh_str){ equals + 1, piece.n - name.n - 1 } : SH_STR("");

		pairs[i].name = encode_unescape(a, name);
		pairs[i].value = encode_unescape(a, value);
		if (!pairs[i].name.s || !pairs[i].value.s)
			return NULL;
	}
	*ret_n = n;
	return pairs;
}

static char *
encode_form_put(char *at, struct sh_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.s[i];

		if (c == ' ')
			*at++ = '+';
		else if (encode_is_alnum(c) || c == '*' || c == '-' || c == '.' || c == '_')
			*at++ = c;
		else
			at = encode_percent(at, c);
	}
	return at;
}

struct sh_str
sh_encode_form(struct sh_arena *a, const struct sh_pair *pairs, size_t n)
{
	size_t total = 0;
	char *out, *at;

	/* The pairs are in memory, so their lengths add up; three characters a byte may not. */
	for (size_t i = 0; i < n; i++)
		total += pairs[i].name.n + pairs[i].value.n + 2;
	at = out = encode_room(a, total, 3);
	if (!out)
		return SH_NONE;
	for (size_t i = 0; i < n; i++) {
		if (!pairs[i].value.s)
			continue;
		if (at > out)
			*at++ = '&';
		at = encode_form_put(at, pairs[i].name);
		*at++ = '=';
		at = encode_form_put(at, pairs[i].value);
	}
	return (struct sh_str){ out, (size_t)(at - out) };
}
