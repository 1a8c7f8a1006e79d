/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/config.h: config/switchhook.yaml as the gateway reads it. server/options.def lists every option.
 *
 *	struct sh_faults faults;
 *	sh_faults_init(&faults, "/etc/switchhook/switchhook.yaml");
 *	struct sh_config *c = sh_config_load(&faults);		// NULL: faults.text names every one
 *	c->v[SH_OPTION_workers].i
 *
 * Defaults are text like the file's and read by the same code. Relative paths start at the folder of the file.
 * ${driverdir}, ${policydir} and ${pgbindir} at the start of a path stand for what this program was built with.
 */
#ifndef SH_SERVER_CONFIG_H
#define SH_SERVER_CONFIG_H

#include "gateway/base/yaml.h"

#define SH_CONFIG_PROXIES 64 /* networks in trusted_proxies */

enum sh_option {
#define OPTION(id_, path_, type_, when_, default_, help_) SH_OPTION_##id_,
#include "gateway/server/options.def"
	SH_OPTION_COUNT
};

struct sh_config_value {
	bool set; /* stands in the file, at: */
	int line, column;
	int64_t i; /* counts; sizes in bytes; spans in ms; flags; enum sh_log_level */
	const char *s; /* text and paths; NULL: absent */
	const char *const *list; /* ends with NULL */
	size_t n;
};

struct sh_held;

struct sh_config {
	struct sh_arena *arena;
	const char *file, *folder; /* absolute */
	struct sh_config_value v[SH_OPTION_COUNT];
	struct sh_held *held; /* of the policies, plans and drivers that it names; NULL: they are read from their folders */
};

/* Reads the file that faults names. NULL if there was any fault. */
struct sh_config *sh_config_load(struct sh_faults *);
/* The same, but what was at fault has its default: to check what the rest leads to. NULL if it cannot be read as YAML. */
struct sh_config *sh_config_read(struct sh_faults *);
void sh_config_free(struct sh_config *);
void sh_config_freep(struct sh_config **);

const char *sh_config_path(enum sh_option);
/* Only a restart brings a change of it into effect. */
bool sh_config_at_start(enum sh_option);
bool sh_config_same(const struct sh_config *, const struct sh_config *, enum sh_option);

/* Every option with its effective value, as YAML; the passwords of a connection string are masked. */
void sh_config_write(const struct sh_config *, struct sh_buf *);

/* The connection string: the file's, or the one of the embedded Postgres. Lives as long as the config. */
const char *sh_config_conninfo(const struct sh_config *);
void sh_config_spool_dir(const struct sh_config *, char *out, size_t room); /* ingest.spool_dir, or its place in state_dir */
/* The file of the plans, as said or beside the config; NULL: there is none beside it. */
const char *sh_config_plans(const struct sh_config *, char *out, size_t room);
int sh_config_workers(const struct sh_config *); /* 0 resolved */

#endif
