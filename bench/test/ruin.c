/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ends the kernel under test in mid-measurement, if that has the patch of
 * kernel/test/fault, or the boot on a kernel that lives: for
 * harness/test/metal-lab.sh, and in no guest but that.  By its name it comes
 * behind "null".
 *
 *   panic, hang, triple  of the kernel: see there
 *   pause                never comes to an end
 *   flood                prints on the console without end
 *   spill                does so for 4000 lines
 *   talk                 has as much to say itself
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define FAULT "/sys/module/kernel/parameters/cgmark_fault"
#define RATE_LIMIT "/proc/sys/kernel/printk_devkmsg"
#define LINES 4000
#define LINE_BYTES 250

static int write_text(struct bench_ctx *ctx, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return ctx_fail(ctx, -errno, "open %s", path);
	if (write(fd, text, strlen(text)) < 0)
		return ctx_fail(ctx, -errno, "write %s", path);
	close(fd);
	return 0;
}

/* nr 0: without end. */
static int say_lines(struct bench_ctx *ctx, int fd, const char *level,
		     unsigned nr)
{
	char line[LINE_BYTES + 1];

	memset(line, 'x', LINE_BYTES);
	memcpy(line, level, strlen(level));
	line[LINE_BYTES] = '\n';
	for (unsigned i = 0; !nr || i < nr; i++)
		if (write(fd, line, sizeof(line)) < 0)
			return ctx_fail(ctx, -errno, "write a line");
	return ctx_fail(ctx, -EIO, "all is said");
}

static int print_lines(struct bench_ctx *ctx, unsigned nr)
{
	int r = write_text(ctx, RATE_LIMIT, "on\n");
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (r < 0)
		return r;
	return fd < 0 ? ctx_fail(ctx, -errno, "open /dev/kmsg")
		      : say_lines(ctx, fd, "<4>", nr);
}

static int ruin_run(struct bench_ctx *ctx, uint64_t nr)
{
	const char *what = ctx_param(ctx, "what");

	while (!strcmp(what, "pause"))
		pause();
	if (!strcmp(what, "flood"))
		return print_lines(ctx, 0);
	if (!strcmp(what, "spill"))
		return print_lines(ctx, LINES);
	if (!strcmp(what, "talk"))
		return say_lines(ctx, STDOUT_FILENO, "", LINES);
	/* It does not return if the kernel does as it is told. */
	return write_text(ctx, FAULT, what);
}

static int ruin_check(struct bench_ctx *ctx)
{
	return ctx_fail(ctx, -EIO, "the kernel survived");
}

BENCH_DEFINE(ruin) = {
	.name = "ruin",
	.summary = "panic, hang, triple fault, and what lasts for ever",
	.version = 1,
	.kconfig = "CGROUPS",
	.params = PARAMS(PARAM("what",
			       "panic,hang,triple,pause,flood,spill,talk")),
	.run = ruin_run,
	.check = ruin_check,
};
