/* SPDX-License-Identifier: GPL-2.0-only */
#include "shell-opts.h"

#include "alloc.h"
#include "kernel-words.h"
#include "machine.h"

#define MEMORY_MAX_MIB (64 * 1024)
#define HELLO_MS 60000

enum {
	OPT_CPUS = 256,
	OPT_MEMORY,
	OPT_CMDLINE,
	OPT_NO_FOLDER,
	OPT_EXACT,
	OPT_CONSOLE,
	OPT_HELLO,
	OPT_SHELL,
	OPT_TIMEOUT,
	OPT_STATUS,
	OPT_STRICT,
};

/* --- the guest, for both --- */

static const struct argp_option guest_options[] = {
	{ NULL, 0, NULL, 0, "The guest:", 2 },
	{ "exact", OPT_EXACT, NULL, 0,
	  "Count instructions, as machine sim: their number is the time, "
	  "sleeping takes none, and figures repeat",
	  2 },
	{ "cpus", OPT_CPUS, "N", 0, "Virtual CPUs (default: 1)", 2 },
	{ "memory", OPT_MEMORY, "MIB", 0,
	  "Memory (default: 512 and twice the size of its files)", 2 },
	{ "cmdline", OPT_CMDLINE, "TEXT", 0,
	  "Append to the kernel's command line", 2 },
	{ "folder", 'C', "DIR", 0,
	  "Copy this folder to /host, up to 512 MiB (default: the current one, "
	  "up to 64 MiB)",
	  2 },
	{ "no-folder", OPT_NO_FOLDER, NULL, 0, "Copy no folder", 2 },
	{ "program", 'p', "NAME", 0,
	  "Take along a program of the host, with its libraries; may be "
	  "repeated",
	  2 },
	{ "env", 'e', "NAME=VALUE", 0, "Set a variable; may be repeated", 2 },
	{ "console", OPT_CONSOLE, "FILE", 0, "Write the kernel log to FILE",
	  2 },
	{ "deadline-hello", OPT_HELLO, "SECONDS", 0,
	  "Time until it has to be up (default: 60)", 2 },
	{ "quiet", 'q', NULL, 0, "No progress, only warnings and errors", 3 },
	{ "verbose", 'v', NULL, 0,
	  "Print the command line of the machine, and other details", 3 },
	{ NULL },
};

static bool parse_machine(int key, const char *arg, struct argp_state *state)
{
	struct shell_opts *o = state->input;

	switch (key) {
	case OPT_EXACT:
		o->exact = true;
		return true;
	case OPT_CPUS:
		opt_number(state, "cpus", arg, 1, MACHINE_VCPUS_MAX);
		o->cpus = arg;
		return true;
	case OPT_MEMORY:
		o->memory_mib =
			opt_number(state, "memory", arg, 1, MEMORY_MAX_MIB);
		return true;
	case OPT_CMDLINE:
		if (kernel_words_end(arg))
			argp_error(state,
				   "--cmdline '%s': behind the word '--' all "
				   "is for init, also what cgmark appends",
				   arg);
		o->cmdline = arg;
		return true;
	case OPT_CONSOLE:
		o->console = arg;
		return true;
	case OPT_HELLO:
		o->hello_ms = opt_milliseconds(state, "deadline-hello", arg);
		return true;
	}
	return false;
}

static error_t parse_guest(int key, char *arg, struct argp_state *state)
{
	struct shell_opts *o = state->input;

	if (parse_machine(key, arg, state))
		return 0;
	switch (key) {
	case 'C':
		o->folder = arg;
		return 0;
	case OPT_NO_FOLDER:
		o->no_folder = true;
		return 0;
	case 'p':
		words_add(&o->programs, arg);
		return 0;
	case 'e':
		if (*arg == '=' || !strchr(arg, '='))
			argp_error(state, "--env '%s': NAME=VALUE", arg);
		words_add(&o->envs, arg);
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp guest_argp = {
	.options = guest_options,
	.parser = parse_guest,
};

static const struct argp_child children[] = {
	{ &guest_argp, 0, NULL, 0 },
	{ NULL },
};

/* --- exec --- */

static const struct argp_option exec_options[] = {
	{ "timeout", OPT_TIMEOUT, "SECONDS", 0,
	  "End the guest if the command has not ended by then", 1 },
	{ "no-stdin", 'n', NULL, 0, "The command's standard input is empty",
	  1 },
	{ "status", OPT_STATUS, "FILE", 0,
	  "Write to FILE how the command ended: \"exit N\", \"signal N\", or "
	  "nothing if it did not",
	  1 },
	{ "strict", OPT_STRICT, NULL, 0,
	  "Exit 4 if the kernel splats, whatever the command did", 1 },
	{ NULL },
};

/* The first word is the kernel, the others are the command. */
static void take_word(struct shell_opts *o, char *arg, struct argp_state *state)
{
	if (!o->kernel) {
		o->kernel = arg;
		return;
	}
	o->command = state->argv + state->next - 1;
	state->next = state->argc;
}

static error_t parse_exec(int key, char *arg, struct argp_state *state)
{
	struct shell_opts *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = o;
		return 0;
	case OPT_TIMEOUT:
		o->timeout_ms = opt_milliseconds(state, "timeout", arg);
		return 0;
	case 'n':
		o->no_stdin = true;
		return 0;
	case OPT_STATUS:
		o->status = arg;
		return 0;
	case OPT_STRICT:
		o->strict = true;
		return 0;
	case ARGP_KEY_ARG:
		take_word(o, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (!o->kernel)
			argp_error(state,
				   "which kernel? (cgmark list --kernels)");
		if (!o->command)
			argp_error(state,
				   "what to run in it? (cgmark exec %s "
				   "-- COMMAND)",
				   o->kernel ? o->kernel : "KERNEL");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp exec_argp = {
	.options = exec_options,
	.parser = parse_exec,
	.children = children,
	.args_doc = "KERNEL [--] COMMAND [ARGUMENT]...",
	.doc = "Boot a kernel, run one command in it as root, and end it.  "
	       "Standard input, output and error are those of the command."
	       "\vKERNEL is as for cgmark run --kernel.  The guest has the "
	       "benchmarks, busybox, stress-ng, hyperfine and perf of this "
	       "host, COMMAND if this host has it, and the folder as /host.\n\n"
	       "  cgmark exec baseline -- cat /proc/cgroups\n\n"
	       "Exit status: that of the command, 128 + N if signal N ended "
	       "it, 126 or 127 if it could not be run.  Without one, and then "
	       "with an error message: 2 usage error, 4 the kernel failed or "
	       "the command took too long, 5 the host failed, 130 "
	       "interrupted.  See --status.",
};

/* --- shell --- */

static const struct argp_option shell_options[] = {
	{ "shell", OPT_SHELL, "NAME", 0,
	  "The shell: a name of busybox, or a program of the host such as bash "
	  "(default: sh)",
	  1 },
	{ NULL },
};

static error_t parse_shell(int key, char *arg, struct argp_state *state)
{
	struct shell_opts *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = o;
		return 0;
	case OPT_SHELL:
		o->shell = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->kernel)
			argp_error(state,
				   "'%s': one kernel; for a command: "
				   "cgmark exec %s -- %s",
				   arg, o->kernel, arg);
		o->kernel = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->kernel)
			argp_error(state,
				   "which kernel? (cgmark list --kernels)");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp shell_argp = {
	.options = shell_options,
	.parser = parse_shell,
	.children = children,
	.args_doc = "KERNEL",
	.doc = "Boot a kernel and give a shell in it on this terminal.  The "
	       "guest ends with the shell, or with the keys ^] q."
	       "\vKERNEL is as for cgmark run --kernel.  The guest has the "
	       "benchmarks, busybox, stress-ng, hyperfine and perf of this "
	       "host, and the folder as /host.\n\n"
	       "  cgmark shell patched\n\n"
	       "Exit status: that of the shell.  Without one, and then with "
	       "an error message: 2 usage error, 4 the kernel failed, 5 the "
	       "host failed, 130 left by ^] q, or by a signal.",
};

int shell_opts_parse(int argc, char **argv, bool exec, struct shell_opts *ret)
{
	*ret = (struct shell_opts){
		.exec = exec,
		.shell = "sh",
		.cpus = "1",
		.cmdline = "",
		.hello_ms = HELLO_MS,
	};
	/* In order: options behind the command are the command's. */
	return argp_parse(exec ? &exec_argp : &shell_argp, argc, argv,
			  exec ? ARGP_IN_ORDER : 0, NULL, ret);
}

void shell_opts_release(struct shell_opts *o)
{
	free(o->programs.v);
	free(o->envs.v);
}
