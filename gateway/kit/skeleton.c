/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* kit/skeleton.c: writes a driver's first files. */
#include "gateway/kit/skeleton.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/base/buf.h"
#include "gateway/driver/table.h"
#include "gateway/kit/files.h"

#define SKELETON_TEXT ((size_t)1 << 20)

static const struct {
	const char *name, *text;
} skeleton_files[] = {
#include "gateway/kit/skeleton.inc"
};

/* Adds the name in the spelling that the word asks for; false: it is no word of ours. */
static bool
skeleton_word(struct sh_buf *b, struct sh_str word, const char *name)
{
	bool upper = sh_str_is(word, "NAME"), title = sh_str_is(word, "Title"), dash = sh_str_is(word, "dash");

	if (!upper && !title && !dash && !sh_str_is(word, "name"))
		return false;
	for (size_t i = 0; name[i]; i++) {
		char ch = name[i];

		if (ch == '_' && (title || dash))
			ch = title ? ' ' : '-';
		else if (ch >= 'a' && ch <= 'z' && (upper || (title && (i == 0 || name[i - 1] == '_'))))
			ch = (char)(ch - 'a' + 'A');
		sh_buf_add_char(b, ch);
	}
	return true;
}

static void
skeleton_fill(struct sh_buf *b, const char *text, const char *name)
{
	while (*text) {
		const char *end = *text == '@' ? strchr(text + 1, '@') : NULL;

		if (end && skeleton_word(b, (struct sh_str){ text + 1, (size_t)(end - text - 1) }, name)) {
			text = end + 1;
			continue;
		}
		sh_buf_add_char(b, *text++);
	}
}

static enum sh_status
skeleton_folder(const char *path, struct sh_error *e)
{
	if (mkdir(path, 0777) == 0)
		return SH_OK;
	return sh_fail(e, errno == EEXIST ? SH_ECONFLICT : SH_ESYSTEM, "%s: %s", path, strerror(errno));
}

static enum sh_status
skeleton_file(size_t i, const char *name, const char *dir, struct sh_error *e)
{
	struct sh_buf path, text;
	enum sh_status st;

	sh_buf_init(&path, PATH_MAX);
	sh_buf_init(&text, SKELETON_TEXT);
	sh_buf_printf(&path, "%s/", dir);
	skeleton_fill(&path, skeleton_files[i].name, name);
	skeleton_fill(&text, skeleton_files[i].text, name);
	st = path.failed ? sh_fail(e, SH_EINVALID, "the path is too long") : sh_file_make(path.s, sh_buf_str(&text), e);
	sh_buf_clear(&path);
	sh_buf_clear(&text);
	return st;
}

enum sh_status
sh_skeleton_new(const char *name, const char *dir, struct sh_error *e)
{
	static const char *const folders[] = { "", "/golden", "/samples" };
	char path[PATH_MAX];

	if (!sh_table_is_name(sh_str(name)))
		return sh_fail(
		    e, SH_EINVALID, "\"%.40s\" is no name of a driver: expected a-z, 0-9 and _, a letter first, 32 at most", name);
	for (size_t i = 0; i < SH_LENGTH(folders); i++) {
		if (snprintf(path, sizeof(path), "%s%s", dir, folders[i]) >= (int)sizeof(path))
			return sh_fail(e, SH_EINVALID, "the path is too long");
		if (skeleton_folder(path, e) != SH_OK)
			return e->status;
	}
	for (size_t i = 0; i < SH_LENGTH(skeleton_files); i++)
		if (skeleton_file(i, name, dir, e) != SH_OK)
			return e->status;
	return SH_OK;
}
