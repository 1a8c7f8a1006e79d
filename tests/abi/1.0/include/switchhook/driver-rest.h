/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * switchhook/driver-rest.h: requests to a provider, and its answers. See driver-usual.h.
 */
#ifndef SWITCHHOOK_DRIVER_H
#error "include <switchhook/driver.h>, which brings this"
#endif
#ifndef SWITCHHOOK_DRIVER_REST_H
#define SWITCHHOOK_DRIVER_REST_H

/* ---- requests ------------------------------------------------------------------------------------------- */

static inline struct sh_str
sh_bearer(struct sh_ctx *cx, struct sh_str key)
{
	return sh_join(cx, SH_STR("Bearer "), key);
}

static inline struct sh_str
sh_basic(struct sh_ctx *cx, struct sh_str user, struct sh_str password)
{
	return sh_join(cx, SH_STR("Basic "), sh_base64(cx, sh_join(cx, user, SH_STR(":"), password)));
}

/* One header more, unless its value is absent. */
static inline void
sh_request_header(struct sh_ctx *cx, struct sh_request *r, const char *name, struct sh_str value)
{
	struct sh_pair *h;

	if (!value.s)
		return;
	h = (struct sh_pair *)sh_alloc(cx, (r->nheaders + 1) * sizeof(*h));
	if (r->nheaders > 0)
		memcpy(h, r->headers, r->nheaders * sizeof(*h));
	h[r->nheaders++] = (struct sh_pair){ sh_str(name), value };
	r->headers = h;
}

/*
 * Fills the request: an Authorization header, and a body of this type unless it is absent. JSON is wanted back. Without
 * an URL it stays empty: there is nothing to ask.
 */
static inline void
sh_request_fill(struct sh_ctx *cx, struct sh_request *r, struct sh_str method, struct sh_str url, struct sh_str authorization,
	const char *type, struct sh_str body)
{
	if (!url.s)
		return;
	r->method = method;
	r->url = url;
	r->body = body;
	sh_request_header(cx, r, "authorization", authorization);
	sh_request_header(cx, r, "accept", SH_STR("application/json"));
	if (body.s)
		sh_request_header(cx, r, "content-type", sh_str(type));
}

static inline void
sh_request_json(struct sh_ctx *cx, struct sh_request *r, struct sh_str method, struct sh_str url, struct sh_str authorization,
	struct sh_str body)
{
	sh_request_fill(cx, r, method, url, authorization, "application/json", body);
}

/* The body is a form (sh_form_encode). */
static inline void
sh_request_form(struct sh_ctx *cx, struct sh_request *r, struct sh_str method, struct sh_str url, struct sh_str authorization,
	struct sh_str form)
{
	sh_request_fill(cx, r, method, url, authorization, "application/x-www-form-urlencoded", form);
}

/* An id as one segment of a path. SH_NONE to one that is empty or, of dots, would lead elsewhere: then there is nothing to ask. */
static inline struct sh_str
sh_path_segment(struct sh_ctx *cx, struct sh_str id)
{
	return id.n == 0 || sh_str_is(id, ".") || sh_str_is(id, "..") ? SH_NONE : sh_url_escape(cx, id);
}

/* A path that ends in an id: sh_path(cx, "/v1/calls/", id); SH_NONE to an id that is no segment. */
static inline struct sh_str
sh_path(struct sh_ctx *cx, const char *before, struct sh_str id)
{
	struct sh_str segment = sh_path_segment(cx, id);

	return segment.s ? sh_join(cx, sh_str(before), segment) : SH_NONE;
}

/* A URL for sh_request_json: the base and a path; SH_NONE without a path. */
static inline struct sh_str
sh_url(struct sh_ctx *cx, struct sh_str base, struct sh_str path)
{
	return path.s ? sh_join(cx, base, path) : SH_NONE;
}

/* The pairs behind a URL's '?'; NULL if there are none, or if they are malformed. */
static inline const struct sh_pair *
sh_url_query(struct sh_ctx *cx, struct sh_str url, size_t *ret_n)
{
	const char *mark = url.n ? (const char *)memchr(url.s, '?', url.n) : NULL, *end = url.s + url.n, *hash;

	*ret_n = 0;
	if (!mark)
		return NULL;
	hash = (const char *)memchr(mark, '#', (size_t)(end - mark));
	return sh_form(cx, (struct sh_str){ mark + 1, (size_t)((hash ? hash : end) - mark) - 1 }, ret_n);
}

/* The first value of that name there; absent: .s == NULL. */
static inline struct sh_str
sh_url_get(struct sh_ctx *cx, struct sh_str url, const char *name)
{
	size_t n;
	const struct sh_pair *query = sh_url_query(cx, url, &n);

	return sh_pair_get(query, n, name);
}

/* A callback's URL with our ids in its query, by which sh_event_marks knows what comes there. */
static inline struct sh_str
sh_url_marked(struct sh_ctx *cx, struct sh_str url, const struct sh_dial *d)
{
	const struct sh_pair marks[] = { { SH_STR(SH_META_DIAL), d->dial_id }, { SH_STR(SH_META_CALLBACK), d->callback_id },
		{ SH_STR(SH_META_ATTEMPT), sh_int_format(cx, d->attempt) } };

	return sh_url_with(cx, url, marks, 3);
}

/* The way back: dial_id, and all of the ids as metadata. False: the URL bears none. */
static inline bool
sh_event_marks(struct sh_ctx *cx, struct sh_event *e, struct sh_str url)
{
	static const char *const names[] = { SH_META_DIAL, SH_META_CALLBACK, SH_META_ATTEMPT };
	size_t n;
	const struct sh_pair *query = sh_url_query(cx, url, &n);
	struct sh_pair marks[3];
	struct sh_out *o;
	uint32_t found = 0;

	for (size_t i = 0; i < 3; i++) {
		marks[found] = (struct sh_pair){ sh_str(names[i]), sh_pair_get(query, n, names[i]) };
		found += marks[found].value.s != NULL;
	}
	if (found == 0)
		return false;
	o = sh_out_new(cx);
	sh_out_pairs(cx, o, marks, found);
	e->metadata = sh_out_text(cx, o);
	e->dial_id = sh_pair_get(query, n, SH_META_DIAL);
	return true;
}

/* A URL's port with its colon; else the place where it would stand, empty. */
static inline struct sh_str
sh_url_port(struct sh_str url)
{
	struct sh_str rest, port = SH_NONE;
	const char *at, *end = url.s + url.n;

	sh_str_cut(url, "://", &rest);
	for (at = rest.s ? rest.s : end; at < end && !strchr("/?#", *at); at++)
		if (*at == ':' || *at == ']')
			port.s = *at == ':' ? at : NULL; /* the colons of an address stand in brackets */
	port.s = port.s ? port.s : at;
	port.n = (size_t)(at - port.s);
	return port;
}

/* ---- answers -------------------------------------------------------------------------------------------- */

/*
 * In how many milliseconds an answer says that we may come again (Retry-After, in seconds or as a date), a day at most; 0: it
 * does not say.
 */
static inline int64_t
sh_retry_after_ms(struct sh_ctx *cx, const struct sh_response *r)
{
	struct sh_str after = sh_header(r->headers, r->nheaders, "retry-after");
	int64_t ms;

	if (sh_int_parse(cx, after, &ms))
		ms = ms > 86400 ? 86400000 : ms > 0 ? ms * 1000 : 0;
	else
		ms = sh_time_parse(cx, after, &ms) ? ms - cx->now_ms : 0;
	return ms < 0 ? 0 : ms > 86400000 ? 86400000 : ms;
}

/* What a status means that nobody explained otherwise: 2xx is OK, and a 429 says in Retry-After how long to wait. */
static inline enum sh_answer
sh_answer_of(struct sh_ctx *cx, const struct sh_response *r)
{
	if (r->status >= 200 && r->status <= 299)
		return SH_ANSWER_OK;
	cx->text = sh_join(cx, SH_STR("HTTP "), sh_int_format(cx, r->status));
	if (r->status == 401 || r->status == 403)
		return SH_ANSWER_UNAUTHORIZED;
	if (r->status == 404)
		return SH_ANSWER_ABSENT;
	if (r->status != 429)
		return SH_ANSWER_FAILED;
	cx->after_ms = sh_retry_after_ms(cx, r);
	return SH_ANSWER_LIMITED;
}

/*
 * The same, and the answer's JSON, in which there must be what the path leads to (NULL: nothing), neither null nor an
 * empty text: any page that answers 200 is no proof of a good key, and no call.
 */
static inline enum sh_answer
sh_answer_json(struct sh_ctx *cx, const struct sh_exchange *x, const char *needs, const struct sh_json **ret)
{
	enum sh_answer answer = sh_answer_of(cx, x->response);
	const struct sh_json *j;

	*ret = sh_json_parse(cx, x->response->body);
	if (answer != SH_ANSWER_OK)
		return answer;
	j = sh_json_at(cx, *ret, needs ? needs : "");
	if (sh_json_type(cx, j) <= SH_JSON_NULL || (sh_json_type(cx, j) == SH_JSON_STRING && sh_json_str(cx, j).n == 0))
		return sh_failed(cx, needs ? sh_join(cx, SH_STR("the answer has no "), sh_str(needs)).s : "the answer is not JSON");
	return SH_ANSWER_OK;
}

/*
 * The same of a list: the first row (NULL: it is empty) of the first array among these paths, as "data.calls|calls|",
 * of which the last is the answer itself. What is no list must not pass for an empty one, which would prove something.
 */
static inline enum sh_answer
sh_answer_list(struct sh_ctx *cx, const struct sh_exchange *x, const char *paths, const struct sh_json **ret,
	const struct sh_json **ret_first)
{
	enum sh_answer answer = sh_answer_of(cx, x->response);

	*ret = sh_json_parse(cx, x->response->body);
	*ret_first = NULL;
	for (const char *at = paths; answer == SH_ANSWER_OK;) {
		size_t n = strcspn(at, "|");
		const struct sh_json *list = sh_json_at(cx, *ret, sh_join(cx, ((struct sh_str){ at, n })).s);

		if (sh_json_type(cx, list) == SH_JSON_ARRAY) {
			*ret_first = sh_json_first(cx, list);
			return answer;
		}
		if (at[n] == '\0')
			return sh_failed(cx, "the answer holds no list");
		at += n + 1;
	}
	return answer;
}

/*
 * A walk through several lists, one after the other. Each has a letter; a cursor is the letter of its list, and then what
 * leads on in it. Which list is it? The first, if the cursor is of none; *ret_rest (or NULL): what leads on, absent at its
 * beginning.
 */
static inline size_t
sh_walk_at(struct sh_str cursor, const char *letters, struct sh_str *ret_rest)
{
	const char *at = cursor.n > 0 ? (const char *)memchr(letters, cursor.s[0], strlen(letters)) : NULL;

	if (ret_rest)
		*ret_rest = at ? sh_str_from(cursor, 1) : SH_NONE;
	return at ? (size_t)(at - letters) : 0;
}

/* Goes on in this list, if something leads on in it; else to the beginning of the next one, after the last to the end. */
static inline void
sh_walk_next(struct sh_ctx *cx, const char *letters, size_t at, struct sh_str next)
{
	if (next.n > 0)
		sh_next(cx, sh_join(cx, ((struct sh_str){ letters + at, 1 }), next));
	else
		sh_next(cx, sh_str_part(sh_str(letters), at + 1, 1));
}

/* How many rows follow the first one, with it. */
static inline size_t
sh_list_count(struct sh_ctx *cx, const struct sh_json *row)
{
	size_t n = 0;

	for (; row; row = cx->host->json_next(row))
		n++;
	return n;
}

/*
 * What leads on in a list that has no pages, only bounds for a time that is in each row: "<TIME", the rows made no later, if
 * they fall; ">TIME", those made no sooner, if they rise; SH_NONE: there are none, or they are in no order. Times are shown
 * in milliseconds, and may be kept in microseconds: what is beyond takes the last row in once more.
 */
static inline struct sh_str
sh_list_beyond(struct sh_ctx *cx, const struct sh_json *row, const char *key)
{
	bool falls = row != NULL, rises = row != NULL;
	int64_t ms = sh_json_time(cx, cx->host->json_get(row, key)), before = ms;

	for (; row; row = cx->host->json_next(row), before = ms) {
		ms = sh_json_time(cx, cx->host->json_get(row, key));
		falls &= ms > 0 && ms <= before;
		rises &= ms > 0 && ms >= before;
	}
	if (falls)
		return sh_join(cx, SH_STR("<"), sh_time_format(cx, ms + 1));
	return rises ? sh_join(cx, SH_STR(">"), sh_time_format(cx, ms)) : SH_NONE;
}

/* ---- the answer to a dial ------------------------------------------------------------------------------- */

/* Placed, if it says so with a 2xx and the call's id; else unknown. The reason is the status: "http_201". */
static inline void
sh_placed(struct sh_ctx *cx, const struct sh_exchange *x, struct sh_placed *p, struct sh_str call_id)
{
	p->reason = sh_join(cx, SH_STR("http_"), sh_int_format(cx, x->response->status));
	p->call_id = x->response->status >= 200 && x->response->status <= 299 ? call_id : SH_NONE;
	p->placing = p->call_id.n > 0 ? SH_DIAL_PLACED : SH_DIAL_UNKNOWN;
}

/*
 * A refusal that the provider documents: no call exists. The rows end with one without a reason.
 *
 *	{ 400, "customer.number must be", "number_invalid", SH_REFUSED(OTHER, NEVER, NUMBER_INVALID) },
 *	{ 400, "Concurrency Limit", "no_free_slot", SH_LATER(30) },
 *	{ 401, "", "bad_key", SH_REFUSED(TECHNICAL_ERROR, POLICY, PAUSE_WORKSPACE) },
 */
struct sh_refusal {
	int status;			/* 0: any */
	const char *says;		/* in the provider's words, in whichever case; "": whatever it says */
	const char *reason;		/* for people and the log */
	enum sh_placing placing;	/* SH_DIAL_UNKNOWN: documented, but not that no call exists */
	struct sh_disposition means;
	int64_t after_ms;		/* SH_DIAL_LATER: where Retry-After does not say it */
};
#define SH_REFUSED(outcome, retry, action)                                                              \
	SH_DIAL_REFUSED, { SH_OUTCOME_##outcome, SH_RETRY_##retry, true, SH_ACTION_##action }, 0
#define SH_LATER(seconds) SH_DIAL_LATER, { SH_OUTCOME_OTHER, SH_RETRY_POLICY, true, SH_ACTION_NONE }, (seconds) * 1000

/*
 * Takes the first row that fits the answer's status and what it says. What it says must be the provider's own words, out of
 * its own form of an error: the page of something that stands before it refuses nothing. Absent: nothing is done.
 */
static inline void
sh_refused(struct sh_ctx *cx, const struct sh_exchange *x, const struct sh_refusal *rows, struct sh_str says, struct sh_placed *p)
{
	for (; says.s && rows->reason; rows++) {
		if ((rows->status && rows->status != x->response->status) || !sh_str_has(says, rows->says))
			continue;
		p->placing = rows->placing;
		p->disposition = rows->means;
		p->reason = sh_str(rows->reason);
		cx->after_ms = rows->placing == SH_DIAL_LATER ? sh_retry_after_ms(cx, x->response) : 0;
		if (rows->placing == SH_DIAL_LATER && cx->after_ms == 0)
			cx->after_ms = rows->after_ms;
		return;
	}
}

#endif
