/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/main.c: finds the subcommand and gets out of its way. */
#include "gateway/cmd/command.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/cmd/policy.h"
#include "gateway/cmd/rest.h"

#define MAIN_NOUNS_MOST 32

static const struct {
	const char *name, *args, *help, *more;
	sh_command_f *run;
} commands[] = {
#define COMMAND(id_, name_, args_, help_, more_) { name_, args_, help_, more_, sh_cmd_##id_ },
#include "gateway/cmd/commands.def"
};

static void
main_complain(const char *name, const char *fmt, va_list args)
{
	fprintf(stderr, "switchhook%s%s: ", name ? " " : "", name ? name : "");
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

int
sh_command_usage(const char *name, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	main_complain(name, fmt, args);
	va_end(args);
	fprintf(stderr, "Try: switchhook%s%s --help\n", name ? " " : "", name ? name : "");
	return SH_EXIT_USAGE;
}

int
sh_command_failed(const char *name, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	main_complain(name, fmt, args);
	va_end(args);
	return SH_EXIT_FAILED;
}

static void
main_list(FILE *to)
{
	fputs("usage: switchhook COMMAND [ARGUMENTS]\n\n", to);
	for (size_t i = 0; i < SH_LENGTH(commands); i++)
		fprintf(to, "  %-14s %s\n", commands[i].name, commands[i].help);
	fputs("\nof a running gateway, by its REST API:\n\n", to);
	sh_rest_list(to);
	fputs("\n`switchhook COMMAND --help` says more.\n", to);
}

static bool
main_is_help(const char *arg)
{
	return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0;
}

static bool
main_wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (main_is_help(argv[i]))
			return true;
	return false;
}

/* The nearest name, for somebody who has mistyped one. */
static int
main_unknown(const char *word)
{
	const char *names[SH_LENGTH(commands) + MAIN_NOUNS_MOST + 1] = { 0 }, *near;

	for (size_t i = 0; i < SH_LENGTH(commands); i++)
		names[i] = commands[i].name;
	sh_rest_nouns(names + SH_LENGTH(commands), MAIN_NOUNS_MOST);
	near = sh_text_nearest(sh_str(word), names);
	if (near)
		return sh_command_usage(NULL, "there is no command \"%.40s\"; did you mean \"%s\"?", word, near);
	return sh_command_usage(NULL, "there is no command \"%.40s\"", word);
}

/* `key new` makes a file, drivers are files, too, and some questions about policies need no gateway: all other verbs of these nouns ask a running gateway. */
static bool
main_is_local(int argc, char **argv)
{
	if (strcmp(argv[1], "key") == 0)
		return argc < 3 || strcmp(argv[2], "new") == 0 || main_is_help(argv[2]);
	if (strcmp(argv[1], "policy") == 0)
		return argc < 3 || sh_policy_is_verb(argv[2]) || main_is_help(argv[2]);
	return strcmp(argv[1], "driver") == 0 &&
	       (argc < 3 || (strcmp(argv[2], "status") != 0 && strcmp(argv[2], "release") != 0));
}

/* Does the line begin with this word? */
static bool
main_begins(const char *line, const char *word)
{
	size_t n = strlen(word);

	return strncmp(line, word, n) == 0 && (line[n] == ' ' || line[n] == '\n' || !line[n]);
}

static bool
main_is_verb(size_t nth, const char *word)
{
	for (const char *line = commands[nth].args; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (word && *word != '-' && main_begins(line, word))
			return true;
	return false;
}

static void
main_usage(size_t nth, const char *verb)
{
	const char *args = commands[nth].args, *before = "usage:";

	do {
		size_t n = strcspn(args, "\n");

		if (!verb || main_begins(args, verb)) {
			printf("%-6s switchhook %s%s%.*s\n", before, commands[nth].name, n ? " " : "", (int)n, args);
			before = "";
		}
		args += n;
	} while (*args++);
}

/* Is this paragraph about the verb, or about none of them? */
static bool
main_concerns(size_t nth, const char *paragraph, size_t n, const char *verb)
{
	bool any = false;

	for (const char *line = paragraph; line && line < paragraph + n; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		char word[32];

		if (strncmp(line, "  ", 2) != 0)
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(line + 2, " \n"), line + 2);
		any |= main_is_verb(nth, word);
		if (strcmp(word, verb) == 0)
			return true;
	}
	return !any;
}

/* Of one verb: the paragraphs that are about it, and those that are about all. */
static int
main_verb_help(size_t nth, const char *verb)
{
	main_usage(nth, verb);
	for (const char *p = commands[nth].more; *p;) {
		const char *end = strstr(p, "\n\n");
		size_t n = end ? (size_t)(end - p) + 1 : strlen(p);

		if (main_concerns(nth, p, n, verb))
			printf("\n%.*s", (int)n, p);
		p += n + (end != NULL);
	}
	return SH_EXIT_OK;
}

/* Of a word that is a noun of the REST commands, too, the verbs are shown beside it. */
static int
main_help(size_t nth)
{
	main_usage(nth, NULL);
	printf("\n%s.\n%s%s", commands[nth].help, *commands[nth].more ? "\n" : "", commands[nth].more);
	if (sh_rest_is(commands[nth].name)) {
		fputs("\nof a running gateway, by its REST API:\n\n", stdout);
		sh_rest_list_verbs(commands[nth].name, stdout);
		printf("\n`switchhook %s VERB --help` says more of these.\n", commands[nth].name);
	}
	return SH_EXIT_OK;
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		main_list(stderr);
		return SH_EXIT_USAGE;
	}
	if (main_is_help(argv[1]) || strcmp(argv[1], "help") == 0) {
		main_list(stdout);
		return SH_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0)
		return sh_cmd_version(1, argv + 1);
	if (sh_rest_is(argv[1]) && !main_is_local(argc, argv))
		return sh_rest_run(argc - 1, argv + 1);
	for (size_t i = 0; i < SH_LENGTH(commands); i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		if (!main_wants_help(argc - 2, argv + 2))
			return commands[i].run(argc - 1, argv + 1);
		return main_is_verb(i, argv[2]) ? main_verb_help(i, argv[2]) : main_help(i);
	}
	return main_unknown(argv[1]);
}
