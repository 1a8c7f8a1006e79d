/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/policy_callback_time.c: `switchhook policy callback-time`: what the gateway would understand, and why. */
#include "gateway/cmd/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/writer.h"
#include "gateway/cmd/command.h"
#include "gateway/cmd/policy_trial.h"

#define CALLBACK_TEXT_MAX (4u << 20)
#define CALLBACK_ARENA (64u << 20)
#define CALLBACK_VALUES_MAX 32

struct callback_options {
	struct sh_trial_asked asked;
	struct sh_spoken_value values[CALLBACK_VALUES_MAX];
	const char *transcript; /* a file; NULL: none */
	bool json, lines;
	const char *said; /* an option that does not go with --jsonl */
};

/* All of a file, "-": standard input. */
static enum sh_status
callback_file(const char *file, struct sh_buf *ret, struct sh_error *e)
{
	int fd = strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	char chunk[1 << 16];
	ssize_t n;

	if (fd < 0)
		return sh_fail(e, SH_EABSENT, "%s: %s", file, strerror(errno));
	while ((n = read(fd, chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			sh_buf_add(ret, chunk, (size_t)n);
	if (n < 0)
		sh_fail(e, SH_ESYSTEM, "%s: %s", file, strerror(errno));
	else if (ret->failed)
		sh_fail(e, SH_ETOOBIG, "%s: more than %u bytes", file, CALLBACK_TEXT_MAX);
	if (fd != STDIN_FILENO)
		close(fd);
	return n < 0 || ret->failed ? e->status : SH_OK;
}

static int
callback_print(const struct callback_options *o, const struct sh_spoken_in *in, const struct sh_spoken *answer)
{
	struct sh_buf b;

	if (!o->json) {
		sh_trial_show(stdout, in, answer);
		return SH_EXIT_OK;
	}
	sh_buf_init(&b, CALLBACK_ARENA);
	sh_trial_json(&b, SH_NONE, in, answer);
	printf("%s\n", sh_buf_str(&b).s);
	sh_buf_clear(&b);
	return SH_EXIT_OK;
}

static int
callback_one(const struct sh_trial *t, struct callback_options *o)
{
	SH_CLEANUP(sh_arena_freep) struct sh_arena *a = sh_arena_new(CALLBACK_ARENA);
	SH_CLEANUP(sh_buf_clear) struct sh_buf text;
	struct sh_spoken answer;
	struct sh_spoken_in in;
	struct sh_error e;

	sh_buf_init(&text, CALLBACK_TEXT_MAX);
	if (!a)
		return sh_command_failed("policy callback-time", "no memory");
	if (o->transcript) {
		if (callback_file(o->transcript, &text, &e) != SH_OK)
			return sh_command_failed("policy callback-time", "%s", e.text);
		o->asked.transcript = sh_buf_str(&text);
	}
	if (sh_trial_in(t, a, &o->asked, &in, &e) != SH_OK)
		return sh_command_failed("policy callback-time", "%s", e.text);
	sh_spoken_read(a, &in, &answer);
	return callback_print(o, &in, &answer);
}

static int
callback_run(struct callback_options *o)
{
	struct sh_clock clock;
	struct sh_trial t;
	struct sh_error e;
	int status;

	if (sh_trial_init(&t, &e) != SH_OK)
		return sh_command_failed("policy callback-time", "%s", e.text);
	sh_clock_init(&clock);
	o->asked.now_ms = sh_clock_wall_ms(&clock);
	status = o->lines ? sh_trial_lines(&t, STDIN_FILENO, stdout) : callback_one(&t, o);
	sh_trial_clear(&t);
	return status;
}

/* NAME=VALUE; false: it is not. */
static bool
callback_variable(struct callback_options *o, const char *word)
{
	const char *equals = strchr(word, '=');

	if (!equals || equals == word || o->asked.nvalues == CALLBACK_VALUES_MAX)
		return false;
	o->values[o->asked.nvalues++] = (struct sh_spoken_value){ { word, (size_t)(equals - word) }, sh_str(equals + 1) };
	o->asked.values = o->values;
	return true;
}

int
sh_policy_callback_time(int argc, char **argv)
{
	static const struct option options[] = { { "transcript", required_argument, NULL, 'f' },
		{ "now", required_argument, NULL, 'n' }, { "tz", required_argument, NULL, 't' },
		{ "workspace-tz", required_argument, NULL, 'w' }, { "number", required_argument, NULL, 'p' },
		{ "variable", required_argument, NULL, 'v' }, { "json", no_argument, NULL, 'j' },
		{ "jsonl", no_argument, NULL, 'l' }, { 0 } };
	struct callback_options o = { 0 };
	int opt;

	optind = 0;
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt != 'l')
			o.said = argv[optind - 1];
		switch (opt) {
		case 'f':
			o.transcript = optarg;
			break;
		case 'n':
			o.asked.now = sh_str(optarg);
			break;
		case 't':
			o.asked.tz = sh_str(optarg);
			break;
		case 'w':
			o.asked.workspace_tz = sh_str(optarg);
			break;
		case 'p':
			o.asked.number = sh_str(optarg);
			break;
		case 'v':
			if (!callback_variable(&o, optarg))
				return sh_command_usage("policy", "expected at most %d times --variable NAME=VALUE, not %s",
				    CALLBACK_VALUES_MAX, optarg);
			break;
		case 'j':
			o.json = true;
			break;
		case 'l':
			o.lines = true;
			break;
		default:
			return sh_command_usage("policy", "no such option, or an option without its value: %s", argv[optind - 1]);
		}
	}
	if (o.lines && (o.said || optind < argc))
		return sh_command_usage("policy", "--jsonl takes everything from standard input");
	if (!o.lines &&
	    (argc - optind > 1 || (optind < argc && o.transcript) || (optind == argc && !o.transcript && !o.asked.values)))
		return sh_command_usage("policy", "callback-time takes one PHRASE, --transcript FILE or --jsonl");
	if (!o.transcript)
		o.asked.text = sh_str(optind < argc ? argv[optind] : "");
	return callback_run(&o);
}
