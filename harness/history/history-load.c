/* SPDX-License-Identifier: GPL-2.0-only */
#include "history.h"

#include <fnmatch.h>
#include <sys/stat.h>
#include <time.h>

#include "alloc.h"
#include "day.h"
#include "log.h"
#include "nights.h"
#include "run-sums.h"
#include "store-history.h"
#include "values.h"

/* What the ids of the database mean.  Ids rise in all of these. */
struct load {
	const struct history_wish *wish;
	struct history *h;
	struct store *st;
	struct {
		int64_t id, summed;
		struct history_run *run;
	} * runs;
	size_t nr_runs;
	struct {
		int64_t id;
		unsigned version;
		char *bench, *params; /* of h */
	} * points;
	size_t nr_points;
	struct {
		int64_t id;
		char *name; /* of h */
	} * metrics;
	size_t nr_metrics;
	struct figure *figures;
	size_t nr, alloc;
	long today;	  /* days since 1970 */
	int64_t last_run; /* of the figure before: most are of the same */
	size_t last_index;
};

/* Text that h owns. */
static char *keep(struct load *l, const char *text)
{
	struct history *h = l->h;

	h->texts = xreallocarray(h->texts, h->nr_texts + 1, sizeof(*h->texts));
	return h->texts[h->nr_texts++] = xstrdup(text);
}

/* Days since 1970; false: it is no day. */
static bool read_day(const char *text, long *ret)
{
	struct tm tm = { 0 };
	unsigned day;

	if (!day_parse(text, &day))
		return false;
	tm.tm_year = (int)(day / 10000) - 1900;
	tm.tm_mon = (int)(day / 100 % 100) - 1;
	tm.tm_mday = (int)(day % 100);
	*ret = (long)(timegm(&tm) / 86400);
	return true;
}

/* By hand: the day on which the run began. */
static bool set_night(struct history_run *run, const struct store_run *row)
{
	const char *night = *row->night ? row->night : row->created;

	run->night = xstrndup(night, 10);
	return read_day(run->night, &run->day);
}

static struct history_run *new_run(const struct store_run *row)
{
	struct history_run *run = xcalloc(1, sizeof(*run));

	run->id = xstrdup(row->name);
	run->created = xstrdup(row->created);
	run->job = xstrdup(row->job);
	run->status = xstrdup(row->status);
	run->version = xstrdup(row->version);
	run->machine = xstrdup(row->machine);
	run->machine_detail = xstrdup(row->machine_detail);
	run->host = xstrdup(row->host);
	run->guest_sha256 = xstrdup(row->guest_sha256);
	run->suite = xstrdup(row->suite);
	return run;
}

static bool matches(const char *glob, const char *text)
{
	return !glob || fnmatch(glob, text, 0) == 0;
}

/*
 * What says nothing of its day has no place, and what is of a day to come would be
 * the last night for a long time.  Tomorrow has begun somewhere.
 */
static bool has_place(const struct load *l, struct history_run *run,
		      const struct store_run *row)
{
	if (!set_night(run, row))
		return false;
	if (run->day <= l->today + 1)
		return true;
	log_warn("run %s is left out: its night %s is yet to come", run->id,
		 run->night);
	return false;
}

static int on_run(const struct store_run *row, void *arg)
{
	struct load *l = arg;
	const struct history_wish *w = l->wish;
	struct history_run *run = new_run(row);

	if (!matches(w->job, run->job) || !matches(w->machine, run->machine) ||
	    !has_place(l, run, row) ||
	    (w->until && strcmp(run->night, w->until) > 0)) {
		history_run_free(run);
		return 0;
	}
	l->runs = xreallocarray(l->runs, l->nr_runs + 1, sizeof(*l->runs));
	l->runs[l->nr_runs].id = row->id;
	l->runs[l->nr_runs].summed = row->summed;
	l->runs[l->nr_runs++].run = run;
	return 0;
}

static size_t find_run(struct load *l, int64_t id)
{
	if (l->last_index < l->nr_runs && l->runs[l->last_index].id == id)
		return l->last_index;
	for (size_t i = 0; i < l->nr_runs; i++)
		if (l->runs[i].id == id)
			return l->last_index = i;
	return l->nr_runs;
}

static int on_kernel(const struct store_kernel *row, void *arg)
{
	struct load *l = arg;
	size_t i = find_run(l, row->run);
	struct history_run *run;
	struct run_kernel *k;

	if (i == l->nr_runs)
		return 0;
	run = l->runs[i].run;
	/* By number: there is no gap in what cgmark writes. */
	if (row->idx != (int64_t)run->nr_kernels)
		return 0;
	run->kernels = xreallocarray(run->kernels, run->nr_kernels + 1,
				     sizeof(*run->kernels));
	k = &run->kernels[run->nr_kernels++];
	*k = (struct run_kernel){ 0 };
	for (int f = 0; f < NR_KERNEL_FIELDS; f++)
		*kernel_field(k, &kernel_fields[f]) = xstrdup(row->field[f]);
	return 0;
}

static int on_point(const struct store_point *row, void *arg)
{
	struct load *l = arg;

	l->points =
		xreallocarray(l->points, l->nr_points + 1, sizeof(*l->points));
	l->points[l->nr_points].id = row->id;
	l->points[l->nr_points].version = (unsigned)row->version;
	l->points[l->nr_points].bench = keep(l, row->bench);
	l->points[l->nr_points++].params = keep(l, row->params);
	return 0;
}

static int on_metric(const struct store_metric *row, void *arg)
{
	struct load *l = arg;

	l->metrics = xreallocarray(l->metrics, l->nr_metrics + 1,
				   sizeof(*l->metrics));
	l->metrics[l->nr_metrics].id = row->id;
	l->metrics[l->nr_metrics++].name = keep(l, row->name);
	return 0;
}

static const char *find_metric(const struct load *l, int64_t id)
{
	for (size_t i = 0; i < l->nr_metrics; i++)
		if (l->metrics[i].id == id)
			return l->metrics[i].name;
	return NULL;
}

static bool is_time(int64_t metric, const void *arg)
{
	const char *name = find_metric(arg, metric);

	return name && metric_is_time(name);
}

/* They come by id. */
static size_t find_point(const struct load *l, int64_t id)
{
	size_t lo = 0, hi = l->nr_points;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->points[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < l->nr_points && l->points[lo].id == id ? lo : l->nr_points;
}

static int on_figure(const struct store_figure *row, void *arg)
{
	struct load *l = arg;
	size_t run = find_run(l, row->run);
	size_t point = find_point(l, row->point);
	struct figure f = { .metric = find_metric(l, row->metric) };

	if (run == l->nr_runs || point == l->nr_points || !f.metric ||
	    row->kernel < 0 ||
	    (uint64_t)row->kernel >= l->runs[run].run->nr_kernels)
		return 0;
	f.run = l->runs[run].run;
	f.kernel = &f.run->kernels[row->kernel];
	f.bench = l->points[point].bench;
	f.params = l->points[point].params;
	f.version = l->points[point].version;
	if (!figure_fill(&f, row)) {
		free(f.boots);
		return 0;
	}
	if (l->nr == l->alloc) {
		l->alloc = l->alloc * 2 + 256;
		l->figures = xreallocarray(l->figures, l->alloc,
					   sizeof(*l->figures));
	}
	l->figures[l->nr++] = f;
	return 0;
}

/* Takes the figures of a run from its samples, and keeps them for the next time. */
static int sum_up_run(struct load *l, int64_t run)
{
	_cleanup_(run_sums_release) struct run_sums f = { 0 };
	int r = run_sums_make(l->st, run, is_time, l, &f);

	for (size_t i = 0; i < f.nr && r == 0; i++)
		r = on_figure(&f.v[i], l);
	return r ? r
		 : store_keep_figures(l->st, run, RUN_SUMS_VERSION, f.v, f.nr);
}

static int load_all(struct load *l)
{
	int r = store_runs(l->st, on_run, l);

	if (r == 0)
		r = store_kernels(l->st, on_kernel, l);
	if (r == 0)
		r = store_points(l->st, on_point, l);
	if (r == 0)
		r = store_metrics(l->st, on_metric, l);
	if (r == 0)
		r = store_figures(l->st, RUN_SUMS_VERSION, on_figure, l);
	for (size_t i = 0; i < l->nr_runs && r == 0; i++)
		if (l->runs[i].summed != RUN_SUMS_VERSION)
			r = sum_up_run(l, l->runs[i].id);
	return r;
}

static int cmp_run(const void *a, const void *b)
{
	const struct history_run *x = *(struct history_run *const *)a;
	const struct history_run *y = *(struct history_run *const *)b;
	int r = (x->day > y->day) - (x->day < y->day);

	r = r ? r : strcmp(x->created, y->created);
	return r ? r : strcmp(x->id, y->id);
}

/* Hands the runs to h, whatever became of the rest. */
static void give_runs(struct load *l)
{
	struct history *h = l->h;

	h->runs = xcalloc(l->nr_runs + 1, sizeof(struct history_run *));
	for (size_t i = 0; i < l->nr_runs; i++)
		h->runs[h->nr_runs++] = l->runs[i].run;
	qsort(h->runs, h->nr_runs, sizeof(struct history_run *), cmp_run);
	if (h->nr_runs > 0) {
		h->first_day = h->runs[0]->day;
		h->last_day = h->runs[h->nr_runs - 1]->day;
	}
}

static int open_db(const char *db, struct store **ret)
{
	struct stat sb;

	if (stat(db, &sb) < 0) {
		if (errno != ENOENT)
			return log_err_errno(errno, "cannot read %s", db);
		log_err("%s: no database; \"cgmark import\" makes it", db);
		return -ENOENT;
	}
	return store_open_existing(db, ret);
}

int history_load(const char *db, const struct history_wish *wish,
		 struct history **ret)
{
	_cleanup_(history_freep) struct history *h = xcalloc(1, sizeof(*h));
	struct load l = { .wish = wish,
			  .h = h,
			  .today = (long)(time(NULL) / 86400) };
	int r = open_db(db, &l.st);

	if (r < 0)
		return r;
	r = load_all(&l);
	store_close(l.st);
	give_runs(&l);
	nights_make(l.figures, l.nr, wish, h);
	free(l.runs);
	free(l.points);
	free(l.metrics);
	free(l.figures);
	if (r == 0)
		*ret = steal_ptr(h);
	return r;
}
