/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exact counts do not vary: another value is another kernel, guest or plan, and all
 * that is left to ask is whether it repeats.  Boots are compared with those of the
 * same perturbation, so that a night that lost some of them is no change.
 */
#include <math.h>

#include "alloc.h"
#include "judge-limits.h"
#include "stats.h"
#include "steps.h"

/* Values of perturbations that both nights have, in *a and *b; their number. */
static size_t common(const struct history_night *x,
		     const struct history_night *y, double *a, double *b)
{
	size_t nr = 0;

	for (size_t i = 0, j = 0; i < x->nr_boots && j < y->nr_boots;) {
		const struct history_boot *p = &x->boots[i], *q = &y->boots[j];

		if (p->perturbation == q->perturbation) {
			a[nr] = p->value;
			b[nr++] = q->value;
		}
		i += p->perturbation <= q->perturbation;
		j += q->perturbation <= p->perturbation;
	}
	return nr;
}

/* Medians over boots of both; false: they are the same, or nothing is common. */
static bool differ(const struct history_night *x, const struct history_night *y,
		   double *before, double *after)
{
	_cleanup_free_ double *a = xcalloc(x->nr_boots + 1, sizeof(*a));
	_cleanup_free_ double *b = xcalloc(x->nr_boots + 1, sizeof(*b));
	size_t nr = common(x, y, a, b);

	*before = stats_median(a, nr);
	*after = stats_median(b, nr);
	for (size_t i = 0; i < nr; i++)
		if (a[i] != b[i])
			return true;
	return false;
}

/* As cgmark compare would have it, without a layout null. */
static bool is_minor(double before, double after)
{
	double size = fabs(after - before);

	if (size <= JUDGE_THRESHOLD * before)
		return true;
	return size < JUDGE_FLOOR && size < JUDGE_FLOOR_PART * before;
}

/* The night at which the value of night i is known to last; end: it is not. */
static size_t night_found(const struct history_series *s, size_t i, size_t end)
{
	double a, b;

	if (s->nights[i].repeated)
		return i;
	if (i + 1 < end && !differ(&s->nights[i], &s->nights[i + 1], &a, &b))
		return i + 1;
	return end;
}

void steps_find_exact(struct history_series *s,
		      const struct history_segment *seg)
{
	size_t end = seg->first + seg->nr, now = seg->first;

	/* What happened once, on the first night, is nothing to change from. */
	while (now < end && night_found(s, now, end) == end)
		now++;
	for (size_t i = now + 1; i < end; i++) {
		struct history_step step = { .at = i, .p = NAN };

		if (!differ(&s->nights[now], &s->nights[i], &step.before,
			    &step.after)) {
			now = i;
			continue;
		}
		step.found = night_found(s, i, end);
		if (step.found == end)
			continue;
		step.minor = is_minor(step.before, step.after);
		steps_add(s, &step);
		now = i;
	}
}
