/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* What begins with a digit: numbers, clocks, dates as they are written, and long runs, which are none of them. */
#include "gateway/policy/spoken_lex.h"

/* Reads up to 9 digits at i; how many there were. */
static uint32_t
digits_digits(const struct sh_lex *l, uint32_t i, int32_t *ret)
{
	uint32_t n = 0;

	*ret = 0;
	while (sh_lex_is_digit(sh_lex_at(l, i + n))) {
		if (n < 9)
			*ret = *ret * 10 + (l->s[i + n] - '0');
		n++;
	}
	return n;
}

/* How far a phone number or another long run reaches: its digits, through single hyphens, dots, blanks, brackets. */
static uint32_t
digits_run(const struct sh_lex *l, uint32_t i, uint32_t *ret_digits)
{
	uint32_t end = i, digits = 0;

	while (i < l->end) {
		unsigned char c = sh_lex_at(l, i);

		if (sh_lex_is_digit(c)) {
			digits++;
			end = ++i;
		} else if ((c == '-' || c == '.' || c == ' ' || c == '(' || c == ')') && i - end < 3) {
			i++;
		} else {
			break;
		}
	}
	*ret_digits = digits;
	return end;
}

/* 2026-06-18; 6/22, 22/6/26, 22.6.2026, 6-22-2026. 0: no date. */
static uint32_t
digits_date(struct sh_lex *l, uint32_t from)
{
	struct sh_spoken_token *t;
	int32_t a, b, c = 0;
	uint32_t na = digits_digits(l, from, &a), i = from + na, nb, nc = 0;
	unsigned char sep = sh_lex_at(l, i);

	if (na == 0 || (sep != '/' && sep != '-' && sep != '.'))
		return 0;
	nb = digits_digits(l, i + 1, &b);
	if (nb == 0 || nb > 2)
		return 0;
	i += 1 + nb;
	if (sh_lex_at(l, i) == sep && sh_lex_is_digit(sh_lex_at(l, i + 1))) {
		nc = digits_digits(l, i + 1, &c);
		i += 1 + nc;
	}
	if (na == 4 && nc > 0 && nc <= 2) {
		t = sh_lex_add(l, SH_SW_DATE, from, i);
		t->number = a, t->minute = (int16_t)b, t->second = (int16_t)c;
		t->value = 1;
		if ((sh_lex_at(l, i) | 0x20) == 't' && sh_lex_is_digit(sh_lex_at(l, i + 1)))
			i++;
		return i - from;
	}
	if (na > 2 || (nc != 0 && nc != 2 && nc != 4) || (nc == 0 && sep != '/') || (nc == 2 && sep == '-'))
		return 0;
	if (nc == 0 && a == 24 && b == 7)
		return 0;
	t = sh_lex_add(l, SH_SW_DATE, from, i);
	t->number = nc == 2 ? 2000 + c : c, t->minute = (int16_t)a, t->second = (int16_t)b;
	return i - from;
}

/* 3:30, 15:30:10, 15h30. 0: no clock. */
static uint32_t
digits_colon(struct sh_lex *l, uint32_t from)
{
	struct sh_spoken_token *t;
	int32_t h, m, s = 0;
	uint32_t nh = digits_digits(l, from, &h), i = from + nh, nm;
	unsigned char sep = sh_lex_at(l, i) | 0x20;

	if (nh > 2 || (sh_lex_at(l, i) != ':' && sep != 'h') || (nm = digits_digits(l, i + 1, &m)) != 2)
		return 0;
	i += 1 + nm;
	if (sh_lex_at(l, i) == ':' && sh_lex_is_digit(sh_lex_at(l, i + 1)))
		i += 1 + digits_digits(l, i + 1, &s);
	if (sh_lex_is_digit(sh_lex_at(l, i)) || (sep == 'h' && sh_lex_is_letter(sh_lex_at(l, i))))
		return 0;
	t = sh_lex_add(l, h > 24 || m > 59 || s > 59 ? SH_SW_JUNK : SH_SW_CLOCK, from, i);
	t->number = h, t->minute = (int16_t)m, t->second = (int16_t)s;
	t->digits = (uint8_t)nh;
	t->said_with_zero = nh == 2 && l->s[from] == '0';
	return i - from;
}

/* Letters that touch a number: 15th, 30m, 3ish. Those that are words of their own stay for the next token. */
static void
digits_suffix(struct sh_lex *l, struct sh_spoken_token *t)
{
	static const struct {
		const char *letters;
		uint8_t cls;
		int16_t value;
	} units[] = {
		{ "h", SH_SW_UNIT, 2 },
		{ "m", SH_SW_UNIT, 1 },
		{ "s", SH_SW_UNIT, 0 },
		{ "d", SH_SW_UNIT, 3 },
		{ "w", SH_SW_UNIT, 4 },
	};
	unsigned char a = sh_lex_at(l, l->i) | 0x20, b = sh_lex_at(l, l->i + 1) | 0x20;

	if (!sh_lex_is_letter(sh_lex_at(l, l->i)))
		return;
	if (!sh_lex_is_letter(sh_lex_at(l, l->i + 2)) &&
	    ((a == 's' && b == 't') || (a == 'n' && b == 'd') || (a == 'r' && b == 'd') || (a == 't' && b == 'h'))) {
		t->cls = SH_SW_ORDINAL;
		l->i += 2;
		t->length += 2;
		return;
	}
	if (sh_lex_is_letter(sh_lex_at(l, l->i + 1)))
		return;
	for (size_t k = 0; k < SH_LENGTH(units); k++) {
		if (a == (unsigned char)units[k].letters[0] && sh_lex_at(l, l->i + 1) != '.') {
			struct sh_spoken_token *u = sh_lex_add(l, units[k].cls, l->i, l->i + 1);

			u->value = units[k].value;
			l->i++;
			return;
		}
	}
}

void
sh_lex_number(struct sh_lex *l)
{
	struct sh_spoken_token *t;
	uint32_t from = l->i, n, digits, until;
	int32_t v, f = 0;
	unsigned char before = from > 0 ? (unsigned char)l->s[from - 1] : 0;
	bool junk = before == '$' || before == '#' || before == 0xA3 || before == 0xAC || before == '*';

	if ((n = digits_date(l, from)) > 0 || (n = digits_colon(l, from)) > 0) {
		l->i = from + n;
		if (junk)
			l->t[l->n - 1].cls = SH_SW_JUNK;
		return;
	}
	until = digits_run(l, from, &digits);
	if (digits >= 7) {
		sh_lex_add(l, SH_SW_JUNK, from, until);
		l->i = until;
		return;
	}
	n = digits_digits(l, from, &v);
	t = sh_lex_add(l, n > 4 ? SH_SW_JUNK : SH_SW_NUMBER, from, from + n);
	t->number = v;
	t->digits = (uint8_t)(n < 10 ? n : 10);
	t->said_with_zero = l->s[from] == '0' && n > 1;
	l->i = from + n;
	if ((sh_lex_at(l, l->i) == '.' || sh_lex_at(l, l->i) == ',') && sh_lex_is_digit(sh_lex_at(l, l->i + 1))) {
		bool comma = sh_lex_at(l, l->i) == ',';
		uint32_t nf = digits_digits(l, l->i + 1, &f);

		if (comma && nf != 3)
			goto end;
		l->i += 1 + nf;
		t->length += 1 + nf;
		t->minute = (int16_t)(nf == 1 ? f * 10 : nf == 2 ? f : 0);
		t->cls = comma ? SH_SW_JUNK : nf == 2 && f < 60 && n <= 2 ? SH_SW_NUMBER : nf <= 2 ? SH_SW_DECIMAL : SH_SW_JUNK;
	}
end:
	if (junk || sh_lex_at(l, l->i) == '%' || (sh_lex_at(l, l->i) == '/' && sh_lex_is_digit(sh_lex_at(l, l->i + 1))))
		t->cls = SH_SW_JUNK;
	if (sh_lex_at(l, l->i) == '/' && sh_lex_is_digit(sh_lex_at(l, l->i + 1))) { /* 24/7, 9/10/11/12 */
		while (sh_lex_is_digit(sh_lex_at(l, l->i)) || sh_lex_at(l, l->i) == '/')
			l->i++;
		t->length = l->i - from;
	}
	digits_suffix(l, t);
}
