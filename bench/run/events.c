/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "events.h"

#define CPUS_MAX 256

/* --- one group --- */

/* One CPU, or the tasks of the point. */
struct place {
	int cpu;
	int fd[EVENTS_MAX]; /* the first leads */
	struct perf_reading before, after;
};

struct group {
	const struct events *evs;
	const struct event *list;    /* evs->list, with what tracefs knows */
	unsigned member[EVENTS_MAX]; /* index in list */
	unsigned nr;
	struct place *places;
	unsigned nr_places;
	/* Pages of the members in the only place, if mapped. */
	struct perf_event_mmap_page *page[EVENTS_MAX];
	bool mapped;
	int err; /* of the last read */
};

static void close_member(struct group *g, unsigned at, unsigned nr_places)
{
	for (unsigned i = 0; i < nr_places; i++)
		perf_close(g->places[i].fd[at]);
}

/* Opens the event everywhere, or nowhere and returns -errno. */
static int open_member(struct group *g, unsigned event)
{
	unsigned at = g->nr;

	for (unsigned i = 0; i < g->nr_places; i++) {
		struct place *p = &g->places[i];

		p->fd[at] =
			perf_open(&g->list[event], p->cpu, at ? p->fd[0] : -1);
		if (p->fd[at] < 0) {
			int err = p->fd[at];

			close_member(g, at, i);
			return err;
		}
	}
	g->member[g->nr++] = event;
	return 0;
}

static void close_group(struct group *g)
{
	for (unsigned i = 0; i < g->nr; i++)
		if (g->page[i])
			perf_unmap(g->page[i]);
	while (g->nr > 0)
		close_member(g, --g->nr, g->nr_places);
	memset(g->page, 0, sizeof(g->page));
	g->mapped = false;
}

/*
 * A counter can be read without the kernel only where it counts: on the one CPU
 * there is.  The counts of child tasks are with the kernel.
 */
static void map_group(struct group *g)
{
	const struct events *evs = g->evs;

	if (evs->tasks || g->nr_places != 1 ||
	    !perf_is_hardware(&g->list[g->member[0]]))
		return;
	g->mapped = true;
	for (unsigned i = 0; i < g->nr; i++) {
		g->page[i] = perf_map(g->places[0].fd[i]);
		g->mapped = g->mapped && g->page[i];
	}
}

static int enable_group(struct group *g)
{
	int r = 0;

	for (unsigned i = 0; i < g->nr_places && r == 0; i++)
		r = perf_enable(g->places[i].fd[0]);
	return r;
}

static bool read_pages(struct group *g, struct perf_reading *ret)
{
	for (unsigned i = 0; i < g->nr; i++)
		if (!perf_page_read(g->page[i], perf_rdpmc, &ret->values[i]))
			return false;
	return true;
}

static int read_places(struct group *g, bool after)
{
	int r = 0;

	for (unsigned i = 0; i < g->nr_places && r == 0; i++) {
		struct place *p = &g->places[i];

		r = perf_read(p->fd[0], g->nr, after ? &p->after : &p->before);
	}
	return r;
}

static void start_count(void *arg)
{
	struct group *g = arg;

	g->err = 0;
	if (!g->mapped || !read_pages(g, &g->places[0].before))
		g->err = g->mapped ? -EAGAIN : read_places(g, false);
}

static void stop_count(void *arg)
{
	struct group *g = arg;

	if (g->err)
		return;
	if (!g->mapped || !read_pages(g, &g->places[0].after))
		g->err = g->mapped ? -EAGAIN : read_places(g, true);
}

/* -EAGAIN unless the group held its counters all the time so far. */
static int check_running(struct group *g)
{
	struct perf_reading now;
	int r = 0;

	for (unsigned i = 0; i < g->nr_places && r == 0; i++) {
		r = perf_read(g->places[i].fd[0], g->nr, &now);
		if (r == 0 && now.enabled_ns != now.running_ns)
			r = -EAGAIN;
	}
	return r;
}

static uint64_t counted(const struct group *g, unsigned at)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < g->nr_places; i++)
		sum += g->places[i].after.values[at] -
		       g->places[i].before.values[at];
	return sum;
}

/* --- passes --- */

/* 0 or -EAGAIN: no counters.  *failed is what the benchmark returned. */
static int take_sample(struct group *g, const struct measure *m, int *failed)
{
	*failed = measure_around(m, start_count, stop_count, g);
	return *failed ? 0 : g->err;
}

static int run_pass(struct group *g, const struct measure *m,
		    struct event_count *counts, int *failed)
{
	int r;

	measure_settle(g->evs->phase_ns);
	r = enable_group(g);
	for (unsigned i = 0; i < m->warmup && r == 0 && !*failed; i++)
		r = take_sample(g, m, failed);
	for (unsigned i = 0; i < m->samples && r == 0 && !*failed; i++) {
		r = take_sample(g, m, failed);
		for (unsigned j = 0; j < g->nr && r == 0; j++)
			counts[g->member[j]].values[i] = counted(g, j);
	}
	return r == 0 && !*failed ? check_running(g) : r;
}

struct passes {
	const struct events *evs;
	struct event_count *counts;
	struct event list[EVENTS_MAX];
	bool done[EVENTS_MAX];
	unsigned limit; /* largest group that has found room so far */
	struct group g;
};

static void resolve(struct passes *p)
{
	const struct events *evs = p->evs;

	for (unsigned i = 0; i < evs->nr; i++) {
		struct event_count *c = &p->counts[i];

		p->done[i] = perf_resolve(&evs->list[i], &p->list[i], c->why,
					  sizeof(c->why)) < 0;
	}
}

static void give_up(struct passes *p, unsigned event, int err)
{
	struct event_count *c = &p->counts[event];

	perf_why(&p->evs->list[event], -err, c->why, sizeof(c->why));
	p->done[event] = true;
}

/*
 * Opens the first event that is left and all others of its kind that fit beside
 * it.  False when none is left.
 */
static bool open_group(struct passes *p)
{
	const struct events *evs = p->evs;
	struct group *g = &p->g;
	bool hardware = false;
	int r;

	for (unsigned i = 0; i < evs->nr && g->nr < p->limit; i++) {
		if (p->done[i] ||
		    (g->nr && perf_is_hardware(&evs->list[i]) != hardware))
			continue;
		hardware = perf_is_hardware(&evs->list[i]);
		r = open_member(g, i);
		/* Refused in a group, it may still get a pass of its own. */
		if (r < 0 && g->nr == 0)
			give_up(p, i, r);
	}
	return g->nr > 0;
}

static void finish_group(struct passes *p, int r)
{
	struct group *g = &p->g;

	if (r == -EAGAIN && g->nr > 1) {
		p->limit = g->nr / 2;
		return;
	}
	for (unsigned i = 0; i < g->nr; i++) {
		if (r == -EAGAIN)
			r = -EBUSY;
		if (r < 0)
			give_up(p, g->member[i], r);
		p->done[g->member[i]] = true;
	}
}

static void find_places(struct group *g)
{
	long cpus = g->evs->tasks ? 1 : sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 1 || cpus > CPUS_MAX)
		cpus = 1;
	g->places = calloc(cpus, sizeof(*g->places));
	g->nr_places = g->places ? cpus : 0;
	for (unsigned i = 0; i < g->nr_places; i++)
		g->places[i].cpu = g->evs->tasks ? -1 : (int)i;
}

int events_run(const struct measure *m, const struct events *evs,
	       struct event_count *counts)
{
	struct passes *p = calloc(1, sizeof(*p));
	int failed = 0, r;

	if (!p)
		return -ENOMEM;
	p->evs = evs;
	p->counts = counts;
	p->limit = EVENTS_MAX;
	p->g.evs = evs;
	p->g.list = p->list;
	resolve(p);
	find_places(&p->g);
	if (!p->g.places)
		failed = -ENOMEM;
	while (!failed && open_group(p)) {
		map_group(&p->g);
		r = run_pass(&p->g, m, counts, &failed);
		finish_group(p, r);
		close_group(&p->g);
	}
	free(p->g.places);
	free(p);
	return failed;
}
