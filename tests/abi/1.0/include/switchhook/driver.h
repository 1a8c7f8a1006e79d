/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * switchhook/driver.h: all that a provider driver needs, and the only header that it includes. It brings along
 * driver-services.h (the host's functions, as a driver calls them) and driver-usual.h (what most drivers make of them).
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
 *	reasons, outcome	what does this ending mean?
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
enum sh_setting_kind {
	SH_SETTING_TEXT,		/* one line */
	SH_SETTING_SECRET,
	SH_SETTING_URL,
	SH_SETTING_CHOICE,
	SH_SETTING_FLAG,
	SH_SETTING_NUMBER,		/* a whole number from least to most, in decimal digits */
	SH_SETTING_LINES,		/* a text that may have several lines, and tabs */
	SH_SETTING_JSON			/* a JSON object, on one line or several */
};

/*
 * One row of the settings table, which ends with a row without a name. CLI, API and console forms come from
 * it. A secret is write-only and stored sealed. A flag is "true" or "false". Values are at most 4096 bytes.
 *
 * The host checks a value by its kind when it is set, and a fallback when the driver is loaded. A driver must still do
 * something sensible with any text: one that was set before the kind was, or the range was narrowed, stays stored.
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
	int64_t least, most;		/* SH_SETTING_NUMBER: both ends belong to it */
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
};

/* ---- the call's context and the host's services ---------------------------------------------------- */

struct sh_host;

/* One call into the driver. The host makes it; the driver hands it to every service. */
struct sh_ctx {
	uint32_t size;
	uint32_t reserved;
	const struct sh_host *host;
	int64_t now_ms;
	/* What a function adds to its answer; set by sh_failed, sh_undecided and sh_next. */
	struct sh_str text;		/* why it failed, or makes no request; for the operator; never a secret or personal data */
	int64_t after_ms;		/* try again no sooner than this from now; at most a day */
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
struct sh_reason;

/*
 * The host's functions. Call them through the sh_… wrappers of driver-services.h, which are their manual. Test a
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
	bool (*decimal_parse)(struct sh_str text, unsigned places, int64_t *ret);
	bool (*time_parse)(struct sh_str text, int64_t *ret_ms);
	struct sh_str (*time_format)(struct sh_ctx *, int64_t ms);

	const struct sh_json *(*json_parse)(struct sh_ctx *, struct sh_str text);
	enum sh_json_type (*json_type)(const struct sh_json *);
	const struct sh_json *(*json_get)(const struct sh_json *object, const char *key);
	const struct sh_json *(*json_at)(const struct sh_json *, const char *path);
	const struct sh_json *(*json_first)(const struct sh_json *container);
	const struct sh_json *(*json_next)(const struct sh_json *);
	struct sh_str (*json_key)(struct sh_ctx *, const struct sh_json *member);
	struct sh_str (*json_str)(struct sh_ctx *, const struct sh_json *);
	struct sh_str (*json_raw)(const struct sh_json *);
	bool (*json_int)(const struct sh_json *, int64_t *ret);

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
	const struct sh_reason *(*reason)(struct sh_ctx *, const struct sh_pair *facts, size_t n);
};

#define SH_HOST_HAS(h, m) (SH_HAS(h, m) && (h)->m)

/* ---- answers ------------------------------------------------------------------------------------------ */

/* How a reading of a provider's answer ended. */
enum sh_answer {
	SH_ANSWER_OK,
	SH_ANSWER_UNAUTHORIZED,		/* the key is not good: whoever asked is told, and people see it */
	SH_ANSWER_LIMITED,		/* too many requests; cx->after_ms: how long to wait */
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

/*
 * One row of the reasons table, which ends with a row without a reason. It documents the provider's words, and decides
 * what the end of a call means: the host takes the first row whose fact is its word. Where no row fits, the ending is
 * SH_OUTCOME_OTHER, nobody is called again, and the host counts and logs that the word is not known. So does a row whose
 * word is * alone, which ends the search: an unknown reason is not to be judged by a weaker fact in a later row.
 */
struct sh_reason {
	const char *reason;		/* as the provider spells it; a * stands for anything */
	struct sh_disposition means;
	const char *help;		/* one clause for people */
	const char *fact;		/* whose value the word is; NULL: "reason" */
	const char *only;		/* "status=failed": counts only if that fact is that word, too; NULL: always */
};

/* A row: SH_REASON("dial_busy", BUSY, POLICY, COUNTS, NONE, "number busy"). COUNTS or UNCOUNTED: is it an attempt? */
#define SH_REASON(word, outcome, retry, counts, action, help)                                           \
	SH_REASON_ONLY(NULL, NULL, word, outcome, retry, counts, action, help)
#define SH_REASON_OF(fact, word, outcome, retry, counts, action, help)                                  \
	SH_REASON_ONLY(NULL, fact, word, outcome, retry, counts, action, help)
#define SH_REASON_ONLY(only, fact, word, outcome, retry, counts, action, help)                          \
	{ word, { SH_OUTCOME_##outcome, SH_RETRY_##retry, SH_##counts, SH_ACTION_##action }, help, fact, only }
enum { SH_COUNTS, SH_UNCOUNTED };

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

struct sh_query;

/* A request with the answer that came to it; cursor is the one the request was made with. */
struct sh_exchange {
	uint32_t size;
	const struct sh_request *request;
	const struct sh_response *response;
	struct sh_str cursor;
	const struct sh_query *query;	/* of calls_parse: what was asked for; else NULL */
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
	struct sh_str bindings;		/* JSON: what the provider has bound it to, for people: URLs lose user, password, query, fragment */
	struct sh_str dial;		/* JSON: what dialling needs again, for the driver alone */
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
	SH_KIND_CALL_INBOUND,		/* a question, always: how shall this inbound call be answered? */
	SH_KIND_CHAT_STARTED,
	SH_KIND_CHAT_ENDED,
	SH_KIND_CHAT_ANALYZED
};
enum sh_direction { SH_DIRECTION_UNKNOWN, SH_DIRECTION_INBOUND, SH_DIRECTION_OUTBOUND };
enum sh_wish { SH_WISH_UNSAID, SH_WISH_NO, SH_WISH_YES };

/*
 * The common event; handed over by sh_event_add, which copies it. Whatever the provider did not say stays
 * zero, but for the cost. Limits: facts 32 of 256 bytes each, variables and metadata 64 KiB, transcript 1 MiB, URL 2048 bytes,
 * callback_words 1024, all others 128; longer ones are cut (facts, transcript, callback_words) or dropped with a log
 * line. So are texts that are not UTF-8 or hold a NUL, and what should be JSON and is not. Of a webhook's event dedup
 * is required: without it the call ends as failed; one of more than 128 bytes is replaced by its SHA-256.
 *
 * What the provider's own analysis found is handed over as it is, in answers; the operator says in settings of the
 * host's (has_answers) which of them is a wish for another call, its time, or for no more calls.
 */
struct sh_event {
	uint32_t size;
	enum sh_kind kind;
	bool final;			/* nothing later changes the decision about this call */
	bool over;			/* the call has ended, whatever the kind says */
	bool question;			/* the provider waits for what reply makes: how shall this call go on? */
	enum sh_direction direction;
	enum sh_channel channel;
	struct sh_str call_id;		/* the provider's; 1 to 128 bytes */
	struct sh_str agent_id;		/* the provider's */
	struct sh_str from, to;		/* as they came; E.164 or not */
	int64_t started_ms, ended_ms;	/* 0: unknown; of a call's events the first start that is told is kept */
	const struct sh_pair *facts;	/* see sh_fact: reason, status, answered_by, sip_code …; facts of one call are merged */
	uint32_t nfacts;
	enum sh_wish callback;		/* did the callee ask to be called again? */
	struct sh_str callback_time;	/* when, structured: RFC 3339 with offset */
	struct sh_str callback_words;	/* when, as it was spoken */
	struct sh_str transcript;	/* lines "Agent: …", "User: …" */
	struct sh_str variables;	/* JSON object */
	struct sh_str metadata;		/* JSON object */
	struct sh_str dial_id;		/* ours, if the provider returned it: the value of sh_dial_id */
	struct sh_str recording_url;
	int64_t cost_microcents;	/* 1 US cent = 1,000,000; -1: unknown, which must be said: 0 is for free */
	struct sh_str dedup;		/* equal for two deliveries of the same event; unique within the account */
	struct sh_str name;		/* the provider's own name of the event */
	struct sh_str answers;		/* JSON object: what the provider's analysis found, by name; read, and not kept */
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
	struct sh_str agent_id;		/* the provider's; absent: one made here, or what the number is bound to */
	struct sh_str dial_id, callback_id;
	int attempt;
	const struct sh_pair *variables; /* dynamic variables */
	uint32_t nvariables;
	struct sh_str metadata;		/* JSON object of the caller's, to travel beside our ids; absent: none */
	struct sh_str webhook_url;	/* where this account's, or this agent's, webhooks arrive; some are told so call by call */
};

enum sh_placing {
	SH_DIAL_UNKNOWN,		/* nothing proves that no call exists: the default, and the safe answer */
	SH_DIAL_PLACED,			/* call_id; one of more than 128 bytes is taken for SH_DIAL_UNKNOWN */
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

/*
 * What the gateway found for a question, or that a notice was stored. The question of one of our own dials, known by its
 * dial id, finds that dial's agent and variables; any other the agent of the number that was called.
 */
struct sh_finding {
	uint32_t size;
	bool question;
	bool refused;			/* nobody here wants this call */
	struct sh_str agent_id;		/* the provider's; absent: one made here */
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

/*
 * What shall the provider read back? Without this function: 204, and 404 for a question. With it the status is 204, and
 * 200 for a question, unless it says otherwise, and a body without a type is JSON. A question's account has the settings
 * of the agent that was found.
 */
typedef void sh_driver_reply_f(
    struct sh_ctx *, const struct sh_delivery *, const struct sh_account *, const struct sh_finding *, struct sh_reply *);

/*
 * Makes a request: of the account alone, of a page (cursor absent: the first), or of one call by its id. Where there is
 * nothing to ask it is left empty, here and in dial_request and calls_request; cx->text may say why (sh_failed).
 */
typedef void sh_driver_request_f(struct sh_ctx *, const struct sh_account *, struct sh_str cursor_or_id, struct sh_request *);

/*
 * Reads the answer to a request of the same pair; hands over what it found, at most 10,000 numbers or agents or
 * 1,000 events a page; sh_next if there is more. An event without a call_id makes it fail: a row that cannot be read
 * may be the very one that is looked for.
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
 * and final as the call's state says. With a dial id the list must not
 * be filtered by anything that a young call lacks (a start time): its absence is taken as proof (list_lag_s). Where the
 * list does not show the dial id, further pages may be other questions that do, about the calls that it can be; if one
 * cannot be judged yet, the page that shows it says so by sh_undecided.
 */
typedef void sh_driver_calls_request_f(
    struct sh_ctx *, const struct sh_account *, const struct sh_query *, struct sh_str cursor, struct sh_request *);

/*
 * Corrects what the table of reasons says about the merged facts of an ended call: *ret holds that. Pure. Only for what
 * several facts together mean; that the callee wants no more calls (the fact do_not_call is "true") the host sees itself.
 */
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
	uint32_t dials_at_once;		/* concurrency of one account, for people to see: nobody holds back; 0: no limit known */
	bool agents_made_here;		/* people make agents out of the settings of that scope; the provider has none, or other ones */
	bool has_answers;		/* it fills in sh_event.answers: the host adds the settings that say what to read there */
	bool reasons_alike;		/* words of reasons are compared without case, and with '-', '_' and ' ' as one */
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
	sh_driver_dial_request_f *dial_request;	/* outbound dialling; wants reasons */
	sh_driver_dial_parse_f *dial_parse;
	sh_driver_calls_request_f *calls_request; /* looking back: the list */
	sh_driver_parse_f *calls_parse;
	sh_driver_request_f *call_request;	/* looking back: one call */
	sh_driver_parse_f *call_parse;
	sh_driver_outcome_f *outcome;		/* optional; wants reasons */
	/* 1.1: append below, never reorder, never remove, never change a type */
};

/* A capability's two functions, in the table: SH_ASKS(acme, check) are acme_check_request and acme_check_parse. */
#define SH_ASKS(driver, capability)                                                                     \
	.capability##_request = driver##_##capability##_request, .capability##_parse = driver##_##capability##_parse

#define SH_DRIVER_SYMBOL "switchhook_driver"
#define SH_DRIVER(...)                                                                                  \
	extern __attribute__((visibility("default"))) const struct sh_driver switchhook_driver;         \
	const struct sh_driver switchhook_driver = { .abi_major = SH_DRIVER_ABI_MAJOR,                  \
		.abi_minor = SH_DRIVER_ABI_MINOR, .size = sizeof(struct sh_driver),                     \
		.setting_size = sizeof(struct sh_setting), .reason_size = sizeof(struct sh_reason), __VA_ARGS__ }

#include <switchhook/driver-services.h>
#include <switchhook/driver-usual.h>

#endif
