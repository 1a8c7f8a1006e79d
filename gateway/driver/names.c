/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * How the interface's enums are spelled in the API, the store and the log.
 *
 * The spellings are data that outlives the process: a word may be added, never changed.
 */
#include "gateway/driver/call.h"

static const char *const names_capability[] = {
#define CAPABILITY(id_, name_, help_) [SH_CAN_##id_] = name_,
#include "gateway/driver/capability.def"
};

static const char *const names_outcome[] = {
	[SH_OUTCOME_OTHER] = "other",
	[SH_OUTCOME_TERMINAL] = "terminal",
	[SH_OUTCOME_VOICEMAIL] = "voicemail",
	[SH_OUTCOME_NO_ANSWER] = "no_answer",
	[SH_OUTCOME_BUSY] = "busy",
	[SH_OUTCOME_TECHNICAL_ERROR] = "technical_error",
	[SH_OUTCOME_CONVERSATION_SILENT] = "conversation_silent",
	[SH_OUTCOME_DO_NOT_CALL] = "do_not_call",
};

static const char *const names_kind[] = {
	[SH_KIND_OTHER] = "other",
	[SH_KIND_CALL_STARTED] = "call_started",
	[SH_KIND_CALL_ANSWERED] = "call_answered",
	[SH_KIND_CALL_ENDED] = "call_ended",
	[SH_KIND_CALL_ANALYZED] = "call_analyzed",
	[SH_KIND_CALL_INBOUND] = "call_inbound",
	[SH_KIND_CHAT_STARTED] = "chat_started",
	[SH_KIND_CHAT_ENDED] = "chat_ended",
	[SH_KIND_CHAT_ANALYZED] = "chat_analyzed",
};

static const char *const names_retry[] = {
	[SH_RETRY_POLICY] = "policy",
	[SH_RETRY_ONCE] = "once",
	[SH_RETRY_NEVER] = "never",
};

static const char *const names_action[] = {
	[SH_ACTION_NONE] = "none",
	[SH_ACTION_NUMBER_INVALID] = "number_invalid",
	[SH_ACTION_REST_NUMBER] = "rest_number",
	[SH_ACTION_PAUSE_AGENT] = "pause_agent",
	[SH_ACTION_PAUSE_WORKSPACE] = "pause_workspace",
};

static const char *const names_channel[] = {
	[SH_CHANNEL_VOICE] = "voice",
	[SH_CHANNEL_CHAT] = "chat",
	[SH_CHANNEL_SMS] = "sms",
};

static const char *const names_direction[] = {
	[SH_DIRECTION_UNKNOWN] = "unknown",
	[SH_DIRECTION_INBOUND] = "inbound",
	[SH_DIRECTION_OUTBOUND] = "outbound",
};

static const char *const names_scope[] = {
	[SH_SCOPE_ACCOUNT] = "account",
	[SH_SCOPE_AGENT] = "agent",
	[SH_SCOPE_NUMBER] = "number",
};

static const char *const names_setting_kind[] = {
	[SH_SETTING_TEXT] = "text",
	[SH_SETTING_SECRET] = "secret",
	[SH_SETTING_URL] = "url",
	[SH_SETTING_CHOICE] = "choice",
	[SH_SETTING_FLAG] = "flag",
	[SH_SETTING_NUMBER] = "number",
	[SH_SETTING_LINES] = "lines",
	[SH_SETTING_JSON] = "json",
};

/* A number out of range came from a driver's answer that nobody checked: a bug of ours, hence the assertion. */
static const char *
names_at(const char *const *names, size_t n, unsigned i)
{
	assert(i < n);
	return names[i];
}

static int
names_index(const char *const *names, size_t n, struct sh_str word)
{
	for (size_t i = 0; i < n; i++)
		if (sh_str_is(word, names[i]))
			return (int)i;
	return -1;
}

#define NAMES_OF(table, i) names_at((table), SH_LENGTH(table), (unsigned)(i))
#define NAMES_FIND(table, word) names_index((table), SH_LENGTH(table), (word))

const char *
sh_capability_name(enum sh_capability c)
{
	return NAMES_OF(names_capability, c);
}

const char *
sh_outcome_name(enum sh_outcome o)
{
	return NAMES_OF(names_outcome, o);
}

const char *
sh_kind_name(enum sh_kind k)
{
	return NAMES_OF(names_kind, k);
}

int
sh_kind_parse(struct sh_str word)
{
	return NAMES_FIND(names_kind, word);
}

const char *
sh_retry_name(enum sh_retry r)
{
	return NAMES_OF(names_retry, r);
}

const char *
sh_action_name(enum sh_action a)
{
	return NAMES_OF(names_action, a);
}

const char *
sh_channel_name(enum sh_channel c)
{
	return NAMES_OF(names_channel, c);
}

int
sh_channel_parse(struct sh_str word)
{
	return NAMES_FIND(names_channel, word);
}

const char *
sh_direction_name(enum sh_direction d)
{
	return NAMES_OF(names_direction, d);
}

const char *
sh_scope_name(enum sh_setting_scope s)
{
	return NAMES_OF(names_scope, s);
}

const char *
sh_setting_kind_name(enum sh_setting_kind k)
{
	return NAMES_OF(names_setting_kind, k);
}
