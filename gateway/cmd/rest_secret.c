/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/rest_secret.c: may a setting's value stand on the command line? Only the provider's table of settings knows, so the gateway
 * is asked before anything is sent. Where it does not say, nothing is sent.
 */
#include "gateway/cmd/rest.h"

#include <string.h>

#include "gateway/base/text.h"

/* A member that is text, or NULL. */
static const char *
secret_text(json_object *doc, const char *name)
{
	json_object *v = NULL;

	if (!json_object_is_type(doc, json_type_object) || !json_object_object_get_ex(doc, name, &v) ||
	    !json_object_is_type(v, json_type_string))
		return NULL;
	return json_object_get_string(v);
}

static json_object *
secret_list(json_object *doc, const char *name)
{
	json_object *v = NULL;

	if (!json_object_is_type(doc, json_type_object) || !json_object_object_get_ex(doc, name, &v) ||
	    !json_object_is_type(v, json_type_array))
		return NULL;
	return v;
}

/* NULL: e says why. */
static json_object *
secret_get(struct sh_rest_gateway *g, enum sh_rest_verb_id id, struct sh_str path, struct sh_error *e)
{
	struct sh_rest_request q = { .verb = &sh_rest_verbs[id] };
	struct sh_rest_answer a = { 0 };
	json_object *doc = NULL;
	enum sh_status st;

	sh_buf_init(&q.path, path.n + 1);
	sh_buf_add_str(&q.path, path);
	st = sh_rest_send(g, &q, &a, e);
	if (st == SH_OK)
		doc = json_tokener_parse(sh_buf_str(&a.body).s);
	if (st == SH_OK && a.status != 200) {
		const char *code = secret_text(doc, "code"), *detail = secret_text(doc, "detail");

		sh_fail(e, SH_EINVALID, "the gateway does not tell which settings are secrets: %s: %s; give each as NAME=@FILE",
		    code ? code : "no_problem_document", detail ? detail : "");
		json_object_put(doc);
		doc = NULL;
	} else if (st == SH_OK && !doc) {
		sh_fail(e, SH_EINVALID, "the answer is no JSON; is this a gateway?");
	}
	sh_buf_wipe(&a.body);
	sh_rest_clear(&q);
	return doc;
}

/* The settings of this provider's driver; borrowed from the list. NULL: there is none. */
static json_object *
secret_settings(json_object *providers, const char *name)
{
	json_object *data = secret_list(providers, "data");

	for (size_t i = 0; data && name && i < json_object_array_length(data); i++) {
		json_object *one = json_object_array_get_idx(data, i);
		const char *is = secret_text(one, "name");

		if (is && strcmp(is, name) == 0)
			return secret_list(one, "settings");
	}
	return NULL;
}

/* A name that the driver does not have is refused by the gateway itself, which keeps no value of it. */
static bool
secret_is(json_object *settings, const char *name)
{
	for (size_t i = 0; i < json_object_array_length(settings); i++) {
		json_object *one = json_object_array_get_idx(settings, i);
		const char *is = secret_text(one, "name"), *kind = secret_text(one, "kind");

		if (is && kind && strcmp(is, name) == 0)
			return strcmp(kind, "secret") == 0;
	}
	return false;
}

static enum sh_status
secret_judge(json_object *settings, json_object *names, struct sh_error *e)
{
	if (!settings)
		return sh_fail(e, SH_EINVALID,
		    "the gateway does not tell which settings are secrets, since this provider's driver is not loaded there");
	for (size_t i = 0; i < json_object_array_length(names); i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(names, i));

		if (secret_is(settings, name))
			return sh_fail(e, SH_EINVALID,
			    "%s is a secret, and a command line is read by everybody on the machine; nothing was sent. Give it as "
			    "%s=@FILE, or as %s=- on standard input; if this value is in use, change it at the provider",
			    name, name, name);
	}
	return SH_OK;
}

enum sh_status
sh_rest_check(struct sh_rest_gateway *g, const struct sh_rest_request *q, struct sh_error *e)
{
	struct sh_str workspace = sh_buf_str(&q->path);
	json_object *shown, *providers = NULL;
	enum sh_status st = SH_EINVALID;

	if (!q->literal)
		return SH_OK;
	/* The credentials are below the workspace. */
	while (workspace.n && workspace.s[workspace.n - 1] != '/')
		workspace.n--;
	workspace.n -= workspace.n > 0;
	shown = secret_get(g, SH_REST_workspace_show, workspace, e);
	if (shown)
		providers = secret_get(g, SH_REST_provider_list, SH_STR("/v1/providers"), e);
	if (providers)
		st = secret_judge(secret_settings(providers, secret_text(shown, "provider")), q->literal, e);
	else
		st = e->status;
	json_object_put(providers);
	json_object_put(shown);
	return st;
}
