/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run directory, the primary data of one run (cgmark-run(5)).
 *
 * run.json is written before the first boot, so that every planned point is
 * MISSING until something replaces it, and again at the end, with the final
 * status.  boot.json is the last file of a boot, written atomically: without it
 * the boot did not finish.
 */
#ifndef CGMARK_RUN_H
#define CGMARK_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "holds.h"
#include "record.h"
#include "run-facts.h"
#include "run-kernel.h"

#define RUN_FORMAT 1
/* Of any file of a run that is read; a boot writes about 100 KiB. */
#define RUN_FILE_BYTES_MAX (256ull << 20)

/* Severity order of KCIDB: the worst of several wins. */
enum point_status {
	POINT_FAIL,	 /* the kernel or the check of the result failed */
	POINT_ERROR,	 /* the benchmark or harness failed */
	POINT_MISSING,	 /* planned, but no result */
	POINT_DONE,	 /* measured */
	POINT_SKIP,	 /* the kernel lacks what it needs; reason given */
	POINT_UNPLANNED, /* not in the plan of this boot */
};

enum boot_role {
	BOOT_MEASURE,
	BOOT_REPEAT, /* same perturbation again: must be bit-identical */
	BOOT_NULL,   /* baseline with padding: the layout null */
	BOOT_EVENTS, /* counts events, or times functions; nothing else */
	/* Further perturbations of a few points, after all of the above: */
	BOOT_SETTLE,  /* of points in doubt */
	BOOT_CONFIRM, /* of points that changed */
};

enum blame {
	BLAME_NONE,
	BLAME_SUBJECT,
	BLAME_BENCH,
	BLAME_HARNESS,
	BLAME_HOST
};

struct run_point {
	struct plan_point plan;
};

/* A sample of a boot (record.h); a point is its index in run.points. */
struct run_sample {
	unsigned point;
	char metric[REC_METRIC_MAX];
	unsigned rep;
	uint64_t value;
	uint64_t nr_ops;
};

/* A metric that a boot could not measure at a point. */
struct run_lack {
	unsigned point;
	char metric[REC_METRIC_MAX];
	char why[REC_WHY_MAX];
};

/* An event counted in boots of role BOOT_EVENTS. */
struct run_event {
	struct event ev;
	char *means; /* in full, as libpfm4 writes it; "" if unknown */
};

struct run_boot {
	char *id;	 /* "base-p0", "base-p0-repeat", "base-p0-events" */
	char *dir;	 /* of its files; NULL: boots/ID of the run */
	unsigned kernel; /* index in run.kernels */
	/* 0..M-1; of BOOT_SETTLE and BOOT_CONFIRM: not used before. */
	unsigned perturbation;
	enum boot_role role;
	bool *planned; /* by point of run.points; NULL: all are */

	bool started; /* by this process; not on disk */

	/* From boot.json; finished is false where there is none. */
	bool finished;
	bool ok; /* guest powered off by itself, no splat */
	enum blame blame;
	char *reason; /* one line; "" when ok */
	uint64_t wall_ms;
	uint64_t cpu_ms;   /* host user+system time of the machine */
	char *splat;	   /* first splat line, "" if none */
	char *samples_crc; /* crc32 of the whole samples.tsv, 8 hex */
	uint64_t samples_bytes;
	/* Command that ran the guest, shell-quoted; "" in old runs. */
	char *command_line;
	/*
	 * ISO 8601, UTC; NULL or "": not so.  When the boot was measured, if it
	 * was not by this run; when an earlier one was that is identical, or
	 * that should be and is not.
	 */
	char *cached;
	char *confirms;
	char *contradicts;

	/* Filled by run_load(): per point of run.points. */
	enum point_status *status;
	char **status_text; /* SKIP reason or failure, "" if none */
	struct run_sample *samples;
	size_t nr_samples;
	struct run_lack *lacks; /* events that could not be counted */
	size_t nr_lacks;
	struct holds holds; /* of --profile=locks */
	bool damaged;	    /* samples lost, truncated or altered */
	struct run_facts facts;
	char *unset; /* of what was asked for; NULL: nothing */
};

/* What run() did beyond the boots that were planned, and up to which limit. */
struct run_settling {
	unsigned max_boots; /* that are not kept ones */
	unsigned max_s;
	/* "settled", or the limit: "boots", "time", "perturbations"; or NULL. */
	char *ended;
};

/*
 * Of a run that measured a part of the boots of a plan: which part, and all boots
 * that were planned.
 */
struct run_shard {
	unsigned number; /* 1..of */
	unsigned of;	 /* 0: the run is no shard */
	char *plan_sha256;
	struct run_boot *boots; /* as planned, without what was measured */
	size_t nr_boots;
};

/* A shard that a run has boots of. */
struct run_source {
	unsigned number;
	char *run; /* its id */
};

/* Of a run that was made of shards. */
struct run_merged {
	unsigned of; /* shards; 0: the run was not */
	char *plan_sha256;
	struct run_source *sources;
	size_t nr_sources;
};

struct run {
	char *dir;
	char *id;
	char *created; /* ISO 8601, UTC */
	char *version; /* of cgmark */
	char *command_line;
	char *machine;	      /* "sim" */
	char *machine_detail; /* "QEMU 7.2.x, -cpu Nehalem, 1 vCPU, icount" */
	char *host;	      /* "2 x CPU MODEL, Linux RELEASE" */
	char *guest_sha256;   /* of the initramfs without the plan */
	char *suite;
	/* Of nightly.ini, and the day on which its night began; NULL or "": none. */
	char *job;
	char *night; /* "2026-12-31" */
	char *profile; /* "counts", "model", "sharing", "locks"; NULL or "": none */
	uint64_t seed;
	unsigned perturbations;
	/* Each boot.json names its run and kernel key; not in old runs. */
	bool boots_named;
	char *status; /* "running" "complete" "interrupted" "failed" */
	struct run_kernel *kernels;
	size_t nr_kernels;
	struct run_point *points;
	size_t nr_points;
	struct run_boot *boots;
	size_t nr_boots;
	struct run_event *events; /* in the order given */
	size_t nr_events;
	char **latencies; /* functions whose calls are timed */
	size_t nr_latencies;
	struct run_settling settling; /* .ended is NULL: nobody tried */
	struct run_shard shard;
	struct run_merged merged;
	/* Boots had different plans, so that one kernel need not count alike. */
	bool plans_differ;
	/* What readers have to know of a run that was made of several. */
	char **remarks;
	size_t nr_remarks;
};

struct run *run_new(void);
void run_free(struct run *run);
static inline void run_freep(struct run **run)
{
	run_free(*run);
}

/* Is the point in the plan of the boot? */
static inline bool boot_plans(const struct run_boot *b, size_t point)
{
	return !b->planned || b->planned[point];
}
/* Frees what a boot of a run with so many points owns. */
void run_boot_release(struct run_boot *b, size_t nr_points);

/* Such a boot as it was planned, that is, of which nothing is measured. */
void run_boot_copy_plan(struct run_boot *to, const struct run_boot *from,
			size_t nr_points);

/* Says that it was measured there, too: "HOST and HOST", each once. */
void run_add_host(struct run *run, const char *host);

/* Takes text. */
void run_remark(struct run *run, char *text);

/* RUN/boots/ID/FILE; caller frees. */
char *run_boot_path(const struct run *run, const struct run_boot *boot,
		    const char *file);

/* Write RUN/run.json atomically.  -errno, logged with the file's name. */
int run_save(const struct run *run);
/*
 * Write RUN/boots/ID/POINT.KIND for each such file in status.ktap, if any.
 * -errno, logged with the file's name.
 */
int run_save_raw(const struct run *run, const struct run_boot *boot);
/* Write RUN/boots/ID/boot.json atomically; marks the boot finished. */
int run_save_boot(const struct run *run, const struct run_boot *boot);

/*
 * Read a whole run directory.  A damaged boot does not fail the load: the boot
 * is marked damaged, its points lose what cannot be trusted, and each fault is
 * logged with the file's name and the cause (missing, truncated, altered).
 * *damaged (may be NULL) counts such files.
 * -ENOENT: no run.json; -EBADMSG: run.json malformed (logged, with line).
 */
int run_load(const char *dir, struct run **ret, unsigned *damaged);

/*
 * Newest run directory below runs_dir ("results/runs") by id, among those begun in
 * one second the one whose run.json was written last; -ENOENT if none.
 */
int run_latest(const char *runs_dir, char **ret);

/* Index of a kernel by name, or -1. */
int run_kernel_index(const struct run *run, const char *name);
const char *point_status_str(enum point_status s);
const char *boot_role_str(enum boot_role r);
const char *blame_str(enum blame b);

#endif
