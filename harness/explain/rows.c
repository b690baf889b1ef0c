/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of every report: profile_rows. */
#include <fnmatch.h>
#include <math.h>

#include "alloc.h"
#include "explain.h"
#include "strbuf.h"

static bool is_in(const char *const *list, const struct explain_function *f)
{
	for (; list && *list; list++)
		if (explain_is_named(f, *list))
			return true;
	return false;
}

/* Profiles from before there were rows do not say. */
static bool has_symbol(const struct explanation *e,
		       const struct explain_kernel *k, unsigned side,
		       const char *name)
{
	const struct profile_symbol *s = profile_symbol(&k->profile, name);

	for (size_t i = 0; !s && i < e->nr_functions; i++)
		if (!strcmp(explain_name(&e->functions[i], side), name))
			return e->functions[i].seen[side];
	return s && s->there;
}

static bool has_any(const struct explanation *e, const struct explain_kernel *k,
		    unsigned side, const char *const *list)
{
	for (; *list; list++)
		if (has_symbol(e, k, side, *list))
			return true;
	return false;
}

enum { IN_ROW = 1, IN_WITHIN = 2 };

/* Does the node, or a caller of it, belong to the row? */
static void add_node(const struct explanation *e, const struct profile_row *row,
		     unsigned i, uint8_t *where, uint64_t sum[EX_BOTH])
{
	const struct explain_node *n = &e->nodes[i];
	const struct explain_function *f = &e->functions[n->function];

	where[i] = n->parent ? where[n->parent] : 0;
	if (is_in(row->within, f))
		where[i] |= IN_WITHIN;
	if (!is_in(row->functions, f) || where[i] & IN_ROW ||
	    (row->within && !(where[i] & IN_WITHIN)))
		return;
	where[i] |= IN_ROW;
	for (unsigned side = 0; side < EX_BOTH; side++)
		sum[side] += n->below[side];
}

static void fill_row(const struct explanation *e,
		     const struct explain_kernel kernels[EX_BOTH],
		     const struct profile_row *row, struct explain_row *ret)
{
	_cleanup_free_ uint8_t *where = xcalloc(e->nr_nodes + 1, 1);
	uint64_t sum[EX_BOTH] = { 0, 0 };

	/* Parents come before children. */
	for (unsigned i = 1; i < e->nr_nodes; i++)
		add_node(e, row, i, where, sum);
	*ret = (struct explain_row){ .row = row };
	for (unsigned side = 0; side < EX_BOTH; side++) {
		const struct explain_kernel *k = &kernels[side];

		ret->there[side] =
			has_any(e, k, side, row->functions) &&
			(!row->within || has_any(e, k, side, row->within));
		ret->value[side] = ret->there[side]
					   ? (double)sum[side] / e->ops[side]
					   : NAN;
	}
	ret->diff = ret->value[EX_CONT] - ret->value[EX_BASE];
}

void explain_rows(const struct explanation *e,
		  const struct explain_kernel kernels[EX_BOTH],
		  struct explain_row ret[NR_PROFILE_ROWS])
{
	for (unsigned i = 0; i < NR_PROFILE_ROWS; i++)
		fill_row(e, kernels, &profile_rows[i], &ret[i]);
}

char *explain_lacking(const struct profile *p)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < p->nr_symbols; i++)
		if (!p->symbols[i].there)
			strbuf_addf(&sb, "%s%s", sb.len ? ", " : "",
				    p->symbols[i].name);
	return sb.len ? strbuf_steal(&sb) : NULL;
}

/* --- a whole run --- */

static bool is_home(const struct row_entry *entry)
{
	return fnmatch(entry->v.row->bench, entry->point->id.bench, 0) == 0;
}

static void add_point(struct row_list *l, const struct explanation *e)
{
	struct explain_row rows[NR_PROFILE_ROWS];

	explain_rows(e, l->kernels, rows);
	l->list = xreallocarray(l->list, l->nr + NR_PROFILE_ROWS,
				sizeof(*l->list));
	for (unsigned i = 0; i < NR_PROFILE_ROWS; i++)
		l->list[l->nr++] = (struct row_entry){
			.point = e->point,
			.v = rows[i],
		};
}

/* Larger differences first; NaN counts as none. */
static bool is_more(const struct explain_row *a, const struct explain_row *b)
{
	double da = isnan(a->diff) ? 0 : fabs(a->diff);
	double db = isnan(b->diff) ? 0 : fabs(b->diff);

	return da != db ? da > db : a->value[EX_BASE] > b->value[EX_BASE];
}

const struct row_entry *row_list_most(const struct row_list *l, unsigned row)
{
	const struct row_entry *most = NULL;

	for (size_t i = 0; i < l->nr; i++) {
		const struct row_entry *entry = &l->list[i];
		bool home = is_home(entry);

		if (entry->v.row != &profile_rows[row])
			continue;
		if (!most || (home && !is_home(most)) ||
		    (home == is_home(most) && is_more(&entry->v, &most->v)))
			most = entry;
	}
	return most;
}

bool row_list_shows(const struct row_list *l, const struct row_entry *entry)
{
	return is_home(entry) ||
	       row_list_most(l, entry->v.row - profile_rows) == entry;
}

static bool load_both(struct row_list *l, const struct run *run,
		      const unsigned kernels[EX_BOTH])
{
	for (unsigned i = 0; i < EX_BOTH; i++)
		if (!explain_is_profiled(run, kernels[i]))
			return false;
	for (unsigned i = 0; i < EX_BOTH; i++)
		if (explain_load(run, kernels[i], &l->kernels[i]))
			return false;
	explain_match(l->kernels);
	return true;
}

struct row_list *row_list_new(const struct values *v, const struct run *run,
			      unsigned base, unsigned contender)
{
	const unsigned kernels[EX_BOTH] = { base, contender };
	struct row_list *l = xcalloc(1, sizeof(*l));

	l->profiled = load_both(l, run, kernels);
	for (size_t i = 0; l->profiled && i < run->nr_points; i++) {
		struct explanation *e;

		if (!explain_has_point(run, l->kernels, i))
			continue;
		e = explain_point(v, run, l->kernels, i, PROFILE_INSNS);
		if (e)
			add_point(l, e);
		explanation_free(e);
	}
	return l;
}

void row_list_free(struct row_list *l)
{
	if (!l)
		return;
	for (unsigned i = 0; i < EX_BOTH; i++)
		explain_kernel_release(&l->kernels[i]);
	free(l->list);
	free(l);
}
