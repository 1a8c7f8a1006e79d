/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/golden.h: golden files, each of which is one question to a driver and what it makes of it.
 *
 *	# why this file exists
 *	run webhook                          what is asked: webhook, outcome, or a function such as dial_parse
 *	at 1793000000000                     the time, in ms since 1970
 *	header x-acme-signature: 9f2c…
 *	body webhook.call_ended.json         a file of the samples' folder; `text …` says it in place
 *	                                     an empty line, and then what comes out, byte for byte
 *	verify valid
 *	answer ok
 *	event call_ended over final
 *	…
 *
 * A folder holds files *.golden, and may hold one named `defaults`, whose lines stand before those of each of them: the account's
 * settings (`set name=value`), `webhook_url`, `samples FOLDER` (from here; without it ../samples/NAME if there is one, else ../samples).
 * docs/driver-guide.md lists every word.
 *
 * The same files are read by the unit tests of our own drivers and by `switchhook driver check`.
 */
#ifndef SH_KIT_GOLDEN_H
#define SH_KIT_GOLDEN_H

#include "gateway/kit/case.h"

struct sh_golden_set;

/* A folder for a driver, which it borrows. NULL as *ret where it fails. Files are sorted by name. */
enum sh_status sh_golden_open(
    const char *dir, const struct sh_driver_loaded *, struct sh_golden_set **ret, struct sh_error *) SH_MUST_CHECK;
void sh_golden_close(struct sh_golden_set *);
size_t sh_golden_count(const struct sh_golden_set *);
const char *sh_golden_name(const struct sh_golden_set *, size_t);
/* Appends the names of the samples, a line each, that no file which was read has named; returns how many samples there are. */
size_t sh_golden_unused(const struct sh_golden_set *, struct sh_buf *);

struct sh_golden {
	const char *name;
	const struct sh_driver_loaded *driver;
	struct sh_arena *arena;
	struct sh_case question;
	struct sh_str head; /* the file up to the empty line, with it */
	struct sh_str expected;
	struct sh_str sample, sample_name,
	    except; /* what the body of a request, or of a reply, must be like, apart from these members */
	bool unsigned_body; /* `covers nothing`: the provider's scheme proves who sent it, not what */
};

/* The file i as a question. */
enum sh_status sh_golden_read(struct sh_golden_set *, size_t i, struct sh_golden *ret, struct sh_error *) SH_MUST_CHECK;
void sh_golden_clear(struct sh_golden *);
/* Asks, and appends what comes out; then, for a request that is not as its sample, a line that says where. */
void sh_golden_run(const struct sh_golden *, struct sh_buf *);
/* Puts the text in the place of what the file expected. */
enum sh_status sh_golden_write(
    const struct sh_golden_set *, const struct sh_golden *, struct sh_str text, struct sh_error *) SH_MUST_CHECK;

/* kit/alike.c: where do two bodies differ, JSON or form, apart from the outermost members `except`? "" if nowhere. */
struct sh_str sh_alike(struct sh_arena *, struct sh_str ours, struct sh_str theirs, struct sh_str except);

#endif
