/* SPDX-License-Identifier: GPL-2.0-only */
#include "renames.h"

#include "alloc.h"
#include "call-graph.h"

/*
 * Counts of related names may differ by this factor: what a renamed function
 * costs more is just what is sought.
 */
#define RELATED_FACTOR 4.0
/* Other names need neighbours that are equal, this many, and equal counts. */
#define STRANGER_NEIGHBOURS 3
#define STRANGER_FACTOR 1.05

/* Of each kernel; all of one are compared with all of the other. */
#define CANDIDATES_MAX 2000
/* Each needs a pair that the one before it found. */
#define ROUNDS_MAX 16

#define NONE 0 /* what calls the outermost has no other name */

/* --- names --- */

/* Length without what GCC appends to a function of which it made another. */
static size_t stem_len(const char *name)
{
	size_t len = strcspn(name, ".");

	return len ? len : strlen(name);
}

static bool is_word_of(const char *word, size_t len, const char *name,
		       size_t name_len)
{
	if (len == 0 || len >= name_len)
		return false;
	return (!strncmp(name, word, len) &&
		(name[len] == '_' || word[len - 1] == '_')) ||
	       (!strncmp(name + name_len - len, word, len) &&
		(name[name_len - len - 1] == '_' || *word == '_'));
}

bool renames_related(const char *a, const char *b)
{
	size_t len_a = stem_len(a), len_b = stem_len(b);

	return (len_a == len_b && !strncmp(a, b, len_a)) ||
	       is_word_of(a, len_a, b, len_b) || is_word_of(b, len_b, a, len_a);
}

/* --- candidates --- */

struct matcher {
	struct call_graph graph;
	unsigned *pair; /* per function: the same on the other side, or NONE */
	unsigned *mark; /* per function: the last comparison that met it */
	unsigned nr_marks;
	uint64_t steps;
};

static bool is_candidate(const struct matcher *m, unsigned i, unsigned side)
{
	const struct graph_function *f = m->graph.functions[i];

	return f->seen[side] && !f->seen[!side] && m->pair[i] == NONE &&
	       *f->name != '[';
}

/* Is it known what the function is on the other side? */
static bool is_settled(const struct matcher *m, unsigned i)
{
	const struct graph_function *f = m->graph.functions[i];

	return i == 0 || (f->seen[GRAPH_BASE] && f->seen[GRAPH_CONT]) ||
	       m->pair[i] != NONE;
}

static unsigned in_base(const struct matcher *m, unsigned i)
{
	return m->graph.functions[i]->seen[GRAPH_BASE] || m->pair[i] == NONE
		       ? i
		       : m->pair[i];
}

/* Settled neighbours of two functions: how many at all, and in common. */
struct neighbours {
	unsigned all, common;
};

static struct neighbours compare_neighbours(struct matcher *m, unsigned gone,
					    unsigned new, unsigned direction)
{
	const struct call_graph *g = &m->graph;
	unsigned mark = ++m->nr_marks;
	struct neighbours ret = { 0, 0 };
	const struct graph_edge *e;
	size_t nr;

	e = graph_neighbours(&g->edges[GRAPH_BASE][direction], gone, &nr);
	for (size_t i = 0; i < nr; i++) {
		if (!is_settled(m, e[i].to))
			continue;
		m->mark[e[i].to] = mark;
		ret.all++;
	}
	e = graph_neighbours(&g->edges[GRAPH_CONT][direction], new, &nr);
	for (size_t i = 0; i < nr; i++) {
		if (!is_settled(m, e[i].to))
			continue;
		if (m->mark[in_base(m, e[i].to)] == mark)
			ret.common++;
		else
			ret.all++;
	}
	return ret;
}

static bool within(double a, double b, double factor)
{
	return a > 0 && b > 0 && a <= factor * b && b <= factor * a;
}

/* Of functions whose names are related. */
static bool relatives_fit(struct neighbours callers, struct neighbours callees,
			  bool equal_counts)
{
	if (2 * callers.common < callers.all ||
	    2 * callees.common < callees.all)
		return false;
	/* If all callers were replaced, the rest has to say more. */
	return callers.common > 0 || (equal_counts && callees.common > 0);
}

static bool fits(struct matcher *m, unsigned gone, unsigned new)
{
	const struct graph_function *a = m->graph.functions[gone];
	const struct graph_function *b = m->graph.functions[new];
	double self = a->self[GRAPH_BASE], self_new = b->self[GRAPH_CONT];
	bool equal_counts = within(self, self_new, STRANGER_FACTOR);
	bool related = renames_related(a->name, b->name);
	struct neighbours callers, callees;

	m->steps++;
	if (related ? !within(self, self_new, RELATED_FACTOR) : !equal_counts)
		return false;
	callers = compare_neighbours(m, gone, new, GRAPH_CALLERS);
	callees = compare_neighbours(m, gone, new, GRAPH_CALLEES);
	if (related)
		return relatives_fit(callers, callees, equal_counts);
	return callers.common > 0 && callers.common == callers.all &&
	       callees.common == callees.all &&
	       callers.common + callees.common >= STRANGER_NEIGHBOURS;
}

/* --- pairs --- */

/* The only candidate that fits; NONE if there are two, or none. */
static unsigned only_fit(struct matcher *m, unsigned of, unsigned side)
{
	unsigned found = NONE;

	for (unsigned i = 1; i < m->graph.nr; i++) {
		if (!is_candidate(m, i, !side) ||
		    !(side == GRAPH_BASE ? fits(m, of, i) : fits(m, i, of)))
			continue;
		if (found != NONE)
			return NONE;
		found = i;
	}
	return found;
}

/* All pairs by what is settled so far, whatever the order; how many? */
static unsigned settle(struct matcher *m)
{
	_cleanup_free_ unsigned *found = xcalloc(m->graph.nr, sizeof(*found));
	unsigned nr = 0;

	for (unsigned i = 1; i < m->graph.nr; i++) {
		unsigned fit = is_candidate(m, i, GRAPH_BASE)
				       ? only_fit(m, i, GRAPH_BASE)
				       : NONE;

		if (fit != NONE && only_fit(m, fit, GRAPH_CONT) == i)
			found[i] = fit;
	}
	for (unsigned i = 1; i < m->graph.nr; i++) {
		if (found[i] == NONE)
			continue;
		m->pair[i] = found[i];
		m->pair[found[i]] = i;
		nr++;
	}
	return nr;
}

static unsigned count_candidates(const struct matcher *m, unsigned side)
{
	unsigned nr = 0;

	for (unsigned i = 1; i < m->graph.nr; i++)
		nr += is_candidate(m, i, side);
	return nr;
}

/* Each pair may make callers or callees of others known. */
static void settle_all(struct matcher *m)
{
	if (count_candidates(m, GRAPH_BASE) > CANDIDATES_MAX ||
	    count_candidates(m, GRAPH_CONT) > CANDIDATES_MAX)
		return;
	for (int i = 0; i < ROUNDS_MAX && settle(m); i++)
		;
}

void renames_find(const struct profile *base, const struct profile *cont,
		  struct renames *ret)
{
	struct matcher m = { .nr_marks = 0 };

	*ret = (struct renames){ .nr = 0 };
	call_graph_make(base, cont, &m.graph);
	m.pair = xcalloc(m.graph.nr, sizeof(*m.pair));
	m.mark = xcalloc(m.graph.nr, sizeof(*m.mark));
	settle_all(&m);
	ret->steps = m.steps;
	for (unsigned i = 1; i < m.graph.nr; i++) {
		if (m.pair[i] == NONE ||
		    !m.graph.functions[i]->seen[GRAPH_BASE])
			continue;
		ret->list = xreallocarray(ret->list, ret->nr + 1,
					  sizeof(*ret->list));
		ret->list[ret->nr++] = (struct rename_pair){
			.base = m.graph.functions[i]->name,
			.cont = m.graph.functions[m.pair[i]]->name,
		};
		*key_index_at(&ret->by_cont, ret->list[ret->nr - 1].cont, 0, 0,
			      NULL) = ret->nr;
	}
	free(m.mark);
	free(m.pair);
	call_graph_release(&m.graph);
}

void renames_release(struct renames *r)
{
	key_index_release(&r->by_cont);
	free(r->list);
}

const char *renames_base(const struct renames *r, const char *cont,
			 uint64_t *steps)
{
	unsigned i = key_index_find(&r->by_cont, cont, 0, 0, steps);

	return i ? r->list[i - 1].base : NULL;
}
