/* SPDX-License-Identifier: GPL-2.0-only */
#include "settle-plain.h"

#include <math.h>

#include "judge-limits.h"

bool settle_is_plain(const struct effect *e)
{
	double change = fabs(log(e->ratio));

	return !e->time && e->verdict == V_IMPROVEMENT && !effect_is_tail(e) &&
	       !e->screening.there && change >= JUDGE_FLOOR_PART &&
	       log(e->hi) - log(e->lo) <= JUDGE_PLAIN_PART * change;
}
