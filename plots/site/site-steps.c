/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-steps.h"

#include <dirent.h>

#include "alloc.h"
#include "explain.h"
#include "file.h"
#include "html-write.h"
#include "number.h"
#include "run-merge.h"
#include "sha256.h"
#include "site-functions.h"
#include "site-html.h"
#include "site-parallel.h"
#include "site-path.h"

#define EXPLAINED_MAX 200 /* of the newest */
#define FRAGMENT_BYTES_MAX (4u << 20)

/* ---- finding ---- */

const char *site_step_night(const struct site_step *st)
{
	return st->series->nights[st->step->at].run->night;
}

static long day_of(const struct site_step *st)
{
	return st->series->nights[st->step->at].run->day;
}

static char *make_id(const struct site_step *st)
{
	const struct history_series *h = st->series;
	_cleanup_free_ char *all = xasprintf(
		"%s\n%s\n%s\n%u\n%s\n%s\n%s", h->job, h->machine, h->bench,
		h->version, h->params, h->metric, h->kernel);
	_cleanup_free_ char *night = site_slug(site_step_night(st));
	char hex[65];

	sha256_hex(all, strlen(all), hex);
	return xasprintf("step-%s-%.10s", night, hex);
}

static int newest_first(const void *pa, const void *pb)
{
	const struct site_step *a = pa, *b = pb;
	long x = day_of(a), y = day_of(b);

	return x != y ? (x < y) - (x > y) : strcmp(a->id, b->id);
}

static void add_series(struct site_steps *st, const struct history_series *h)
{
	for (size_t i = 0; i < h->nr_steps; i++) {
		struct site_step *new;

		if (!history_step_alarms(&h->steps[i]) || h->steps[i].at == 0)
			continue;
		st->list =
			xreallocarray(st->list, st->nr + 1, sizeof(*st->list));
		new = &st->list[st->nr++];
		*new = (struct site_step){ .series = h, .step = &h->steps[i] };
		new->id = make_id(new);
	}
}

void site_steps_find(const struct history *h, struct site_steps *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; h && i < h->nr_series; i++)
		add_series(ret, &h->series[i]);
	if (ret->nr)
		qsort(ret->list, ret->nr, sizeof(*ret->list), newest_first);
}

void site_steps_release(struct site_steps *st)
{
	for (size_t i = 0; i < st->nr; i++)
		free(st->list[i].id);
	free(st->list);
}

/* ---- functions ---- */

static const struct history_night *night_of(const struct site_step *st,
					    int side)
{
	return &st->series->nights[st->step->at - (side == EX_BASE)];
}

static bool has_profile(const char *dir)
{
	_cleanup_free_ char *boots = xasprintf("%s/boots", dir);
	DIR *d = opendir(boots);
	struct dirent *de;
	bool there = false;

	while (d && !there && (de = readdir(d))) {
		_cleanup_free_ char *path =
			xasprintf("%s/%s/" PROFILE_FILE, boots, de->d_name);

		there = de->d_name[0] != '.' && access(path, F_OK) == 0;
	}
	if (d)
		closedir(d);
	return there;
}

/* The two kernels as one run; NULL: there are no profiles of both. */
static struct run *load_both(const struct site *s, const struct site_step *st)
{
	struct run *runs[EX_BOTH] = { NULL, NULL }, *merged = NULL;
	struct run_part parts[EX_BOTH];
	bool good = true;

	for (int side = 0; side < EX_BOTH && good; side++) {
		const struct site_run *r =
			site_runs_find(&s->runs, night_of(st, side)->run->id);
		int kernel;

		good = r && r->dir && has_profile(r->dir) &&
		       run_load(r->dir, &runs[side], NULL) == 0;
		kernel = good ? run_kernel_index(runs[side], st->series->kernel)
			      : -1;
		good = kernel >= 0;
		parts[side] = (struct run_part){ runs[side], (unsigned)kernel };
	}
	if (good)
		merged = run_merge(parts, EX_BOTH);
	for (int side = 0; side < EX_BOTH; side++)
		run_free(runs[side]);
	return merged;
}

static int find_point(const struct run *run, const struct history_series *h)
{
	for (size_t i = 0; i < run->nr_points; i++) {
		const struct point_id *id = &run->points[i].plan.id;

		if (strcmp(id->bench, h->bench) == 0 &&
		    id->version == h->version &&
		    strcmp(id->params, h->params) == 0)
			return (int)i;
	}
	return -1;
}

/* Draws what accounts for the step; *html stays empty where that is unknown. */
static int explain_step(const struct site *s, const struct site_step *st,
			struct run *run, struct strbuf *html)
{
	_cleanup_(values_freep) struct values *values = values_new(run);
	_cleanup_(row_list_freep) struct row_list *rows =
		row_list_new(values, run, 0, 1);
	_cleanup_(site_plots_release) struct site_plots plots = { NULL, 0 };
	_cleanup_free_ char *bench = site_slug(st->series->bench);
	int point = find_point(run, st->series), r;
	struct explanation *e;

	if (!rows->profiled || point < 0 ||
	    !explain_has_point(run, rows->kernels, (unsigned)point))
		return 0;
	e = explain_point(values, run, rows->kernels, (unsigned)point,
			  PROFILE_INSNS);
	if (!e)
		return 0;
	r = site_functions_add(s, run, rows->kernels, e,
			       xasprintf("%s/step/%s", bench, st->id), &plots);
	explanation_free(e);
	if (r == 0)
		r = site_plots_draw(&plots, s->plots_dir, s->out);
	if (r == 0)
		site_plots_show(html, &plots, 0, "../");
	return r;
}

static char *fragment_path(const struct site_step *st)
{
	return xasprintf("data/step/%s.html", st->id);
}

static char *fingerprint_of(const struct site *s, const struct site_step *st)
{
	const char *print[EX_BOTH];

	for (int side = 0; side < EX_BOTH; side++) {
		const struct site_run *r =
			site_runs_find(&s->runs, night_of(st, side)->run->id);

		print[side] = r ? r->fingerprint : "";
	}
	return xasprintf("<!-- %s %s -->\n", print[EX_BASE], print[EX_CONT]);
}

struct explaining {
	const struct site *s;
	const struct site_steps *st;
};

/* A run that is gone leaves what was found while it was there. */
static bool is_explained(const struct site *s, const struct site_step *st,
			 const char *fingerprint)
{
	_cleanup_free_ char *path = fragment_path(st);
	_cleanup_free_ char *full = xasprintf("%s/%s", s->out, path);
	_cleanup_strbuf_ struct strbuf old = STRBUF_INIT;

	if (read_regular(full, FRAGMENT_BYTES_MAX, &old) < 0 || !old.buf)
		return false;
	for (int side = 0; side < EX_BOTH; side++) {
		const struct site_run *r =
			site_runs_find(&s->runs, night_of(st, side)->run->id);

		if (!r || !r->dir)
			return true;
	}
	return strncmp(old.buf, fingerprint, strlen(fingerprint)) == 0;
}

static int explain_one(size_t i, void *arg)
{
	const struct explaining *x = arg;
	const struct site_step *st = &x->st->list[i];
	_cleanup_free_ char *fingerprint = fingerprint_of(x->s, st);
	_cleanup_free_ char *path = fragment_path(st);
	_cleanup_strbuf_ struct strbuf html = STRBUF_INIT;
	_cleanup_(run_freep) struct run *run = NULL;
	int r = 0;

	if (is_explained(x->s, st, fingerprint))
		return 0;
	strbuf_addstr(&html, fingerprint);
	run = load_both(x->s, st);
	if (run)
		r = explain_step(x->s, st, run, &html);
	return r < 0 ? r : site_file(x->s->out, path, html.buf, html.len);
}

int site_steps_explain(const struct site *s, const struct site_steps *st)
{
	struct explaining x = { s, st };

	return site_parallel(st->nr < EXPLAINED_MAX ? st->nr : EXPLAINED_MAX,
			     explain_one, &x);
}

void site_step_functions(struct strbuf *out, const struct site *s,
			 const struct site_step *st)
{
	_cleanup_free_ char *path = fragment_path(st);
	_cleanup_free_ char *full = xasprintf("%s/%s", s->out, path);
	_cleanup_strbuf_ struct strbuf html = STRBUF_INIT;
	const char *end;

	if (read_regular(full, FRAGMENT_BYTES_MAX, &html) < 0 || !html.buf)
		return;
	end = strchr(html.buf, '\n');
	strbuf_addstr(out, end ? end + 1 : "");
}

/* ---- words ---- */

char *site_step_words(const struct site_step *st)
{
	const struct history_series *h = st->series;
	_cleanup_free_ char *point = print_point(h->bench, h->params);
	char change[PRINT_MAX], a[PRINT_MAX], b[PRINT_MAX];

	return xasprintf("%s on %s: %s, from %s to %s %s. %s", point, h->kernel,
			 print_change(change, st->step->ratio),
			 print_value(a, st->step->before, 12),
			 print_value(b, st->step->after, 12), h->metric,
			 st->step->why ? st->step->why : "");
}

void site_steps_list(struct strbuf *out, const struct site_steps *st,
		     size_t max, long since_day, const char *up)
{
	size_t nr = 0;

	for (size_t i = 0; i < st->nr && nr < max; i++) {
		const struct site_step *step = &st->list[i];
		_cleanup_free_ char *bench = site_slug(step->series->bench);
		_cleanup_free_ char *words = site_step_words(step);
		bool worse = step->step->after > step->step->before;

		if (day_of(step) < since_day)
			break;
		strbuf_addstr(out, nr++ ? "" : "<ul>\n");
		html_element(out, "<li>", site_step_night(step), ": ");
		strbuf_addf(out, "<span class=\"v %s\">%s</span> <a href=\"",
			    worse ? "REGRESSION" : "IMPROVEMENT",
			    worse ? "▲ more" : "▼ less");
		html_element(out, "", up, "bench/");
		html_element(out, "", bench, ".html#");
		html_element(out, "", step->id, "\">");
		html_element(out, "", words, "</a></li>\n");
	}
	strbuf_addstr(out, nr ? "</ul>\n" : "");
}
