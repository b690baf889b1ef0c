/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "params.h"
#include "points.h"

/* Set by the linker.  Not weak: a file that registers nothing must not link. */
extern const struct bench *const __start_cgmark_bench[];
extern const struct bench *const __stop_cgmark_bench[];

size_t points_nr_benches(void)
{
	return __stop_cgmark_bench - __start_cgmark_bench;
}

const struct bench *points_bench(size_t i)
{
	return __start_cgmark_bench[i];
}

const struct bench *points_find_bench(const char *name)
{
	for (size_t i = 0; i < points_nr_benches(); i++)
		if (!strcmp(points_bench(i)->name, name))
			return points_bench(i);
	return NULL;
}

static void check_point(struct point *p)
{
	const struct bench *b = points_find_bench(p->plan.id.bench);

	if (!b) {
		snprintf(p->error, sizeof(p->error),
			 "no benchmark of this name here");
		return;
	}
	if (b->version != p->plan.id.version) {
		snprintf(p->error, sizeof(p->error),
			 "the plan wants version %u, this is %u",
			 p->plan.id.version, b->version);
		return;
	}
	if (ctx_check_params(b, p->plan.id.params, p->error,
			     sizeof(p->error)) == 0)
		p->bench = b;
}

/* Room for max points; untouched pages cost nothing. */
static int points_init(struct points *pts, unsigned max)
{
	memset(pts, 0, sizeof(*pts));
	strcpy(pts->clock, "ns");
	pts->list = mmap(NULL, max * sizeof(*pts->list), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pts->list == MAP_FAILED)
		return -errno;
	pts->max = max;
	return 0;
}

void points_release(struct points *pts)
{
	if (pts->list)
		munmap(pts->list, pts->max * sizeof(*pts->list));
	if (pts->events)
		munmap(pts->events, EVENTS_MAX * sizeof(*pts->events));
	if (pts->latencies)
		munmap(pts->latencies, LATENCIES_MAX * sizeof(*pts->latencies));
	pts->list = NULL;
	pts->events = NULL;
	pts->latencies = NULL;
}

static int add_point(struct points *pts, const struct plan_point *plan)
{
	struct point *p;

	if (pts->nr == pts->max)
		return -ENOSPC;
	p = &pts->list[pts->nr++];
	p->plan = *plan;
	check_point(p);
	return 0;
}

struct select {
	struct points *pts;
	const char *binary;
	const struct points_range *range;
	unsigned at; /* in the plan */
	struct rec_error *err;
};

static int bad_option(const struct select *s, const char *key,
		      const char *value)
{
	s->err->line = 0;
	snprintf(s->err->text, sizeof(s->err->text),
		 "option %.40s cannot be '%.40s'", key, value);
	return -EINVAL;
}

/* Off the heap for the same reason as the list of points. */
static void *map_shared(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static int add_event(const struct select *s, const char *value)
{
	struct points *pts = s->pts;

	if (!pts->events)
		pts->events = map_shared(EVENTS_MAX * sizeof(*pts->events));
	if (!pts->events)
		return -ENOMEM;
	if (pts->nr_events == EVENTS_MAX ||
	    event_parse(value, &pts->events[pts->nr_events]) < 0)
		return bad_option(s, EVENT_OPTION, value);
	pts->nr_events++;
	return 0;
}

static int add_latency(const struct select *s, const char *value)
{
	struct points *pts = s->pts;

	if (!pts->latencies)
		pts->latencies =
			map_shared(LATENCIES_MAX * sizeof(*pts->latencies));
	if (!pts->latencies)
		return -ENOMEM;
	if (pts->nr_latencies == LATENCIES_MAX || !latency_name_ok(value))
		return bad_option(s, LATENCY_OPTION, value);
	strcpy(pts->latencies[pts->nr_latencies++], value);
	return 0;
}

static int on_event_option(const struct select *s, const char *key,
			   const char *value)
{
	if (!strcmp(key, LATENCY_OPTION))
		return add_latency(s, value);
	if (!strcmp(key, EVENT_OPTION))
		return add_event(s, value);
	if (strcmp(key, EVENT_SCOPE_OPTION))
		return 0; /* init takes the others. */
	s->pts->event_tasks = !strcmp(value, EVENT_SCOPE_TASK);
	if (!s->pts->event_tasks && strcmp(value, EVENT_SCOPE_MACHINE))
		return bad_option(s, key, value);
	return 0;
}

static int on_option(const char *key, const char *value, void *arg)
{
	const struct select *s = arg;
	char *end;

	if (!strcmp(key, "clock")) {
		if (strlen(value) >= sizeof(s->pts->clock))
			return bad_option(s, key, value);
		strcpy(s->pts->clock, value);
	} else if (!strcmp(key, "phase_ns")) {
		errno = 0;
		s->pts->phase_ns = strtoull(value, &end, 10);
		if (*value < '0' || *value > '9' || *end || errno)
			return bad_option(s, key, value);
	} else if (!strcmp(key, REC_SETUP_ONLY)) {
		if (strcmp(value, "1"))
			return bad_option(s, key, value);
		s->pts->setup_only = true;
	} else {
		return on_event_option(s, key, value);
	}
	return 0;
}

static int on_point(const struct plan_point *p, void *arg)
{
	struct select *s = arg;
	unsigned at = s->at++;

	if (s->range && at - s->range->first >= s->range->nr)
		return 0;
	return strcmp(p->binary, s->binary) ? 0 : add_point(s->pts, p);
}

static int parse(const char *text, size_t len, const char *binary,
		 const struct points_range *range, struct points *ret,
		 struct rec_error *err)
{
	struct select s = {
		.pts = ret, .binary = binary, .range = range, .err = err
	};
	unsigned lines = 0;
	int r;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	r = points_init(ret, lines + 1);
	if (r == 0)
		r = rec_parse_plan(text, len, on_option, on_point, &s, err);
	if (r < 0)
		points_release(ret);
	return r;
}

int points_read_plan(const char *path, const char *binary,
		     const struct points_range *range, struct points *ret,
		     struct rec_error *err)
{
	struct stat st;
	void *text;
	int fd, r;

	memset(err, 0, sizeof(*err));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || st.st_size == 0) {
		close(fd);
		return rec_parse_plan("", 0, NULL, NULL, NULL, err);
	}
	text = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	r = text == MAP_FAILED ? -errno : 0;
	close(fd);
	if (r < 0)
		return r;
	r = parse(text, st.st_size, binary, range, ret, err);
	munmap(text, st.st_size);
	return r;
}

int points_single(const char *bench, const char *params, struct points *ret)
{
	const struct bench *b = points_find_bench(bench);
	struct plan_point p = { .samples = 1, .timeout_ms = 60000 };
	int r;

	if (strlen(bench) >= sizeof(p.id.bench) ||
	    strlen(params) >= sizeof(p.id.params))
		return -ENAMETOOLONG;
	strcpy(p.id.bench, bench);
	strcpy(p.id.params, params);
	if (rec_params_sort(p.id.params, sizeof(p.id.params)) < 0)
		return -EINVAL;
	if (b) {
		p.id.version = b->version;
		p.samples = bench_samples(b);
		p.warmup = bench_warmup(b);
	}
	r = points_init(ret, 1);
	return r < 0 ? r : add_point(ret, &p);
}

static bool param_of(const struct point *pt, const struct bench_param *p,
		     char *buf, size_t size)
{
	if (rec_param_get(pt->plan.id.params, p->key, buf, size) == 0)
		return true;
	if (p->implied)
		snprintf(buf, size, "%s", p->values);
	return p->implied;
}

static bool share_setup(const struct point *a, const struct point *b)
{
	char va[REC_PARAMS_MAX], vb[REC_PARAMS_MAX];
	const struct bench_param *p;

	if (!a->bench || a->bench != b->bench)
		return false;
	for (p = a->bench->params; p && p->key; p++) {
		if (p->variant)
			continue;
		if (!param_of(a, p, va, sizeof(va)) ||
		    !param_of(b, p, vb, sizeof(vb)) || strcmp(va, vb))
			return false;
	}
	return true;
}

unsigned points_group_end(const struct points *pts, unsigned i)
{
	unsigned end = i + 1;

	while (end < pts->nr && share_setup(&pts->list[i], &pts->list[end]))
		end++;
	return end;
}
