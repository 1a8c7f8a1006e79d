/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/check_file.c: the file as it lies there, before anything of it is called.
 */
#include <stdio.h>

#include "gateway/kit/elf.h"
#include "gateway/kit/files.h"
#include "gateway/kit/trial.h"

void
check_loads(struct sh_trial *t)
{
	const struct sh_driver_loaded *d = t->driver;
	struct sh_buf b;

	sh_buf_init(&b, TRIAL_DESCRIBE - 1);
	sh_driver_describe(d, &b);
	if (!b.failed) {
		memcpy(t->page->describe, b.s, b.n);
		t->page->ndescribe = (uint32_t)b.n;
	}
	sh_buf_clear(&b);
	if (d->refused)
		trial_fault(t, "%s", d->refused);
	else
		trial_summary(t, "interface %u.%u; %u settings, %u reasons", d->table.abi_major, d->table.abi_minor, d->nsettings,
		    d->nreasons);
}

/* ---- symbols ---- */

static const struct file_imports {
	const char *names, *why;
	bool note;
} file_imports[] = {
#define IMPORTS(names_, why_) { names_, why_, false },
#define NOTES(names_, why_) { names_, why_, true },
#include "gateway/kit/imports.def"
};

static bool
file_lists(const char *names, struct sh_str name)
{
	for (const char *at = names; *at;) {
		size_t n = strcspn(at, " ");

		if (sh_str_eq((struct sh_str){ at, n }, name))
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}

static bool
file_begins(struct sh_str s, const char *with)
{
	return s.n >= strlen(with) && memcmp(s.s, with, strlen(with)) == 0;
}

static void
file_exports(struct sh_trial *t, const struct elf_names *names)
{
	for (size_t i = 0; i < names->n; i++) {
		struct sh_str s = names->at[i];

		/* The linker's own marks, and a sanitizer's. */
		if (sh_str_is(s, SH_DRIVER_SYMBOL) || file_lists("_init _fini _edata _end __bss_start", s) ||
		    file_begins(s, "__odr_asan"))
			continue;
		trial_fault(t, "it exports %.*s: compile with -fvisibility=hidden, and make functions static", (int)s.n, s.s);
	}
}

static void
file_calls(struct sh_trial *t, const struct elf_names *names)
{
	for (size_t k = 0; k < SH_LENGTH(file_imports); k++)
		for (size_t i = 0; i < names->n; i++)
			if (file_lists(file_imports[k].names, names->at[i]))
				trial_say(t, file_imports[k].note ? SH_SAID_NOTE : SH_SAID_FAULT, "it calls %.*s, which %s",
				    (int)names->at[i].n, names->at[i].s, file_imports[k].why);
}

static void
file_links(struct sh_trial *t, const struct elf_names *names)
{
	for (size_t i = 0; i < names->n; i++) {
		struct sh_str s = names->at[i];

		if (!file_begins(s, "libc.so") && !file_begins(s, "ld-linux") && !file_begins(s, "libasan.so") &&
		    !file_begins(s, "libubsan.so") && !file_begins(s, "libgcc_s.so") && !file_begins(s, "libm.so"))
			trial_note(t, "it needs %.*s, which every gateway that loads it must have", (int)s.n, s.s);
	}
}

void
check_symbols(struct sh_trial *t)
{
	struct elf_symbols symbols;
	struct sh_error e;
	struct sh_str file;

	if (sh_file_read(t->arena, t->options->file, &file, &e) != SH_OK || elf_read(t->arena, file, &symbols, &e) != SH_OK) {
		trial_fault(t, "%s", e.text);
		return;
	}
	file_exports(t, &symbols.exported);
	file_calls(t, &symbols.called);
	file_links(t, &symbols.linked);
	trial_summary(t, "%zu KiB; exports its table alone", (file.n + 1023) >> 10);
}

/* ---- words ---- */

static bool
file_is_empty(const char *z)
{
	return !z || !*z;
}

static void
file_settings(struct sh_trial *t)
{
	const struct sh_driver_loaded *d = t->driver;

	for (uint32_t i = 0; i < d->nsettings; i++) {
		struct sh_setting s = sh_driver_setting(d, i);

		if (file_is_empty(s.help))
			trial_fault(t, "setting %s has no help: what is it, and where does a person find it?", s.name);
		else if (strlen(s.help) > 200)
			trial_note(t, "setting %s: a help of %zu bytes, where one sentence is shown", s.name, strlen(s.help));
		if (s.required && s.fallback)
			trial_fault(t, "setting %s is required, and has a fallback: one of the two is not meant", s.name);
	}
}

static void
file_hosts(struct sh_trial *t)
{
	for (const char *const *h = t->driver->table.hosts; h && *h; h++)
		if (strspn(*h, "abcdefghijklmnopqrstuvwxyz0123456789.-") != strlen(*h) || !strchr(*h, '.'))
			trial_fault(t, "host \"%s\": expected the name of a host, in lower case, without scheme, port or path", *h);
}

void
check_words(struct sh_trial *t)
{
	const struct sh_driver_loaded *d = t->driver;
	const struct sh_driver *table = &d->table;
	bool asks = false;

	for (unsigned c = 0; c < SH_CAN_COUNT; c++)
		asks |= c != SH_CAN_WEBHOOK && c != SH_CAN_REPLY && sh_driver_can(d, (enum sh_capability)c);
	if (d->capabilities == 0)
		trial_fault(t, "it can do nothing: no capability has its functions");
	if (file_is_empty(table->title))
		trial_fault(t, "it has no title, which is what people see");
	if (file_is_empty(table->version))
		trial_fault(t, "it has no version");
	file_settings(t);
	file_hosts(t);
	for (uint32_t i = 0; i < d->nreasons; i++)
		if (file_is_empty(sh_driver_reason(d, i).help))
			trial_fault(t, "reason %s has no help", sh_driver_reason(d, i).reason);
	if (asks && !table->base_url_setting)
		trial_note(t, "no base_url_setting: it cannot be tried against a double of the provider, or used through a relay");
	if (sh_driver_can(d, SH_CAN_DIAL) && !sh_driver_can(d, SH_CAN_CALLS))
		trial_note(
		    t, "it dials, but cannot list calls: a dial whose answer was lost waits for its webhook, or for a person");
	if ((table->list_has_dial_id || table->list_lag_s) && !sh_driver_can(d, SH_CAN_CALLS))
		trial_fault(t, "it says what its list of calls proves, but has none");
	trial_summary(
	    t, "\"%s\" %s", file_is_empty(table->title) ? "" : table->title, file_is_empty(table->version) ? "" : table->version);
}
