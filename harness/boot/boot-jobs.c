/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-jobs.h"
#include "alloc.h"
#include "boots.h"
#include "file.h"
#include "plan-format.h"
#include "profile.h"

/* How much slower a profiled boot may be (harness/test/bench-profile.sh). */
#define PATIENCE_COUNTS 3
#define PATIENCE_MODEL 8

/* The same for all roles, except that some count what others time. */
static int make_plan(const struct boot_jobs_how *how, unsigned p, bool events,
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
	return plan_format(run->points, run->nr_points,
			   how->exact ? "insns" : "ns", &pt, ret);
}

static int make_plans(const struct boot_jobs_how *how, struct boot_jobs *jobs)
{
	int r = 0;

	jobs->nr_plans = how->run->perturbations;
	jobs->plans = xcalloc(jobs->nr_plans, sizeof(*jobs->plans));
	jobs->event_plans = xcalloc(jobs->nr_plans, sizeof(*jobs->event_plans));
	for (unsigned p = 0; p < jobs->nr_plans && r == 0; p++) {
		r = make_plan(how, p, false, &jobs->plans[p]);
		if (r == 0)
			r = make_plan(how, p, true, &jobs->event_plans[p]);
	}
	return r;
}

static const struct strbuf *plan_of(const struct boot_jobs *jobs,
				    const struct run_boot *b)
{
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
	struct run_boot *b = &run->boots[i];
	const struct run_kernel *k = &run->kernels[b->kernel];
	struct perturbation p = plan_perturbation(b->perturbation, b->role);
	const struct strbuf *plan = plan_of(jobs, b);

	jobs->list[i] = (struct boot_job){
		.img = {
			.initramfs = how->initramfs,
			.plan = plan->buf,
			.plan_len = plan->len,
			.mem_mib = p.mem_mib,
			.initrd_pad_bytes = p.initrd_pad_bytes,
			.perturbation = b->perturbation,
			.role = boot_role_str(b->role),
		},
		.dir = jobs->dirs[i],
		.boot = b,
		.nr_points = run->nr_points,
		/* Each event and function may need a pass of its own. */
		.patience = b->role == BOOT_EVENTS
				    ? 1 + run->nr_events + run->nr_latencies
				    : 0,
	};
	boot_image_set_kernel(&jobs->list[i].img, k);
}

/*
 * Profiles come from repeat boots: these must match the boots they repeat bit
 * for bit, which proves that counting changes nothing.
 */
static void profile_job(const struct boot_jobs_how *how, size_t i,
			struct boot_jobs *jobs)
{
	struct boot_job *job = &jobs->list[i];

	if (!how->tcg_plugin || job->boot->role != BOOT_REPEAT)
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

	jobs->dirs[i] = xasprintf("%s/boots/%s", run->dir, run->boots[i].id);
	fill_job(how, i, jobs);
	profile_job(how, i, jobs);
	return make_dir(jobs->dirs[i], plan_of(jobs, &run->boots[i]));
}

int boot_jobs_make(const struct boot_jobs_how *how, struct boot_jobs *ret)
{
	size_t nr = how->run->nr_boots;
	int r;

	*ret = (struct boot_jobs){ .nr = nr };
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
	*jobs = (struct boot_jobs){ .nr = 0 };
}
