/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/elf.h: what a shared object exports, what it calls and what it links to, read from the file. Inside gateway/kit only.
 */
#ifndef SH_KIT_ELF_H
#define SH_KIT_ELF_H

#include "gateway/base/arena.h"
#include "gateway/base/error.h"

struct elf_names {
	struct sh_str *at;
	size_t n;
};

struct elf_symbols {
	struct elf_names exported, called, linked;
};

/* The file is a stranger's: nothing in it is believed. Strings live in the text. */
enum sh_status elf_read(struct sh_arena *, struct sh_str file, struct elf_symbols *ret, struct sh_error *) SH_MUST_CHECK;

#endif
