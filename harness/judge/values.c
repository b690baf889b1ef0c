/* SPDX-License-Identifier: GPL-2.0-only */
#include "values.h"

#include <math.h>

#include "alloc.h"
#include "stats.h"

/* Samples of one metric at a point of one boot. */
struct summary {
	const char *metric; /* NULL: not asked for yet */
	size_t nr;
	double value[NR_STATISTICS];
};

/* Samples of one boot by point: order[first[p]..first[p + 1]) are those of p.
 */
struct boot_index {
	size_t *first;
	size_t *order;
	struct summary *summaries; /* by point */
};

struct values {
	const struct run *run;
	struct boot_index *boots;
};

enum boot_trust boot_trust(const struct run_boot *b)
{
	if (b->damaged && (b->ok || !b->finished))
		return TRUST_DAMAGED;
	if (!b->finished)
		return TRUST_MISSING;
	if (!b->ok && (b->blame == BLAME_HOST || b->blame == BLAME_HARNESS))
		return TRUST_MISSING;
	return b->ok ? TRUST_GOOD : TRUST_FAILED;
}

int run_find_boot(const struct run *run, unsigned kernel, unsigned perturbation,
		  enum boot_role role)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		if (b->kernel == kernel && b->perturbation == perturbation &&
		    b->role == role)
			return (int)i;
	}
	return -1;
}

enum point_status boot_point_status(const struct run_boot *b, unsigned point)
{
	return b->status ? b->status[point] : POINT_MISSING;
}

const char *boot_point_text(const struct run_boot *b, unsigned point)
{
	if (!b->status_text || !b->status_text[point])
		return "";
	return b->status_text[point];
}

bool metric_is_time(const char *metric)
{
	return strcmp(metric, "elapsed_ns") == 0;
}

bool run_has_time(const struct run *run)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		if (b->role == BOOT_MEASURE && b->nr_samples > 0)
			return metric_is_time(b->samples[0].metric);
	}
	return false;
}

static void index_boot(const struct run *run, const struct run_boot *b,
		       struct boot_index *ix)
{
	_cleanup_free_ size_t *next = NULL;

	ix->first = xcalloc(run->nr_points + 1, sizeof(*ix->first));
	ix->order = xcalloc(b->nr_samples + 1, sizeof(*ix->order));
	ix->summaries = xcalloc(run->nr_points + 1, sizeof(*ix->summaries));
	for (size_t i = 0; i < b->nr_samples; i++)
		ix->first[b->samples[i].point + 1]++;
	for (size_t p = 0; p < run->nr_points; p++)
		ix->first[p + 1] += ix->first[p];

	next = xcalloc(run->nr_points + 1, sizeof(*next));
	memcpy(next, ix->first, (run->nr_points + 1) * sizeof(*next));
	for (size_t i = 0; i < b->nr_samples; i++)
		ix->order[next[b->samples[i].point]++] = i;
}

struct values *values_new(const struct run *run)
{
	struct values *v = xcalloc(1, sizeof(*v));

	v->run = run;
	v->boots = xcalloc(run->nr_boots + 1, sizeof(*v->boots));
	for (size_t i = 0; i < run->nr_boots; i++)
		index_boot(run, &run->boots[i], &v->boots[i]);
	return v;
}

void values_free(struct values *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->run->nr_boots; i++) {
		free(v->boots[i].first);
		free(v->boots[i].order);
		free(v->boots[i].summaries);
	}
	free(v->boots);
	free(v);
}

static size_t nr_at(const struct values *v, unsigned boot, unsigned point)
{
	const struct boot_index *ix = &v->boots[boot];

	return ix->first[point + 1] - ix->first[point];
}

static const struct run_sample *sample_at(const struct values *v, unsigned boot,
					  unsigned point, size_t i)
{
	const struct boot_index *ix = &v->boots[boot];

	return &v->run->boots[boot].samples[ix->order[ix->first[point] + i]];
}

size_t values_get(const struct values *v, unsigned boot, unsigned point,
		  const char *metric, double **ret)
{
	size_t nr = nr_at(v, boot, point), used = 0;
	double *out;

	*ret = NULL;
	if (nr == 0)
		return 0;
	out = xcalloc(nr, sizeof(*out));
	for (size_t i = 0; i < nr; i++) {
		const struct run_sample *s = sample_at(v, boot, point, i);

		if (strcmp(s->metric, metric) == 0 && s->nr_ops > 0)
			out[used++] = (double)s->value / (double)s->nr_ops;
	}
	if (used == 0) {
		free(out);
		return 0;
	}
	*ret = out;
	return used;
}

const char *statistic_name(enum statistic s)
{
	static const char *const names[NR_STATISTICS] = {
		[STAT_CENTRE] = "centre",
		[STAT_MEAN] = "mean",
		[STAT_P99] = "p99",
		[STAT_LARGEST] = "largest",
	};

	return names[s];
}

static double mean(const double *x, size_t nr)
{
	double sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += x[i];
	return nr ? sum / (double)nr : NAN;
}

/* The same name in the run, which outlives that of the caller; NULL: not there. */
static const char *metric_of(const struct values *v, unsigned boot,
			     unsigned point, const char *metric)
{
	for (size_t i = 0; i < nr_at(v, boot, point); i++) {
		const char *name = sample_at(v, boot, point, i)->metric;

		if (strcmp(name, metric) == 0)
			return name;
	}
	return NULL;
}

static void sum_up(const struct values *v, unsigned boot, unsigned point,
		   const char *metric, struct summary *ret)
{
	_cleanup_free_ double *x = NULL;
	size_t nr = values_get(v, boot, point, metric, &x);

	ret->metric = metric_of(v, boot, point, metric);
	ret->nr = nr;
	stats_sort(x, nr);
	ret->value[STAT_CENTRE] = stats_centre(x, nr);
	ret->value[STAT_MEAN] = mean(x, nr);
	ret->value[STAT_P99] = nr ? stats_quantile_sorted(x, nr, 0.99) : NAN;
	ret->value[STAT_LARGEST] = nr ? x[nr - 1] : NAN;
}

/* The last metric that was asked for is kept: there is hardly another. */
static const struct summary *summary(const struct values *v, unsigned boot,
				     unsigned point, const char *metric)
{
	struct summary *s = &v->boots[boot].summaries[point];

	if (!s->metric || strcmp(s->metric, metric) != 0)
		sum_up(v, boot, point, metric, s);
	return s;
}

double values_statistic(const struct values *v, unsigned boot, unsigned point,
			const char *metric, enum statistic s)
{
	return summary(v, boot, point, metric)->value[s];
}

size_t values_nr(const struct values *v, unsigned boot, unsigned point,
		 const char *metric)
{
	return summary(v, boot, point, metric)->nr;
}

/* Is this metric among the first nr of found? */
static bool metric_known(const char *const *found, size_t nr, const char *m)
{
	for (size_t i = 0; i < nr; i++) {
		if (strcmp(found[i], m) == 0)
			return true;
	}
	return false;
}

enum { MAX_METRICS = 32 };

/* Adds those that are of a clock, or the others, to nr of found. */
static size_t find_metrics(const struct values *v, unsigned kernel,
			   unsigned point, bool clock,
			   const char *found[MAX_METRICS], size_t nr)
{
	for (unsigned b = 0; b < v->run->nr_boots; b++) {
		size_t n = nr_at(v, b, point);

		if (v->run->boots[b].kernel != kernel ||
		    v->run->boots[b].role == BOOT_EVENTS)
			continue;
		for (size_t s = 0; s < n && nr < MAX_METRICS; s++) {
			const char *m = sample_at(v, b, point, s)->metric;

			if (rec_is_clock_metric(m) == clock &&
			    !metric_known(found, nr, m))
				found[nr++] = m;
		}
	}
	return nr;
}

const char *values_metric(const struct values *v, unsigned kernel,
			  unsigned point, unsigned i)
{
	const char *found[MAX_METRICS];
	size_t nr = find_metrics(v, kernel, point, true, found, 0);

	nr = find_metrics(v, kernel, point, false, found, nr);
	return i < nr ? found[i] : NULL;
}

bool values_identical(const struct values *v, unsigned boot_a, unsigned boot_b,
		      unsigned point)
{
	size_t nr = nr_at(v, boot_a, point);

	if (nr != nr_at(v, boot_b, point))
		return false;
	for (size_t i = 0; i < nr; i++) {
		const struct run_sample *a = sample_at(v, boot_a, point, i);
		const struct run_sample *b = sample_at(v, boot_b, point, i);

		if (a->rep != b->rep || a->value != b->value ||
		    a->nr_ops != b->nr_ops || strcmp(a->metric, b->metric) != 0)
			return false;
	}
	return true;
}
