/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * ingress/spool.c: see spool.h.
 *
 *	waiting → flushing → (written and flushed) acknowledged	the way in, all into the file `writing`
 *	writing → files → current				a file's way: written, then waits, then is delivered
 *	writing → stalled → files				the disk did not answer in time: nobody waits for it any more
 *
 * A file is either written or delivered, never both: delivery begins with the oldest, and when only the one that is being
 * written is left, that one is closed and the next delivery opens another. So the backlog shrinks to nothing under load as well:
 * as soon as the last record of the last file was handed to the inbox, what comes goes into the inbox behind it.
 */
#include "gateway/ingress/spool.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/failpoint.h"
#include "gateway/base/log.h"
#include "gateway/base/metric.h"
#include "gateway/base/time.h"
#include "gateway/engine/engine.h"
#include "gateway/ingress/spool_file.h"
#include "gateway/ingress/spool_sync.h"

#define SPOOL_FLUSH_BYTES ((size_t)4 << 20)
#define SPOOL_BATCH_ROWS 256
#define SPOOL_BATCH_BYTES ((size_t)4 << 20)
#define SPOOL_FLUSH_S 5 /* a disk that takes longer has failed, as far as who waits is concerned */
#define SPOOL_LOOK_MS 250 /* for the database, while there is something to deliver */
#define SPOOL_HANGS_MS 1000 /* the thread is at it for so long: nobody else asks the disk for anything */
#define SPOOL_ADOPT_MS 2000 /* for files that a dead worker left */
#define SPOOL_WAIT_MS 250 /* after a failed delivery; twice as long each time */
#define SPOOL_WAIT_MOST_MS 30000

/* A delivery on its way in. */
struct spool_kept {
	TAILQ_ENTRY(spool_kept) link;
	sh_spool_f *done;
	void *arg;
	size_t events;
	struct sh_buf content;
};
TAILQ_HEAD(spool_list, spool_kept);

/* The file that is being delivered. */
struct spool_current {
	struct sh_spool_file *file; /* NULL: none */
	uint8_t *bytes;
	struct sh_spool_reader reader;
	size_t from; /* where the batch under way began */
	size_t flying; /* deliveries of it that the inbox has not answered */
	bool failed; /* one of them has to go again */
	int bad; /* records that were damaged or refused */
};

#define SH_MAGIC_sh_spool 0x73706f6fu
struct sh_spool {
	uint32_t magic;
	struct sh_core *core;
	bool on;
	int folder; /* -1: not open */
	struct sh_spool_sync *sync; /* NULL: not needed yet */
	struct event *turn, *tick, *late;
	struct spool_list waiting, flushing;
	bool busy; /* the thread has an order: the file that is written or stalled, and these bytes */
	int64_t busy_ms; /* since then, elapsed clock */
	struct sh_buf bytes;
	struct sh_spool_file *writing; /* NULL: none */
	struct sh_spool_file *stalled; /* its flush was given up, and the thread is at it still; NULL: none */
	struct sh_spool_files files;
	struct spool_current current;
	int64_t retry_ms, wait_ms, adopt_ms; /* elapsed clock */
	const char *fault; /* why nothing is kept just now; NULL: it is */
	bool said;
};

/* A record on its way out. */
struct spool_sent {
	struct sh_spool *spool;
	size_t n;
	struct {
		int bucket;
		struct sh_id tenant, event;
		int64_t day;
	} rows[];
};

static void spool_deliver(struct sh_spool *);

/* ---- what people are told ---- */

static void
spool_fault(struct sh_spool *s, const char *fault, const char *why)
{
	if (fault && (!s->fault || strcmp(fault, s->fault) != 0))
		sh_log(SH_LOG_ERROR, "spool.fault", fault, SH_F_STR("why", why), SH_F_STR("folder", s->core->options->spool_dir));
	else if (!fault && s->fault)
		sh_log(SH_LOG_INFO, "spool.well", "the spool takes events again");
	s->fault = fault;
	sh_metric_set(SH_METRIC_spool_fault, fault != NULL);
}

static bool
spool_holds(const struct sh_spool *s)
{
	return s->current.file || s->stalled || !TAILQ_EMPTY(&s->files) || (s->writing && s->writing->size > SH_SPOOL_HEAD);
}

static void
spool_measure(struct sh_spool *s)
{
	const struct sh_spool_file *f, *oldest = s->current.file ? s->current.file : TAILQ_FIRST(&s->files);
	size_t bytes = s->current.file ? s->current.file->size : 0;
	int64_t age_ms;

	TAILQ_FOREACH (f, &s->files, link)
		bytes += f->size;
	if (s->writing && s->writing->size > SH_SPOOL_HEAD) {
		bytes += s->writing->size;
		oldest = oldest ? oldest : s->writing;
	}
	if (s->stalled) {
		bytes += s->stalled->size;
		oldest = oldest ? oldest : s->stalled;
	}
	age_ms = oldest ? sh_core_now(s->core) - sh_spool_file_began_ms(oldest) : 0;
	sh_metric_set(SH_METRIC_spool_bytes, (int64_t)bytes);
	sh_metric_set(SH_METRIC_spool_age, age_ms > 0 ? (age_ms + 999) / 1000 : 0);
}

/* ---- the way in ---- */

static void
spool_tell(struct spool_list *list, enum sh_status status)
{
	struct spool_kept *k;

	while ((k = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, k, link);
		if (status == SH_OK)
			sh_metric_add(SH_METRIC_spool_kept, (int64_t)k->events);
		k->done(k->arg, status);
		sh_buf_clear(&k->content);
		free(k);
	}
}

/* What it holds is delivered in its turn. */
static void
spool_put_away(struct sh_spool *s, struct sh_spool_file **f)
{
	struct sh_spool_file *file = SH_TAKE(*f);

	if (file && file->size > SH_SPOOL_HEAD)
		TAILQ_INSERT_TAIL(&s->files, file, link);
	else if (file)
		sh_spool_file_remove(s->folder, file);
}

/* Writing goes on in the next file. */
static void
spool_close(struct sh_spool *s)
{
	assert(!s->busy || s->stalled);
	spool_put_away(s, &s->writing);
}

/*
 * After a failed write nobody knows what stands there, and after a failed flush the kernel may have dropped what it could not write,
 * and says so once only: such a file gets nothing more. If nothing can be written, who waits need not wait to be told so.
 */
static void
spool_flushed(void *arg, bool written, int error)
{
	struct sh_spool *s = SH_OBJ(arg, sh_spool);
	struct sh_spool_file **file = s->stalled ? &s->stalled : &s->writing;
	struct spool_list told = TAILQ_HEAD_INITIALIZER(told);

	if (SH_FAILPOINT(spool_synced))
		error = 5;
	event_del(s->late);
	s->busy = false;
	(*file)->size += written ? s->bytes.n : 0;
	(*file)->entered = (*file)->entered || !error;
	sh_buf_clear(&s->bytes);
	TAILQ_CONCAT(&told, &s->flushing, link);
	if (!written)
		TAILQ_CONCAT(&told, &s->waiting, link);
	/* Of what a stalled one holds some was acknowledged, and the rest may be delivered: who sends that again finds a duplicate. */
	if (s->stalled || error || s->writing->size <= SH_SPOOL_HEAD)
		spool_put_away(s, file);
	if (error)
		spool_fault(
		    s, written ? "the spool cannot be flushed to the disk" : "the spool cannot be written", strerror(error));
	else
		spool_fault(s, NULL, NULL);
	spool_tell(&told, error ? SH_ESYSTEM : SH_OK);
	spool_deliver(s);
	spool_measure(s);
	if (!TAILQ_EMPTY(&s->waiting))
		event_active(s->turn, 0, 0);
}

/*
 * The disk does not answer. Who waits is put off, and until it does the spool takes nothing: what comes goes to the database,
 * before what the file holds. The file stays open, for the thread has its descriptor.
 */
static void
spool_on_late(evutil_socket_t fd, short what, void *arg)
{
	struct sh_spool *s = SH_OBJ(arg, sh_spool);
	struct spool_list told = TAILQ_HEAD_INITIALIZER(told);

	(void)fd;
	(void)what;
	assert(s->busy && s->writing && !s->stalled);
	s->stalled = s->writing;
	s->writing = NULL;
	spool_fault(s, "the disk of the spool does not answer", "writing has taken more than 5 seconds");
	TAILQ_CONCAT(&told, &s->flushing, link);
	TAILQ_CONCAT(&told, &s->waiting, link);
	spool_tell(&told, SH_ESYSTEM);
	spool_measure(s);
}

/* A file to write to, and the thread that does it. */
static enum sh_status
spool_open(struct sh_spool *s, struct sh_error *e)
{
	enum sh_status status = SH_OK;

	if (s->folder < 0)
		status = sh_spool_folder_open(s->core->options->spool_dir, &s->folder, e);
	if (status == SH_OK && !s->sync) {
		s->sync = sh_spool_sync_new(s->core->base, spool_flushed, s, e);
		status = s->sync ? SH_OK : SH_ESYSTEM;
	}
	if (status == SH_OK && s->writing && s->writing->size >= SH_SPOOL_FILE_BYTES)
		spool_close(s);
	if (status == SH_OK && !s->writing)
		s->writing = sh_spool_file_new(sh_core_now(s->core));
	return status;
}

/* Makes records of what waits, as far as there is room; the rest stays. */
static void
spool_gather(struct sh_spool *s, struct sh_buf *b, size_t room)
{
	struct spool_kept *k;

	while ((k = TAILQ_FIRST(&s->waiting)) != NULL) {
		size_t n = k->content.n + SH_SPOOL_FRAME;

		if (b->n + n > room || (!TAILQ_EMPTY(&s->flushing) && b->n + n > SPOOL_FLUSH_BYTES))
			break;
		sh_spool_log_record(&s->writing->id, s->writing->size + b->n, sh_buf_str(&k->content), b);
		TAILQ_REMOVE(&s->waiting, k, link);
		TAILQ_INSERT_TAIL(&s->flushing, k, link);
	}
}

/* Has the thread write what waits; nothing, if only a file is to be tried. */
static enum sh_status
spool_write(struct sh_spool *s, struct sh_error *e)
{
	size_t most = s->core->options->spool_bytes, used;
	bool trial = TAILQ_EMPTY(&s->waiting);
	enum sh_status status = spool_open(s, e);

	if (status != SH_OK)
		return status;
	sh_buf_init(&s->bytes, SPOOL_FLUSH_BYTES + SH_SPOOL_CONTENT_MAX + SH_SPOOL_FRAME + SH_SPOOL_HEAD);
	if (s->writing->size == 0)
		sh_spool_log_head(&s->writing->id, &s->bytes);
	used = sh_spool_folder_bytes(s->folder);
	spool_gather(s, &s->bytes, used < most ? most - used : 0);
	if (TAILQ_EMPTY(&s->flushing) && !trial)
		return sh_fail(e, SH_ETOOBIG, "%zu of %zu bytes are in use", used, most);
	if (s->bytes.failed)
		return sh_fail(e, SH_ESYSTEM, "no memory");
	if (!trial && SH_FAILPOINT(spool_before_write))
		return sh_fail(e, SH_ESYSTEM, "a test forbids it");
	s->busy = true;
	s->busy_ms = sh_clock_elapsed_ms();
	sh_spool_sync_run(s->sync, s->folder, s->writing, sh_buf_str(&s->bytes));
	event_add(s->late, &(struct timeval){ SPOOL_FLUSH_S, 0 });
	return SH_OK;
}

static void
spool_on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct sh_spool *s = SH_OBJ(arg, sh_spool);
	struct spool_list told = TAILQ_HEAD_INITIALIZER(told);
	enum sh_status status;
	struct sh_error e;

	(void)fd;
	(void)what;
	if (s->busy || TAILQ_EMPTY(&s->waiting))
		return;
	status = spool_write(s, &e);
	if (status == SH_OK)
		return;
	sh_buf_clear(&s->bytes);
	if (status != SH_ETOOBIG)
		spool_close(s);
	spool_fault(s, status == SH_ETOOBIG ? "the spool is full" : "the spool cannot be written", e.text);
	TAILQ_CONCAT(&told, &s->flushing, link);
	TAILQ_CONCAT(&told, &s->waiting, link);
	spool_tell(&told, status);
	spool_measure(s);
}

void
sh_spool_add(struct sh_spool *s, const struct sh_inbox_row *rows, size_t n, sh_spool_f *done, void *arg)
{
	struct spool_kept *k = calloc(1, sizeof(*k));

	assert(s->magic == SH_MAGIC_sh_spool && s->on && !s->stalled && k);
	k->done = done;
	k->arg = arg;
	k->events = n;
	sh_buf_init(&k->content, SH_SPOOL_CONTENT_MAX);
	sh_spool_log_content(rows, n, &k->content);
	assert(!k->content.failed); /* 64 events of a quarter MiB each have room */
	TAILQ_INSERT_TAIL(&s->waiting, k, link);
	if (!s->busy)
		event_active(s->turn, 0, 0);
	event_add(s->tick, &(struct timeval){ 0, SPOOL_LOOK_MS * 1000 });
}

bool
sh_spool_takes(const struct sh_spool *s, enum sh_status status)
{
	return s->on && !s->stalled && (status == SH_EAGAIN || status == SH_EUNKNOWN || status == SH_ESYSTEM);
}

bool
sh_spool_leads(const struct sh_spool *s)
{
	const struct spool_current *c = &s->current;

	if (!s->on || s->stalled)
		return false;
	return !TAILQ_EMPTY(&s->waiting) || !TAILQ_EMPTY(&s->flushing) || !TAILQ_EMPTY(&s->files) ||
	       (s->writing && s->writing->size > SH_SPOOL_HEAD) || (c->file && (c->failed || c->reader.at < c->reader.n));
}

/* ---- the way out ---- */

static void
spool_finish(struct sh_spool *s)
{
	struct spool_current *c = &s->current;

	if (SH_FAILPOINT(spool_delivered))
		c->bad++;
	if (c->bad) {
		sh_log(SH_LOG_ERROR, "spool.refused", "a file of the spool was delivered but for some records; it is set aside",
		    SH_F_STR("file", c->file->name), SH_F_INT("records", c->bad));
		sh_spool_file_refuse(s->folder, c->file);
	} else {
		sh_log(SH_LOG_INFO, "spool.delivered", "a file of the spool was delivered", SH_F_STR("file", c->file->name));
		sh_spool_file_remove(s->folder, c->file);
	}
	free(c->bytes);
	*c = (struct spool_current){ 0 };
}

/* The batch is answered: on with the next, or once more from its beginning. */
static void
spool_answered(struct sh_spool *s)
{
	struct spool_current *c = &s->current;

	if (!c->failed) {
		s->wait_ms = 0;
		spool_deliver(s);
		spool_measure(s);
		return;
	}
	c->failed = false;
	c->reader.at = c->from;
	s->wait_ms = !s->wait_ms ? SPOOL_WAIT_MS : s->wait_ms * 2 < SPOOL_WAIT_MOST_MS ? s->wait_ms * 2 : SPOOL_WAIT_MOST_MS;
	s->retry_ms = sh_clock_elapsed_ms() + s->wait_ms;
	sh_log(SH_LOG_WARN, "spool.later", "the database did not take what the spool holds; it is offered again",
	    SH_F_STR("file", c->file->name), SH_F_INT("after_ms", s->wait_ms));
}

static void
spool_told(void *arg, enum sh_status status, const bool *fresh, size_t n)
{
	struct spool_sent *m = arg;
	struct sh_spool *s = m->spool;

	if (SH_FAILPOINT(spool_stored))
		status = SH_EUNKNOWN;
	if (status == SH_OK) {
		for (size_t i = 0; i < n; i++) {
			sh_metric_add(fresh[i] ? SH_METRIC_webhook_accepted : SH_METRIC_webhook_duplicate, 1);
			if (fresh[i])
				sh_engine_event(
				    s->core->engine, m->rows[i].bucket, &m->rows[i].tenant, m->rows[i].day, &m->rows[i].event);
		}
		sh_metric_add(SH_METRIC_spool_delivered, (int64_t)n);
	} else if (status == SH_EINVALID || status == SH_ETOOBIG) {
		s->current.bad++;
		sh_metric_add(SH_METRIC_spool_refused, (int64_t)n);
		sh_log(SH_LOG_ERROR, "spool.unfit", "the database refuses an event of the spool for what it holds",
		    SH_F_STR("file", s->current.file->name), SH_F_ID("event_id", &m->rows[0].event));
	} else {
		s->current.failed = true;
	}
	free(m);
	if (--s->current.flying == 0)
		spool_answered(s);
}

static void
spool_send(struct sh_spool *s, const struct sh_inbox_row *rows, size_t n)
{
	struct spool_sent *m = calloc(1, sizeof(*m) + n * sizeof(m->rows[0]));
	int64_t lease_ms = sh_core_now(s->core) + s->core->options->process_lease_s * SH_SECOND_MS;

	assert(m);
	m->spool = s;
	m->n = n;
	for (size_t i = 0; i < n; i++) {
		m->rows[i].bucket = rows[i].bucket;
		m->rows[i].tenant = rows[i].tenant;
		m->rows[i].event = rows[i].event;
		m->rows[i].day = rows[i].received_ms / SH_DAY_MS;
	}
	s->current.flying++;
	sh_inbox_add(s->core->inbox, rows, n, lease_ms, spool_told, m);
}

/* The next records of the current file, as many as fit one transaction. */
static void
spool_batch(struct sh_spool *s)
{
	struct spool_current *c = &s->current;
	struct sh_inbox_row rows[SH_SPOOL_ROWS];
	size_t sent = 0, n = 0;

	c->from = c->reader.at;
	while (sent < SPOOL_BATCH_ROWS && c->reader.at - c->from < SPOOL_BATCH_BYTES) {
		size_t at = c->reader.at;

		switch (sh_spool_log_next(&c->reader, rows, &n)) {
		case SH_SPOOL_RECORD:
			spool_send(s, rows, n);
			sent += n;
			continue;
		case SH_SPOOL_DAMAGED:
			c->bad++;
			sh_log(SH_LOG_ERROR, "spool.damaged",
			    "a piece of the spool does not read: it was changed, or the disk failed",
			    SH_F_STR("file", c->file->name), SH_F_INT("from", (int64_t)at), SH_F_INT("to", (int64_t)c->reader.at));
			continue;
		case SH_SPOOL_TORN:
			sh_log(SH_LOG_WARN, "spool.torn", "the end of the file was never finished, and never acknowledged",
			    SH_F_STR("file", c->file->name), SH_F_INT("from", (int64_t)at));
			c->reader.at = c->reader.n;
			return;
		case SH_SPOOL_END:
			return;
		}
	}
}

/* Makes the oldest file the current one. false: there is none, or not now. */
static bool
spool_take(struct sh_spool *s)
{
	struct spool_current *c = &s->current;
	enum sh_spool_found found;
	struct sh_error e;
	size_t n;

	if (TAILQ_EMPTY(&s->files) && !s->busy && s->writing && s->writing->size > SH_SPOOL_HEAD)
		spool_close(s);
	*c = (struct spool_current){ .file = TAILQ_FIRST(&s->files) };
	if (!c->file)
		return false;
	if (sh_spool_file_load(c->file, &c->bytes, &n, &e) != SH_OK) {
		sh_log(SH_LOG_ERROR, "spool.unreadable", "a file of the spool is tried again later",
		    SH_F_STR("file", c->file->name), SH_F_STR("why", e.text));
		s->retry_ms = sh_clock_elapsed_ms() + SPOOL_WAIT_MOST_MS;
		*c = (struct spool_current){ 0 };
		return false;
	}
	TAILQ_REMOVE(&s->files, c->file, link);
	found = sh_spool_log_open(&c->reader, c->bytes, n);
	if (found == SH_SPOOL_RECORD && memcmp(c->reader.file.b, c->file->id.b, sizeof(c->file->id.b)) != 0)
		found = SH_SPOOL_DAMAGED;
	if (found == SH_SPOOL_DAMAGED) {
		sh_log(SH_LOG_ERROR, "spool.damaged", "a file in the spool's folder is none of the spool's, or its head is damaged",
		    SH_F_STR("file", c->file->name));
		c->bad++;
	}
	if (found != SH_SPOOL_RECORD)
		c->reader.at = c->reader.n;
	return true;
}

/* Who asks a disk that does not answer stands still like its thread. */
static bool
spool_hangs(const struct sh_spool *s)
{
	return s->busy && sh_clock_elapsed_ms() - s->busy_ms > SPOOL_HANGS_MS;
}

static void
spool_deliver(struct sh_spool *s)
{
	while (!spool_hangs(s) && s->current.flying == 0 && sh_db_ready(s->core->ingest) && sh_clock_elapsed_ms() >= s->retry_ms) {
		if (!s->current.file && !spool_take(s))
			return;
		if (SH_FAILPOINT(spool_before_deliver)) {
			s->retry_ms = sh_clock_elapsed_ms() + SPOOL_WAIT_MS;
			return;
		}
		spool_batch(s);
		if (s->current.flying == 0 && s->current.reader.at >= s->current.reader.n)
			spool_finish(s);
	}
}

/* A fault is over when the next event would be kept, and not only when one was: there may be none for months. */
static void
spool_mended(struct sh_spool *s)
{
	size_t most = s->core->options->spool_bytes;
	struct sh_error e;

	if (!s->fault || s->busy || spool_holds(s) || !TAILQ_EMPTY(&s->waiting))
		return;
	/* Some room, lest it be full again with the first. */
	if (s->folder >= 0 && sh_spool_folder_bytes(s->folder) > most - most / 16)
		return;
	if (spool_write(s, &e) != SH_OK)
		sh_buf_clear(&s->bytes);
}

static void
spool_on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct sh_spool *s = SH_OBJ(arg, sh_spool);
	int64_t now = sh_clock_elapsed_ms();
	int ms;

	(void)fd;
	(void)what;
	if (now >= s->adopt_ms && !spool_hangs(s)) {
		if (s->folder >= 0)
			sh_spool_folder_adopt(s->folder, &s->files, !s->said);
		s->said = true;
		s->adopt_ms = now + SPOOL_ADOPT_MS;
	}
	spool_deliver(s);
	spool_mended(s);
	spool_measure(s);
	ms = spool_holds(s) ? SPOOL_LOOK_MS : SPOOL_ADOPT_MS;
	event_add(s->tick, &(struct timeval){ ms / 1000, ms % 1000 * 1000 });
}

/* ---- its life ---- */

struct sh_spool *
sh_spool_new(struct sh_core *core)
{
	struct sh_spool *s = calloc(1, sizeof(*s));
	struct sh_error e;

	assert(s);
	SH_MAGIC_SET(s, sh_spool);
	s->core = core;
	s->on = core->options->spool;
	s->folder = -1;
	TAILQ_INIT(&s->waiting);
	TAILQ_INIT(&s->flushing);
	TAILQ_INIT(&s->files);
	s->turn = event_new(core->base, -1, 0, spool_on_turn, s);
	s->tick = evtimer_new(core->base, spool_on_tick, s);
	s->late = evtimer_new(core->base, spool_on_late, s);
	assert(s->turn && s->tick && s->late);
	if (s->on)
		sh_inbox_keep_order(core->inbox);
	if (!core->options->spool_dir || (!s->on && access(core->options->spool_dir, F_OK) != 0))
		return s;
	if (sh_spool_folder_open(core->options->spool_dir, &s->folder, &e) != SH_OK)
		spool_fault(s, "the spool's folder cannot be used", e.text);
	event_add(s->tick, &(struct timeval){ 0, 0 });
	return s;
}

void
sh_spool_free(struct sh_spool *s)
{
	struct sh_spool_file *f;

	if (!s)
		return;
	assert(s->current.flying == 0);
	sh_spool_sync_free(s->sync);
	s->busy = false;
	sh_buf_clear(&s->bytes);
	spool_tell(&s->flushing, SH_EAGAIN);
	spool_tell(&s->waiting, SH_EAGAIN);
	if (s->writing)
		spool_close(s);
	if (s->stalled)
		sh_spool_file_leave(s->stalled);
	if (s->current.file)
		sh_spool_file_leave(s->current.file);
	free(s->current.bytes);
	while ((f = TAILQ_FIRST(&s->files)) != NULL) {
		TAILQ_REMOVE(&s->files, f, link);
		sh_spool_file_leave(f);
	}
	event_free(s->turn);
	event_free(s->tick);
	event_free(s->late);
	if (s->folder >= 0)
		close(s->folder);
	SH_MAGIC_CLEAR(s);
	free(s);
}
