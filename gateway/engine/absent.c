/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * engine/absent.c: workspaces and agents whose stored policy names what is not there.
 *
 * The files are checked at the start and name nothing that they lack; what is stored may name a policy or a pack that has gone from the
 * folder since. Calls under it are held (policy/lack.h), and people are told: in the log with every load of the files, with every change of
 * the words, and once an hour; in a metric; and where the policy is shown. Of a gateway's workers one does this.
 */
#include "gateway/engine/work.h"

#include <stdlib.h>

#include "gateway/base/metric.h"
#include "gateway/engine/permit.h"

#define ABSENT_MOST 100 /* of a bucket */

struct absent {
	struct sh_engine *eng;
	int bucket;
};

static bool
absent_tell(const struct sh_core *core, const struct sh_rows *r, int row)
{
	struct sh_id workspace = sh_rows_id(r, row, "workspace_id"), agent = sh_rows_id(r, row, "agent_id");
	struct sh_account_words words = sh_account_words(r, row);
	struct sh_whereabouts place = { .packs = core->packs };
	struct sh_policy policy;
	struct sh_lack lack;
	char text[192];

	sh_account_policy(core, &words, &policy);
	lack = sh_lack_find(&policy, &place);
	if (lack.what == SH_LACK_NOTHING)
		return false;
	sh_lack_text(&lack, text);
	sh_log(SH_LOG_ERROR, "policy.lacks", "calls are held until it is there, or until the policy names it no more",
	    SH_F_STR("why", text), SH_F_ID("workspace_id", &workspace), SH_F_ID("agent_id", sh_id_or_null(&agent)));
	return true;
}

static void
absent_found(void *arg, enum sh_status st, const struct sh_result *res, const struct sh_error *err)
{
	struct absent *a = arg;
	struct sh_engine *eng = a->eng;
	const struct sh_rows *r = st == SH_OK ? sh_rows(res, 0) : NULL;
	int64_t sum = 0;

	eng->absent_running = false;
	if (r) {
		eng->absent[a->bucket] = 0;
		for (int i = 0; i < sh_rows_count(r); i++)
			eng->absent[a->bucket] += absent_tell(eng->core, r, i);
		for (size_t b = 0; b < SH_LENGTH(eng->absent); b++)
			sum += eng->absent[b];
		sh_metric_set(SH_METRIC_policy_lacks, sum);
		sh_absent_look(eng);
	} else {
		eng->absent_buckets |= UINT64_C(1) << a->bucket; /* at the sweeper's next round */
		if (st != SH_EAGAIN)
			sh_log(SH_LOG_ERROR, "absent.failed", err->text);
	}
	free(a);
	sh_work_end(eng);
}

/* The names of the policies, then those of the packs. */
static struct sh_param *
absent_names(const struct sh_core *core, uint32_t *ret_policies, uint32_t *ret_packs)
{
	uint32_t n = 0, policies = 0, packs = 0;
	struct sh_param *names;

	while (sh_policy_set_at(core->policies, policies))
		policies++;
	while (sh_packs_at(core->packs, packs))
		packs++;
	names = calloc(policies + packs + 1, sizeof(*names));
	for (; names && n < policies; n++)
		names[n] = SH_P_TEXT(sh_str(sh_policy_set_at(core->policies, n)->name));
	for (; names && n < policies + packs; n++)
		names[n] = SH_P_TEXT(sh_str(sh_packs_at(core->packs, n - policies)));
	*ret_policies = policies;
	*ret_packs = packs;
	return names;
}

void
sh_absent_look(struct sh_engine *eng)
{
	const struct sh_core *core = eng->core;
	uint32_t policies, packs;
	struct sh_param *names;
	struct absent *a;
	struct sh_unit *u;

	if (eng->absent_running || !eng->absent_buckets || core->draining || !sh_db_ready(core->engine_db))
		return;
	a = malloc(sizeof(*a));
	names = a ? absent_names(core, &policies, &packs) : NULL;
	if (!names) {
		free(a);
		return;
	}
	*a = (struct absent){ eng, __builtin_ctzll(eng->absent_buckets) };
	eng->absent_buckets &= eng->absent_buckets - 1;
	eng->absent_running = true;
	sh_work_begin(eng);
	u = sh_unit_new(core->engine_db, absent_found, a);
	sh_unit_add(u, SH_SQL_policy_absent, SH_P_SMALL(a->bucket), SH_P_ARRAY(SH_T_TEXT, names, policies),
	    SH_P_ARRAY(SH_T_TEXT, names + policies, packs), SH_P_INT(ABSENT_MOST));
	sh_unit_run(u);
	free(names);
}
