/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/elf.c: the dynamic symbols of an ELF file, by its table of sections.
 */
#include "gateway/kit/elf.h"

#include <elf.h>
#include <link.h>

#define ELF_MOST 65536

struct elf_file {
	struct sh_arena *arena;
	struct sh_str text;
	ElfW(Ehdr) head;
};

/* A piece of the file that is in it. */
static bool
elf_piece(const struct elf_file *f, uint64_t at, uint64_t n, struct sh_str *ret)
{
	if (at > f->text.n || n > f->text.n - at)
		return false;
	*ret = (struct sh_str){ f->text.s + at, n };
	return true;
}

static bool
elf_section(const struct elf_file *f, unsigned i, ElfW(Shdr) * ret)
{
	struct sh_str piece;

	if (i >= f->head.e_shnum || !elf_piece(f, f->head.e_shoff + (uint64_t)i * sizeof(*ret), sizeof(*ret), &piece))
		return false;
	memcpy(ret, piece.s, sizeof(*ret));
	return true;
}

static struct sh_str
elf_name(struct sh_str strings, uint64_t at)
{
	const char *end = at < strings.n ? memchr(strings.s + at, '\0', strings.n - at) : NULL;

	return end ? (struct sh_str){ strings.s + at, (size_t)(end - strings.s) - at } : SH_NONE;
}

static void
elf_add(struct elf_names *names, struct sh_str name)
{
	if (name.n > 0)
		names->at[names->n++] = name;
}

static void
elf_read_symbols(struct sh_str table, struct sh_str strings, struct elf_symbols *ret)
{
	for (size_t i = 0; i + 1 <= table.n / sizeof(ElfW(Sym)); i++) {
		ElfW(Sym) s;

		memcpy(&s, table.s + i * sizeof(s), sizeof(s));
		if (ELF64_ST_BIND(s.st_info) == STB_LOCAL)
			continue;
		elf_add(s.st_shndx == SHN_UNDEF ? &ret->called : &ret->exported, elf_name(strings, s.st_name));
	}
}

static void
elf_read_dynamic(struct sh_str table, struct sh_str strings, struct elf_symbols *ret)
{
	for (size_t i = 0; i + 1 <= table.n / sizeof(ElfW(Dyn)); i++) {
		ElfW(Dyn) d;

		memcpy(&d, table.s + i * sizeof(d), sizeof(d));
		if (d.d_tag == DT_NEEDED)
			elf_add(&ret->linked, elf_name(strings, d.d_un.d_val));
	}
}

static bool
elf_room(struct elf_file *f, struct elf_names *names, size_t n)
{
	names->at = n <= ELF_MOST ? sh_arena_array(f->arena, struct sh_str, n ? n : 1) : NULL;
	return names->at != NULL;
}

static bool
elf_walk(struct elf_file *f, struct elf_symbols *ret)
{
	ElfW(Shdr) s, names;
	struct sh_str table, strings;

	for (unsigned i = 0; i < f->head.e_shnum; i++) {
		if (!elf_section(f, i, &s))
			return false;
		if (s.sh_type != SHT_DYNSYM && s.sh_type != SHT_DYNAMIC)
			continue;
		if (!elf_section(f, s.sh_link, &names) || !elf_piece(f, s.sh_offset, s.sh_size, &table) ||
		    !elf_piece(f, names.sh_offset, names.sh_size, &strings))
			return false;
		if (s.sh_type == SHT_DYNSYM) {
			if (!elf_room(f, &ret->exported, table.n / sizeof(ElfW(Sym))) ||
			    !elf_room(f, &ret->called, table.n / sizeof(ElfW(Sym))))
				return false;
			elf_read_symbols(table, strings, ret);
		} else {
			if (!elf_room(f, &ret->linked, table.n / sizeof(ElfW(Dyn))))
				return false;
			elf_read_dynamic(table, strings, ret);
		}
	}
	return ret->exported.at != NULL;
}

enum sh_status
elf_read(struct sh_arena *a, struct sh_str file, struct elf_symbols *ret, struct sh_error *e)
{
	struct elf_file f = { .arena = a, .text = file };

	*ret = (struct elf_symbols){ 0 };
	if (file.n < sizeof(f.head) || memcmp(file.s, ELFMAG, SELFMAG) != 0)
		return sh_fail(e, SH_EINVALID, "no ELF file");
	memcpy(&f.head, file.s, sizeof(f.head));
	if (f.head.e_shentsize != sizeof(ElfW(Shdr)) || !elf_walk(&f, ret))
		return sh_fail(e, SH_EINVALID, "an ELF file without a table of dynamic symbols that can be read");
	return SH_OK;
}
