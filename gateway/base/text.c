/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/text.c: questions about strings, answered by looking at each byte once. Absent strings are nothing.
 */
#include "gateway/base/text.h"

#include "gateway/base/macro.h"

#define TEXT_DURATION_MAX_S (3660 * INT64_C(86400))
#define TEXT_NEAREST_MAX 63

static bool
text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
sh_text_is_e164(struct sh_str s)
{
	if (!s.s || s.n < 8 || s.n > 16 || s.s[0] != '+' || s.s[1] == '0')
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!text_is_digit(s.s[i]))
			return false;
	return true;
}

struct sh_str
sh_text_cut(struct sh_str s, size_t max)
{
	if (s.n > max)
		for (s.n = max; s.n > 0 && ((unsigned char)s.s[s.n] & 0xc0) == 0x80; s.n--)
			;
	return s;
}

/* After the table of RFC 3629 section 4. */
size_t
sh_text_utf8_length(struct sh_str s)
{
	const unsigned char *p = (const unsigned char *)s.s;
	unsigned char low = 0x80, high = 0xbf;
	size_t want;

	if (s.n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	want = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (s.n < want)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;	/* shorter would do */
	else if (p[0] == 0xed)
		high = 0x9f;	/* surrogates */
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;	/* past U+10FFFF */
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < want; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return want;
}

size_t
sh_text_utf8_valid(struct sh_str s)
{
	size_t at = 0, step;

	while (at < s.n) {
		uint64_t word;

		/* Eight bytes of ASCII at a time; texts are mostly that. */
		if (s.n - at >= sizeof(word)) {
			memcpy(&word, s.s + at, sizeof(word));
			if (!(word & UINT64_C(0x8080808080808080))) {
				at += sizeof(word);
				continue;
			}
		}
		step = sh_text_utf8_length((struct sh_str){ s.s + at, s.n - at });
		if (step == 0)
			break;
		at += step;
	}
	return at;
}

bool
sh_text_is_utf8(struct sh_str s)
{
	return s.s && sh_text_utf8_valid(s) == s.n && (s.n == 0 || !memchr(s.s, '\0', s.n));
}

bool
sh_text_int(struct sh_str s, int64_t *ret)
{
	bool negative = s.s && s.n > 0 && s.s[0] == '-';
	uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, v = 0;
	size_t i = negative;

	if (!s.s || i == s.n)
		return false;
	for (; i < s.n; i++) {
		unsigned digit = (unsigned)(s.s[i] - '0');

		if (!text_is_digit(s.s[i]) || v > (limit - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*ret = negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

static const struct {
	char letter;
	int32_t s;
} text_units[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };

bool
sh_text_duration(struct sh_str s, int64_t *ret_s)
{
	int64_t total = 0;
	size_t i = 0, unit = 0;

	if (!s.s || s.n == 0)
		return false;
	/* Each unit at most once, the larger first: "30m1h" is more likely a slip than a wish. */
	while (i < s.n) {
		int64_t v = 0;
		size_t start = i;

		for (; i < s.n && text_is_digit(s.s[i]); i++) {
			v = v * 10 + (s.s[i] - '0');
			if (v > TEXT_DURATION_MAX_S)
				return false;
		}
		if (i == start || i == s.n)
			return false;
		while (unit < SH_LENGTH(text_units) && text_units[unit].letter != s.s[i])
			unit++;
		if (unit == SH_LENGTH(text_units))
			return false;
		total += v * text_units[unit].s;
		if (total > TEXT_DURATION_MAX_S)
			return false;
		unit++;
		i++;
	}
	*ret_s = total;
	return true;
}

/* Decimal digits of v; where they end. */
static char *
text_put_uint(char *out, uint64_t v)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	while (n > 0)
		*out++ = digits[--n];
	return out;
}

void
sh_text_duration_format(int64_t s, char out[32])
{
	char *at = out;

	assert(s >= 0);
	for (size_t i = 0; i < SH_LENGTH(text_units); i++) {
		int64_t v = s / text_units[i].s;

		s %= text_units[i].s;
		if (v == 0 && !(at == out && text_units[i].letter == 's'))
			continue;
		at = text_put_uint(at, (uint64_t)v);
		*at++ = text_units[i].letter;
	}
	*at = '\0';
}

static int
text_hex_value(char c)
{
	if (text_is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
sh_text_uuid(struct sh_str s, uint8_t ret[16])
{
	size_t n = 0;

	if (!s.s || s.n != 36)
		return false;
	for (size_t i = 0; i < 36;) {
		int high, low;

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s.s[i++] != '-')
				return false;
			continue;
		}
		high = text_hex_value(s.s[i++]);
		low = text_hex_value(s.s[i++]);
		if (high < 0 || low < 0)
			return false;
		ret[n++] = (uint8_t)(high << 4 | low);
	}
	return true;
}

void
sh_text_uuid_format(const uint8_t id[16], char out[37])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digits[id[i] >> 4];
		*out++ = digits[id[i] & 15];
	}
	*out = '\0';
}

static char
text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool
sh_text_equal_nocase(struct sh_str a, struct sh_str b)
{
	if (a.n != b.n || !a.s != !b.s)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (text_lower(a.s[i]) != text_lower(b.s[i]))
			return false;
	return true;
}

static size_t
text_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits between two words, a swap of neighbours being one; three rows of the table are enough. */
static size_t
text_distance(struct sh_str a, struct sh_str b)
{
	size_t rows[3][TEXT_NEAREST_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2], *spare;

	for (size_t j = 0; j <= b.n; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			bool same = text_lower(a.s[i - 1]) == text_lower(b.s[j - 1]);

			now[j] = text_min(last[j - 1] + !same, text_min(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a.s[i - 1] == b.s[j - 2] && a.s[i - 2] == b.s[j - 1])
				now[j] = text_min(now[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b.n];
}

const char *
sh_text_nearest(struct sh_str word, const char *const *names)
{
	/* One edit in three characters; more would suggest words that merely have the same length. */
	size_t best_distance = text_min(word.n / 3, 3) + (word.n < 3) + 1;
	const char *best = NULL;

	if (!word.s || word.n == 0 || word.n > TEXT_NEAREST_MAX)
		return NULL;
	for (; *names; names++) {
		struct sh_str name = sh_str(*names);
		size_t distance;

		if (name.n == 0 || name.n > TEXT_NEAREST_MAX)
			continue;
		distance = text_distance(word, name);
		if (distance < best_distance && distance < name.n) {
			best_distance = distance;
			best = *names;
		}
	}
	return best;
}

void
sh_text_mask(struct sh_str s, char out[64])
{
	static const char dot[] = "\u2022";
	bool shown = sh_text_is_e164(s);
	size_t dots = shown ? s.n - 6 : 3;

	if (shown) {
		memcpy(out, s.s, 2);
		out += 2;
	}
	for (size_t i = 0; i < dots; i++, out += sizeof(dot) - 1)
		memcpy(out, dot, sizeof(dot) - 1);
	if (shown) {
		memcpy(out, s.s + s.n - 4, 4);
		out += 4;
	}
	*out = '\0';
}
