/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* A JSON text as the tree that its YAML would give. Places are found from where the reader's nodes point to. */
#include "gateway/base/yaml.h"

#include "gateway/base/reader.h"

#define YAML_JSON_SIZE_MAX (256 * 1024)
#define YAML_JSON_DEPTH_MAX 32
#define YAML_JSON_NODES_MAX 20000

struct yaml_json {
	struct sh_arena *arena;
	struct sh_str text;
	struct sh_faults *faults;
	size_t seen;			/* up to here lines and columns are counted */
	int line, column, nodes;
};

/* Nodes come in the text's order, so each byte is counted once. */
static void
yaml_json_place(struct yaml_json *j, size_t offset, int *ret_line, int *ret_column)
{
	for (; j->seen < offset && j->seen < j->text.n; j->seen++) {
		char c = j->text.s[j->seen];

		if (c == '\n') {
			j->line++;
			j->column = 1;
		} else if (((unsigned char)c & 0xc0) != 0x80) {
			j->column++;
		}
	}
	*ret_line = j->line;
	*ret_column = j->column;
}

static bool
yaml_json_scalar(struct yaml_json *j, const struct sh_json *from, struct sh_yaml *to)
{
	to->type = SH_YAML_SCALAR;
	to->plain = sh_reader_type(from) != SH_JSON_STRING;
	to->value = sh_arena_str(j->arena, to->plain ? sh_reader_raw(from) : sh_reader_str(j->arena, from));
	if (!to->value.s)
		sh_faults_add(j->faults, to->line, to->column, "a text that cannot be kept");
	return to->value.s;
}

static struct sh_yaml *
yaml_json_node(struct yaml_json *j, const struct sh_json *from, int depth)
{
	struct sh_yaml *to = sh_arena_make(j->arena, struct sh_yaml), **link;
	bool object = sh_reader_type(from) == SH_JSON_OBJECT;

	if (!to || ++j->nodes > YAML_JSON_NODES_MAX || depth > YAML_JSON_DEPTH_MAX) {
		sh_faults_add(j->faults, j->line, j->column, "too large or too deep");
		return NULL;
	}
	yaml_json_place(j, (size_t)(sh_reader_raw(from).s - j->text.s), &to->line, &to->column);
	if (!object && sh_reader_type(from) != SH_JSON_ARRAY)
		return yaml_json_scalar(j, from, to) ? to : NULL;

	to->type = object ? SH_YAML_MAP : SH_YAML_LIST;
	link = &to->first;
	for (const struct sh_json *m = sh_reader_first(from); m; m = sh_reader_next(m)) {
		struct sh_yaml *child;

		if (sh_reader_type(m) == SH_JSON_NULL)
			continue;
		child = yaml_json_node(j, m, depth + 1);
		if (!child)
			return NULL;
		if (object) {
			struct sh_str key = sh_reader_key(j->arena, m);

			child->key = key.s ? key : SH_STR("");
			child->key_line = child->line;
			child->key_column = child->column;
		}
		*link = child;
		link = &child->next;
	}
	if (object)
		sh_yaml_unique_keys(j->arena, to, j->faults);
	return to;
}

const struct sh_yaml *
sh_yaml_from_json(struct sh_arena *a, struct sh_str text, struct sh_faults *faults)
{
	struct yaml_json j = { .arena = a, .text = text, .faults = faults, .line = 1, .column = 1 };
	int before = faults->count, line, column;
	const struct sh_json *root;
	const struct sh_yaml *tree;
	size_t at = 0;

	if (text.n > YAML_JSON_SIZE_MAX) {
		sh_faults_add(faults, 0, 0, "larger than 256 KiB");
		return NULL;
	}
	root = sh_reader_parse(a, text, &at);
	if (!root) {
		yaml_json_place(&j, at, &line, &column);
		sh_faults_add(faults, line, column, "not JSON");
		return NULL;
	}
	tree = yaml_json_node(&j, root, 0);
	if (faults->count == before && sh_arena_failed(a))
		sh_faults_add(faults, 0, 0, "too large to keep");
	return faults->count == before ? tree : NULL;
}
