/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The procedure for exact machines.
 *
 * Each kernel is booted under the same M perturbations; the value of a boot is
 * the median of its samples.  Boots are paired by perturbation, so what a
 * perturbation does to both kernels cancels out:
 *
 *   l_p = ln(contender_p / base_p)
 *
 * What moves without any change of the code is measured by the layout null,
 * the baseline against itself with padding added: the threshold is Q3 + 3 IQR
 * of |ln(null_p / base_p)|, at least 0.2%.
 *
 *   REGRESSION    at least 7 of 8 l_p are above 0, their median is above the
 *                 threshold, and the medians differ by the floor or more
 *   IMPROVEMENT   the mirror image
 *   NO CHANGE     the 90% interval of the median l_p lies inside the threshold,
 *                 or no boot differs by as much as the floor
 *   INVALID       the data deserve no verdict; see compare-fault.c
 *   INCONCLUSIVE  everything else, with what would settle it
 */
#include "faults.h"

#include <math.h>

#include "alloc.h"
#include "exit-status.h"
#include "stats.h"

#define MIN_THRESHOLD 0.002
#define FLOOR 20 /* instructions, or nanoseconds of guest time */
#define LEVEL 0.90
#define MIN_PAIRS COMPARE_MIN_PAIRS
#define MAX_PERTURBATIONS 64 /* what cgmark run accepts */

/* One effect under judgement. */
struct pairs {
	double *logs;  /* l_p */
	double *diffs; /* contender_p - base_p */
	size_t nr;
	double median;	      /* of logs */
	struct interval ival; /* of the median of logs */
	double threshold;     /* of |l_p| */
	struct signs signs;
	size_t needed; /* signs that have to agree */
};

unsigned verdict_rank(enum verdict v)
{
	static const unsigned rank[] = {
		[V_REGRESSION] = 0,  [V_INVALID] = 1,	[V_INCONCLUSIVE] = 2,
		[V_IMPROVEMENT] = 3, [V_NO_CHANGE] = 4,
	};

	return rank[v];
}

double compare_floor(const char *metric)
{
	return FLOOR;
}

/* ---- notes ---- */

/* Boots that are not there are named once, for the whole comparison. */
static void note_missing_boots(struct comparison *c, unsigned kernel)
{
	for (size_t i = 0; i < c->run->nr_boots; i++) {
		const struct run_boot *b = &c->run->boots[i];
		_cleanup_free_ char *text = NULL;

		if (b->kernel != kernel || boot_trust(b) != TRUST_MISSING)
			continue;
		if (b->finished)
			text = compare_boot_text(b);
		else
			text = xasprintf("boot %s did not finish", b->id);
		compare_note(c, xasprintf("left out: %s", text));
	}
}

/* They leave no verdict in doubt, as nothing is timed in them. */
static void note_event_boots(struct comparison *c, unsigned kernel)
{
	for (size_t i = 0; i < c->run->nr_boots; i++) {
		const struct run_boot *b = &c->run->boots[i];
		enum boot_trust trust = boot_trust(b);
		_cleanup_free_ char *text = NULL;

		if (b->kernel != kernel || b->role != BOOT_EVENTS ||
		    trust == TRUST_GOOD || trust == TRUST_MISSING)
			continue;
		text = trust == TRUST_DAMAGED
			       ? xasprintf("boot %s: its sample file is "
					   "damaged or missing",
					   b->id)
			       : compare_boot_text(b);
		compare_note(c, xasprintf("no events: %s", text));
	}
}

static bool has_good_boot(const struct comparison *c, unsigned kernel,
			  enum boot_role role)
{
	for (size_t i = 0; i < c->run->nr_boots; i++) {
		const struct run_boot *b = &c->run->boots[i];

		if (b->kernel == kernel && b->role == role &&
		    boot_trust(b) == TRUST_GOOD)
			return true;
	}
	return false;
}

static void note_repeat(struct comparison *c, unsigned kernel)
{
	if (!has_good_boot(c, kernel, BOOT_REPEAT))
		compare_note(
			c, xasprintf("no repeat boot of %s: that its counts "
				     "repeat bit for bit is assumed, not shown",
				     compare_kernel_name(c, kernel)));
}

static void note_null(struct comparison *c)
{
	unsigned nr = 0, good = 0;

	for (size_t i = 0; i < c->run->nr_boots; i++) {
		const struct run_boot *b = &c->run->boots[i];

		if (b->kernel != c->base || b->role != BOOT_NULL)
			continue;
		nr++;
		good += boot_trust(b) == TRUST_GOOD;
		if (boot_trust(b) == TRUST_DAMAGED)
			compare_note(c,
				     xasprintf("left out: boot %s, its sample "
					       "file is damaged or missing",
					       b->id));
	}
	if (good == 0)
		compare_note(c,
			     xasprintf("no layout null: the threshold is %g%% "
				       "whatever the layout does",
				       MIN_THRESHOLD * 100));
	else if (good < nr)
		compare_note(c, xasprintf("layout null from %u of %u boots",
					  good, nr));
}

/* Points that exist on one side only, or on none, counted by benchmark. */
static void note_skips(struct comparison *c, const char *bench,
		       const char *where, const char *reason, unsigned nr)
{
	compare_note(
		c,
		xasprintf("not comparable: %s, %u point%s skipped on %s%s%s%s",
			  bench, nr, nr == 1 ? "" : "s", where,
			  *reason ? " (" : "", reason, *reason ? ")" : ""));
}

/* ---- one kernel at one point ---- */

struct side {
	enum point_status worst; /* over measuring and repeat boots */
	bool skip;		 /* in every boot that can be trusted */
	const char *skip_text;
};

static struct side side_scan(const struct comparison *c, unsigned kernel,
			     unsigned point)
{
	struct side s = { .worst = POINT_SKIP, .skip_text = "" };
	unsigned nr = 0, good = 0, skipped = 0;

	for (size_t i = 0; i < c->run->nr_boots; i++) {
		const struct run_boot *b = &c->run->boots[i];
		enum point_status st = POINT_MISSING;

		if (b->kernel != kernel || b->role == BOOT_NULL ||
		    b->role == BOOT_EVENTS)
			continue;
		nr++;
		if (boot_trust(b) == TRUST_GOOD) {
			st = boot_point_status(b, point);
			good++;
			if (st == POINT_SKIP) {
				skipped++;
				s.skip_text = boot_point_text(b, point);
			}
		}
		if (st < s.worst)
			s.worst = st;
	}
	if (nr == 0)
		s.worst = POINT_MISSING;
	s.skip = skipped > 0 && skipped == good;
	return s;
}

/* ---- values ---- */

/* ln(b/a) for a, b >= 0; from or to zero is an infinite change. */
static double log_ratio(double a, double b)
{
	if (a == b)
		return 0;
	if (a <= 0)
		return INFINITY;
	if (b <= 0)
		return -INFINITY;
	return log(b / a);
}

/* Value of a trusted boot, NaN if there is none. */
static double boot_value(const struct comparison *c, int boot, unsigned point,
			 const char *metric)
{
	if (boot < 0 || boot_trust(&c->run->boots[boot]) != TRUST_GOOD)
		return NAN;
	return values_median(c->values, (unsigned)boot, point, metric);
}

/* One perturbation measured on both kernels. */
struct pair {
	unsigned perturbation;
	double base, cont;
	double base_p99, cont_p99;
};

static int cmp_pair(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return (x->perturbation > y->perturbation) -
	       (x->perturbation < y->perturbation);
}

/* Fills pairs[run.nr_boots]; returns how many there are. */
static size_t find_pairs(const struct comparison *c, const struct effect *e,
			 struct pair *pairs)
{
	const struct run *run = c->run;
	size_t nr = 0;

	for (unsigned b = 0; b < run->nr_boots; b++) {
		const struct run_boot *boot = &run->boots[b];
		int other = run_find_boot(run, e->contender, boot->perturbation,
					  BOOT_MEASURE);
		struct pair p = { .perturbation = boot->perturbation };

		if (boot->kernel != c->base || boot->role != BOOT_MEASURE)
			continue;
		p.base = boot_value(c, (int)b, e->point, e->metric);
		p.cont = boot_value(c, other, e->point, e->metric);
		if (isnan(p.base) || isnan(p.cont))
			continue;
		p.base_p99 = values_p99(c->values, b, e->point, e->metric);
		p.cont_p99 = values_p99(c->values, (unsigned)other, e->point,
					e->metric);
		pairs[nr++] = p;
	}
	if (nr > 0)
		qsort(pairs, nr, sizeof(*pairs), cmp_pair);
	return nr;
}

static void collect_pairs(const struct comparison *c, struct effect *e)
{
	size_t max = c->run->nr_boots + 1;
	_cleanup_free_ struct pair *pairs = xcalloc(max, sizeof(*pairs));
	_cleanup_free_ double *base_p99 = xcalloc(max, sizeof(*base_p99));
	_cleanup_free_ double *cont_p99 = xcalloc(max, sizeof(*cont_p99));
	size_t nr = find_pairs(c, e, pairs);

	e->nr_boots = (unsigned)nr;
	e->perturbation = xcalloc(nr + 1, sizeof(*e->perturbation));
	e->base = xcalloc(nr + 1, sizeof(*e->base));
	e->cont = xcalloc(nr + 1, sizeof(*e->cont));
	for (size_t i = 0; i < nr; i++) {
		e->perturbation[i] = pairs[i].perturbation;
		e->base[i] = pairs[i].base;
		e->cont[i] = pairs[i].cont;
		base_p99[i] = pairs[i].base_p99;
		cont_p99[i] = pairs[i].cont_p99;
	}
	e->base_median = stats_median(e->base, nr);
	e->cont_median = stats_median(e->cont, nr);
	e->base_p99 = stats_median(base_p99, nr);
	e->cont_p99 = stats_median(cont_p99, nr);
	e->delta = e->cont_median - e->base_median;
}

/* Threshold of |l_p| from the baseline's null boots. */
static double layout_threshold(const struct comparison *c, struct effect *e)
{
	const struct run *run = c->run;
	_cleanup_free_ double *null = xcalloc(run->nr_boots + 1, sizeof(*null));
	double q3, least = log1p(MIN_THRESHOLD);
	unsigned nr = 0;

	for (unsigned n = 0; n < run->nr_boots; n++) {
		const struct run_boot *b = &run->boots[n];
		int of = run_find_boot(run, c->base, b->perturbation,
				       BOOT_MEASURE);
		double base = boot_value(c, of, e->point, e->metric);
		double padded = boot_value(c, (int)n, e->point, e->metric);

		if (b->kernel == c->base && b->role == BOOT_NULL &&
		    !isnan(base) && !isnan(padded))
			null[nr++] = fabs(log_ratio(base, padded));
	}
	e->nr_null = nr;
	if (nr == 0)
		return least;
	q3 = stats_quantile(null, nr, 0.75);
	return fmax(least, q3 + 3 * stats_iqr(null, nr));
}

static void pairs_init(const struct comparison *c, struct effect *e,
		       struct pairs *p)
{
	p->nr = e->nr_boots;
	p->logs = xcalloc(p->nr + 1, sizeof(*p->logs));
	p->diffs = xcalloc(p->nr + 1, sizeof(*p->diffs));
	for (size_t i = 0; i < p->nr; i++) {
		p->logs[i] = log_ratio(e->base[i], e->cont[i]);
		p->diffs[i] = e->cont[i] - e->base[i];
	}
	p->median = stats_median(p->logs, p->nr);
	p->ival = stats_median_interval(p->logs, p->nr, LEVEL);
	p->threshold = layout_threshold(c, e);
	p->signs = stats_signs(p->logs, p->nr);
	p->needed = (7 * p->nr + 7) / 8;

	e->ratio = exp(p->median);
	e->lo = exp(p->ival.lo);
	e->hi = exp(p->ival.hi);
	e->level = p->ival.level;
	e->threshold = expm1(p->threshold);
	e->agree = (unsigned)(p->signs.pos > p->signs.neg ? p->signs.pos
							  : p->signs.neg);
}

static void pairs_release(struct pairs *p)
{
	free(p->logs);
	free(p->diffs);
}

/* ---- verdicts ---- */

static bool all_below_floor(const struct pairs *p, double floor)
{
	for (size_t i = 0; i < p->nr; i++) {
		if (fabs(p->diffs[i]) >= floor)
			return false;
	}
	return true;
}

static bool all_equal(const struct pairs *p)
{
	return p->signs.zero == p->nr;
}

static bool inside(double lo, double hi, double threshold)
{
	return lo > -threshold && hi < threshold;
}

static int side_of(double l, double threshold)
{
	return (l > threshold) - (l < -threshold);
}

static int cmp_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * Bimodal: the sorted log-ratios fall into two groups of at least two boots,
 * the gap between them is wider than three times what both groups span
 * together, and the groups taken alone would get different verdicts.  Two
 * groups that agree on the verdict leave it in no doubt.  Returns the size of
 * the lower group, or 0.
 */
static size_t bimodal_split(const struct pairs *p)
{
	_cleanup_free_ double *s = xcalloc(p->nr + 1, sizeof(*s));
	size_t at = 0;
	double gap = 0, span;

	memcpy(s, p->logs, p->nr * sizeof(*s));
	qsort(s, p->nr, sizeof(*s), cmp_double);
	if (p->nr < MIN_PAIRS || isinf(s[0]) || isinf(s[p->nr - 1]))
		return 0;
	for (size_t i = 2; i + 2 <= p->nr; i++) {
		if (s[i] - s[i - 1] > gap) {
			gap = s[i] - s[i - 1];
			at = i;
		}
	}
	if (at == 0)
		return 0;
	span = (s[at - 1] - s[0]) + (s[p->nr - 1] - s[at]);
	if (gap <= 3 * span)
		return 0;
	if (side_of(stats_median(s, at), p->threshold) ==
	    side_of(stats_median(s + at, p->nr - at), p->threshold))
		return 0;
	return at;
}

/*
 * Perturbations with which the interval would lie inside the threshold, if
 * more of them spread as these do; 0: not within what a run can have.
 */
static size_t needed_for_no_change(const struct pairs *p)
{
	if (isinf(p->median) || fabs(p->median) >= p->threshold)
		return 0;
	for (size_t n = p->nr + 1; n <= MAX_PERTURBATIONS; n++) {
		size_t k = stats_median_rank(n, LEVEL);
		double at = (double)(k - 1) / (double)(n - 1);

		if (inside(stats_quantile(p->logs, p->nr, at),
			   stats_quantile(p->logs, p->nr, 1 - at),
			   p->threshold))
			return n;
	}
	return 0;
}

/* Further perturbations, all of the majority's sign, for the sign rule. */
static size_t needed_for_signs(const struct pairs *p, size_t agree)
{
	size_t more = 0;

	while (agree + more < (7 * (p->nr + more) + 7) / 8)
		more++;
	return more;
}

/* "+0.12%" */
static char *percent(double l)
{
	double p = expm1(l) * 100;

	if (isinf(l))
		return xstrdup(l > 0 ? "+inf" : "-100%");
	if (p == 0)
		return xstrdup("0%");
	return xasprintf(fabs(p) < 0.005 ? "%+.1g%%" : "%+.2f%%", p);
}

static char *why_inconclusive(const struct pairs *p, const struct effect *e,
			      double floor)
{
	_cleanup_free_ char *lo = percent(p->ival.lo);
	_cleanup_free_ char *hi = percent(p->ival.hi);
	_cleanup_free_ char *median = percent(p->median);
	size_t n;

	if (p->nr < MIN_PAIRS)
		return xasprintf("%zu perturbation%s: at least %d would settle "
				 "it",
				 p->nr, p->nr == 1 ? "" : "s", MIN_PAIRS);
	if (isinf(p->threshold))
		return xstrdup("the baseline itself moves from or to zero with "
			       "its layout; no number of perturbations settles "
			       "it");
	if (fabs(p->median) > p->threshold && e->agree < p->needed)
		return xasprintf("median %s, but only %u of %zu perturbations "
				 "agree in sign; at least %zu more that all "
				 "agree (--perturbations %zu) would settle it",
				 median, e->agree, p->nr,
				 needed_for_signs(p, e->agree),
				 p->nr + needed_for_signs(p, e->agree));
	if (fabs(p->median) > p->threshold)
		return xasprintf("median %s, but the medians differ by %.6g, "
				 "not by %g or more; more perturbations settle "
				 "it only if they differ more",
				 median, e->delta, floor);
	n = needed_for_no_change(p);
	if (n > 0)
		return xasprintf("%.0f%% interval %s..%s reaches beyond "
				 "%.2f%%; about %zu perturbations would settle "
				 "it if they spread as these do",
				 p->ival.level * 100, lo, hi,
				 e->threshold * 100, n);
	return xasprintf("%.0f%% interval %s..%s reaches beyond %.2f%%; more "
			 "than %d perturbations would be needed if they spread "
			 "as these do",
			 p->ival.level * 100, lo, hi, e->threshold * 100,
			 MAX_PERTURBATIONS);
}

static char *why_changed(const struct pairs *p, const struct effect *e)
{
	_cleanup_free_ char *median = percent(p->median);

	return xasprintf("%u of %zu perturbations agree in sign; median %s "
			 "beyond %.2f%%, difference %.6g",
			 e->agree, p->nr, median, e->threshold * 100,
			 fabs(e->delta));
}

static char *why_unchanged(const struct pairs *p, const struct effect *e,
			   double floor)
{
	_cleanup_free_ char *lo = percent(p->ival.lo);
	_cleanup_free_ char *hi = percent(p->ival.hi);

	if (all_equal(p))
		return xasprintf("equal in all %zu perturbations", p->nr);
	if (all_below_floor(p, floor))
		return xasprintf("differs by less than %g in each of %zu "
				 "perturbations",
				 floor, p->nr);
	return xasprintf("%.0f%% interval %s..%s lies inside %.2f%%",
			 p->ival.level * 100, lo, hi, e->threshold * 100);
}

/* More cost is positive; both conditions on the same side. */
static bool changed(const struct pairs *p, const struct effect *e, int sign,
		    double floor)
{
	size_t agree = sign > 0 ? p->signs.pos : p->signs.neg;

	return agree >= p->needed && sign * p->median > p->threshold &&
	       sign * e->delta >= floor;
}

static void judge(const struct comparison *c, struct effect *e,
		  const struct pairs *p)
{
	double floor = compare_floor(e->metric);
	size_t lower;

	/* Identity needs no replication when the code is the same. */
	if (p->nr < MIN_PAIRS &&
	    !(all_equal(p) && compare_must_be_equal(c, e->contender))) {
		e->verdict = V_INCONCLUSIVE;
		e->reason = why_inconclusive(p, e, floor);
		return;
	}
	if (all_equal(p) || all_below_floor(p, floor)) {
		e->verdict = V_NO_CHANGE;
		e->reason = why_unchanged(p, e, floor);
		return;
	}
	lower = bimodal_split(p);
	if (lower > 0) {
		e->verdict = V_INVALID;
		e->reason = xasprintf("bimodal: %zu boots and %zu boots form "
				      "two groups that would get different "
				      "verdicts",
				      lower, p->nr - lower);
		return;
	}
	if (changed(p, e, 1, floor) || changed(p, e, -1, floor)) {
		e->verdict = p->median > 0 ? V_REGRESSION : V_IMPROVEMENT;
		e->reason = why_changed(p, e);
		return;
	}
	if (inside(p->ival.lo, p->ival.hi, p->threshold)) {
		e->verdict = V_NO_CHANGE;
		e->reason = why_unchanged(p, e, floor);
		return;
	}
	e->verdict = V_INCONCLUSIVE;
	e->reason = why_inconclusive(p, e, floor);
}

static struct effect *add_effect(struct comparison *c)
{
	c->effects = xreallocarray(c->effects, c->nr_effects + 1,
				   sizeof(*c->effects));
	memset(&c->effects[c->nr_effects], 0, sizeof(*c->effects));
	return &c->effects[c->nr_effects++];
}

static unsigned compare_metric(struct comparison *c, unsigned contender,
			       unsigned point, const char *metric)
{
	const struct plan_point *plan = &c->run->points[point].plan;
	struct effect *e = add_effect(c);
	struct pairs p = { 0 };

	e->bench = plan->bench;
	e->version = plan->version;
	e->params = plan->params;
	e->metric = metric;
	e->point = point;
	e->contender = contender;
	e->base_status = side_scan(c, c->base, point).worst;
	e->cont_status = side_scan(c, contender, point).worst;
	collect_pairs(c, e);
	pairs_init(c, e, &p);
	e->reason = compare_fault(c, e);
	if (e->reason)
		e->verdict = V_INVALID;
	else
		judge(c, e, &p);
	c->count[e->verdict]++;
	pairs_release(&p);
	return e->nr_boots;
}

/* Skipped points of a benchmark, for one note instead of one each. */
struct skips {
	const char *bench;
	char *where;
	const char *reason;
	unsigned nr;
};

static void skips_flush(struct comparison *c, struct skips *s)
{
	if (s->nr > 0)
		note_skips(c, s->bench, s->where, s->reason, s->nr);
	free(s->where);
	memset(s, 0, sizeof(*s));
}

static void skips_add(struct comparison *c, struct skips *s, const char *bench,
		      char *where, const char *reason)
{
	if (s->nr > 0 &&
	    (strcmp(s->bench, bench) != 0 || strcmp(s->where, where) != 0 ||
	     strcmp(s->reason, reason) != 0))
		skips_flush(c, s);
	free(s->where);
	s->bench = bench;
	s->where = where;
	s->reason = reason;
	s->nr++;
}

/* Is the point there on both kernels?  Else it gets no row, but a note. */
static bool skipped(struct comparison *c, struct skips *s, size_t i,
		    unsigned point)
{
	unsigned contender = c->contenders[i];
	struct side base = side_scan(c, c->base, point);
	struct side cont = side_scan(c, contender, point);
	const char *bench = c->run->points[point].plan.bench;

	if (base.skip && cont.skip)
		skips_add(c, s, bench,
			  xasprintf("%s and %s",
				    compare_kernel_name(c, c->base),
				    compare_kernel_name(c, contender)),
			  base.skip_text);
	else if (base.skip)
		skips_add(c, s, bench, xstrdup(compare_kernel_name(c, c->base)),
			  base.skip_text);
	else if (cont.skip)
		skips_add(c, s, bench,
			  xstrdup(compare_kernel_name(c, contender)),
			  cont.skip_text);
	c->nr_lacking[i] += cont.skip && !base.skip;
	return base.skip || cont.skip;
}

static bool kernel_has_metric(const struct comparison *c, unsigned kernel,
			      unsigned point, const char *metric)
{
	const char *name;

	for (unsigned i = 0;
	     (name = values_metric(c->values, kernel, point, i)); i++) {
		if (strcmp(name, metric) == 0)
			return true;
	}
	return false;
}

static void compare_point(struct comparison *c, size_t n, unsigned point)
{
	unsigned contender = c->contenders[n], pairs = 0;
	bool lacking = false, any = false;
	const char *name;

	for (unsigned i = 0;
	     (name = values_metric(c->values, c->base, point, i)); i++) {
		pairs += compare_metric(c, contender, point, name);
		lacking |= !kernel_has_metric(c, contender, point, name);
		any = true;
	}
	/* A metric that differs was said once, for the baseline's. */
	for (unsigned i = 0;
	     (name = values_metric(c->values, contender, point, i)); i++) {
		if ((any && lacking) ||
		    kernel_has_metric(c, c->base, point, name))
			continue;
		pairs += compare_metric(c, contender, point, name);
		any = true;
	}
	if (!any)
		compare_metric(c, contender, point, "");
	c->nr_compared[n] += pairs > 0;
}

static bool same_vmlinux(const struct comparison *c, unsigned contender)
{
	const char *a = c->run->kernels[c->base].vmlinux_sha256;
	const char *b = c->run->kernels[contender].vmlinux_sha256;

	return a && b && *a && strcmp(a, b) == 0;
}

static void compare_contender(struct comparison *c, size_t i)
{
	unsigned contender = c->contenders[i];
	struct skips skips = { 0 };

	c->same_code[i] = false;
	note_missing_boots(c, contender);
	note_event_boots(c, contender);
	if (same_vmlinux(c, contender)) {
		bool equal = compare_must_be_equal(c, contender);

		c->same_code[i] = true;
		compare_note(
			c, xasprintf("same code: %s and %s have the same "
				     "vmlinux%s",
				     compare_kernel_name(c, c->base),
				     compare_kernel_name(c, contender),
				     equal ? "" : ", but other command lines"));
	}
	note_repeat(c, contender);
	for (unsigned p = 0; p < c->run->nr_points; p++) {
		if (!skipped(c, &skips, i, p))
			compare_point(c, i, p);
	}
	skips_flush(c, &skips);
}

/* Largest change first; effects without a value last. */
static double effect_size(const struct effect *e)
{
	double l = log(e->ratio);

	return isnan(l) ? -1 : fabs(l);
}

static int cmp_effect(const void *a, const void *b)
{
	const struct effect *x = a, *y = b;
	unsigned rx = verdict_rank(x->verdict), ry = verdict_rank(y->verdict);
	double sx = effect_size(x), sy = effect_size(y);

	if (rx != ry)
		return rx < ry ? -1 : 1;
	if (sx != sy)
		return sx > sy ? -1 : 1;
	if (x->point != y->point)
		return x->point < y->point ? -1 : 1;
	if (x->contender != y->contender)
		return x->contender < y->contender ? -1 : 1;
	return strcmp(x->metric, y->metric);
}

struct comparison *compare_run(const struct run *run, unsigned base,
			       const unsigned *contenders, size_t nr)
{
	struct comparison *c = xcalloc(1, sizeof(*c));

	c->run = run;
	c->values = values_new(run);
	c->base = base;
	c->nr_contenders = nr;
	c->contenders = xcalloc(nr + 1, sizeof(*c->contenders));
	c->same_code = xcalloc(nr + 1, sizeof(*c->same_code));
	c->nr_compared = xcalloc(nr + 1, sizeof(*c->nr_compared));
	c->nr_lacking = xcalloc(nr + 1, sizeof(*c->nr_lacking));
	memcpy(c->contenders, contenders, nr * sizeof(*contenders));

	if (run->status && strcmp(run->status, "complete") != 0)
		compare_note(c, xasprintf("the run is not complete: %s",
					  run->status));
	note_missing_boots(c, base);
	note_event_boots(c, base);
	note_repeat(c, base);
	note_null(c);
	for (size_t i = 0; i < nr; i++)
		compare_contender(c, i);
	if (c->nr_effects)
		qsort(c->effects, c->nr_effects, sizeof(*c->effects),
		      cmp_effect);
	return c;
}

void compare_free(struct comparison *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->nr_effects; i++) {
		free(c->effects[i].perturbation);
		free(c->effects[i].base);
		free(c->effects[i].cont);
		free(c->effects[i].reason);
	}
	free(c->effects);
	for (size_t i = 0; i < c->nr_notes; i++)
		free(c->notes[i]);
	free(c->notes);
	free(c->contenders);
	free(c->same_code);
	free(c->nr_compared);
	free(c->nr_lacking);
	values_free(c->values);
	free(c);
}

int compare_status(const struct comparison *c, bool strict)
{
	if (c->count[V_REGRESSION] > 0)
		return ST_REGRESSION;
	for (size_t i = 0; i < c->nr_contenders; i++)
		if (c->nr_compared[i] == 0 || (strict && c->nr_lacking[i] > 0))
			return ST_INCONCLUSIVE;
	if (strict && (c->count[V_INCONCLUSIVE] > 0 || c->count[V_INVALID] > 0))
		return ST_INCONCLUSIVE;
	return ST_OK;
}
