/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/log.c: a line is composed whole and leaves by one write, so that lines of many processes do not mix.
 */
#include "gateway/base/log.h"

#include <errno.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/writer.h"

#define LOG_VALUE_MAX ((size_t)512)
#define LOG_LINE_MAX ((size_t)65536)

static const char *const log_names[] = {
	[SH_LOG_DEBUG] = "debug", [SH_LOG_INFO] = "info", [SH_LOG_WARN] = "warn", [SH_LOG_ERROR] = "error"
};
static enum sh_log_level log_level = SH_LOG_INFO;
static char log_process[32];

/* What is cut is cut before a character. */
static struct sh_str
log_cut(struct sh_str s)
{
	if (s.n <= LOG_VALUE_MAX)
		return s;
	s.n = LOG_VALUE_MAX;
	while (s.n > LOG_VALUE_MAX - 4 && ((unsigned char)s.s[s.n] & 0xc0) == 0x80)
		s.n--;
	return s;
}

static void
log_head(struct sh_out *o, enum sh_log_level level, const char *event, const char *text)
{
	struct sh_clock machine;

	sh_clock_init(&machine);
	sh_writer_open(o, '{');
	sh_writer_key_time(o, "at", sh_clock_wall_ms(&machine));
	sh_writer_key_str(o, "level", sh_str(log_names[level]));
	sh_writer_key_str(o, "event", log_cut(sh_str(event)));
	sh_writer_key_str(o, "text", log_cut(sh_str(text)));
	sh_writer_key_int(o, "pid", getpid());
	if (log_process[0])
		sh_writer_key_str(o, "process", sh_str(log_process));
}

static void
log_field(struct sh_out *o, const struct sh_field *f)
{
	switch (f->type) {
	case SH_FIELD_STR:
		sh_writer_key_str(o, f->name, log_cut(f->str));
		break;
	case SH_FIELD_INT:
		sh_writer_key_int(o, f->name, f->i);
		break;
	case SH_FIELD_BOOL:
		sh_writer_key_bool(o, f->name, f->i != 0);
		break;
	case SH_FIELD_ID:
		sh_writer_key_id(o, f->name, f->id);
		break;
	case SH_FIELD_END:
		break;
	}
}

/* A reader that is gone or slow loses lines; the gateway does not wait for it. */
static void
log_write(struct sh_str line)
{
	while (line.n > 0) {
		ssize_t n = write(STDERR_FILENO, line.s, line.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		line.s += n;
		line.n -= (size_t)n;
	}
}

void
sh_log_fields(enum sh_log_level level, const char *event, const char *text, const struct sh_field *fields)
{
	SH_CLEANUP(sh_buf_clear) struct sh_buf line = { .ceiling = LOG_LINE_MAX };
	int before = errno;
	struct sh_out o;

	if (level < log_level || (size_t)level >= SH_LENGTH(log_names))
		return;
	sh_writer_init(&o, &line);
	log_head(&o, level, event, text);
	for (; fields->type != SH_FIELD_END; fields++)
		log_field(&o, fields);
	sh_writer_close(&o, '}');
	sh_buf_add_char(&line, '\n');
	/* Only a machine without memory, or a table of fields that belongs elsewhere, comes here with a torn line. */
	if (line.failed)
		log_write(SH_STR("{\"level\":\"error\",\"event\":\"log.lost\",\"text\":\"a line could not be composed\"}\n"));
	else
		log_write(sh_buf_str(&line));
	errno = before;
}

void
sh_log_set_level(enum sh_log_level level)
{
	log_level = level;
}

bool
sh_log_level_parse(const char *name, enum sh_log_level *ret)
{
	for (size_t i = 0; i < SH_LENGTH(log_names); i++) {
		if (strcmp(name, log_names[i]) == 0) {
			*ret = (enum sh_log_level)i;
			return true;
		}
	}
	return false;
}

void
sh_log_set_process(const char *name)
{
	size_t n = strnlen(name, sizeof(log_process) - 1);

	memcpy(log_process, name, n);
	log_process[n] = '\0';
}
