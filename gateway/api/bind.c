/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/bind.c: a statement's parameters are named by words; here is what each word means.
 */
#include "gateway/api/gate.h"

#include "gateway/base/text.h"

static const char *
bind_query_name(const struct sh_sql_param *p)
{
	return strncmp(p->word, "q_", 2) == 0 ? p->word + 2 : NULL;
}

/* A query parameter as the statement's type; NULL if it is not given. false: it is not one of that type. */
static bool
bind_query(struct sh_str text, enum sh_sql_type type, struct sh_param *ret)
{
	*ret = (struct sh_param){ .type = type, .null = !text.s };
	if (!text.s)
		return true;
	switch (type) {
	case SH_T_TEXT:
		ret->s = text;
		return text.n <= 256 && sh_text_is_utf8(text);
	case SH_T_UUID:
		return sh_text_uuid(text, ret->id.b);
	case SH_T_TIMESTAMPTZ:
		return sh_time_parse_rfc3339(text, &ret->i);
	case SH_T_INT:
		return sh_text_int(text, &ret->i) && ret->i >= INT32_MIN && ret->i <= INT32_MAX;
	case SH_T_BOOLEAN:
		ret->i = sh_str_is(text, "true");
		return ret->i || sh_str_is(text, "false");
	default:
		return false;
	}
}

static const char *
bind_expected(enum sh_sql_type type)
{
	return type == SH_T_UUID          ? "expected an id (UUID)"
	       : type == SH_T_TIMESTAMPTZ ? "expected a time with an offset, such as 2027-03-01T16:00:00Z"
	       : type == SH_T_INT         ? "expected a whole number"
	       : type == SH_T_BOOLEAN     ? "expected true or false"
					  : "expected a text of at most 256 bytes";
}

static bool
bind_statement_has(const struct sh_sql_statement *s, struct sh_str name)
{
	for (int i = 0; i < s->nparams; i++) {
		const char *q = bind_query_name(&s->params[i]);

		if ((q && sh_str_is(name, q)) || (sh_str_is(name, "limit") && strcmp(s->params[i].word, "page_limit") == 0) ||
		    (sh_str_is(name, "cursor") && strcmp(s->params[i].word, "page_cursor") == 0))
			return true;
	}
	return false;
}

bool
sh_bind_query(struct sh_api_request *r, struct sh_problem_field *ret_fault)
{
	const struct sh_sql_statement *s = &sh_sql_statements[r->route->sql];
	struct sh_arena *a = r->rq->arena;
	struct sh_param p;

	if (r->route->call)
		return true;
	for (size_t i = 0; i < r->nquery; i++)
		if (!bind_statement_has(s, r->query[i].name)) {
			struct sh_str name = r->query[i].name;

			*ret_fault = (struct sh_problem_field){ sh_arena_printf(a, "?%.*s", name.n > 64 ? 64 : (int)name.n, name.s),
				SH_STR("there is no such parameter here") };
			return false;
		}
	for (int i = 0; i < s->nparams; i++) {
		const char *q = bind_query_name(&s->params[i]);

		if (q && !bind_query(sh_api_query(r, q), s->params[i].type, &p)) {
			*ret_fault =
			    (struct sh_problem_field){ sh_arena_printf(a, "?%s", q), sh_str(bind_expected(s->params[i].type)) };
			return false;
		}
	}
	return true;
}

static struct sh_param
bind_body(const struct sh_api_request *r)
{
	const char *z =
	    r->body ? json_object_to_json_string_ext(r->body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE) : "{}";

	return SH_P_JSON(sh_arena_str(r->rq->arena, sh_str(z)));
}

static struct sh_param
bind_scopes(const struct sh_api_request *r)
{
	struct sh_param *items = sh_arena_array(r->rq->arena, struct sh_param, SH_SCOPE_BITS);
	size_t n = 0;

	for (int i = 0; items && i < SH_SCOPE_BITS; i++)
		if (r->scopes >> i & 1)
			items[n++] = SH_P_TEXT(sh_str(sh_scope_name_of((enum sh_scope)i)));
	return SH_P_ARRAY(SH_T_TEXT, items, n);
}

enum bind_word {
	BIND_BUCKET,
	BIND_TENANT,
	BIND_WORKSPACE,
	BIND_KEY,
	BIND_NOW,
	BIND_NEW_ID,
	BIND_ID,
	BIND_ID2,
	BIND_NAME,
	BIND_BODY,
	BIND_VERSION,
	BIND_GRACE,
	BIND_SCOPES,
	BIND_PAGE_LIMIT,
	BIND_PAGE_CURSOR
};

static const struct {
	const char *word;
	enum bind_word is;
} bind_words[] = { { "bucket", BIND_BUCKET }, { "tenant", BIND_TENANT }, { "workspace", BIND_WORKSPACE }, { "key", BIND_KEY },
	{ "now", BIND_NOW }, { "new_id", BIND_NEW_ID }, { "new_id2", BIND_NEW_ID }, { "new_id3", BIND_NEW_ID }, { "id", BIND_ID },
	{ "id2", BIND_ID2 }, { "name", BIND_NAME }, { "body", BIND_BODY }, { "version", BIND_VERSION }, { "grace", BIND_GRACE },
	{ "scopes", BIND_SCOPES }, { "page_limit", BIND_PAGE_LIMIT }, { "page_cursor", BIND_PAGE_CURSOR } };

static enum sh_bind
bind_one(struct sh_api_request *r, enum bind_word is, struct sh_param *ret)
{
	struct sh_id id;

	switch (is) {
	case BIND_BUCKET:
		*ret = SH_P_SMALL(r->bucket);
		break;
	case BIND_TENANT:
		*ret = SH_P_ID(&r->tenant);
		break;
	case BIND_WORKSPACE:
		*ret = SH_P_WORKSPACE(r);
		break;
	case BIND_KEY:
		*ret = SH_P_ID(&r->key_id);
		break;
	case BIND_NOW:
		*ret = SH_P_TIME(r->now_ms);
		break;
	case BIND_NEW_ID:
		id = sh_id_new(r->now_ms);
		*ret = SH_P_ID(&id);
		break;
	case BIND_ID:
	case BIND_ID2:
		if (!sh_api_param_id(r, is == BIND_ID2, &id))
			return SH_BIND_NOT_FOUND;
		*ret = SH_P_ID(&id);
		break;
	case BIND_NAME:
		*ret = SH_P_TEXT(r->match.nparams > 0 ? r->match.param[0] : SH_NONE);
		break;
	case BIND_BODY:
		*ret = bind_body(r);
		break;
	case BIND_VERSION:
		*ret = (struct sh_param){ .type = SH_T_INT, .i = r->if_match, .null = r->if_match == 0 };
		break;
	case BIND_GRACE:
		*ret = SH_P_INT(r->core->options->slug_grace_s);
		break;
	case BIND_SCOPES:
		*ret = bind_scopes(r);
		break;
	case BIND_PAGE_LIMIT:
		*ret = SH_P_INT(r->page_limit);
		break;
	case BIND_PAGE_CURSOR:
		*ret = SH_P_ID(sh_id_or_null(&r->page_cursor));
		break;
	}
	return SH_BIND_OK;
}

enum sh_bind
sh_bind(struct sh_api_request *r, const struct sh_sql_statement *s, struct sh_param out[SH_BIND_MOST], const char **ret_word)
{
	assert(s->nparams <= SH_BIND_MOST);
	for (int i = 0; i < s->nparams; i++) {
		const struct sh_sql_param *p = &s->params[i];
		const char *q = bind_query_name(p);
		enum sh_bind b = SH_BIND_UNKNOWN;

		*ret_word = p->word;
		if (q) {
			bind_query(sh_api_query(r, q), p->type, &out[i]);
			continue;
		}
		for (size_t w = 0; w < SH_LENGTH(bind_words); w++)
			if (strcmp(bind_words[w].word, p->word) == 0)
				b = bind_one(r, bind_words[w].is, &out[i]);
		if (b == SH_BIND_OK && (out[i].type != p->type || out[i].array != p->array))
			b = SH_BIND_UNKNOWN;
		if (b != SH_BIND_OK)
			return b;
	}
	return SH_BIND_OK;
}
