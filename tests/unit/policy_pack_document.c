/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* docs/jurisdictions.md shows every rule that is shipped, as it is, and no other; and every set of holidays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/time.h"
#include "gateway/policy/pack.h"

#define TEXT_MAX (1 << 18)

/* A file below the top folder, to be freed. */
static char *
slurp(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[4096], *text = calloc(1, TEXT_MAX);
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", top ? top : ".", name);
	f = fopen(path, "r");
	if (!f || !text || fread(text, 1, TEXT_MAX - 1, f) == 0)
		fail_msg("cannot read %s", path);
	fclose(f);
	return text;
}

static struct sh_packs *
shipped(void)
{
	const char *top = getenv("top_srcdir");
	struct sh_packs *packs = sh_packs_new();
	char folder[4096], path[512], name[256];
	struct sh_faults f;
	struct dirent *d;
	DIR *dir;

	sh_faults_init(&f, "shipped");
	snprintf(folder, sizeof(folder), "%s/policies/jurisdictions", top ? top : ".");
	dir = opendir(folder);
	assert_non_null(dir);
	while ((d = readdir(dir))) {
		size_t n = strlen(d->d_name);
		char *text;

		if (n < 5 || strcmp(d->d_name + n - 5, ".yaml") != 0)
			continue;
		snprintf(path, sizeof(path), "policies/jurisdictions/%s", d->d_name);
		snprintf(name, sizeof(name), "%.*s", (int)(n - 5), d->d_name);
		text = slurp(path);
		if (!sh_packs_add(packs, name, sh_str(text), &f))
			fail_msg("%s", f.text.s);
		free(text);
	}
	closedir(dir);
	sh_faults_clear(&f);
	return packs;
}

static void SH_PRINTF(2, 3)
add(char out[2048], const char *fmt, ...)
{
	size_t n = strlen(out);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out + n, 2048 - n, fmt, ap);
	va_end(ap);
}

static void
row(const struct sh_pack_rule *r, char out[2048])
{
	struct sh_civil c;
	struct sh_buf hours;

	sh_buf_init(&hours, 2048);
	sh_pack_rule_hours(r, &hours);
	*out = '\0';
	add(out, "| `%s` | %s | ", r->id, r->where);
	add(out, "%s", sh_buf_str(&hours).s);
	sh_buf_clear(&hours);
	for (int i = 0; i < r->ncaps; i++)
		add(out, "%s%d in %d h", r->has_hours || i ? "; " : "", r->caps[i].calls, r->caps[i].within_s / 3600);
	if (r->quiet.from_day) {
		c = sh_time_to_civil(r->quiet.from_day * SH_DAY_MS);
		add(out, "; since %04d-%02d-%02d", c.year, c.month, c.day);
	}
	add(out, " | %s | %s | %s | %s |\n", sh_pack_applies_name(r->applies), r->exempts_requested ? "exempt" : "applies", r->source,
		r->verified ? "yes" : "no");
}

/* How many rows of its tables begin with a name in backquotes of this prefix. */
static size_t
rows_of(const char *document, const char *prefix)
{
	size_t n = 0;

	for (const char *at = strstr(document, prefix); at; at = strstr(at + 1, prefix))
		n += at[-1] == '\n';
	return n;
}

static void
test_rules(void **state)
{
	struct sh_packs *packs = shipped();
	char *document = slurp("docs/jurisdictions.md"), want[2048];
	const struct sh_pack_rule *r;
	size_t n = 0, missing = 0;

	(void)state;
	for (; (r = sh_packs_rule_at(packs, n)); n++) {
		row(r, want);
		if (strstr(document, want))
			continue;
		print_error("missing: %s", want);
		missing++;
	}
	assert_int_equal(missing, 0);
	assert_true(n > 25);
	assert_int_equal(rows_of(document, "| `us-") + rows_of(document, "| `ca-"), n);
	for (size_t i = 0; sh_packs_at(packs, i); i++) {
		snprintf(want, sizeof(want), "\n### `%s`, version %s\n\n%s.", sh_packs_at(packs, i),
			sh_packs_version(packs, sh_packs_at(packs, i)), sh_packs_title(packs, sh_packs_at(packs, i)));
		if (!strstr(document, want))
			fail_msg("missing: %s", want);
	}
	free(document);
	sh_packs_free(packs);
}

static void
test_holidays(void **state)
{
	char *document = slurp("docs/jurisdictions.md"), want[256];

	(void)state;
	for (int s = 0; s < SH_HOLIDAY_SETS; s++) {
		snprintf(want, sizeof(want), "\n| `%s` | %s |", sh_holiday_set_name((enum sh_holiday_set)s),
			sh_holiday_set_source((enum sh_holiday_set)s));
		if (!strstr(document, want))
			fail_msg("missing: %s", want);
	}
	free(document);
}

/* What the comparison is made of tells rules apart. */
static void
test_rows(void **state)
{
	struct sh_packs *packs = shipped();
	char a[2048];

	(void)state;
	row(sh_packs_find(packs, "us-ri-5-61-3.6"), a);
	assert_non_null(strstr(a, "| US-RI | Mon–Fri 09:00–18:00, Sat 10:00–17:00, no Sun, no us_federal, no us_ri | solicitation | exempt |"));
	row(sh_packs_find(packs, "us-md-14-4502"), a);
	assert_non_null(strstr(a, "| 08:00–20:00; 3 in 24 h; since 2024-01-01 |"));
	row(sh_packs_find(packs, "us-sd-37-30-28"), a);
	assert_non_null(strstr(a, "| Mon–Fri 09:00–21:00, no Sat–Sun | automated | applies |"));
	sh_packs_free(packs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_holidays),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
