/* SPDX-License-Identifier: GPL-2.0-only */
#include "tail.h"

#include "alloc.h"
#include "judge-limits.h"

/* Have all boots that count samples enough to show a tail? */
static bool shows_tail(const struct subject *s)
{
	for (unsigned b = 0; b < s->run->nr_boots; b++) {
		const struct run_boot *boot = &s->run->boots[b];
		size_t nr;

		if ((boot->kernel != s->base && boot->kernel != s->contender) ||
		    !is_evidence(s->evidence, boot->role))
			continue;
		nr = values_nr(s->values, b, s->point, s->metric);
		if (nr > 0 && nr < JUDGE_TAIL_SAMPLES)
			return false;
	}
	return true;
}

/* Judge one statistic; does it decide?  If so, the caller owns what is returned. */
static bool decides(const struct subject *s, enum verdict centre,
		    struct pairs *p, enum verdict *verdict, char **reason)
{
	_cleanup_free_ char *why = NULL;

	pairs_find(s, p);
	*verdict = verdict_decide(p, false, &why);
	if (*verdict == V_REGRESSION ||
	    (*verdict == V_IMPROVEMENT && !verdict_changed(centre))) {
		*reason = xasprintf("tail, by the %s: %s",
				    statistic_name(s->statistic), why);
		return true;
	}
	pairs_release(p);
	return false;
}

enum statistic tail_judge(const struct subject *s, struct pairs *p,
			  enum verdict *verdict, char **reason)
{
	/* What takes most samples comes first. */
	static const enum statistic order[] = { STAT_MEAN, STAT_P99,
						STAT_LARGEST };
	struct subject of = *s;

	if (*verdict == V_REGRESSION || !shows_tail(s))
		return STAT_CENTRE;
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		enum verdict v;
		struct pairs tail;
		char *why;

		of.statistic = order[i];
		if (!decides(&of, *verdict, &tail, &v, &why))
			continue;
		pairs_release(p);
		*p = tail;
		free(*reason);
		*reason = why;
		*verdict = v;
		return order[i];
	}
	return STAT_CENTRE;
}
