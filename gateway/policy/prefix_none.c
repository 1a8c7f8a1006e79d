/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/prefix_none.c: stands for the table of prefixes where python3-phonenumbers was not there at build time. */
#include "gateway/policy/prefix_table.h"

const struct sh_prefix_table sh_prefix_table = { .source = "" };
