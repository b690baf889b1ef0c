/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whole programs as benchmarks, defined by the job files in workloads/jobs.  A
 * sample is one run of the command from start to end, in a cgroup with the
 * controllers and beside the load that the params name; an operation is one of
 * the fixed number that the command is told to do.  The figures include the
 * tool's own start and end, but no time in which no task ran.
 *
 * The tool's version, the command line and the output of the last run are kept
 * as files, as is what perf stat counts in one more run, which is no sample.
 *
 * controllers=v1 is one hierarchy of those that can go there at any time of a
 * boot (memory cannot, once it was on v2).  controllers=rebound is a hierarchy
 * that got its controllers by a remount, when it already had the cgroup.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "load.h"
#include "text.h"
#include "tool-output.h"

#define V1_OPTIONS "cpu,cpuacct,cpuset,pids,freezer,name=cgmark-workload"
#define REBOUND_NAME "name=cgmark-workload"
#define REBOUND_OPTIONS "cpuacct,pids," REBOUND_NAME
#define WORDS_MAX 64
#define OPS_WORD "{ops}"
#define OUTPUT "/tmp/workload.out"
#define OUTPUT_MAX (64 * 1024)
#define PERF_OUTPUT "/tmp/workload.perf"

struct job {
	const char *const *words; /* of the command; NULL terminated */
	bool network;		  /* needs a network namespace with loopback */
};

static struct cg v1 = CG_NONE;
static const struct load *load;
static char ops_text[24];
static char *argv[WORDS_MAX + 1];
static int output_fd = -1;
static uint64_t last_ops;
static char output[OUTPUT_MAX + 1];
static size_t output_len;

static char env_path[] = "PATH=/bin", env_home[] = "HOME=/tmp",
	    env_tmp[] = "TMPDIR=/tmp", env_lang[] = "LC_ALL=C";
static char *const envp[] = { env_path, env_home, env_tmp, env_lang, NULL };

/* --- the command --- */

static int make_argv(struct bench_ctx *ctx, const struct job *job, uint64_t nr)
{
	unsigned n = 0;

	snprintf(ops_text, sizeof(ops_text), "%llu", (unsigned long long)nr);
	while (job->words[n]) {
		const char *word = job->words[n];

		if (n == WORDS_MAX)
			return ctx_fail(ctx, -E2BIG, "more than %d words",
					WORDS_MAX);
		/* exec does not write to them. */
		argv[n++] = !strcmp(word, OPS_WORD) ? ops_text
						    : (char *)(uintptr_t)word;
	}
	argv[n] = NULL;
	return 0;
}

/*
 * Run it; returns its exit status, or -errno: it could not be run, or was
 * killed.  vfork(), so that this program's memory costs nothing.
 */
static int run_command(char *const *words)
{
	static volatile int exec_errno;
	char program[64];
	int status;
	pid_t pid;

	exec_errno = 0;
	snprintf(program, sizeof(program), "/bin/%s", words[0]);
	pid = vfork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		dup2(output_fd, STDOUT_FILENO);
		dup2(output_fd, STDERR_FILENO);
		execve(program, words, envp);
		exec_errno = errno;
		_exit(127);
	}
	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return -errno;
	if (exec_errno)
		return -exec_errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

static int empty_output(void)
{
	return ftruncate(output_fd, 0) < 0 ? -errno : 0;
}

static int read_from(int fd)
{
	ssize_t n = pread(fd, output, OUTPUT_MAX + 1, 0);

	if (n < 0)
		return -errno;
	if (n > OUTPUT_MAX)
		return -EFBIG;
	output[n] = '\0';
	output_len = n;
	return 0;
}

static int read_output(void)
{
	return read_from(output_fd);
}

/* --- the record --- */

static void keep_output(struct bench_ctx *ctx)
{
	ctx_file(ctx, tool_prints_json(argv[0]) ? RAWFILE_JSON : RAWFILE_OUT,
		 output, output_len);
}

static int keep_command(struct bench_ctx *ctx)
{
	size_t nr = 0, len;
	char *text;

	while (argv[nr])
		nr++;
	text = shell_quote((const char *const *)argv, nr);
	if (!text)
		return -ENOMEM;
	len = strlen(text);
	text[len++] = '\n';
	ctx_file(ctx, RAWFILE_COMMAND, text, len);
	free(text);
	return 0;
}

static int keep_version(struct bench_ctx *ctx)
{
	static char option[] = "--version";
	char *words[] = { argv[0], option, NULL };
	int r = run_command(words);

	if (r == -ENOENT)
		return ctx_fail(ctx, r, "this image has no %s", argv[0]);
	if (r)
		return ctx_fail(ctx, -EIO, "%s --version: %d", argv[0], r);
	r = read_output();
	if (r == 0)
		ctx_file(ctx, RAWFILE_COMMAND, output, output_len);
	return r;
}

static int read_perf(void)
{
	int fd = open(PERF_OUTPUT, O_RDONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = read_from(fd);
	close(fd);
	return r;
}

/* Software events, and hardware events that the machine can count. */
static void keep_perf(struct bench_ctx *ctx)
{
	static char words[][20] = { "perf", "stat", "-o", PERF_OUTPUT, "--" };
	char *perf[WORDS_MAX + 6];
	unsigned n = 0;
	int r;

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		perf[n++] = words[i];
	for (unsigned i = 0; argv[i]; i++)
		perf[n++] = argv[i];
	perf[n] = NULL;
	r = run_command(perf);
	if (r == 0)
		r = read_perf();
	if (r)
		ctx_note(ctx, "perf stat: %s",
			 r < 0 ? strerror(-r) : "not on this kernel");
	else
		ctx_file(ctx, RAWFILE_PERF, output, output_len);
}

static int check_output(struct bench_ctx *ctx)
{
	const struct job *job = ctx_arg(ctx);
	uint64_t done = 0;
	int r = tool_ops(job->words, output, &done);

	if (r == -ENOTSUP || (r == 0 && done == last_ops))
		return 0;
	if (r)
		return ctx_fail(ctx, r, "%s does not say what it did", argv[0]);
	return ctx_fail(ctx, -EIO,
			"%s says that it did %llu operations, not %llu",
			argv[0], (unsigned long long)done,
			(unsigned long long)last_ops);
}

/* --- the benchmark --- */

static int rebound_setup(struct bench_ctx *ctx)
{
	struct cg root = CG_NONE;
	const char *place;
	int r = ctx_place(ctx, REBOUND_NAME, &place);

	if (r)
		return r;
	if (mount("cgmark", place, "cgroup", 0, "none," REBOUND_NAME) < 0)
		return ctx_skip(ctx, "cannot mount a v1 hierarchy: %s",
				strerror(errno));
	r = cg_open(place, 1, &root);
	if (r == 0)
		r = cg_create(&root, ctx_name(ctx), &v1);
	cg_close(&root);
	if (r < 0)
		return ctx_fail(ctx, r, "make a cgroup in it: %s",
				strerror(-r));
	r = cg_remount_v1(CG_REBIND REBOUND_OPTIONS, place);
	return r < 0 ? ctx_skip(ctx, "a remount cannot add '%s' here: %s",
				REBOUND_OPTIONS, strerror(-r))
		     : 0;
}

static int workload_setup(struct bench_ctx *ctx)
{
	const char *which = ctx_param(ctx, "controllers");
	int r;

	load = load_find(ctx_param(ctx, "load"), false);
	if (!load)
		return ctx_bad_param(ctx, "load");
	if (!strcmp(which, "v1"))
		r = ctx_hierarchy(ctx, V1_OPTIONS, &v1);
	else if (!strcmp(which, "rebound"))
		r = rebound_setup(ctx);
	else
		r = ctx_controllers(ctx, which);
	return r ? r : load_setup(ctx, load);
}

/* What a job does to its network dies with its process. */
static int make_network(struct bench_ctx *ctx)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd, r;

	if (unshare(CLONE_NEWNET) < 0)
		return ctx_fail(ctx, -errno, "network namespace: %s",
				strerror(errno));
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	r = fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr) < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return r < 0 ? ctx_fail(ctx, r, "loopback: %s", strerror(-r)) : 0;
}

static int workload_begin(struct bench_ctx *ctx)
{
	const struct job *job = ctx_arg(ctx);
	int r;

	/* O_APPEND, so that it can be emptied between runs. */
	output_fd =
		open(OUTPUT, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
		     0600);
	if (output_fd < 0)
		return -errno;
	if (chdir("/tmp") < 0)
		return -errno;
	r = make_argv(ctx, job, 0);
	if (r == 0)
		r = keep_version(ctx);
	if (r == 0)
		r = load_start(ctx, load);
	if (r == 0 && job->network)
		r = make_network(ctx);
	if (r == 0 && v1.fd >= 0)
		r = cg_attach(&v1, 0);
	return r;
}

static int workload_between(struct bench_ctx *ctx)
{
	return empty_output();
}

static int workload_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = make_argv(ctx, ctx_arg(ctx), nr);

	last_ops = nr;
	if (r == 0)
		r = run_command(argv);
	if (r > 0) {
		read_output();
		keep_command(ctx);
		keep_output(ctx);
		return ctx_fail(ctx, -EIO, "%s ended with status %d", argv[0],
				r);
	}
	if (r < 0)
		return ctx_fail(ctx, r, "%s could not run, or was killed: %s",
				argv[0], strerror(-r));
	return 0;
}

static int workload_check(struct bench_ctx *ctx)
{
	int r = read_output(), ret;

	if (r == 0)
		r = keep_command(ctx);
	if (r)
		return r;
	keep_output(ctx);
	ret = check_output(ctx);
	r = load_check(ctx, load);
	keep_perf(ctx);
	return ret ? ret : r;
}

/* clang-format off */
#define WORKLOAD                                                               \
	.params = PARAMS(PARAM("controllers", "v1,none,all,rebound"),          \
			 PARAM("load", LOAD_NAMES)),                           \
	.samples = 3,                                                          \
	.warmup = 1,                                                           \
	.busy = true,                                                          \
	.extra = true,                                                         \
	.setup = workload_setup,                                               \
	.begin = workload_begin,                                               \
	.between = workload_between,                                           \
	.run = workload_run,                                                   \
	.check = workload_check
/* clang-format on */

#include "jobs.h"
