/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * loadgen/payload.c: a head of known fields, then turns of a conversation until the size is near, the same as one
 * text, and a summary that fills the rest. Bodies above 3 kB carry the times of words, as Retell's do.
 */
#include "payload.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PAYLOAD_TIMED 3000
#define PAYLOAD_TURN_ROOM 350 /* a turn fits into this, with what follows the last one */
#define PAYLOAD_TAIL_ROOM 130

static const char *const words[] = { "appointment", "calendar", "tomorrow", "morning", "the", "would", "like", "to", "please",
	"confirm", "available", "doctor", "insurance", "thanks", "for", "calling", "account", "number", "is", "and", "we", "can",
	"schedule", "another", "time", "on", "Tuesday", "afternoon", "I", "think", "that", "works", "sounds", "good", "address",
	"billing", "question", "about", "my", "last", "invoice", "service", "technician", "arrive", "between", "noon", "you",
	"hello", "this", "speaking", "hold", "moment", "while", "check", "system", "record", "shows", "payment", "received", "yes",
	"no", "maybe", "okay", "great", "perfect", "let", "me", "know", "if", "anything", "else", "changes", "have", "day" };

struct writer {
	char *text;
	size_t n, size;
	uint32_t seed;
};

static uint32_t
draw(struct writer *w)
{
	w->seed = w->seed * 1664525u + 1013904223u;
	return w->seed >> 8;
}

static const char *
word(struct writer *w)
{
	return words[draw(w) % (sizeof(words) / sizeof(*words))];
}

__attribute__((format(printf, 2, 3))) static void
put(struct writer *w, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(w->text + w->n, w->size - w->n, format, args);
	va_end(args);
	assert(n >= 0 && (size_t)n < w->size - w->n);
	w->n += (size_t)n;
}

static void
put_head(struct writer *w)
{
	put(w,
	    "\",\"agent_id\":\"agent_7f3c1de09b5a4c2d8e6f\",\"agent_version\":3,\"call_status\":\"ended\","
	    "\"metadata\":{\"lead_id\":\"ld_%u\",\"campaign\":\"spring-callbacks\"},"
	    "\"retell_llm_dynamic_variables\":{\"customer_name\":\"Jordan "
	    "Avery\",\"city\":\"Portland\",\"tz\":\"America/Los_Angeles\"},"
	    "\"from_number\":\"+12135550134\",\"to_number\":\"+15035550177\",\"direction\":\"outbound\",",
	    draw(w) % 1000000);
	put(w, "\"telephony_identifier\":{\"twilio_call_sid\":\"CA%08x", draw(w));
	put(w,
	    "%08x\"},\"start_timestamp\":1714608475945,\"end_timestamp\":1714608491736,\"duration_ms\":15791,"
	    "\"disconnection_reason\":\"user_hangup\","
	    "\"latency\":{\"e2e\":{\"p50\":812,\"p90\":1204.5,\"p95\":1377,\"p99\":1502,\"max\":1633,\"min\":500,\"num\":10}},"
	    "\"call_cost\":{\"product_costs\":[{\"product\":\"elevenlabs_tts\",\"unit_price\":1,\"cost\":60}],\"combined_cost\":70,"
	    "\"total_duration_seconds\":60},\"opt_out_sensitive_data_storage\":false,",
	    draw(w));
	put(w, "\"recording_url\":\"https://recordings.example.com/%08x", draw(w));
	put(w, "%08x/recording.wav\",\"transcript_object\":[", draw(w));
}

static void
put_turn(struct writer *w, struct writer *transcript, int turn, bool timed, double *at)
{
	const char *said[12];
	unsigned n = 4 + draw(w) % 8;

	put(transcript, "%s: ", turn % 2 ? "User" : "Agent");
	put(w, "%s{\"role\":\"%s\",\"content\":\"", turn ? "," : "", turn % 2 ? "user" : "agent");
	for (unsigned i = 0; i < n; i++) {
		said[i] = word(w);
		put(w, "%s%s", i ? " " : "", said[i]);
		put(transcript, "%s%s", i ? " " : "", said[i]);
	}
	put(transcript, ".\\n");
	put(w, ".\",\"words\":[");
	for (unsigned i = 0; timed && i < 4; i++) {
		put(w, "%s{\"word\":\"%s\",\"start\":%.3f,\"end\":%.3f}", i ? "," : "", said[i], *at, *at + 0.31);
		*at += 0.37;
	}
	put(w, "]}");
}

struct payload
payload_make(const char *event, size_t want)
{
	struct writer w = { .size = want * 2 + 4096, .seed = 12345 }, transcript = { .size = want * 2 + 4096 };
	struct payload p;
	double at = 0.5;

	w.text = malloc(w.size);
	transcript.text = calloc(1, transcript.size);
	assert(w.text && transcript.text);
	put(&w, "{\"event\":\"%s\",\"call\":{\"call_type\":\"phone_call\",\"call_id\":\"", event);
	p.id_at = w.n;
	put(&w, "%0*d", PAYLOAD_ID, 0);
	put_head(&w);
	for (int turn = 0; w.n + transcript.n + PAYLOAD_TURN_ROOM < want; turn++)
		put_turn(&w, &transcript, turn, want > PAYLOAD_TIMED, &at);
	put(&w, "],\"transcript\":\"%s\",\"call_analysis\":{\"call_summary\":\"", transcript.text);
	free(transcript.text);
	while (w.n + PAYLOAD_TAIL_ROOM < want)
		put(&w, "%s ", word(&w));
	put(&w, "done\",\"in_voicemail\":false,\"user_sentiment\":\"Positive\",\"call_successful\":true}}}");
	p.text = w.text;
	p.n = w.n;
	return p;
}
