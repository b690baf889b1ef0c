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

/* A group while it runs. */
struct group {
	struct runner *rn;
	struct stage st;
	char name[32]; /* of its cgroups */
	unsigned end;
	bool lost; /* the stage takes no more orders */
};

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

static void report_ended(const struct group *g, unsigned i, int status)
{
	const struct outcome *out = &g->st.shared->out;
	char text[CTX_TEXT_MAX];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	    out->phase == PHASE_DONE && out->r == 0) {
		report_samples(g->rn, &g->st, i);
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && out->r) {
		report_result(g->rn, i, judge(out), out->text);
	} else {
		describe_end(status, phase_name[out->phase], text,
			     sizeof(text));
		report_result(g->rn, i, TAP_ERROR, text);
	}
}

/* In guest time.  Each event and function may need its own pass. */
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
	report_result(g->rn, i, TAP_ERROR, text);
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
		report_result(g->rn, i, TAP_ERROR, text);
		g->lost = true;
	}
	if (!g->lost && stage_kill_leftovers(&g->st) < 0)
		g->lost = true;
}

/* 0, or the result that every point of the group gets. */
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
	snprintf(g->name, sizeof(g->name), "%.12s-%d-%u", rn->group,
		 (int)getpid(), rn->serial++);
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
	g->st.ctx.polite = rn->polite ? rn->group : NULL;
	g->st.ctx.v2 = rn->v2;
	ctx_set_params(&g->st.ctx, p->plan.id.params);
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
		report_result(g->rn, i, result, text);
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
		report_result(rn, first, TAP_ERROR,
			      rn->points.list[first].error);
		return first + 1;
	}
	next = run_points(&g, first);
	if (stage_end(&g.st, why, sizeof(why)) < 0)
		tap_line(rn->status_fd, "# %s", why);
	return next;
}
