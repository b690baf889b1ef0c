/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One night: measure, compare, look at the trend, publish, write the mail, tidy up.
 * Each step is a subcommand of this program, which reads what the step before wrote;
 * night-state.h says which have ended.  A night that is cut is begun again where it
 * was, and no boot that was kept is measured twice.
 */
#include <argp.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

#include "alloc.h"
#include "cmd.h"
#include "day.h"
#include "file.h"
#include "log.h"
#include "night-install.h"
#include "night-job.h"
#include "night-thin.h"
#include "run-leftovers.h"
#include "self.h"

struct nightly_opts {
	const char *config;
	const char *night;
	bool install, uninstall, user, again, quiet;
	char **run_options;
	size_t nr_run_options;
};

enum { OPT_INSTALL = 256, OPT_UNINSTALL, OPT_USER, OPT_NIGHT, OPT_AGAIN };

static const struct argp_option options[] = {
	{ "config", 'c', "FILE", 0,
	  "What to measure (default: RESULTS/nightly.ini, if there is one)",
	  0 },
	{ "night", OPT_NIGHT, "DAY", 0,
	  "The night that it is (default: today, in UTC): 2026-12-31", 0 },
	{ "again", OPT_AGAIN, NULL, 0,
	  "Begin a night again that is done already", 0 },
	{ "install", OPT_INSTALL, NULL, 0,
	  "Install a service and a timer of systemd that do this every night",
	  0 },
	{ "uninstall", OPT_UNINSTALL, NULL, 0, "Remove them", 0 },
	{ "user", OPT_USER, NULL, 0,
	  "With these two: for this user, not for the system", 0 },
	{ "quiet", 'q', NULL, 0, "Only warnings and errors", 0 },
	{ NULL },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct nightly_opts *o = state->input;
	unsigned day;

	switch (key) {
	case 'c':
		o->config = arg;
		return 0;
	case OPT_NIGHT:
		if (!day_parse(arg, &day))
			argp_error(state, "--night '%s': write 2026-12-31",
				   arg);
		o->night = arg;
		return 0;
	case OPT_AGAIN:
		o->again = true;
		return 0;
	case OPT_INSTALL:
		o->install = true;
		return 0;
	case OPT_UNINSTALL:
		o->uninstall = true;
		return 0;
	case OPT_USER:
		o->user = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case ARGP_KEY_ARGS:
		o->run_options = state->argv + state->next;
		o->nr_run_options = (size_t)(state->argc - state->next);
		return 0;
	case ARGP_KEY_END:
		if (o->user && !o->install && !o->uninstall)
			argp_error(state, "--user goes with --install or "
					  "--uninstall");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "[-- RUN_OPTION...]",
	.doc = "Measure what nightly.ini says, compare, look at the trend, "
	       "publish, and tidy up.\v"
	       "Options behind -- are for each cgmark run. A night that was cut "
	       "goes on where it was. Exit status: 1 if anything got slower, in "
	       "a run or by the trend; else 4, 5, 2 or 3, as of cgmark run; else "
	       "0.",
};

/* ---- which is worse ---- */

static int rank(int status)
{
	static const int order[] = { ST_OK,   ST_INCONCLUSIVE, ST_USAGE,
				     ST_HOST, ST_SUBJECT,      ST_REGRESSION };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (order[i] == status)
			return (int)i;
	return status >= 128 ? (int)ARRAY_SIZE(order) : 3;
}

static enum exit_status worse(enum exit_status a, enum exit_status b)
{
	return rank(b) > rank(a) ? b : a;
}

/* ---- the steps ---- */

static enum exit_status step_before(const struct night *n)
{
	const char *const argv[] = { "/bin/sh", "-c", n->ini->before, NULL };
	int status = ST_OK;

	/* One that failed is tried again. */
	if (!n->ini->before ||
	    (night_state_done(n->state, "before", &status) && status == ST_OK))
		return ST_OK;
	night_say(&n->log, "before: %s", n->ini->before);
	status = night_child(&n->log, argv, NULL, n->until_s);
	if (status >= 128)
		return ST_INTERRUPTED;
	if (status != 0)
		night_say(&n->log,
			  "before: status %d; what is there is measured",
			  status);
	if (night_state_add(n->state, "before", status, NULL) < 0)
		return ST_HOST;
	return status == ST_OK ? ST_OK : ST_HOST;
}

/* Is the job's figure of tonight one that would have to be told? */
static enum exit_status step_trend(const struct night *n,
				   const struct night_job *j)
{
	_cleanup_free_ char *out =
		xasprintf("%s/%s.trend.txt", n->dir, j->name);
	const char *const argv[] = { n->self,	"trend", "--job", j->name,
				     "--until", n->name, NULL };
	int status = night_child(&n->log, argv, out, 0);

	if (status == ST_REGRESSION)
		night_say(&n->log, "job %s: a step to higher cost; see %s",
			  j->name, out);
	/* Nothing measured: that was said already. */
	return status == ST_INCONCLUSIVE ? ST_OK : (enum exit_status)status;
}

static enum exit_status do_job(const struct night *n, const struct night_job *j)
{
	enum exit_status r = night_job_run(n, j), trend, ab;

	if (r == ST_INTERRUPTED)
		return r;
	trend = step_trend(n, j);
	ab = night_job_ab(n, j);
	if ((r == ST_OK || r == ST_INCONCLUSIVE) && trend == ST_OK)
		night_job_good(n, j);
	return worse(worse(r, trend), ab);
}

/* Of the last run of each job. */
static enum exit_status step_publish(const struct night *n,
				     const struct night_job *j)
{
	_cleanup_free_ char *top =
		n->ini->publish ? xstrdup(n->ini->publish)
				: xasprintf("%s/report", n->env->results_dir);
	_cleanup_free_ char *dir = n->ini->nr == 1
					   ? xstrdup(top)
					   : xasprintf("%s/%s", top, j->name);
	_cleanup_free_ char *run =
		night_find_run(n->env, n->name, j->name, false);
	const char *const argv[] = { n->self,	 "report", "--run", run,
				     "--output", dir,	   NULL };
	int status;

	if (!run)
		return ST_OK;
	status = night_child(&n->log, argv, NULL, 0);
	return status == 0 ? ST_OK : ST_HOST;
}

static enum exit_status step_mail(const struct night *n,
				  const struct night_job *j)
{
	_cleanup_free_ char *out = xasprintf("%s/%s.mail", n->dir, j->name);
	_cleanup_free_ char *run =
		night_find_run(n->env, n->name, j->name, false);
	const char *argv[] = {
		n->self, "mail", "--run", run, NULL, NULL, NULL
	};
	int status;

	if (!run)
		return ST_OK;
	if (n->ini->mail_to) {
		argv[4] = "--to";
		argv[5] = n->ini->mail_to;
	}
	status = night_child(&n->log, argv, out, 0);
	return status == 0 ? ST_OK : ST_HOST;
}

/* What was measured is told; that it was told is no part of the verdict. */
static enum exit_status tell(const struct night *n, const struct night_job *j)
{
	return worse(step_publish(n, j), step_mail(n, j));
}

static enum exit_status do_jobs(const struct night *n, bool *all)
{
	enum exit_status r = step_before(n), of_job;

	*all = true;
	for (size_t i = 0; i < n->ini->nr && !night_interrupted(); i++) {
		const struct night_job *j = &n->ini->jobs[i];

		of_job = do_job(n, j);
		r = worse(r, of_job);
		if (of_job == ST_USAGE)
			*all = false;
		else if (of_job != ST_INTERRUPTED)
			r = worse(r, tell(n, j));
	}
	return r;
}

/* Before files are thinned: the site offers all that there was. */
static enum exit_status step_site(const struct night *n)
{
	const char *const argv[] = { n->self,	 "site",       "--quiet",
				     "--output", n->ini->site, NULL };

	if (!n->ini->site)
		return ST_OK;
	return night_child(&n->log, argv, NULL, 0) == 0 ? ST_OK : ST_HOST;
}

/* A night in which a job could not begin is not over: somebody may mend the file. */
static enum exit_status do_steps(struct night *n)
{
	_cleanup_free_ char *runs = xasprintf("%s/runs", n->env->results_dir);
	bool all;
	enum exit_status r = do_jobs(n, &all);

	if (r == ST_INTERRUPTED || night_interrupted())
		return ST_INTERRUPTED;
	r = worse(r, step_site(n));
	run_leftovers_tidy(runs);
	if (night_thin(n->env, n->ini->keep, n->ini->thin, n->name) < 0)
		r = worse(r, ST_HOST);
	if (all && (night_state_add(n->state, "night", r, NULL) < 0 ||
		    night_state_end(n->state) < 0))
		r = worse(r, ST_HOST);
	return r;
}

static void print_night(const struct night *n, enum exit_status status)
{
	_cleanup_free_ char *step = NULL;
	int of_job;

	printf("night %s: status %d; %s\n", n->name, status, n->dir);
	for (size_t i = 0; i < n->ini->nr; i++) {
		free(step);
		step = xasprintf("job %s", n->ini->jobs[i].name);
		if (night_state_done(n->state, step, &of_job))
			printf("job %s: status %d, run %s\n",
			       n->ini->jobs[i].name, of_job,
			       *night_state_run(n->state, step)
				       ? night_state_run(n->state, step)
				       : "none");
	}
}

/* ---- one night at a time ---- */

/* -1: another one is at it, or it cannot be locked; logged. */
static int lock_nights(const char *folder)
{
	_cleanup_free_ char *path = xasprintf("%s/lock", folder);
	_cleanup_close_ int fd = -1;
	int r = mkdir_p(folder, 0777);

	if (r < 0)
		return log_err_errno(-r, "cannot make %s", folder);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return log_err_errno(errno, "cannot open %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		log_err("another cgmark nightly is at work (%s is locked)",
			path);
		return -1;
	}
	return steal_fd(&fd);
}

/* The one that was asked for, was cut, or begins now. */
static char *which_night(const char *folder, const char *asked)
{
	char day[DAY_TEXT], *cut;

	if (asked)
		return xstrdup(asked);
	cut = night_state_unfinished(folder);
	return cut ? cut : xstrdup(day_text(day, day_today()));
}

static enum exit_status go_through(struct night *n,
				   const struct nightly_opts *o)
{
	_cleanup_free_ char *log = xasprintf("%s/log", n->dir);
	_cleanup_(night_state_freep) struct night_state *state = NULL;
	_cleanup_close_ int fd = -1;
	enum exit_status r;
	int status = ST_OK;

	if (o->again && rm_rf(n->dir) < 0)
		return ST_HOST;
	if (night_state_open(n->dir, &state) < 0)
		return ST_HOST;
	n->state = state;
	if (night_state_ended(state)) {
		night_state_done(state, "night", &status);
		log_info("night %s is done; --again begins it again", n->name);
		return (enum exit_status)status;
	}
	if (night_catch_signals() < 0)
		return ST_HOST;
	fd = open(log, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0) {
		log_err_errno(errno, "cannot write %s", log);
		return ST_HOST;
	}
	n->log.fd = fd;
	if (n->ini->time_s)
		n->until_s = night_state_begun(state) + n->ini->time_s;
	night_say(&n->log, "night %s", n->name);
	r = do_steps(n);
	night_say(&n->log, "night %s: status %d", n->name, r);
	if (!o->quiet || r != ST_OK)
		print_night(n, r);
	return r;
}

static enum exit_status do_night(const struct env *env,
				 const struct nightly_opts *o,
				 const struct night_ini *ini)
{
	_cleanup_free_ char *folder = xasprintf("%s/nightly", env->results_dir);
	_cleanup_close_ int lock = lock_nights(folder);
	_cleanup_free_ char *name = NULL, *dir = NULL, *self = self_path();
	struct night n = {
		.env = env,
		.ini = ini,
		.self = self,
		.folder = folder,
		.options = o->run_options,
		.nr_options = o->nr_run_options,
	};

	if (lock < 0)
		return ST_HOST;
	n.name = name = which_night(folder, o->night);
	n.dir = dir = xasprintf("%s/%s", folder, name);
	return go_through(&n, o);
}

enum exit_status cmd_nightly(const struct env *env, int argc, char **argv)
{
	_cleanup_free_ char *dflt =
		xasprintf("%s/nightly.ini", env->results_dir);
	_cleanup_(night_ini_release) struct night_ini ini = { 0 };
	struct nightly_opts o = { 0 };
	const char *config;
	enum exit_status r;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	if (o.quiet)
		log_set_level(LOG_WARNING);
	config = o.config ? o.config : access(dflt, F_OK) == 0 ? dflt : NULL;
	r = night_ini_read(config, &ini);
	if (r != ST_OK)
		return r;
	if (o.install || o.uninstall)
		return o.install ? night_install(env, o.user, o.config)
				 : night_uninstall(o.user);
	return do_night(env, &o, &ini);
}
