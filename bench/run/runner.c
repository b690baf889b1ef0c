/* SPDX-License-Identifier: GPL-2.0-only */
/* main() of every benchmark program. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "group.h"
#include "list.h"
#include "perf.h"
#include "probe.h"
#include "tap.h"

enum { EXIT_OK, EXIT_NOT_OK, EXIT_CANNOT_RUN };

static const char usage[] =
	"Usage: %s --list\n"
	"       %s --plan FILE [FIRST NR]\n"
	"       %s --run BENCHMARK [PARAMS]\n"
	"       %s --probe EVENT...\n"
	"\n"
	"  --list  print benchmarks (B) and params (A), one a line, by tabs\n"
	"  --plan  run this program's points of a plan, or of NR points of it\n"
	"  --run   run one point here and now (root; clock: nanoseconds)\n"
	"  --probe print for each event, written as in a plan, \"counted\", or why\n"
	"          this kernel does not count it\n"
	"\n"
	"KTAP goes to descriptor CGMARK_STATUS_FD (default: standard output),\n"
	"samples to CGMARK_SAMPLES_FD (default: shown as comments).  Names of\n"
	"cgroups begin with CGMARK_GROUP (default: cgmark); with CGMARK_POLITE,\n"
	"controllers stay where others have them.\n"
	"Status: 0 measured or skipped, 1 a point failed, 2 could not run.\n";

static int fd_from_env(const char *name, int otherwise)
{
	const char *text = getenv(name);
	char *end;
	long fd;

	if (!text)
		return otherwise;
	fd = strtol(text, &end, 10);
	return *text && !*end && fd >= 0 && fd < 1024 ? (int)fd : otherwise;
}

/* Set up what every point needs.  -errno with the reason in why. */
static int prepare(struct runner *rn, bool *mounted, char *why, size_t size)
{
	char path[256];
	int r;

	rn->clock = measure_clock_find(rn->points.clock);
	if (!rn->clock) {
		snprintf(why, size, "no clock '%s' here", rn->points.clock);
		return -EINVAL;
	}
	snprintf(rn->scratch, sizeof(rn->scratch), "/run/cgmark.%d",
		 (int)getpid());
	if (mkdir(rn->scratch, 0700) < 0) {
		r = -errno;
		snprintf(why, size, "make '%s': %s", rn->scratch, strerror(-r));
		return r;
	}
	r = cg_find_v2(path, sizeof(path));
	if (r == -ENOENT) {
		snprintf(path, sizeof(path), "%s/v2", rn->scratch);
		r = cg_mount_v2(path);
		*mounted = r == 0;
	}
	if (r == 0)
		r = cg_open(path, 2, &rn->v2);
	if (r < 0)
		snprintf(why, size, "no cgroup v2: %s", strerror(-r));
	return r;
}

static void unprepare(struct runner *rn, bool mounted)
{
	char path[256];

	cg_close(&rn->v2);
	snprintf(path, sizeof(path), "%s/v2", rn->scratch);
	if (mounted)
		umount2(path, 0);
	rmdir(path);
	rmdir(rn->scratch);
}

static void run_points(struct runner *rn)
{
	/* Without tracefs, tracepoints are reported as not supported. */
	if (rn->points.nr_events)
		perf_mount_tracefs();
	for (unsigned i = 0; i < rn->points.nr;)
		i = group_run(rn, i, points_group_end(&rn->points, i));
}

static void print_usage(FILE *out)
{
	const char *self = program_invocation_short_name;

	fprintf(out, usage, self, self, self, self);
}

static int run(struct runner *rn)
{
	bool mounted = false;
	char why[160];
	int ret;

	tap_line(rn->status_fd, "KTAP version 1");
	tap_line(rn->status_fd, "# Subtest: %s", program_invocation_short_name);
	if (prepare(rn, &mounted, why, sizeof(why)) < 0) {
		tap_line(rn->status_fd, "Bail out! %s", why);
		ret = EXIT_CANNOT_RUN;
	} else {
		tap_line(rn->status_fd, "1..%u", rn->points.nr);
		run_points(rn);
		ret = rn->not_ok ? EXIT_NOT_OK : EXIT_OK;
	}
	unprepare(rn, mounted);
	return ret;
}

static bool parse_unsigned(const char *text, unsigned *ret)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	*ret = v;
	return *text >= '0' && *text <= '9' && !*end && !errno && v == *ret;
}

/* FILE, or FILE FIRST NR */
static int run_plan(struct runner *rn, char **words)
{
	const char *path = words[0];
	struct points_range range;
	struct rec_error err;
	int r;

	if (words[1] && (!parse_unsigned(words[1], &range.first) ||
			 !parse_unsigned(words[2], &range.nr))) {
		print_usage(stderr);
		return EXIT_CANNOT_RUN;
	}
	r = points_read_plan(path, program_invocation_short_name,
			     words[1] ? &range : NULL, &rn->points, &err);
	if (r < 0) {
		tap_line(rn->status_fd, "Bail out! plan '%s': %s", path,
			 *err.text ? err.text : strerror(-r));
		return EXIT_CANNOT_RUN;
	}
	return run(rn);
}

static int run_single(struct runner *rn, const char *bench, const char *params)
{
	int r = points_single(bench, params, &rn->points);

	if (r < 0) {
		fprintf(stderr, "%s: '%s %s': %s\n",
			program_invocation_short_name, bench, params,
			strerror(-r));
		return EXIT_CANNOT_RUN;
	}
	return run(rn);
}

static int run_probe(char *const *events, size_t nr)
{
	const char *bad = "";
	int r = probe_print(stdout, events, nr, &bad);

	if (r == -EINVAL)
		fprintf(stderr, "%s: '%s' is no event\n",
			program_invocation_short_name, bad);
	return r < 0 ? EXIT_CANNOT_RUN : EXIT_OK;
}

int main(int argc, char **argv)
{
	struct runner rn = {
		.status_fd = fd_from_env("CGMARK_STATUS_FD", STDOUT_FILENO),
		.samples_fd = fd_from_env("CGMARK_SAMPLES_FD", -1),
		.v2 = CG_NONE,
		.group = getenv("CGMARK_GROUP") ? getenv("CGMARK_GROUP")
						: "cgmark",
		.polite = getenv("CGMARK_POLITE"),
	};

	/* Adopt a benchmark's orphans.  A reader that has gone is an error. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGPIPE, SIG_IGN);

	if (argc == 2 && !strcmp(argv[1], "--list"))
		return list_print(stdout) < 0 ? EXIT_CANNOT_RUN : EXIT_OK;
	if ((argc == 3 || argc == 5) && !strcmp(argv[1], "--plan"))
		return run_plan(&rn, argv + 2);
	if ((argc == 3 || argc == 4) && !strcmp(argv[1], "--run"))
		return run_single(&rn, argv[2], argc == 4 ? argv[3] : "");
	if (argc > 2 && !strcmp(argv[1], "--probe"))
		return run_probe(argv + 2, argc - 2);
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		print_usage(stdout);
		return EXIT_OK;
	}
	print_usage(stderr);
	return EXIT_CANNOT_RUN;
}
