/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/policy_trial_show.c: the answer, for people and as JSON. */
#include <stdlib.h>
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/base/writer.h"
#include "gateway/cmd/policy_trial.h"
#include "gateway/policy/spoken_private.h"

#define SHOW_WORDS_MAX 160 /* of the words around those that decided */

static const char *const show_weekdays[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

static const struct {
	const char *id, *means;
} show_rules[] = {
#define RULE(id_, means_) { id_, means_ },
#include "gateway/cmd/policy_rules.def"
};

static const struct {
	const char *reason, *means;
} show_reasons[] = {
	{ "in_past", "the time that was named is over" },
	{ "beyond_horizon", "the time that was named is too far ahead" },
	{ "impossible_date", "there is no such date" },
	{ "contradiction", "what was said does not fit together" },
	{ "vague", "nothing definite was said" },
	{ "foreign_language", "it was not said in English" },
};

static const char *
show_means(const char *id)
{
	for (size_t i = 0; i < SH_LENGTH(show_rules); i++)
		if (strcmp(show_rules[i].id, id) == 0)
			return show_rules[i].means;
	return "";
}

/* "Tue 2026-06-16 16:50" on the clock of the zone that was used. */
static void
show_local(const struct sh_spoken *s, int64_t ms, char out[48])
{
	int64_t local = sh_zone_local(s->zone, ms) + s->fixed_offset_s * SH_SECOND_MS;
	struct sh_civil c = sh_time_to_civil(local);
	int weekday = sh_time_weekday(sh_time_days(c.year, c.month, c.day));

	if (c.second)
		snprintf(out, 48, "%s %04d-%02d-%02d %02d:%02d:%02d", show_weekdays[weekday], c.year % 10000, c.month % 100,
		    c.day % 100, c.hour % 100, c.minute % 100, c.second % 100);
	else
		snprintf(out, 48, "%s %04d-%02d-%02d %02d:%02d", show_weekdays[weekday], c.year % 10000, c.month % 100, c.day % 100,
		    c.hour % 100, c.minute % 100);
}

static void
show_time(FILE *to, const struct sh_spoken_in *in, const struct sh_spoken *s)
{
	char local[48], zone[80], instant[32], wait[32];

	show_local(s, s->instant_ms, local);
	sh_trial_zone(s, zone);
	sh_trial_instant(s->instant_ms, instant);
	fprintf(to, "%-12s %s, %s (zone from %s)\n", s->status == SH_SPOKEN_TIME ? "call at" : "would be", local, zone,
	    sh_zone_source_name(s->zone_source));
	fprintf(to, "%-12s %s", "instant", instant);
	if (s->instant_ms > in->now_ms) {
		sh_text_duration_format((s->instant_ms - in->now_ms + 500) / 1000, wait);
		fprintf(to, ", in %s", wait);
	}
	fputc('\n', to);
	if (s->not_before_ms) {
		show_local(s, s->not_before_ms, local);
		fprintf(to, "%-12s %s\n", "not before", local);
	}
	if (s->not_after_ms) {
		show_local(s, s->not_after_ms, local);
		fprintf(to, "%-12s %s\n", "not after", local);
	}
	fprintf(to, "%-12s %s%s\n", "precision", sh_spoken_precision_name(s->precision),
	    s->named ? "; really named, so a policy may honour it in quiet hours" : "");
	fprintf(to, "%-12s %s\n", "agreed", sh_spoken_agreed_name(s->agreed));
	if (s->differs) {
		show_local(s, s->spoken_ms, local);
		fprintf(to, "%-12s %s: the variable counts\n", "but said", local);
	}
}

/* How many columns bytes of UTF-8 take, roughly: a character each. */
static size_t
show_columns(const char *s, size_t n)
{
	size_t columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += ((unsigned char)s[i] & 0xC0) != 0x80;
	return columns;
}

/* The line of the words that decided, cut around them, and a line that underlines them. */
static void
show_words(FILE *to, const struct sh_spoken_in *in, const struct sh_spoken *s)
{
	struct sh_str words = sh_trial_words(in, s), text;
	size_t from = 0, until;

	if (!words.s)
		return;
	text = in->turns[s->turn].text;
	if (s->at > SHOW_WORDS_MAX / 2)
		from = s->at - SHOW_WORDS_MAX / 2;
	while (from > 0 && ((unsigned char)text.s[from] & 0xC0) == 0x80)
		from--;
	until = s->at + s->length + SHOW_WORDS_MAX / 2 < text.n ? s->at + s->length + SHOW_WORDS_MAX / 2 : text.n;
	while (until < text.n && ((unsigned char)text.s[until] & 0xC0) == 0x80)
		until++;
	fprintf(to, "%-12s %s: ", "words", in->turns[s->turn].user ? "user" : "agent");
	for (size_t i = from; i < until; i++)
		fputc((unsigned char)text.s[i] < ' ' || text.s[i] == 0x7F ? ' ' : text.s[i], to);
	fprintf(to, "\n%-12s %*s", "",
	    (int)(strlen(in->turns[s->turn].user ? "user: " : "agent: ") + show_columns(text.s + from, s->at - from)), "");
	for (size_t i = show_columns(words.s, words.n); i > 0; i--)
		fputc('^', to);
	fputc('\n', to);
}

static void
show_confidence(FILE *to, const struct sh_spoken_in *in, const struct sh_spoken *s)
{
	fprintf(to, "%-12s %d of 100, and %d is enough\n", "confidence", s->confidence, in->limits->min_confidence);
	fprintf(to, "%-12s %4d begins it\n", "", SH_SPOKEN_START);
	for (uint32_t i = 0; i < s->ncosts; i++)
		fprintf(to, "%-12s %+4d %s\n", "", s->costs[i].points, s->costs[i].why);
}

void
sh_trial_show(FILE *to, const struct sh_spoken_in *in, const struct sh_spoken *s)
{
	static const char *const means[] = { [SH_SPOKEN_NONE] = "nobody asked for a call",
		[SH_SPOKEN_TIME] = "a call at a time",
		[SH_SPOKEN_NO_TIME] = "a call is wanted, but there is no time to go by: the policy's default_delay",
		[SH_SPOKEN_REFUSED] = "no more calls: the number is put on the do-not-call list" };

	fprintf(to, "%-12s %s: %s\n", "status", sh_spoken_status_name(s->status), means[s->status]);
	for (size_t i = 0; s->reason && i < SH_LENGTH(show_reasons); i++)
		if (strcmp(show_reasons[i].reason, s->reason) == 0)
			fprintf(to, "%-12s %s: %s\n", "reason", s->reason, show_reasons[i].means);
	if (s->zone && s->instant_ms)
		show_time(to, in, s);
	show_words(to, in, s);
	if (s->status == SH_SPOKEN_TIME || s->instant_ms)
		show_confidence(to, in, s);
	for (uint32_t i = 0; i < s->nrules; i++)
		fprintf(to, "%-12s %-4s %s\n", i ? "" : "rules", s->rules[i], show_means(s->rules[i]));
}

/* ---- JSON ---- */

static void
show_key_instant(struct sh_out *o, const char *key, int64_t ms, bool there)
{
	char text[32];

	if (there)
		sh_trial_instant(ms, text);
	sh_writer_key_str(o, key, there ? sh_str(text) : SH_NONE);
}

static void
show_span(struct sh_out *o, const struct sh_spoken_in *in, const struct sh_spoken *s)
{
	struct sh_str words = sh_trial_words(in, s);

	sh_writer_key(o, sh_str("span"));
	if (!words.s) {
		sh_writer_null(o);
		return;
	}
	sh_writer_open(o, '{');
	sh_writer_key_int(o, "turn", s->turn);
	sh_writer_key_int(o, "at", s->at);
	sh_writer_key_int(o, "length", s->length);
	sh_writer_key_str(o, "text", words);
	sh_writer_close(o, '}');
}

/* What --jsonl leaves out. */
static void
show_rest(struct sh_out *o, const struct sh_spoken *s)
{
	char text[48];

	sh_writer_key_str(o, "status", sh_str(sh_spoken_status_name(s->status)));
	sh_writer_key_str(o, "reason", sh_str(s->reason));
	if (s->zone && s->instant_ms)
		show_local(s, s->instant_ms, text);
	sh_writer_key_str(o, "local", s->zone && s->instant_ms ? sh_str(text) : SH_NONE);
	show_key_instant(o, "would_be", s->instant_ms, s->status != SH_SPOKEN_TIME && s->instant_ms);
	show_key_instant(o, "not_before", s->not_before_ms, s->not_before_ms);
	show_key_instant(o, "not_after", s->not_after_ms, s->not_after_ms);
	if (s->zone) {
		sh_writer_key_str(o, "zone_source", sh_str(sh_zone_source_name(s->zone_source)));
		sh_writer_key_str(o, "precision", sh_str(sh_spoken_precision_name(s->precision)));
		sh_writer_key_str(o, "agreed", sh_str(sh_spoken_agreed_name(s->agreed)));
	}
	sh_writer_key_bool(o, "named", s->named);
	show_key_instant(o, "spoken", s->spoken_ms, s->differs);
	sh_writer_key(o, sh_str("rules"));
	sh_writer_open(o, '[');
	for (uint32_t i = 0; i < s->nrules; i++)
		sh_writer_str(o, sh_str(s->rules[i]));
	sh_writer_close(o, ']');
}

void
sh_trial_json(struct sh_buf *b, struct sh_str id, const struct sh_spoken_in *in, const struct sh_spoken *s)
{
	char zone[80];
	struct sh_out o;

	sh_trial_zone(s, zone);
	sh_writer_init(&o, b);
	sh_writer_open(&o, '{');
	if (id.s)
		sh_writer_key_raw(&o, "id", id);
	show_key_instant(&o, "instant", s->instant_ms, s->status == SH_SPOKEN_TIME);
	sh_writer_key_str(&o, "intent", sh_str(sh_trial_intent(s)));
	sh_writer_key_str(&o, "zone", *zone ? sh_str(zone) : SH_NONE);
	sh_writer_key_int(&o, "confidence", s->confidence);
	show_span(&o, in, s);
	if (!id.s)
		show_rest(&o, s);
	sh_writer_close(&o, '}');
}
