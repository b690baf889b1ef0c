/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>

#include "alloc.h"
#include "cmd.h"
#include "exit-status.h"
#include "history.h"
#include "log.h"
#include "run-dirs.h"
#include "site.h"

struct site_cmd {
	const char *output;
	const char *url;
	bool fresh;
	char **dirs; /* of argv */
	size_t nr_dirs;
};

enum { OPT_URL = 256, OPT_FRESH };

static const struct argp_option options[] = {
	{ "output", 'o', "DIR", 0,
	  "Where to write (default: site, below the results)", 0 },
	{ "url", OPT_URL, "URL", 0,
	  "Where the site will be found, for links in its RSS", 0 },
	{ "fresh", OPT_FRESH, NULL, 0,
	  "Make the pages of all runs again, not only of those that changed",
	  0 },
	{ "quiet", 'q', NULL, 0, "Only warnings and errors", 0 },
	{ NULL },
};

/* For a feed, whose readers follow it: no script, no quotes. */
static void parse_url(struct site_cmd *c, char *arg, struct argp_state *state)
{
	size_t len = strlen(arg);

	if ((strncmp(arg, "https://", 8) != 0 &&
	     strncmp(arg, "http://", 7) != 0) ||
	    strpbrk(arg, " \t\n\"'<>\\^`{|}"))
		argp_error(state, "--url '%s': write https://HOST/PATH", arg);
	while (len > 0 && arg[len - 1] == '/')
		arg[--len] = '\0';
	c->url = arg;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct site_cmd *c = state->input;

	switch (key) {
	case 'o':
		c->output = arg;
		return 0;
	case 'q':
		log_set_level(LOG_WARNING);
		return 0;
	case OPT_URL:
		parse_url(c, arg, state);
		return 0;
	case OPT_FRESH:
		c->fresh = true;
		return 0;
	case ARGP_KEY_ARGS:
		c->dirs = state->argv + state->next;
		c->nr_dirs = (size_t)(state->argc - state->next);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "[RUN_DIR...]",
	.doc = "Write the published site: newest verdicts, changes, and a page "
	       "for each benchmark, kernel and run. It needs neither server nor "
	       "scripts and asks no other host for anything.\v"
	       "Without RUN_DIR: all of RESULTS/runs. History comes from the "
	       "database, which \"cgmark import\" fills. Only what has changed "
	       "is made again, and what is there stays, so that links do.",
};

static enum exit_status write_site(const struct env *env,
				   const struct site_cmd *c,
				   const char *const *dirs, size_t nr)
{
	_cleanup_free_ char *out =
		c->output ? xstrdup(c->output)
			  : xasprintf("%s/site", env->results_dir);
	_cleanup_free_ char *calibration =
		xasprintf("%s/calibration", env->results_dir);
	_cleanup_free_ char *db = xasprintf("%s/cgmark.db", env->results_dir);
	_cleanup_(history_freep) struct history *history = NULL;
	const struct history_wish wish = { .nr_nights = 1 };
	struct site_counts counts;
	int r = access(db, F_OK) < 0 ? 0 : history_load(db, &wish, &history);

	if (r < 0)
		return ST_HOST;
	if (!history)
		log_info(
			"there is no %s: run \"cgmark import\" for a site with "
			"history",
			db);
	r = site_write(
		&(struct site_opts){
			.out = out,
			.plots_dir = env->plots_dir,
			.calibration_dir = calibration,
			.url = c->url ? c->url : "",
			.dirs = dirs,
			.nr_dirs = nr,
			.history = history,
			.fresh = c->fresh,
		},
		&counts);
	if (r < 0)
		return r == -EEXIST ? ST_USAGE : ST_HOST;
	log_info("%zu runs, %zu benchmarks, %zu kernels, %zu plots",
		 counts.runs, counts.benches, counts.kernels, counts.plots);
	printf("%s/index.html\n", out);
	return counts.failed ? ST_HOST : ST_OK;
}

enum exit_status cmd_site(const struct env *env, int argc, char **argv)
{
	struct site_cmd c = { NULL };
	_cleanup_free_ char *runs = xasprintf("%s/runs", env->results_dir);
	char **dirs = NULL;
	size_t nr = 0;
	enum exit_status status;

	if (argp_parse(&argp, argc, argv, 0, NULL, &c))
		return ST_USAGE;
	if (c.nr_dirs)
		return write_site(env, &c, (const char *const *)c.dirs,
				  c.nr_dirs);
	if (run_dirs_list(runs, &dirs, &nr) < 0)
		return ST_HOST;
	status = write_site(env, &c, (const char *const *)dirs, nr);
	for (size_t i = 0; i < nr; i++)
		free(dirs[i]);
	free(dirs);
	return status;
}
