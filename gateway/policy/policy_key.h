/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * policy/policy_key.h: the table of keys, for those who read, lay over and show policies. Private to policy/.
 */
#ifndef SH_POLICY_POLICY_KEY_H
#define SH_POLICY_POLICY_KEY_H

#include "gateway/base/writer.h"
#include "gateway/policy/policy.h"

#define SH_POLICY_LAYER_REASONS_MAX (SH_POLICY_REASONS_MAX / 4)	/* plan, named, workspace and agent fit together */
#define SH_POLICY_SHOW_DEPTH 4

/* The layer that is being read. */
struct sh_policy_reader {
	struct sh_policy *p;
	enum sh_origin origin;
	const struct sh_zones *zones;
	struct sh_faults *faults;
	const struct sh_yaml *section;	/* in which the key stands */
};

/* The policy that is being shown. Sections are opened by the first value in them. */
struct sh_policy_show {
	struct sh_out *o;
	const struct sh_policy *p;
	bool origins;			/* each value as {"value": …, "from": …} */
	bool rows;			/* and as a row of a list, with its whole key, instead of in its place */
	const char *plan;		/* its name, beside what comes from it; NULL */
	const char *inside[SH_POLICY_SHOW_DEPTH];
	int depth, opened;
};

enum sh_policy_kind { SH_POLICY_FLAG, SH_POLICY_COUNT, SH_POLICY_SPAN, SH_POLICY_MILLIS, SH_POLICY_DAYS, SH_POLICY_CLOCK, SH_POLICY_CHOICE,
	SH_POLICY_PART, SH_POLICY_MANY };

struct sh_policy_key {
	const char *section, *key;
	enum sh_policy_kind kind;
	int64_t min, max;		/* of counts; of spans in seconds, days and minutes of the day */
	const char *const *words;	/* of choices */
	size_t at, size, from;		/* in struct sh_policy; from: of its origin. size 0: of MANY */
	void (*read)(struct sh_policy_reader *, const struct sh_yaml *);
	void (*show)(struct sh_policy_show *);	/* of PART the value alone; of MANY all of it */
};

extern const struct sh_policy_key sh_policy_keys[];
extern const size_t sh_policy_nkeys;

#define KEY(...)
#define PART(section, key, name, ...)					\
	void sh_policy_read_##name(struct sh_policy_reader *, const struct sh_yaml *);	\
	void sh_policy_show_##name(struct sh_policy_show *);
#define MANY(section, key, name) PART(section, key, name)
#include "gateway/policy/policy_keys.def"

/* A value of kinds up to CHOICE. */
void sh_policy_key_read(const struct sh_policy_key *, struct sh_policy_reader *, const struct sh_yaml *);
void sh_policy_key_show(const struct sh_policy_key *, struct sh_policy_show *);

static inline enum sh_origin *
sh_policy_key_from(const struct sh_policy_key *k, struct sh_policy *p)
{
	return (enum sh_origin *)(void *)((char *)p + k->from);
}

/* Into a section and out of it; around one value, which is shown only if _begin says so. */
void sh_policy_show_in(struct sh_policy_show *, const char *key);
void sh_policy_show_out(struct sh_policy_show *);
bool sh_policy_show_begin(struct sh_policy_show *, const char *key, enum sh_origin from);
void sh_policy_show_end(struct sh_policy_show *, enum sh_origin from);

void sh_policy_show_span(struct sh_policy_show *, int64_t s);	/* "1h30m" */
void sh_policy_show_clock(struct sh_policy_show *, int min);	/* "09:00" */

/* A word of a list: "expected WHAT" unless it has 1 to SH_POLICY_WORD_MAX printable characters of ASCII. */
bool sh_policy_word_read(const struct sh_yaml *, struct sh_faults *, const char *what, sh_policy_word *ret);
/* A span within bounds; what says them. */
bool sh_policy_span_read(const struct sh_yaml *, struct sh_faults *, int64_t min, int64_t max, const char *what, int64_t *ret_s);

/* Minimal retention keeps nothing, whatever else was said. */
void sh_policy_settle(struct sh_policy *);

#endif
