/* SPDX-License-Identifier: GPL-2.0-only */
#include "settle-run.h"

#include "alloc.h"
#include "boots.h"
#include "compare.h"
#include "judge-limits.h"
#include "log.h"
#include "monotonic.h"
#include "settle.h"

#define SECOND 1000000000ULL

/* The boots of a round. */
struct more {
	struct run_boot *boots;
	size_t nr;
	unsigned first; /* perturbation that is free */
};

static void more_release(struct more *m)
{
	free(m->boots); /* what was in it went to the run */
}

static size_t find_needs(const struct run *run, struct settle_need **ret)
{
	size_t nr = run->nr_kernels - 1;
	_cleanup_free_ unsigned *contenders =
		xcalloc(nr + 1, sizeof(*contenders));
	_cleanup_(compare_freep) struct comparison *c = NULL;

	for (size_t i = 0; i < nr; i++)
		contenders[i] = i + 1;
	c = compare_run(run, 0, contenders, nr);
	return settle_needs(c, ret);
}

/*
 * Half of the boots that each of many contenders takes would confirm nothing: as
 * many of them as there is room for, the worst first, and one at least, as its
 * boots may be kept.  The others have a later round.
 */
static void choose_contenders(const struct settle_need *needs, size_t nr,
			      size_t room, bool *kernels)
{
	size_t chosen = 0, most = 0;

	for (size_t i = 0; i < nr; i++)
		if (needs[i].nr > most)
			most = needs[i].nr;
	for (size_t i = 0; i < nr; i++) {
		const struct settle_need *n = &needs[i];

		if (kernels[n->contender] ||
		    (chosen > 0 && (chosen + 2) * most > room))
			continue;
		kernels[n->contender] = true;
		chosen++;
	}
	kernels[0] = chosen > 0;
}

/*
 * What settles no doubt is not booted: fewer boots than it needs would be in vain.
 * A change has been seen, so its boots are begun.
 */
static bool fits(const struct settle_need *n, size_t room)
{
	return n->role == BOOT_CONFIRM || 2 * (size_t)n->nr <= room;
}

/* Needs of that role, and for doubts no others than those for which there is room. */
static size_t needs_that_fit(const struct settle_need *needs, size_t nr,
			     enum boot_role role, size_t room,
			     struct settle_need **ret)
{
	struct settle_need *list = xcalloc(nr + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < nr; i++)
		if (needs[i].role == role && fits(&needs[i], room))
			list[n++] = needs[i];
	*ret = list;
	return n;
}

/* Boots of one role for the needs of that role. */
static void add_boots(const struct session *s, const struct run *run,
		      const struct settle_need *all, size_t nr_all,
		      enum boot_role role, size_t room, struct more *m)
{
	_cleanup_free_ struct settle_need *needs = NULL;
	_cleanup_free_ bool *kernels =
		xcalloc(run->nr_kernels, sizeof(*kernels));
	_cleanup_free_ unsigned *need =
		xcalloc(run->nr_points + 1, sizeof(*need));
	_cleanup_free_ struct run_boot *boots = NULL;
	const struct plan_more how = {
		.role = role,
		.first = m->first,
		.kernels = kernels,
		.need = need,
		.shuffle = !s->ops->exact,
		.seed = run->seed,
	};
	size_t nr, nr_boots;

	room = room > m->nr ? room - m->nr : 0;
	nr = needs_that_fit(all, nr_all, role, room, &needs);
	choose_contenders(needs, nr, room, kernels);
	for (size_t i = 0; i < nr; i++) {
		const struct settle_need *n = &needs[i];

		if (kernels[n->contender] && need[n->point] < n->nr)
			need[n->point] = n->nr;
	}
	nr_boots = plan_more_boots(run, &how, &boots);
	if (nr_boots == 0)
		return;
	m->boots = xreallocarray(m->boots, m->nr + nr_boots, sizeof(*boots));
	memcpy(m->boots + m->nr, boots, nr_boots * sizeof(*boots));
	m->nr += nr_boots;
	m->first = boots[nr_boots - 1].perturbation + 1;
}

static void tell(const struct settle_need *needs, size_t nr, size_t nr_boots)
{
	size_t doubts = 0;

	for (size_t i = 0; i < nr; i++)
		doubts += needs[i].role == BOOT_SETTLE;
	log_info(
		"points in doubt: %zu; changes to confirm: %zu; %zu more boots "
		"of these points",
		doubts, nr - doubts, nr_boots);
}

static void set_ended(struct run *run, const char *why)
{
	free(run->settling.ended);
	run->settling.ended = xstrdup(why);
}

/* Why boots were left out that had been planned. */
static const char *limit(const struct session *s)
{
	if (strcmp(s->run->status, "complete") != 0)
		return "failed";
	return s->nr_booted >= s->max_boots ? "boots" : "time";
}

/* Why no boot was added. */
static const char *nothing_booted(const struct settle_need *needs, size_t nr,
				  unsigned first, size_t room)
{
	if (nr == 0)
		return "settled";
	if (first < JUDGE_PERTURBATIONS_MAX)
		for (size_t i = 0; i < nr; i++)
			if (!fits(&needs[i], room))
				return "boots";
	return "perturbations";
}

/* *done: there is no other round. */
static enum exit_status round_of_boots(struct session *s, bool *done)
{
	_cleanup_(run_freep) struct run *loaded = NULL;
	_cleanup_(more_release) struct more m = { NULL };
	_cleanup_free_ struct settle_need *needs = NULL;
	size_t nr, room, had = s->run->nr_boots;
	enum exit_status r;

	if (run_load(s->run->dir, &loaded, NULL) < 0)
		return ST_HOST;
	*done = true;
	nr = find_needs(loaded, &needs);
	m.first = plan_fresh_perturbation(loaded);
	room = s->max_boots > s->nr_booted ? s->max_boots - s->nr_booted : 0;
	add_boots(s, loaded, needs, nr, BOOT_CONFIRM, room, &m);
	add_boots(s, loaded, needs, nr, BOOT_SETTLE, room, &m);
	if (m.nr == 0) {
		set_ended(s->run, nothing_booted(needs, nr, m.first, room));
		return ST_OK;
	}
	tell(needs, nr, m.nr);
	r = session_boot_more(s, m.boots, m.nr);
	*done = s->run->nr_boots < had + m.nr;
	if (r == ST_OK && *done)
		set_ended(s->run, limit(s));
	return r;
}

enum exit_status settle_run(struct session *s, unsigned max_boots,
			    unsigned max_s)
{
	struct run *run = s->run;
	enum exit_status r = ST_OK;
	bool done = false;

	if (strcmp(run->status, "complete") != 0)
		return ST_OK;
	run->settling.max_boots = max_boots;
	run->settling.max_s = max_s;
	/* Holds if nothing comes after it. */
	set_ended(run, "interrupted");
	s->max_boots = s->nr_booted + max_boots;
	/* It may have had its limit for all boots. */
	if (!s->until_ns)
		s->until_ns = now_ns() + max_s * SECOND;
	/* One of the kept boots was checked by the first ones. */
	s->unchecked = true;
	while (r == ST_OK && !done)
		r = round_of_boots(s, &done);
	if (r == ST_OK && run_save(run) < 0)
		r = ST_HOST;
	return r;
}
