/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* cmd/rest_table.c: rest.def and rest_options.def as tables. */
#include "gateway/cmd/rest.h"

const struct sh_rest_verb sh_rest_verbs[SH_REST_COUNT] = {
#define NOUN(name_, help_)
#define VERB(id_, noun_, verb_, method_, path_, columns_, help_) \
	[SH_REST_##id_] = { #id_, noun_, verb_, #method_, path_, columns_, help_ },
#include "gateway/cmd/rest.def"
};

const struct sh_rest_option sh_rest_options[] = {
#define OPTION(verb_, name_, place_, field_, type_, presence_, help_) \
	{ SH_REST_##verb_, name_, field_, SH_REST_##place_, SH_REST_##type_, SH_REST_##presence_, help_ },
#include "gateway/cmd/rest_options.def"
};
const size_t sh_rest_noptions = SH_LENGTH(sh_rest_options);
