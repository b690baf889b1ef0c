/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to run/ and index/. */
#ifndef CGMARK_RUN_FILES_H
#define CGMARK_RUN_FILES_H

#include "json.h"
#include "macro.h"
#include "rawfile.h"
#include "run.h"

/* Limits on what a run.json can make its reader allocate. */
#define RUN_KERNELS_MAX 1024
#define RUN_POINTS_MAX 65536
#define RUN_BOOTS_MAX 65536
#define RUN_CELLS_MAX (16u << 20) /* points x boots */

#define NR_BOOT_ROLES (BOOT_CONFIRM + 1)
#define NR_BLAMES (BLAME_HOST + 1)

/* Whether s can name a boot or a file of one: it cannot leave the directory. */
bool is_file_name(const char *s);

/* POINT.KIND; caller frees.  NULL if no file can have that name. */
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

/* Fill boot from its directory; adds the number of bad files to *damaged. */
void run_load_boot(const struct run *run, struct run_boot *boot,
		   unsigned *damaged);

/*
 * SHA-256 of everything the store keeps of a run: equal digests mean equal
 * rows.  It covers what was loaded rather than the files, which may have
 * changed since, if the run is still going on.
 */
void run_digest(const struct run *run, char hex[65]);

#endif
