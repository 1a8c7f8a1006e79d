/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/rest_policy.c: overrides in YAML, which the API takes as JSON alone: read as the policy that they are, so that a fault has its
 * place in the file, and written anew.
 */
#include "gateway/cmd/rest.h"

#include "gateway/policy/policy.h"

#define POLICY_BODY_BYTES (1 << 20)

json_object *
sh_rest_policy_body(struct sh_str text, const char *file, struct sh_error *e)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf b;
	SH_CLEANUP(sh_faults_clear) struct sh_faults f;
	json_object *body = NULL;
	struct sh_policy layer;
	struct sh_out o;

	sh_buf_init(&b, POLICY_BODY_BYTES);
	sh_faults_init(&f, strcmp(file, "-") == 0 ? "standard input" : file);
	if (!sh_policy_read_yaml(text, SH_ORIGIN_WORKSPACE, NULL, &layer, &f)) {
		sh_faults_sort(&f);
		sh_fail(e, SH_EINVALID, "%.*s%s", (int)strcspn(sh_buf_str(&f.text).s, "\n"), sh_buf_str(&f.text).s,
		    f.count > 1 ? "; `switchhook policy check` lists all faults" : "");
	} else if (!sh_policy_says(&layer)) {
		sh_fail(e, SH_EINVALID, "%s says nothing; {} takes back what was said", f.file);
	} else {
		sh_writer_init(&o, &b);
		sh_policy_write(&o, &layer);
		body = json_tokener_parse(sh_buf_str(&b).s);
		if (!body)
			sh_fail(e, SH_ESYSTEM, "no memory");
	}
	return body;
}
