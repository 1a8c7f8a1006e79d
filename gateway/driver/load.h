/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * driver/load.h: finds and checks drivers. The set is made once at start and never changes; reload is new workers.
 *
 * Order of the checks, each refusal one line that names file, what was found and what was expected: dlopen
 * (RTLD_NOW | RTLD_LOCAL) → symbol → major → size at least the frozen part → copy of min(theirs, ours) bytes into
 * a zeroed table of ours → name equals the file's → settings and reasons well-formed → every capability has all of its
 * functions. A refused driver does not stop the others; what is refused stays in the set with its reason.
 */
#ifndef SH_DRIVER_LOAD_H
#define SH_DRIVER_LOAD_H

#include "gateway/base/error.h"
#include "gateway/base/buf.h"

/* What a driver can do, for people and the API: one row a capability in driver/capability.def. */
enum sh_capability {
#define CAPABILITY(id_, name_, help_) SH_CAN_##id_,
#include "gateway/driver/capability.def"
	SH_CAN_COUNT
};

struct sh_driver_loaded {
	const char *name; /* from the file name, also of a refused one */
	const char *path;
	const char *refused; /* why; NULL: ready */
	uint64_t file; /* a hash of the file's bytes: another version is another file */
	struct sh_driver table; /* zero if refused */
	unsigned capabilities; /* bit 1 << enum sh_capability */
	uint32_t nsettings, nreasons;
	uint32_t nanswers; /* of the settings: the host's own, which follow the driver's */
	int64_t *kept; /* bytes that its runs allocated and did not free, in this process; NULL: not counted */
};

struct sh_drivers;

/* dirs ends with NULL; each switchhook-*.so in them, sorted; a name seen before is refused. A missing folder is an error. */
enum sh_status sh_drivers_load(const char *const *dirs, struct sh_drivers **ret, struct sh_error *) SH_MUST_CHECK;
/* A file that is read through a descriptor, under the name that people know it by; fd -1: through the path. */
struct sh_driver_file {
	const char *path;
	int fd;
	bool open; /* sh_driver_is_open when it was copied */
};
/* "…/switchhook-acme.so" → "acme"; SH_NONE if the file is not named so. */
struct sh_str sh_driver_file_name(struct sh_str path);
/* May anybody on this machine change the file, or put another one into its place? Then it is refused as a gateway's driver. */
bool sh_driver_is_open(const char *path);
/* These files alone, in this order; they must stay open while the set is used. */
enum sh_status sh_drivers_load_files(
    const struct sh_driver_file *, size_t n, struct sh_drivers **ret, struct sh_error *) SH_MUST_CHECK;
/* One file, for `switchhook driver inspect`. */
enum sh_status sh_drivers_load_file(const char *path, struct sh_drivers **ret, struct sh_error *) SH_MUST_CHECK;
void sh_drivers_free(struct sh_drivers *); /* never unloads */

size_t sh_drivers_count(const struct sh_drivers *);
const struct sh_driver_loaded *sh_drivers_at(const struct sh_drivers *, size_t);
/* Ready ones only; NULL: none of that name. */
const struct sh_driver_loaded *sh_drivers_find(const struct sh_drivers *, struct sh_str name);

const char *sh_capability_name(enum sh_capability);
static inline bool
sh_driver_can(const struct sh_driver_loaded *d, enum sh_capability c)
{
	return d->capabilities >> c & 1;
}

/* The settings that the host adds where a driver says has_answers: which field of the provider's analysis means what. */
#define SH_MEANING_SETTINGS 3
extern const struct sh_setting sh_meaning_settings[SH_MEANING_SETTINGS];

/* A row of the driver's own tables, whatever minor they were compiled with; of settings, the host's follow them. */
struct sh_setting sh_driver_setting(const struct sh_driver_loaded *, uint32_t index);
int sh_driver_setting_index(const struct sh_driver_loaded *, struct sh_str name); /* -1: none */
struct sh_reason sh_driver_reason(const struct sh_driver_loaded *, uint32_t index);

/* {"name","title","version","abi","capabilities":[…],"settings":[…],"state","refused",…} for CLI and API. */
void sh_driver_describe(const struct sh_driver_loaded *, struct sh_buf *);

#endif
