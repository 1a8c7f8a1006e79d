/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * cmd/rest_story.c: answers about policies and decisions, told for people: which value holds and whose word it is, what would follow a
 * call, what another policy would change, why a callback is where it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/text.h"
#include "gateway/base/time.h"
#include "gateway/base/zone.h"
#include "gateway/cmd/rest.h"
#include "gateway/cmd/rest_text.h"

#define STORY_KEY 200
#define STORY_WHEN 128

static void
story_text(json_object *row, const char *name, const char *text)
{
	json_object_object_add(row, name, json_object_new_string(text));
}

/* ---- policies ---- */

/* A value with its origin is {"value", "from", "name"}; without origins, whatever is no object. */
static void
story_flatten(json_object *doc, const char *prefix, bool origins, json_object *rows)
{
	json_object_object_foreach(doc, key, v)
	{
		json_object *value = v, *from = NULL, *row;
		bool leaf = !json_object_is_type(v, json_type_object);
		char name[STORY_KEY], whose[STORY_KEY] = "";

		snprintf(name, sizeof(name), "%s%s%s", prefix, *prefix ? "." : "", key);
		if (!leaf && origins && json_object_object_get_ex(v, "from", &from) && json_object_object_get_ex(v, "value", &value)) {
			const char *file = sh_rest_text_str(v, "name");

			leaf = true;
			snprintf(whose, sizeof(whose), "%s%s%s", json_object_get_string(from), file ? " " : "", file ? file : "");
		}
		if (!leaf) {
			story_flatten(v, name, origins, rows);
			continue;
		}
		row = json_object_new_object();
		story_text(row, "key", name);
		if (json_object_is_type(value, json_type_string) && !*json_object_get_string(value))
			story_text(row, "value", "\"\"");
		else
			json_object_object_add(row, "value", json_object_get(value));
		story_text(row, "from", whose);
		json_object_array_add(rows, row);
	}
}

static void
story_values(json_object *policy, bool origins, struct sh_buf *out)
{
	json_object *rows = json_object_new_array();

	story_flatten(policy, "", origins, rows);
	sh_rest_text_table(origins ? "key value from" : "key value", rows, out);
	json_object_put(rows);
}

static bool
story_policy(const struct sh_rest_verb *v, json_object *doc, struct sh_buf *out)
{
	static const char *const skip[] = { "policy", "overrides", "effective", NULL };
	json_object *own = NULL, *effective = NULL;
	bool named = strcmp(v->verb, "show") == 0;

	if (!json_object_object_get_ex(doc, "effective", &effective) || !json_object_is_type(effective, json_type_object))
		return false;
	sh_rest_text_members(doc, skip, out);
	/* What a file says is among the values below; an override may also be one that the plan does not let hold. */
	if (json_object_object_get_ex(doc, "overrides", &own)) {
		sh_buf_add_z(out, "\nsaid here:\n\n");
		if (json_object_is_type(own, json_type_object) && json_object_object_length(own) > 0)
			story_values(own, false, out);
		else
			sh_buf_add_z(out, "nothing\n");
	}
	sh_buf_add_z(out, named ? "\nwhat holds with it, before a tenant's plan and what workspaces and agents say:\n\n" : "\nwhat holds:\n\n");
	story_values(effective, true, out);
	sh_buf_add_z(out, "\nquiet_hours.weekdays are the hours in which phones may ring.\n");
	return true;
}

/* ---- times ---- */

/* "Wed 2026-06-17 09:00 in America/New_York (2026-06-17T13:00:00.000Z)"; without a zone the instant alone. */
static void
story_when(const struct sh_zone *zone, const char *instant, char out[STORY_WHEN])
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	struct sh_civil t;
	int64_t ms;

	if (!zone || !instant || !sh_time_parse_rfc3339(sh_str(instant), &ms)) {
		snprintf(out, STORY_WHEN, "%s", instant ? instant : "");
		return;
	}
	t = sh_time_to_civil(sh_zone_local(zone, ms));
	snprintf(out, STORY_WHEN, "%s %04d-%02d-%02d %02d:%02d in %s (%s)", days[sh_time_weekday(sh_time_days(t.year, t.month, t.day))],
		t.year, t.month, t.day, t.hour, t.minute, sh_zone_name(zone), instant);
}

/* The callee's first zone, or the workspace's. NULL: neither is known on this machine. */
static const struct sh_zone *
story_zone(const struct sh_zones *zones, json_object *doc)
{
	json_object *record = NULL, *callee = NULL;
	const char *names = NULL;

	if (!zones || !json_object_object_get_ex(doc, "record", &record))
		return NULL;
	if (json_object_object_get_ex(record, "callee", &callee))
		names = sh_rest_text_str(callee, "zones");
	if (!names || !*names)
		names = sh_rest_text_str(record, "workspace_zone");
	return names ? sh_zones_find(zones, (struct sh_str){ names, strcspn(names, ",") }) : NULL;
}

/* ---- a simulation ---- */

static const struct {
	const char *id, *means;
} story_rules[] = {
#define RULE(id_, means_) { id_, means_ },
#include "gateway/cmd/policy_rules.def"
};

static const struct {
	const char *what, *means;
} story_whats[] = {
	{ "retry", "another call" },
	{ "complete", "the chain is complete: no further call" },
	{ "stop", "no further call" },
	{ "hold", "no call until a person looks" },
	{ "nothing", "nothing: no chain begins" },
};

static const char *
story_means(const char *what)
{
	for (size_t i = 0; what && i < SH_LENGTH(story_whats); i++)
		if (strcmp(story_whats[i].what, what) == 0)
			return story_whats[i].means;
	return what ? what : "";
}

static void
story_spoken(json_object *doc, const struct sh_zone *zone, struct sh_buf *out)
{
	const char *status, *instant, *reason;
	json_object *spoken = NULL, *confidence = NULL, *rules = NULL;
	char when[STORY_WHEN];

	if (!json_object_object_get_ex(doc, "spoken", &spoken))
		return;
	status = sh_rest_text_str(spoken, "status");
	instant = sh_rest_text_str(spoken, "instant");
	reason = sh_rest_text_str(spoken, "reason");
	json_object_object_get_ex(spoken, "confidence", &confidence);
	json_object_object_get_ex(spoken, "rules", &rules);
	if (!status || (strcmp(status, "none") == 0 && !reason))
		return;
	story_when(zone, instant, when);
	sh_buf_printf(out, "\nheard       %s%s%s%s%s", status, reason ? ": " : "", reason ? reason : "", instant ? ", " : "", when);
	if (instant)
		sh_buf_printf(out, ", confidence %d of 100", json_object_get_int(confidence));
	sh_buf_add_char(out, '\n');
	for (size_t i = 0; json_object_is_type(rules, json_type_array) && i < json_object_array_length(rules); i++)
		for (size_t k = 0; k < SH_LENGTH(story_rules); k++)
			if (strcmp(story_rules[k].id, json_object_get_string(json_object_array_get_idx(rules, i))) == 0)
				sh_buf_printf(out, "            %-4s %s\n", story_rules[k].id, story_rules[k].means);
}

static void
story_further(json_object *doc, const struct sh_zone *zone, struct sh_buf *out)
{
	json_object *calls = NULL, *rows = json_object_new_array();
	const char *then = sh_rest_text_str(doc, "then");

	json_object_object_get_ex(doc, "calls", &calls);
	for (size_t i = 0; json_object_is_type(calls, json_type_array) && i < json_object_array_length(calls); i++) {
		json_object *call = json_object_array_get_idx(calls, i), *row = json_object_new_object();
		char when[STORY_WHEN];

		story_when(zone, sh_rest_text_str(call, "due_at"), when);
		if (strstr(when, " ("))
			*strstr(when, " (") = '\0';
		json_object_object_add(row, "attempt", json_object_get(json_object_object_get(call, "attempt")));
		story_text(row, "due", when);
		json_object_object_add(row, "why", json_object_get(json_object_object_get(call, "why")));
		json_object_array_add(rows, row);
	}
	if (json_object_array_length(rows) > 0) {
		sh_buf_add_z(out, "\nif each of them ends like this one, and nobody asks for anything:\n\n");
		sh_rest_text_table("attempt due why", rows, out);
		sh_buf_printf(out, "\nand then    %s\n", then ? then : "");
	}
	json_object_put(rows);
}

static bool
story_simulate(json_object *doc, struct sh_buf *out)
{
	const char *what = sh_rest_text_str(doc, "what"), *due = sh_rest_text_str(doc, "due_at"), *text = sh_rest_text_str(doc, "text");
	struct sh_zones *zones = NULL;
	const struct sh_zone *zone;
	char when[STORY_WHEN];
	struct sh_error e;

	if (!what)
		return false;
	zone = sh_zones_load(NULL, &zones, &e) == SH_OK ? story_zone(zones, doc) : NULL;
	story_when(zone, due, when);
	sh_buf_printf(out, "what        %s\n", story_means(what));
	if (due)
		sh_buf_printf(out, "due         %s\n", when);
	sh_buf_add_char(out, '\n');
	sh_rest_text_wrapped(text ? text : "", 0, out);
	story_spoken(doc, zone, out);
	story_further(doc, zone, out);
	sh_zones_free(zones);
	return true;
}

/* ---- what would change ---- */

/* "another call, due 2027-03-01T22:00:00.000Z", "no further call: max_attempts" */
static void
story_side(json_object *change, const char *side, json_object *row)
{
	json_object *one = NULL;
	const char *due, *reason;
	char text[300];

	json_object_object_get_ex(change, side, &one);
	due = sh_rest_text_str(one, "due_at");
	reason = sh_rest_text_str(one, "reason");
	snprintf(text, sizeof(text), "%s%s%s%s%s", story_means(sh_rest_text_str(one, "what")), due ? ", due " : "", due ? due : "",
		reason ? ": " : "", reason ? reason : "");
	story_text(row, side, text);
}

static bool
story_diff(json_object *doc, struct sh_buf *out)
{
	static const char *const skip[] = { "data", "truncated", NULL };
	json_object *data = NULL, *rows, *truncated = NULL, *changed = NULL;
	size_t n;

	if (!json_object_object_get_ex(doc, "data", &data) || !json_object_is_type(data, json_type_array))
		return false;
	n = json_object_array_length(data);
	rows = json_object_new_array();
	for (size_t i = 0; i < n; i++) {
		static const char *const same[] = { "at", "callback_id", "outcome", "attempt" };
		json_object *change = json_object_array_get_idx(data, i), *row = json_object_new_object(), *v = NULL;

		for (size_t k = 0; k < SH_LENGTH(same); k++)
			if (json_object_object_get_ex(change, same[k], &v))
				json_object_object_add(row, same[k], json_object_get(v));
		story_side(change, "old", row);
		story_side(change, "new", row);
		json_object_array_add(rows, row);
	}
	sh_rest_text_members(doc, skip, out);
	sh_buf_add_char(out, '\n');
	if (n > 0)
		sh_rest_text_table("at callback_id outcome attempt old new", rows, out);
	else
		sh_buf_add_z(out, "Of what was decided since then, nothing would be decided otherwise.\n");
	if (json_object_object_get_ex(doc, "changed", &changed) && json_object_get_int64(changed) > (int64_t)n)
		sh_buf_printf(out, "\n%lld more are not listed: --limit lists up to 1000.\n", (long long)json_object_get_int64(changed) - (long long)n);
	if (json_object_object_get_ex(doc, "truncated", &truncated) && json_object_get_boolean(truncated))
		sh_buf_add_z(out, "\nThere are more decisions than one answer looks at: ask again with another --since, or --workspace.\n");
	json_object_put(rows);
	return true;
}

/* ---- decisions, and what was kept ---- */

static bool
story_explain(json_object *doc, struct sh_buf *out)
{
	json_object *data = NULL;

	if (!json_object_object_get_ex(doc, "data", &data) || !json_object_is_type(data, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(data); i++) {
		json_object *one = json_object_array_get_idx(data, i);
		const char *at = sh_rest_text_str(one, "at"), *kind = sh_rest_text_str(one, "kind"), *verdict = sh_rest_text_str(one, "verdict");
		const char *text = sh_rest_text_str(one, "text"), *callback = sh_rest_text_str(one, "callback_id");

		sh_buf_printf(out, "%s%s  %s: %s%s%s\n", i ? "\n" : "", at ? at : "", kind ? kind : "", verdict ? verdict : "",
			callback ? ", callback " : "", callback ? callback : "");
		sh_rest_text_wrapped(text ? text : "", 4, out);
	}
	if (json_object_array_length(data) == 0)
		sh_buf_add_z(out, "Nothing has been decided yet.\n");
	return true;
}

/* A body that is JSON is laid out; anything else stands as it came. */
static bool
story_payload(json_object *doc, struct sh_buf *out)
{
	json_object *data = NULL;

	if (!json_object_object_get_ex(doc, "data", &data) || !json_object_is_type(data, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(data); i++) {
		static const char *const skip[] = { "body", NULL };
		json_object *one = json_object_array_get_idx(data, i), *body;
		const char *text = sh_rest_text_str(one, "body");

		if (i > 0)
			sh_buf_add_char(out, '\n');
		sh_rest_text_members(one, skip, out);
		body = text ? json_tokener_parse(text) : NULL;
		if (body)
			text = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
		for (; text && *text; text++)
			sh_buf_add_char(out, (unsigned char)*text < ' ' && *text != '\n' ? ' ' : *text);
		sh_buf_add_char(out, '\n');
		json_object_put(body);
	}
	if (json_object_array_length(data) == 0)
		sh_buf_add_z(out, "Nothing is kept: the policy's retention.payload_days says for how long it would be.\n");
	return true;
}

/* ---- laws ---- */

static void
story_rule(json_object *rule, struct sh_buf *out)
{
	static const struct {
		const char *name, *member;
	} lines[] = { { "hours", "hours" }, { "caps", "caps" }, { "applies to", "applies" }, { "requested", "requested" },
		{ "since", "effective_from" }, { "until", "effective_until" }, { "source", "source" }, { "checked", "checked" } };
	const char *id = sh_rest_text_str(rule, "id"), *where = sh_rest_text_str(rule, "where"), *notes = sh_rest_text_str(rule, "notes");
	const char *pack = sh_rest_text_str(rule, "pack"), *version = sh_rest_text_str(rule, "version");
	json_object *selected = NULL, *verified = NULL, *v = NULL;

	json_object_object_get_ex(rule, "selected", &selected);
	json_object_object_get_ex(rule, "verified", &verified);
	sh_buf_printf(out, "\n%s  %s  (%s %s%s)\n", id ? id : "", where ? where : "", pack ? pack : "", version ? version : "",
		json_object_get_boolean(selected) ? "" : ", which the policy does not select");
	for (size_t i = 0; i < SH_LENGTH(lines); i++) {
		if (!json_object_object_get_ex(rule, lines[i].member, &v) || !v ||
		    (json_object_is_type(v, json_type_array) && json_object_array_length(v) == 0))
			continue;
		sh_buf_printf(out, "    %-10s  ", lines[i].name);
		sh_rest_text_value(v, out);
		if (strcmp(lines[i].member, "checked") == 0)
			sh_buf_add_z(out, json_object_get_boolean(verified) ? ", by somebody who has read the text" : ", not verified: it rests on what others say of it");
		if (strcmp(lines[i].member, "requested") == 0)
			sh_buf_add_z(out, strcmp(json_object_get_string(v), "exempt") == 0 ? ": a callback at a time that the callee named may ring outside its hours"
				: " to callbacks that the callee asked for as well");
		sh_buf_add_char(out, '\n');
	}
	if (notes)
		sh_rest_text_wrapped(notes, 16, out);
}

static bool
story_laws(json_object *doc, struct sh_buf *out)
{
	static const char *const skip[] = { "data", NULL };
	json_object *data = NULL;

	if (!json_object_object_get_ex(doc, "data", &data) || !json_object_is_type(data, json_type_array))
		return false;
	sh_rest_text_members(doc, skip, out);
	for (size_t i = 0; i < json_object_array_length(data); i++)
		story_rule(json_object_array_get_idx(data, i), out);
	if (json_object_array_length(data) == 0)
		sh_buf_add_z(out, "\nNo pack has a rule for this place on this day: the policy's own hours and caps hold.\n");
	return true;
}

/* Its lines as they were said. */
static bool
story_transcript(json_object *doc, struct sh_buf *out)
{
	const char *said = sh_rest_text_str(doc, "transcript");

	for (const char *s = said; s && *s; s++)
		sh_buf_add_char(out, ((unsigned char)*s < ' ' && *s != '\n') || *s == 0x7f ? ' ' : *s);
	if (out->n && out->s[out->n - 1] != '\n')
		sh_buf_add_char(out, '\n');
	return said != NULL;
}

bool
sh_rest_story(const struct sh_rest_verb *v, json_object *doc, struct sh_buf *out)
{
	static const char *const policies[] = { "policy_show", "policy_show_workspace", "policy_set_workspace", "policy_show_agent",
		"policy_set_agent" };

	for (size_t i = 0; i < SH_LENGTH(policies); i++)
		if (strcmp(v->id, policies[i]) == 0)
			return story_policy(v, doc, out);
	if (strcmp(v->id, "policy_simulate") == 0)
		return story_simulate(doc, out);
	if (strcmp(v->id, "policy_diff") == 0)
		return story_diff(doc, out);
	if (strcmp(v->id, "policy_rules") == 0)
		return story_laws(doc, out);
	if (strcmp(v->id, "call_transcript") == 0)
		return story_transcript(doc, out);
	if (strcmp(v->id, "callback_payload") == 0)
		return story_payload(doc, out);
	return strcmp(v->id, "callback_explain") == 0 && story_explain(doc, out);
}
