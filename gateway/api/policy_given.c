/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/api/policy_given.h"

#include <stdio.h>

#include "gateway/api/gate.h"

#define GIVEN_FAULTS_MOST 50

void
sh_policy_refuse(struct sh_api_request *r, const struct sh_faults *f, const char *detail)
{
	struct sh_problem_field *fields = sh_arena_array(r->rq->arena, struct sh_problem_field, GIVEN_FAULTS_MOST);
	struct sh_str text = sh_arena_str(r->rq->arena, sh_buf_str(&f->text));
	size_t n = 0;

	for (size_t at = 0; fields && text.s && at < text.n && n < GIVEN_FAULTS_MOST;) {
		const char *end = memchr(text.s + at, '\n', text.n - at);
		size_t length = end ? (size_t)(end - text.s) - at : text.n - at;

		if (length)
			fields[n++] = (struct sh_problem_field){ SH_STR(""), { text.s + at, length } };
		at += length + 1;
	}
	sh_api_problem_fields(r, SH_PROBLEM_invalid, detail, fields, n);
}

bool
sh_policy_members(struct sh_api_request *r, const char *const *names)
{
	json_object_object_foreach(r->body, key, value) {
		bool known = false;

		(void)value;
		for (const char *const *name = names; *name; name++)
			known |= strcmp(*name, key) == 0;
		if (!known) {
			sh_api_problem_field(r, SH_PROBLEM_invalid, sh_body_pointer(r->rq->arena, SH_STR(""), sh_str(key)).s,
				"there is no such member here");
			return false;
		}
	}
	return true;
}

/* An object, or a text of YAML. */
static bool
given_text(struct sh_api_request *r, const char *field, struct sh_str yaml, struct sh_policy *layer)
{
	struct sh_policy whole;
	struct sh_faults faults;
	bool good;

	sh_faults_init(&faults, field);
	good = yaml.s ? sh_policy_read_yaml(yaml, SH_ORIGIN_NAMED, r->core->zones, layer, &faults)
		: sh_policy_read_json(sh_api_json(r, field), SH_ORIGIN_NAMED, r->core->zones, layer, &faults);
	if (good) {
		snprintf(layer->name, sizeof(layer->name), "(%s)", field);
		sh_policy_effective(layer, NULL, NULL, &whole);
		good = sh_policy_check(&whole, &faults);
	}
	if (!good)
		sh_policy_refuse(r, &faults, "the policy does not read");
	sh_faults_clear(&faults);
	return good;
}

bool
sh_policy_given(struct sh_api_request *r, const char *field, const struct sh_policy **ret)
{
	struct sh_str name = sh_api_str(r, field);
	struct sh_policy *layer;
	json_object *v = NULL;

	*ret = NULL;
	if (!json_object_object_get_ex(r->body, field, &v) || !v)
		return true;
	if (json_object_is_type(v, json_type_object) || (name.s && memchr(name.s, '\n', name.n))) {
		layer = sh_arena_make(r->rq->arena, struct sh_policy);
		*ret = layer;
		if (layer)
			return given_text(r, field, name, layer);
		sh_api_problem(r, SH_PROBLEM_internal, "there is no memory for this request");
		return false;
	}
	*ret = name.s ? sh_policy_set_find(r->core->policies, sh_arena_z(r->rq->arena, name)) : NULL;
	if (*ret)
		return true;
	/* With the answer the request ends, and what is in its arena. */
	sh_api_problem_field(r, SH_PROBLEM_invalid, sh_body_pointer(r->rq->arena, SH_STR(""), sh_str(field)).s,
		"neither the name of a policy of this instance nor a policy, as an object or as lines of YAML");
	return false;
}
