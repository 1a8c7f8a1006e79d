/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/policy_show.c: a policy as JSON, by the table of keys: what it says, in the shape in which it is read, alone or with whose
 * word each value is.
 */
#include "gateway/policy/policy_key.h"

#include <stdio.h>
#include <string.h>

void
sh_policy_show_in(struct sh_policy_show *s, const char *key)
{
	assert(s->depth < SH_POLICY_SHOW_DEPTH);
	s->inside[s->depth++] = key;
}

void
sh_policy_show_out(struct sh_policy_show *s)
{
	assert(s->depth > 0);
	if (!s->rows && s->opened == s->depth) {
		sh_writer_close(s->o, '}');
		s->opened--;
	}
	s->depth--;
}

/* {"key": "retry.busy.enabled", "value": */
static void
show_row(struct sh_policy_show *s, const char *key)
{
	char name[4 * (SH_POLICY_WORD_MAX + 1)] = "";
	size_t n = 0;

	for (int i = 0; i < s->depth; i++)
		n += (size_t)snprintf(name + n, sizeof(name) - n, "%s.", s->inside[i]);
	snprintf(name + n, sizeof(name) - n, "%s", key);
	sh_writer_open(s->o, '{');
	sh_writer_key_str(s->o, "key", sh_str(name));
	sh_writer_key(s->o, SH_STR("value"));
}

bool
sh_policy_show_begin(struct sh_policy_show *s, const char *key, enum sh_origin from)
{
	if (from == SH_ORIGIN_NONE)
		return false;
	if (s->rows) {
		show_row(s, key);
		return true;
	}
	for (; s->opened < s->depth; s->opened++) {
		sh_writer_key(s->o, sh_str(s->inside[s->opened]));
		sh_writer_open(s->o, '{');
	}
	sh_writer_key(s->o, sh_str(key));
	if (s->origins) {
		sh_writer_open(s->o, '{');
		sh_writer_key(s->o, SH_STR("value"));
	}
	return true;
}

void
sh_policy_show_end(struct sh_policy_show *s, enum sh_origin from)
{
	const char *name = from == SH_ORIGIN_NAMED ? s->p->name : from == SH_ORIGIN_PLAN || from == SH_ORIGIN_CEILING ? s->plan : NULL;

	if (!s->origins)
		return;
	sh_writer_key_str(s->o, "from", sh_str(sh_policy_origin_name(from)));
	if (name && name[0])
		sh_writer_key_str(s->o, "name", sh_str(name));
	sh_writer_close(s->o, '}');
}

static void
show_key(struct sh_policy_show *s, const struct sh_policy_key *k)
{
	enum sh_origin from;

	if (k->kind == SH_POLICY_MANY) {
		k->show(s);
		return;
	}
	from = *sh_policy_key_from(k, (struct sh_policy *)s->p);
	if (!sh_policy_show_begin(s, k->key, from))
		return;
	if (k->show)
		k->show(s);
	else
		sh_policy_key_show(k, s);
	sh_policy_show_end(s, from);
}

static void
show_policy(struct sh_policy_show *s)
{
	sh_writer_open(s->o, s->rows ? '[' : '{');
	for (size_t i = 0; i < sh_policy_nkeys; i++) {
		const struct sh_policy_key *k = &sh_policy_keys[i];
		bool first = i == 0 || strcmp(k->section, k[-1].section) != 0;
		bool last = i + 1 == sh_policy_nkeys || strcmp(k->section, k[1].section) != 0;

		if (first && k->section[0])
			sh_policy_show_in(s, k->section);
		show_key(s, k);
		if (last && k->section[0])
			sh_policy_show_out(s);
	}
	sh_writer_close(s->o, s->rows ? ']' : '}');
}

void
sh_policy_write(struct sh_out *o, const struct sh_policy *p)
{
	struct sh_policy_show s = { .o = o, .p = p };

	show_policy(&s);
}

void
sh_policy_write_origins(struct sh_out *o, const struct sh_policy *p, const char *plan)
{
	struct sh_policy_show s = { .o = o, .p = p, .origins = true, .plan = plan };

	show_policy(&s);
}

void
sh_policy_write_rows(struct sh_out *o, const struct sh_policy *p, const char *plan)
{
	struct sh_policy_show s = { .o = o, .p = p, .origins = true, .rows = true, .plan = plan };

	show_policy(&s);
}
