/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>

#include "cmd.h"
#include "local-clean.h"
#include "local-lock.h"
#include "log.h"
#include "opt-values.h"

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	static const char *const words[] = { "clean" };

	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num > 0)
			argp_error(state, "'%s': unexpected argument", arg);
		opt_command(arg, words, ARRAY_SIZE(words));
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "say what to do: clean");
		return EINVAL;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.parser = parse_opt,
	.args_doc = "clean",
	.doc = "Remove the control groups, and what runs in them, that a run "
	       "on machine local left behind when it was killed, and put back "
	       "what it had set.  The next run "
	       "does so, too."
	       "\vExit status: 0 nothing is left behind; 5 something is, or a "
	       "run is under way.",
};

enum exit_status cmd_local(const struct env *env, int argc, char **argv)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	struct local_cleaned cleaned;
	int fd, r;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (geteuid() != 0) {
		log_err("cgmark local clean removes control groups, which "
			"takes root");
		return ST_HOST;
	}
	r = local_lock(LOCAL_LOCK_FILE, &fd, &why);
	if (r == 0)
		r = local_clean(fd, false, &cleaned, &why);
	if (r < 0) {
		log_err("%s", why.len ? why.buf : strerror(-r));
		return ST_HOST;
	}
	printf("removed %u groups and %u hierarchies, put back %u settings\n",
	       cleaned.groups, cleaned.hierarchies, cleaned.settings);
	return ST_OK;
}
