/* SPDX-License-Identifier: GPL-2.0-only */
/* What happened, over all series. */
#ifndef CGMARK_HISTORY_NEWS_H
#define CGMARK_HISTORY_NEWS_H

#include "history.h"

struct history_news {
	const struct history_series *series;
	const struct history_step *step;
};

/*
 * All steps, those that were found last first; of one night those of one kernel and
 * cause together, the largest first.  Caller frees.
 */
struct history_news *history_news(const struct history *h, bool minor,
				  size_t *nr);
/* Do both come with the same change of the same kernel? */
bool history_news_together(const struct history_news *a,
			   const struct history_news *b);
/* The night that made it certain. */
const struct history_night *history_news_found(const struct history_news *n);

/* The last day of the series' job and machine, days since 1970. */
long history_last_day(const struct history *h, const struct history_series *s);
/* Is the last night of the series that of its job, and outside its interval? */
bool history_is_suspect(const struct history *h,
			const struct history_series *s);
/* Was the step found in the last night of its job? */
bool history_is_new(const struct history *h, const struct history_news *n);

#endif
