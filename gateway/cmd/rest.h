/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/rest.h: the commands that ask a running gateway through its REST API.
 *
 *	switchhook NOUN VERB [ARGUMENT]… [--option VALUE]…
 *
 * rest.def lists them (rest_table.c); rest.c finds the row, rest_read.c turns the words after it into a request,
 * rest_send.c sends it, rest_show.c shows the answer. To add one: a row, its options, nothing else.
 *
 * Whose gateway: --url, else $SWITCHHOOK_URL, else http://127.0.0.1:8080. Inside TLS those who signed its certificate stand in
 * --ca-file, else $SWITCHHOOK_CA_FILE, else among the system's. The key comes from --key-file or from
 * $SWITCHHOOK_KEY; there is no option for it, since everybody on a machine can read command lines. Secrets likewise: a setting
 * of a provider that stands on the command line is sent only after the gateway has said that it is none (rest_secret.c).
 */
#ifndef SH_CMD_REST_H
#define SH_CMD_REST_H

#include <json-c/json.h>
#include <stdio.h>

#include "gateway/base/buf.h"
#include "gateway/base/error.h"

enum sh_rest_verb_id {
#define NOUN(name_, help_)
#define VERB(id_, noun_, verb_, method_, path_, columns_, help_) SH_REST_##id_,
#include "gateway/cmd/rest.def"
	SH_REST_COUNT
};

struct sh_rest_verb {
	const char *id, *noun, *verb, *method, *path, *columns, *help;
};
extern const struct sh_rest_verb sh_rest_verbs[SH_REST_COUNT];

enum sh_rest_place { SH_REST_BODY, SH_REST_QUERY };
enum sh_rest_type { SH_REST_TEXT, SH_REST_INT, SH_REST_BOOL, SH_REST_YES, SH_REST_LIST, SH_REST_PAIRS, SH_REST_SETTINGS,
	SH_REST_SECRETS, SH_REST_DOCUMENT, SH_REST_CSV, SH_REST_POLICY, SH_REST_ALWAYS };
enum sh_rest_presence { SH_REST_FREE, SH_REST_NEEDED };

struct sh_rest_option {
	enum sh_rest_verb_id verb;
	const char *name, *field;
	enum sh_rest_place place;
	enum sh_rest_type type;
	enum sh_rest_presence presence;
	const char *help;
};
extern const struct sh_rest_option sh_rest_options[];
extern const size_t sh_rest_noptions;

/* Its value stands behind the path's arguments, without its name. */
static inline bool
sh_rest_is_argument(const struct sh_rest_option *o)
{
	return o->name[0] >= 'A' && o->name[0] <= 'Z';
}

/* A request, as read from the words. */
struct sh_rest_request {
	const struct sh_rest_verb *verb;
	struct sh_buf path;		/* filled in, with the query */
	json_object *body;		/* NULL: none */
	struct sh_buf csv;		/* the body instead; empty: none */
	json_object *literal;		/* names of settings whose values stood on the command line; NULL: none */
	struct {
		const char *field, *file;
	} files[2];			/* policies that came from files */
	const char *url, *key_file, *ca_file, *idempotency_key;
	bool json;			/* the answer as it came */
};

/* argv: the words after noun and verb. SH_EINVALID: e says what is wrong with them. */
enum sh_status sh_rest_read(struct sh_rest_request *, const struct sh_rest_verb *, int argc, char *const *argv,
    struct sh_error *) SH_MUST_CHECK;
void sh_rest_clear(struct sh_rest_request *);
/* A policy's overrides, out of YAML. NULL: e has the first fault, with its place. */
json_object *sh_rest_policy_body(struct sh_str text, const char *file, struct sh_error *e);

struct sh_rest_answer {
	int status;
	struct sh_buf body;		/* for sh_buf_wipe: it may hold a key that is shown once */
};
/* The gateway that a request is for, with the key: one for all that a command asks. Nothing is sent yet. */
struct sh_rest_gateway;
enum sh_status sh_rest_open(const struct sh_rest_request *, struct sh_rest_gateway **ret, struct sh_error *) SH_MUST_CHECK;
void sh_rest_close(struct sh_rest_gateway *);	/* wipes the key; NULL is fine */
/* Fails only where no answer came. */
enum sh_status sh_rest_send(struct sh_rest_gateway *, const struct sh_rest_request *, struct sh_rest_answer *,
    struct sh_error *) SH_MUST_CHECK;

/* Asks the gateway whether any of q->literal is a secret. SH_EINVALID: it is, and e says how to give it; q must not be sent. */
enum sh_status sh_rest_check(struct sh_rest_gateway *, const struct sh_rest_request *q, struct sh_error *) SH_MUST_CHECK;

/* For people, on standard output; problems on standard error. Returns the exit status. */
int sh_rest_show(const struct sh_rest_request *, const struct sh_rest_answer *);
/* The table or the list of members alone, for tests. */
void sh_rest_format(const struct sh_rest_verb *, json_object *, struct sh_buf *out);
/* "code: detail", and a line for each field at fault, by the option that gave it. The request may be NULL. */
void sh_rest_format_problem(const struct sh_rest_request *, int status, json_object *, struct sh_buf *out);

/* Is this a noun of ours? */
bool sh_rest_is(const char *noun);
/* A line for each of its verbs. */
void sh_rest_list_verbs(const char *noun, FILE *);
/* argv[0] is the noun; answers --help too. Returns the exit status. */
int sh_rest_run(int argc, char **argv);
/* A line a noun, for the list of all commands. */
void sh_rest_list(FILE *);
/* The nearest noun to a mistyped one is looked for among all; fills names from *n on. */
size_t sh_rest_nouns(const char **names, size_t room);

#endif
