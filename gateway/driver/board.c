/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* driver/board.c: a row a name. Rows are taken by the master alone and never given back, so their place is their identity. */
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

struct board_row {
	char name[SH_BOARD_NAME]; /* written before the row counts */
	char function[SH_BOARD_NAME];
	uint64_t file; /* that died last */
	int64_t deaths, since_ms;
	uint32_t closed; /* file is in quarantine */
	uint32_t released; /* how often somebody lifted it */
	/* the master's own */
	uint32_t released_seen;
	int ndied;
	int64_t died_ms[BOARD_DEATHS]; /* the latest last */
};

static struct board {
	uint32_t rows, closed; /* closed: of how many rows; 0 spares everybody the search */
	struct board_row row[BOARD_ROWS];
} board_private, *board_page = &board_private;

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

static struct board_row *
board_find(const char *name)
{
	uint32_t n = __atomic_load_n(&board_page->rows, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < n; i++)
		if (strcmp(board_page->row[i].name, name) == 0)
			return &board_page->row[i];
	return NULL;
}

/* A name that no driver can have was not written by us: the worker's memory was torn before it died. */
static struct board_row *
board_take(const char *name)
{
	struct board_row *r = board_find(name);

	if (r || board_page->rows == BOARD_ROWS || !sh_table_is_name(sh_str(name)))
		return r;
	r = &board_page->row[board_page->rows];
	board_note(&r->name, name);
	__atomic_store_n(&board_page->rows, board_page->rows + 1, __ATOMIC_RELEASE);
	return r;
}

static bool
board_too_many(const struct board_row *r, int64_t now_ms)
{
	for (size_t i = 0; i < SH_LENGTH(board_limits); i++)
		if (r->ndied >= board_limits[i].deaths &&
		    now_ms - r->died_ms[r->ndied - board_limits[i].deaths] <= board_limits[i].within_ms)
			return true;
	return false;
}

bool
sh_board_died(const struct sh_driver_inside *in, int64_t now_ms)
{
	struct sh_driver_inside copy = *in;
	struct board_row *r;
	uint32_t released;

	copy.driver[sizeof(copy.driver) - 1] = copy.function[sizeof(copy.function) - 1] = '\0';
	r = board_take(copy.driver);
	if (!r)
		return false;
	released = __atomic_load_n(&r->released, __ATOMIC_ACQUIRE);
	if (r->file != copy.file || r->released_seen != released) {
		r->ndied = 0;
		r->released_seen = released;
	}
	if (r->file != copy.file && __atomic_exchange_n(&r->closed, 0, __ATOMIC_ACQ_REL))
		__atomic_fetch_sub(&board_page->closed, 1, __ATOMIC_ACQ_REL);
	r->file = copy.file;
	board_note(&r->function, copy.function);
	__atomic_fetch_add(&r->deaths, 1, __ATOMIC_RELAXED);
	if (r->ndied == BOARD_DEATHS)
		memmove(r->died_ms, r->died_ms + 1, (size_t)--r->ndied * sizeof(*r->died_ms));
	r->died_ms[r->ndied++] = now_ms;
	if (__atomic_load_n(&r->closed, __ATOMIC_ACQUIRE) || !board_too_many(r, now_ms))
		return false;
	r->since_ms = now_ms;
	__atomic_store_n(&r->closed, 1, __ATOMIC_RELEASE);
	__atomic_fetch_add(&board_page->closed, 1, __ATOMIC_ACQ_REL);
	return true;
}

/* ---- everybody ---- */

struct sh_board_state
sh_board_state(const char *name, uint64_t file)
{
	const struct board_row *r = board_find(name);
	struct sh_board_state s = { 0 };

	if (!r)
		return s;
	s.closed = __atomic_load_n(&r->closed, __ATOMIC_ACQUIRE) && r->file == file;
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

bool
sh_board_release(struct sh_str name)
{
	uint32_t n = __atomic_load_n(&board_page->rows, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < n; i++) {
		struct board_row *r = &board_page->row[i];

		if (!sh_str_is(name, r->name))
			continue;
		__atomic_fetch_add(&r->released, 1, __ATOMIC_ACQ_REL);
		if (!__atomic_exchange_n(&r->closed, 0, __ATOMIC_ACQ_REL))
			return false;
		__atomic_fetch_sub(&board_page->closed, 1, __ATOMIC_ACQ_REL);
		return true;
	}
	return false;
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
