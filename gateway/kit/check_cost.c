/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/check_cost.c: what a call leaves behind, and what it costs.
 */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "gateway/kit/steps.h"
#include "gateway/kit/trial.h"

#define COST_WARM 4
#define COST_LEAK_ROUNDS 64
#define COST_BATCHES 9
#define COST_BATCH_NS 2000000
#define COST_CASES 1024

/* ---- memory ---- */

/* The variables of the driver that can be written to. */
struct cost_data {
	const void *table; /* lies in the driver */
	struct {
		const char *at;
		size_t n;
		char *copy;
	} pieces[8];
	size_t n;
};

/* What is only written while it is loaded (its relocated constants) is none of them. */
static int
cost_piece(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct cost_data *d = arg;
	const char *relro = NULL, *relro_end = NULL;
	bool mine = false;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		const char *at = (const char *)info->dlpi_addr + p->p_vaddr;

		mine |= p->p_type == PT_LOAD && (const char *)d->table >= at && (const char *)d->table < at + p->p_memsz;
		if (p->p_type == PT_GNU_RELRO) {
			relro = at;
			relro_end = at + p->p_memsz;
		}
	}
	for (int i = 0; mine && i < info->dlpi_phnum && d->n < SH_LENGTH(d->pieces); i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		const char *at = (const char *)info->dlpi_addr + p->p_vaddr, *end = at + p->p_memsz;

		if (p->p_type != PT_LOAD || !(p->p_flags & PF_W))
			continue;
		if (relro && relro <= at && relro_end > at)
			at = relro_end;
		if (at < end) {
			d->pieces[d->n].at = at;
			d->pieces[d->n++].n = (size_t)(end - at);
		}
	}
	return mine;
}

/* Between variables a sanitizer has fences; here they are crossed. volatile: no loop becomes a call that knows of them. */
#define COST_RAW __attribute__((no_sanitize("address")))

static void COST_RAW
cost_copy(char *to, const volatile char *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i];
}

static void
cost_keep(struct sh_trial *t, struct cost_data *d)
{
	/* The table as it was loaded, not our copy of it: any function of it lies in the driver. */
	void *f[] = { (void *)(uintptr_t)t->driver->table.verify, (void *)(uintptr_t)t->driver->table.check_request,
		(void *)(uintptr_t)t->driver->table.dial_request, (void *)(uintptr_t)t->driver->table.numbers_request,
		(void *)(uintptr_t)t->driver->table.agents_request, (void *)(uintptr_t)t->driver->table.call_request };

	*d = (struct cost_data){ 0 };
	for (size_t i = 0; i < SH_LENGTH(f) && !d->table; i++)
		d->table = f[i];
	if (d->table)
		dl_iterate_phdr(cost_piece, d);
	for (size_t i = 0; i < d->n; i++) {
		d->pieces[i].copy = sh_arena_alloc(t->arena, d->pieces[i].n);
		if (d->pieces[i].copy)
			cost_copy(d->pieces[i].copy, d->pieces[i].at, d->pieces[i].n);
	}
}

static size_t COST_RAW
cost_changed(const struct cost_data *d)
{
	size_t changed = 0;

	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; d->pieces[i].copy && k < d->pieces[i].n; k++)
			changed += ((const volatile char *)d->pieces[i].at)[k] != d->pieces[i].copy[k];
	return changed;
}

static bool
cost_round(struct sh_trial *t, const struct sh_case *q, const char *name)
{
	struct sh_case_answer a;

	if (!trial_put(t, q, &a, "%s, again", name))
		return false;
	sh_case_clear(&a);
	return true;
}

static void
cost_leaks(struct sh_trial *t, const struct sh_case *q, const char *name)
{
	int64_t before, kept;

	for (int i = 0; i < COST_WARM; i++)
		cost_round(t, q, name);
	before = *t->driver->kept;
	for (int i = 0; i < COST_LEAK_ROUNDS; i++)
		cost_round(t, q, name);
	kept = (*t->driver->kept - before) / COST_LEAK_ROUNDS;
	if (kept > 0)
		trial_fault(t, "%s leaves %lld bytes on the heap, each time", name, (long long)kept);
}

void
check_memory(struct sh_trial *t)
{
	struct cost_data data;
	struct sh_case plain[PLAIN_MOST];
	size_t n = plain_cases(t, plain), changed;

	cost_keep(t, &data);
	for (size_t i = 0; i < n; i++)
		cost_leaks(t, &plain[i], plain_function(&plain[i]));
	for (size_t i = 0; i < t->ngolden; i++)
		cost_leaks(t, &t->golden[i].question, t->golden[i].name);
	changed = cost_changed(&data);
	if (changed)
		trial_fault(
		    t, "%zu bytes of the driver's own variables changed: nothing that changes may be global or static", changed);
	trial_summary(
	    t, "%llu calls left nothing behind, and no variable changed", (unsigned long long)t->page->questions[t->check]);
}

/* ---- cost ---- */

struct cost {
	struct sh_trial *t;
	int counter; /* of instructions in user space; -1: the machine or its owner counts none */
};

struct cost_figure {
	int64_t ns, instructions, bytes;
	size_t payload;
	const struct sh_case *question;
};

struct cost_step {
	const struct cost *cost;
	const struct sh_case *question;
};

static int64_t
cost_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int
cost_counter(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = 1,
		.exclude_hv = 1 };

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static int64_t
cost_count(const struct cost *c)
{
	int64_t n = 0;

	return c->counter >= 0 && read(c->counter, &n, sizeof(n)) == (ssize_t)sizeof(n) ? n : 0;
}

/* As ingress does it: verify and normalize in one arena. The others: request, or request and parse. */
static size_t
cost_put(const struct cost *c, const struct sh_case *q)
{
	struct sh_case_answer a;
	struct sh_driver_call call;
	size_t bytes;

	if (q->what != SH_CASE_WEBHOOK) {
		sh_case_put(q, c->t->driver, &a);
		bytes = sh_arena_used(a.call.arena);
		sh_case_clear(&a);
		return bytes;
	}
	sh_driver_call_init(&call, c->t->driver, SH_CASE_ARENA_BYTES, q->now_ms);
	(void)!sh_driver_verify(&call, &q->delivery, q->account);
	(void)!sh_driver_normalize(&call, &q->delivery, q->account);
	bytes = sh_arena_used(call.arena);
	sh_driver_call_clear(&call);
	return bytes;
}

/* The best of several batches, which is what it costs where nothing disturbs. */
static void
cost_measure(const struct cost *c, const struct sh_case *q, struct cost_figure *ret)
{
	int64_t once, ns = INT64_MAX, instructions = INT64_MAX;
	unsigned times = 1;

	ret->question = q;
	ret->bytes = (int64_t)cost_put(c, q);
	once = cost_now();
	cost_put(c, q);
	once = cost_now() - once;
	if (once < COST_BATCH_NS / 8)
		times = (unsigned)(COST_BATCH_NS / 8 / (once > 100 ? once : 100));
	for (int batch = 0; batch < COST_BATCHES; batch++) {
		int64_t began = cost_now(), counted = cost_count(c);

		for (unsigned i = 0; i < times; i++)
			cost_put(c, q);
		counted = (cost_count(c) - counted) / times;
		began = (cost_now() - began) / times;
		ns = began < ns ? began : ns;
		instructions = counted < instructions ? counted : instructions;
	}
	ret->ns = ns;
	ret->instructions = c->counter >= 0 && instructions > 0 ? instructions : -1;
	ret->payload = q->what == SH_CASE_WEBHOOK ? q->delivery.body.n : q->what == SH_CASE_ANSWER ? q->response.body.n : 0;
}

static int
cost_order(const void *a, const void *b)
{
	const struct cost_figure *x = a, *y = b;

	/* By what was asked, so that the median is the same question in each run. */
	if (x->payload != y->payload)
		return x->payload < y->payload ? -1 : 1;
	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

static void
cost_step(void *arg)
{
	const struct cost_step *s = arg;

	cost_put(s->cost, s->question);
}

/* By the processor's counter; of events, of which there are many, else step by step. A sanitizer's instructions are nobody's concern. */
static int64_t
cost_instructions(const struct cost *c, const struct cost_figure *f)
{
	struct cost_step step = { c, f->question };

	if (f->instructions >= 0 || watch_sanitized() || f->question->what != SH_CASE_WEBHOOK)
		return f->instructions;
	return steps_count(cost_step, &step);
}

/* The median of all questions to one function. */
static void
cost_function(const struct cost *c, const struct sh_case *plain, struct cost_figure *all)
{
	struct trial_page *p = c->t->page;
	const char *name = plain_function(plain);
	uint32_t n = 0;

	for (size_t i = 0; i < c->t->ngolden && n < COST_CASES; i++)
		if (strcmp(plain_function(&c->t->golden[i].question), name) == 0)
			cost_measure(c, &c->t->golden[i].question, &all[n++]);
	if (n == 0)
		cost_measure(c, plain, &all[n++]);
	qsort(all, n, sizeof(*all), cost_order);
	if (p->nfigures == TRIAL_FIGURES)
		return;
	p->figures[p->nfigures] = (struct sh_figure){ .questions = n,
		.payload = (uint32_t)all[n / 2].payload,
		.nanoseconds = all[n / 2].ns,
		.instructions = cost_instructions(c, &all[n / 2]),
		.bytes = all[n / 2].bytes };
	snprintf(p->figures[p->nfigures++].function, sizeof(p->figures[0].function), "%s",
	    plain->what == SH_CASE_WEBHOOK ? "verify+normalize" : name);
}

void
check_cost(struct sh_trial *t)
{
	struct cost c = { .t = t, .counter = cost_counter() };
	int why = errno;
	struct cost_figure *all = sh_arena_array(t->arena, struct cost_figure, COST_CASES);
	struct sh_case plain[PLAIN_MOST];
	size_t n = plain_cases(t, plain);

	assert(all);
	for (size_t i = 0; i < n; i++)
		cost_function(&c, &plain[i], all);
	if (watch_sanitized())
		trial_note(t, "sanitizers are at work, which cost much more than the driver does");
	trial_summary(t, "see below: the median question of each kind");
	if (c.counter < 0 && !watch_sanitized())
		trial_note(t, "no counter of instructions here (%s); those of events were counted one by one", strerror(why));
}
