/* SPDX-License-Identifier: GPL-2.0-only */
#include "sweep.h"

#include <math.h>

#include "alloc.h"
#include "stats.h"
#include "strbuf.h"

#define MIN_VALUES 3

static const struct plan_point *plan_at(const struct comparison *c, size_t i)
{
	return &c->run->points[i].plan;
}

/* "4096", "4K", "2M"; false if it is no number. */
static bool parse_number(const char *s, double *ret)
{
	char *end;

	*ret = strtod(s, &end);
	if (end == s || !isfinite(*ret) || *ret < 0)
		return false;
	if (*end == 'K' || *end == 'k')
		*ret *= 1024, end++;
	else if (*end == 'M')
		*ret *= 1024 * 1024, end++;
	return *end == '\0';
}

static bool param_number(const char *params, const char *key, double *ret)
{
	char buf[REC_PARAMS_MAX];

	return rec_param_get(params, key, buf, sizeof(buf)) == 0 &&
	       parse_number(buf, ret);
}

static bool has_param(const struct sweep *s, size_t point)
{
	const struct plan_point *p = plan_at(s->c, point);
	char buf[REC_PARAMS_MAX];

	return strcmp(p->id.bench, s->bench) == 0 &&
	       rec_param_get(p->id.params, s->key, buf, sizeof(buf)) == 0;
}

/* The list without one key; caller frees. */
static char *params_without(const char *params, const char *key)
{
	struct strbuf out = STRBUF_INIT;
	size_t key_len = strlen(key);

	while (*params) {
		size_t len = strcspn(params, ",");

		if (strncmp(params, key, key_len) != 0 ||
		    params[key_len] != '=') {
			if (out.len)
				strbuf_addstr(&out, ", ");
			strbuf_add(&out, params, len);
		}
		params += len + (params[len] == ',');
	}
	return strbuf_steal(&out);
}

static int cmp_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Distinct values of the swept param; false unless all are numbers. */
static bool sweep_values(struct sweep *s)
{
	const struct run *run = s->c->run;

	s->xs = xcalloc(run->nr_points + 1, sizeof(*s->xs));
	for (size_t i = 0; i < run->nr_points; i++) {
		double x;
		bool known = false;

		if (!has_param(s, i))
			continue;
		if (!param_number(plan_at(s->c, i)->id.params, s->key, &x))
			return false;
		for (size_t k = 0; k < s->nr_xs; k++)
			known |= s->xs[k] == x;
		if (!known)
			s->xs[s->nr_xs++] = x;
	}
	qsort(s->xs, s->nr_xs, sizeof(*s->xs), cmp_double);
	return s->nr_xs >= MIN_VALUES;
}

/* Median and range over a kernel's boots; false if there is no value. */
static bool spot_of(const struct comparison *c, unsigned kernel, unsigned point,
		    const char *metric, struct spot *ret)
{
	const struct run *run = c->run;
	_cleanup_free_ double *v = xcalloc(run->nr_boots + 1, sizeof(*v));
	size_t nr = 0;

	for (unsigned b = 0; b < run->nr_boots; b++) {
		const struct run_boot *boot = &run->boots[b];
		double value;

		if (boot->kernel != kernel || boot->role != BOOT_MEASURE ||
		    boot_trust(boot) != TRUST_GOOD ||
		    boot_point_status(boot, point) != POINT_DONE)
			continue;
		value = values_centre(c->values, b, point, metric);
		if (!isnan(value))
			v[nr++] = value;
	}
	if (nr == 0)
		return false;
	ret->y = stats_median(v, nr);
	ret->lo = stats_quantile(v, nr, 0);
	ret->hi = stats_quantile(v, nr, 1);
	return true;
}

static int cmp_spot(const void *a, const void *b)
{
	return cmp_double(&((const struct spot *)a)->x,
			  &((const struct spot *)b)->x);
}

static const char *metric_at(const struct comparison *c, unsigned point)
{
	for (unsigned k = 0; k < c->run->nr_kernels; k++) {
		const char *m = values_metric(c->values, k, point, 0);

		if (m)
			return m;
	}
	return "insns";
}

static struct panel *find_panel(struct sweep *s, const char *rest,
				const char *metric)
{
	struct panel *p;

	for (size_t i = 0; i < s->nr_panels; i++) {
		if (strcmp(s->panels[i].rest, rest) == 0 &&
		    strcmp(s->panels[i].metric, metric) == 0)
			return &s->panels[i];
	}
	s->panels =
		xreallocarray(s->panels, s->nr_panels + 1, sizeof(*s->panels));
	p = &s->panels[s->nr_panels++];
	p->rest = xstrdup(rest);
	p->metric = metric;
	p->nr_curves = s->c->run->nr_kernels;
	p->curves = xcalloc(p->nr_curves + 1, sizeof(*p->curves));
	for (unsigned k = 0; k < p->nr_curves; k++) {
		p->curves[k].kernel = k;
		p->curves[k].spots =
			xcalloc(s->c->run->nr_points + 1, sizeof(struct spot));
	}
	return p;
}

static void add_point(struct sweep *s, unsigned point)
{
	const char *params = plan_at(s->c, point)->id.params;
	const char *metric = metric_at(s->c, point);
	_cleanup_free_ char *rest = params_without(params, s->key);
	struct panel *p = find_panel(s, rest, metric);

	for (unsigned k = 0; k < p->nr_curves; k++) {
		struct curve *cv = &p->curves[k];
		struct spot *spot = &cv->spots[cv->nr];

		if (!spot_of(s->c, k, point, metric, spot))
			continue;
		param_number(params, s->key, &spot->x);
		cv->nr++;
		s->min = fmin(s->min, spot->lo);
		s->max = fmax(s->max, spot->hi);
	}
}

static void panel_release(struct panel *p)
{
	for (size_t k = 0; k < p->nr_curves; k++)
		free(p->curves[k].spots);
	free(p->curves);
	free(p->rest);
}

void sweep_release(struct sweep *s)
{
	for (size_t i = 0; i < s->nr_panels; i++)
		panel_release(&s->panels[i]);
	free(s->panels);
	free(s->xs);
	free(s->key);
}

/* Leaves room above and below, so that noise does not look like growth. */
static void sweep_range(struct sweep *s)
{
	s->log_x = s->xs[0] > 0;
	s->log_y = s->min > 0;
	if (s->log_y) {
		double room = fmax(1.25, sqrt(fmax(1, 10 * s->min / s->max)));

		s->min /= room;
		s->max *= room;
	} else {
		s->min = 0;
		s->max = fmax(s->max * 1.1, 1);
	}
}

static bool panel_is_empty(const struct panel *p)
{
	size_t nr = 0;

	for (size_t k = 0; k < p->nr_curves; k++)
		nr += p->curves[k].nr;
	return nr == 0;
}

static bool build_panels(struct sweep *s)
{
	size_t kept = 0;

	s->min = INFINITY;
	s->max = -INFINITY;
	for (unsigned i = 0; i < s->c->run->nr_points; i++) {
		if (has_param(s, i))
			add_point(s, i);
	}
	for (size_t i = 0; i < s->nr_panels; i++) {
		struct panel p = s->panels[i];

		if (panel_is_empty(&p)) {
			panel_release(&p);
			continue;
		}
		for (size_t k = 0; k < p.nr_curves; k++)
			qsort(p.curves[k].spots, p.curves[k].nr,
			      sizeof(struct spot), cmp_spot);
		s->panels[kept++] = p;
	}
	s->nr_panels = kept;
	if (kept == 0)
		return false;
	sweep_range(s);
	return true;
}

bool sweep_build(struct sweep *ret, const struct comparison *c,
		 const char *bench, char *key)
{
	*ret = (struct sweep){
		.c = c,
		.bench = bench,
		.key = key,
	};
	return sweep_values(ret) && build_panels(ret);
}

void sweep_cut(struct sweep *s, size_t most)
{
	while (s->nr_panels > most) {
		panel_release(&s->panels[--s->nr_panels]);
		s->left_out++;
	}
}
