/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * tests/unit/server_fleet.c: seats, deaths, a stuck driver, a change of crews, with workers that behave as told.
 *
 * The worker of this program is the function below, not server/worker.c: a real process that does what `behaviour` says. The
 * fleet's clock is the test's own.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/server/fleet.h"
#include "gateway/server/process.h"

enum behaviour {
	SERVE,
	DIE_BEFORE_READY,
	REFUSE,
	STUCK_IN_DRIVER,
	DIE_IN_DRIVER,
	EXIT_IN_DRIVER,
	WRITE_BEYOND_IN_DRIVER,
	GROW_IN_DRIVER,
	GROW,
	FILL,
	SCRIBBLE,
	IGNORE_TERM
};

#define BUDGET_MS 2000
#define MEMORY ((size_t)256 << 20)

static enum behaviour behaviour; /* what workers that are made from now on do */
static struct sh_fleet fleet;
static struct sh_config configs[3];
static int control[2];
static _Atomic int64_t *filling; /* to a worker: it has been weighed, and a driver shall keep so much */
static int64_t now_ms, board_deaths;

static void
worker_term(int signal)
{
	(void)signal;
	_exit(SH_EXIT_OK);
}

/* By half as much again as a worker may have. */
static void
grow(void)
{
	size_t n = 3 * MEMORY / 2;
	char *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p != MAP_FAILED)
		memset(p, 1, n);
}

/* Once the master has seen how large it began: to what a worker may have and half of that, of which a driver keeps so much. */
static void
fill(struct sh_slot *slot)
{
	int64_t kept;

	while (!(kept = atomic_exchange(filling, 0)))
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	snprintf(slot->keeper.driver, sizeof(slot->keeper.driver), "filler");
	__atomic_store_n(&slot->keeper.bytes, kept, __ATOMIC_RELEASE);
	grow();
}

/* Into the places of the other workers, on both sides of its own. */
static void
write_beyond(const struct sh_worker *w)
{
	struct sh_slot *beyond = w->slot == w->slots ? w->slot + 1 : (struct sh_slot *)w->slots;

	signal(SIGSEGV, SIG_DFL); /* a sanitizer's way to die is longer */
	atomic_store(&beyond->lost, 1);
}

int
sh_worker_run(const struct sh_worker *w)
{
	if (behaviour == REFUSE)
		_exit(SH_EXIT_SETUP);
	if (behaviour == DIE_BEFORE_READY)
		raise(SIGKILL);
	signal(SIGTERM, behaviour == IGNORE_TERM ? SIG_IGN : worker_term);
	atomic_store(&w->slot->ready, 1);
	if (behaviour >= STUCK_IN_DRIVER && behaviour <= GROW_IN_DRIVER) {
		snprintf(w->slot->inside.driver, sizeof(w->slot->inside.driver), "acme");
		snprintf(w->slot->inside.function, sizeof(w->slot->inside.function), "normalize");
		__atomic_store_n(&w->slot->inside.since_ms, 1, __ATOMIC_RELEASE);
	}
	if (behaviour == DIE_IN_DRIVER)
		raise(SIGKILL);
	if (behaviour == EXIT_IN_DRIVER)
		_exit(SH_EXIT_OK);
	if (behaviour == GROW || behaviour == GROW_IN_DRIVER)
		grow();
	if (behaviour == FILL)
		fill(w->slot);
	if (behaviour == SCRIBBLE)
		memset(w->slot, 0xff, sizeof(*w->slot));
	if (behaviour == WRITE_BEYOND_IN_DRIVER)
		write_beyond(w);
	for (;;)
		pause();
}

/* One turn of the master: what has ended is told, then time is looked at. */
static void
turn(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		assert_true(sh_fleet_ended(&fleet, pid, status, now_ms));
	sh_fleet_tick(&fleet, now_ms);
	nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
}

#define UNTIL(condition)                                                                                                           \
	do {                                                                                                                       \
		int64_t end_ = sh_clock_elapsed_ms() + 120000;                                                                     \
		while (!(condition)) {                                                                                             \
			turn();                                                                                                    \
			if (sh_clock_elapsed_ms() > end_)                                                                          \
				fail_msg("never came: %s", #condition);                                                            \
		}                                                                                                                  \
	} while (0)

static int
begin(void **unused)
{
	struct sh_error e;

	(void)unused;
	behaviour = SERVE;
	now_ms = 1000000;
	for (size_t i = 0; i < SH_LENGTH(configs); i++) {
		configs[i].v[SH_OPTION_workers].i = (int64_t)i + 1;
		configs[i].v[SH_OPTION_drain_timeout].i = 5000;
		configs[i].v[SH_OPTION_driver_call].i = BUDGET_MS;
		configs[i].v[SH_OPTION_limits_memory].i = (int64_t)MEMORY;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, control) != 0 || sh_fleet_init(&fleet, &e) != SH_OK)
		return -1;
	fleet.keyholder = control[0];
	return 0;
}

static int
end(void **unused)
{
	(void)unused;
	sh_fleet_stop(&fleet, now_ms);
	sh_fleet_stop(&fleet, now_ms);
	while (sh_fleet_count(&fleet)) {
		now_ms += 1000;
		turn();
	}
	munmap(fleet.page, (SH_FLEET_SLOTS + 1) * sizeof(struct sh_slot));
	close(control[0]);
	close(control[1]);
	return 0;
}

static pid_t
worker_of(int seat)
{
	return fleet.crew.seats[seat].slot < 0 ? 0 : fleet.slots[fleet.crew.seats[seat].slot].pid;
}

static void
test_a_crew_stands(void **unused)
{
	(void)unused;
	assert_false(sh_fleet_ready(&fleet));
	sh_fleet_start(&fleet, &configs[1]);
	UNTIL(sh_fleet_ready(&fleet));
	assert_int_equal(sh_fleet_count(&fleet), 2);
}

/* At once the first time, then after 100, 200, 400 ms. Time stands still here unless the test moves it. */
static void
test_replacement_and_back_off(void **unused)
{
	static const int waits_ms[] = { 0, 100, 200, 400, 800, 1600, 3200, 5000, 5000 };

	(void)unused;
	sh_fleet_start(&fleet, &configs[0]);
	UNTIL(sh_fleet_ready(&fleet));
	for (size_t i = 0; i < SH_LENGTH(waits_ms); i++) {
		pid_t old = worker_of(0);
		kill(old, SIGKILL);
		UNTIL(fleet.crew.seats[0].deaths == (int)i + 1);
		assert_int_equal(fleet.crew.seats[0].retry_ms - now_ms, waits_ms[i]);
		if (waits_ms[i]) {
			turn();
			assert_int_equal(sh_fleet_count(&fleet), 0);
		}
		now_ms += waits_ms[i];
		UNTIL(sh_fleet_ready(&fleet));
		assert_int_not_equal(worker_of(0), old);
	}
	/* A worker that lived long died for a new reason. */
	now_ms += 61000;
	kill(worker_of(0), SIGKILL);
	UNTIL(sh_fleet_count(&fleet) == 0 || fleet.crew.seats[0].deaths == 1);
	UNTIL(sh_fleet_ready(&fleet));
}

static void
test_a_first_crew_that_cannot_begin(void **unused)
{
	(void)unused;
	behaviour = REFUSE;
	sh_fleet_start(&fleet, &configs[0]);
	UNTIL(fleet.failed);
}

static void
test_a_first_crew_that_dies_and_dies(void **unused)
{
	(void)unused;
	behaviour = DIE_BEFORE_READY;
	sh_fleet_start(&fleet, &configs[0]);
	for (int i = 0; !fleet.failed; i++) {
		assert_true(i < 2000);
		now_ms += 50;
		turn();
	}
	assert_int_equal(fleet.crew.seats[0].deaths, 4);
}

static void
test_stuck_in_a_driver(void **unused)
{
	pid_t old;

	(void)unused;
	behaviour = STUCK_IN_DRIVER;
	sh_fleet_start(&fleet, &configs[0]);
	UNTIL(sh_fleet_ready(&fleet) && fleet.page[fleet.crew.seats[0].slot].inside.since_ms);
	old = worker_of(0);
	turn();
	/* A machine that slept for an hour, or a master that did not run, is a second at most. */
	now_ms += 3600000;
	turn();
	now_ms += BUDGET_MS - 1000;
	turn();
	assert_int_equal(worker_of(0), old);
	behaviour = SERVE;
	now_ms += 1;
	UNTIL(worker_of(0) && worker_of(0) != old);
	UNTIL(sh_fleet_ready(&fleet));
	assert_int_equal(sh_board_state("acme", 0).deaths, ++board_deaths);
}

/* Of two crews with limits of their own each worker has its crew's. */
static void
test_limits_of_ones_own_crew(void **unused)
{
	pid_t old;

	(void)unused;
	configs[0].v[SH_OPTION_driver_call].i = BUDGET_MS * 100;
	configs[0].v[SH_OPTION_drain_timeout].i = BUDGET_MS * 100;
	behaviour = STUCK_IN_DRIVER;
	sh_fleet_start(&fleet, &configs[0]);
	UNTIL(sh_fleet_ready(&fleet) && fleet.page[fleet.crew.seats[0].slot].inside.since_ms);
	old = worker_of(0);
	behaviour = IGNORE_TERM;
	sh_fleet_start(&fleet, &configs[1]);
	kill(old, SIGSTOP); /* so that it does not heed the crew's end */
	UNTIL(sh_fleet_ready(&fleet));
	for (int i = 0; i < 10; i++) {
		now_ms += 500;
		turn();
	}
	assert_int_equal(sh_board_state("acme", 0).deaths, board_deaths);
	assert_int_equal(sh_fleet_count(&fleet), 3);
	kill(old, SIGCONT);
	UNTIL(sh_fleet_count(&fleet) == 2);
	assert_int_equal(sh_board_state("acme", 0).deaths, ++board_deaths); /* it ends inside */
}

static void
test_exit_inside_a_driver_while_draining(void **unused)
{
	(void)unused;
	behaviour = EXIT_IN_DRIVER;
	sh_fleet_start(&fleet, &configs[0]);
	sh_fleet_tick(&fleet, now_ms);
	while (!__atomic_load_n(&fleet.page[fleet.crew.seats[0].slot].inside.since_ms, __ATOMIC_ACQUIRE))
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	sh_fleet_stop(&fleet, now_ms);
	UNTIL(sh_fleet_count(&fleet) == 0);
	assert_int_equal(sh_board_state("acme", 0).deaths, ++board_deaths);
}

static void
test_memory_inside_a_driver(void **unused)
{
	pid_t old;

	(void)unused;
	behaviour = GROW_IN_DRIVER;
	sh_fleet_start(&fleet, &configs[0]);
	UNTIL(sh_fleet_ready(&fleet));
	old = worker_of(0);
	behaviour = SERVE;
	for (int i = 0; worker_of(0) == old && i < 5000; i++) {
		now_ms =
		    now_ms / 250 * 250 + 250; /* often enough to weigh; too little to be stuck is not needed: it is killed once */
		turn();
	}
	UNTIL(sh_fleet_ready(&fleet) && sh_fleet_count(&fleet) == 1);
	assert_int_equal(sh_board_state("acme", 0).deaths, ++board_deaths);
}

/* Grown by itself: nobody's fault, so it drains while another sits in its place. */
static void
test_memory_of_its_own(void **unused)
{
	pid_t old;

	(void)unused;
	behaviour = GROW;
	sh_fleet_start(&fleet, &configs[0]);
	UNTIL(sh_fleet_ready(&fleet));
	old = worker_of(0);
	behaviour = SERVE;
	UNTIL((now_ms += 10) && worker_of(0) && worker_of(0) != old);
	UNTIL(sh_fleet_ready(&fleet) && sh_fleet_count(&fleet) == 1);
	assert_int_equal(fleet.crew.seats[0].deaths, 0);
	assert_int_equal(sh_board_state("acme", 0).deaths, board_deaths);
}

/* The worker of the one seat there is drains, in a driver's name or in nobody's, and another takes its place. */
static void
filled_by(int64_t kept)
{
	pid_t old = worker_of(0);

	UNTIL((now_ms += 10) && old && fleet.slots[fleet.crew.seats[0].slot].began_bytes);
	atomic_store(filling, kept);
	UNTIL((now_ms += 10) && worker_of(0) && worker_of(0) != old);
	UNTIL(sh_fleet_ready(&fleet) && sh_fleet_count(&fleet) == 1);
}

/* By what a driver keeps: it is named, and after the second one in quarantine. */
static void
test_memory_that_a_driver_keeps(void **unused)
{
	(void)unused;
	filling = mmap(NULL, sizeof(*filling), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(filling != MAP_FAILED);
	behaviour = FILL;
	sh_fleet_start(&fleet, &configs[0]);
	UNTIL(sh_fleet_ready(&fleet));
	filled_by((int64_t)MEMORY / 4); /* less than half of what it grew by, however far it has come when it is weighed */
	assert_int_equal(sh_board_state("filler", 0).fills, 0);
	filled_by((int64_t)MEMORY);
	assert_int_equal(sh_board_state("filler", 0).fills, 1);
	now_ms += 3600000;
	UNTIL(sh_fleet_ready(&fleet));
	/* The next one took more than an hour, however it did that. */
	filled_by((int64_t)MEMORY);
	assert_int_equal(sh_board_state("filler", 0).fills, 2);
	assert_false(sh_board_state("filler", 0).closed);
	filled_by((int64_t)MEMORY);
	assert_false(sh_board_state("filler", 0).closed);
	behaviour = SERVE;
	filled_by((int64_t)MEMORY);
	assert_true(sh_board_state("filler", 0).closed);
	assert_int_equal(sh_board_state("filler", 0).why, SH_BOARD_MEMORY);
	assert_int_equal(sh_board_state("filler", 0).deaths, 0);
	assert_int_equal(fleet.crew.seats[0].deaths, 0);
	munmap((void *)filling, sizeof(*filling));
}

static void
test_death_inside_a_driver(void **unused)
{
	(void)unused;
	behaviour = DIE_IN_DRIVER;
	sh_fleet_start(&fleet, &configs[0]);
	sh_fleet_tick(&fleet, now_ms);
	assert_int_equal(sh_fleet_count(&fleet), 1);
	behaviour = SERVE;
	UNTIL(fleet.crew.seats[0].deaths == 1);
	assert_int_equal(sh_board_state("acme", 0).deaths, ++board_deaths);
	/* The page of the next worker of that slot says nothing of the last one. */
	UNTIL(sh_fleet_ready(&fleet));
	assert_int_equal(fleet.page[fleet.crew.seats[0].slot].inside.since_ms, 0);
}

/* What a driver may do to its own worker's place: the master believes none of it, and goes on. */
static void
test_a_place_that_is_overwritten(void **unused)
{
	pid_t old;

	(void)unused;
	behaviour = SCRIBBLE;
	sh_fleet_start(&fleet, &configs[0]);
	UNTIL(fleet.crew.seats[0].slot >= 0 && fleet.page[fleet.crew.seats[0].slot].drivers[255]);
	old = worker_of(0);
	assert_int_equal(strlen(sh_fleet_drivers(&fleet)), sizeof(fleet.drivers) - 1);
	behaviour = SERVE;
	UNTIL((now_ms += 10) && worker_of(0) && worker_of(0) != old);
	UNTIL(sh_fleet_ready(&fleet) && sh_fleet_count(&fleet) == 1);
	assert_string_equal(sh_fleet_drivers(&fleet), "");
	/* Another that stops believing in itself is killed for what it says that it is inside of. */
	behaviour = SCRIBBLE;
	old = worker_of(0);
	kill(old, SIGKILL);
	UNTIL(worker_of(0) && worker_of(0) != old && fleet.page[fleet.crew.seats[0].slot].inside.since_ms == -1);
	atomic_store(&fleet.page[fleet.crew.seats[0].slot].lost, 0);
	old = worker_of(0);
	behaviour = SERVE;
	UNTIL((now_ms += 100) && worker_of(0) && worker_of(0) != old);
	UNTIL(sh_fleet_ready(&fleet) && sh_fleet_count(&fleet) == 1);
	assert_int_equal(sh_board_state("acme", 0).deaths, board_deaths);
}

/* And to its neighbours: nothing. */
static void
test_a_place_of_somebody_elses(void **unused)
{
	(void)unused;
	if (sysconf(_SC_PAGESIZE) != SH_SLOT_BYTES)
		skip();
	sh_fleet_start(&fleet, &configs[1]);
	UNTIL(sh_fleet_ready(&fleet));
	for (int seat = 0; seat < 2; seat++) {
		pid_t old = worker_of(seat), other = worker_of(!seat);

		behaviour = WRITE_BEYOND_IN_DRIVER;
		kill(old, SIGKILL);
		UNTIL((now_ms += 10) && sh_board_state("acme", 0).deaths > board_deaths);
		board_deaths++;
		behaviour = SERVE;
		UNTIL((now_ms += 10) && sh_fleet_ready(&fleet));
		board_deaths = sh_board_state("acme", 0).deaths; /* it may have been made twice */
		assert_int_equal(worker_of(!seat), other);
		assert_int_equal(fleet.lost, 0);
	}
}

static void
test_a_change_of_crews(void **unused)
{
	pid_t old;

	(void)unused;
	sh_fleet_start(&fleet, &configs[0]);
	UNTIL(sh_fleet_ready(&fleet));
	old = worker_of(0);
	sh_fleet_start(&fleet, &configs[2]);
	assert_true(sh_fleet_changing(&fleet));
	assert_int_equal(worker_of(0), old);
	UNTIL(sh_fleet_ready(&fleet));
	assert_ptr_equal(fleet.crew.config, &configs[2]);
	UNTIL(sh_fleet_count(&fleet) == 3);
	assert_int_equal(kill(old, 0), -1);
}

static void
test_a_change_that_fails(void **unused)
{
	static const enum behaviour bad[] = { REFUSE, DIE_BEFORE_READY };
	pid_t old;

	(void)unused;
	sh_fleet_start(&fleet, &configs[0]);
	UNTIL(sh_fleet_ready(&fleet));
	old = worker_of(0);
	for (size_t i = 0; i < SH_LENGTH(bad); i++) {
		behaviour = bad[i];
		sh_fleet_start(&fleet, &configs[2]);
		while (sh_fleet_changing(&fleet)) {
			now_ms += 50;
			turn();
		}
		UNTIL(sh_fleet_count(&fleet) == 1);
		assert_int_equal(worker_of(0), old);
		assert_ptr_equal(fleet.crew.config, &configs[0]);
		assert_true(sh_fleet_ready(&fleet));
		assert_false(fleet.failed);
	}
}

static void
test_who_does_not_drain_is_killed(void **unused)
{
	pid_t old;

	(void)unused;
	behaviour = IGNORE_TERM;
	sh_fleet_start(&fleet, &configs[0]);
	UNTIL(sh_fleet_ready(&fleet));
	old = worker_of(0);
	behaviour = SERVE;
	sh_fleet_start(&fleet, &configs[0]);
	UNTIL(sh_fleet_ready(&fleet));
	now_ms += 6999;
	turn();
	assert_int_equal(kill(old, 0), 0);
	now_ms += 1;
	UNTIL(sh_fleet_count(&fleet) == 1);
}

static void
test_without_a_keyholder_nobody_is_made(void **unused)
{
	(void)unused;
	fleet.keyholder = -1;
	sh_fleet_start(&fleet, &configs[0]);
	turn();
	assert_int_equal(sh_fleet_count(&fleet), 0);
	fleet.keyholder = control[0];
	UNTIL(sh_fleet_ready(&fleet));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_crew_stands),
		TEST(test_replacement_and_back_off),
		TEST(test_a_first_crew_that_cannot_begin),
		TEST(test_a_first_crew_that_dies_and_dies),
		TEST(test_stuck_in_a_driver),
		TEST(test_limits_of_ones_own_crew),
		TEST(test_death_inside_a_driver),
		TEST(test_exit_inside_a_driver_while_draining),
		TEST(test_memory_inside_a_driver),
		TEST(test_memory_of_its_own),
		TEST(test_memory_that_a_driver_keeps),
		TEST(test_a_place_that_is_overwritten),
		TEST(test_a_place_of_somebody_elses),
		TEST(test_a_change_of_crews),
		TEST(test_a_change_that_fails),
		TEST(test_who_does_not_drain_is_killed),
		TEST(test_without_a_keyholder_nobody_is_made),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("server_fleet", tests, NULL, NULL);
}
