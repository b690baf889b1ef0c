/* SPDX-License-Identifier: GPL-2.0-only */
/* cgmark shell and cgmark exec: a booted kernel to work in by hand. */
#include <fcntl.h>
#include <signal.h>

#include "alloc.h"
#include "cmd.h"
#include "exit-status.h"
#include "file.h"
#include "guest-shell.h"
#include "interrupt.h"
#include "kernel-spec.h"
#include "log.h"
#include "shell-image.h"
#include "shell-line.h"
#include "shell-opts.h"
#include "tmpdir.h"

#define MIB (1024 * 1024ULL)
#define MEMORY_MIB 512
/* What a lean kernel and a shell take at least, beside the image. */
#define MEMORY_LEAST_MIB 96

/* Owned by carry_out(). */
struct request {
	const struct env *env;
	const struct shell_opts *opts;
	struct kernel_spec spec;
	struct run_kernel kernel;
	char *tmpdir;
	int tmpdir_fd;
	char *image;
	uint64_t image_bytes;
	char *cmdline;
	struct words envs;
	char *prompt, *term;
	int console_fd;
};

static void request_release(struct request *rq)
{
	kernel_spec_release(&rq->spec);
	run_kernel_release(&rq->kernel);
	tmpdir_remove(&rq->tmpdir, &rq->tmpdir_fd);
	free(rq->image);
	free(rq->cmdline);
	free(rq->envs.v);
	free(rq->prompt);
	free(rq->term);
	cleanup_close(&rq->console_fd);
}

/* --- before anything is booted --- */

/* Ports and terminals must not become what the caller had closed. */
static void fill_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static void set_level(const struct shell_opts *o)
{
	/* The command's errors alone, where nobody watches. */
	if (o->exec && !isatty(STDERR_FILENO))
		log_set_level(LOG_WARNING);
	if (o->quiet)
		log_set_level(LOG_WARNING);
	if (o->verbose)
		log_set_level(LOG_DEBUG);
}

static enum exit_status check(const struct shell_opts *o)
{
	size_t nr = 0;

	if (!o->exec && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
		log_err("cgmark shell needs a terminal; for a script: cgmark "
			"exec %s -- sh <SCRIPT",
			o->kernel);
		return ST_USAGE;
	}
	while (o->exec && o->command[nr])
		nr++;
	if (nr >= SHELL_WORDS_MAX) {
		log_err("the command has %zu words; up to %d can be passed on",
			nr, SHELL_WORDS_MAX - 1);
		return ST_USAGE;
	}
	return ST_OK;
}

static enum exit_status open_files(struct request *rq)
{
	const struct shell_opts *o = rq->opts;
	int r = o->status ? write_output(o->status, "", 0) : 0;

	if (r < 0) {
		log_err_errno(-r, "cannot write %s", o->status);
		return ST_USAGE;
	}
	if (!o->console)
		return ST_OK;
	rq->console_fd = open(o->console,
			      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (rq->console_fd >= 0)
		return ST_OK;
	log_err_errno(errno, "cannot write %s", o->console);
	return ST_USAGE;
}

static enum exit_status find_kernel(struct request *rq)
{
	enum exit_status r = kernel_spec_parse(rq->opts->kernel,
					       rq->env->kernel_dir, &rq->spec);

	if (r != ST_OK)
		return r;
	r = kernel_build(&rq->spec, rq->env->kernel_dir, &rq->kernel);
	rq->cmdline =
		xasprintf("%s%s%s", r == ST_OK ? rq->kernel.cmdline : "",
			  *rq->opts->cmdline ? " " : "", rq->opts->cmdline);
	return r;
}

static enum exit_status make_image(struct request *rq)
{
	const struct shell_opts *o = rq->opts;
	const struct shell_image img = {
		.bench_dir = rq->env->bench_dir,
		.programs = o->programs.v,
		.nr_programs = o->programs.nr,
		.command = o->exec ? o->command[0] : o->shell,
		.folder = o->no_folder ? NULL
			  : o->folder  ? o->folder
				       : ".",
		.folder_asked = o->folder != NULL,
	};

	tmpdir_remove_stale();
	if (tmpdir_make(&rq->tmpdir, &rq->tmpdir_fd) < 0)
		return ST_HOST;
	rq->image = xasprintf("%s/image", rq->tmpdir);
	return shell_image_build(&img, rq->image, &rq->image_bytes);
}

/* --- what runs in it --- */

static void make_env(struct request *rq)
{
	const struct shell_opts *o = rq->opts;
	const char *term = getenv("TERM");

	rq->term = xasprintf("TERM=%s", term ? term : "dumb");
	rq->prompt = xasprintf("PS1=%s:\\w# ", rq->spec.name);
	words_add(&rq->envs, "PATH=/bin:/bench");
	words_add(&rq->envs, "HOME=/root");
	words_add(&rq->envs, "USER=root");
	words_add(&rq->envs, "SHELL=/bin/sh");
	words_add(&rq->envs, rq->term);
	if (!o->exec)
		words_add(&rq->envs, rq->prompt);
	for (size_t i = 0; i < o->envs.nr; i++)
		words_add(&rq->envs, o->envs.v[i]);
	words_add(&rq->envs, NULL);
}

/* The kernel unpacks the image beside what it read it from. */
static enum exit_status choose_memory(const struct request *rq, unsigned *mib)
{
	unsigned image = 2 * (rq->image_bytes / MIB + 1);

	*mib = rq->opts->memory_mib ? rq->opts->memory_mib : MEMORY_MIB + image;
	if (*mib >= MEMORY_LEAST_MIB + image)
		return ST_OK;
	log_err("--memory %u: the guest and its files need at least %u MiB",
		*mib, MEMORY_LEAST_MIB + image);
	return ST_USAGE;
}

static int exit_code(const struct guest_shell_result *res)
{
	switch (res->end) {
	case SHELL_EXITED:
		return res->status;
	case SHELL_KILLED:
		return 128 + res->status;
	case SHELL_LEFT:
		log_info("left the guest");
		return ST_INTERRUPTED;
	case SHELL_INTERRUPTED:
		log_warn("interrupted");
		return ST_INTERRUPTED;
	case SHELL_SUBJECT:
		return ST_SUBJECT;
	case SHELL_HOST:
		break;
	}
	return ST_HOST;
}

static int report(const struct request *rq,
		  const struct guest_shell_result *res)
{
	const struct shell_opts *o = rq->opts;
	bool ended = res->end == SHELL_EXITED || res->end == SHELL_KILLED;
	_cleanup_free_ char *text = xasprintf(
		"%s %d\n", res->end == SHELL_EXITED ? "exit" : "signal",
		res->status);
	int r = ended && o->status ? write_output(o->status, text, strlen(text))
				   : 0;

	if (r < 0) {
		log_err_errno(-r, "cannot write %s", o->status);
		return ST_HOST;
	}
	if (ended && res->splat && o->strict)
		return ST_SUBJECT;
	return exit_code(res);
}

static int run(struct request *rq, unsigned memory_mib)
{
	const struct shell_opts *o = rq->opts;
	const char *shell[] = { o->shell, NULL };
	struct guest_shell_result res;
	struct guest_shell sh = {
		.ops = &machine_sim,
		.machine_arg = o->cpus,
		.img = {
			.vmlinux = rq->kernel.image,
			.board = rq->kernel.board,
			.modules = rq->kernel.modules,
			.initramfs = rq->image,
			.plan = "",
			.cmdline = rq->cmdline,
			.mem_mib = memory_mib,
			.kernel_name = rq->spec.name,
			.real_clock = !o->exact,
		},
		.argv = o->exec ? (const char *const *)o->command : shell,
		.envp = rq->envs.v,
		.cwd = o->no_folder ? "/" : SHELL_IMAGE_FOLDER,
		.tty = !o->exec,
		.no_stdin = o->no_stdin,
		.console_fd = rq->console_fd,
		.hello_ms = o->hello_ms,
		.timeout_ms = o->timeout_ms,
	};

	if (sh.tty)
		log_info("%s in a guest; it ends with exit, or with the keys "
			 "^] q whatever it does",
			 o->shell);
	guest_shell_run(&sh, &res);
	return report(rq, &res);
}

static int carry_out(struct request *rq)
{
	unsigned memory_mib;
	enum exit_status r = check(rq->opts);

	if (r == ST_OK)
		r = open_files(rq);
	if (r == ST_OK)
		r = find_kernel(rq);
	if (r == ST_OK)
		r = make_image(rq);
	if (r == ST_OK)
		r = choose_memory(rq, &memory_mib);
	if (r != ST_OK)
		return r;
	if (interrupt_pending())
		return ST_INTERRUPTED;
	make_env(rq);
	return run(rq, memory_mib);
}

static enum exit_status shell_or_exec(const struct env *env, int argc,
				      char **argv, bool exec)
{
	_cleanup_(shell_opts_release) struct shell_opts opts;
	_cleanup_(request_release) struct request rq = {
		.env = env,
		.opts = &opts,
		.tmpdir_fd = -1,
		.console_fd = -1,
	};

	if (shell_opts_parse(argc, argv, exec, &opts))
		return ST_USAGE;
	fill_standard_fds();
	set_level(&opts);
	interrupt_block(NULL);
	/* A reader that has gone, a terminal that is another's: errors. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	return carry_out(&rq);
}

enum exit_status cmd_shell(const struct env *env, int argc, char **argv)
{
	return shell_or_exec(env, argc, argv, false);
}

enum exit_status cmd_exec(const struct env *env, int argc, char **argv)
{
	return shell_or_exec(env, argc, argv, true);
}
