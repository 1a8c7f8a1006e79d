/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/value.h: reads one option's value by its type, and writes it back. For server/config.c alone.
 */
#ifndef SH_SERVER_VALUE_H
#define SH_SERVER_VALUE_H

#include "gateway/server/config.h"

enum sh_value_type {
	SH_VALUE_TEXT,
	SH_VALUE_URL, /* http or https, without a slash at the end */
	SH_VALUE_CONNINFO,
	SH_VALUE_PATH,
	SH_VALUE_PATHS,
	SH_VALUE_ADDRESSES, /* "127.0.0.1:8080", "[::]:8080" */
	SH_VALUE_NETS, /* CIDR */
	SH_VALUE_COUNT,
	SH_VALUE_SIZE, /* "16KiB" */
	SH_VALUE_SPAN, /* "250ms", "1h30m" */
	SH_VALUE_FLAG,
	SH_VALUE_LEVEL
};

struct sh_value_row {
	const char *path;
	enum sh_value_type type;
	const char *min, *max; /* of counts, sizes and spans, spelled as in the file */
	bool at_start;
	const char *preset; /* the default, spelled as in the file */
};

/* Adds a fault and returns false if the node does not fit the row. Strings live in the arena. */
bool sh_value_read(const struct sh_value_row *, const struct sh_yaml *, const char *folder, struct sh_arena *, struct sh_faults *,
    struct sh_config_value *ret);

/* As the file would spell it; absent: nothing. */
void sh_value_write(const struct sh_value_row *, const struct sh_config_value *, struct sh_buf *);

#endif
