/* SPDX-License-Identifier: GPL-2.0-only */
#include "shard-merge.h"

#include "alloc.h"
#include "boot-copy.h"
#include "log.h"
#include "run-plan.h"
#include "strbuf.h"

/* ---- may they be merged? ---- */

static int check_pair(const struct run *a, const struct run *b, bool same_host)
{
	const char *what;

	if (a->shard.of != b->shard.of) {
		log_err("%s is one of %u shards, %s one of %u: shards of one "
			"run have the same N in --shard I/N",
			a->dir, a->shard.of, b->dir, b->shard.of);
		return -EINVAL;
	}
	what = run_plan_difference(a, b);
	if (what) {
		log_err("%s and %s are not of one run: they differ in \"%s\" "
			"of run.json; measure one of them again, with the "
			"options, kernels and cgmark of the other",
			a->dir, b->dir, what);
		return -EINVAL;
	}
	if (same_host && strcmp(a->host, b->host)) {
		log_err("%s was measured on %s, %s on %s: where time is "
			"measured, all shards need machines of one kind",
			a->dir, a->host, b->dir, b->host);
		return -EINVAL;
	}
	return 0;
}

int shards_check(struct run *const *shards, size_t nr, bool same_host)
{
	for (size_t i = 0; i < nr; i++) {
		if (!shards[i]->shard.of) {
			log_err("%s is a run, not a shard of one: cgmark run "
				"--shard measures these",
				shards[i]->dir);
			return -EINVAL;
		}
		if (i > 0 && check_pair(shards[0], shards[i], same_host) < 0)
			return -EINVAL;
	}
	return 0;
}

bool shards_are_in(struct run *const *shards, size_t nr,
		   const struct run *merged)
{
	const struct run_merged *m = &merged->merged;

	for (size_t i = 0; i < m->nr_sources; i++)
		for (size_t j = 0; j < nr; j++)
			if (!strcmp(m->sources[i].run, shards[j]->id))
				return !run_plan_difference(merged, shards[j]);
	return false;
}

/* ---- the run that they make ---- */

static void copy_kernels(struct run *to, const struct run *from)
{
	to->nr_kernels = from->nr_kernels;
	to->kernels = xcalloc(to->nr_kernels + 1, sizeof(*to->kernels));
	for (size_t i = 0; i < to->nr_kernels; i++)
		for (size_t f = 0; f < NR_KERNEL_FIELDS; f++)
			*kernel_field(&to->kernels[i], &kernel_fields[f]) =
				xstrdup(kernel_text(&from->kernels[i],
						    &kernel_fields[f]));
}

static void copy_points(struct run *to, const struct run *from)
{
	to->nr_points = from->nr_points;
	to->points = xcalloc(to->nr_points + 1, sizeof(*to->points));
	memcpy(to->points, from->points, to->nr_points * sizeof(*to->points));
}

static void copy_events(struct run *to, const struct run *from)
{
	to->nr_events = from->nr_events;
	to->events = xcalloc(to->nr_events + 1, sizeof(*to->events));
	for (size_t i = 0; i < to->nr_events; i++) {
		to->events[i] = from->events[i];
		to->events[i].means = xstrdup(from->events[i].means);
	}
	to->nr_latencies = from->nr_latencies;
	to->latencies = xcalloc(to->nr_latencies + 1, sizeof(char *));
	for (size_t i = 0; i < to->nr_latencies; i++)
		to->latencies[i] = xstrdup(from->latencies[i]);
}

static void copy_boots(struct run *to, const struct run_shard *from)
{
	to->nr_boots = from->nr_boots;
	to->boots = xcalloc(to->nr_boots + 1, sizeof(*to->boots));
	for (size_t i = 0; i < to->nr_boots; i++)
		run_boot_copy_plan(&to->boots[i], &from->boots[i],
				   to->nr_points);
}

static char *copy_text(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

struct run *shards_plan(struct run *const *shards, size_t nr)
{
	const struct run *from = shards[0];
	struct run *run = run_new();

	run->version = xstrdup(from->version);
	run->machine = xstrdup(from->machine);
	run->machine_detail = xstrdup(from->machine_detail);
	run->guest_sha256 = xstrdup(from->guest_sha256);
	run->suite = xstrdup(from->suite);
	run->job = copy_text(from->job);
	run->night = copy_text(from->night);
	run->profile = copy_text(from->profile);
	run->seed = from->seed;
	run->perturbations = from->perturbations;
	run->merged.of = from->shard.of;
	run->merged.plan_sha256 = xstrdup(from->shard.plan_sha256);
	copy_kernels(run, from);
	copy_points(run, from);
	copy_events(run, from);
	copy_boots(run, &from->shard);
	return run;
}

/* ---- provenance ---- */

static bool has_source(const struct run *run, const char *id)
{
	for (size_t i = 0; i < run->merged.nr_sources; i++)
		if (!strcmp(run->merged.sources[i].run, id))
			return true;
	return false;
}

static void add_source(struct run *run, const struct run *shard)
{
	struct run_merged *m = &run->merged;

	if (has_source(run, shard->id))
		return;
	m->sources = xreallocarray(m->sources, m->nr_sources + 1,
				   sizeof(*m->sources));
	m->sources[m->nr_sources++] = (struct run_source){
		.number = shard->shard.number,
		.run = xstrdup(shard->id),
	};
	run_add_host(run, shard->host);
	/* It began with the first of them. */
	if (strcmp(shard->created, run->created) < 0) {
		free(run->created);
		run->created = xstrdup(shard->created);
	}
}

static int compare_sources(const void *pa, const void *pb)
{
	const struct run_source *a = pa, *b = pb;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return strcmp(a->run, b->run);
}

static void add_sources(struct run *run, struct run *const *shards, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		add_source(run, shards[i]);
	qsort(run->merged.sources, run->merged.nr_sources,
	      sizeof(*run->merged.sources), compare_sources);
}

/* ---- boots ---- */

/* How good it is to have. */
static unsigned worth(const struct run_boot *b)
{
	if (!b || !b->finished || b->damaged)
		return 0;
	return b->ok ? 2 : 1;
}

static bool same_plan(const struct run_boot *a, const struct run_boot *b)
{
	return !strcmp(a->id, b->id) && a->kernel == b->kernel &&
	       a->perturbation == b->perturbation && a->role == b->role;
}

static const struct run_boot *find_boot(const struct run *shard,
					const struct run_boot *planned)
{
	for (size_t i = 0; i < shard->nr_boots; i++)
		if (same_plan(&shard->boots[i], planned))
			return &shard->boots[i];
	return NULL;
}

/* Of one boot: the best that the shards have, if that is better than what is there. */
static int take_boot(struct run *run, struct run_boot *boot,
		     struct run *const *shards, size_t nr, size_t *nr_taken)
{
	for (unsigned want = 2; want > worth(boot); want--) {
		for (size_t i = 0; i < nr; i++) {
			const struct run_boot *b = find_boot(shards[i], boot);
			int r = 0;

			if (worth(b) == want)
				r = boot_copy(shards[i], b, run);
			if (r < 0)
				return r;
			if (r == 0)
				continue;
			boot->finished = true;
			boot->damaged = false;
			boot->ok = b->ok;
			++*nr_taken;
			return 0;
		}
	}
	return 0;
}

static const char *status_of(const struct run *run)
{
	bool all = true, well = true;

	for (size_t i = 0; i < run->nr_boots; i++) {
		all &= worth(&run->boots[i]) > 0;
		well &= worth(&run->boots[i]) == 2;
	}
	return !all ? "interrupted" : well ? "complete" : "failed";
}

static int save(struct run *run, const char *status)
{
	free(run->status);
	run->status = xstrdup(status);
	return run_save(run);
}

/* Does it lack anything that the shards have? */
static bool is_behind(const struct run *run, struct run *const *shards,
		      size_t nr)
{
	if (!run->status || strcmp(run->status, status_of(run)))
		return true;
	for (size_t i = 0; i < nr; i++)
		for (size_t b = 0; b < run->nr_boots; b++)
			if (worth(find_boot(shards[i], &run->boots[b])) >
			    worth(&run->boots[b]))
				return true;
	return false;
}

int shards_take(struct run *merged, struct run *const *shards, size_t nr,
		size_t *nr_taken)
{
	int r, saved;

	*nr_taken = 0;
	if (!is_behind(merged, shards, nr))
		return 0;
	add_sources(merged, shards, nr);
	r = save(merged, "running");
	for (size_t i = 0; i < merged->nr_boots && r == 0; i++)
		r = take_boot(merged, &merged->boots[i], shards, nr, nr_taken);
	/* Also of one that went no further: what it has is whole. */
	saved = save(merged, status_of(merged));
	return r < 0 ? r : saved;
}
