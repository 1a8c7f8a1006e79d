/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * unconfined: stands in for libseccomp where callgrind counts. Valgrind knows no seccomp, and the keyholder refuses to work without
 * its filter; so the filter is said to be in place. For counting only.
 */
#include <seccomp.h>

#pragma GCC visibility push(default)

scmp_filter_ctx
seccomp_init(uint32_t action)
{
	static int filter;

	(void)action;
	return &filter;
}

int
seccomp_rule_add_array(scmp_filter_ctx filter, uint32_t action, int call, unsigned int n, const struct scmp_arg_cmp *args)
{
	(void)filter;
	(void)action;
	(void)call;
	(void)n;
	(void)args;
	return 0;
}

int
seccomp_load(const scmp_filter_ctx filter)
{
	(void)filter;
	return 0;
}

void
seccomp_release(scmp_filter_ctx filter)
{
	(void)filter;
}
