/* SPDX-License-Identifier: GPL-2.0-only */
/* One machine, many people: runs that wait for each other. */
#include <argp.h>
#include <limits.h>
#include <pwd.h>
#include <time.h>

#include "alloc.h"
#include "cmd.h"
#include "log.h"
#include "opt-values.h"
#include "queue-install.h"
#include "queue-list.h"
#include "queue-run.h"
#include "run-opts.h"
#include "self.h"
#include "spool-add.h"
#include "text.h"

struct queue_opts {
	const char *word;
	char **numbers;
	size_t nr_numbers;
	bool drain, all, quiet;
};

enum { OPT_DRAIN = 256, OPT_ALL };

static const struct argp_option options[] = {
	{ "drain", OPT_DRAIN, NULL, 0,
	  "With run: end when nothing waits any more", 0 },
	{ "all", OPT_ALL, NULL, 0, "With list: also those that ended long ago",
	  0 },
	{ "quiet", 'q', NULL, 0, "Only warnings and errors", 0 },
	{ NULL },
};

static const char *const words[] = { "add", "list",    "cancel",
				     "run", "install", "uninstall" };

static void take_word(struct queue_opts *o, char *arg, struct argp_state *state)
{
	if (o->word && strcmp(o->word, "cancel") == 0) {
		o->numbers = state->argv + state->next - 1;
		o->nr_numbers = (size_t)(state->argc - state->next) + 1;
		state->next = state->argc;
		return;
	}
	if (o->word)
		argp_error(state, "'%s': unexpected argument", arg);
	o->word = opt_command(arg, words, ARRAY_SIZE(words));
}

static void check_opts(const struct queue_opts *o, struct argp_state *state)
{
	if (strcmp(o->word, "add") == 0)
		argp_error(state, "options come behind add, and are for run: "
				  "cgmark queue add RUN_OPTION...");
	if (o->drain && strcmp(o->word, "run") != 0)
		argp_error(state, "--drain is for run");
	if (o->all && strcmp(o->word, "list") != 0)
		argp_error(state, "--all is for list");
	if (!o->nr_numbers && strcmp(o->word, "cancel") == 0)
		argp_error(state, "say which job: cgmark queue list");
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct queue_opts *o = state->input;

	switch (key) {
	case OPT_DRAIN:
		o->drain = true;
		return 0;
	case OPT_ALL:
		o->all = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case ARGP_KEY_ARG:
		take_word(o, arg, state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "say what to do: add, list, cancel, run, "
				  "install or uninstall");
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
	.args_doc = "add [--] RUN_OPTION...\nlist\ncancel NUMBER...\nrun\n"
		    "install|uninstall",
	.doc = "Let runs on this machine wait for each other.  add puts a "
	       "\"cgmark run\" with these options behind the others, and prints "
	       "its number; list says what waits, runs and has ended; cancel "
	       "ends one as ^C would.  run is the worker, which carries them "
	       "out; install has systemd start one at each boot."
	       "\vExit status: 0 done; run: with --drain, nothing waits any "
	       "more; 2 usage error, or no such job; 5 it cannot be done, or "
	       "another worker is at it; 130 the worker was told to end.",
};

/* --- add --- */

/* Exits with a usage error now, and not when its turn comes. */
static void check_run_options(int argc, char **argv)
{
	_cleanup_(run_opts_release) struct run_opts opts;
	_cleanup_free_ char **copy = xcalloc((size_t)argc + 2, sizeof(*copy));
	char name[] = "cgmark run";

	copy[0] = name;
	for (int i = 0; i < argc; i++)
		copy[i + 1] = argv[i];
	run_opts_parse(argc + 1, copy, &opts);
}

static void take_environment(struct queue_strings *ret)
{
	for (char **e = environ; *e; e++)
		if (queue_job_takes_variable(*e))
			queue_strings_add(ret, *e);
}

static size_t count_before(unsigned number)
{
	_cleanup_free_ unsigned *all = NULL;
	size_t nr = 0, before = 0;

	if (spool_numbers(spool_dir(), &all, &nr, NULL) < 0)
		return 0;
	for (size_t i = 0; i < nr && all[i] < number; i++) {
		struct spool_entry e;

		spool_load(spool_dir(), all[i], &e);
		before += e.has_job && !e.fault && !spool_is_cancelled(&e) &&
			  !(e.has_state && job_step_ended(e.state.step));
		spool_entry_release(&e);
	}
	return before;
}

static enum exit_status do_add(int argc, char **argv)
{
	_cleanup_(queue_job_release) struct queue_job job = {
		.added_s = (uint64_t)time(NULL),
		.cwd = getcwd(NULL, 0),
		.program = self_path(),
	};
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	unsigned number;
	size_t before;

	if (argc > 0 && strcmp(argv[0], "--") == 0)
		argc--, argv++;
	check_run_options(argc, argv);
	if (!job.cwd || *job.cwd != '/') {
		log_err("the current folder has no path");
		return ST_HOST;
	}
	take_environment(&job.env);
	for (int i = 0; i < argc; i++)
		queue_strings_add(&job.words, argv[i]);
	if (spool_add(spool_dir(), &job, &number, &why) < 0) {
		log_err("%s", why.buf);
		return ST_HOST;
	}
	printf("%u\n", number);
	before = count_before(number);
	if (before)
		log_info("job %u: %zu before it", number, before);
	return ST_OK;
}

/* --- cancel --- */

static enum exit_status refuse_others(const struct spool_entry *e)
{
	const struct passwd *pw = getpwuid(e->uid);

	if (pw)
		log_err("job %u is of %s: only %s and root cancel it",
			e->number, pw->pw_name, pw->pw_name);
	else
		log_err("job %u is of user %u: only that user and root cancel "
			"it",
			e->number, e->uid);
	return ST_HOST;
}

static enum exit_status cancel_loaded(struct spool_entry *e)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int r;

	if (!e->has_job) {
		log_err("there is no job %u", e->number);
		return ST_USAGE;
	}
	if (e->has_state && job_step_ended(e->state.step)) {
		log_err("job %u has ended already", e->number);
		return ST_USAGE;
	}
	r = spool_cancel(spool_dir(), e, &why);
	if (r == -EPERM && !why.len)
		return refuse_others(e);
	if (r < 0) {
		log_err("%s", why.buf);
		return ST_HOST;
	}
	return ST_OK;
}

static enum exit_status cancel_one(const char *word)
{
	struct spool_entry e;
	enum exit_status r;
	uint64_t number;

	if (text_u64(word, SPOOL_NUMBER_MAX, &number) < 0 || !number) {
		log_err("'%s' is not the number of a job", word);
		return ST_USAGE;
	}
	spool_load(spool_dir(), (unsigned)number, &e);
	r = cancel_loaded(&e);
	spool_entry_release(&e);
	return r;
}

static enum exit_status do_cancel(const struct queue_opts *o)
{
	enum exit_status ret = ST_OK, r;

	for (size_t i = 0; i < o->nr_numbers; i++) {
		r = cancel_one(o->numbers[i]);
		if (r > ret)
			ret = r;
	}
	return ret;
}

enum exit_status cmd_queue(const struct env *env, int argc, char **argv)
{
	struct queue_opts o = { .word = NULL };

	/* What is behind it is not for this parser. */
	if (argc > 2 && strcmp(argv[1], "add") == 0 &&
	    strcmp(argv[2], "--help") != 0 && strcmp(argv[2], "-?") != 0 &&
	    strcmp(argv[2], "--usage") != 0)
		return do_add(argc - 2, argv + 2);
	if (argc == 2 && strcmp(argv[1], "add") == 0)
		return do_add(0, argv + 2);
	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	if (o.quiet)
		log_set_level(LOG_WARNING);
	if (strcmp(o.word, "list") == 0)
		return queue_list(spool_dir(), o.all);
	if (strcmp(o.word, "cancel") == 0)
		return do_cancel(&o);
	if (strcmp(o.word, "install") == 0)
		return queue_install(spool_dir());
	if (strcmp(o.word, "uninstall") == 0)
		return queue_uninstall();
	return queue_run(spool_dir(), o.drain);
}
