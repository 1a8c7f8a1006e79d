/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* server/conninfo.c: a connection string without its secrets. */
#include "gateway/server/conninfo.h"

#include <libpq-fe.h>
#include <stdlib.h>

bool
sh_conninfo_valid(const char *conninfo)
{
	char *why = NULL;
	PQconninfoOption *o = PQconninfoParse(conninfo, &why);

	PQfreemem(why);
	PQconninfoFree(o);
	return o != NULL;
}

void
sh_conninfo_add(struct sh_buf *b, const char *keyword, const char *value)
{
	sh_buf_printf(b, "%s%s='", b->n ? " " : "", keyword);
	for (const char *p = value; *p; p++) {
		if (*p == '\'' || *p == '\\')
			sh_buf_add_char(b, '\\');
		sh_buf_add_char(b, *p);
	}
	sh_buf_add_char(b, '\'');
}

/* libpq marks what is secret: "*" for passwords, "D" for what only debugging should show. */
void
sh_conninfo_masked(const char *conninfo, struct sh_buf *b)
{
	PQconninfoOption *all = PQconninfoParse(conninfo, NULL);

	for (PQconninfoOption *o = all; o && o->keyword; o++) {
		if (!o->val)
			continue;
		sh_conninfo_add(b, o->keyword, o->dispchar[0] == '*' ? "***" : o->val);
	}
	PQconninfoFree(all);
}
