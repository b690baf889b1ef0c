/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-model.h"

#include "alloc.h"
#include "log.h"
#include "sha256.h"
#include "site-path.h"

#define LINES_MAX 8
#define COLOURS 6

/* ---- lines ---- */

/* What runs of one line have in common. */
static char *line_key(const struct site_run *r)
{
	struct strbuf out = STRBUF_INIT;

	strbuf_addf(&out, "%s\n%s\n%s\n", r->machine, r->job, r->suite);
	for (size_t i = 0; i < r->nr_kernels; i++)
		strbuf_addf(&out, "%s\n", r->kernels[i].name);
	return strbuf_steal(&out);
}

static char *line_slug(const struct site_run *r)
{
	_cleanup_free_ char *key = line_key(r);
	_cleanup_free_ char *machine = site_slug(r->machine);
	_cleanup_free_ char *what = site_slug(*r->job	  ? r->job
					      : *r->suite ? r->suite
							  : "chosen");
	char hex[65];

	sha256_hex(key, strlen(key), hex);
	return xasprintf("%.40s,%.40s,%.6s", machine, what, hex);
}

/* What was measured, after the kernels if two say all. */
static char *line_title(const struct site_run *r)
{
	_cleanup_free_ char *pair =
		r->nr_kernels == 2
			? xasprintf("%s against %s: ", r->kernels[1].name,
				    r->kernels[0].name)
			: xstrdup("");

	if (*r->job)
		return xasprintf("%snightly job %s, on %s", pair, r->job,
				 r->machine);
	if (*r->suite && strcmp(r->suite, "none") != 0)
		return xasprintf("%ssuite %s, on %s", pair, r->suite,
				 r->machine);
	return xasprintf("%sbenchmarks by name, on %s", pair, r->machine);
}

/* A run that is there and has figures. */
static bool may_lead(const struct site_run *r)
{
	return r->dir && r->boots_ok > 0 && r->points > 0;
}

static void add_line(struct site *s, const struct site_run *r, bool *newest)
{
	struct site_line l = { .info = r, .newest = newest };
	_cleanup_free_ unsigned *contenders = NULL;

	if (run_load(r->dir, &l.run, NULL) < 0) {
		free(newest);
		return;
	}
	contenders = xcalloc(l.run->nr_kernels + 1, sizeof(*contenders));
	for (unsigned k = 1; k < l.run->nr_kernels; k++)
		contenders[k - 1] = k;
	l.fd = findings_new(l.run, 0, contenders, l.run->nr_kernels - 1);
	l.slug = line_slug(r);
	l.title = line_title(r);
	s->lines = xreallocarray(s->lines, s->nr_lines + 1, sizeof(l));
	s->lines[s->nr_lines++] = l;
}

static bool has_bench(const struct site_line *l, const char *bench)
{
	for (size_t i = 0; i < l->info->nr_benches; i++)
		if (strcmp(l->info->benches[i], bench) == 0)
			return true;
	return false;
}

/* Does a later run of that line, which is loaded, have the benchmark? */
static bool is_covered(const struct site *s, const char *slug,
		       const char *bench)
{
	for (size_t i = 0; i < s->nr_lines; i++)
		if (strcmp(s->lines[i].slug, slug) == 0 &&
		    has_bench(&s->lines[i], bench))
			return true;
	return false;
}

/* By the run's benches; NULL: later runs have all of them. */
static bool *find_newest(const struct site *s, const struct site_run *r)
{
	_cleanup_free_ char *slug = line_slug(r);
	bool *newest = xcalloc(r->nr_benches + 1, sizeof(*newest));
	bool any = false;

	for (size_t i = 0; i < r->nr_benches; i++) {
		newest[i] = !is_covered(s, slug, r->benches[i]);
		any |= newest[i];
	}
	if (any)
		return newest;
	free(newest);
	return NULL;
}

/* Those of jobs first: runs by hand do not push them out. */
static void find_lines(struct site *s)
{
	for (int by_hand = 0; by_hand < 2; by_hand++)
		for (size_t i = 0; i < s->runs.nr && s->nr_lines < LINES_MAX;
		     i++) {
			const struct site_run *r = &s->runs.list[i];
			bool *newest = NULL;

			if (may_lead(r) && (*r->job == '\0') == by_hand)
				newest = find_newest(s, r);
			if (newest)
				add_line(s, r, newest);
		}
}

/* ---- names ---- */

static void add_name(const char ***list, size_t *nr, const char *name)
{
	for (size_t i = 0; i < *nr; i++)
		if (strcmp((*list)[i], name) == 0)
			return;
	*list = xreallocarray(*list, *nr + 1, sizeof(**list));
	(*list)[(*nr)++] = name;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void find_names(struct site *s)
{
	const struct history *h = s->history;

	for (size_t i = 0; i < s->nr_lines; i++) {
		const struct run *run = s->lines[i].run;

		for (size_t k = 0; k < run->nr_kernels; k++)
			add_name(&s->kernels, &s->nr_kernels,
				 run->kernels[k].name);
		for (size_t p = 0; p < run->nr_points; p++)
			add_name(&s->benches, &s->nr_benches,
				 run->points[p].plan.id.bench);
	}
	for (size_t i = 0; h && i < h->nr_series; i++) {
		add_name(&s->kernels, &s->nr_kernels, h->series[i].kernel);
		add_name(&s->benches, &s->nr_benches, h->series[i].bench);
	}
	for (size_t i = 0; i < s->runs.nr; i++)
		for (size_t k = 0; k < s->runs.list[i].nr_kernels; k++)
			add_name(&s->kernels, &s->nr_kernels,
				 s->runs.list[i].kernels[k].name);
	if (s->nr_benches)
		qsort(s->benches, s->nr_benches, sizeof(*s->benches), by_name);
}

static bool is_baseline(const struct site *s, const char *name)
{
	for (size_t i = 0; i < s->nr_lines; i++) {
		const struct run *run = s->lines[i].run;

		if (strcmp(run->kernels[0].name, name) == 0)
			return true;
	}
	return false;
}

static void rank_kernels(struct site *s)
{
	unsigned next = 1;

	s->ranks = xcalloc(s->nr_kernels + 1, sizeof(*s->ranks));
	for (size_t i = 0; i < s->nr_kernels; i++)
		s->ranks[i] = is_baseline(s, s->kernels[i]) ? 0 : next++;
}

void site_model_fill(struct site *s)
{
	find_lines(s);
	find_names(s);
	rank_kernels(s);
}

void site_model_release(struct site *s)
{
	for (size_t i = 0; i < s->nr_lines; i++) {
		findings_free(s->lines[i].fd);
		run_free(s->lines[i].run);
		free(s->lines[i].newest);
		free(s->lines[i].slug);
		free(s->lines[i].title);
	}
	free(s->lines);
	free(s->kernels);
	free(s->ranks);
	free(s->benches);
	site_runs_release(&s->runs);
}

static unsigned rank_of(const struct site *s, const char *name)
{
	for (size_t i = 0; i < s->nr_kernels; i++)
		if (strcmp(s->kernels[i], name) == 0)
			return s->ranks[i];
	return 0;
}

enum colour site_kernel_colour(const struct site *s, const char *name)
{
	unsigned rank = rank_of(s, name);

	if (rank == 0)
		return COL_KERNEL0;
	return (enum colour)(COL_KERNEL1 + (rank - 1) % (COLOURS - 1));
}

int site_kernel_point(const struct site *s, const char *name)
{
	static const int types[] = { 5, 7, 9, 13, 11, 15 };

	return types[rank_of(s, name) % ARRAY_SIZE(types)];
}

bool site_line_has(const struct site_line *l, const char *bench)
{
	for (size_t i = 0; i < l->info->nr_benches; i++)
		if (l->newest[i] && strcmp(l->info->benches[i], bench) == 0)
			return true;
	return false;
}
