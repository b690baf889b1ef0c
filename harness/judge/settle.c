/* SPDX-License-Identifier: GPL-2.0-only */
#include "settle.h"

#include "alloc.h"
#include "judge-limits.h"
#include "settle-plain.h"
#include "time-more.h"

/* What the boots before any that confirm say. */
static enum verdict screened(const struct effect *e)
{
	return e->screening.there ? e->screening.verdict : e->verdict;
}

static bool find_need(const struct comparison *c, const struct effect *e,
		      struct settle_need *n)
{
	unsigned enough = judge_confirming(c->run->perturbations);

	*n = (struct settle_need){
		.contender = e->contender,
		.point = e->point,
		.role = BOOT_CONFIRM,
	};
	if (e->time)
		return time_need(c, e, n);
	if (e->verdict == V_INVALID)
		return false;
	if (settle_is_plain(e))
		return false;
	if (verdict_changed(screened(e)) && e->nr_confirm < enough) {
		n->nr = enough - e->nr_confirm;
		return true;
	}
	if (e->verdict != V_INCONCLUSIVE || e->nr_needed <= e->nr_boots)
		return false;
	n->role = e->screening.there ? BOOT_CONFIRM : BOOT_SETTLE;
	n->nr = e->nr_needed - e->nr_boots;
	return true;
}

size_t settle_needs(const struct comparison *c, struct settle_need **ret)
{
	struct settle_need *list = xcalloc(c->nr_effects + 1, sizeof(*list));
	size_t nr = 0;

	if (c->time || c->run->perturbations >= JUDGE_MIN_PAIRS) {
		for (size_t i = 0; i < c->nr_effects; i++)
			nr += find_need(c, &c->effects[i], &list[nr]);
	}
	*ret = list;
	return nr;
}
