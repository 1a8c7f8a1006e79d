/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* server/fleet.c: seats, slots, deaths. */
#include "gateway/server/fleet.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/failpoint.h"
#include "gateway/base/log.h"
#include "gateway/base/metric.h"
#include "gateway/server/held.h"
#include "gateway/server/keyholder.h"
#include "gateway/server/process.h"

#define FLEET_STEADY_MS 60000 /* a worker that lived so long died for a new reason */
#define FLEET_GRACE_MS 2000 /* beyond drain_timeout, then it is killed */
#define FLEET_STEP_MS 1000 /* more than this between two looks is time in which nothing ran, not even the master */
#define FLEET_WEIGH_MS 250
#define FLEET_KEEP (19 + 2 * SH_HELD_FILES) /* descriptors of a worker: listeners, keyholder, files */
#define FLEET_TRIES 4 /* deaths before a crew that never stood is given up */

enum sh_status
sh_fleet_init(struct sh_fleet *f, struct sh_error *e)
{
	void *page =
	    mmap(NULL, (SH_FLEET_SLOTS + 1) * sizeof(struct sh_slot), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*f = (struct sh_fleet){ .keyholder = -1 };
	if (page == MAP_FAILED)
		return sh_fail(e, SH_ESYSTEM, "no shared memory: %m");
	f->page = page;
	f->tickets = sh_tls_tickets_new();
	return f->tickets ? SH_OK : sh_fail(e, SH_ESYSTEM, "no shared memory: %m");
}

/* With larger pages it goes without: what is at stake is whom a fault in a driver can hurt. */
void
sh_fleet_protect(const struct sh_fleet *f, int slot)
{
	sh_board_protect();
	if (sysconf(_SC_PAGESIZE) != SH_SLOT_BYTES)
		return;
	(void)!mprotect(f->page, (size_t)slot * sizeof(*f->page), PROT_READ);
	(void)!mprotect(&f->page[slot + 1], (size_t)(SH_FLEET_SLOTS - slot) * sizeof(*f->page), PROT_READ);
}

/* ---- one worker ------------------------------------------------------------------------------------ */

static int
fleet_free_slot(const struct sh_fleet *f)
{
	for (int i = 0; i < SH_FLEET_SLOTS; i++)
		if (!f->slots[i].pid)
			return i;
	return -1;
}

static void
fleet_be_worker(const struct sh_fleet *f, const struct sh_crew *crew, int index, int slot, int keys_fd)
{
	struct sh_worker w = {
		.config = crew->config,
		.conninfo = f->conninfo,
		.trial_clock = f->trial_clock,
		.index = index,
		.listeners = f->listeners,
		.nlisteners = f->nlisteners,
		.keys_fd = keys_fd,
		.slot = &f->page[slot],
		.slots = f->page,
		.nslots = SH_FLEET_SLOTS,
		.tickets = f->tickets,
	};

	sh_tls_tickets_protect(f->tickets);
	sh_fleet_protect(f, slot);
	sh_metric_take_row(SH_FLEET_FIRST_ROW + slot);
	sh_process_limit_memory(2 * crew->config->v[SH_OPTION_limits_memory].i);
	exit(sh_worker_run(&w));
}

/* The worker's end of a pair stays open across the fork; the other end goes to the keyholder, and is kept for the next one. */
static bool
fleet_fork(struct sh_fleet *f, struct sh_crew *crew, int index, int slot)
{
	static int keep[FLEET_KEEP];
	int pair[2];
	size_t n;
	char name[32];
	struct sh_error e;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		sh_log(SH_LOG_ERROR, "worker.socketpair", "a worker could not be made", SH_F_STR("why", strerror(errno)));
		return false;
	}
	if (sh_keyholder_pass(f->keyholder, pair[1], &e) != SH_OK) {
		sh_log(SH_LOG_WARN, "worker.no_keyholder", "a worker could not be made", SH_F_STR("why", e.text));
		close(pair[0]);
		close(pair[1]);
		return false;
	}
	memset(&f->page[slot], 0, sizeof(f->page[slot]));
	sh_metric_reset_row(SH_FLEET_FIRST_ROW + slot);
	for (size_t i = 0; i < f->nlisteners; i++)
		keep[i] = f->listeners[i];
	keep[f->nlisteners] = pair[0];
	n = sh_held_keep(crew->config->held, keep, f->nlisteners + 1, SH_LENGTH(keep));
	snprintf(name, sizeof(name), "worker %d", index);
	pid = sh_process_fork(name, SIGKILL, keep, n);
	if (pid == 0)
		fleet_be_worker(f, crew, index, slot, pair[0]);
	close(pair[0]);
	if (pid < 0) {
		sh_log(SH_LOG_ERROR, "worker.fork", "a worker could not be made", SH_F_STR("why", strerror(errno)));
		close(pair[1]);
		return false;
	}
	f->slots[slot].pid = pid;
	f->slots[slot].keys = pair[1];
	return true;
}

static void
fleet_fill(struct sh_fleet *f, struct sh_crew *crew, int index, int64_t now_ms)
{
	struct sh_seat *seat = &crew->seats[index];
	int slot = fleet_free_slot(f);

	if (f->keyholder < 0 || slot < 0)
		return;
	if (!fleet_fork(f, crew, index, slot)) {
		seat->retry_ms = now_ms + 1000;
		return;
	}
	f->slots[slot].index = index;
	f->slots[slot].crew = crew->number;
	f->slots[slot].began_ms = now_ms;
	f->slots[slot].kill_ms = f->slots[slot].seen_ms = 0;
	f->slots[slot].blamed = false;
	f->slots[slot].call_ms = crew->config->v[SH_OPTION_driver_call].i;
	f->slots[slot].most_bytes = crew->config->v[SH_OPTION_limits_memory].i;
	f->slots[slot].began_bytes = f->slots[slot].outside_bytes = 0;
	seat->slot = slot;
	seat->was_ready = false;
}

/* ---- crews ----------------------------------------------------------------------------------------- */

void
sh_fleet_start(struct sh_fleet *f, const struct sh_config *config)
{
	struct sh_crew *crew = f->crew.config ? &f->next : &f->crew;

	assert(!crew->config);
	*crew = (struct sh_crew){ .config = config, .number = ++f->numbers, .size = sh_config_workers(config) };
	for (int i = 0; i < SH_FLEET_SEATS; i++)
		crew->seats[i].slot = -1;
}

static bool
fleet_crew_ready(const struct sh_fleet *f, const struct sh_crew *crew)
{
	for (int i = 0; i < crew->size; i++)
		if (crew->seats[i].slot < 0 || !atomic_load(&f->page[crew->seats[i].slot].ready))
			return false;
	return crew->config != NULL;
}

/* Asks every worker of the crew to drain; its seats end with it. */
static void
fleet_dismiss(struct sh_fleet *f, struct sh_crew *crew, int64_t now_ms)
{
	int64_t patience_ms = crew->config ? crew->config->v[SH_OPTION_drain_timeout].i + FLEET_GRACE_MS : 0;

	for (int i = 0; i < SH_FLEET_SLOTS; i++) {
		if (!f->slots[i].pid || f->slots[i].crew != crew->number)
			continue;
		kill(f->slots[i].pid, SIGTERM);
		f->slots[i].kill_ms = now_ms + patience_ms;
	}
	*crew = (struct sh_crew){ 0 };
}

static void
fleet_change(struct sh_fleet *f, int64_t now_ms)
{
	if (!f->next.config || !fleet_crew_ready(f, &f->next))
		return;
	fleet_dismiss(f, &f->crew, now_ms);
	f->crew = f->next;
	f->next = (struct sh_crew){ 0 };
	sh_log(SH_LOG_INFO, "reload.done", "new workers take the requests, the old ones finish theirs",
	    SH_F_INT("workers", f->crew.size));
}

/* A crew that never stood: the first one is given up, a next one goes again. A crew that has stood is filled for ever. */
static void
fleet_cannot_begin(struct sh_fleet *f, struct sh_crew *crew, int64_t now_ms)
{
	if (crew == &f->next) {
		sh_log(
		    SH_LOG_ERROR, "reload.failed", "the new workers cannot begin; the old ones go on with the old configuration");
		fleet_dismiss(f, crew, now_ms);
	} else if (!f->begun) {
		f->failed = true;
	}
}

/* ---- time passes ----------------------------------------------------------------------------------- */

static void
fleet_tick_crew(struct sh_fleet *f, struct sh_crew *crew, int64_t now_ms)
{
	for (int i = 0; i < crew->size; i++) {
		struct sh_seat *seat = &crew->seats[i];
		if (seat->slot < 0 && now_ms >= seat->retry_ms)
			fleet_fill(f, crew, i, now_ms);
		else if (seat->slot >= 0 && atomic_load(&f->page[seat->slot].ready))
			seat->was_ready = true;
	}
}

/* Killed for what it does inside a driver; who that was is kept, since the worker may leave it before the signal comes. */
static void
fleet_blame(struct sh_fleet *f, int slot, const char *event, const char *what, const char *measure, int64_t measured)
{
	struct sh_driver_inside *in = &f->slots[slot].blame;

	*in = f->page[slot].inside;
	in->driver[sizeof(in->driver) - 1] = in->function[sizeof(in->function) - 1] = '\0';
	in->since_ms = 1;
	f->slots[slot].blamed = true;
	sh_log(SH_LOG_ERROR, event, what, SH_F_STR("driver", in->driver), SH_F_STR("function", in->function),
	    SH_F_INT(measure, measured), SH_F_INT("worker", f->slots[slot].pid));
	kill(f->slots[slot].pid, SIGKILL);
}

static void
fleet_watch_driver(struct sh_fleet *f, int slot, int64_t passed_ms)
{
	int64_t since_ms = __atomic_load_n(&f->page[slot].inside.since_ms, __ATOMIC_ACQUIRE);

	if (since_ms != f->slots[slot].seen_ms) {
		f->slots[slot].seen_ms = since_ms;
		f->slots[slot].inside_ms = 0;
	} else if (since_ms) {
		f->slots[slot].inside_ms += passed_ms < FLEET_STEP_MS ? passed_ms : FLEET_STEP_MS;
	}
	if (since_ms && f->slots[slot].inside_ms > f->slots[slot].call_ms && !f->slots[slot].blamed)
		fleet_blame(f, slot, "driver.stuck", "a driver did not return in time; its worker is killed", "after_ms",
		    f->slots[slot].inside_ms);
}

/* Its seat is free for another at once; it drains like the workers of an older crew. */
static void
fleet_retire(struct sh_fleet *f, int slot, int64_t now_ms)
{
	struct sh_crew *crews[] = { &f->crew, &f->next };

	for (size_t i = 0; i < SH_LENGTH(crews); i++) {
		struct sh_seat *seat = &crews[i]->seats[f->slots[slot].index];

		if (!crews[i]->config || crews[i]->number != f->slots[slot].crew || seat->slot != slot)
			continue;
		seat->slot = -1;
		seat->retry_ms = now_ms;
		f->slots[slot].crew = 0;
		f->slots[slot].kill_ms = now_ms + crews[i]->config->v[SH_OPTION_drain_timeout].i + FLEET_GRACE_MS;
		kill(f->slots[slot].pid, SIGTERM);
	}
}

static void
fleet_quarantined(const char *why, const char *driver, const char *function, uint64_t file)
{
	struct sh_board_state s = sh_board_state(driver, file);

	sh_log(SH_LOG_ERROR, "driver.quarantined", why, SH_F_STR("driver", driver), SH_F_STR("function", function),
	    SH_F_STR("reason", sh_board_why_name(s.why)), SH_F_INT("deaths", s.deaths), SH_F_INT("fills", s.fills));
}

/* It drains, so nobody is broken off: the driver is named, and stopped only if it does that quickly and again. */
static void
fleet_full(struct sh_fleet *f, int slot, int64_t bytes, int64_t now_ms)
{
	struct sh_driver_keeper k;
	bool filled;

	sh_board_keeper(&f->page[slot].keeper, &k);
	filled = sh_board_filled(&k, f->slots[slot].began_bytes, bytes);
	sh_log(SH_LOG_WARN, "worker.memory",
	    filled ? "a driver frees less than it allocates and has filled a worker; it drains, another takes its place"
		   : "a worker has taken more memory than it may; it drains, another takes its place",
	    SH_F_INT("worker", f->slots[slot].pid), SH_F_INT("bytes", bytes),
	    SH_F_INT("lived_ms", now_ms - f->slots[slot].began_ms), SH_F_STR("driver", filled ? k.driver : ""),
	    SH_F_INT("kept_bytes", filled ? k.bytes : 0));
	if (filled && sh_board_full(&k, now_ms - f->slots[slot].began_ms, now_ms))
		fleet_quarantined(
		    "this driver has filled two workers within an hour: its webhooks get 503 and its callbacks wait; `switchhook "
		    "driver release` or a reload with another file of it ends that",
		    k.driver, "", k.file);
	fleet_retire(f, slot, now_ms);
}

static void
fleet_weigh(struct sh_fleet *f, int slot, int64_t now_ms)
{
	int64_t bytes = sh_process_memory(f->slots[slot].pid);
	bool inside = __atomic_load_n(&f->page[slot].inside.since_ms, __ATOMIC_ACQUIRE) != 0;

	if (!inside)
		f->slots[slot].outside_bytes = bytes;
	if (!f->slots[slot].began_bytes && atomic_load(&f->page[slot].ready))
		f->slots[slot].began_bytes = bytes;
	if (bytes <= f->slots[slot].most_bytes || f->slots[slot].blamed || !f->slots[slot].crew)
		return;
	/* A driver answers for what came while it ran, not for what strangers had filled the worker with before. */
	if (inside && bytes - f->slots[slot].outside_bytes > bytes / 2) {
		fleet_blame(
		    f, slot, "driver.memory", "a driver takes more memory than a worker may; its worker is killed", "bytes", bytes);
		return;
	}
	fleet_full(f, slot, bytes, now_ms);
}

static void
fleet_watch_slot(struct sh_fleet *f, int slot, int64_t now_ms)
{
	if (!f->slots[slot].kill_ms || now_ms < f->slots[slot].kill_ms)
		return;
	sh_log(SH_LOG_WARN, "worker.late", "a draining worker did not end in time; it is killed",
	    SH_F_INT("worker", f->slots[slot].pid));
	kill(f->slots[slot].pid, SIGKILL);
	f->slots[slot].kill_ms = now_ms + FLEET_GRACE_MS;
}

void
sh_fleet_tick(struct sh_fleet *f, int64_t now_ms)
{
	int64_t passed_ms = f->ticked_ms ? now_ms - f->ticked_ms : 0;
	bool weigh = now_ms - f->weighed_ms >= FLEET_WEIGH_MS;

	sh_tls_tickets_tick(f->tickets, now_ms);
	f->ticked_ms = now_ms;
	f->weighed_ms = weigh ? now_ms : f->weighed_ms;
	for (int i = 0; i < SH_FLEET_SLOTS; i++) {
		if (!f->slots[i].pid)
			continue;
		if (weigh)
			fleet_weigh(f, i, now_ms);
		fleet_watch_driver(f, i, passed_ms);
		fleet_watch_slot(f, i, now_ms);
		if (!f->stopping && f->slots[i].crew && atomic_load(&f->page[i].lost)) {
			sh_log(SH_LOG_WARN, "worker.lost", "a worker has lost the keyholder; it drains, another takes its place",
			    SH_F_INT("worker", f->slots[i].pid));
			fleet_retire(f, i, now_ms);
			f->lost++;
		}
	}
	if (f->stopping)
		return;
	fleet_tick_crew(f, &f->crew, now_ms);
	fleet_tick_crew(f, &f->next, now_ms);
	fleet_change(f, now_ms);
	f->begun = f->begun || fleet_crew_ready(f, &f->crew);
}

/* ---- deaths ---------------------------------------------------------------------------------------- */

/* Names the driver that it was inside, if any, and puts it on the board. */
static void
fleet_death(struct sh_fleet *f, int slot, const struct sh_driver_inside *in, int wait_status, int64_t now_ms)
{
	bool inside = in->since_ms != 0;
	char how[64];

	sh_process_ending(wait_status, how, sizeof(how));
	sh_log(SH_LOG_ERROR, "worker.died", inside ? "a worker died inside a driver's function" : "a worker died",
	    SH_F_INT("worker", f->slots[slot].pid), SH_F_INT("index", f->slots[slot].index), SH_F_STR("how", how),
	    SH_F_INT("lived_ms", now_ms - f->slots[slot].began_ms), SH_F_STR("driver", inside ? in->driver : ""),
	    SH_F_STR("function", inside ? in->function : ""));
	sh_metric_add(SH_METRIC_worker_deaths, 1);
	if (inside && sh_board_died(in, now_ms))
		fleet_quarantined(
		    "too many workers died inside this driver: its webhooks get 503 and its callbacks wait; `switchhook driver "
		    "release` or a reload with another file of it ends that",
		    in->driver, in->function, in->file);
}

/* 0, 100, 200, 400 ms … 5 s */
static void
fleet_vacate(struct sh_seat *seat, int64_t lived_ms, int64_t now_ms)
{
	int64_t wait_ms = 0;

	if (lived_ms > FLEET_STEADY_MS || (seat->was_ready && SH_FAILPOINT_PAGE()))
		seat->deaths = 0;
	for (int i = 0; i < seat->deaths && wait_ms < 5000; i++)
		wait_ms = wait_ms ? wait_ms * 2 : 100;
	seat->deaths++;
	seat->slot = -1;
	seat->retry_ms = now_ms + (wait_ms < 5000 ? wait_ms : 5000);
}

bool
sh_fleet_ended(struct sh_fleet *f, pid_t pid, int wait_status, int64_t now_ms)
{
	struct sh_crew *crew;
	struct sh_driver_inside in;
	bool expected;
	int slot = 0;

	while (slot < SH_FLEET_SLOTS && f->slots[slot].pid != pid)
		slot++;
	if (slot == SH_FLEET_SLOTS)
		return false;
	crew = f->crew.config && f->crew.number == f->slots[slot].crew   ? &f->crew
	       : f->next.config && f->next.number == f->slots[slot].crew ? &f->next
									 : NULL;
	in = f->slots[slot].blamed ? f->slots[slot].blame : f->page[slot].inside;
	in.driver[sizeof(in.driver) - 1] = in.function[sizeof(in.function) - 1] = '\0';
	/* An exit in order, too, is a death if it was a driver that called exit(). Our signal ends who has not begun, whatever it loads. */
	expected = (!crew || f->stopping) &&
		   ((wait_status == 0 && !in.since_ms) || (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGTERM));
	if (!expected)
		fleet_death(f, slot, &in, wait_status, now_ms);
	f->slots[slot].pid = 0;
	close(f->slots[slot].keys);
	atomic_store(&f->page[slot].accepts, 0); /* what it had counts for nobody's share any more */
	sh_metric_reset_row(SH_FLEET_FIRST_ROW + slot);
	if (crew && !f->stopping) {
		struct sh_seat *seat = &crew->seats[f->slots[slot].index];
		bool hopeless = !seat->was_ready && WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == SH_EXIT_SETUP;
		fleet_vacate(seat, now_ms - f->slots[slot].began_ms, now_ms);
		hopeless = hopeless || seat->deaths >= FLEET_TRIES;
		if (hopeless)
			fleet_cannot_begin(f, crew, now_ms);
	}
	return true;
}

void
sh_fleet_stop(struct sh_fleet *f, int64_t now_ms)
{
	int64_t patience_ms = f->crew.config ? f->crew.config->v[SH_OPTION_drain_timeout].i + FLEET_GRACE_MS : FLEET_GRACE_MS;

	bool again = f->stopping;

	if (again)
		patience_ms = FLEET_GRACE_MS;
	f->stopping = true;
	for (int i = 0; i < SH_FLEET_SLOTS; i++) {
		/* One that drains already takes a second signal for haste. */
		if (!f->slots[i].pid || (f->slots[i].kill_ms && !again))
			continue;
		kill(f->slots[i].pid, SIGTERM);
		if (!f->slots[i].kill_ms || f->slots[i].kill_ms > now_ms + patience_ms)
			f->slots[i].kill_ms = now_ms + patience_ms;
	}
}

void
sh_fleet_join(struct sh_fleet *f, int control)
{
	struct sh_error e;

	f->keyholder = control;
	for (int i = 0; control >= 0 && i < SH_FLEET_SLOTS; i++)
		if (f->slots[i].pid && sh_keyholder_pass(control, f->slots[i].keys, &e) != SH_OK)
			sh_log(SH_LOG_WARN, "worker.no_keyholder", "a worker could not be given to the keyholder",
			    SH_F_STR("why", e.text));
}

bool
sh_fleet_changing(const struct sh_fleet *f)
{
	return f->next.config != NULL;
}

bool
sh_fleet_ready(const struct sh_fleet *f)
{
	return !sh_fleet_changing(f) && fleet_crew_ready(f, &f->crew);
}

int
sh_fleet_count(const struct sh_fleet *f)
{
	int n = 0;

	for (int i = 0; i < SH_FLEET_SLOTS; i++)
		n += f->slots[i].pid != 0;
	return n;
}

const char *
sh_fleet_drivers(struct sh_fleet *f)
{
	int slot = f->crew.config ? f->crew.seats[0].slot : -1;
	size_t n = 0;

	if (slot >= 0) {
		n = strnlen(f->page[slot].drivers, sizeof(f->drivers) - 1);
		memcpy(f->drivers, f->page[slot].drivers, n);
	}
	f->drivers[n] = '\0';
	return f->drivers;
}
