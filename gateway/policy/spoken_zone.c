/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/spoken_zone.c: "Mountain", "London time", "UTC plus two", "Denver", "your time". A name means the civil time of its region:
 * EST said in July is New York's clock. Only UTC, GMT and offsets are fixed.
 */
#include "gateway/policy/spoken_private.h"

#include <string.h>

#include "gateway/base/text.h"

#define ZONE_WORDS_MAX 4
#define ZONE_TEXT_MAX 64
#define ZONE_OFFSET_MAX_S (14 * 3600)

enum zone_how { ZONE_NAME, ZONE_SHORT, ZONE_PLACE, ZONE_STATE, ZONE_BOTH, ZONE_PEOPLE, ZONE_NOWHERE };

struct zone_row {
	const char *words, *zone, *others;
	enum zone_how how;
};

static const struct zone_row zone_rows[] = {
#define ZONE(how_, words_, zone_, others_) { words_, zone_, others_, ZONE_##how_ },
#include "gateway/policy/spoken_zone_en.def"
};

static const struct {
	const char *words, *zone;
} zone_cities[] = {
#include "gateway/policy/spoken_city.inc"
	{ "\xff", "" } /* without zone data there would be none */
};

/* ---- the tables ---- */

static bool
zone_find(const char *words, struct zone_row *ret)
{
	size_t low = 0, high = SH_LENGTH(zone_rows);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(words, zone_rows[middle].words);

		if (order == 0) {
			*ret = zone_rows[middle];
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	for (low = 0, high = SH_LENGTH(zone_cities); low < high;) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(words, zone_cities[middle].words);

		if (order == 0) {
			*ret = (struct zone_row){ zone_cities[middle].words, zone_cities[middle].zone, "", ZONE_PLACE };
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

static const struct sh_zone *
zone_named(const struct sh_spoken_place *p, struct sh_str name)
{
	return p->zones ? sh_zones_find(p->zones, name) : NULL;
}

static bool
zone_lies_in(const struct sh_spoken_place *p, const struct sh_zone *z)
{
	for (uint32_t i = 0; i < p->nnumber; i++)
		if (p->number[i] == z)
			return true;
	return p->earlier == z || p->contact == z;
}

/* Of several meanings the one where the callee is. */
static const struct sh_zone *
zone_choose(const struct sh_spoken_place *p, const struct zone_row *row)
{
	const struct sh_zone *first = zone_named(p, sh_str(row->zone));

	if (!first || zone_lies_in(p, first))
		return first;
	for (const char *s = row->others; *s;) {
		size_t n = strcspn(s, " ");
		const struct sh_zone *other = zone_named(p, (struct sh_str){ s, n });

		if (other && zone_lies_in(p, other))
			return other;
		s += n + (s[n] == ' ');
	}
	return first;
}

/* ---- words in a row ---- */

static bool
zone_is(const struct sh_spoken_tokens *ts, uint32_t i, const char *word)
{
	struct sh_str text;

	if (i >= ts->n)
		return false;
	text = ts->t[i].text;
	return text.n == strlen(word) && memcmp(text.s, word, text.n) == 0;
}

static bool
zone_is_one(const struct sh_spoken_tokens *ts, uint32_t i, const char *const *words)
{
	for (; *words; words++)
		if (zone_is(ts, i, *words))
			return true;
	return false;
}

static bool
zone_ends(const struct sh_spoken_tokens *ts, uint32_t i)
{
	return i >= ts->n || ts->t[i].cls == SH_SW_END || ts->t[i].cls == SH_SW_STOP || ts->t[i].cls == SH_SW_ASK;
}

/* The longest row that begins at token i. */
static uint32_t
zone_match(const struct sh_spoken_tokens *ts, uint32_t i, struct zone_row *ret)
{
	char words[ZONE_WORDS_MAX][ZONE_TEXT_MAX];
	char text[ZONE_TEXT_MAX];
	uint32_t n = 0;
	size_t length = 0;

	for (; n < ZONE_WORDS_MAX && i + n < ts->n; n++) {
		struct sh_str w = ts->t[i + n].text;

		if (ts->t[i + n].cls == SH_SW_END || w.n == 0 || length + w.n + 2 > sizeof(text))
			break;
		if (n > 0)
			text[length++] = ' ';
		memcpy(text + length, w.s, w.n);
		length += w.n;
		text[length] = '\0';
		memcpy(words[n], text, length + 1);
	}
	while (n > 0 && !zone_find(words[n - 1], ret))
		n--;
	return n;
}

static bool
zone_is_time(const struct sh_spoken_tokens *ts, uint32_t i)
{
	return i < ts->n && ts->t[i].cls == SH_SW_TIME && !zone_is(ts, i, "times");
}

/* "standard time", "time zone", "time": how many tokens. */
static uint32_t
zone_suffix(const struct sh_spoken_tokens *ts, uint32_t i)
{
	static const char *const seasons[] = { "standard", "daylight", "summer", "winter", "local", "savings", NULL };
	uint32_t n = 0;

	while (n < 2 && zone_is_one(ts, i + n, seasons))
		n++;
	return zone_is_time(ts, i + n) ? n + 1 : 0;
}

/* "at four, Mountain": a time is before it; or it is all that was said. */
static bool
zone_is_beside(const struct sh_spoken_tokens *ts, uint32_t i, uint32_t length)
{
	uint32_t before;

	if (i == 0 || zone_ends(ts, i - 1))
		return zone_ends(ts, i + length);
	before = i - 1;
	if (ts->t[before].cls == SH_SW_COMMA && before > 0)
		before--;
	switch (ts->t[before].cls) {
	case SH_SW_NUMBER:
	case SH_SW_ORDINAL:
	case SH_SW_CLOCK:
	case SH_SW_DATE:
	case SH_SW_DECIMAL:
	case SH_SW_OCLOCK:
	case SH_SW_MERIDIEM:
	case SH_SW_NOON:
	case SH_SW_MIDNIGHT:
	case SH_SW_DAYPART:
	case SH_SW_TODAY_PART:
	case SH_SW_TODAY:
	case SH_SW_DAY_OFFSET:
	case SH_SW_WEEKDAY:
	case SH_SW_ISH:
	case SH_SW_OR_SO:
	case SH_SW_SAME_TIME:
		return true;
	default:
		return false;
	}
}

/* ---- offsets ---- */

static bool
zone_set_offset(const struct sh_spoken_place *p, int64_t offset_s, struct sh_spoken_zone *ret)
{
	*ret = (struct sh_spoken_zone){ SH_ZONE_HOW_NAMED, zone_named(p, sh_str("UTC")), (int32_t)offset_s };
	return ret->zone && offset_s >= -ZONE_OFFSET_MAX_S && offset_s <= ZONE_OFFSET_MAX_S;
}

/* "2", "+02:00", "-0700", "+5:30": the sign may be missing. */
static bool
zone_parse_offset(struct sh_str s, int64_t *ret_s)
{
	int sign = 1, digits = 0, value = 0, hours = -1;

	if (s.n > 0 && (*s.s == '+' || *s.s == '-')) {
		sign = *s.s == '-' ? -1 : 1;
		s.s++;
		s.n--;
	}
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] == ':' && hours < 0 && (digits == 1 || digits == 2)) {
			hours = value;
			digits = value = 0;
		} else if (s.s[i] >= '0' && s.s[i] <= '9' && digits < 4) {
			value = value * 10 + (s.s[i] - '0');
			digits++;
		} else
			return false;
	if (hours >= 0 && digits != 2)
		return false;
	if (hours < 0 && digits > 2) {
		hours = value / 100;
		value %= 100;
	} else if (hours < 0) {
		if (digits == 0)
			return false;
		hours = value;
		value = 0;
	}
	*ret_s = sign * (hours * INT64_C(3600) + value * INT64_C(60));
	return value < 60;
}

/* After UTC or GMT: "plus two", "minus 3", "plus five thirty", "+05:30": how many tokens. */
static uint32_t
zone_offset_words(const struct sh_spoken_tokens *ts, uint32_t i, int64_t *ret_s)
{
	const struct sh_spoken_token *t;
	uint32_t n = 1;
	int sign;

	if (i >= ts->n)
		return 0;
	t = &ts->t[i];
	if (t->cls == SH_SW_PLUS || zone_is(ts, i, "plus"))
		sign = 1;
	else if (zone_is(ts, i, "minus") || (t->cls == SH_SW_DASH && t->glued))
		sign = -1;
	else
		return 0;
	if (i + 1 >= ts->n)
		return 0;
	t++;
	if (t->cls == SH_SW_CLOCK) {
		*ret_s = sign * (t->number * INT64_C(3600) + (t->minute > 0 ? t->minute : 0) * INT64_C(60));
		return 2;
	}
	if (t->cls != SH_SW_NUMBER)
		return 0;
	*ret_s = t->digits > 2 ? t->number / 100 * INT64_C(3600) + t->number % 100 * INT64_C(60) : t->number * INT64_C(3600);
	if (i + 2 < ts->n && t[1].cls == SH_SW_NUMBER && (t[1].number == 30 || t[1].number == 45)) {
		*ret_s += t[1].number * INT64_C(60);
		n++;
	}
	*ret_s *= sign;
	return n + 1;
}

/* ---- whose clock ---- */

/* "my time", "our end", "your local time", "over here". */
static uint32_t
zone_whose(const struct sh_spoken_tokens *ts, uint32_t i, enum sh_spoken_zone_how *ret)
{
	static const char *const ends[] = { "end", "side", NULL };
	static const char *const no_zone[] = { "for", "of", "take", "taking", "took", "waste", "wasting", "wasted", "value",
		"worth", "appreciate", "respect", "with", "all", "on", NULL };
	uint32_t n = 1;

	*ret = SH_ZONE_HOW_MINE;
	if (ts->t[i].cls == SH_SW_HERE)
		return 1;
	if (ts->t[i].cls == SH_SW_YOUR)
		*ret = SH_ZONE_HOW_YOURS;
	else if (ts->t[i].cls != SH_SW_MY)
		return 0;
	if (zone_is(ts, i + n, "local"))
		n++;
	/* "Thanks for your time", "on my time". */
	if (zone_is_time(ts, i + n))
		return i > 0 && zone_is_one(ts, i - 1, no_zone) ? 0 : n + 1;
	return zone_is_one(ts, i + n, ends) ? n + 1 : 0;
}

/* ---- what begins here ---- */

static uint32_t
zone_after_city(const struct sh_spoken_tokens *ts, uint32_t i, struct zone_row *city)
{
	uint32_t comma = i < ts->n && ts->t[i].cls == SH_SW_COMMA, n;
	struct zone_row state;

	n = zone_match(ts, i + comma, &state);
	if (n == 0 || (state.how != ZONE_STATE && state.how != ZONE_NOWHERE))
		return 0;
	if (state.how == ZONE_STATE)
		city->zone = state.zone;
	return comma + n;
}

bool
sh_spoken_zone_at(const struct sh_spoken_place *p, const struct sh_spoken_tokens *ts, uint32_t i, uint32_t *ret_length,
    struct sh_spoken_zone *ret)
{
	struct zone_row row;
	uint32_t n, more;
	int64_t offset_s;
	bool beside;

	*ret = (struct sh_spoken_zone){ 0 };
	n = zone_whose(ts, i, &ret->how);
	if (n > 0) {
		*ret_length = n;
		return true;
	}
	ret->how = SH_ZONE_HOW_NONE;
	n = zone_match(ts, i, &row);
	if (n == 0 || row.how == ZONE_NOWHERE)
		return false;
	if (row.how == ZONE_SHORT && strcmp(row.zone, "UTC") == 0) {
		more = zone_offset_words(ts, i + n, &offset_s);
		if (more > 0) {
			*ret_length = n + more;
			return zone_set_offset(p, offset_s, ret);
		}
	}
	beside = zone_is_beside(ts, i, n);
	if (row.how == ZONE_PLACE)
		n += zone_after_city(ts, i + n, &row);
	more = zone_suffix(ts, i + n);
	*ret_length = n + more;
	ret->zone = zone_choose(p, &row);
	if (more > 0 || (beside && (row.how == ZONE_NAME || row.how == ZONE_BOTH)))
		ret->how = SH_ZONE_HOW_NAMED;
	else if (row.how == ZONE_SHORT && (beside || strlen(row.words) > 2))
		ret->how = SH_ZONE_HOW_NAMED;
	else if (row.how == ZONE_PLACE || row.how == ZONE_STATE || row.how == ZONE_BOTH)
		ret->how = SH_ZONE_HOW_PLACE;
	return ret->zone && ret->how != SH_ZONE_HOW_NONE;
}

/* ---- a whole string ---- */

static bool
zone_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Lower case, one space between words; false: too long for a zone. */
static bool
zone_fold(struct sh_str s, char out[ZONE_TEXT_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.s[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		else if (c == '_' || c == '.' || c == ',' || c == '\t' || (c == '-' && i + 1 < s.n && zone_is_letter(s.s[i + 1])))
			c = ' ';
		if (c == ' ' && (n == 0 || out[n - 1] == ' '))
			continue;
		if (n + 1 >= ZONE_TEXT_MAX)
			return false;
		out[n++] = c;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return n > 0;
}

static void
zone_drop_suffix(char *words)
{
	static const char *const suffixes[] = { " zone", " time", " standard", " daylight", " summer", " savings" };

	for (size_t i = 0; i < SH_LENGTH(suffixes); i++) {
		size_t n = strlen(words), m = strlen(suffixes[i]);

		if (n > m && strcmp(words + n - m, suffixes[i]) == 0)
			words[n - m] = '\0';
	}
}

static bool
zone_text_offset(const struct sh_spoken_place *p, const char *words, struct sh_spoken_zone *ret)
{
	bool named = strncmp(words, "utc", 3) == 0 || strncmp(words, "gmt", 3) == 0;
	int64_t offset_s;

	words += named ? 3 : 0;
	words += named && *words == ' ';
	if (*words != '+' && *words != '-')
		return false;
	return zone_parse_offset(sh_str(words), &offset_s) && zone_set_offset(p, offset_s, ret);
}

bool
sh_spoken_zone_text(const struct sh_spoken_place *p, struct sh_str s, struct sh_spoken_zone *ret)
{
	char words[ZONE_TEXT_MAX];
	struct zone_row row;

	*ret = (struct sh_spoken_zone){ .how = SH_ZONE_HOW_NAMED };
	if (!s.s || !zone_fold(s, words))
		return false;
	if (zone_text_offset(p, words, ret))
		return true;
	*ret = (struct sh_spoken_zone){ .how = SH_ZONE_HOW_NAMED };
	/* The table goes first: IANA has an EST without summer time, and nobody means that. */
	zone_drop_suffix(words);
	if (zone_find(words, &row)) {
		ret->zone = row.how == ZONE_NOWHERE ? NULL : zone_choose(p, &row);
		return ret->zone != NULL;
	}
	ret->zone = zone_named(p, s);
	for (char *c = words; !ret->zone && *c; c++)
		if (*c == ' ')
			*c = '_';
	if (!ret->zone)
		ret->zone = zone_named(p, sh_str(words));
	return ret->zone != NULL;
}
