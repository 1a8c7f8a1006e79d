/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/rest.c: finds the row of rest.def, shows its help, or has it read, sent and shown. */
#include "gateway/cmd/rest.h"

#include <string.h>

#include "gateway/base/text.h"
#include "gateway/cmd/command.h"

static const struct {
	const char *name, *help;
} rest_nouns[] = {
#define NOUN(name_, help_) { name_, help_ },
#define VERB(id_, noun_, verb_, method_, path_, columns_, help_)
#include "gateway/cmd/rest.def"
};

bool
sh_rest_is(const char *noun)
{
	for (size_t i = 0; i < SH_LENGTH(rest_nouns); i++)
		if (strcmp(rest_nouns[i].name, noun) == 0)
			return true;
	return false;
}

void
sh_rest_list(FILE *to)
{
	for (size_t i = 0; i < SH_LENGTH(rest_nouns); i++)
		fprintf(to, "  %-14s %s\n", rest_nouns[i].name, rest_nouns[i].help);
}

size_t
sh_rest_nouns(const char **names, size_t room)
{
	size_t n = 0;

	while (n < SH_LENGTH(rest_nouns) && n < room) {
		names[n] = rest_nouns[n].name;
		n++;
	}
	return n;
}

/* ---- help ---- */

/* "WORKSPACE" of "/v1/workspaces/{WORKSPACE}/credentials", with a blank before each. */
static void
rest_arguments(const struct sh_rest_verb *v)
{
	for (const char *p = v->path; (p = strchr(p, '{')); p++)
		printf(" %.*s", (int)strcspn(p + 1, "}"), p + 1);
	for (size_t i = 0; i < sh_rest_noptions; i++)
		if (sh_rest_options[i].verb == v - sh_rest_verbs && sh_rest_is_argument(&sh_rest_options[i]))
			printf(" %s", sh_rest_options[i].name);
}

static const char *
rest_value(enum sh_rest_type type)
{
	switch (type) {
	case SH_REST_INT:
		return " N";
	case SH_REST_BOOL:
		return " true|false";
	case SH_REST_YES:
		return "";
	case SH_REST_LIST:
		return " A,B…";
	case SH_REST_PAIRS:
		return " NAME=VALUE";
	case SH_REST_SETTINGS:
		return " NAME=VALUE|@FILE|-";
	case SH_REST_SECRETS:
		return " NAME=@FILE|-";
	case SH_REST_DOCUMENT:
	case SH_REST_CSV:
		return " FILE|-";
	case SH_REST_POLICY:
		return " NAME|FILE";
	default:
		return " TEXT";
	}
}

static void
rest_option_help(const char *name, const char *value, const char *help)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s", name, value);
	/* Columns, not bytes: the only character of more than one is the ellipsis. */
	printf("  %-*s %s\n", strstr(left, "…") ? 32 : 30, left, help);
}

static int
rest_verb_help(const struct sh_rest_verb *v)
{
	printf("usage: switchhook %s %s", v->noun, v->verb);
	rest_arguments(v);
	printf(" [OPTIONS]\n\n%s: %s.  (%s %s)\n\n", v->noun, v->help, v->method, v->path);
	for (size_t i = 0; i < sh_rest_noptions; i++) {
		const struct sh_rest_option *o = &sh_rest_options[i];
		char help[160];

		if (o->verb != v - sh_rest_verbs || o->type == SH_REST_ALWAYS)
			continue;
		snprintf(help, sizeof(help), "%s%s", o->help, o->presence == SH_REST_NEEDED ? " (needed)" : "");
		if (sh_rest_is_argument(o))
			printf("  %-30s %s\n", o->name, o->help);
		else
			rest_option_help(o->name, rest_value(o->type), help);
	}
	if (*v->columns) {
		rest_option_help("limit", " N", "rows at most, to 200; default: 50");
		rest_option_help("cursor", " TEXT", "the next page: what the page before ended with");
	}
	if (strcmp(v->method, "POST") == 0)
		rest_option_help("idempotency-key", " TEXT", "sent again within a day, the same answer and nothing else happens");
	rest_option_help("url", " URL", "the gateway; default: $SWITCHHOOK_URL, else http://127.0.0.1:8080");
	rest_option_help("ca-file", " FILE", "PEM: whose certificates are good; default: $SWITCHHOOK_CA_FILE, else the system's");
	rest_option_help("key-file", " FILE", "holds the key, - is standard input; default: the key in $SWITCHHOOK_KEY");
	rest_option_help("json", "", "the answer as it came");
	return SH_EXIT_OK;
}

void
sh_rest_list_verbs(const char *noun, FILE *to)
{
	for (size_t i = 0; i < SH_REST_COUNT; i++)
		if (strcmp(sh_rest_verbs[i].noun, noun) == 0)
			fprintf(to, "  %-14s %s\n", sh_rest_verbs[i].verb, sh_rest_verbs[i].help);
}

static void
rest_noun_help(const char *noun, FILE *to)
{
	fprintf(to, "usage: switchhook %s VERB [ARGUMENTS] [OPTIONS]\n\n", noun);
	sh_rest_list_verbs(noun, to);
	fprintf(to, "\n`switchhook %s VERB --help` says more.\n", noun);
}

/* ---- finding ---- */

static const struct sh_rest_verb *
rest_find(const char *noun, const char *verb)
{
	for (size_t i = 0; i < SH_REST_COUNT; i++)
		if (strcmp(sh_rest_verbs[i].noun, noun) == 0 && strcmp(sh_rest_verbs[i].verb, verb) == 0)
			return &sh_rest_verbs[i];
	return NULL;
}

/* A noun with one verb needs none said, nor one of which there is one alone that can be shown. */
static const struct sh_rest_verb *
rest_only(const char *noun)
{
	const struct sh_rest_verb *only = rest_find(noun, "show");

	if (only && !strchr(only->path, '{'))
		return only;
	only = NULL;
	for (size_t i = 0; i < SH_REST_COUNT; i++) {
		if (strcmp(sh_rest_verbs[i].noun, noun) != 0)
			continue;
		if (only)
			return NULL;
		only = &sh_rest_verbs[i];
	}
	return only;
}

static int
rest_unknown(const char *noun, const char *verb)
{
	const char *names[SH_REST_COUNT + 1] = { 0 }, *near;
	size_t n = 0;

	for (size_t i = 0; i < SH_REST_COUNT; i++)
		if (strcmp(sh_rest_verbs[i].noun, noun) == 0)
			names[n++] = sh_rest_verbs[i].verb;
	near = sh_text_nearest(sh_str(verb), names);
	if (near)
		return sh_command_usage(noun, "there is no verb \"%.40s\"; did you mean \"%s\"?", verb, near);
	return sh_command_usage(noun, "there is no verb \"%.40s\"", verb);
}

static int
rest_ask(const struct sh_rest_verb *v, int argc, char **argv)
{
	struct sh_rest_gateway *g = NULL;
	struct sh_rest_request q;
	struct sh_rest_answer a = { 0 };
	struct sh_error e;
	char name[64];
	int status;

	snprintf(name, sizeof(name), "%s %s", v->noun, v->verb);
	if (sh_rest_read(&q, v, argc, argv, &e) != SH_OK)
		status = sh_command_usage(name, "%s", e.text);
	else if (sh_rest_open(&q, &g, &e) != SH_OK || sh_rest_check(g, &q, &e) != SH_OK || sh_rest_send(g, &q, &a, &e) != SH_OK)
		status = sh_command_failed(name, "%s", e.text);
	else
		status = sh_rest_show(&q, &a);
	sh_buf_wipe(&a.body);
	sh_rest_close(g);
	sh_rest_clear(&q);
	return status;
}

int
sh_rest_run(int argc, char **argv)
{
	const struct sh_rest_verb *v = argc > 1 && argv[1][0] != '-' ? rest_find(argv[0], argv[1]) : rest_only(argv[0]);
	bool said = v && argc > 1 && argv[1][0] != '-', help = false;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		help |= strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
	if (help && said)
		return rest_verb_help(v);
	if (help || (argc < 2 && !v)) {
		rest_noun_help(argv[0], help ? stdout : stderr);
		return help ? SH_EXIT_OK : SH_EXIT_USAGE;
	}
	if (!v)
		return argv[1][0] == '-' ? sh_command_usage(argv[0], "expected a verb first") : rest_unknown(argv[0], argv[1]);
	return rest_ask(v, argc - 1 - said, argv + 1 + said);
}
