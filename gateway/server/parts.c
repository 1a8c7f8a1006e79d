/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* server/parts.c: zones, prefixes, policies, plans, packs, drivers and what TLS needs, with every fault said. */
#include "gateway/server/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/server/held.h"

#define PARTS_EXPIRES_DAYS 14 /* of notice */
#define PARTS_POLICY_BYTES (256u << 10)

struct parts_say {
	void (*say)(void *arg, const char *line);
	void *arg;
};

/* Faults are lines of one text. */
static void
parts_say_faults(struct sh_parts *p, struct sh_faults *f, const struct parts_say *to)
{
	char *text = f->text.s, *line;

	while (f->count && (line = strsep(&text, "\n")))
		if (*line)
			to->say(to->arg, line);
	p->faults += f->count;
	sh_faults_clear(f);
}

static void
parts_fault_at(struct sh_parts *p, const struct sh_config *c, enum sh_option o, const char *why, const struct parts_say *to)
{
	struct sh_faults f;

	sh_faults_init(&f, c->file);
	sh_faults_add(&f, c->v[o].set ? c->v[o].line : 1, c->v[o].set ? c->v[o].column : 1, "%s: %s", sh_config_path(o), why);
	parts_say_faults(p, &f, to);
}

/* One byte more than the limit is read, so that the reader of YAML says itself what is too large. held: -1, or what to read instead. */
static bool
parts_text(const char *path, int held, struct sh_faults *f, struct sh_buf *ret)
{
	char through[32], piece[8192];
	int before = f->count, fd;
	struct stat st;
	ssize_t n = 0;

	snprintf(through, sizeof(through), "/proc/self/fd/%d", held);
	fd = open(held >= 0 ? through : path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		sh_faults_add(f, 1, 1, "not a regular file");
	while (fd >= 0 && f->count == before && ret->n <= PARTS_POLICY_BYTES && (n = read(fd, piece, sizeof(piece))) > 0)
		sh_buf_add(ret, piece, (size_t)n);
	if (fd < 0 || n < 0)
		sh_faults_add(f, 1, 1, "cannot read the file: %m");
	if (fd >= 0)
		close(fd);
	return f->count == before;
}

typedef void parts_take_f(struct sh_parts *, const char *name, struct sh_str text, struct sh_faults *);

static void
parts_take_policy(struct sh_parts *p, const char *name, struct sh_str text, struct sh_faults *f)
{
	if (!sh_policy_set_add(p->policies, name, text, f) && f->count == 0)
		sh_faults_add(f, 1, 1, "not a policy");
}

static void
parts_take_pack(struct sh_parts *p, const char *name, struct sh_str text, struct sh_faults *f)
{
	if (!sh_packs_add(p->packs, name, text, f) && f->count == 0)
		sh_faults_add(f, 1, 1, "not a pack of rules");
}

/* name: the file's without ".yaml". */
static void
parts_file(struct sh_parts *p, const char *path, int held, parts_take_f *take, const struct parts_say *to)
{
	const char *file = strrchr(path, '/') + 1;
	struct sh_faults f;
	struct sh_buf text;
	char name[256];

	snprintf(name, sizeof(name), "%.*s", (int)(strlen(file) - 5), file);
	sh_faults_init(&f, path);
	sh_buf_init(&text, 2 * PARTS_POLICY_BYTES);
	if (parts_text(path, held, &f, &text))
		take(p, name, sh_buf_str(&text), &f);
	sh_buf_clear(&text);
	parts_say_faults(p, &f, to);
}

static bool
parts_folder(struct sh_parts *p, const struct sh_config *c, const char *folder, parts_take_f *take, const struct parts_say *to)
{
	struct dirent **files = NULL;
	char text[PATH_MAX + 64];
	int n = scandir(folder, &files, sh_held_is_policy, alphasort);

	if (n < 0) {
		snprintf(text, sizeof(text), "cannot read the folder %s: %s", folder, strerror(errno));
		parts_fault_at(p, c, SH_OPTION_policies, text, to);
		return false;
	}
	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s/%s", folder, files[i]->d_name);
		parts_file(p, text, -1, take, to);
		free(files[i]);
	}
	free(files);
	return true;
}

static void
parts_packs(struct sh_parts *p, const struct sh_config *c, const struct parts_say *to)
{
	bool held = c->held && c->held->whole;
	char folder[PATH_MAX];

	p->packs = sh_packs_new();
	if (!p->packs) {
		parts_fault_at(p, c, SH_OPTION_policies, "no memory", to);
		return;
	}
	for (size_t i = 0; held && i < c->held->npacks; i++)
		parts_file(p, c->held->packs[i].path, c->held->packs[i].fd, parts_take_pack, to);
	snprintf(folder, sizeof(folder), "%s/" SH_HELD_PACKS, c->v[SH_OPTION_policies].s);
	if (!held && access(folder, F_OK) == 0)
		parts_folder(p, c, folder, parts_take_pack, to);
}

static void
parts_policies(struct sh_parts *p, const struct sh_config *c, const struct parts_say *to)
{
	const char *folder = c->v[SH_OPTION_policies].s, *preset = c->v[SH_OPTION_default_policy].s;
	bool held = c->held && c->held->whole;
	char why[PATH_MAX + 64];
	int before = p->faults;

	for (size_t i = 0; held && i < c->held->npolicies; i++)
		parts_file(p, c->held->policies[i].path, c->held->policies[i].fd, parts_take_policy, to);
	if (!held && !parts_folder(p, c, folder, parts_take_policy, to))
		return;
	if (p->faults == before && !sh_policy_set_find(p->policies, preset)) {
		snprintf(why, sizeof(why), "there is no %s.yaml in %s", preset, folder);
		parts_fault_at(p, c, SH_OPTION_default_policy, why, to);
	}
}

/* Without a file the built-in plans hold. An empty one is a file: it lacks the plan that must be there. */
static struct sh_plans *
parts_plans(const struct sh_config *c, const struct sh_zones *zones, struct sh_faults *f)
{
	struct sh_plans *plans = NULL;
	bool held = c->held && c->held->whole;
	char path[PATH_MAX];
	const char *file = held ? c->held->plans.path : sh_config_plans(c, path, sizeof(path));
	struct sh_buf text;

	sh_faults_init(f, file ? sh_arena_z(c->arena, sh_str(file)) : "built-in plans");
	sh_buf_init(&text, 2 * PARTS_POLICY_BYTES);
	if (!file)
		plans = sh_plans_read(SH_NONE, zones, f);
	else if (parts_text(file, held ? c->held->plans.fd : -1, f, &text))
		plans = sh_plans_read(text.n ? sh_buf_str(&text) : SH_STR(""), zones, f);
	sh_buf_clear(&text);
	return plans;
}

struct sh_plans *
sh_parts_plans(const struct sh_config *c, void (*say)(void *arg, const char *line), void *arg)
{
	const struct parts_say to = { say, arg };
	struct sh_parts none = { 0 };
	struct sh_plans *plans;
	struct sh_faults f;

	plans = parts_plans(c, NULL, &f);
	parts_say_faults(&none, &f, &to);
	return plans;
}

/* The built-in table of prefixes, and the operator's overlay if there is one. */
static void
parts_numbers(struct sh_parts *p, const struct sh_config *c, const struct parts_say *to)
{
	bool held = c->held && c->held->whole;
	const char *file = held ? c->held->numbers.path : c->v[SH_OPTION_number_overlay].s;
	struct sh_faults f;
	struct sh_buf text;

	if (!p->zones)
		return;
	sh_faults_init(&f, file ? file : "prefixes");
	sh_buf_init(&text, 2 * PARTS_POLICY_BYTES);
	if (!file || parts_text(file, held ? c->held->numbers.fd : -1, &f, &text))
		p->prefixes = sh_prefixes_new(p->zones, sh_buf_str(&text), &f);
	sh_buf_clear(&text);
	parts_say_faults(p, &f, to);
}

static void
parts_drivers(struct sh_parts *p, const struct sh_config *c, const struct parts_say *to)
{
	enum sh_status status;
	struct sh_error e;

	if (c->held && c->held->whole)
		status = sh_drivers_load_files(c->held->drivers, c->held->ndrivers, &p->drivers, &e);
	else
		status = sh_drivers_load(c->v[SH_OPTION_drivers].list, &p->drivers, &e);
	if (status != SH_OK) {
		parts_fault_at(p, c, SH_OPTION_drivers, e.text, to);
		return;
	}
	for (size_t i = 0; i < sh_drivers_count(p->drivers); i++) {
		const struct sh_driver_loaded *d = sh_drivers_at(p->drivers, i);
		if (!d->refused)
			continue;
		p->refused++;
		to->say(to->arg, d->refused);
	}
}

/*
 * A certificate lives in real time, whatever clock a trial follows. It is judged by the time of the check: a worker that replaces
 * a dead one must not stay out because the certificate has expired since.
 */
static void
parts_tls(struct sh_parts *p, const struct sh_config *c, struct sh_tls_tickets *tickets, const struct parts_say *to)
{
	bool key_at_fault = false;
	const struct sh_tls_options o = {
		.certificate = c->v[SH_OPTION_tls_certificate].s,
		.key = c->v[SH_OPTION_tls_key].s,
		.only_1_3 = strcmp(c->v[SH_OPTION_tls_min_version].s, "1.3") == 0,
		.tickets = tickets,
		.certificate_fd = c->held ? c->held->certificate : -1,
		.key_fd = c->held ? c->held->key : -1,
		.key_at_fault = &key_at_fault,
	};
	int64_t now_s = (int64_t)time(NULL), left_days;
	enum sh_status status;
	struct sh_error e;

	if (!c->v[SH_OPTION_listen_tls].n)
		return;
	if (!o.certificate || !o.key) {
		/* Only after a reload: the addresses stay until the next start. */
		parts_fault_at(p, c, SH_OPTION_listen_tls, "needs tls.certificate and tls.key", to);
		return;
	}
	status = sh_tls_new(&o, c->held ? c->held->made_s : now_s, &p->tls, &e);
	if (c->held)
		sh_held_forget_key(c->held);
	if (status != SH_OK) {
		parts_fault_at(p, c, key_at_fault ? SH_OPTION_tls_key : SH_OPTION_tls_certificate, e.text, to);
		return;
	}
	left_days = (sh_tls_expires_s(p->tls) - now_s) / 86400;
	if (sh_tls_expires_s(p->tls) <= now_s)
		snprintf(p->warning, sizeof(p->warning), "%.200s: the certificate has expired", o.certificate);
	else if (left_days < PARTS_EXPIRES_DAYS)
		snprintf(p->warning, sizeof(p->warning), "%.200s: the certificate expires in %d days", o.certificate, (int)left_days);
}

static void
parts_known_pack(struct sh_parts *p, const struct sh_policy *layer, const char *file, const struct parts_say *to)
{
	struct sh_faults f;

	sh_faults_init(&f, file);
	(void)sh_packs_check(p->packs, layer, &f);
	parts_say_faults(p, &f, to);
}

/* Does a policy that says nothing of packs have the built-in ones, under any plan? */
static bool
parts_packs_built_in(const struct sh_parts *p)
{
	const struct sh_plan *plan;

	for (size_t i = 0; p->plans && (plan = sh_plans_at(p->plans, i)); i++)
		if (plan->policy.packs_from == SH_ORIGIN_NONE)
			return true;
	return false;
}

/* One line for all of them: it is the folder that is not whole. */
static void
parts_silent(struct sh_parts *p, const char *folder, const char *file, const struct parts_say *to)
{
	char lacking[SH_POLICY_PACKS_MAX * (sizeof(sh_policy_word) + 2)] = "";
	struct sh_policy built_in;
	struct sh_faults f;
	size_t n = 0;

	sh_policy_default(&built_in);
	for (int i = 0; p->packs && i < built_in.npacks; i++)
		if (!sh_packs_version(p->packs, built_in.packs[i]))
			n += (size_t)snprintf(lacking + n, sizeof(lacking) - n, "%s%s", n ? ", " : "", built_in.packs[i]);
	if (n == 0)
		return;
	sh_faults_init(&f, file);
	sh_faults_add(&f, 0, 0,
	    "jurisdictions: not said, so that the built-in packs hold, and the folder %s/" SH_HELD_PACKS " lacks %s: put them "
	    "there, or say \"jurisdictions: []\" in this file",
	    folder, lacking);
	parts_say_faults(p, &f, to);
}

/* Law that a policy selects and nobody finds would hold up every call. What is stored of policies is looked at by engine/absent.c. */
static void
parts_known_packs(struct sh_parts *p, const struct sh_config *c, const struct parts_say *to)
{
	const char *folder = c->v[SH_OPTION_policies].s;
	bool built_in = parts_packs_built_in(p);
	const struct sh_policy *policy;
	const struct sh_plan *plan;
	char file[PATH_MAX + SH_POLICY_NAME_MAX + 16];

	for (size_t i = 0; p->policies && (policy = sh_policy_set_at(p->policies, i)); i++) {
		snprintf(file, sizeof(file), "%s/%s.yaml", folder, policy->name);
		if (policy->packs_from != SH_ORIGIN_NONE)
			parts_known_pack(p, policy, file, to);
		else if (built_in)
			parts_silent(p, folder, file, to);
	}
	for (size_t i = 0; p->plans && (plan = sh_plans_at(p->plans, i)); i++) {
		snprintf(file, sizeof(file), "plan %s", plan->name);
		parts_known_pack(p, &plan->policy, file, to);
	}
}

void
sh_parts_load(struct sh_parts *p, const struct sh_config *c, struct sh_tls_tickets *tickets,
    void (*say)(void *arg, const char *line), void *arg)
{
	const struct parts_say to = { say, arg };
	struct sh_faults f;
	struct sh_error e;

	*p = (struct sh_parts){ 0 };
	if (sh_zones_load(c->v[SH_OPTION_zoneinfo].s, &p->zones, &e) != SH_OK)
		parts_fault_at(p, c, SH_OPTION_zoneinfo, e.text, &to);
	parts_numbers(p, c, &to);
	p->policies = sh_policy_set_new(p->zones);
	if (p->policies)
		parts_policies(p, c, &to);
	else
		parts_fault_at(p, c, SH_OPTION_policies, "no memory", &to);
	p->plans = parts_plans(c, p->zones, &f);
	parts_say_faults(p, &f, &to);
	parts_packs(p, c, &to);
	parts_known_packs(p, c, &to);
	parts_drivers(p, c, &to);
	parts_tls(p, c, tickets, &to);
}

void
sh_parts_clear(struct sh_parts *p)
{
	sh_tls_free(p->tls);
	if (p->drivers)
		sh_drivers_free(p->drivers);
	sh_plans_free(p->plans);
	if (p->packs)
		sh_packs_free(p->packs);
	if (p->policies)
		sh_policy_set_free(p->policies);
	sh_prefixes_free(p->prefixes);
	if (p->zones)
		sh_zones_free(p->zones);
}
