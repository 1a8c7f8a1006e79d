/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/metric.c: rows of 64-bit numbers in shared memory. A row has one writer; readers take each number as a
 * whole, so relaxed atomics are enough. Rows begin on cache lines of their own.
 */
#include "gateway/base/metric.h"

#include <errno.h>
#include <sys/mman.h>

#include "gateway/base/log.h"

#define METRIC_LINE (64 / sizeof(int64_t))
#define METRIC_STRIDE ((SH_METRIC_COUNT + METRIC_LINE - 1) / METRIC_LINE * METRIC_LINE)

enum metric_kind { COUNTER, GAUGE, MOST }; /* MOST: a gauge of which the highest counts, not the sum */

static const struct {
	enum metric_kind kind;
	const char *name, *labels, *help;
} metric_table[] = {
#define METRIC(id_, kind_, name_, labels_, help_) { kind_, name_, labels_, help_ },
#include "gateway/base/metric.def"
};

static int64_t metric_private[METRIC_STRIDE];
static int64_t *metric_rows = metric_private;
static int metric_count = 1, metric_mine;

static int64_t *
metric_cell(int row, enum sh_metric m)
{
	assert((unsigned)m < SH_METRIC_COUNT);
	return metric_rows + (size_t)row * METRIC_STRIDE + m;
}

void
sh_metric_share(int rows)
{
	void *page;

	assert(rows > 0 && metric_rows == metric_private);
	page = mmap(NULL, (size_t)rows * METRIC_STRIDE * sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		sh_log(SH_LOG_ERROR, "metric.private", "no shared memory: each process counts for itself", SH_F_STR("error", strerror(errno)));
		return;
	}
	memcpy(page, metric_private, sizeof(metric_private));
	metric_rows = page;
	metric_count = rows;
}

void
sh_metric_take_row(int row)
{
	if (metric_rows == metric_private)
		return;
	assert(row >= 0 && row < metric_count);
	metric_mine = row;
}

void
sh_metric_reset_row(int row)
{
	if (metric_rows == metric_private)
		return;
	assert(row >= 0 && row < metric_count);
	for (int m = 0; m < SH_METRIC_COUNT; m++)
		if (metric_table[m].kind != COUNTER)
			__atomic_store_n(metric_cell(row, m), 0, __ATOMIC_RELAXED);
}

void
sh_metric_add(enum sh_metric m, int64_t n)
{
	__atomic_fetch_add(metric_cell(metric_mine, m), n, __ATOMIC_RELAXED);
}

void
sh_metric_set(enum sh_metric m, int64_t v)
{
	__atomic_store_n(metric_cell(metric_mine, m), v, __ATOMIC_RELAXED);
}

int64_t
sh_metric_sum(enum sh_metric m)
{
	int64_t sum = 0;

	for (int row = 0; row < metric_count; row++) {
		int64_t v = __atomic_load_n(metric_cell(row, m), __ATOMIC_RELAXED);

		if (metric_table[m].kind == MOST)
			sum = v > sum ? v : sum;
		else
			sum = (int64_t)((uint64_t)sum + (uint64_t)v); /* whatever a driver wrote over it */
	}
	return sum;
}

void
sh_metric_write(struct sh_buf *b)
{
	for (int m = 0; m < SH_METRIC_COUNT; m++) {
		const char *name = metric_table[m].name, *labels = metric_table[m].labels;

		if (m == 0 || strcmp(metric_table[m - 1].name, name) != 0)
			sh_buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, metric_table[m].help, name,
			    metric_table[m].kind == COUNTER ? "counter" : "gauge");
		sh_buf_printf(b, *labels ? "%s{%s} %lld\n" : "%s%s %lld\n", name, labels, (long long)sh_metric_sum(m));
	}
}
