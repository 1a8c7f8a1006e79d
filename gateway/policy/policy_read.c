/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/policy_read.c: the text of a policy against the table of keys (policy_keys.def). */
#include "gateway/policy/policy.h"

#include <string.h>

#include "gateway/policy/hours_read.h"
#include "gateway/policy/policy_key.h"

#define READ_TREE_MAX (16 << 20)	/* 20,000 nodes and their texts, twice over */
#define READ_KEYS_MAX 64

/* The keys of a section, or of the top with its sections, once each. Ends with NULL. */
static void
read_names(const char *section, const char *names[READ_KEYS_MAX + 1])
{
	bool top = !section[0];
	size_t n = 0;

	for (size_t i = 0; i < sh_policy_nkeys; i++) {
		const struct sh_policy_key *k = &sh_policy_keys[i];
		const char *name = strcmp(k->section, section) == 0 ? k->key : top ? k->section : NULL;

		if (!name || (n > 0 && strcmp(names[n - 1], name) == 0))
			continue;
		assert(n < READ_KEYS_MAX);
		names[n++] = name;
	}
	names[n] = NULL;
}

static void
read_key(struct sh_policy_reader *r, const struct sh_policy_key *k)
{
	const struct sh_yaml *y = sh_yaml_get(r->section, k->key);

	if (!y)
		return;
	if (k->read)
		k->read(r, y);
	else
		sh_policy_key_read(k, r, y);
}

/* What two keys say together. */
static void
read_pairs(struct sh_policy_reader *r, const struct sh_yaml *tree)
{
	const struct sh_yaml *days = sh_yaml_get(tree, "quiet_days"), *level = sh_yaml_get(sh_yaml_get(tree, "retention"), "level");
	const char *kept;

	for (int d = 0; d < 7; d++)
		if (r->p->quiet.closed_days & r->p->opened_days & 1u << d)
			sh_faults_add(r->faults, days->key_line, days->key_column, "%s has hours and is a quiet day",
				sh_hours_weekdays[d]);
	kept = sh_policy_kept(r->p);
	if (kept)
		sh_faults_add(r->faults, level->line, level->column, "minimal keeps nothing of a call: %s says otherwise", kept);
}

static void
read_tree(struct sh_policy_reader *r, const struct sh_yaml *tree)
{
	const char *names[READ_KEYS_MAX + 1], *section = NULL;

	read_names("", names);
	sh_yaml_check_keys(tree, names, r->faults);
	for (size_t i = 0; i < sh_policy_nkeys; i++) {
		const struct sh_policy_key *k = &sh_policy_keys[i];

		if (!section || strcmp(section, k->section) != 0) {
			section = k->section;
			r->section = section[0] ? sh_yaml_get(tree, section) : tree;
			read_names(section, names);
			if (section[0])
				sh_yaml_check_keys(r->section, names, r->faults);
		}
		read_key(r, k);
	}
	read_pairs(r, tree);
}

bool
sh_policy_read_tree(const struct sh_yaml *tree, enum sh_origin origin, const struct sh_zones *zones, struct sh_policy *ret,
	struct sh_faults *f)
{
	struct sh_policy_reader r = { .p = ret, .origin = origin, .zones = zones, .faults = f };
	int before = f->count;

	memset(ret, 0, sizeof(*ret));
	read_tree(&r, tree);
	return f->count == before;
}

/* Either parser's work, one after the other, so that their memory ends here. */
static bool
read_text(struct sh_str text, bool json, enum sh_origin origin, const struct sh_zones *zones, struct sh_policy *ret,
	struct sh_faults *f)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(READ_TREE_MAX);
	const struct sh_yaml *tree;
	int before = f->count;

	memset(ret, 0, sizeof(*ret));
	if (!a) {
		sh_faults_add(f, 0, 0, "no memory to read it");
		return false;
	}
	tree = json ? sh_yaml_from_json(a, text, f) : sh_yaml_parse(a, text, f);
	if (tree && !sh_policy_read_tree(tree, origin, zones, ret, f))
		return false;
	return f->count == before;
}

bool
sh_policy_read_yaml(struct sh_str text, enum sh_origin origin, const struct sh_zones *zones, struct sh_policy *ret,
	struct sh_faults *f)
{
	return read_text(text, false, origin, zones, ret, f);
}

bool
sh_policy_read_json(struct sh_str text, enum sh_origin origin, const struct sh_zones *zones, struct sh_policy *ret,
	struct sh_faults *f)
{
	return read_text(text, true, origin, zones, ret, f);
}
