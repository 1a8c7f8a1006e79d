/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/secret.c: see secret.h. Read without stdio, whose buffers would keep a copy. */
#include "gateway/cmd/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/crypto/digest.h"

static volatile sig_atomic_t secret_signal;

static void
secret_caught(int number)
{
	secret_signal = number;
}

/* To the end of it, or of the line. false: errno says why. */
static bool
secret_take(int fd, bool line, struct sh_buf *b)
{
	char part[4096];
	ssize_t n;

	do {
		n = read(fd, part, sizeof(part));
		if (n > 0)
			sh_buf_add(b, part, (size_t)n);
		if (n < 0 && errno == EINTR && line)
			break;
	} while ((n < 0 && errno == EINTR) || (n > 0 && !b->failed && !(line && part[n - 1] == '\n')));
	sh_digest_wipe(part, sizeof(part));
	return n >= 0;
}

/* Whoever breaks off at the prompt gets a terminal back that shows what is typed. */
static bool
secret_ask(const char *what, struct sh_buf *b)
{
	static const int breaks[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction caught = { .sa_handler = secret_caught }, before[SH_LENGTH(breaks)];
	struct termios shown, hidden;
	bool good;

	if (tcgetattr(STDIN_FILENO, &shown) != 0)
		return false;
	for (size_t i = 0; i < SH_LENGTH(breaks); i++)
		sigaction(breaks[i], &caught, &before[i]);
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	hidden.c_cc[VSUSP] = _POSIX_VDISABLE;
	good = tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
	if (good) {
		fprintf(stderr, "%s: ", what);
		good = secret_take(STDIN_FILENO, true, b);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
		fputc('\n', stderr);
	}
	for (size_t i = 0; i < SH_LENGTH(breaks); i++)
		sigaction(breaks[i], &before[i], NULL);
	if (secret_signal)
		raise(secret_signal);
	return good;
}

enum sh_status
sh_secret_read(const char *file, const char *what, struct sh_buf *ret, struct sh_error *e)
{
	bool input = strcmp(file, "-") == 0, good;
	int fd = input ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return sh_fail(e, SH_EINVALID, "%s: cannot read %s: %m", what, file);
	good = input && isatty(fd) ? secret_ask(what, ret) : secret_take(fd, false, ret);
	if (!good)
		sh_fail(e, SH_EINVALID, "%s: cannot read %s: %m", what, input ? "standard input" : file);
	if (!input)
		close(fd);
	while (ret->n && (ret->s[ret->n - 1] == '\n' || ret->s[ret->n - 1] == '\r'))
		ret->s[--ret->n] = '\0';
	if (good && (ret->failed || ret->n == 0)) {
		good = false;
		sh_fail(
		    e, SH_EINVALID, "%s: %s %s", what, input ? "standard input" : file, ret->failed ? "is too large" : "is empty");
	}
	return good ? SH_OK : SH_EINVALID;
}
