/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-jobs.h"
#include "alloc.h"
#include "boot-cpus.h"
#include "boots.h"
#include "file.h"
#include "holds-names.h"
#include "plan-format.h"
#include "profile.h"
#include "sharing-names.h"

/* How much slower a profiled boot may be (harness/test/bench-profile.sh). */
#define PATIENCE_COUNTS 3
#define PATIENCE_MODEL 8
#define PATIENCE_FIGURES 8

/* Some count what others time; apart from that it is the same for all roles. */
static int make_plan(const struct boot_jobs_how *how, unsigned p, bool events,
		     const struct run_point *points, size_t nr,
		     struct strbuf *ret)
{
	struct perturbation pt = plan_perturbation(p, BOOT_MEASURE);
	const struct run *run = how->run;

	pt.setup_only = how->setup_only;
	if (events) {
		pt.events = run->events;
		pt.nr_events = run->nr_events;
		pt.event_tasks = how->shared;
		pt.latencies = run->latencies;
		pt.nr_latencies = run->nr_latencies;
	}
	return plan_format(points, nr, how->exact ? "insns" : "ns", &pt, ret);
}

static size_t count_planned(const struct run *run, const struct run_boot *b)
{
	size_t nr = 0;

	for (size_t i = 0; i < run->nr_points; i++)
		nr += boot_plans(b, i);
	return nr;
}

/* The points that it has, in the order of the run. */
static int make_own_plan(const struct boot_jobs_how *how,
			 const struct run_boot *b, struct strbuf *ret)
{
	const struct run *run = how->run;
	_cleanup_free_ struct run_point *points =
		xcalloc(run->nr_points + 1, sizeof(*points));
	size_t nr = 0;

	if (!b->planned)
		return 0;
	for (size_t i = 0; i < run->nr_points; i++)
		if (b->planned[i])
			points[nr++] = run->points[i];
	return make_plan(how, b->perturbation, b->role == BOOT_EVENTS, points,
			 nr, ret);
}

/* A run may have chosen some of the perturbations; a further boot has its own plan. */
static unsigned count_plans(const struct run *run)
{
	unsigned nr = run->perturbations;

	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		if (!b->planned && b->perturbation >= nr)
			nr = b->perturbation + 1;
	}
	return nr;
}

static int make_plans(const struct boot_jobs_how *how, struct boot_jobs *jobs)
{
	const struct run *run = how->run;
	int r = 0;

	jobs->nr_plans = count_plans(run);
	jobs->plans = xcalloc(jobs->nr_plans, sizeof(*jobs->plans));
	jobs->event_plans = xcalloc(jobs->nr_plans, sizeof(*jobs->event_plans));
	for (unsigned p = 0; p < jobs->nr_plans && r == 0; p++) {
		r = make_plan(how, p, false, run->points, run->nr_points,
			      &jobs->plans[p]);
		if (r == 0)
			r = make_plan(how, p, true, run->points, run->nr_points,
				      &jobs->event_plans[p]);
	}
	for (size_t i = 0; i < jobs->nr && r == 0; i++)
		r = make_own_plan(how, &run->boots[jobs->first + i],
				  &jobs->own_plans[i]);
	return r;
}

static const struct strbuf *plan_of(const struct boot_jobs *jobs, size_t i,
				    const struct run_boot *b)
{
	if (b->planned)
		return &jobs->own_plans[i];
	return b->role == BOOT_EVENTS ? &jobs->event_plans[b->perturbation]
				      : &jobs->plans[b->perturbation];
}

static int make_dir(const char *dir, const struct strbuf *plan)
{
	_cleanup_free_ char *path = xasprintf("%s/plan.tsv", dir);
	int r = mkdir_p(dir, 0777);

	return r < 0 ? r
		     : write_file_in_place(path, plan->buf, plan->len, false);
}

static void fill_job(const struct boot_jobs_how *how, size_t i,
		     struct boot_jobs *jobs)
{
	const struct run *run = how->run;
	struct run_boot *b = &run->boots[jobs->first + i];
	const struct run_kernel *k = &run->kernels[b->kernel];
	struct perturbation p = plan_perturbation(b->perturbation, b->role);
	const struct strbuf *plan = plan_of(jobs, i, b);

	jobs->list[i] = (struct boot_job){
		.img = {
			.initramfs = how->initramfs,
			.plan = plan->buf,
			.plan_len = plan->len,
			.mem_mib = p.mem_mib,
			.initrd_pad_bytes = p.initrd_pad_bytes,
			.perturbation = b->perturbation,
			.cpus_possible = boot_cpus_of(run, b),
			.role = boot_role_str(b->role),
			.run_dir = run->dir,
			.id = b->id,
		},
		.dir = jobs->dirs[i],
		.boot = b,
		.nr_points = count_planned(run, b),
		/* Each event and function may need a pass of its own. */
		.patience = b->role == BOOT_EVENTS
				    ? 1 + run->nr_events + run->nr_latencies
				    : 0,
	};
	boot_image_set_kernel(&jobs->list[i].img, k);
}

/* What CPUs share, or locks, is a figure like others, so that each boot has it. */
static void record_figures(const struct boot_jobs_how *how, size_t i,
			   struct boot_jobs *jobs)
{
	struct boot_job *job = &jobs->list[i];

	jobs->profiles[i] =
		xasprintf("%s/%s", job->dir,
			  how->profile_locks ? HOLDS_FILE : SHARING_FILE);
	job->img.tcg_plugin = how->tcg_plugin;
	job->img.profile = jobs->profiles[i];
	job->img.profile_sharing = how->profile_sharing;
	job->img.profile_locks = how->profile_locks;
	if (job->patience < PATIENCE_FIGURES)
		job->patience = PATIENCE_FIGURES;
}

/*
 * Profiles come from repeat boots: these must match the boots they repeat bit
 * for bit, which proves that counting changes nothing.
 */
static void profile_job(const struct boot_jobs_how *how, size_t i,
			struct boot_jobs *jobs)
{
	struct boot_job *job = &jobs->list[i];

	if (!how->tcg_plugin)
		return;
	if (how->profile_sharing || how->profile_locks) {
		record_figures(how, i, jobs);
		return;
	}
	if (job->boot->role != BOOT_REPEAT)
		return;
	jobs->profiles[i] = xasprintf("%s/" PROFILE_FILE, job->dir);
	job->img.tcg_plugin = how->tcg_plugin;
	job->img.profile = jobs->profiles[i];
	job->img.profile_model = how->profile_model;
	job->patience = how->profile_model ? PATIENCE_MODEL : PATIENCE_COUNTS;
}

static int make_job(const struct boot_jobs_how *how, size_t i,
		    struct boot_jobs *jobs)
{
	const struct run *run = how->run;
	const struct run_boot *b = &run->boots[jobs->first + i];

	jobs->dirs[i] = xasprintf("%s/boots/%s", run->dir, b->id);
	fill_job(how, i, jobs);
	profile_job(how, i, jobs);
	return make_dir(jobs->dirs[i], plan_of(jobs, i, b));
}

int boot_jobs_make(const struct boot_jobs_how *how, struct boot_jobs *ret)
{
	size_t nr = how->run->nr_boots - how->first;
	int r;

	*ret = (struct boot_jobs){ .first = how->first, .nr = nr };
	ret->own_plans = xcalloc(nr + 1, sizeof(*ret->own_plans));
	r = make_plans(how, ret);
	ret->list = xcalloc(nr, sizeof(*ret->list));
	ret->dirs = xcalloc(nr, sizeof(*ret->dirs));
	ret->profiles = xcalloc(nr, sizeof(*ret->profiles));
	for (size_t i = 0; i < nr && r == 0; i++)
		r = make_job(how, i, ret);
	return r;
}

void boot_jobs_release(struct boot_jobs *jobs)
{
	for (size_t i = 0; i < jobs->nr; i++) {
		free(jobs->dirs[i]);
		free(jobs->profiles[i]);
		strbuf_release(&jobs->own_plans[i]);
	}
	for (unsigned p = 0; p < jobs->nr_plans; p++) {
		strbuf_release(&jobs->plans[p]);
		strbuf_release(&jobs->event_plans[p]);
	}
	free(jobs->list);
	free(jobs->dirs);
	free(jobs->profiles);
	free(jobs->plans);
	free(jobs->event_plans);
	free(jobs->own_plans);
	*jobs = (struct boot_jobs){ .nr = 0 };
}
