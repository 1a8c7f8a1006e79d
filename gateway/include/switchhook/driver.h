/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * switchhook/driver.h: all that a provider driver needs, and the only public header of Switchhook.
 *
 * A driver is one shared object, switchhook-NAME.so, that teaches the gateway one telephony provider. It is
 * pure: it turns questions into HTTP requests and HTTP messages into answers, and never performs I/O itself.
 * The gateway owns sockets, TLS, timeouts, retries, pacing, secrets, storage and logging.
 *
 * The smallest useful driver verifies and reads webhooks:
 *
 *	#include <switchhook/driver.h>
 *
 *	enum { ACME_SECRET };
 *	static const struct sh_setting acme_settings[] = {
 *		[ACME_SECRET] = { .name = "webhook_secret", .kind = SH_SETTING_SECRET, .rotates = true,
 *				  .required = true, .help = "signs deliveries; console, Developers, Webhooks" },
 *		{ 0 }
 *	};
 *	static sh_driver_verify_f acme_verify;
 *	static sh_driver_normalize_f acme_normalize;
 *	... the two functions ...
 *	SH_DRIVER(.name = "acme", .title = "Acme", .settings = acme_settings,
 *		  .verify = acme_verify, .normalize = acme_normalize);
 *
 * Rules. Nothing that changes may be global. No I/O, no threads, no exit, no signal handlers. What a call
 * allocates comes from that call's arena (sh_alloc) and ends with the call; the strings that a call receives
 * end with it too. Export nothing but the table: compile with -fvisibility=hidden. The same input gives the
 * same output: the time is cx->now_ms, and there is no other clock. Input is hostile until verify has
 * answered SH_VERDICT_VALID, and odd ever after: a missing or oddly typed member is no error by itself.
 *
 * The order of life: the gateway loads the table, shows its settings to people, stores their values sealed,
 * and then calls
 *
 *	check		does this account's key work?
 *	numbers, agents	what does the account own?	(page by page)
 *	dial		place one call			(sent once, never repeated)
 *	verify, normalize, reply			a webhook came
 *	calls, call	what became of a call?		(a list; one by its id)
 *	outcome		what does this ending mean?
 *
 * Every function's type below carries its contract. Times are milliseconds since 1970-01-01T00:00Z (UTC),
 * spans say their unit in their name. Strings are UTF-8 with a length; they need not end in NUL.
 *
 * ABI. Major 1. The first four fields of struct sh_driver never move. A later minor only appends fields to
 * structs and functions to tables; it never reorders, removes or changes a type. Each struct that crosses the
 * border begins with its size: read a field that came after minor 0 only if SH_HAS(p, field).
 */
#ifndef SWITCHHOOK_DRIVER_H
#define SWITCHHOOK_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SH_DRIVER_ABI_MAJOR 1u
#define SH_DRIVER_ABI_MINOR 0u

/* Does *p, as its maker compiled it, reach as far as the member m? */
#define SH_HAS(p, m) ((p)->size >= offsetof(__typeof__(*(p)), m) + sizeof((p)->m))

/* ---- strings --------------------------------------------------------------------------------------- */

/* Borrowed bytes. s == NULL: absent. n == 0 with s set: present and empty. */
struct sh_str {
	const char *s;
	size_t n;
};

#define SH_STR(literal) ((struct sh_str){ "" literal, sizeof(literal) - 1 })
#define SH_NONE ((struct sh_str){ NULL, 0 })

static inline struct sh_str
sh_str(const char *z)
{
	return (struct sh_str){ z, z ? strlen(z) : 0 };
}

static inline bool
sh_str_is(struct sh_str a, const char *z)
{
	return a.s && a.n == strlen(z) && memcmp(a.s, z, a.n) == 0;
}

static inline bool
sh_str_eq(struct sh_str a, struct sh_str b)
{
	return a.n == b.n && !a.s == !b.s && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

/* A named short string: a header, a fact, a variable. */
struct sh_pair {
	struct sh_str name, value;
};

/* ---- settings: what a person must tell us ---------------------------------------------------------- */

enum sh_setting_scope { SH_SCOPE_ACCOUNT, SH_SCOPE_AGENT, SH_SCOPE_NUMBER };
enum sh_setting_kind { SH_SETTING_TEXT, SH_SETTING_SECRET, SH_SETTING_URL, SH_SETTING_CHOICE, SH_SETTING_FLAG };

/*
 * One row of the settings table, which ends with a row without a name. CLI, API and console forms come from
 * it. A secret is write-only and stored sealed. A flag is "true" or "false". Values are at most 4096 bytes.
 */
struct sh_setting {
	const char *name;		/* snake_case, unique in the table */
	enum sh_setting_scope scope;
	enum sh_setting_kind kind;
	bool required;
	bool rotates;			/* an old value is kept beside the new one: see struct sh_value */
	const char *fallback;		/* used when unset; NULL: none */
	const char *choices;		/* SH_SETTING_CHOICE: "a|b|c" */
	const char *help;		/* one sentence: what it is and where to find it */
};

/* Present values end in a NUL beyond their length, so that a setting may name a member for sh_json_get. */
struct sh_value {
	struct sh_str now;		/* unset and no fallback: .s == NULL */
	struct sh_str old;		/* the value before, while a rotation's grace lasts; else .s == NULL */
};

/* The settings that hold for this call: of the account, and of the agent and number if it concerns one. */
struct sh_account {
	uint32_t size;
	uint32_t nvalues;
	const struct sh_value *values;	/* same index as the settings table */
	struct sh_str webhook_url;	/* where this account's, or this agent's, webhooks arrive */
};

/* ---- the call's context and the host's services ---------------------------------------------------- */

struct sh_host;

/* One call into the driver. The host makes it; the driver hands it to every service. */
struct sh_ctx {
	uint32_t size;
	uint32_t reserved;
	const struct sh_host *host;
	int64_t now_ms;
	/* What a function adds to its answer; set by sh_failed, sh_limited and sh_next. */
	struct sh_str text;		/* why it failed, for the operator; never a secret or personal data */
	int64_t after_ms;		/* try again no sooner than this from now */
	struct sh_str cursor;		/* asks for the next page; absent: this was the last */
};

enum sh_hash { SH_SHA1, SH_SHA256, SH_SHA512 };
enum sh_log_level { SH_LOG_DEBUG, SH_LOG_INFO, SH_LOG_WARN, SH_LOG_ERROR };

/* A node of a JSON text that was read; see sh_json_parse. */
struct sh_json;
enum sh_json_type { SH_JSON_ABSENT, SH_JSON_NULL, SH_JSON_BOOL, SH_JSON_NUMBER, SH_JSON_STRING, SH_JSON_ARRAY, SH_JSON_OBJECT };

/* Text under construction; see sh_out_new. */
struct sh_out;

struct sh_number;
struct sh_agent;
struct sh_event;

/*
 * The host's functions. Call them through the sh_… wrappers further down, which are their manual. Test a
 * function that came after minor 0 with SH_HOST_HAS before use.
 */
struct sh_host {
	uint32_t size;
	uint32_t abi_minor;

	void *(*alloc)(struct sh_ctx *, size_t n);
	void (*log)(struct sh_ctx *, enum sh_log_level, const char *text);

	bool (*equal)(struct sh_str, struct sh_str);
	size_t (*hash)(enum sh_hash, const struct sh_str *parts, size_t nparts, uint8_t *out);
	size_t (*hmac)(enum sh_hash, struct sh_str key, const struct sh_str *parts, size_t nparts, uint8_t *out);
	bool (*ed25519)(const uint8_t key[32], const uint8_t signature[64], struct sh_str message);

	struct sh_str (*hex)(struct sh_ctx *, struct sh_str bytes);
	struct sh_str (*hex_decode)(struct sh_ctx *, struct sh_str text);
	struct sh_str (*base64)(struct sh_ctx *, struct sh_str bytes);
	struct sh_str (*base64_decode)(struct sh_ctx *, struct sh_str text);
	struct sh_str (*url_escape)(struct sh_ctx *, struct sh_str);
	const struct sh_pair *(*form)(struct sh_ctx *, struct sh_str body, size_t *ret_n);
	struct sh_str (*form_encode)(struct sh_ctx *, const struct sh_pair *, size_t n);
	bool (*int_parse)(struct sh_str text, int64_t *ret);
	struct sh_str (*int_format)(struct sh_ctx *, int64_t);
	bool (*time_parse)(struct sh_str text, int64_t *ret_ms);
	struct sh_str (*time_format)(struct sh_ctx *, int64_t ms);

	const struct sh_json *(*json_parse)(struct sh_ctx *, struct sh_str text);
	enum sh_json_type (*json_type)(const struct sh_json *);
	const struct sh_json *(*json_get)(const struct sh_json *object, const char *key);
	const struct sh_json *(*json_first)(const struct sh_json *container);
	const struct sh_json *(*json_next)(const struct sh_json *);
	struct sh_str (*json_key)(struct sh_ctx *, const struct sh_json *member);
	struct sh_str (*json_str)(struct sh_ctx *, const struct sh_json *);
	struct sh_str (*json_raw)(const struct sh_json *);
	bool (*json_int)(const struct sh_json *, int64_t *ret);
	bool (*json_decimal)(const struct sh_json *, unsigned places, int64_t *ret);

	struct sh_out *(*out_new)(struct sh_ctx *);
	void (*out_open)(struct sh_out *, char bracket);
	void (*out_close)(struct sh_out *, char bracket);
	void (*out_key)(struct sh_out *, const char *key);
	void (*out_name)(struct sh_out *, struct sh_str key);
	void (*out_str)(struct sh_out *, struct sh_str);
	void (*out_int)(struct sh_out *, int64_t);
	void (*out_bool)(struct sh_out *, bool);
	void (*out_raw)(struct sh_out *, struct sh_str json);
	struct sh_str (*out_text)(struct sh_out *);

	void (*number_add)(struct sh_ctx *, const struct sh_number *);
	void (*agent_add)(struct sh_ctx *, const struct sh_agent *);
	void (*event_add)(struct sh_ctx *, const struct sh_event *);
};

#define SH_HOST_HAS(h, m) (SH_HAS(h, m) && (h)->m)

/* ---- answers ------------------------------------------------------------------------------------------ */

/* How a reading of a provider's answer ended. */
enum sh_answer {
	SH_ANSWER_OK,
	SH_ANSWER_UNAUTHORIZED,		/* the key is not good: the gateway stops using it and says so */
	SH_ANSWER_LIMITED,		/* too many requests: sh_limited says how long to wait */
	SH_ANSWER_ABSENT,		/* the thing asked for does not exist there */
	SH_ANSWER_FAILED		/* anything else: sh_failed says what */
};

enum sh_verdict { SH_VERDICT_VALID, SH_VERDICT_INVALID, SH_VERDICT_STALE, SH_VERDICT_MISSING };

/* What a call's ending means. `inactivity` of some fact sheets is SH_OUTCOME_CONVERSATION_SILENT. */
enum sh_outcome {
	SH_OUTCOME_OTHER,		/* kept, shown, never redialled */
	SH_OUTCOME_TERMINAL,		/* somebody was reached: nothing more to do */
	SH_OUTCOME_VOICEMAIL,
	SH_OUTCOME_NO_ANSWER,
	SH_OUTCOME_BUSY,
	SH_OUTCOME_TECHNICAL_ERROR,
	SH_OUTCOME_CONVERSATION_SILENT,
	SH_OUTCOME_DO_NOT_CALL
};
enum sh_retry { SH_RETRY_POLICY, SH_RETRY_ONCE, SH_RETRY_NEVER };
enum sh_action {
	SH_ACTION_NONE,
	SH_ACTION_NUMBER_INVALID,
	SH_ACTION_REST_NUMBER,
	SH_ACTION_PAUSE_AGENT,
	SH_ACTION_PAUSE_WORKSPACE
};

struct sh_disposition {
	enum sh_outcome outcome;
	enum sh_retry retry;
	bool uncounted;			/* takes no attempt and no credit: not the callee's doing */
	enum sh_action action;
};

/* One row of the reasons table, which ends with a row without a reason. It documents the provider's words. */
struct sh_reason {
	const char *reason;		/* as the provider spells it */
	struct sh_disposition means;
	const char *help;		/* one clause for people */
};

/* ---- HTTP, both ways ------------------------------------------------------------------------------ */

/*
 * A request that the gateway is to send. The host zeroes it and sets size; the driver fills the rest, or leaves it
 * empty where there is nothing to ask (a channel that it cannot dial, an id that cannot be one): nothing is sent then.
 */
struct sh_request {
	uint32_t size;
	uint32_t nheaders;
	struct sh_str method;		/* "GET", "POST" … */
	struct sh_str url;		/* https; host one of the driver's or of the account's base URL */
	const struct sh_pair *headers;
	struct sh_str body;		/* absent: none */
};

struct sh_response {
	uint32_t size;
	int status;			/* 100 to 599 */
	uint32_t nheaders;
	const struct sh_pair *headers;	/* names in lower case */
	struct sh_str body;		/* at most 16 MiB */
};

/* A request with the answer that came to it; cursor is the one the request was made with. */
struct sh_exchange {
	uint32_t size;
	const struct sh_request *request;
	const struct sh_response *response;
	struct sh_str cursor;
};

/* A webhook as it came: raw bytes, nothing decoded but the transfer coding. */
struct sh_delivery {
	uint32_t size;
	uint32_t nheaders;
	struct sh_str method;
	struct sh_str url;		/* public URL with the raw target, query included */
	const struct sh_pair *headers;	/* names in lower case, in order, duplicates kept */
	struct sh_str body;
	int64_t arrived_ms;
};

/* ---- what the provider owns ----------------------------------------------------------------------- */

enum sh_channel { SH_CHANNEL_VOICE, SH_CHANNEL_CHAT, SH_CHANNEL_SMS };

/* A phone number of the account; handed over by sh_number_add, which copies it. */
struct sh_number {
	uint32_t size;
	struct sh_str e164;		/* absent if it is not one (a SIP user, a pseudo number): the host drops what is none */
	struct sh_str provider_id;	/* the provider's own id; required */
	struct sh_str label;
	bool voice, sms;		/* can it place calls, send messages? */
	struct sh_str bindings;		/* JSON: what the provider has bound it to, for people */
	struct sh_str dial;		/* JSON: what dialling needs again, for the driver */
};

struct sh_agent {
	uint32_t size;
	struct sh_str provider_id;	/* required */
	struct sh_str name;
	enum sh_channel channel;
	struct sh_str version;
};

/* ---- what happened ------------------------------------------------------------------------------------ */

enum sh_kind {
	SH_KIND_OTHER,			/* kept, shown, changes nothing */
	SH_KIND_CALL_STARTED,
	SH_KIND_CALL_ANSWERED,
	SH_KIND_CALL_ENDED,
	SH_KIND_CALL_ANALYZED,
	SH_KIND_CALL_INBOUND,		/* a question: how shall this inbound call be answered? */
	SH_KIND_CHAT_STARTED,
	SH_KIND_CHAT_ENDED,
	SH_KIND_CHAT_ANALYZED
};
enum sh_direction { SH_DIRECTION_UNKNOWN, SH_DIRECTION_INBOUND, SH_DIRECTION_OUTBOUND };
enum sh_wish { SH_WISH_UNSAID, SH_WISH_NO, SH_WISH_YES };

/*
 * The common event; handed over by sh_event_add, which copies it. Whatever the provider did not say stays
 * zero. Limits: facts 32 of 256 bytes each, variables and metadata 64 KiB, transcript 1 MiB, URL 2048 bytes,
 * callback_words 1024, all others 128; longer ones are cut (transcript, callback_words) or dropped with a log
 * line. So are texts that are not UTF-8 or hold a NUL, and what should be JSON and is not. dedup is required:
 * an event without it ends the call as failed; one of more than 128 bytes is replaced by its SHA-256.
 */
struct sh_event {
	uint32_t size;
	enum sh_kind kind;
	bool final;			/* nothing later changes the decision about this call */
	bool over;			/* the call has ended, whatever the kind says */
	enum sh_direction direction;
	enum sh_channel channel;
	struct sh_str call_id;		/* the provider's; 1 to 128 bytes */
	struct sh_str agent_id;		/* the provider's */
	struct sh_str from, to;		/* as they came; E.164 or not */
	int64_t started_ms, ended_ms;	/* 0: unknown */
	const struct sh_pair *facts;	/* reason, status, answered_by, sip_code …; facts of one call are merged */
	uint32_t nfacts;
	enum sh_wish callback;		/* did the callee ask to be called again? */
	struct sh_str callback_time;	/* when, structured: RFC 3339 with offset */
	struct sh_str callback_words;	/* when, as it was spoken */
	struct sh_str transcript;	/* lines "Agent: …", "User: …" */
	struct sh_str variables;	/* JSON object */
	struct sh_str metadata;		/* JSON object */
	struct sh_str dial_id;		/* ours, if the provider returned it: the value of sh_dial_id */
	struct sh_str recording_url;
	int64_t cost_microcents;	/* 1 US cent = 1,000,000; -1: unknown */
	struct sh_str dedup;		/* equal for two deliveries of the same event; unique within the account */
	struct sh_str name;		/* the provider's own name of the event */
};

/* ---- dialling --------------------------------------------------------------------------------------- */

/* The names under which our ids travel in the provider's metadata, as strings, the same in every driver. */
#define SH_META_DIAL "sh_dial_id"
#define SH_META_CALLBACK "sh_callback_id"
#define SH_META_ATTEMPT "sh_attempt"

struct sh_dial {
	uint32_t size;
	enum sh_channel channel;
	const struct sh_number *from;	/* as numbers_parse gave it */
	struct sh_str to;		/* E.164 */
	struct sh_str agent_id;		/* the provider's; absent: what the number is bound to */
	struct sh_str dial_id, callback_id;
	int attempt;
	const struct sh_pair *variables; /* dynamic variables */
	uint32_t nvariables;
	struct sh_str metadata;		/* JSON object of the caller's, to travel beside our ids; absent: none */
};

enum sh_placing {
	SH_DIAL_UNKNOWN,		/* nothing proves that no call exists: the default, and the safe answer */
	SH_DIAL_PLACED,			/* call_id */
	SH_DIAL_REFUSED,		/* the vendor says that no call exists; disposition */
	SH_DIAL_LATER			/* the vendor says that no call exists and that it may work after cx->after_ms */
};

struct sh_placed {
	uint32_t size;
	enum sh_placing placing;
	struct sh_str call_id;
	struct sh_disposition disposition;
	struct sh_str reason;		/* short, for people and the log: a code, not a sentence with numbers in it */
};

/* Which calls? Those begun between the two times; of one dial where the provider can filter so. */
struct sh_query {
	uint32_t size;
	int64_t from_ms, until_ms;
	struct sh_str dial_id;		/* absent: all calls of the account */
	struct sh_str from, to;		/* E.164, absent: any */
};

/* What the gateway found for a question (SH_KIND_CALL_INBOUND), or that a notice was stored. */
struct sh_finding {
	uint32_t size;
	bool question;
	bool refused;			/* nobody here wants this call */
	struct sh_str agent_id;		/* the provider's */
	const struct sh_pair *variables;
	uint32_t nvariables;
};

struct sh_reply {
	uint32_t size;
	int status;
	struct sh_str type;		/* media type; absent with an absent body */
	struct sh_str body;
};

/* ---- the functions of a driver ------------------------------------------------------------------------ */

/* Is this delivery the provider's own? Over the raw bytes; constant time over the secret; tries .now and .old. */
typedef enum sh_verdict sh_driver_verify_f(struct sh_ctx *, const struct sh_delivery *, const struct sh_account *);

/*
 * What does this verified delivery say? sh_event_add for each event, 0 to 64. An unknown event type is
 * SH_KIND_OTHER. SH_ANSWER_FAILED only if the body cannot be read at all: the provider gets a 400.
 */
typedef enum sh_answer sh_driver_normalize_f(struct sh_ctx *, const struct sh_delivery *, const struct sh_account *);

/* What shall the provider read back? Without this function: 204, and 404 for a question. */
typedef void sh_driver_reply_f(
    struct sh_ctx *, const struct sh_delivery *, const struct sh_account *, const struct sh_finding *, struct sh_reply *);

/* Makes a request: of the account alone, of a page (cursor absent: the first), or of one call by its id. */
typedef void sh_driver_request_f(struct sh_ctx *, const struct sh_account *, struct sh_str cursor_or_id, struct sh_request *);

/*
 * Reads the answer to a request of the same pair; hands over what it found, at most 10,000 numbers or agents or
 * 1,000 events a page; sh_next if there is more.
 */
typedef enum sh_answer sh_driver_parse_f(struct sh_ctx *, const struct sh_account *, const struct sh_exchange *);

/* Makes the one request that places this call. It must carry dial id, callback id and attempt (SH_META_…). */
typedef void sh_driver_dial_request_f(struct sh_ctx *, const struct sh_account *, const struct sh_dial *, struct sh_request *);

/*
 * Reads the answer to it. SH_DIAL_REFUSED and SH_DIAL_LATER only where the vendor's documents say that no call
 * exists after this status and code; a 429 is not one by itself. Everything else leaves SH_DIAL_UNKNOWN.
 */
typedef void sh_driver_dial_parse_f(struct sh_ctx *, const struct sh_account *, const struct sh_exchange *, struct sh_placed *);

/*
 * Makes the request that lists calls; its answers are read by calls_parse, which hands over one event a call: over
 * and final as the call's state says, dedup of its own, so that it hides no webhook. With a dial id the list must not
 * be filtered by anything that a young call lacks (a start time): its absence is taken as proof (list_lag_s).
 */
typedef void sh_driver_calls_request_f(
    struct sh_ctx *, const struct sh_account *, const struct sh_query *, struct sh_str cursor, struct sh_request *);

/* What do the merged facts of an ended call mean? Pure; an unknown reason is SH_OUTCOME_OTHER. */
typedef void sh_driver_outcome_f(struct sh_ctx *, const struct sh_pair *facts, size_t n, struct sh_disposition *);

/* ---- the table ---------------------------------------------------------------------------------------- */

/* A capability is a set of functions: all of the set, or none. Comments name the sets. */
struct sh_driver {
	uint32_t abi_major, abi_minor;	/* these four never move: read before the rest is trusted */
	uint32_t size, reserved;
	const char *name;		/* the file's: switchhook-NAME.so; [a-z][a-z0-9_]{0,31} */
	const char *title;		/* for people */
	const char *version;		/* the driver's own, for people */
	uint32_t setting_size, reason_size; /* set by SH_DRIVER */
	const struct sh_setting *settings;
	const struct sh_reason *reasons;

	/* constants */
	const char *const *hosts;	/* host names that requests may go to; ends with NULL */
	const char *base_url_setting;	/* a URL setting that replaces them (a region, a test double); NULL: none */
	uint32_t dials_per_minute;	/* default pace of one account; 0: no limit known */
	uint32_t dials_at_once;		/* default concurrency of one account; 0: no limit known */
	bool list_has_dial_id;		/* rows of the call list carry our dial id */
	uint32_t list_lag_s; /* a created call is in every list asked for this much later; 0: the list proves nothing */
	uint32_t accept_s;		/* request complete → call created, or never; 0: 60 s */
	uint32_t queue_s;		/* created → rings, at the latest */
	uint32_t call_s;		/* ringing and talking, at the longest; 0: 4 h */

	sh_driver_request_f *check_request;	/* credentials test */
	sh_driver_parse_f *check_parse;
	sh_driver_request_f *numbers_request;	/* number import */
	sh_driver_parse_f *numbers_parse;
	sh_driver_request_f *agents_request;	/* agent roster */
	sh_driver_parse_f *agents_parse;
	sh_driver_verify_f *verify;		/* webhooks; reply is optional */
	sh_driver_normalize_f *normalize;
	sh_driver_reply_f *reply;
	sh_driver_dial_request_f *dial_request;	/* outbound dialling; wants outcome */
	sh_driver_dial_parse_f *dial_parse;
	sh_driver_calls_request_f *calls_request; /* looking back: the list */
	sh_driver_parse_f *calls_parse;
	sh_driver_request_f *call_request;	/* looking back: one call */
	sh_driver_parse_f *call_parse;
	sh_driver_outcome_f *outcome;		/* outcome; wants reasons */
	/* 1.1: append below, never reorder, never remove, never change a type */
};

#define SH_DRIVER_SYMBOL "switchhook_driver"
#define SH_DRIVER(...)                                                                                  \
	extern __attribute__((visibility("default"))) const struct sh_driver switchhook_driver;         \
	const struct sh_driver switchhook_driver = { .abi_major = SH_DRIVER_ABI_MAJOR,                  \
		.abi_minor = SH_DRIVER_ABI_MINOR, .size = sizeof(struct sh_driver),                     \
		.setting_size = sizeof(struct sh_setting), .reason_size = sizeof(struct sh_reason), __VA_ARGS__ }

/* ---- the services, as a driver calls them --------------------------------------------------------------- */

/* Zeroed memory from the call's arena, aligned for any type. Past the ceiling the call ends as failed: never NULL. */
static inline void *
sh_alloc(struct sh_ctx *cx, size_t n)
{
	return cx->host->alloc(cx, n);
}

/* The parts in one string that ends in NUL: sh_join(cx, base, SH_STR("/calls/"), id). Absent ones count as empty. */
#define sh_join(cx, ...)                                                                                \
	sh_join_parts((cx), (const struct sh_str[]){ __VA_ARGS__ },                                     \
		      sizeof((const struct sh_str[]){ __VA_ARGS__ }) / sizeof(struct sh_str))
static inline struct sh_str
sh_join_parts(struct sh_ctx *cx, const struct sh_str *parts, size_t n)
{
	size_t total = 0, at = 0;
	char *p;

	for (size_t i = 0; i < n; i++)
		total += parts[i].n;
	p = (char *)sh_alloc(cx, total + 1);
	for (size_t i = 0; i < n; at += parts[i++].n)
		if (parts[i].n)
			memcpy(p + at, parts[i].s, parts[i].n);
	return (struct sh_str){ p, total };
}

/* One line of the gateway's log, which names driver and function itself. No personal data, no secrets. */
static inline void
sh_log_text(struct sh_ctx *cx, enum sh_log_level level, const char *text)
{
	cx->host->log(cx, level, text);
}

/* Says why, for the operator, and is the answer of a function that failed. */
static inline enum sh_answer
sh_failed(struct sh_ctx *cx, const char *text)
{
	cx->text = sh_str(text);
	return SH_ANSWER_FAILED;
}

/* Too many requests: after_ms from now they may be welcome again; 0: the gateway chooses. */
static inline enum sh_answer
sh_limited(struct sh_ctx *cx, int64_t after_ms)
{
	cx->after_ms = after_ms;
	return SH_ANSWER_LIMITED;
}

/* There is another page. A cursor that leads to where the walk has been before fails it: a list is taken whole, or not at all. */
static inline void
sh_next(struct sh_ctx *cx, struct sh_str cursor)
{
	cx->cursor = cursor;
}

/* Hands over what was read. The struct's size field is set here; strings are copied. */
static inline void
sh_number_add(struct sh_ctx *cx, struct sh_number *n)
{
	n->size = sizeof(*n);
	cx->host->number_add(cx, n);
}

static inline void
sh_agent_add(struct sh_ctx *cx, struct sh_agent *a)
{
	a->size = sizeof(*a);
	cx->host->agent_add(cx, a);
}

static inline void
sh_event_add(struct sh_ctx *cx, struct sh_event *e)
{
	e->size = sizeof(*e);
	cx->host->event_add(cx, e);
}

/* A setting's value; unset: its fallback; none: .s == NULL. */
static inline struct sh_str
sh_setting(const struct sh_account *a, uint32_t index)
{
	return index < a->nvalues ? a->values[index].now : SH_NONE;
}

/* The value before the last rotation, while its grace lasts. */
static inline struct sh_str
sh_setting_old(const struct sh_account *a, uint32_t index)
{
	return index < a->nvalues ? a->values[index].old : SH_NONE;
}

/* The first pair of that name: a fact, a form's field; absent: .s == NULL. */
static inline struct sh_str
sh_pair_get(const struct sh_pair *pairs, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (sh_str_is(pairs[i].name, name))
			return pairs[i].value;
	return SH_NONE;
}

/* The first header of that name, given in lower case; absent: .s == NULL. */
static inline struct sh_str
sh_header(const struct sh_pair *headers, uint32_t n, const char *name)
{
	return sh_pair_get(headers, n, name);
}

/* How often it occurs: a signature header that occurs twice proves nothing. */
static inline uint32_t
sh_header_count(const struct sh_pair *headers, uint32_t n, const char *name)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n; i++)
		count += sh_str_is(headers[i].name, name);
	return count;
}

/* Equal? The time depends on the lengths only. Two empty strings are not equal: an empty secret matches nothing. */
static inline bool
sh_equal(struct sh_ctx *cx, struct sh_str a, struct sh_str b)
{
	return cx->host->equal(a, b);
}

/* Digest of the parts, one after the other. out takes 20, 32 or 64 bytes; the return value says how many. */
static inline size_t
sh_hash(struct sh_ctx *cx, enum sh_hash h, const struct sh_str *parts, size_t n, uint8_t *out)
{
	return cx->host->hash(h, parts, n, out);
}

/* HMAC (RFC 2104) of the parts, one after the other. */
static inline size_t
sh_hmac(struct sh_ctx *cx, enum sh_hash h, struct sh_str key, const struct sh_str *parts, size_t n, uint8_t *out)
{
	return cx->host->hmac(h, key, parts, n, out);
}

/* Ed25519 (RFC 8032). */
static inline bool
sh_ed25519(struct sh_ctx *cx, const uint8_t key[32], const uint8_t signature[64], struct sh_str message)
{
	return cx->host->ed25519(key, signature, message);
}

/* Lower-case hex, and back; the decoders answer SH_NONE to anything that is not a whole number of digits. */
static inline struct sh_str
sh_hex(struct sh_ctx *cx, struct sh_str bytes)
{
	return cx->host->hex(cx, bytes);
}

static inline struct sh_str
sh_hex_decode(struct sh_ctx *cx, struct sh_str text)
{
	return cx->host->hex_decode(cx, text);
}

/* Base64 of RFC 4648 section 4, padded; the decoder is strict, and takes the URL alphabet too. */
static inline struct sh_str
sh_base64(struct sh_ctx *cx, struct sh_str bytes)
{
	return cx->host->base64(cx, bytes);
}

static inline struct sh_str
sh_base64_decode(struct sh_ctx *cx, struct sh_str text)
{
	return cx->host->base64_decode(cx, text);
}

/* Percent-encodes all but RFC 3986's unreserved characters: fit for one path segment or query value. */
static inline struct sh_str
sh_url_escape(struct sh_ctx *cx, struct sh_str s)
{
	return cx->host->url_escape(cx, s);
}

/* application/x-www-form-urlencoded, in order, duplicates kept; NULL if it is malformed. At most 1,000 pairs. */
static inline const struct sh_pair *
sh_form(struct sh_ctx *cx, struct sh_str body, size_t *ret_n)
{
	return cx->host->form(cx, body, ret_n);
}

static inline struct sh_str
sh_form_encode(struct sh_ctx *cx, const struct sh_pair *pairs, size_t n)
{
	return cx->host->form_encode(cx, pairs, n);
}

/* A whole decimal number, '-' allowed, that fits 64 bits. */
static inline bool
sh_int_parse(struct sh_ctx *cx, struct sh_str text, int64_t *ret)
{
	return cx->host->int_parse(text, ret);
}

static inline struct sh_str
sh_int_format(struct sh_ctx *cx, int64_t i)
{
	return cx->host->int_format(cx, i);
}

/* RFC 3339 with an offset; milliseconds since 1970. The formatter writes UTC with milliseconds. */
static inline bool
sh_time_parse(struct sh_ctx *cx, struct sh_str text, int64_t *ret_ms)
{
	return cx->host->time_parse(text, ret_ms);
}

static inline struct sh_str
sh_time_format(struct sh_ctx *cx, int64_t ms)
{
	return cx->host->time_format(cx, ms);
}

/*
 * JSON in. Strict RFC 8259: one value, valid UTF-8, no duplicate-key check (the last one wins), depth 64. NULL
 * if it is not JSON. Nodes borrow from the text, which must outlive them. Every function below takes NULL for
 * "absent", so paths may be walked without tests: sh_json_str(cx, sh_json_get(cx, sh_json_get(cx, doc, "a"), "b")).
 */
static inline const struct sh_json *
sh_json_parse(struct sh_ctx *cx, struct sh_str text)
{
	return cx->host->json_parse(cx, text);
}

static inline enum sh_json_type
sh_json_type(struct sh_ctx *cx, const struct sh_json *j)
{
	return cx->host->json_type(j);
}

/* A member of an object; NULL if there is none, or if it is no object. */
static inline const struct sh_json *
sh_json_get(struct sh_ctx *cx, const struct sh_json *j, const char *key)
{
	return cx->host->json_get(j, key);
}

/* Walks the elements of an array or the members of an object; NULL at the end. */
static inline const struct sh_json *
sh_json_first(struct sh_ctx *cx, const struct sh_json *j)
{
	return cx->host->json_first(j);
}

static inline const struct sh_json *
sh_json_next(struct sh_ctx *cx, const struct sh_json *j)
{
	return cx->host->json_next(j);
}

/* The name of a member that such a walk gave. */
static inline struct sh_str
sh_json_key(struct sh_ctx *cx, const struct sh_json *member)
{
	return cx->host->json_key(cx, member);
}

/* A string's text, unescaped. Of anything but a string: SH_NONE. A string with \u0000 in it: SH_NONE. */
static inline struct sh_str
sh_json_str(struct sh_ctx *cx, const struct sh_json *j)
{
	return cx->host->json_str(cx, j);
}

/* The value as it stands in the text, of any type: `true`, `"a"`, `{…}`. Absent: SH_NONE. */
static inline struct sh_str
sh_json_raw(struct sh_ctx *cx, const struct sh_json *j)
{
	return cx->host->json_raw(j);
}

/* A number without fraction or exponent that fits 64 bits. */
static inline bool
sh_json_int(struct sh_ctx *cx, const struct sh_json *j, int64_t *ret)
{
	return cx->host->json_int(j, ret);
}

/*
 * A number times 10 to the power of places (at most 9), without what is left behind the point then: "12.0756" with
 * 2 places is 1207. For money; exact.
 */
static inline bool
sh_json_decimal(struct sh_ctx *cx, const struct sh_json *j, unsigned places, int64_t *ret)
{
	return cx->host->json_decimal(j, places, ret);
}

/* A string member's text: what most reading of JSON is. */
static inline struct sh_str
sh_json_get_str(struct sh_ctx *cx, const struct sh_json *object, const char *key)
{
	return cx->host->json_str(cx, cx->host->json_get(object, key));
}

static inline struct sh_str
sh_json_get_raw(struct sh_ctx *cx, const struct sh_json *object, const char *key)
{
	return cx->host->json_raw(cx->host->json_get(object, key));
}

/* A string's text, a number or boolean as it is written: fit for a fact. Of anything else: SH_NONE. */
static inline struct sh_str
sh_json_get_plain(struct sh_ctx *cx, const struct sh_json *object, const char *key)
{
	const struct sh_json *j = cx->host->json_get(object, key);
	enum sh_json_type type = cx->host->json_type(j);

	return type == SH_JSON_BOOL || type == SH_JSON_NUMBER ? cx->host->json_raw(j) : cx->host->json_str(cx, j);
}

/* Yes or no, as analyses write it: true, "true", "yes"; false, "false", "no". Anything else is unsaid. */
static inline enum sh_wish
sh_json_get_wish(struct sh_ctx *cx, const struct sh_json *object, const char *key)
{
	struct sh_str s = sh_json_get_plain(cx, object, key);

	if (sh_str_is(s, "true") || sh_str_is(s, "yes"))
		return SH_WISH_YES;
	return sh_str_is(s, "false") || sh_str_is(s, "no") ? SH_WISH_NO : SH_WISH_UNSAID;
}

/* True if it is the literal true. */
static inline bool
sh_json_true(struct sh_ctx *cx, const struct sh_json *j)
{
	return cx->host->json_type(j) == SH_JSON_BOOL && cx->host->json_raw(j).n == 4;
}

/*
 * JSON out. Commas and escapes are its business:
 *
 *	struct sh_out *o = sh_out_new(cx);
 *	sh_out_open(cx, o, '{'); sh_out_key(cx, o, "to"); sh_out_str(cx, o, to); sh_out_close(cx, o, '}');
 *	request->body = sh_out_text(cx, o);
 *
 * A text that is not valid UTF-8 has the bad bytes replaced; an absent string is null. At most 1 MiB. sh_out_text
 * ends the text: nothing may be added after it. A bracket that does not fit ends the call as failed.
 */
static inline struct sh_out *
sh_out_new(struct sh_ctx *cx)
{
	return cx->host->out_new(cx);
}

#define sh_out_open(cx, o, bracket) ((cx)->host->out_open((o), (bracket)))
#define sh_out_close(cx, o, bracket) ((cx)->host->out_close((o), (bracket)))
#define sh_out_key(cx, o, key) ((cx)->host->out_key((o), (key)))
#define sh_out_name(cx, o, key) ((cx)->host->out_name((o), (key))) /* a key that is not a literal: a struct sh_str */
#define sh_out_str(cx, o, s) ((cx)->host->out_str((o), (s)))
#define sh_out_int(cx, o, i) ((cx)->host->out_int((o), (i)))
#define sh_out_bool(cx, o, b) ((cx)->host->out_bool((o), (b)))
#define sh_out_raw(cx, o, json) ((cx)->host->out_raw((o), (json)))
#define sh_out_text(cx, o) ((cx)->host->out_text((o)))

/* A string member in one line. */
static inline void
sh_out_member(struct sh_ctx *cx, struct sh_out *o, const char *key, struct sh_str value)
{
	sh_out_key(cx, o, key);
	sh_out_str(cx, o, value);
}

/* A text as JSON, with quotes and escapes: for small bodies that sh_join puts together. */
static inline struct sh_str
sh_json_quote(struct sh_ctx *cx, struct sh_str text)
{
	struct sh_out *o = sh_out_new(cx);

	sh_out_str(cx, o, text);
	return sh_out_text(cx, o);
}

/* An object of strings: {"name": "value", …}. */
static inline void
sh_out_pairs(struct sh_ctx *cx, struct sh_out *o, const struct sh_pair *pairs, uint32_t n)
{
	sh_out_open(cx, o, '{');
	for (uint32_t i = 0; i < n; i++) {
		sh_out_name(cx, o, pairs[i].name);
		sh_out_str(cx, o, pairs[i].value.s ? pairs[i].value : SH_STR(""));
	}
	sh_out_close(cx, o, '}');
}

/* The object that a dial carries as metadata: the caller's members, then ours as strings, which no caller's may replace. */
static inline void
sh_out_metadata(struct sh_ctx *cx, struct sh_out *o, const struct sh_dial *d)
{
	const struct sh_json *callers = d->metadata.s ? sh_json_parse(cx, d->metadata) : NULL;

	sh_out_open(cx, o, '{');
	if (cx->host->json_type(callers) == SH_JSON_OBJECT)
		for (const struct sh_json *m = cx->host->json_first(callers); m; m = cx->host->json_next(m)) {
			struct sh_str key = cx->host->json_key(cx, m);

			if (sh_str_is(key, SH_META_DIAL) || sh_str_is(key, SH_META_CALLBACK) || sh_str_is(key, SH_META_ATTEMPT))
				continue;
			sh_out_name(cx, o, key);
			sh_out_raw(cx, o, cx->host->json_raw(m));
		}
	sh_out_member(cx, o, SH_META_DIAL, d->dial_id);
	sh_out_member(cx, o, SH_META_CALLBACK, d->callback_id);
	sh_out_member(cx, o, SH_META_ATTEMPT, sh_int_format(cx, d->attempt));
	sh_out_close(cx, o, '}');
}

/* ---- the usual HTTP, for drivers whose provider does as most do ------------------------------------------ */

/* Fills the request: an Authorization header, and a body of JSON unless it is absent. */
static inline void
sh_request_json(struct sh_ctx *cx, struct sh_request *r, struct sh_str method, struct sh_str url, struct sh_str authorization,
	struct sh_str body)
{
	struct sh_pair *h = (struct sh_pair *)sh_alloc(cx, 3 * sizeof(*h));

	h[0] = (struct sh_pair){ SH_STR("authorization"), authorization };
	h[1] = (struct sh_pair){ SH_STR("accept"), SH_STR("application/json") };
	h[2] = (struct sh_pair){ SH_STR("content-type"), SH_STR("application/json") };
	r->method = method;
	r->url = url;
	r->headers = h;
	r->nheaders = body.s ? 3 : 2;
	r->body = body;
}

/* What a status means that nobody explained otherwise: 2xx is OK, and a 429 says in Retry-After how many seconds. */
static inline enum sh_answer
sh_answer_of(struct sh_ctx *cx, const struct sh_response *r)
{
	int64_t after_s = 0;

	if (r->status >= 200 && r->status <= 299)
		return SH_ANSWER_OK;
	cx->text = sh_join(cx, SH_STR("HTTP "), sh_int_format(cx, r->status));
	if (r->status == 401 || r->status == 403)
		return SH_ANSWER_UNAUTHORIZED;
	if (r->status == 404)
		return SH_ANSWER_ABSENT;
	if (r->status != 429)
		return SH_ANSWER_FAILED;
	if (!sh_int_parse(cx, sh_header(r->headers, r->nheaders, "retry-after"), &after_s) || after_s < 0 || after_s > 86400)
		after_s = 0;
	return sh_limited(cx, after_s * 1000);
}

#endif
