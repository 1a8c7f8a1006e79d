/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * loadgen/payload.h: a webhook's body in the shape of Retell's call_ended or call_analyzed, of about the size that is asked for.
 *
 * The same for every run: the text comes from a fixed seed, varied enough that it compresses as real talk does. Only
 * the call's id differs from request to request; id_at is where its PAYLOAD_ID characters stand.
 */
#ifndef BENCH_PAYLOAD_H
#define BENCH_PAYLOAD_H

#include <stddef.h>

#define PAYLOAD_ID 32

struct payload {
	char *text;
	size_t n, id_at;
};

struct payload payload_make(const char *event, size_t want);

#endif
