/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/pack_private.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/base/time.h"

#define PACK_TREE_MAX (16 << 20)	/* of one file's tree */
#define PACK_ARENA_MAX (32 << 20)	/* of all rules */

struct sh_packs *
sh_packs_new(void)
{
	struct sh_packs *packs = calloc(1, sizeof(*packs));

	if (!packs)
		return NULL;
	packs->arena = sh_arena_new(PACK_ARENA_MAX);
	if (!packs->arena) {
		free(packs);
		return NULL;
	}
	return packs;
}

void
sh_packs_free(struct sh_packs *packs)
{
	if (!packs)
		return;
	sh_arena_free(packs->arena);
	free(packs);
}

static const struct pack *
pack_find(const struct sh_packs *packs, const char *name)
{
	for (size_t i = 0; i < packs->npacks; i++)
		if (strcmp(packs->packs[i].name, name) == 0)
			return &packs->packs[i];
	return NULL;
}

bool
sh_packs_add(struct sh_packs *packs, const char *name, struct sh_str text, struct sh_faults *f)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(PACK_TREE_MAX);
	const struct sh_yaml *tree;
	struct pack pack = { 0 };
	int before = f->count;

	if (packs->npacks == PACK_MAX) {
		sh_faults_add(f, 0, 0, "more than %d packs", PACK_MAX);
		return false;
	}
	if (pack_find(packs, name)) {
		sh_faults_add(f, 0, 0, "there is another pack \"%s\"", name);
		return false;
	}
	tree = a ? sh_yaml_parse(a, text, f) : NULL;
	if (!tree) {
		if (f->count == before)
			sh_faults_add(f, 0, 0, a ? "an empty pack" : "no memory to read it");
		return false;
	}
	/* A key that stands twice is a fault, but there is a tree. */
	if (!sh_pack_read(packs, name, tree, f, &pack) || f->count > before)
		return false;
	packs->packs[packs->npacks++] = pack;
	return true;
}

const char *
sh_packs_version(const struct sh_packs *packs, const char *name)
{
	const struct pack *pack = pack_find(packs, name);

	return pack ? pack->version : NULL;
}

bool
sh_packs_check(const struct sh_packs *packs, const struct sh_policy *layer, struct sh_faults *f)
{
	int before = f->count;

	for (int i = 0; packs && layer->packs_from != SH_ORIGIN_NONE && i < layer->npacks; i++)
		if (!pack_find(packs, layer->packs[i]))
			sh_faults_add(f, 0, 0, "jurisdictions: there is no pack \"%s\" in the folder jurisdictions of the policies: put %s.yaml there, or "
				"name it no more", layer->packs[i], layer->packs[i]);
	return f->count == before;
}

void
sh_packs_check_text(const struct sh_packs *packs, struct sh_str text, struct sh_faults *f)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(PACK_TREE_MAX);
	const char *names[PACK_MAX + 1] = { NULL }, *near;
	const struct sh_yaml *list;
	struct sh_faults unread;

	sh_faults_init(&unread, f->file);
	list = a ? sh_yaml_get(sh_yaml_parse(a, text, &unread), "jurisdictions") : NULL;
	sh_faults_clear(&unread);
	for (size_t i = 0; packs && i < packs->npacks; i++)
		names[i] = packs->packs[i].name;
	for (const struct sh_yaml *y = packs && list && list->type == SH_YAML_LIST ? list->first : NULL; y; y = y->next) {
		if (y->type != SH_YAML_SCALAR || !sh_policy_name_ok(y->value) || pack_find(packs, sh_arena_z(a, y->value)))
			continue;
		near = sh_text_nearest(y->value, names);
		sh_faults_add(f, y->line, y->column, "there is no pack \"%.*s\" in the folder jurisdictions of the policies%s%s%s",
			(int)y->value.n, y->value.s, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	}
}

const char *
sh_packs_title(const struct sh_packs *packs, const char *name)
{
	const struct pack *pack = pack_find(packs, name);

	return pack ? pack->title : NULL;
}

const char *
sh_packs_at(const struct sh_packs *packs, size_t i)
{
	return i < packs->npacks ? packs->packs[i].name : NULL;
}

const struct sh_pack_rule *
sh_packs_rule_at(const struct sh_packs *packs, size_t i)
{
	for (size_t p = 0; p < packs->npacks; p++) {
		if (i < packs->packs[p].nrules)
			return &packs->packs[p].rules[i];
		i -= packs->packs[p].nrules;
	}
	return NULL;
}

const struct sh_pack_rule *
sh_packs_find(const struct sh_packs *packs, const char *id)
{
	const struct sh_pack_rule *rule;

	for (size_t i = 0; (rule = sh_packs_rule_at(packs, i)); i++)
		if (strcmp(rule->id, id) == 0)
			return rule;
	return NULL;
}

/* A country's rules hold in its states, and where the number is the country's. */
static bool
pack_is_there(const char *where, const struct sh_callee *c)
{
	size_t n = strlen(where);

	if (n == 2 && strcmp(c->country, where) == 0)
		return true;
	for (uint32_t i = 0; i < c->nstates; i++)
		if (strcmp(c->states[i], where) == 0 || (n == 2 && strncmp(c->states[i], where, 2) == 0 && c->states[i][2] == '-'))
			return true;
	return false;
}

bool
sh_pack_holds(const struct sh_pack_rule *rule, const struct sh_callee *c)
{
	return pack_is_there(rule->where, c);
}

size_t
sh_packs_rules(const struct sh_packs *packs, const sh_policy_word *names, size_t nnames, const struct sh_callee *c,
	const struct sh_pack_rule *ret[SH_PACK_RULES_MAX])
{
	size_t n = 0;

	for (size_t p = 0; p < packs->npacks; p++) {
		const struct pack *pack = &packs->packs[p];
		bool named = false;

		for (size_t i = 0; i < nnames && !named; i++)
			named = strcmp(pack->name, names[i]) == 0;
		for (size_t i = 0; named && i < pack->nrules; i++)
			if (pack_is_there(pack->rules[i].where, c)) {
				assert(n < SH_PACK_RULES_MAX);
				ret[n++] = &pack->rules[i];
			}
	}
	return n;
}

bool
sh_pack_in_force(const struct sh_pack_rule *rule, const struct sh_callee *c, int64_t at_ms)
{
	for (uint32_t i = 0; i < c->n; i++) {
		int64_t local = sh_zone_local(c->zones[i], at_ms), day = local / SH_DAY_MS - (local % SH_DAY_MS < 0);

		if (day >= rule->quiet.from_day && (rule->quiet.until_day == 0 || day < rule->quiet.until_day))
			return true;
	}
	return false;
}
