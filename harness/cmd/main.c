/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <errno.h>
#include <stdio.h>

#include "alloc.h"
#include "cmd.h"
#include "dirs.h"
#include "exit-status.h"
#include "log.h"
#include "suggest.h"

static const struct cmd cmds[] = {
	{ "run", "build, boot, measure, store and compare", cmd_run },
	{ "compare", "compare the kernels of an earlier run", cmd_compare },
	{ "gate", "say whether a run passes, by a policy", cmd_gate },
	{ "explain", "say which functions account for a difference",
	  cmd_explain },
	{ "bisect", "find the patch or commit that changed a figure",
	  cmd_bisect },
	{ "calibrate", "find out what verdicts are worth here", cmd_calibrate },
	{ "report", "write the HTML report and its plots", cmd_report },
	{ "trend", "show figures night by night, and where they changed",
	  cmd_trend },
	{ "nightly", "measure, compare and publish, as every night",
	  cmd_nightly },
	{ "mail", "write the message about a run, without sending it",
	  cmd_mail },
	{ "site", "write the published site of all runs", cmd_site },
	{ "import", "read run directories into the database", cmd_import },
	{ "verify", "check the files of a run", cmd_verify },
	{ "list", "list benchmarks, kernels or runs", cmd_list },
	{ "build", "build kernels into the cache", cmd_build },
	{ "cache", "show, check and prune what is kept", cmd_cache },
	{ "shell", "boot a kernel and give a shell in it", cmd_shell },
	{ "exec", "boot a kernel and run one command in it", cmd_exec },
	{ "metal", "measure on this machine by kexec: set up, go on, stop",
	  cmd_metal },
	{ "queue", "let runs on this machine wait for each other", cmd_queue },
	{ "local", "clean up after runs on this machine", cmd_local },
	{ "probe", "say which machines work here", cmd_probe },
};

static void print_help(FILE *out)
{
	fputs("Usage: cgmark SUBCOMMAND [OPTION...]\n"
	      "Benchmark and compare the control groups of Linux kernels.\n\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++)
		fprintf(out, "  %-10s %s\n", cmds[i].name, cmds[i].summary);
	fputs("\n  --help     print this; \"cgmark SUBCOMMAND --help\" tells "
	      "more\n"
	      "  --version  print the version\n\n"
	      "Exit status: 0 no regression, 1 regression, 2 usage error,\n"
	      "3 nothing compared, or inconclusive, invalid or lacking points\n"
	      "(with --strict), 4 a kernel failed, 5 the harness or the host\n"
	      "failed, 130 interrupted.\n",
	      out);
}

static const struct cmd *find_cmd(const char *name)
{
	const char *names[ARRAY_SIZE(cmds)];

	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++) {
		if (strcmp(cmds[i].name, name) == 0)
			return &cmds[i];
		names[i] = cmds[i].name;
	}
	suggest_log(*name == '-' ? "option" : "subcommand", name, names,
		    ARRAY_SIZE(names));
	return NULL;
}

static enum exit_status run_cmd(const struct cmd *cmd, int argc, char **argv)
{
	_cleanup_(dirs_release) struct dirs dirs;
	_cleanup_free_ char *name = xasprintf("cgmark %s", cmd->name);
	struct env env;

	dirs_find(&dirs);
	env = (struct env){
		.kernel_dir = dirs.path[DIR_KERNEL],
		.bench_dir = dirs.path[DIR_BENCH],
		.suites_dir = dirs.path[DIR_SUITES],
		.results_dir = dirs.path[DIR_RESULTS],
		.tcg_plugin = dirs.path[DIR_TCG_PLUGIN],
		.plots_dir = dirs.path[DIR_PLOTS],
		.boots_dir = dirs.path[DIR_BOOTS],
	};
	/* For the usage line of --help. */
	argv[0] = name;
	return cmd->run(&env, argc, argv);
}

/* Reports a full disk or a closed pipe behind stdout. */
static enum exit_status finish(enum exit_status status)
{
	bool bad = ferror(stdout) != 0;

	if (fclose(stdout) != 0 && errno != EBADF)
		bad = true;
	if (!bad)
		return status;
	log_err("cannot write standard output: %s", strerror(errno));
	return ST_HOST;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct cmd *cmd;

	argp_err_exit_status = ST_USAGE;
	if (!word) {
		print_help(stderr);
		return ST_USAGE;
	}
	if (strcmp(word, "--version") == 0) {
		puts("cgmark " CGMARK_VERSION);
		return finish(ST_OK);
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
	    strcmp(word, "-?") == 0 || strcmp(word, "help") == 0) {
		print_help(stdout);
		return finish(ST_OK);
	}
	cmd = find_cmd(word);
	if (!cmd)
		return ST_USAGE;
	return finish(run_cmd(cmd, argc - 1, argv + 1));
}
