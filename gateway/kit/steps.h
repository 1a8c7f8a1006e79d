/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/steps.h: how many instructions does a function take, where no counter of the processor can be had. Inside gateway/kit only.
 *
 * A child runs it step by step under ptrace, as a debugger would: some microseconds an instruction, and exact. A string instruction that
 * repeats counts once, as processors count it.
 */
#ifndef SH_KIT_STEPS_H
#define SH_KIT_STEPS_H

#include <stdint.h>

/* -1: nobody may be traced here. f runs in a child, once to warm up and once to be counted. */
int64_t steps_count(void (*f)(void *), void *arg);

#endif
