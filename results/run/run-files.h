/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of run/ and index/ only. */
#ifndef CGMARK_RUNDIR_INT_H
#define CGMARK_RUNDIR_INT_H

#include "json.h"
#include "macro.h"
#include "rawfile.h"
#include "run.h"

/* Bounds on what a run.json may ask a reader to allocate. */
#define RUN_KERNELS_MAX 1024
#define RUN_POINTS_MAX 65536
#define RUN_BOOTS_MAX 65536
#define RUN_CELLS_MAX (16u << 20) /* points x boots */

#define NR_BOOT_ROLES (BOOT_EVENTS + 1)
#define NR_BLAMES (BLAME_HOST + 1)

/* A boot id or the name of a file in a boot's directory: no way out of it. */
bool is_file_name(const char *s);

/* POINT.KIND; caller frees.  NULL: no file can have that name. */
char *raw_file_name(const struct plan_point *p, enum rawfile_kind kind);

struct file_sum {
	uint64_t bytes;
	char crc[9];
};

/* Size and sum of a file; -errno, not logged. */
int file_sum(const char *path, struct file_sum *ret);

/* run.json and boot.json as objects; caller unreferences. */
json_t *run_to_json(const struct run *run);
json_t *boot_to_json(const struct run_boot *boot);

/* Fill boot from its directory; *damaged grows by the files at fault. */
void run_load_boot(const struct run *run, struct run_boot *boot,
		   unsigned *damaged);

/*
 * SHA-256 over all that the store keeps of a run: equal digests mean equal
 * rows.  Of what was loaded rather than of the files, which a run that is
 * still going on may have changed since.
 */
void run_digest(const struct run *run, char hex[65]);

#endif
