/* SPDX-License-Identifier: GPL-2.0-only */
#include "trend-print.h"

#include "alloc.h"
#include "news.h"
#include "number.h"
#include "strbuf.h"

#define VALUE_COLUMNS 10
#define CHANGE_COLUMNS 8

static void add_value(struct strbuf *sb, double v)
{
	char buf[PRINT_MAX];

	strbuf_addstr(sb, print_value(buf, v, VALUE_COLUMNS));
}

static void add_change(struct strbuf *sb, const struct history_step *st)
{
	char buf[PRINT_MAX];

	strbuf_addstr(sb, print_change(buf, st->ratio));
}

/* "1,050 -> 1,081 insns" */
static void add_values(struct strbuf *sb, const struct history_series *s,
		       const struct history_step *st)
{
	add_value(sb, st->before);
	strbuf_addstr(sb, " -> ");
	add_value(sb, st->after);
	strbuf_addstr(sb, " ");
	print_clean(sb, s->metric);
}

/* ---- which nights there are ---- */

struct job {
	const char *job, *machine;
	const struct history_run *first, *last;
	size_t nights;
};

static struct job *find_job(struct job *jobs, size_t nr,
			    const struct history_run *run)
{
	for (size_t i = 0; i < nr; i++)
		if (strcmp(jobs[i].job, run->job) == 0 &&
		    strcmp(jobs[i].machine, run->machine) == 0)
			return &jobs[i];
	return NULL;
}

/* Runs come by night.  Caller frees. */
static struct job *list_jobs(const struct history *h, size_t *nr)
{
	struct job *jobs = xcalloc(h->nr_runs + 1, sizeof(*jobs)), *j;

	*nr = 0;
	for (size_t i = 0; i < h->nr_runs; i++) {
		const struct history_run *run = h->runs[i];

		j = find_job(jobs, *nr, run);
		if (!j) {
			j = &jobs[(*nr)++];
			*j = (struct job){ run->job, run->machine, run, NULL,
					   0 };
		}
		j->nights += !j->last || j->last->day != run->day;
		j->last = run;
	}
	return jobs;
}

static void print_jobs(FILE *out, const struct history *h)
{
	size_t nr;
	_cleanup_free_ struct job *jobs = list_jobs(h, &nr);

	for (size_t i = 0; i < nr; i++) {
		const struct job *j = &jobs[i];
		long days = j->last->day - j->first->day + 1;
		_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

		if (*j->job) {
			strbuf_addstr(&sb, "job ");
			print_clean(&sb, j->job);
		} else {
			strbuf_addstr(&sb, "runs by hand");
		}
		strbuf_addstr(&sb, " on ");
		print_clean(&sb, j->machine);
		strbuf_addf(&sb, ": %zu of %ld nights, ", j->nights, days);
		print_clean(&sb, j->first->night);
		strbuf_addstr(&sb, " to ");
		print_clean(&sb, j->last->night);
		print_wrapped(out, "", sb.buf);
	}
}

/* ---- what changed ---- */

static void print_news_head(FILE *out, const struct history_news *n)
{
	const struct history_night *at = &n->series->nights[n->step->at];
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	print_clean(&sb, at->run->night);
	strbuf_addstr(&sb, "  ");
	print_clean(&sb, n->series->kernel);
	if (*n->series->job) {
		strbuf_addstr(&sb, " of job ");
		print_clean(&sb, n->series->job);
	}
	strbuf_addstr(&sb, ": ");
	print_clean(&sb, n->step->why);
	if (n->step->found != n->step->at) {
		strbuf_addstr(&sb, "; certain since ");
		print_clean(&sb, history_news_found(n)->run->night);
	}
	print_wrapped(out, "", sb.buf);
}

static void print_news_row(FILE *out, const struct history_news *n)
{
	const struct history_series *s = n->series;
	_cleanup_free_ char *point = print_point(s->bench, s->params);
	_cleanup_free_ char *head = NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char change[PRINT_MAX];

	head = xasprintf("  %*s  ", CHANGE_COLUMNS,
			 print_change(change, n->step->ratio));
	strbuf_addf(&sb, "%s: ", point);
	add_values(&sb, s, n->step);
	if (!isnan(n->step->p))
		strbuf_addf(&sb, ", p %.1g", n->step->p);
	if (n->step->minor)
		strbuf_addstr(&sb, ", minor");
	print_wrapped(out, head, sb.buf);
}

static bool is_recent(const struct history *h, const struct history_news *n,
		      size_t nights)
{
	return history_news_found(n)->run->day > h->last_day - (long)nights;
}

static void print_news(FILE *out, const struct history *h,
		       const struct trend_print *how)
{
	size_t nr, shown = 0;
	_cleanup_free_ struct history_news *news =
		history_news(h, how->minor, &nr);

	while (shown < nr && is_recent(h, &news[shown], how->nights))
		shown++;
	fprintf(out, "%zu series, %zu step%s", h->nr_series, nr,
		nr == 1 ? "" : "s");
	if (nr > 0)
		fprintf(out, ", %zu of them in the last %zu nights", shown,
			how->nights);
	fputs("\n", out);
	for (size_t i = 0; i < shown; i++) {
		if (i == 0 || !history_news_together(&news[i - 1], &news[i])) {
			fputs("\n", out);
			print_news_head(out, &news[i]);
		}
		print_news_row(out, &news[i]);
	}
}

/* ---- what may be changing ---- */

static void print_suspect(FILE *out, const struct history_series *s)
{
	const struct history_night *n = &s->nights[s->nr_nights - 1];
	_cleanup_free_ char *point = print_point(s->bench, s->params);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "%s on ", point);
	print_clean(&sb, s->kernel);
	strbuf_addstr(&sb, ": ");
	add_value(&sb, n->value);
	strbuf_addstr(&sb, " ");
	print_clean(&sb, s->metric);
	strbuf_addstr(&sb, ", expected ");
	add_value(&sb, n->lo);
	strbuf_addstr(&sb, " to ");
	add_value(&sb, n->hi);
	print_wrapped(out, "  ", sb.buf);
}

static void print_suspects(FILE *out, const struct history *h)
{
	size_t nr = 0;

	for (size_t i = 0; i < h->nr_series; i++) {
		if (!history_is_suspect(h, &h->series[i]))
			continue;
		if (nr++ == 0)
			fputs("\nThe last night, outside of the 99% interval; one night is no step:\n",
			      out);
		print_suspect(out, &h->series[i]);
	}
}

/* ---- one series ---- */

/* Index of the night on that day, or nr_nights. */
static size_t night_of(const struct history_series *s, long day)
{
	for (size_t i = 0; i < s->nr_nights; i++)
		if (s->nights[i].run->day == day)
			return i;
	return s->nr_nights;
}

/* A character for each night, "." where nobody measured; and its range. */
static void print_sparkline(FILE *out, const struct history_series *s,
			    size_t nights)
{
	static const char *const bars[] = { "▁", "▂", "▃", "▄",
					    "▅", "▆", "▇", "█" };
	long last = s->nights[s->nr_nights - 1].run->day;
	long first = last - (long)nights + 1;
	double lo = INFINITY, hi = -INFINITY;

	if (first < s->nights[0].run->day)
		first = s->nights[0].run->day;
	for (size_t i = 0; i < s->nr_nights; i++) {
		if (s->nights[i].run->day < first)
			continue;
		lo = fmin(lo, s->nights[i].value);
		hi = fmax(hi, s->nights[i].value);
	}
	fputs("  ", out);
	for (long day = first; day <= last; day++) {
		size_t i = night_of(s, day);
		int bar = 3;

		if (i == s->nr_nights) {
			fputs(".", out);
			continue;
		}
		if (hi > lo)
			bar = (int)((s->nights[i].value - lo) / (hi - lo) *
				    7.999);
		fputs(bars[bar], out);
	}
	fputs("\n", out);
}

static void print_range(FILE *out, const struct history_series *s)
{
	const struct history_night *n = &s->nights[s->nr_nights - 1];
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	print_clean(&sb, s->kernel);
	strbuf_addstr(&sb, " on ");
	print_clean(&sb, s->machine);
	if (*s->job) {
		strbuf_addstr(&sb, ", job ");
		print_clean(&sb, s->job);
	}
	strbuf_addstr(&sb, ": ");
	add_value(&sb, n->value);
	strbuf_addstr(&sb, " ");
	print_clean(&sb, s->metric);
	strbuf_addstr(&sb, " on ");
	print_clean(&sb, n->run->night);
	strbuf_addf(&sb, ", night %zu of its series", s->nr_nights);
	if (isfinite(n->lo)) {
		strbuf_addstr(&sb, "; expected ");
		add_value(&sb, n->lo);
		strbuf_addstr(&sb, " to ");
		add_value(&sb, n->hi);
	}
	print_wrapped(out, "  ", sb.buf);
}

static void print_step(FILE *out, const struct history_series *s,
		       const struct history_step *st)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	_cleanup_free_ char *head = NULL;

	head = xasprintf("  step %.10s  ", s->nights[st->at].run->night);
	add_change(&sb, st);
	strbuf_addstr(&sb, ", ");
	add_values(&sb, s, st);
	strbuf_addstr(&sb, ": ");
	print_clean(&sb, st->why);
	if (st->found != st->at) {
		strbuf_addstr(&sb, "; certain since ");
		print_clean(&sb, s->nights[st->found].run->night);
	}
	if (!isnan(st->p))
		strbuf_addf(&sb, ", p %.1g", st->p);
	if (st->minor)
		strbuf_addstr(&sb, " (minor)");
	print_wrapped(out, head, sb.buf);
}

static void print_segment(FILE *out, const struct history_series *s,
			  const struct history_segment *seg)
{
	_cleanup_free_ char *head = NULL, *text = clean_text(seg->why);

	head = xasprintf("  new  %.10s  ", s->nights[seg->first].run->night);
	print_wrapped(out, head, text);
}

static void print_series(FILE *out, const struct history_series *s,
			 const struct trend_print *how)
{
	_cleanup_free_ char *point = print_point(s->bench, s->params);
	size_t step = 0;

	fprintf(out, "\n%s\n", point);
	print_range(out, s);
	print_sparkline(out, s, how->nights);
	for (size_t i = 0; i < s->nr_segments; i++) {
		const struct history_segment *seg = &s->segments[i];

		if (i > 0)
			print_segment(out, s, seg);
		for (; step < s->nr_steps &&
		       s->steps[step].at < seg->first + seg->nr;
		     step++)
			if (!s->steps[step].minor || how->minor)
				print_step(out, s, &s->steps[step]);
	}
}

void trend_print_text(FILE *out, const struct history *h,
		      const struct trend_print *how)
{
	if (h->nr_series == 0) {
		fputs("no night was measured of what is asked for\n", out);
		return;
	}
	print_jobs(out, h);
	print_news(out, h, how);
	print_suspects(out, h);
	for (size_t i = 0; i < h->nr_series && how->series; i++)
		print_series(out, &h->series[i], how);
}
