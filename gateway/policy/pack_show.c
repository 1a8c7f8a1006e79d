/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* A rule's hours in words: "Mon–Fri 09:00–18:00, Sat 10:00–17:00, no Sun, no us_ri" */
#include "gateway/policy/pack.h"

#include "gateway/base/time.h"

static const char *const show_weekdays[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

static bool
show_closed(const struct sh_quiet *q, int d)
{
	return q->closed_days >> d & 1 || q->days[d].nwindows == 0;
}

/* The last of the days from d on that are like it. */
static int
show_last(const struct sh_quiet *q, int d)
{
	int last = d;

	while (last < 6 && show_closed(q, last + 1) == show_closed(q, d) &&
	       (show_closed(q, d) || memcmp(&q->days[last + 1], &q->days[d], sizeof(q->days[d])) == 0))
		last++;
	return last;
}

static void
show_windows(const struct sh_quiet_day *day, struct sh_buf *out)
{
	for (int i = 0; i < day->nwindows; i++)
		sh_buf_printf(out, "%s%02d:%02d–%02d:%02d", i ? " " : "", day->windows[i].open_min / 60, day->windows[i].open_min % 60,
			day->windows[i].close_min / 60, day->windows[i].close_min % 60);
}

void
sh_pack_rule_hours(const struct sh_pack_rule *rule, struct sh_buf *out)
{
	const struct sh_quiet *q = &rule->quiet;
	const char *comma = "";

	for (int d = 0, last; rule->has_hours && d < 7; d = last + 1, comma = ", ") {
		last = show_last(q, d);
		sh_buf_printf(out, "%s%s", comma, show_closed(q, d) ? "no " : "");
		if (d > 0 || last < 6)
			sh_buf_printf(out, "%s%s%s%s", show_weekdays[d], last > d ? "–" : "", last > d ? show_weekdays[last] : "",
				show_closed(q, d) ? "" : " ");
		if (!show_closed(q, d))
			show_windows(&q->days[d], out);
	}
	for (int i = 0; rule->has_hours && i < q->ndates; i++) {
		struct sh_civil c = sh_time_to_civil(q->dates[i] * SH_DAY_MS);

		sh_buf_printf(out, ", no %04d-%02d-%02d", c.year, c.month, c.day);
	}
	for (int s = 0; rule->has_hours && s < SH_HOLIDAY_SETS; s++)
		if (q->holidays >> s & 1)
			sh_buf_printf(out, ", no %s", sh_holiday_set_name((enum sh_holiday_set)s));
}
