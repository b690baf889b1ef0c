/* SPDX-License-Identifier: GPL-2.0-only */
#include "time-more.h"

#include "time-aside.h"
#include "time-limits.h"

/* Has it had more boots than those that screen, and some in place of others? */
static bool was_settled(const struct run *run, const struct effect *e)
{
	return e->nr_boots > run->perturbations + run->perturbations / 2;
}

/* Boots in place of those that were disturbed, if these alone are the trouble. */
static unsigned replacements(const struct comparison *c, const struct effect *e)
{
	unsigned base = time_replacements(c->run, c->base);
	unsigned cont = time_replacements(c->run, e->contender);

	return base > cont ? base : cont;
}

bool time_need(const struct comparison *c, const struct effect *e,
	       struct settle_need *n)
{
	*n = (struct settle_need){
		.contender = e->contender,
		.point = e->point,
		.role = BOOT_CONFIRM,
		.nr = TIME_CONFIRM_BOOTS,
	};
	/* What p99 needs is with the median. */
	if (e->p99)
		return false;
	if (e->verdict == V_INVALID) {
		n->role = BOOT_SETTLE;
		n->nr = replacements(c, e);
		return n->nr > 0;
	}
	if (e->fresh)
		return false;
	if (e->unconfirmed)
		return true;
	if (e->verdict != V_INCONCLUSIVE || e->nr_needed <= e->nr_boots ||
	    was_settled(c->run, e))
		return false;
	n->role = BOOT_SETTLE;
	n->nr = e->nr_needed - e->nr_boots;
	return true;
}
