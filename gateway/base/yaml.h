/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/yaml.h: reads a safe subset of YAML into a tree whose nodes know where they stand.
 *
 * Refused with file:line:column: anchors, aliases, tags, a second document, duplicate keys, keys that are not
 * plain text, more than 256 KiB, more than 20,000 nodes, depth over 32. Scalars have no type: only a plain one may be read as
 * number, true/false or null.
 *
 * A loader checks a mapping against a table of its keys, collects every fault, and reports them together:
 *
 *	faults.yaml:12:5: unknown key "quiet_hour"; did you mean "quiet_hours"?
 */
#ifndef SH_BASE_YAML_H
#define SH_BASE_YAML_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/base/error.h"

enum sh_yaml_type { SH_YAML_SCALAR, SH_YAML_LIST, SH_YAML_MAP };

struct sh_yaml {
	enum sh_yaml_type type;
	bool plain;			/* a scalar without quotes */
	int line, column;		/* from 1; columns count characters */
	struct sh_str key;		/* in a map: this entry's key */
	int key_line, key_column;
	struct sh_str value;		/* of a scalar */
	struct sh_yaml *first, *next;	/* children; next sibling */
};

/* Faults found so far, one line each, in text; a loader goes on after a fault to find the others. */
struct sh_faults {
	const char *file;
	struct sh_buf text;
	int count;
};

void sh_faults_init(struct sh_faults *, const char *file);	/* file is borrowed */
void sh_faults_clear(struct sh_faults *);
/* Line 0: the place is unknown, and left out. After 50 faults they are only counted. */
void sh_faults_add(struct sh_faults *, int line, int column, const char *fmt, ...) SH_PRINTF(4, 5);
/* In the order of the file, those without a place last; a fault that was found twice stands there once. */
void sh_faults_sort(struct sh_faults *);

/*
 * Reads a text. NULL if it cannot be read (a fault was added) or is empty (none was). A key that stands twice is a fault
 * too, but the tree is given. It lives in the arena.
 */
const struct sh_yaml *sh_yaml_parse(struct sh_arena *, struct sh_str text, struct sh_faults *);
/* The same of a file, whose name is that of faults. */
const struct sh_yaml *sh_yaml_load(struct sh_arena *, struct sh_faults *);

/*
 * The same tree of a JSON text, under the same rules, so that one loader serves files and the API's bodies. A
 * member that is null is left out.
 */
const struct sh_yaml *sh_yaml_from_json(struct sh_arena *, struct sh_str text, struct sh_faults *);

/* NULL if it is not there, or if map is NULL or no map. */
const struct sh_yaml *sh_yaml_get(const struct sh_yaml *map, const char *key);

/* Adds a fault for every key that a map has twice; the parsers have done it. */
void sh_yaml_unique_keys(struct sh_arena *, const struct sh_yaml *map, struct sh_faults *);

/* Adds a fault for every key of the map that is not among names (ends with NULL), with the nearest that is. */
void sh_yaml_check_keys(const struct sh_yaml *map, const char *const *names, struct sh_faults *);

/* What a fault says was found: "a list", or the value in quotes, shortened and printable. Returns out. */
const char *sh_yaml_found(const struct sh_yaml *, char out[80]);
/* Adds "expected …, found …" at the node's place. */
void sh_yaml_expected(const struct sh_yaml *, struct sh_faults *, const char *what);

/*
 * Readers of scalars: each adds a fault that says what was found and what was expected, and returns false. Of
 * NULL, an absent key, they return false and add nothing.
 */
bool sh_yaml_str(const struct sh_yaml *, struct sh_faults *, struct sh_str *ret);
bool sh_yaml_int(const struct sh_yaml *, int64_t min, int64_t max, struct sh_faults *, int64_t *ret);
bool sh_yaml_bool(const struct sh_yaml *, struct sh_faults *, bool *ret);		/* true false yes no on off */
bool sh_yaml_duration(const struct sh_yaml *, struct sh_faults *, int64_t *ret_s);	/* "4h", "30m" */
bool sh_yaml_choice(const struct sh_yaml *, const char *const *names, struct sh_faults *, int *ret);

#endif
