/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/adopt.c: a dial that the database has lost and the provider has not.
 *
 * Its id, its callback and its attempt travelled in the call's metadata, and the id tells when it was begun. That is all that a row
 * needs; everything else stands in the callback, or, where a next attempt is lost as well, in its chain.
 */
#include "gateway/engine/work.h"

#include "gateway/engine/event.h"

/* A UUIDv7 begins with its time; one that claims a later time than ours has none to tell. */
static int64_t
adopt_begun_ms(const struct sh_id *dial, int64_t now_ms)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | dial->b[i];
	return dial->b[6] >> 4 == 7 && ms < now_ms ? ms : now_ms;
}

void
sh_dial_adopt(struct sh_unit *u, struct sh_engine *eng, const struct sh_ref *dial, const struct sh_event_ids *ids,
    const struct sh_id *workspace, struct sh_str provider)
{
	const struct sh_driver_loaded *driver = sh_drivers_find(eng->core->drivers, provider);
	int64_t now = sh_core_now(eng->core);
	struct sh_id entry = sh_id_new(now), entry2 = sh_id_new(now);
	struct sh_dial_times times;

	if (!driver || !ids->attempt)
		return;
	times = sh_dial_times(eng->core, &driver->table, adopt_begun_ms(&dial->id, now));
	sh_unit_add(u, SH_SQL_callback_lock, SH_P_SMALL(dial->bucket), SH_P_ID(&dial->tenant), SH_P_ID(&ids->callback),
	    SH_P_ID(sh_id_or_null(&ids->chain)));
	sh_unit_add(u, SH_SQL_dial_adopt, SH_P_SMALL(dial->bucket), SH_P_ID(&dial->tenant), SH_P_ID(&dial->id),
	    SH_P_ID(&ids->callback), SH_P_INT(ids->attempt), SH_P_TIME(now), SH_P_ID(&entry), SH_P_ID(workspace),
	    SH_P_TIME(times.send_before_ms), SH_P_TIME(times.verdict_ms), SH_P_TIME(times.live_until_ms), SH_P_ID(&entry2),
	    SH_P_ID(sh_id_or_null(&ids->chain)));
}
