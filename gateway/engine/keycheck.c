/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* engine/keycheck.c: see keycheck.h. */
#include "gateway/engine/keycheck.h"

#include <stdlib.h>

#include "gateway/store/sql.h"

#define SH_MAGIC_keycheck 0x6b636865u

struct keycheck {
	uint32_t magic;
	struct sh_keys *keys;
	sh_keycheck_f *f;
	void *arg;
};

static void
keycheck_end(struct keycheck *k, enum sh_status st)
{
	sh_keycheck_f *f = k->f;
	void *arg = k->arg;

	SH_MAGIC_CLEAR(k);
	free(k);
	f(arg, st);
}

static void
keycheck_opened(void *arg, enum sh_status st, const struct sh_tenant_key *key, const struct sh_error *e)
{
	(void)key;
	(void)e;
	keycheck_end(SH_OBJ(arg, keycheck), st);
}

static void
keycheck_read(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *e)
{
	struct keycheck *k = SH_OBJ(arg, keycheck);
	const struct sh_rows *rows = st == SH_OK ? sh_rows(res, 0) : NULL;
	struct sh_id tenant;

	(void)e;
	if (!rows || sh_rows_count(rows) == 0) {
		keycheck_end(k, st);
		return;
	}
	tenant = sh_rows_id(rows, 0, "tenant_id");
	sh_keys_open(k->keys, &tenant, sh_rows_str(rows, 0, "keys"), keycheck_opened, k);
}

void
sh_keycheck(const struct sh_core *core, struct sh_db *db, sh_keycheck_f *f, void *arg)
{
	struct keycheck *k = malloc(sizeof(*k));
	struct sh_unit *u;

	if (!k)
		abort();
	*k = (struct keycheck){ .keys = core->keys, .f = f, .arg = arg };
	SH_MAGIC_SET(k, keycheck);
	u = sh_unit_new(db, keycheck_read, k);
	sh_unit_add_params(u, SH_SQL_key_sample, NULL, 0);
	sh_unit_run(u);
}
