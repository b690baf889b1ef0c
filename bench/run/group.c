/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "group.h"
#include "stage.h"
#include "tap.h"

#define DEFAULT_TIMEOUT_MS 60000

static const char *const phase_name[] = {
	[PHASE_NONE] = "before it started", [PHASE_START] = "at its start",
	[PHASE_BEGIN] = "in begin()",	    [PHASE_WARM_UP] = "in the warm-up",
	[PHASE_SAMPLES] = "in the samples", [PHASE_CHECK] = "in check()",
	[PHASE_DONE] = "at its end",
};

/* One group while it runs. */
struct group {
	struct runner *rn;
	struct stage st;
	char name[32]; /* of its cgroups */
	unsigned end;
	bool lost; /* the stage can take no more orders */
};

static void report(struct runner *rn, unsigned i, enum tap_result result,
		   const char *text)
{
	char name[TAP_LINE_MAX / 2];

	tap_point_name(&rn->points.list[i].plan, name, sizeof(name));
	tap_result(rn->status_fd, result, i + 1, name, text);
	if (result == TAP_FAIL || result == TAP_ERROR)
		rn->not_ok++;
}

static void report_start(struct runner *rn, unsigned i)
{
	char name[TAP_LINE_MAX / 2];

	tap_point_name(&rn->points.list[i].plan, name, sizeof(name));
	tap_line(rn->status_fd, "# start %s", name);
}

/* "killed by signal 9 (Killed) in the samples" */
static void describe_end(int status, const char *where, char *buf, size_t size)
{
	if (status == -1)
		snprintf(buf, size, "could not be started or waited for");
	else if (WIFSIGNALED(status))
		snprintf(buf, size, "killed by signal %d (%s) %s",
			 WTERMSIG(status), strsignal(WTERMSIG(status)), where);
	else
		snprintf(buf, size, "exited with status %d %s",
			 WEXITSTATUS(status), where);
}

static enum tap_result judge(const struct outcome *out)
{
	if (out->r == BENCH_SKIP)
		return TAP_SKIP;
	if (out->bad_param || out->phase < PHASE_WARM_UP)
		return TAP_ERROR;
	return TAP_FAIL;
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

static int write_samples(const struct group *g, unsigned i, const char *metric,
			 const uint64_t *values)
{
	const struct plan_point *plan = &g->rn->points.list[i].plan;
	const struct stage_shared *sh = g->st.shared;
	struct sample s = { .version = plan->version,
			    .nr_ops = sh->out.nr_ops };
	int r = 0;

	strcpy(s.bench, plan->bench);
	strcpy(s.params, plan->params);
	snprintf(s.metric, sizeof(s.metric), "%s", metric);
	for (s.rep = 0; s.rep < plan->samples && r == 0; s.rep++) {
		s.value = values[s.rep];
		r = write_sample(g->rn, &s);
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

static int write_not_counted(const struct group *g, unsigned i,
			     const char *metric, const char *why)
{
	const struct plan_point *plan = &g->rn->points.list[i].plan;
	struct lack l = { .version = plan->version };

	strcpy(l.bench, plan->bench);
	strcpy(l.params, plan->params);
	strcpy(l.metric, metric);
	snprintf(l.why, sizeof(l.why), "%s", why);
	return write_lack(g->rn, &l);
}

static int write_counts(const struct group *g, unsigned i)
{
	const struct events *evs = &g->st.events;
	int r = 0;

	for (unsigned e = 0; e < evs->nr && r == 0; e++) {
		const struct event_count *c = &g->st.counts[e];

		if (*c->why)
			r = write_not_counted(g, i, evs->list[e].name, c->why);
		else
			r = write_samples(g, i, evs->list[e].name, c->values);
	}
	return r;
}

static int write_figure(const struct group *g, unsigned i, const char *function,
			const char *word, uint64_t value, uint64_t nr_ops)
{
	const struct plan_point *plan = &g->rn->points.list[i].plan;
	struct sample s = { .version = plan->version,
			    .value = value,
			    .nr_ops = nr_ops };

	strcpy(s.bench, plan->bench);
	strcpy(s.params, plan->params);
	snprintf(s.metric, sizeof(s.metric), "%s:%s", function, word);
	return write_sample(g->rn, &s);
}

static int write_no_figure(const struct group *g, unsigned i,
			   const char *function, const char *word,
			   const char *why)
{
	char metric[REC_METRIC_MAX];

	snprintf(metric, sizeof(metric), "%s:%s", function, word);
	return write_not_counted(g, i, metric, why);
}

/* calls are of all operations; times are those of one call. */
static int write_latency(const struct group *g, unsigned i,
			 const char *function, const struct latency *l)
{
	uint64_t ops =
		g->st.shared->out.nr_ops * g->rn->points.list[i].plan.samples;
	const char *why = *l->why ? l->why : "not called";
	int r = 0;

#define WRITE(_word)                                                       \
	if (r == 0 && (*l->why || (!l->calls && strcmp(#_word, "calls")))) \
		r = write_no_figure(g, i, function, #_word, why);          \
	else if (r == 0)                                                   \
		r = write_figure(g, i, function, #_word, l->_word,         \
				 strcmp(#_word, "calls") ? 1 : ops);
	LATENCY_METRICS(WRITE)
#undef WRITE
	return r;
}

static int write_latencies(const struct group *g, unsigned i)
{
	int r = 0;

	for (unsigned k = 0; k < g->st.nr_latencies && r == 0; k++)
		r = write_latency(g, i, g->st.latencies[k], &g->st.times[k]);
	return r;
}

static void report_written(const struct group *g, unsigned i, int r)
{
	char text[CTX_TEXT_MAX];

	if (r == 0) {
		report(g->rn, i, TAP_OK, "");
		return;
	}
	snprintf(text, sizeof(text), "cannot hand out samples: %s",
		 strerror(-r));
	report(g->rn, i, TAP_ERROR, text);
}

static void report_samples(const struct group *g, unsigned i)
{
	const struct outcome *out = &g->st.shared->out;
	struct runner *rn = g->rn;
	bool idle = out->may_idle;

	/*
	 * A count of instructions with waiting in it would be a lie, and the
	 * clock goes on with what other CPUs execute.
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
		g, i,
		write_samples(g, i,
			      idle ? rn->clock->idle_metric : rn->clock->metric,
			      g->st.shared->values));
}

static void report_done(const struct group *g, unsigned i)
{
	int r;

	if (!stage_counts(&g->st)) {
		report_samples(g, i);
		return;
	}
	r = write_counts(g, i);
	report_written(g, i, r == 0 ? write_latencies(g, i) : r);
}

static void report_ended(const struct group *g, unsigned i, int status)
{
	const struct outcome *out = &g->st.shared->out;
	char text[CTX_TEXT_MAX];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	    out->phase == PHASE_DONE && out->r == 0) {
		report_done(g, i);
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && out->r) {
		report(g->rn, i, judge(out), out->text);
	} else {
		describe_end(status, phase_name[out->phase], text,
			     sizeof(text));
		report(g->rn, i, TAP_ERROR, text);
	}
}

/* In guest time; each event and function may need a pass of its own. */
static unsigned timeout_of(const struct group *g, const struct point *p)
{
	unsigned ms =
		p->plan.timeout_ms ? p->plan.timeout_ms : DEFAULT_TIMEOUT_MS;

	if (ms > INT_MAX / (1 + EVENTS_MAX + LATENCIES_MAX))
		return ms;
	return ms * (1 + g->st.events.nr + g->st.nr_latencies);
}

static void report_timeout(struct group *g, unsigned i)
{
	char text[CTX_TEXT_MAX];
	int status;

	snprintf(text, sizeof(text), "not done after %u ms %s",
		 timeout_of(g, &g->rn->points.list[i]),
		 phase_name[g->st.shared->out.phase]);
	report(g->rn, i, TAP_ERROR, text);
	g->lost = stage_kill_point(&g->st, &status) < 0;
}

static void run_point(struct group *g, unsigned i)
{
	const struct point *p = &g->rn->points.list[i];
	char text[CTX_TEXT_MAX], how[CTX_TEXT_MAX / 2];
	int status = -1, r;

	r = stage_order(&g->st, &p->plan, timeout_of(g, p), &status);
	if (r == 0) {
		report_ended(g, i, status);
	} else if (r == -ETIMEDOUT) {
		report_timeout(g, i);
	} else {
		describe_end(status, phase_name[g->st.shared->out.phase], how,
			     sizeof(how));
		snprintf(text, sizeof(text),
			 "the set-up's process was lost: %s", how);
		report(g->rn, i, TAP_ERROR, text);
		g->lost = true;
	}
	if (!g->lost && stage_kill_leftovers(&g->st) < 0)
		g->lost = true;
}

/* 0, or the result that all points of the group have with it. */
static int set_up(struct group *g, unsigned first, enum tap_result *result,
		  char *text, size_t size)
{
	const struct point *p = &g->rn->points.list[first];
	const struct stage_shared *sh = g->st.shared;
	int ret = -1, r;

	r = stage_order(&g->st, NULL, timeout_of(g, p), &ret);
	*result = TAP_ERROR;
	if (r == -ETIMEDOUT) {
		snprintf(text, size, "set-up not done after %u ms",
			 timeout_of(g, p));
	} else if (r < 0) {
		describe_end(ret, "in setup()", text, size);
	} else if (ret != 0) {
		snprintf(text, size, "%s", sh->setup_text);
		if (ret == BENCH_SKIP)
			*result = TAP_SKIP;
	}
	return r < 0 ? r : ret;
}

static int start(struct group *g, unsigned first, char *text, size_t size)
{
	struct runner *rn = g->rn;
	const struct point *p = &rn->points.list[first];
	unsigned max = 0;
	int r;

	for (unsigned i = first; i < g->end; i++)
		if (rn->points.list[i].plan.samples > max)
			max = rn->points.list[i].plan.samples;
	snprintf(g->name, sizeof(g->name), "cgmark-%d-%u", (int)getpid(),
		 rn->serial++);
	g->st.clock = rn->clock;
	g->st.phase_ns = rn->points.phase_ns;
	g->st.events = (struct events){
		.list = rn->points.events,
		.nr = rn->points.nr_events,
		.tasks = rn->points.event_tasks,
		.phase_ns = rn->points.phase_ns,
	};
	g->st.latencies = rn->points.latencies;
	g->st.nr_latencies = rn->points.nr_latencies;
	g->st.ctx.bench = p->bench;
	g->st.ctx.status_fd = rn->status_fd;
	g->st.ctx.scratch = rn->scratch;
	g->st.ctx.name = g->name;
	g->st.ctx.v2 = rn->v2;
	ctx_set_params(&g->st.ctx, p->plan.params);
	r = stage_start(&g->st, max);
	if (r < 0)
		snprintf(text, size, "%s",
			 g->st.shared ? g->st.shared->setup_text
				      : strerror(-r));
	return r;
}

static void report_rest(struct group *g, unsigned first, enum tap_result result,
			const char *text)
{
	for (unsigned i = first; i < g->end; i++) {
		if (i > first)
			report_start(g->rn, i);
		report(g->rn, i, result, text);
	}
}

static unsigned run_points(struct group *g, unsigned first)
{
	enum tap_result result = TAP_ERROR;
	char text[CTX_TEXT_MAX];
	unsigned i;

	report_start(g->rn, first);
	if (start(g, first, text, sizeof(text)) < 0 ||
	    set_up(g, first, &result, text, sizeof(text)) != 0) {
		report_rest(g, first, result, text);
		return g->end;
	}
	if (g->rn->points.setup_only) {
		report_rest(g, first, TAP_SKIP, REC_NOTHING_LACKS);
		return g->end;
	}
	for (i = first; i < g->end && !g->lost; i++) {
		if (i > first)
			report_start(g->rn, i);
		run_point(g, i);
	}
	return i;
}

unsigned group_run(struct runner *rn, unsigned first, unsigned end)
{
	struct group g = { .rn = rn, .end = end };
	char why[CTX_TEXT_MAX];
	unsigned next;

	if (!rn->points.list[first].bench) {
		report_start(rn, first);
		report(rn, first, TAP_ERROR, rn->points.list[first].error);
		return first + 1;
	}
	next = run_points(&g, first);
	if (stage_end(&g.st, why, sizeof(why)) < 0)
		tap_line(rn->status_fd, "# %s", why);
	return next;
}
