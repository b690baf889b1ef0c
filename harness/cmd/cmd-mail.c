/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>

#include "alloc.h"
#include "calib-kept.h"
#include "cmd.h"
#include "file.h"
#include "log.h"
#include "subjects.h"
#include "trend-mail.h"

struct mail_opts {
	const char *run, *to, *where, *output;
	char **names; /* BASE CONTENDER... */
	size_t nr_names;
};

enum { OPT_TO = 256, OPT_WHERE };

static const struct argp_option options[] = {
	{ "run", 'r', "RUN", 0,
	  "A run directory or the id of one (default: the latest run)", 0 },
	{ "to", OPT_TO, "ADDRESS", 0, "For whom it is", 0 },
	{ "where", OPT_WHERE, "URL", 0, "Where there is more to see", 0 },
	{ "output", 'o', "FILE", 0, "Write to FILE instead of standard output",
	  0 },
	{ NULL },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct mail_opts *o = state->input;

	switch (key) {
	case 'r':
		o->run = arg;
		return 0;
	case OPT_TO:
		if (!*arg || strpbrk(arg, "\r\n"))
			argp_error(state, "--to: an address on one line");
		o->to = arg;
		return 0;
	case OPT_WHERE:
		o->where = arg;
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case ARGP_KEY_ARGS:
		o->names = state->argv + state->next;
		o->nr_names = (size_t)(state->argc - state->next);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "[BASE [CONTENDER...]]",
	.doc = "Write the message about a run, for a list or a person; it sends "
	       "nothing.\v"
	       "One paragraph, the steps that became certain in the run's "
	       "night, functions (of a run with --profile), the table, and how "
	       "to reproduce it. sendmail takes it as it is: cgmark mail --to "
	       "me@example.org | sendmail -t",
};

/* The nights of the run's job up to it; NULL: there is no such history. */
static struct history *load_history(const struct env *env,
				    const struct run *run)
{
	_cleanup_free_ char *db = xasprintf("%s/cgmark.db", env->results_dir);
	const struct history_wish wish = {
		.job = run->job,
		.until = run->night,
	};
	struct history *h = NULL;

	if (!run->night || !*run->night || access(db, F_OK) < 0)
		return NULL;
	return history_load(db, &wish, &h) == 0 ? h : NULL;
}

static int print_to(const struct mail_opts *o, const struct trend_mail *m)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *mem = open_memstream(&text, &len);
	int r = mem ? trend_mail_print(mem, m) : -errno;

	if (mem && fclose(mem) == EOF && r == 0)
		r = -errno;
	if (r < 0)
		return log_err_errno(-r, "cannot print");
	if (!o->output)
		return fwrite(text, 1, len, stdout) == len ? 0 : -EIO;
	r = write_output(o->output, text, len);
	return r < 0 ? log_err_errno(-r, "cannot write %s", o->output) : 0;
}

enum exit_status cmd_mail(const struct env *env, int argc, char **argv)
{
	_cleanup_(run_freep) struct run *run = NULL;
	_cleanup_(selection_release) struct selection s = { 0 };
	_cleanup_(findings_freep) struct findings *f = NULL;
	_cleanup_(history_freep) struct history *h = NULL;
	struct mail_opts o = { 0 };
	struct trend_mail m;
	enum exit_status r;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	r = select_any(env, o.run, o.names, o.nr_names, "write", &run, &s);
	if (r != ST_OK)
		return r;
	f = findings_new(run, s.base, s.contenders, s.nr);
	calib_kept_find(env, f);
	h = load_history(env, run);
	m = (struct trend_mail){
		.findings = f,
		.history = h,
		.to = o.to,
		.where = o.where,
	};
	return print_to(&o, &m) < 0 ? ST_HOST : ST_OK;
}
