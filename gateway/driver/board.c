/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* driver/board.c: a row a name, in the master and on the page. Rows are never given back, so their place is their identity. */
#include "gateway/driver/board.h"

#include <sys/mman.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/driver/table.h"

#define BOARD_ROWS 64

/* So many deaths in so long, and the file is closed. */
static const struct {
	int deaths;
	int64_t within_ms;
} board_limits[] = { { 3, 60000 }, { 12, 3600000 } };

#define BOARD_DEATHS 12 /* the most that a limit looks back */
#define BOARD_FILL_MS 3600000 /* two workers filled within so long, each within so long, and the file is closed */
#define BOARD_COPIES 4

/*
 * What all processes see. Where drivers run it can only be read, but for `released` and `count`. Nobody takes a bound, an index or an
 * end of text from it all the same, and the master takes nothing back but `released`, which is a request whatever is written there.
 */
struct board_row {
	char name[SH_BOARD_NAME]; /* written before the row counts */
	char function[SH_BOARD_NAME];
	uint64_t file; /* of the last death, or the last worker that was filled */
	int64_t deaths, fills, since_ms;
	uint32_t closed; /* 1 + enum sh_board_why: file is in quarantine, while: */
	uint32_t seen; /* of `released`, as the master knew it */
};

#define BOARD_PAGE 4096

/* What workers count by driver: a row each of them may take. Two that do so at once take two for one name, which the reader adds up. */
struct board_count {
	uint32_t taken; /* 1: its name is being written; 2: it counts */
	char name[SH_BOARD_NAME];
	int64_t unknown;
};

/* closed: of how many rows, lifted by hand or not; 0 spares everybody the search. */
static struct board {
	_Alignas(BOARD_PAGE) uint32_t rows;
	uint32_t closed;
	struct board_row row[BOARD_ROWS];
	_Alignas(BOARD_PAGE) uint32_t released[BOARD_ROWS]; /* of each row; counted up by who lifts its quarantine */
	struct board_count count[BOARD_ROWS];
} board_private, *board_page = &board_private;

/* What the master knows, and writes to the page whenever it learns more. */
static struct board_own {
	char name[SH_BOARD_NAME], function[SH_BOARD_NAME];
	uint64_t file;
	int64_t deaths, fills, since_ms;
	uint32_t closed, seen;
	int ndied;
	bool filled; /* a worker that counts, at: */
	int64_t died_ms[BOARD_DEATHS]; /* the latest last */
	int64_t filled_ms;
} board_own[BOARD_ROWS];
static uint32_t board_nown;

static struct sh_driver_inside *board_inside;
static struct sh_driver_keeper *board_keeper;
static const struct sh_driver_loaded *board_most; /* whom the keeper names */

/* ---- who is inside ---- */

void
sh_board_watch(struct sh_driver_inside *inside, struct sh_driver_keeper *keeper)
{
	board_inside = inside;
	board_keeper = keeper;
	board_most = NULL;
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

/* One that keeps less than before stays in its place until another, which keeps more, has run. */
void
sh_board_keeps(const struct sh_driver_loaded *d)
{
	if (!board_keeper || !d->kept)
		return;
	if (d != board_most) {
		if (*d->kept <= board_keeper->bytes)
			return;
		__atomic_store_n(&board_keeper->bytes, 0, __ATOMIC_RELEASE);
		__atomic_thread_fence(__ATOMIC_RELEASE);
		board_note(&board_keeper->driver, d->name);
		board_keeper->file = d->file;
		board_most = d;
	}
	__atomic_store_n(&board_keeper->bytes, *d->kept, __ATOMIC_RELEASE);
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

/* With larger pages it goes without: what is at stake is whom a fault in a driver can hurt. */
void
sh_board_protect(void)
{
	if (board_page != &board_private && sysconf(_SC_PAGESIZE) == BOARD_PAGE)
		(void)!mprotect(board_page, offsetof(struct board, released), PROT_READ);
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
		__atomic_store_n(&r->fills, o->fills, __ATOMIC_RELAXED);
		__atomic_store_n(&r->seen, o->seen, __ATOMIC_RELEASE);
		__atomic_store_n(&r->closed, o->closed, __ATOMIC_RELEASE);
		closed += o->closed != 0;
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

/* Its row, where another file, or a release since, begins to count anew. */
static struct board_own *
board_row(const char *name, uint64_t file)
{
	struct board_own *o = board_take(name);
	uint32_t released = o ? __atomic_load_n(&board_page->released[o - board_own], __ATOMIC_ACQUIRE) : 0;

	if (o && (o->file != file || o->seen != released)) {
		o->ndied = 0;
		o->filled = false;
		o->closed = 0;
		o->seen = released;
		o->file = file;
	}
	return o;
}

/* The end of what the master has learnt; true: the file is closed by it. */
static bool
board_close(struct board_own *o, bool too_many, enum sh_board_why why, int64_t now_ms)
{
	bool closes = too_many && !o->closed;

	if (closes) {
		o->since_ms = now_ms;
		o->closed = 1 + (uint32_t)why;
	}
	board_publish();
	return closes;
}

bool
sh_board_died(const struct sh_driver_inside *in, int64_t now_ms)
{
	struct sh_driver_inside copy = *in;
	struct board_own *o;

	copy.driver[sizeof(copy.driver) - 1] = copy.function[sizeof(copy.function) - 1] = '\0';
	o = board_row(copy.driver, copy.file);
	if (!o)
		return false;
	board_note(&o->function, copy.function);
	o->deaths++;
	if (o->ndied == BOARD_DEATHS)
		memmove(o->died_ms, o->died_ms + 1, (size_t)--o->ndied * sizeof(*o->died_ms));
	o->died_ms[o->ndied++] = now_ms;
	return board_close(o, board_too_many(o, now_ms), SH_BOARD_DEATHS, now_ms);
}

/* The worker may put another's name there at this moment. */
void
sh_board_keeper(const struct sh_driver_keeper *k, struct sh_driver_keeper *ret)
{
	for (int i = 0; i < BOARD_COPIES; i++) {
		int64_t bytes = __atomic_load_n(&k->bytes, __ATOMIC_ACQUIRE);

		memcpy(ret, k, sizeof(*ret));
		ret->driver[sizeof(ret->driver) - 1] = '\0';
		ret->bytes = bytes;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (bytes > 0 && __atomic_load_n(&k->bytes, __ATOMIC_ACQUIRE) == bytes && sh_table_is_name(sh_str(ret->driver)))
			return;
	}
	*ret = (struct sh_driver_keeper){ 0 };
}

bool
sh_board_filled(const struct sh_driver_keeper *k, int64_t began_bytes, int64_t bytes)
{
	return k->bytes > 0 && bytes > began_bytes && k->bytes >= (bytes - began_bytes) / 2;
}

bool
sh_board_full(const struct sh_driver_keeper *k, int64_t lasted_ms, int64_t now_ms)
{
	struct board_own *o = board_row(k->driver, k->file);
	bool counts = lasted_ms <= BOARD_FILL_MS;
	bool again = o && counts && o->filled && now_ms - o->filled_ms <= BOARD_FILL_MS;

	if (!o)
		return false;
	o->fills++;
	if (counts) {
		o->filled = true;
		o->filled_ms = now_ms;
	}
	return board_close(o, again, SH_BOARD_MEMORY, now_ms);
}

/* ---- everybody ---- */

static const struct board_row *
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
	       __atomic_load_n(&r->seen, __ATOMIC_ACQUIRE) ==
		   __atomic_load_n(&board_page->released[r - board_page->row], __ATOMIC_ACQUIRE);
}

struct sh_board_state
sh_board_state(const char *name, uint64_t file)
{
	const struct board_row *r = board_find(sh_str(name));
	struct sh_board_state s = { 0 };

	if (!r)
		return s;
	s.closed = board_is_closed(r) && r->file == file;
	s.why = __atomic_load_n(&r->closed, __ATOMIC_ACQUIRE) == 1 + SH_BOARD_MEMORY ? SH_BOARD_MEMORY : SH_BOARD_DEATHS;
	s.deaths = __atomic_load_n(&r->deaths, __ATOMIC_RELAXED);
	s.fills = __atomic_load_n(&r->fills, __ATOMIC_RELAXED);
	s.since_ms = r->since_ms;
	board_note(&s.function, r->function);
	return s;
}

const char *
sh_board_why_name(enum sh_board_why why)
{
	return why == SH_BOARD_MEMORY ? "memory" : "deaths";
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
	const struct board_row *r = board_find(name);
	bool closed = r && board_is_closed(r);
	uint32_t seen = r ? __atomic_load_n(&r->seen, __ATOMIC_ACQUIRE) : 0;

	/* Lifted already, and the master has not had to look yet: once is enough. */
	return r &&
	       __atomic_compare_exchange_n(
		   &board_page->released[r - board_page->row], &seen, seen + 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) &&
	       closed;
}

static bool
board_counts(const struct board_count *c, struct sh_str name)
{
	return __atomic_load_n(&c->taken, __ATOMIC_ACQUIRE) == 2 && name.n < SH_BOARD_NAME &&
	       memcmp(c->name, name.s, name.n) == 0 && !c->name[name.n];
}

void
sh_board_unknown_reason(struct sh_str driver)
{
	for (size_t i = 0; i < BOARD_ROWS && driver.n > 0 && driver.n < SH_BOARD_NAME; i++) {
		struct board_count *c = &board_page->count[i];
		uint32_t nobody = 0;

		if (__atomic_compare_exchange_n(&c->taken, &nobody, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
			memcpy(c->name, driver.s, driver.n);
			__atomic_store_n(&c->taken, 2, __ATOMIC_RELEASE);
		}
		if (board_counts(c, driver)) {
			__atomic_add_fetch(&c->unknown, 1, __ATOMIC_RELAXED);
			return;
		}
	}
}

static int64_t
board_unknown(struct sh_str name)
{
	int64_t n = 0;

	for (size_t i = 0; i < BOARD_ROWS; i++)
		if (board_counts(&board_page->count[i], name))
			n += __atomic_load_n(&board_page->count[i].unknown, __ATOMIC_RELAXED);
	return n;
}

static const struct board_metric {
	const char *head, *name, *label;
} board_metrics[] = {
	{ "# HELP switchhook_driver_quarantined is the driver in quarantine?\n"
	  "# TYPE switchhook_driver_quarantined gauge\n",
	    "switchhook_driver_quarantined", "driver" },
	{ "# HELP switchhook_driver_deaths_total workers that died or were killed inside the driver\n"
	  "# TYPE switchhook_driver_deaths_total counter\n",
	    "switchhook_driver_deaths_total", "driver" },
	{ "# HELP switchhook_driver_fills_total workers that reached limits.memory by what the driver keeps\n"
	  "# TYPE switchhook_driver_fills_total counter\n",
	    "switchhook_driver_fills_total", "driver" },
	{ "# HELP switchhook_unknown_reasons_total calls that ended for a reason which the driver does not know\n"
	  "# TYPE switchhook_unknown_reasons_total counter\n",
	    "switchhook_unknown_reasons_total", "provider" },
};

void
sh_board_metrics(const struct sh_drivers *set, struct sh_buf *b)
{
	for (size_t m = 0; m < SH_LENGTH(board_metrics); m++) {
		sh_buf_add_z(b, board_metrics[m].head);
		for (size_t i = 0; i < sh_drivers_count(set); i++) {
			const struct sh_driver_loaded *d = sh_drivers_at(set, i);
			struct sh_board_state s = sh_board_state(d->name, d->file);
			const int64_t value[] = { s.closed, s.deaths, s.fills, board_unknown(sh_str(d->name)) };

			if (sh_drivers_find(set, sh_str(d->name)) == d)
				sh_buf_printf(b, "%s{%s=\"%s\"} %lld\n", board_metrics[m].name, board_metrics[m].label, d->name,
				    (long long)value[m]);
		}
	}
}
