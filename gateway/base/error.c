/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/error.c: fills an error's text. The new text is made aside first, because a caller may quote the old one.
 */
#include "gateway/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Formats into out; what does not fit is cut before a character, never inside one. */
static void __attribute__((format(printf, 3, 0)))
error_format(char *out, size_t room, const char *fmt, va_list ap)
{
	int n = vsnprintf(out, room, fmt, ap);
	size_t at = room - 1;

	if (n < 0)
		out[0] = '\0';
	if (n < 0 || (size_t)n < room)
		return;
	/* The byte that was cut off is gone, so a last character that may be incomplete goes too. */
	while (at > 0 && ((unsigned char)out[at - 1] & 0xc0) == 0x80)
		at--;
	if (at > 0 && (unsigned char)out[at - 1] >= 0xc0)
		at--;
	out[at] = '\0';
}

enum sh_status
sh_fail(struct sh_error *e, enum sh_status status, const char *fmt, ...)
{
	char text[sizeof(e->text)];
	va_list ap;

	assert(status != SH_OK);
	if (!e)
		return status;
	va_start(ap, fmt);
	error_format(text, sizeof(text), fmt, ap);
	va_end(ap);
	e->status = status;
	memcpy(e->text, text, strlen(text) + 1);
	return status;
}

enum sh_status
sh_fail_in(struct sh_error *e, const char *fmt, ...)
{
	char context[sizeof(e->text)];
	va_list ap;

	assert(e && e->status != SH_OK);
	va_start(ap, fmt);
	error_format(context, sizeof(context), fmt, ap);
	va_end(ap);
	return sh_fail(e, e->status, "%s: %s", context, e->text);
}
