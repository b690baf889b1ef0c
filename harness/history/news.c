/* SPDX-License-Identifier: GPL-2.0-only */
#include "news.h"

#include "alloc.h"

const struct history_night *history_news_found(const struct history_news *n)
{
	return &n->series->nights[n->step->found];
}

/* How far a step goes, whether up or down. */
static double size_of(const struct history_step *st)
{
	return isnan(st->ratio) ? INFINITY
	       : st->ratio > 0	? fabs(log(st->ratio))
				: INFINITY;
}

/* Of the change that both come with: 0 if it is the same. */
static int cmp_cause(const struct history_news *a, const struct history_news *b)
{
	const struct history_night *x = &a->series->nights[a->step->at];
	const struct history_night *y = &b->series->nights[b->step->at];
	int r = (y->run->day > x->run->day) - (y->run->day < x->run->day);

	r = r ? r : strcmp(a->series->job, b->series->job);
	r = r ? r : strcmp(a->series->machine, b->series->machine);
	r = r ? r : strcmp(a->series->kernel, b->series->kernel);
	return r ? r : strcmp(a->step->why, b->step->why);
}

static int cmp_news(const void *a, const void *b)
{
	const struct history_news *x = a, *y = b;
	long found_x = history_news_found(x)->run->day;
	long found_y = history_news_found(y)->run->day;
	double size_x = size_of(x->step), size_y = size_of(y->step);
	int r = (found_y > found_x) - (found_y < found_x);

	r = r ? r : cmp_cause(x, y);
	r = r ? r : (size_y > size_x) - (size_y < size_x);
	r = r ? r : strcmp(x->series->bench, y->series->bench);
	return r ? r : strcmp(x->series->params, y->series->params);
}

struct history_news *history_news(const struct history *h, bool minor,
				  size_t *nr)
{
	struct history_news *list = NULL;

	*nr = 0;
	for (size_t i = 0; i < h->nr_series; i++) {
		const struct history_series *s = &h->series[i];

		for (size_t j = 0; j < s->nr_steps; j++) {
			if (s->steps[j].minor && !minor)
				continue;
			list = xreallocarray(list, *nr + 1, sizeof(*list));
			list[*nr].series = s;
			list[(*nr)++].step = &s->steps[j];
		}
	}
	if (*nr > 0)
		qsort(list, *nr, sizeof(*list), cmp_news);
	return list;
}

bool history_news_together(const struct history_news *a,
			   const struct history_news *b)
{
	return history_news_found(a)->run->day ==
		       history_news_found(b)->run->day &&
	       cmp_cause(a, b) == 0;
}

long history_last_day(const struct history *h, const struct history_series *s)
{
	for (size_t i = h->nr_runs; i-- > 0;)
		if (strcmp(h->runs[i]->job, s->job) == 0 &&
		    strcmp(h->runs[i]->machine, s->machine) == 0)
			return h->runs[i]->day;
	return h->last_day;
}

bool history_is_suspect(const struct history *h, const struct history_series *s)
{
	const struct history_night *last = &s->nights[s->nr_nights - 1];

	return last->outside && last->run->day == history_last_day(h, s);
}

bool history_is_new(const struct history *h, const struct history_news *n)
{
	return n->step->found == n->series->nr_nights - 1 &&
	       history_news_found(n)->run->day ==
		       history_last_day(h, n->series);
}
