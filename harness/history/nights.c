/* SPDX-License-Identifier: GPL-2.0-only */
#include "nights.h"

#include <fnmatch.h>

#include "alloc.h"
#include "steps.h"
#include "values.h"

static int cmp_boot(const void *a, const void *b)
{
	const struct history_boot *x = a, *y = b;

	return (x->perturbation > y->perturbation) -
	       (x->perturbation < y->perturbation);
}

/* "[[0,12.5],[1,12.75]]"; what is not like that ends it. */
static void read_boots(struct figure *f, const char *text)
{
	unsigned perturbation;
	double value;
	int len;

	for (const char *p = text; *p == '[' || *p == ','; p += len) {
		len = 0;
		p += 1;
		if (sscanf(p, *p == '[' ? "[%u,%lf]%n" : "%u,%lf]%n",
			   &perturbation, &value, &len) != 2 ||
		    !len || !isfinite(value) || value < 0)
			return;
		f->boots = xreallocarray(f->boots, f->nr_boots + 1,
					 sizeof(*f->boots));
		f->boots[f->nr_boots++] =
			(struct history_boot){ perturbation, value };
	}
}

bool figure_fill(struct figure *f, const struct store_figure *row)
{
	bool time = metric_is_time(f->metric);

	f->value = row->value;
	f->p99 = row->p99;
	f->spread = row->spread;
	f->kept = row->kept;
	f->repeated = row->repeated;
	if (!isfinite(f->value) || f->value < 0 || (time && f->value == 0))
		return false;
	read_boots(f, row->boots);
	if (f->nr_boots == 0)
		return false;
	qsort(f->boots, f->nr_boots, sizeof(*f->boots), cmp_boot);
	return true;
}

/* Is it of the same series? */
static int cmp_series(const struct figure *a, const struct figure *b)
{
	int r = strcmp(a->run->job, b->run->job);

	r = r ? r : strcmp(a->run->machine, b->run->machine);
	r = r ? r : strcmp(a->bench, b->bench);
	r = r ? r : (a->version > b->version) - (a->version < b->version);
	r = r ? r : strcmp(a->params, b->params);
	r = r ? r : strcmp(a->metric, b->metric);
	return r ? r : strcmp(a->kernel->name, b->kernel->name);
}

static bool is_complete(const struct history_run *run)
{
	return strcmp(run->status, "complete") == 0;
}

/* Of those of one series and night the one that counts comes last. */
static int cmp_figure(const void *a, const void *b)
{
	const struct figure *x = a, *y = b;
	int r = cmp_series(x, y);

	r = r ? r : (x->run->day > y->run->day) - (x->run->day < y->run->day);
	r = r ? r : is_complete(x->run) - is_complete(y->run);
	r = r ? r : strcmp(x->run->created, y->run->created);
	return r ? r : strcmp(x->run->id, y->run->id);
}

static void add_night(struct history_series *s, struct figure *f)
{
	s->nights =
		xreallocarray(s->nights, s->nr_nights + 1, sizeof(*s->nights));
	s->nights[s->nr_nights++] = (struct history_night){
		.run = f->run,
		.kernel = f->kernel,
		.value = f->value,
		.p99 = f->p99,
		.spread = f->spread,
		.boots = steal_ptr(f->boots),
		.nr_boots = f->nr_boots,
		.kept = f->kept,
		.repeated = f->repeated,
		.lo = NAN,
		.hi = NAN,
	};
}

static bool is_wanted(const struct figure *f, const struct history_wish *w)
{
	return (!w->bench || fnmatch(w->bench, f->bench, 0) == 0) &&
	       (!w->kernel || fnmatch(w->kernel, f->kernel->name, 0) == 0);
}

/* figures[0..nr) are of one series. */
static void make_series(struct figure *figures, size_t nr,
			const struct history_wish *wish, struct history *h)
{
	const struct figure *f = &figures[0];
	struct history_series s = {
		.job = f->run->job,
		.machine = f->run->machine,
		.bench = f->bench,
		.version = f->version,
		.params = f->params,
		.metric = f->metric,
		.kernel = f->kernel->name,
		.exact = !metric_is_time(f->metric),
	};

	for (size_t i = 0; i < nr; i++)
		if (i + 1 == nr ||
		    figures[i + 1].run->day != figures[i].run->day)
			add_night(&s, &figures[i]);
	segments_find(&s);
	steps_find(&s);
	h->series =
		xreallocarray(h->series, h->nr_series + 1, sizeof(*h->series));
	h->series[h->nr_series++] = s;
	if (s.nr_nights < wish->nr_nights)
		history_series_release(&h->series[--h->nr_series]);
}

void nights_make(struct figure *figures, size_t nr,
		 const struct history_wish *wish, struct history *ret)
{
	size_t end;

	if (nr > 0)
		qsort(figures, nr, sizeof(*figures), cmp_figure);
	for (size_t i = 0; i < nr; i = end) {
		for (end = i + 1; end < nr; end++)
			if (cmp_series(&figures[i], &figures[end]) != 0)
				break;
		if (is_wanted(&figures[i], wish))
			make_series(&figures[i], end - i, wish, ret);
	}
	for (size_t i = 0; i < nr; i++)
		free(figures[i].boots);
}
