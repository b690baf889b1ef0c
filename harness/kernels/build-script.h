/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run of kernel/build.sh, for one kernel.  It tells how far it is by events,
 * one per line of its stdout:
 *   key HEX64 | cached | waiting PID | base HEX64|none | step TEXT |
 *   progress DONE TOTAL | entry PATH | note TEXT
 * base is the kernel from whose objects it builds; none: from nothing.  It reports
 * its own errors, on the stderr that it shares with cgmark.
 */
#ifndef CGMARK_BUILD_SCRIPT_H
#define CGMARK_BUILD_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel-spec.h"
#include "progress.h"
#include "series.h"
#include "strbuf.h"

struct build {
	const struct kernel_spec *spec;
	size_t index; /* for the caller */
	uint64_t start_ns;
	struct progress progress;
	struct strbuf line;
	struct series series; /* empty without patches= */
	size_t nr_patches;    /* of these, that are applied */
	size_t patches_done;
	char *script;
	char *key;
	char *entry;
	bool cached;
	bool prebuilt;	   /* by somebody else */
	bool from_nothing; /* it is at that */
	bool stopped;	   /* it was told to end */
	int pidfd;
	int out_fd; /* -1: at its end */
	pid_t pid;
	int status; /* once it ended: as of process_run() */
};

/* The spec has to outlive it. */
void build_init(struct build *b, const struct kernel_spec *spec,
		const char *kernel_dir);
void build_release(struct build *b);

/* Runs "build.sh COMMAND" for it.  0 or -errno, not logged. */
int build_start(struct build *b, const char *command, unsigned jobs);
/* Takes in what build.sh said meanwhile. */
void build_read_events(struct build *b);
/* The exit status once it ended; build.sh logged the cause, this what it means. */
enum exit_status build_status(const struct build *b);

/*
 * What its entry tells of the kernel, beside what was known before.  Errors are
 * logged.
 */
enum exit_status build_read_entry(const struct build *b, struct run_kernel *k);

#endif
