/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * base/metric.h: counters and gauges in a page that all processes of one gateway share.
 *
 * base/metric.def lists every metric. Each process adds to a row of its own, so nothing is locked; whoever is
 * asked for /metrics sums the rows. Before sh_metric_share the counters live in private memory (tests, CLI).
 */
#ifndef SH_BASE_METRIC_H
#define SH_BASE_METRIC_H

#include "gateway/base/buf.h"

enum sh_metric {
#define METRIC(id_, kind_, name_, labels_, help_) SH_METRIC_##id_,
#include "gateway/base/metric.def"
	SH_METRIC_COUNT
};

/* The master calls this once, before it forks: rows 0 to n-1. */
void sh_metric_share(int rows);
void sh_metric_take_row(int row);	/* this process's row */
void sh_metric_reset_row(int row);	/* gauges to 0, when a worker is replaced; counters stay */

void sh_metric_add(enum sh_metric, int64_t);
void sh_metric_set(enum sh_metric, int64_t);
int64_t sh_metric_sum(enum sh_metric);	/* over all rows; of a MOST the highest */

/* Prometheus text exposition 0.0.4 of all of them. */
void sh_metric_write(struct sh_buf *);

#endif
