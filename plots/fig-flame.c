/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differential flame graphs for runs with a profile: one for each of the
 * benchmarks that changed most, at the point where it changed most.
 */
#include <math.h>
#include <stdio.h>

#include "alloc.h"
#include "explain-flame.h"
#include "fig.h"
#include "number.h"

#define MOST_GRAPHS 6 /* of each contender */

struct pick {
	struct explanation *e;
	double change; /* of the total, 0 to 1 */
};

struct picks {
	struct pick *list;
	size_t nr;
};

static double change_of(const struct explanation *e)
{
	double a = e->total[EX_BASE], b = e->total[EX_CONT];
	double most = fmax(a, b);

	return most > 0 ? fabs(b - a) / most : 0;
}

/* Takes the explanation. */
static void offer(struct picks *p, struct explanation *e)
{
	double change = change_of(e);

	for (size_t i = 0; i < p->nr; i++) {
		struct pick *old = &p->list[i];

		if (strcmp(old->e->point->id.bench, e->point->id.bench) != 0)
			continue;
		if (change > old->change) {
			explanation_free(old->e);
			*old = (struct pick){ e, change };
		} else {
			explanation_free(e);
		}
		return;
	}
	p->list = xreallocarray(p->list, p->nr + 1, sizeof(*p->list));
	p->list[p->nr++] = (struct pick){ e, change };
}

static int compare_picks(const void *pa, const void *pb)
{
	const struct pick *a = pa, *b = pb;

	if (a->change != b->change)
		return a->change > b->change ? -1 : 1;
	return strcmp(a->e->point->id.bench, b->e->point->id.bench);
}

static void add_graph(const struct comparison *c, const struct row_list *l,
		      const struct explanation *e, struct figures *f)
{
	const char *cont = c->run->kernels[l->kernels[EX_CONT].index].name;
	_cleanup_free_ char *stem =
		xasprintf("flame-%s-%s", e->point->id.bench, cont);
	_cleanup_free_ char *id = NULL;
	char *point = print_point(e->point->id.bench, e->point->id.params),
	     *caption;
	struct figure *fig;
	FILE *mem;
	size_t len;

	caption = xasprintf("%s, %s against %s: callers above callees, each as "
			    "wide as what both kernels executed; hover over a "
			    "frame for its figures.",
			    point, cont, c->run->kernels[c->base].name);
	fig = figures_add(f, stem, point, caption);
	id = xstrndup(fig->file, strcspn(fig->file, "."));
	mem = open_memstream(&fig->svg, &len);
	if (!mem)
		abort();
	explain_print_flame_element(mem, id, c->run, l->kernels, e,
				    EXPLAIN_FLAME_WIDTH);
	fclose(mem);
}

void fig_flame(const struct comparison *c, const struct row_list *l,
	       struct figures *f)
{
	struct picks p = { NULL, 0 };

	for (unsigned i = 0; l->profiled && i < c->run->nr_points; i++) {
		struct explanation *e;

		if (!explain_has_point(c->run, l->kernels, i))
			continue;
		e = explain_point(c->values, c->run, l->kernels, i,
				  PROFILE_INSNS);
		if (e)
			offer(&p, e);
	}
	if (p.nr)
		qsort(p.list, p.nr, sizeof(*p.list), compare_picks);
	for (size_t i = 0; i < p.nr; i++) {
		if (i < MOST_GRAPHS && p.list[i].change > 0)
			add_graph(c, l, p.list[i].e, f);
		explanation_free(p.list[i].e);
	}
	free(p.list);
}
