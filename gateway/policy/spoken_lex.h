/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/spoken_lex.h: the lexer's passes. First the bytes are cut into words, numbers and marks (spoken_lex.c, spoken_digits.c),
 * then fixed phrases become one token and fillers go (spoken_terms.c), then number words become numbers (spoken_number.c). Each
 * pass moves forward only and writes where it has read.
 */
#ifndef SH_POLICY_SPOKEN_LEX_H
#define SH_POLICY_SPOKEN_LEX_H

#include "gateway/policy/spoken_grammar.h"

struct sh_lex {
	struct sh_spoken_token *t;
	uint32_t n, max;
	char *folded; /* where the next word's letters go */
	uint32_t turn;
	const char *s; /* the turn */
	uint32_t i, end;
};

static inline bool
sh_lex_is_letter(unsigned char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26 || c >= 0x80 || c == '_';
}

static inline bool
sh_lex_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static inline unsigned char
sh_lex_at(const struct sh_lex *l, uint32_t i)
{
	return i < l->end ? (unsigned char)l->s[i] : 0;
}

/* A word's hash, as spoken_words.awk makes it: letter by letter, from 0. */
static inline uint32_t
sh_lex_hash(uint32_t h, unsigned char c)
{
	return h * 33 + c;
}

struct sh_spoken_token *sh_lex_add(struct sh_lex *, enum sh_spoken_class, uint32_t from, uint32_t until);

/* What begins with the digit where the lexer stands. */
void sh_lex_number(struct sh_lex *);

/* The passes that follow, in place: how many tokens are left. */
uint32_t sh_spoken_terms(struct sh_spoken_token *, uint32_t n);
uint32_t sh_spoken_numbers(struct sh_spoken_token *, uint32_t n);

#endif
