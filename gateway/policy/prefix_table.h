/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/prefix_table.h: the table that prefix_table.py writes at build time; prefix.c is its only reader. */
#ifndef SH_POLICY_PREFIX_TABLE_H
#define SH_POLICY_PREFIX_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* The key is the prefix, left-aligned in eight decimal digits, times 16, plus its length: rows are sorted by it. */
#define SH_PREFIX_DIGITS_MAX 8

struct sh_prefix_row {
	uint32_t key;
	uint16_t zones;		/* of lists, from 1; 0: says nothing */
	uint16_t states;	/* of states, from 1; 0: says nothing */
	char country[2];	/* NUL: says nothing */
};

struct sh_prefix_table {
	const char *source;		/* "" if the gateway was built without the data */
	const char *const *lists;	/* "America/New_York America/Chicago": zones, the likeliest first */
	size_t nlists;
	const char *const *states;	/* "CA-NS CA-PE" */
	size_t nstates;
	const struct sh_prefix_row *rows;
	size_t nrows;
};

extern const struct sh_prefix_table sh_prefix_table;

#endif
