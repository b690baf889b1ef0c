/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run on machine metal lives in many processes, one between two boots.  The first
 * is that of "cgmark run"; "cgmark metal resume" are the others.
 */
#include <argp.h>

#include "alloc.h"
#include "cmd.h"
#include "interrupt.h"
#include "log.h"
#include "metal-block.h"
#include "metal-config.h"
#include "metal-install.h"
#include "metal-journal.h"
#include "opt-values.h"
#include "run-evaluate.h"
#include "run-leftovers.h"
#include "run-opts.h"
#include "session.h"

#define DEADLINE_S 1200
/* For firmware and a kernel that is slow to start; PID 1 should be first. */
#define WATCHDOG_AFTER_S 60

struct metal_opts {
	const char *word;
	const char *scratch;
	unsigned deadline_s, watchdog_s;
	bool no_watchdog, again;
};

enum { OPT_NO_WATCHDOG = 256, OPT_AGAIN, OPT_DEADLINE, OPT_WATCHDOG };

static const struct argp_option options[] = {
	{ "scratch", 's', "PARTUUID", 0,
	  "With install: the partition that results go to.  It has to be "
	  "empty",
	  0 },
	{ "deadline", OPT_DEADLINE, "SECONDS", 0,
	  "With install: PID 1 ends a boot then (default: 1200)", 0 },
	{ "watchdog", OPT_WATCHDOG, "SECONDS", 0,
	  "With install: the watchdog fires so long after home left (default: "
	  "60 after the deadline)",
	  0 },
	{ "no-watchdog", OPT_NO_WATCHDOG, NULL, 0,
	  "With install: go without one.  A kernel that hangs then hangs until "
	  "somebody resets the machine",
	  0 },
	{ "again", OPT_AGAIN, NULL, 0,
	  "With resume: go on though there were too many resets", 0 },
	{ NULL },
};

static const char *const words[] = { "install", "status", "abort", "resume" };

static unsigned parse_seconds(struct argp_state *state, const char *arg)
{
	char *end;
	unsigned long n = strtoul(arg, &end, 10);

	if (*arg < '1' || *arg > '9' || *end || n > METAL_SECONDS_MAX)
		argp_error(state, "'%s': not a number of seconds, 1 to %d", arg,
			   METAL_SECONDS_MAX);
	return n;
}

static void take_word(struct metal_opts *o, char *arg, struct argp_state *state)
{
	if (state->arg_num > 0)
		argp_error(state, "'%s': unexpected argument", arg);
	o->word = opt_command(arg, words, ARRAY_SIZE(words));
}

/* Options mean something with one of the words only. */
static void check_opts(const struct metal_opts *o, struct argp_state *state)
{
	bool install = strcmp(o->word, "install") == 0;

	if (!install &&
	    (o->scratch || o->deadline_s || o->watchdog_s || o->no_watchdog))
		argp_error(state, "these options are for install");
	if (o->again && strcmp(o->word, "resume") != 0)
		argp_error(state, "--again is for resume");
	if (!install)
		return;
	if (!o->scratch)
		argp_error(state, "name the scratch partition: --scratch "
				  "PARTUUID");
	if (o->no_watchdog && o->watchdog_s)
		argp_error(state, "--watchdog and --no-watchdog contradict");
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct metal_opts *o = state->input;

	switch (key) {
	case 's':
		o->scratch = arg;
		return 0;
	case OPT_DEADLINE:
		o->deadline_s = parse_seconds(state, arg);
		return 0;
	case OPT_WATCHDOG:
		o->watchdog_s = parse_seconds(state, arg);
		return 0;
	case OPT_NO_WATCHDOG:
		o->no_watchdog = true;
		return 0;
	case OPT_AGAIN:
		o->again = true;
		return 0;
	case ARGP_KEY_ARG:
		take_word(o, arg, state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "say what to do: install, status, abort or "
				  "resume");
		return EINVAL;
	case ARGP_KEY_SUCCESS:
		check_opts(o, state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "install|status|abort|resume",
	.doc = "Measure on this machine by kexec (machine metal).  install "
	       "makes it a lab machine; status says what it is at; resume goes "
	       "on with the run that it left for, which a unit of systemd does "
	       "after each boot; abort gives that run up."
	       "\vExit status: 0 done, or nothing to do; resume: that of the "
	       "run; 2 usage error; 5 this cannot be a lab machine, or was "
	       "reset too often.",
};

static enum exit_status do_install(const struct metal_opts *o)
{
	struct metal_config c = {
		.deadline_s = o->deadline_s ? o->deadline_s : DEADLINE_S,
	};
	_cleanup_free_ char *scratch = xstrdup(o->scratch);

	c.scratch = scratch;
	if (!o->no_watchdog)
		c.watchdog_s = o->watchdog_s ? o->watchdog_s
					     : c.deadline_s + WATCHDOG_AFTER_S;
	if (c.watchdog_s && c.watchdog_s <= c.deadline_s) {
		log_err("the watchdog has to come after the deadline of %u s",
			c.deadline_s);
		return ST_USAGE;
	}
	return metal_install(&c);
}

static enum exit_status do_status(void)
{
	_cleanup_(metal_journal_release) struct metal_journal j;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int r = metal_journal_need(metal_dir(), &j);

	if (metal_is_off(metal_dir(), &why))
		printf("off: %s\n", why.buf);
	if (r == -ENOENT)
		printf("no run is under way\n");
	if (r == 0)
		printf("run %s, boot %s, attempt %u of %d, %u unexpected "
		       "resets%s\n",
		       j.run, j.boot, j.attempt, METAL_ATTEMPTS_MAX, j.resets,
		       j.stopped ? ": stopped" : "");
	return r == 0 || r == -ENOENT ? ST_OK : ST_HOST;
}

static enum exit_status do_abort(void)
{
	_cleanup_(metal_journal_release) struct metal_journal j;
	int r = metal_journal_load(metal_dir(), &j);
	_cleanup_free_ char *runs = NULL;

	if (r == -ENOENT) {
		printf("no run is under way\n");
		return ST_OK;
	}
	if (metal_journal_remove(metal_dir()) < 0)
		return ST_HOST;
	printf("given up: %s\n", r == 0 ? j.run : "a run that is not known");
	if (r < 0)
		return ST_OK;
	/* Nobody has it any more, so it is marked as interrupted. */
	runs = xstrndup(j.run, strrchr(j.run, '/') - j.run);
	run_leftovers_tidy(runs);
	return ST_OK;
}

static enum exit_status evaluate(const struct env *env, const char *dir,
				 enum exit_status booted)
{
	_cleanup_(run_opts_release) struct run_opts opts;
	char name[] = "cgmark run", *argv[] = { name, NULL };

	run_opts_parse(1, argv, &opts);
	return run_evaluate(env, &opts, dir, booted);
}

/* That boots are missing is no news; what is damaged is told at the end. */
static int load_run(const char *dir, struct run **ret)
{
	enum log_level level = log_get_level();
	int r;

	log_set_level(LOG_ERROR);
	r = run_load(dir, ret, NULL);
	log_set_level(level);
	return r;
}

static enum exit_status go_on(const struct env *env, const char *dir)
{
	_cleanup_(run_freep) struct run *run = NULL;
	struct session s = {
		.ops = &machine_metal,
		.machine_arg = "",
		.parallel = 1,
	};
	enum exit_status r;

	if (load_run(dir, &run) < 0)
		return ST_HOST;
	s.run = run;
	r = session_take_up(&s);
	if (r == ST_OK)
		r = session_boot(&s);
	s.unended = r != ST_OK;
	if (r == ST_OK) {
		machine_metal.forget(dir);
		r = evaluate(env, dir, r);
	}
	session_release(&s);
	return r;
}

static enum exit_status do_resume(const struct env *env,
				  const struct metal_opts *o)
{
	_cleanup_(metal_journal_release) struct metal_journal j;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int r = metal_journal_need(metal_dir(), &j);

	if (r == -ENOENT)
		return ST_OK;
	if (r < 0)
		return ST_HOST;
	if (metal_is_off(metal_dir(), &why)) {
		log_info("run %s is not taken up: %s", j.run, why.buf);
		return ST_OK;
	}
	if (o->again) {
		j.stopped = false;
		j.resets = 0;
		if (metal_journal_save(metal_dir(), &j) < 0)
			return ST_HOST;
	}
	interrupt_block(NULL);
	return go_on(env, j.run);
}

enum exit_status cmd_metal(const struct env *env, int argc, char **argv)
{
	struct metal_opts o = { .word = NULL };

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (strcmp(o.word, "status") == 0)
		return do_status();
	if (geteuid() != 0) {
		log_err("cgmark metal %s takes root", o.word);
		return ST_HOST;
	}
	if (strcmp(o.word, "install") == 0)
		return do_install(&o);
	return strcmp(o.word, "abort") == 0 ? do_abort() : do_resume(env, &o);
}
