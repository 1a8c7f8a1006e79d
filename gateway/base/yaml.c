/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * libyaml's events, made into a tree. What YAML has beyond a tree of texts (anchors, tags, documents) is refused
 * here and not missed by anybody who writes a policy.
 */
#include "gateway/base/yaml.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define YAML_SIZE_MAX (256 * 1024)
#define YAML_NODES_MAX 20000
#define YAML_DEPTH_MAX 32

struct yaml_walk {
	struct sh_arena *arena;
	struct sh_faults *faults;
	struct sh_yaml *open[YAML_DEPTH_MAX];	/* the containers around the next node, outermost first */
	struct sh_yaml *last[YAML_DEPTH_MAX];	/* and the child that each got last */
	int depth, nodes, documents;
	struct sh_yaml *root;
	struct sh_yaml *key;			/* read, and waiting for its value */
	bool stop;
	int duplicates;		/* faults that leave the tree whole */
};

/* ---- faults of libyaml itself ---- */

/* The reader knows only an offset. Columns count characters: bytes that do not continue one. */
static void
yaml_place(struct sh_str text, size_t offset, int *ret_line, int *ret_column)
{
	int line = 1, column = 1;

	for (size_t i = 0; i < offset && i < text.n; i++) {
		char c = text.s[i];

		if (c == '\n' || (c == '\r' && !(i + 1 < text.n && text.s[i + 1] == '\n'))) {
			line++;
			column = 1;
		} else if (((unsigned char)c & 0xc0) != 0x80) {
			column++;
		}
	}
	*ret_line = line;
	*ret_column = column;
}

static void
yaml_syntax(const yaml_parser_t *p, struct sh_str text, struct sh_faults *faults)
{
	int line = (int)p->problem_mark.line + 1, column = (int)p->problem_mark.column + 1;
	const char *problem = p->problem ? p->problem : "not YAML";

	if (p->error == YAML_READER_ERROR)
		yaml_place(text, p->problem_offset, &line, &column);
	if (p->error == YAML_MEMORY_ERROR)
		sh_faults_add(faults, 0, 0, "no memory to read it");
	else if (p->error == YAML_READER_ERROR || !p->context)
		sh_faults_add(faults, line, column, "%s", problem);
	else
		sh_faults_add(faults, line, column, "%s, %s that begins at %zu:%zu", problem, p->context,
			p->context_mark.line + 1, p->context_mark.column + 1);
}

/* ---- the tree ---- */

static void
yaml_refuse(struct yaml_walk *w, const yaml_mark_t *at, const char *what)
{
	sh_faults_add(w->faults, (int)at->line + 1, (int)at->column + 1, "%s", what);
}

static void
yaml_end(struct yaml_walk *w, const yaml_mark_t *at, const char *what)
{
	yaml_refuse(w, at, what);
	w->stop = true;
}

static bool
yaml_in_map(const struct yaml_walk *w)
{
	return w->depth > 0 && w->open[w->depth - 1]->type == SH_YAML_MAP;
}

/* Hangs a node where the walk stands. */
static void
yaml_hang(struct yaml_walk *w, struct sh_yaml *node)
{
	struct sh_yaml *parent;

	if (w->depth == 0) {
		w->root = node;
		return;
	}
	parent = w->open[w->depth - 1];
	if (parent->type == SH_YAML_MAP) {
		node->key = w->key->value;
		node->key_line = w->key->line;
		node->key_column = w->key->column;
		w->key = NULL;
	}
	if (parent->first)
		w->last[w->depth - 1]->next = node;
	else
		parent->first = node;
	w->last[w->depth - 1] = node;
}

static struct sh_yaml *
yaml_node(struct yaml_walk *w, const yaml_event_t *ev, enum sh_yaml_type type)
{
	struct sh_yaml *node;

	if (++w->nodes > YAML_NODES_MAX) {
		yaml_end(w, &ev->start_mark, "more than 20000 nodes");
		return NULL;
	}
	node = sh_arena_make(w->arena, struct sh_yaml);
	if (!node) {
		yaml_end(w, &ev->start_mark, "too large to keep");
		return NULL;
	}
	node->type = type;
	node->line = (int)ev->start_mark.line + 1;
	node->column = (int)ev->start_mark.column + 1;
	return node;
}

static void
yaml_properties(struct yaml_walk *w, const yaml_event_t *ev, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		yaml_refuse(w, &ev->start_mark, "anchors (&) are not allowed");
	if (tag)
		yaml_refuse(w, &ev->start_mark, "tags (!) are not allowed");
}

static void
yaml_scalar(struct yaml_walk *w, const yaml_event_t *ev)
{
	struct sh_yaml *node = yaml_node(w, ev, SH_YAML_SCALAR);

	if (!node)
		return;
	yaml_properties(w, ev, ev->data.scalar.anchor, ev->data.scalar.tag);
	node->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->value = sh_arena_str(w->arena, (struct sh_str){ (const char *)ev->data.scalar.value, ev->data.scalar.length });
	if (!node->value.s) {
		yaml_end(w, &ev->start_mark, "too large to keep");
	} else if (!yaml_in_map(w) || w->key) {
		yaml_hang(w, node);
	} else {
		if (node->value.n == 0)
			yaml_refuse(w, &ev->start_mark, "empty key");
		else if (node->plain && sh_str_is(node->value, "<<"))
			yaml_refuse(w, &ev->start_mark, "merge keys (<<) are not allowed");
		w->key = node;
	}
}

static void
yaml_open(struct yaml_walk *w, const yaml_event_t *ev, enum sh_yaml_type type)
{
	struct sh_yaml *node = yaml_node(w, ev, type);

	if (!node)
		return;
	if (type == SH_YAML_MAP)
		yaml_properties(w, ev, ev->data.mapping_start.anchor, ev->data.mapping_start.tag);
	else
		yaml_properties(w, ev, ev->data.sequence_start.anchor, ev->data.sequence_start.tag);
	if (yaml_in_map(w) && !w->key) {
		yaml_end(w, &ev->start_mark, "a key must be text");
		return;
	}
	if (w->depth == YAML_DEPTH_MAX) {
		yaml_end(w, &ev->start_mark, "nested more than 32 deep");
		return;
	}
	yaml_hang(w, node);
	w->open[w->depth++] = node;
}

static void
yaml_event(struct yaml_walk *w, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++w->documents > 1)
			yaml_end(w, &ev->start_mark, "a second document is not allowed");
		break;
	case YAML_ALIAS_EVENT:
		yaml_end(w, &ev->start_mark, "aliases (*) are not allowed");
		break;
	case YAML_SCALAR_EVENT:
		yaml_scalar(w, ev);
		break;
	case YAML_SEQUENCE_START_EVENT:
		yaml_open(w, ev, SH_YAML_LIST);
		break;
	case YAML_MAPPING_START_EVENT:
		yaml_open(w, ev, SH_YAML_MAP);
		break;
	case YAML_MAPPING_END_EVENT:
		w->duplicates -= w->faults->count;
		sh_yaml_unique_keys(w->arena, w->open[w->depth - 1], w->faults);
		w->duplicates += w->faults->count;
		w->depth--;
		break;
	case YAML_SEQUENCE_END_EVENT:
		w->depth--;
		break;
	case YAML_STREAM_END_EVENT:
		w->stop = true;
		break;
	default:
		break;
	}
}

const struct sh_yaml *
sh_yaml_parse(struct sh_arena *a, struct sh_str text, struct sh_faults *faults)
{
	struct yaml_walk w = { .arena = a, .faults = faults };
	int before = faults->count;
	yaml_parser_t p;
	yaml_event_t ev;

	if (text.n > YAML_SIZE_MAX) {
		sh_faults_add(faults, 0, 0, "larger than 256 KiB");
		return NULL;
	}
	/* A byte order mark is no part of the first line; another encoding than UTF-8 is no YAML of ours. */
	if (text.n >= 3 && memcmp(text.s, "\xef\xbb\xbf", 3) == 0)
		text = (struct sh_str){ text.s + 3, text.n - 3 };
	if (!yaml_parser_initialize(&p)) {
		sh_faults_add(faults, 0, 0, "no memory to read it");
		return NULL;
	}
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p, (const unsigned char *)(text.s ? text.s : ""), text.n);
	while (!w.stop) {
		if (!yaml_parser_parse(&p, &ev)) {
			yaml_syntax(&p, text, faults);
			break;
		}
		yaml_event(&w, &ev);
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&p);
	if (faults->count == before && sh_arena_failed(a))
		sh_faults_add(faults, 0, 0, "too large to keep");
	/* A key that stands twice is a fault, but no reason not to look for others. */
	return faults->count == before + w.duplicates ? w.root : NULL;
}

const struct sh_yaml *
sh_yaml_load(struct sh_arena *a, struct sh_faults *faults)
{
	FILE *f = fopen(faults->file, "re");
	const struct sh_yaml *tree = NULL;
	char *text;
	size_t n;

	if (!f) {
		sh_faults_add(faults, 0, 0, "cannot be opened: %m");
		return NULL;
	}
	text = malloc(YAML_SIZE_MAX + 1);
	n = text ? fread(text, 1, YAML_SIZE_MAX + 1, f) : 0;
	if (!text)
		sh_faults_add(faults, 0, 0, "no memory to read it");
	else if (ferror(f))
		sh_faults_add(faults, 0, 0, "cannot be read: %m");
	else
		tree = sh_yaml_parse(a, (struct sh_str){ text, n }, faults);
	fclose(f);
	free(text);
	return tree;
}
