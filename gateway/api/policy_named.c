/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* api/policy_named.c: the named policies of the instance, and whether a text would be one. */
#include "gateway/api/gate.h"

#include <stdio.h>

#include "gateway/base/writer.h"
#include "gateway/policy/pack.h"

#define NAMED_BYTES (4u << 20)
#define NAMED_FILE "policy"

static void
named_answer(struct sh_api_request *r, const struct sh_buf *b)
{
	if (b->failed)
		sh_api_problem(r, SH_PROBLEM_internal, "the answer did not fit");
	else
		sh_api_answer(r, 200, sh_buf_str(b));
}

void
sh_api_policy_list(struct sh_api_request *r)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	const struct sh_policy *p;
	struct sh_out o;

	sh_buf_init(&b, NAMED_BYTES);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key(&o, SH_STR("data"));
	sh_writer_open(&o, '[');
	for (size_t i = 0; (p = sh_policy_set_at(r->core->policies, i)); i++) {
		sh_writer_open(&o, '{');
		sh_writer_key_str(&o, "name", sh_str(p->name));
		sh_writer_key_bool(&o, "default", strcmp(p->name, r->core->options->default_policy) == 0);
		sh_writer_close(&o, '}');
	}
	sh_writer_close(&o, ']');
	sh_writer_key_raw(&o, "next_cursor", SH_STR("null"));
	sh_writer_close(&o, '}');
	named_answer(r, &b);
}

/* What its file says, and what holds with it before anybody's plan and overrides. */
void
sh_api_policy_get(struct sh_api_request *r)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	const struct sh_policy *p = sh_policy_set_find(r->core->policies, sh_arena_z(r->rq->arena, r->match.param[0]));
	struct sh_policy whole;
	struct sh_out o;

	sh_buf_init(&b, NAMED_BYTES);
	if (!p) {
		sh_api_problem(r, SH_PROBLEM_not_found, "there is no policy of this name in the gateway's policy folder");
		return;
	}
	sh_policy_effective(p, NULL, NULL, &whole);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key_str(&o, "name", sh_str(p->name));
	sh_writer_key(&o, SH_STR("policy"));
	sh_policy_write(&o, p);
	sh_writer_key(&o, SH_STR("effective"));
	sh_policy_write_origins(&o, &whole, NULL);
	sh_writer_close(&o, '}');
	named_answer(r, &b);
}

/* ---- would it be one? ---- */

/* "policy:12:5: what", or "policy: what" of what only the whole shows. */
static void
named_fault(struct sh_out *o, struct sh_str line)
{
	int row, column, skip = 0;
	char head[64];
	bool placed;

	snprintf(head, sizeof(head), "%.*s", (int)line.n, line.s);
	placed = sscanf(head, NAMED_FILE ":%d:%d: %n", &row, &column, &skip) == 2 && skip > 0;
	if (!placed)
		skip = (int)strlen(NAMED_FILE ": ");
	sh_writer_open(o, '{');
	if (placed) {
		sh_writer_key_int(o, "line", row);
		sh_writer_key_int(o, "column", column);
	}
	sh_writer_key_str(o, "detail", (struct sh_str){ line.s + skip, line.n - (size_t)skip });
	sh_writer_close(o, '}');
}

static void
named_faults(struct sh_out *o, const struct sh_faults *f)
{
	struct sh_str rest = sh_buf_str(&f->text);

	sh_writer_open(o, '[');
	while (rest.n > 0) {
		const char *end = memchr(rest.s, '\n', rest.n);
		size_t n = end ? (size_t)(end - rest.s) : rest.n;

		named_fault(o, (struct sh_str){ rest.s, n });
		n += end != NULL;
		rest = (struct sh_str){ rest.s + n, rest.n - n };
	}
	sh_writer_close(o, ']');
}

/* JSON is YAML: both may be tried. */
void
sh_api_policy_validate(struct sh_api_request *r)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	struct sh_policy layer, whole;
	struct sh_faults f;
	struct sh_out o;
	bool good;

	sh_faults_init(&f, NAMED_FILE);
	good = sh_policy_read_yaml(sh_api_str(r, "yaml"), SH_ORIGIN_NAMED, r->core->zones, &layer, &f);
	if (good) {
		sh_policy_effective(&layer, NULL, NULL, &whole);
		good = sh_policy_check(&whole, &f);
	}
	sh_packs_check_text(r->core->packs, sh_api_str(r, "yaml"), &f);
	sh_faults_sort(&f);
	good = good && f.count == 0;
	sh_buf_init(&b, NAMED_BYTES);
	sh_writer_init(&o, &b);
	sh_writer_open(&o, '{');
	sh_writer_key_bool(&o, "valid", good);
	sh_writer_key(&o, SH_STR("errors"));
	named_faults(&o, &f);
	sh_writer_key(&o, SH_STR("effective"));
	if (good)
		sh_policy_write_origins(&o, &whole, NULL);
	else
		sh_writer_null(&o);
	sh_writer_close(&o, '}');
	sh_faults_clear(&f);
	named_answer(r, &b);
}
