/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* driver/board.c: a row a name, in the master and on the page. Rows are never given back, so their place is their identity. */
#include "gateway/driver/board.h"

#include <sys/mman.h>

#include "gateway/base/clock.h"
#include "gateway/driver/table.h"

#define BOARD_ROWS 64

/* So many deaths in so long, and the file is closed. */
static const struct {
	int deaths;
	int64_t within_ms;
} board_limits[] = { { 3, 60000 }, { 12, 3600000 } };

#define BOARD_DEATHS 12 /* the most that a limit looks back */

/*
 * What all processes see. Driver code can write it too, wherever it runs, so nobody takes a bound, an index or an end of text from
 * it, and the master takes nothing back but `released`, which is a request whatever is written there.
 */
struct board_row {
	char name[SH_BOARD_NAME]; /* written before the row counts */
	char function[SH_BOARD_NAME];
	uint64_t file; /* that died last */
	int64_t deaths, since_ms;
	uint32_t closed; /* file is in quarantine, while: */
	uint32_t seen; /* of `released`, as the master knew it */
	uint32_t released; /* counted up by who lifts it */
};

/* closed: of how many rows, lifted by hand or not; 0 spares everybody the search. */
static struct board {
	uint32_t rows, closed;
	struct board_row row[BOARD_ROWS];
} board_private, *board_page = &board_private;

/* What the master knows, and writes to the page at each death. */
static struct board_own {
	char name[SH_BOARD_NAME], function[SH_BOARD_NAME];
	uint64_t file;
	int64_t deaths, since_ms;
	bool closed;
	uint32_t seen;
	int ndied;
	int64_t died_ms[BOARD_DEATHS]; /* the latest last */
} board_own[BOARD_ROWS];
static uint32_t board_nown;

static struct sh_driver_inside *board_inside;

/* ---- who is inside ---- */

void
sh_board_watch(struct sh_driver_inside *inside)
{
	board_inside = inside;
}

static void
board_note(char (*ret)[SH_BOARD_NAME], const char *text)
{
	size_t n = strnlen(text, sizeof(*ret) - 1);

	memcpy(*ret, text, n);
	(*ret)[n] = '\0';
}

/*
 * The names are written before the time, and the time is cleared first on leaving: the master, which may look at any
 * moment and after a crash, never sees a time beside a name that does not belong to it.
 */
void
sh_board_enter(const char *driver, const char *function, uint64_t file)
{
	if (!board_inside)
		return;
	board_note(&board_inside->driver, driver);
	board_note(&board_inside->function, function);
	board_inside->file = file;
	__atomic_store_n(&board_inside->since_ms, sh_clock_elapsed_ms(), __ATOMIC_RELEASE);
}

void
sh_board_leave(void)
{
	if (board_inside)
		__atomic_store_n(&board_inside->since_ms, 0, __ATOMIC_RELEASE);
}

/* ---- the master ---- */

enum sh_status
sh_board_share(struct sh_error *e)
{
	void *page = mmap(NULL, sizeof(*board_page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return sh_fail(e, SH_ESYSTEM, "no shared memory: %m");
	board_page = page;
	return SH_OK;
}

/* A name that no driver can have was not written by us: the worker's memory was torn before it died. */
static struct board_own *
board_take(const char *name)
{
	for (uint32_t i = 0; i < board_nown; i++)
		if (strcmp(board_own[i].name, name) == 0)
			return &board_own[i];
	if (board_nown == BOARD_ROWS || !sh_table_is_name(sh_str(name)))
		return NULL;
	board_note(&board_own[board_nown].name, name);
	return &board_own[board_nown++];
}

/* All of it, so that what somebody tore is whole again. A row is open while it changes. */
static void
board_publish(void)
{
	uint32_t closed = 0;

	for (uint32_t i = 0; i < board_nown; i++) {
		const struct board_own *o = &board_own[i];
		struct board_row *r = &board_page->row[i];

		if (!o->closed)
			__atomic_store_n(&r->closed, 0, __ATOMIC_RELEASE);
		memcpy(r->name, o->name, sizeof(r->name));
		memcpy(r->function, o->function, sizeof(r->function));
		r->file = o->file;
		r->since_ms = o->since_ms;
		__atomic_store_n(&r->deaths, o->deaths, __ATOMIC_RELAXED);
		__atomic_store_n(&r->seen, o->seen, __ATOMIC_RELEASE);
		__atomic_store_n(&r->closed, o->closed, __ATOMIC_RELEASE);
		closed += o->closed;
	}
	__atomic_store_n(&board_page->rows, board_nown, __ATOMIC_RELEASE);
	__atomic_store_n(&board_page->closed, closed, __ATOMIC_RELEASE);
}

static bool
board_too_many(const struct board_own *o, int64_t now_ms)
{
	for (size_t i = 0; i < SH_LENGTH(board_limits); i++)
		if (o->ndied >= board_limits[i].deaths &&
		    now_ms - o->died_ms[o->ndied - board_limits[i].deaths] <= board_limits[i].within_ms)
			return true;
	return false;
}

bool
sh_board_died(const struct sh_driver_inside *in, int64_t now_ms)
{
	struct sh_driver_inside copy = *in;
	struct board_own *o;
	uint32_t released;
	bool too_many;

	copy.driver[sizeof(copy.driver) - 1] = copy.function[sizeof(copy.function) - 1] = '\0';
	o = board_take(copy.driver);
	if (!o)
		return false;
	released = __atomic_load_n(&board_page->row[o - board_own].released, __ATOMIC_ACQUIRE);
	if (o->file != copy.file || o->seen != released) {
		o->ndied = 0;
		o->closed = false;
		o->seen = released;
	}
	o->file = copy.file;
	board_note(&o->function, copy.function);
	o->deaths++;
	if (o->ndied == BOARD_DEATHS)
		memmove(o->died_ms, o->died_ms + 1, (size_t)--o->ndied * sizeof(*o->died_ms));
	o->died_ms[o->ndied++] = now_ms;
	too_many = !o->closed && board_too_many(o, now_ms);
	if (too_many) {
		o->since_ms = now_ms;
		o->closed = true;
	}
	board_publish();
	return too_many;
}

/* ---- everybody ---- */

static struct board_row *
board_find(struct sh_str name)
{
	uint32_t n = __atomic_load_n(&board_page->rows, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < n && i < BOARD_ROWS && name.n < SH_BOARD_NAME; i++)
		if (memcmp(board_page->row[i].name, name.s, name.n) == 0 && !board_page->row[i].name[name.n])
			return &board_page->row[i];
	return NULL;
}

static bool
board_is_closed(const struct board_row *r)
{
	return __atomic_load_n(&r->closed, __ATOMIC_ACQUIRE) &&
	       __atomic_load_n(&r->seen, __ATOMIC_ACQUIRE) == __atomic_load_n(&r->released, __ATOMIC_ACQUIRE);
}

struct sh_board_state
sh_board_state(const char *name, uint64_t file)
{
	const struct board_row *r = board_find(sh_str(name));
	struct sh_board_state s = { 0 };

	if (!r)
		return s;
	s.closed = board_is_closed(r) && r->file == file;
	s.deaths = __atomic_load_n(&r->deaths, __ATOMIC_RELAXED);
	s.since_ms = r->since_ms;
	board_note(&s.function, r->function);
	return s;
}

bool
sh_board_closed(const struct sh_driver_loaded *d)
{
	return __atomic_load_n(&board_page->closed, __ATOMIC_ACQUIRE) > 0 && sh_board_state(d->name, d->file).closed;
}

/* Also of one that is not in quarantine: its deaths so far do not count any more. */
bool
sh_board_release(struct sh_str name)
{
	struct board_row *r = board_find(name);
	bool closed = r && board_is_closed(r);
	uint32_t seen = r ? __atomic_load_n(&r->seen, __ATOMIC_ACQUIRE) : 0;

	/* Lifted already, and the master has not had to look yet: once is enough. */
	return r && __atomic_compare_exchange_n(&r->released, &seen, seen + 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) && closed;
}

void
sh_board_metrics(const struct sh_drivers *set, struct sh_buf *b)
{
	sh_buf_add_z(b, "# HELP switchhook_driver_quarantined is the driver in quarantine?\n"
			"# TYPE switchhook_driver_quarantined gauge\n");
	for (size_t i = 0; i < sh_drivers_count(set); i++) {
		const struct sh_driver_loaded *d = sh_drivers_at(set, i);

		if (sh_drivers_find(set, sh_str(d->name)) == d)
			sh_buf_printf(b, "switchhook_driver_quarantined{driver=\"%s\"} %d\n", d->name, sh_board_closed(d));
	}
	sh_buf_add_z(b, "# HELP switchhook_driver_deaths_total workers that died or were killed inside the driver\n"
			"# TYPE switchhook_driver_deaths_total counter\n");
	for (size_t i = 0; i < sh_drivers_count(set); i++) {
		const struct sh_driver_loaded *d = sh_drivers_at(set, i);

		if (sh_drivers_find(set, sh_str(d->name)) == d)
			sh_buf_printf(b, "switchhook_driver_deaths_total{driver=\"%s\"} %lld\n", d->name,
			    (long long)sh_board_state(d->name, d->file).deaths);
	}
}
