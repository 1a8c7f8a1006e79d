/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * ingress/arriving.h: the object of one delivery, shared by its two files. Not for others.
 *
 *	ingress.c	slug, key, driver, inbox, reply
 *	question.c	what a question is answered with
 */
#ifndef SH_INGRESS_ARRIVING_H
#define SH_INGRESS_ARRIVING_H

#include "gateway/driver/call.h"
#include "gateway/engine/account.h"
#include "gateway/engine/event.h"
#include "gateway/ingress/ingress.h"
#include "gateway/ingress/slug.h"

#define SH_MAGIC_sh_arriving 0x61727276u

struct sh_ingress {
	struct sh_core *core;
	struct sh_slugs *slugs;
	struct sh_spool *spool;
};

struct sh_arriving {
	uint32_t magic;
	struct sh_ingress *in;
	struct sh_http_request *rq;
	struct sh_str provider;
	struct sh_slug *slug;
	struct sh_driver_call call;
	bool calling;
	struct sh_account *account;
	struct sh_delivery delivery;
	int64_t now_ms;
	struct sh_inbox_row *rows; /* of its events, in the request's arena */
	struct sh_event_first *firsts; /* as many */
	size_t n;
	struct sh_str agent_named; /* by the events of a workspace's own URL */
	bool question;
	struct sh_id asking; /* of a question: the dial of ours that asks; zero: a call to a number */
	uint8_t called_index[16]; /* which one */
	struct sh_stored answering; /* the agent that was found */
	struct sh_replay replay; /* of a dial: its variables */
	struct sh_id chain; /* whose payload it is */
	struct sh_str payload; /* sealed; the caller's variables are in it */
	struct sh_finding finding;
};

/* How it ends; each exactly once. */
void sh_arrive_reply(struct sh_arriving *);
/* It could not be stored, or answered: the provider is to send it again. */
void sh_arrive_later(struct sh_arriving *);
/* A question to the database was not answered; what is our own fault is told. */
void sh_arrive_unanswered(struct sh_arriving *, enum sh_status, const struct sh_error *);

/* Finds what the driver's reply to a question needs, and replies. */
void sh_question_ask(struct sh_arriving *);

#endif
