/* SPDX-License-Identifier: GPL-2.0-only */
#include "calib-runs.h"

#include <fcntl.h>
#include <sys/file.h>

#include "alloc.h"
#include "file.h"
#include "initramfs.h"
#include "interrupt.h"
#include "kernel-spec.h"
#include "log.h"
#include "sha256.h"

/* ---- the folder ---- */

static enum exit_status hash_guest(const struct calib_runs *c,
				   const char *parent, char hex[65])
{
	_cleanup_free_ char *path =
		xasprintf("%s/guest-%d.cpio", parent, getpid());
	int r = mkdir_p(parent, 0777);

	if (r < 0) {
		log_err_errno(-r, "cannot make %s", parent);
		return ST_HOST;
	}
	r = initramfs_build(c->m.env->bench_dir, c->m.files, path, hex);
	unlink(path);
	return r < 0 ? ST_HOST : ST_OK;
}

static char *conditions(const struct calib_runs *c)
{
	_cleanup_strbuf_ struct strbuf detail = STRBUF_INIT;
	struct strbuf out = STRBUF_INIT;
	char line[REC_LINE_MAX];

	c->m.ops->describe(c->m.machine_arg, "microvm", &detail);
	strbuf_addf(&out, "%s\n%s\n%s\n%s\n", c->guest, c->m.machine,
		    detail.len ? detail.buf : "", c->suite);
	for (unsigned i = 0; i < c->nr_chosen; i++)
		strbuf_addf(&out, "%u\n", c->chosen[i]);
	for (size_t i = 0; i < c->nr_points; i++)
		if (rec_format_point(line, sizeof(line), &c->points[i].plan) >
		    0)
			strbuf_addstr(&out, line);
	return strbuf_steal(&out);
}

static enum exit_status lock_dir(struct calib_runs *c)
{
	_cleanup_free_ char *path = xasprintf("%s/lock", c->dir);

	c->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (c->lock_fd >= 0 && flock(c->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return ST_OK;
	if (c->lock_fd >= 0 && errno == EWOULDBLOCK)
		log_err("another cgmark calibrate works on the same, in %s: "
			"wait for it",
			c->dir);
	else
		log_err_errno(errno, "cannot lock %s", path);
	return ST_HOST;
}

enum exit_status calib_runs_open(struct calib_runs *c)
{
	_cleanup_free_ char *parent =
		xasprintf("%s/calibration", c->m.env->results_dir);
	_cleanup_free_ char *text = NULL, *file = NULL;
	char hex[65];
	enum exit_status r = hash_guest(c, parent, c->guest);
	int made;

	if (r != ST_OK)
		return r;
	text = conditions(c);
	sha256_hex(text, strlen(text), hex);
	c->dir = xasprintf("%s/%.12s", parent, hex);
	file = xasprintf("%s/runs.json", c->dir);
	made = mkdir_p(c->dir, 0777);
	if (made < 0) {
		log_err_errno(-made, "cannot make %s", c->dir);
		return ST_HOST;
	}
	r = lock_dir(c);
	if (r != ST_OK)
		return r;
	if (c->m.fresh)
		unlink(file);
	bisect_state_load(file, &c->state);
	return ST_OK;
}

void calib_runs_release(struct calib_runs *c)
{
	bisect_state_release(&c->state);
	free(c->chosen);
	free(c->dir);
	if (c->lock_fd >= 0)
		close(c->lock_fd);
}

/* ---- runs ---- */

/* A run that is whole, and of this kernel. */
static struct run *recall(const struct calib_runs *c, const char *record,
			  const char *name)
{
	const struct state_record *r = bisect_state_find(&c->state, record);
	_cleanup_free_ char *dir = NULL;
	struct run *run = NULL;
	unsigned damaged = 0;

	if (!r)
		return NULL;
	dir = xasprintf("%s/runs/%s", c->dir, r->run);
	if (access(dir, F_OK) < 0 || run_load(dir, &run, &damaged) < 0)
		return NULL;
	if (damaged == 0 && run->nr_kernels == 1 &&
	    strcmp(run->kernels[0].name, name) == 0)
		return run;
	run_free(run);
	return NULL;
}

static enum exit_status measure_new(struct calib_runs *c,
				    const struct kernel_spec *spec, bool full,
				    struct run **ret)
{
	_cleanup_free_ char *parent = xasprintf("%s/runs", c->dir);
	struct run_kernel kernel = { NULL };
	const struct measure_what what = {
		.kernels = &kernel,
		.nr_kernels = 1,
		.points = c->points,
		.nr_points = c->nr_points,
		.perturbations = c->nr_chosen,
		.chosen = c->chosen,
		.suite = c->suite,
		.full = full,
		.all_null = full,
	};
	enum exit_status r = kernel_build(spec, c->m.env->kernel_dir, &kernel);

	if (r == ST_OK)
		r = measure_run(&c->m, &what, parent, ret);
	run_kernel_release(&kernel);
	return r;
}

/* The guest is made for each run, and may be built anew between two. */
static enum exit_status check_guest(const struct calib_runs *c,
				    const struct run *run)
{
	if (run->guest_sha256 && strcmp(run->guest_sha256, c->guest) == 0)
		return ST_OK;
	log_err("run %s has another guest than those before it: the programs "
		"of benchmarks have changed since; begin again",
		run->id);
	return ST_HOST;
}

/* The state names a run by all of a kernel that its figures depend on. */
static enum exit_status find_or_make(struct calib_runs *c,
				     const struct kernel_spec *spec, bool full,
				     struct run **ret)
{
	_cleanup_free_ char *key = NULL, *record = NULL;
	enum exit_status r = kernel_key(spec, c->m.env->kernel_dir, &key);

	if (r != ST_OK)
		return r;
	record = xasprintf("%s %s%s", key, spec->cmdline, full ? " full" : "");
	*ret = recall(c, record, spec->name);
	c->made = !*ret;
	if (*ret) {
		log_info("%s: run %s", spec->name, (*ret)->id);
	} else {
		r = measure_new(c, spec, full, ret);
		if (r == ST_OK)
			r = check_guest(c, *ret);
		if (r == ST_OK)
			r = bisect_state_set(&c->state, record, (*ret)->id, "");
	}
	if (r == ST_OK)
		c->nr_boots += (*ret)->nr_boots;
	return r;
}

enum exit_status calib_run(struct calib_runs *c, const char *spec, bool full,
			   struct run **ret)
{
	struct kernel_spec parsed;
	enum exit_status r;

	*ret = NULL;
	if (interrupt_pending())
		return ST_INTERRUPTED;
	r = kernel_spec_parse(spec, c->m.env->kernel_dir, &parsed);
	if (r != ST_OK)
		return r;
	r = find_or_make(c, &parsed, full, ret);
	kernel_spec_release(&parsed);
	if (r != ST_OK) {
		run_free(*ret);
		*ret = NULL;
	}
	return r;
}
