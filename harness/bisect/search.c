/* SPDX-License-Identifier: GPL-2.0-only */
#include "search.h"

#include <math.h>

#include "alloc.h"

enum known { UNKNOWN, MEASURED, SKIPPED };

struct steps {
	struct search_step *list;
	size_t nr;
};

struct state {
	const struct search *s;
	enum known *known; /* of each position */
	struct steps open; /* intervals to search */
	struct steps done;
};

static void state_release(struct state *st)
{
	free(st->known);
	free(st->open.list);
	free(st->done.list);
}

static void add_step(struct steps *to, struct search_step step)
{
	to->list = xreallocarray(to->list, to->nr + 1, sizeof(*to->list));
	to->list[to->nr++] = step;
}

/* Returns whether the ends differ. */
static bool add_interval(struct state *st, size_t from, size_t to)
{
	double d = fabs(st->s->distance(from, to, st->s->arg));

	if (d == 0)
		return false;
	add_step(&st->open, (struct search_step){ from, to, STEP_OPEN, d });
	return true;
}

/* Takes out the interval that differs most; of several, the first. */
static struct search_step take_interval(struct state *st)
{
	struct steps *o = &st->open;
	struct search_step taken;
	size_t most = 0;

	for (size_t i = 1; i < o->nr; i++) {
		double d = o->list[i].distance - o->list[most].distance;

		if (d > 0 || (d == 0 && o->list[i].from < o->list[most].from))
			most = i;
	}
	taken = o->list[most];
	o->list[most] = o->list[--o->nr];
	return taken;
}

/* From the nearest position that was skipped; at most max. */
static size_t from_skipped(const struct state *st, size_t at, size_t max)
{
	for (size_t d = 0; d < max; d++)
		if ((d <= at && st->known[at - d] == SKIPPED) ||
		    (at + d < st->s->nr && st->known[at + d] == SKIPPED))
			return d;
	return max;
}

/*
 * Far from both ends, and from what was skipped: its neighbours often fail for
 * the same reason.  0: nothing is left between the ends.
 */
static size_t choose(const struct state *st, size_t from, size_t to)
{
	size_t best = 0, best_score = 0;

	for (size_t at = from + 1; at < to; at++) {
		size_t low = at - from, high = to - at;
		size_t score = low < high ? low : high, gap;

		if (st->known[at] == SKIPPED || score <= best_score)
			continue;
		gap = 2 * from_skipped(st, at, score);
		if (gap < score)
			score = gap;
		if (score > best_score) {
			best = at;
			best_score = score;
		}
	}
	return best;
}

static enum probe probe(struct state *st, size_t at)
{
	enum probe r;

	if (st->known[at] != UNKNOWN)
		return st->known[at] == SKIPPED ? PROBE_SKIP : PROBE_DONE;
	r = st->s->probe(at, st->s->arg);
	if (r != PROBE_STOP)
		st->known[at] = r == PROBE_SKIP ? SKIPPED : MEASURED;
	return r;
}

static void end_interval(struct state *st, struct search_step i,
			 enum step_kind kind)
{
	i.kind = kind;
	add_step(&st->done, i);
}

/* Halves an interval, or ends it. */
static enum probe search_interval(struct state *st, struct search_step i)
{
	bool low, high;
	enum probe r;
	size_t at;

	if (i.to == i.from + 1) {
		end_interval(st, i, STEP_FOUND);
		return PROBE_DONE;
	}
	do {
		at = choose(st, i.from, i.to);
		if (at == 0) {
			end_interval(st, i, STEP_SKIPPED);
			return PROBE_DONE;
		}
		r = probe(st, at);
	} while (r == PROBE_SKIP);
	if (r == PROBE_STOP)
		return r;
	low = add_interval(st, i.from, at);
	high = add_interval(st, at, i.to);
	if (!low && !high)
		end_interval(st, i, STEP_SPREAD);
	return PROBE_DONE;
}

static enum probe probe_ends(struct state *st, size_t *at)
{
	const size_t ends[] = { 0, st->s->nr - 1 };
	enum probe r = PROBE_DONE;

	for (size_t i = 0; i < ARRAY_SIZE(ends) && r == PROBE_DONE; i++) {
		*at = ends[i];
		r = probe(st, ends[i]);
	}
	return r;
}

static bool is_enough(const struct state *st)
{
	return st->s->max_steps && st->done.nr >= st->s->max_steps;
}

static int compare_steps(const void *a, const void *b)
{
	const struct search_step *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

enum probe search_steps(const struct search *s, struct search_step **ret,
			size_t *nr, size_t *at)
{
	_cleanup_(state_release) struct state st = {
		.s = s,
		.known = xcalloc(s->nr, sizeof(*st.known)),
	};
	enum probe r = probe_ends(&st, at);

	if (r == PROBE_DONE && s->nr > 1)
		add_interval(&st, 0, s->nr - 1);
	while (r == PROBE_DONE && st.open.nr > 0 && !is_enough(&st))
		r = search_interval(&st, take_interval(&st));
	if (r != PROBE_DONE)
		return r;
	for (size_t i = 0; i < st.open.nr; i++)
		add_step(&st.done, st.open.list[i]);
	if (st.done.nr)
		qsort(st.done.list, st.done.nr, sizeof(*st.done.list),
		      compare_steps);
	*ret = steal_ptr(st.done.list);
	*nr = st.done.nr;
	return PROBE_DONE;
}
