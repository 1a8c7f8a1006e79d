/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/rest_read.c: words → request. Arguments fill the path's braces, options become members of the body or parameters of the
 * query. Whether values are good is the gateway's to say; here they only get their types.
 */
#include "gateway/cmd/rest.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/encode.h"
#include "gateway/base/text.h"
#include "gateway/cmd/secret.h"

#define READ_PATH_BYTES (16 << 10)
#define READ_FILE_BYTES (1 << 20)
#define READ_NAMES_MOST 32

struct reading {
	struct sh_rest_request *q;
	struct sh_arena *a;
	struct sh_error *e;
	struct sh_buf query;
	const char *input; /* what standard input is for; NULL: nothing */
	bool seen[READ_NAMES_MOST]; /* options of this verb, in the order of the table */
};

static const struct sh_rest_option read_common[] = {
	{ .name = "limit", .field = "limit", .place = SH_REST_QUERY, .type = SH_REST_INT },
	{ .name = "cursor", .field = "cursor", .place = SH_REST_QUERY, .type = SH_REST_TEXT },
};

/* ---- values ---- */

/* Standard input can be read once, for one thing. */
static bool
read_input(struct reading *k, const char *what)
{
	if (k->input) {
		sh_fail(k->e, SH_EINVALID, "standard input is for %s or for %s: give the other one as a file", k->input, what);
		return false;
	}
	k->input = what;
	return true;
}

/* A value that stands in a file, or with "-" on standard input. */
static bool
read_file(struct reading *k, const char *file, const char *name, struct sh_str *ret)
{
	SH_CLEANUP(sh_buf_wipe) struct sh_buf b;
	bool good;

	sh_buf_init(&b, READ_FILE_BYTES);
	good = (strcmp(file, "-") != 0 || read_input(k, name)) && sh_secret_read(file, name, &b, k->e) == SH_OK;
	if (good)
		*ret = sh_arena_str(k->a, sh_buf_str(&b));
	return good && ret->s != NULL;
}

static json_object *
read_string(struct sh_str s)
{
	return json_object_new_string_len(s.s, (int)s.n);
}

/* NAME=VALUE into an object. */
static bool
read_pair(struct reading *k, const struct sh_rest_option *o, json_object *into, const char *word)
{
	const char *equals = strchr(word, '=');
	struct sh_str value;
	char *name;

	if (!equals || equals == word) {
		sh_fail(k->e, SH_EINVALID, "--%s wants NAME=VALUE", o->name);
		return false;
	}
	name = sh_arena_z(k->a, (struct sh_str){ word, (size_t)(equals - word) });
	value = sh_str(equals + 1);
	if (o->type != SH_REST_PAIRS && (value.s[0] == '@' || strcmp(value.s, "-") == 0)) {
		if (!read_file(k, value.s + (value.s[0] == '@'), name, &value))
			return false;
	} else if (o->type == SH_REST_SECRETS) {
		sh_fail(k->e, SH_EINVALID,
		    "--%s wants %s=@FILE, or %s=- for standard input: a command line is read by everybody on the machine", o->name,
		    name, name);
		return false;
	} else if (o->type == SH_REST_SETTINGS) {
		k->q->literal = k->q->literal ? k->q->literal : json_object_new_array();
		json_object_array_add(k->q->literal, json_object_new_string(name));
	}
	json_object_object_add(into, name, read_string(value));
	return true;
}

static json_object *
read_member(json_object *body, const char *field, bool array)
{
	json_object *v = NULL;

	if (!json_object_object_get_ex(body, field, &v)) {
		v = array ? json_object_new_array() : json_object_new_object();
		json_object_object_add(body, field, v);
	}
	return v;
}

static void
read_list(struct reading *k, json_object *array, const char *word)
{
	(void)k;
	for (;; word++) {
		size_t n = strcspn(word, ",");

		if (n)
			json_object_array_add(array, json_object_new_string_len(word, (int)n));
		word += n;
		if (!*word)
			return;
	}
}

/* The object that the whole text is, or NULL. What is written wrongly must not be sent as something else. */
static json_object *
read_object(struct sh_str text)
{
	json_tokener *t = json_tokener_new();
	json_object *doc = NULL;

	if (t) {
		json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
		doc = json_tokener_parse_ex(t, text.s, (int)text.n);
	}
	if (doc && (json_tokener_get_parse_end(t) != text.n || !json_object_is_type(doc, json_type_object))) {
		json_object_put(doc);
		doc = NULL;
	}
	if (t)
		json_tokener_free(t);
	return doc;
}

/* All of the body, from a file. */
static bool
read_document(struct reading *k, const struct sh_rest_option *o, const char *file)
{
	struct sh_str text;
	json_object *doc;

	if (!read_file(k, file, o->name, &text))
		return false;
	doc = read_object(text);
	if (!doc)
		doc = sh_rest_policy_body(text, file, k->e);
	if (!doc)
		return false;
	json_object_put(k->q->body);
	k->q->body = doc;
	return true;
}

/* All of the body, as it is. */
static bool
read_csv(struct reading *k, const struct sh_rest_option *o, const char *file)
{
	struct sh_str text;

	if (!read_file(k, file, o->name, &text))
		return false;
	json_object_put(k->q->body);
	k->q->body = NULL;
	sh_buf_add_str(&k->q->csv, text);
	return !k->q->csv.failed;
}

/* A policy's name, or the text of a file, which the gateway reads. */
static bool
read_policy(struct reading *k, const struct sh_rest_option *o, const char *word)
{
	struct sh_str text = sh_str(word);

	if (strpbrk(word, "/.")) {
		if (!read_file(k, word, o->name, &text))
			return false;
		for (size_t i = 0; i < SH_LENGTH(k->q->files); i++)
			if (!k->q->files[i].field || strcmp(k->q->files[i].field, o->field) == 0) {
				k->q->files[i].field = o->field;
				k->q->files[i].file = word;
				break;
			}
	}
	json_object_object_add(k->q->body, o->field, read_string(text));
	return true;
}

static bool
read_body(struct reading *k, const struct sh_rest_option *o, const char *word)
{
	json_object *body = k->q->body;
	int64_t n;

	switch (o->type) {
	case SH_REST_TEXT:
		json_object_object_add(body, o->field, read_string(sh_str(word)));
		return true;
	case SH_REST_INT:
		if (!sh_text_int(sh_str(word), &n)) {
			sh_fail(k->e, SH_EINVALID, "--%s wants a whole number, not \"%.40s\"", o->name, word);
			return false;
		}
		json_object_object_add(body, o->field, json_object_new_int64(n));
		return true;
	case SH_REST_BOOL:
		if (strcmp(word, "true") != 0 && strcmp(word, "false") != 0) {
			sh_fail(k->e, SH_EINVALID, "--%s wants true or false, not \"%.40s\"", o->name, word);
			return false;
		}
		json_object_object_add(body, o->field, json_object_new_boolean(*word == 't'));
		return true;
	case SH_REST_YES:
		json_object_object_add(body, o->field, json_object_new_boolean(true));
		return true;
	case SH_REST_LIST:
		read_list(k, read_member(body, o->field, true), word);
		return true;
	case SH_REST_PAIRS:
		return read_pair(k, o, read_member(body, o->field, false), word);
	case SH_REST_SETTINGS:
	case SH_REST_SECRETS:
		return read_pair(k, o, body, word);
	case SH_REST_DOCUMENT:
		return read_document(k, o, word);
	case SH_REST_CSV:
		return read_csv(k, o, word);
	case SH_REST_POLICY:
		return read_policy(k, o, word);
	case SH_REST_ALWAYS:
		json_object_object_add(body, o->field, json_object_new_boolean(strcmp(o->help, "true") == 0));
		return true;
	}
	return false;
}

static void
read_query(struct reading *k, const struct sh_rest_option *o, const char *word)
{
	struct sh_str v = sh_encode_url(k->a, sh_str(word));

	sh_buf_printf(&k->query, "%c%s=%.*s", k->query.n ? '&' : '?', o->field, (int)v.n, v.s ? v.s : "");
}

/* ---- options ---- */

static bool
read_is(const struct reading *k, const struct sh_rest_option *o)
{
	return o->verb == k->q->verb - sh_rest_verbs && o->type != SH_REST_ALWAYS && !sh_rest_is_argument(o);
}

/* "--name" or "--name=value": the row. */
static const struct sh_rest_option *
read_option(struct reading *k, struct sh_str name)
{
	size_t nth = 0;

	for (size_t i = 0; i < sh_rest_noptions; i++) {
		if (!read_is(k, &sh_rest_options[i]))
			continue;
		if (sh_str_is(name, sh_rest_options[i].name)) {
			k->seen[nth] = true;
			return &sh_rest_options[i];
		}
		nth++;
	}
	for (size_t i = 0; *k->q->verb->columns && i < SH_LENGTH(read_common); i++)
		if (sh_str_is(name, read_common[i].name))
			return &read_common[i];
	return NULL;
}

static bool
read_unknown(struct reading *k, struct sh_str name)
{
	const char *names[READ_NAMES_MOST + 8] = { "url", "ca-file", "key-file", "json", "idempotency-key" }, *near;
	size_t n = 5;

	for (size_t i = 0; i < sh_rest_noptions && n < READ_NAMES_MOST; i++)
		if (read_is(k, &sh_rest_options[i]))
			names[n++] = sh_rest_options[i].name;
	near = sh_text_nearest(name, names);
	sh_fail(k->e, SH_EINVALID, near ? "there is no option \"--%.*s\"; did you mean \"--%s\"?" : "there is no option \"--%.*s\"",
	    (int)(name.n < 40 ? name.n : 40), name.s, near ? near : "");
	return false;
}

/* The options that every command has. false: it is none of them. */
static bool
read_own(struct reading *k, struct sh_str name, const char ***ret)
{
	struct sh_rest_request *q = k->q;

	*ret = NULL;
	if (sh_str_is(name, "json"))
		q->json = true;
	else if (sh_str_is(name, "url"))
		*ret = &q->url;
	else if (sh_str_is(name, "ca-file"))
		*ret = &q->ca_file;
	else if (sh_str_is(name, "key-file"))
		*ret = &q->key_file;
	else if (sh_str_is(name, "idempotency-key") && strcmp(q->verb->method, "POST") == 0)
		*ret = &q->idempotency_key;
	else
		return false;
	return true;
}

/* One option with its value; *i is moved past what it took. */
static bool
read_one(struct reading *k, int argc, char *const *argv, int *i)
{
	const char *word = argv[*i] + 2, *equals = strchr(word, '='), *value = equals ? equals + 1 : NULL, **own;
	struct sh_str name = { word, equals ? (size_t)(equals - word) : strlen(word) };
	bool is_own = read_own(k, name, &own);
	const struct sh_rest_option *o = is_own ? NULL : read_option(k, name);
	bool wants = is_own ? own != NULL : o && o->type != SH_REST_YES;

	if (!is_own && !o)
		return read_unknown(k, name);
	if (wants && !value && *i + 1 < argc)
		value = argv[++*i];
	if (wants != (value != NULL)) {
		sh_fail(k->e, SH_EINVALID, wants ? "--%.*s wants a value" : "--%.*s takes no value", (int)name.n, name.s);
		return false;
	}
	if (own)
		*own = value;
	if (own == &k->q->key_file && strcmp(value, "-") == 0 && !read_input(k, "the key"))
		return false;
	if (!o)
		return true;
	if (o->place == SH_REST_BODY)
		return read_body(k, o, value);
	read_query(k, o, value);
	return true;
}

/* ---- path ---- */

/* Members of the body that stand behind the path's arguments. */
static bool
read_arguments(struct reading *k, const char *const *words, int n, int *used)
{
	for (size_t i = 0; i < sh_rest_noptions; i++) {
		const struct sh_rest_option *o = &sh_rest_options[i];

		if (o->verb != k->q->verb - sh_rest_verbs || !sh_rest_is_argument(o))
			continue;
		if (*used < n) {
			if (!read_body(k, o, words[(*used)++]))
				return false;
		} else if (o->presence == SH_REST_NEEDED) {
			sh_fail(k->e, SH_EINVALID, "expected %s", o->name);
			return false;
		}
	}
	return true;
}

static bool
read_path(struct reading *k, const char *const *words, int n)
{
	const char *p = k->q->verb->path;
	int used = 0;

	for (; *p; p++) {
		size_t length = strcspn(p, "{");

		sh_buf_add(&k->q->path, p, length);
		p += length;
		if (!*p)
			break;
		length = strcspn(p, "}");
		if (used == n) {
			sh_fail(k->e, SH_EINVALID, "expected %.*s", (int)length - 1, p + 1);
			return false;
		}
		/* An empty segment would be another path. */
		if (!*words[used]) {
			sh_fail(k->e, SH_EINVALID, "%.*s is empty", (int)length - 1, p + 1);
			return false;
		}
		sh_buf_add_str(&k->q->path, sh_encode_url(k->a, sh_str(words[used++])));
		p += length;
	}
	if (!read_arguments(k, words, n, &used))
		return false;
	if (used < n) {
		sh_fail(k->e, SH_EINVALID, "unexpected argument \"%.60s\"", words[used]);
		return false;
	}
	sh_buf_add_str(&k->q->path, sh_buf_str(&k->query));
	return !k->q->path.failed;
}

static bool
read_complete(struct reading *k)
{
	size_t nth = 0;

	for (size_t i = 0; i < sh_rest_noptions; i++) {
		const struct sh_rest_option *o = &sh_rest_options[i];

		if (o->verb == k->q->verb - sh_rest_verbs && o->type == SH_REST_ALWAYS)
			read_body(k, o, NULL);
		if (!read_is(k, o))
			continue;
		if (o->presence == SH_REST_NEEDED && !k->seen[nth]) {
			sh_fail(k->e, SH_EINVALID, "--%s is needed", o->name);
			return false;
		}
		nth++;
	}
	return true;
}

static bool
read_all(struct reading *k, int argc, char *const *argv)
{
	const char *words[4];
	int n = 0;
	bool options = true;

	for (int i = 0; i < argc; i++) {
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (options && strncmp(argv[i], "--", 2) == 0) {
			if (!read_one(k, argc, argv, &i))
				return false;
		} else if (n == (int)SH_LENGTH(words)) {
			sh_fail(k->e, SH_EINVALID, "unexpected argument \"%.60s\"", argv[i]);
			return false;
		} else {
			words[n++] = argv[i];
		}
	}
	return read_complete(k) && read_path(k, words, n);
}

enum sh_status
sh_rest_read(struct sh_rest_request *q, const struct sh_rest_verb *v, int argc, char *const *argv, struct sh_error *e)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(8 * READ_FILE_BYTES);
	struct reading k = { .q = q, .a = a, .e = e };
	bool good;

	*q = (struct sh_rest_request){ .verb = v };
	sh_buf_init(&q->path, READ_PATH_BYTES);
	sh_buf_init(&q->csv, READ_FILE_BYTES);
	sh_buf_init(&k.query, READ_PATH_BYTES);
	if (strcmp(v->method, "GET") != 0 && strcmp(v->method, "DELETE") != 0)
		q->body = json_object_new_object();
	e->status = SH_OK;
	good = read_all(&k, argc, argv);
	sh_buf_clear(&k.query);
	if (good)
		return SH_OK;
	return e->status == SH_OK ? sh_fail(e, SH_EINVALID, "the arguments are too long") : e->status;
}

void
sh_rest_clear(struct sh_rest_request *q)
{
	json_object_put(q->body);
	json_object_put(q->literal);
	sh_buf_clear(&q->path);
	sh_buf_clear(&q->csv);
}
