/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "point-report.h"
#include "tap.h"

void report_result(struct runner *rn, unsigned i, enum tap_result result,
		   const char *text)
{
	char name[TAP_LINE_MAX / 2];

	tap_point_name(&rn->points.list[i].plan, name, sizeof(name));
	tap_result(rn->status_fd, result, i + 1, name, text);
	if (result == TAP_FAIL || result == TAP_ERROR)
		rn->not_ok++;
}

void report_start(const struct runner *rn, unsigned i)
{
	char name[TAP_LINE_MAX / 2];

	tap_point_name(&rn->points.list[i].plan, name, sizeof(name));
	tap_line(rn->status_fd, "# start %s", name);
}

static int write_sample(const struct runner *rn, const struct sample *s)
{
	char line[REC_LINE_MAX];
	int n = rec_format_sample(line, sizeof(line), s);

	if (n < 0)
		return n;
	if (rn->samples_fd >= 0)
		return write_all(rn->samples_fd, line, n);
	tap_line(rn->status_fd, "# %s %llu / %llu", s->metric,
		 (unsigned long long)s->value, (unsigned long long)s->nr_ops);
	return 0;
}

static int write_samples(const struct runner *rn, const struct stage *st,
			 unsigned i, const char *metric, const uint64_t *values)
{
	const struct plan_point *plan = &rn->points.list[i].plan;
	const struct stage_shared *sh = st->shared;
	struct sample s = { .id.version = plan->id.version,
			    .nr_ops = sh->out.nr_ops };
	int r = 0;

	strcpy(s.id.bench, plan->id.bench);
	strcpy(s.id.params, plan->id.params);
	snprintf(s.metric, sizeof(s.metric), "%s", metric);
	for (s.rep = 0; s.rep < plan->samples && r == 0; s.rep++) {
		s.value = values[s.rep];
		r = write_sample(rn, &s);
	}
	return r;
}

static int write_lack(const struct runner *rn, const struct lack *l)
{
	char line[REC_LINE_MAX];
	int n = rec_format_lack(line, sizeof(line), l);

	if (n < 0)
		return n;
	if (rn->samples_fd >= 0)
		return write_all(rn->samples_fd, line, n);
	tap_line(rn->status_fd, "# %s not supported: %s", l->metric, l->why);
	return 0;
}

static int write_not_counted(const struct runner *rn, unsigned i,
			     const char *metric, const char *why)
{
	const struct plan_point *plan = &rn->points.list[i].plan;
	struct lack l = { .id.version = plan->id.version };

	strcpy(l.id.bench, plan->id.bench);
	strcpy(l.id.params, plan->id.params);
	strcpy(l.metric, metric);
	snprintf(l.why, sizeof(l.why), "%s", why);
	return write_lack(rn, &l);
}

static int write_counts(const struct runner *rn, const struct stage *st,
			unsigned i)
{
	const struct events *evs = &st->events;
	int r = 0;

	for (unsigned e = 0; e < evs->nr && r == 0; e++) {
		const struct event_count *c = &st->counts[e];

		if (*c->why)
			r = write_not_counted(rn, i, evs->list[e].name, c->why);
		else
			r = write_samples(rn, st, i, evs->list[e].name,
					  c->values);
	}
	return r;
}

static int write_figure(const struct runner *rn, unsigned i,
			const char *function, const char *word, uint64_t value,
			uint64_t nr_ops)
{
	const struct plan_point *plan = &rn->points.list[i].plan;
	struct sample s = { .id.version = plan->id.version,
			    .value = value,
			    .nr_ops = nr_ops };

	strcpy(s.id.bench, plan->id.bench);
	strcpy(s.id.params, plan->id.params);
	snprintf(s.metric, sizeof(s.metric), "%s:%s", function, word);
	return write_sample(rn, &s);
}

static int write_no_figure(const struct runner *rn, unsigned i,
			   const char *function, const char *word,
			   const char *why)
{
	char metric[REC_METRIC_MAX];

	snprintf(metric, sizeof(metric), "%s:%s", function, word);
	return write_not_counted(rn, i, metric, why);
}

/* calls counts those of all operations; times are those of one call. */
static int write_latency(const struct runner *rn, const struct stage *st,
			 unsigned i, const char *function,
			 const struct latency *l)
{
	uint64_t ops = st->shared->out.nr_ops * rn->points.list[i].plan.samples;
	const char *why = *l->why ? l->why : "not called";
	int r = 0;

#define WRITE(_word)                                                       \
	if (r == 0 && (*l->why || (!l->calls && strcmp(#_word, "calls")))) \
		r = write_no_figure(rn, i, function, #_word, why);         \
	else if (r == 0)                                                   \
		r = write_figure(rn, i, function, #_word, l->_word,        \
				 strcmp(#_word, "calls") ? 1 : ops);
	LATENCY_METRICS(WRITE)
#undef WRITE
	return r;
}

static int write_latencies(const struct runner *rn, const struct stage *st,
			   unsigned i)
{
	int r = 0;

	for (unsigned k = 0; k < st->nr_latencies && r == 0; k++)
		r = write_latency(rn, st, i, st->latencies[k], &st->times[k]);
	return r;
}

static void report_written(struct runner *rn, unsigned i, int r)
{
	char text[CTX_TEXT_MAX];

	if (r == 0) {
		report_result(rn, i, TAP_OK, "");
		return;
	}
	snprintf(text, sizeof(text), "cannot hand out samples: %s",
		 strerror(-r));
	report_result(rn, i, TAP_ERROR, text);
}

static void report_timed(struct runner *rn, const struct stage *st, unsigned i)
{
	const struct outcome *out = &st->shared->out;
	bool idle = out->may_idle;

	/*
	 * Waiting would falsify a count of instructions, and the clock goes on
	 * with what other CPUs execute.
	 */
	if (!idle && rn->clock->exact && sysconf(_SC_NPROCESSORS_ONLN) > 1)
		idle = true;
	if (!idle && rn->clock->exact && out->idle_ms &&
	    !rn->points.list[i].bench->busy) {
		idle = true;
		tap_line(rn->status_fd, "# idle for %llu ms: reported as %s",
			 (unsigned long long)out->idle_ms,
			 rn->clock->idle_metric);
	}
	report_written(
		rn, i,
		write_samples(rn, st, i,
			      idle ? rn->clock->idle_metric : rn->clock->metric,
			      st->shared->values));
}

void report_samples(struct runner *rn, const struct stage *st, unsigned i)
{
	int r;

	if (!stage_counts(st)) {
		report_timed(rn, st, i);
		return;
	}
	r = write_counts(rn, st, i);
	report_written(rn, i, r == 0 ? write_latencies(rn, st, i) : r);
}
