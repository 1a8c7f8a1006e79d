/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* The fingerprint of a policy: FNV-1a over its values, in the order of the struct; origins and names do not count. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/policy/record.h"

static void
print_int(uint64_t *h, int64_t value)
{
	for (int i = 0; i < 8; i++)
		*h = (*h ^ ((uint64_t)value >> (8 * i) & 0xff)) * UINT64_C(1099511628211);
}

static void
print_text(uint64_t *h, const char *s)
{
	print_int(h, (int64_t)strlen(s));
	for (; *s; s++)
		*h = (*h ^ (unsigned char)*s) * UINT64_C(1099511628211);
}

static void
print_retry(uint64_t *h, const struct sh_policy *p)
{
	for (int o = 0; o < SH_POLICY_OUTCOMES; o++) {
		print_int(h, p->retry[o].enabled);
		print_int(h, p->retry[o].ndelays);
		for (int i = 0; i < p->retry[o].ndelays; i++)
			print_int(h, p->retry[o].delays_s[i]);
		print_int(h, p->retry[o].jitter_s);
	}
	print_int(h, p->nreasons);
	for (int i = 0; i < p->nreasons; i++) {
		print_text(h, p->reasons[i].provider);
		print_text(h, p->reasons[i].reason);
		print_int(h, p->reasons[i].outcome);
	}
	print_int(h, p->max_attempts);
	print_int(h, p->give_up_s);
	print_int(h, p->ncaps);
	for (int i = 0; i < p->ncaps; i++) {
		print_int(h, p->caps[i].calls);
		print_int(h, p->caps[i].within_s);
	}
	print_int(h, p->gap_s);
}

static void
print_quiet(uint64_t *h, const struct sh_policy *p)
{
	const struct sh_quiet *q = &p->quiet;

	print_int(h, p->zone);
	print_text(h, p->zone == SH_ZONE_NAMED ? p->zone_name : "");
	for (int d = 0; d < 7; d++) {
		print_int(h, q->days[d].nwindows);
		for (int i = 0; i < q->days[d].nwindows; i++)
			print_int(h, q->days[d].windows[i].open_min * 10000 + q->days[d].windows[i].close_min);
	}
	print_int(h, q->closed_days);
	print_int(h, q->ndates);
	for (int i = 0; i < q->ndates; i++)
		print_int(h, q->dates[i]);
	print_int(h, q->holidays);
	print_int(h, q->ring_margin_ms);
	print_int(h, p->opening_spread_s);
	print_int(h, p->npacks);
	for (int i = 0; i < p->npacks; i++)
		print_text(h, p->packs[i]);
}

static void
print_callbacks(uint64_t *h, const struct sh_policy *p)
{
	const int64_t values[] = { p->explicit_time, p->default_delay_s, p->spoken.lead_s, p->spoken.horizon_days, p->spoken.default_time_min,
		p->spoken.min_confidence, p->explicit_confidence, p->read_speech, p->beyond_ceiling, p->evidence_days, p->from_outbound,
		p->from_inbound, p->from_chat, p->inbound, p->stop_when_reached, p->suppress_scope, p->retention, p->payload_days,
		p->keep_transcripts, p->keep_recordings, p->nnames };

	for (size_t i = 0; i < SH_LENGTH(values); i++)
		print_int(h, values[i]);
	for (int i = 0; i < SH_DAYPARTS; i++) {
		print_int(h, p->spoken.dayparts[i].at);
		print_int(h, p->spoken.dayparts[i].from);
		print_int(h, p->spoken.dayparts[i].until);
	}
	for (int i = 0; i < p->nnames; i++)
		print_text(h, p->names[i]);
	print_text(h, p->chat_number);
}

void
sh_policy_fingerprint(const struct sh_policy *p, char out[17])
{
	uint64_t h = UINT64_C(14695981039346656037);

	print_retry(&h, p);
	print_quiet(&h, p);
	print_callbacks(&h, p);
	snprintf(out, 17, "%016" PRIx64, h);
}
