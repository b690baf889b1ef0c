/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-settle.h"
#include "alloc.h"
#include "status.h"

int run_sample_cmp(const void *pa, const void *pb)
{
	const struct run_sample *a = pa, *b = pb;
	int r;

	if (a->point != b->point)
		return a->point < b->point ? -1 : 1;
	r = strcmp(a->metric, b->metric);
	if (r)
		return r;
	return a->rep < b->rep ? -1 : a->rep > b->rep;
}

static void add_lack(struct run_boot *b, const struct lack_entry *e)
{
	struct run_lack *to;

	b->lacks = xreallocarray(b->lacks, b->nr_lacks + 1, sizeof(*b->lacks));
	to = &b->lacks[b->nr_lacks++];
	to->point = e->point;
	strcpy(to->metric, e->l.metric);
	strcpy(to->why, e->l.why);
}

/* Moves the lacks of a point to the boot; returns how many. */
static size_t take_lacks(struct boot_load *l, size_t point)
{
	size_t nr = 0, kept = 0;

	for (size_t i = 0; i < l->nr_lacks; i++) {
		if (l->lacks[i].point != point) {
			l->lacks[kept++] = l->lacks[i];
			continue;
		}
		add_lack(l->boot, &l->lacks[i]);
		nr++;
	}
	l->nr_lacks = kept;
	return nr;
}

static bool is_figure_of(const char *metric, const char *function)
{
	size_t len = strlen(function);

	if (strncmp(metric, function, len) || metric[len] != ':')
		return false;
#define IS(_word)                              \
	if (!strcmp(metric + len + 1, #_word)) \
		return true;
	LATENCY_METRICS(IS)
#undef IS
	return false;
}

/* A boot that counts events times nothing, and the others do nothing else. */
static bool metric_planned(const struct boot_load *l, const char *metric)
{
	const struct run *run = l->run;

	if (l->boot->role != BOOT_EVENTS)
		return rec_is_clock_metric(metric);
	for (size_t i = 0; i < run->nr_events; i++)
		if (!strcmp(run->events[i].ev.name, metric))
			return true;
	for (size_t i = 0; i < run->nr_latencies; i++)
		if (is_figure_of(metric, run->latencies[i]))
			return true;
	return false;
}

/* Of the last nr lacks of the boot. */
static bool lacks_planned(const struct boot_load *l, size_t nr,
			  struct strbuf *why)
{
	const struct run_boot *b = l->boot;

	for (size_t i = b->nr_lacks - nr; i < b->nr_lacks; i++) {
		if (metric_planned(l, b->lacks[i].metric))
			continue;
		strbuf_addf(why, "metric %s was not planned",
			    b->lacks[i].metric);
		return false;
	}
	return true;
}

/*
 * Checks the sorted samples of one point; *why explains what is wrong.  Every
 * metric needs one sample of each repetition, and a point without samples needs
 * a lack.  Where events are counted, a metric may have a single value for all
 * repetitions instead.
 */
static bool is_complete(const struct boot_load *l, const struct run_sample *e,
			size_t nr, size_t nr_lacks, const struct plan_point *p,
			struct strbuf *why)
{
	bool figures = l->boot->role == BOOT_EVENTS;
	size_t in_metric = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct run_sample *s = &e[i];
		bool first = i == 0 || strcmp(s->metric, e[i - 1].metric);

		if (first && !metric_planned(l, s->metric))
			strbuf_addf(why, "metric %s was not planned",
				    s->metric);
		else if (s->rep >= p->samples)
			strbuf_addf(why, "repetition %u of %s was not planned",
				    s->rep, s->metric);
		else if (s->value > INT64_MAX || s->nr_ops > INT64_MAX)
			strbuf_addf(why, "repetition %u of %s is out of range",
				    s->rep, s->metric);
		else if (!first && s->rep == e[i - 1].rep)
			strbuf_addf(why, "repetition %u of %s is there twice",
				    s->rep, s->metric);
		if (why->len)
			return false;
		in_metric = first ? 1 : in_metric + 1;
		if ((i + 1 == nr || strcmp(s->metric, e[i + 1].metric)) &&
		    in_metric != p->samples && !(figures && in_metric == 1)) {
			strbuf_addf(why, "%zu of %u samples of %s are there",
				    in_metric, p->samples, s->metric);
			return false;
		}
	}
	if (nr + nr_lacks == 0)
		strbuf_addstr(why, "no sample is there");
	return nr + nr_lacks > 0 && lacks_planned(l, nr_lacks, why);
}

/* Keeps the samples of a point that is DONE and complete; true if so. */
static bool settle_point(struct boot_load *l, size_t i, size_t from, size_t nr,
			 enum trust trust)
{
	struct run_sample *e = nr ? l->samples + from : NULL;
	const struct plan_point *p = &l->run->points[i].plan;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_free_ char *name = NULL;
	struct run_boot *b = l->boot;
	size_t nr_lacks = take_lacks(l, i);

	if (!boot_plans(b, i) && nr + nr_lacks > 0) {
		name = status_point_name(p);
		boot_fault(
			l, "samples.tsv",
			"samples of %s, which is not in the plan of the boot",
			name);
		b->damaged = true;
		b->nr_lacks -= nr_lacks; /* just taken */
	}
	if (b->status[i] != POINT_DONE)
		return false;
	if (is_complete(l, e, nr, nr_lacks, p, &why)) {
		/* Close up: those of points before may have been dropped. */
		if (nr && l->samples + b->nr_samples != e)
			memmove(l->samples + b->nr_samples, e, nr * sizeof(*e));
		b->nr_samples += nr;
		return true;
	}
	if (trust == TRUST_SOME) {
		boot_set_status(b, i, POINT_MISSING, why.buf);
		return false;
	}
	name = status_point_name(p);
	boot_fault(l, "samples.tsv", "%s, which is ok in status.ktap: %s", name,
		   why.buf);
	b->damaged = true;
	boot_set_status(b, i, POINT_ERROR, why.buf);
	return false;
}

static void report_unplanned(struct boot_load *l, size_t from)
{
	if (l->nr_lacks > 0) {
		boot_fault(l, "samples.tsv",
			   "%s %s is said to be not there, but was not planned",
			   l->lacks[0].l.id.bench, l->lacks[0].l.metric);
		l->boot->damaged = true;
	}
	if (from == l->nr_samples)
		return;
	boot_fault(
		l, "samples.tsv",
		"%zu samples that are not in the plan, the first of %s version %u %s",
		l->nr_samples - from, l->unplanned.bench, l->unplanned.version,
		l->unplanned.params);
	l->boot->damaged = true;
}

size_t boot_settle(struct boot_load *l, enum trust trust)
{
	struct run_boot *b = l->boot;
	size_t from = 0, to, kept = 0;

	if (l->unsorted)
		qsort(l->samples, l->nr_samples, sizeof(*l->samples),
		      run_sample_cmp);
	for (size_t i = 0; i < l->run->nr_points; i++, from = to) {
		for (to = from; to < l->nr_samples && l->samples[to].point == i;
		     to++)
			;
		kept += settle_point(l, i, from, to - from, trust);
	}
	report_unplanned(l, from);
	b->samples = steal_ptr(l->samples);
	return kept;
}
