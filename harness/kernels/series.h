/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A patch series: a file that names one patch a line, as quilt's, and the
 * patches in its folder.  build.sh reads it the same way.
 */
#ifndef CGMARK_SERIES_H
#define CGMARK_SERIES_H

#include <stddef.h>

#include "exit-status.h"

/* Of a patch, too: the diff between two releases of Linux has a tenth. */
#define SERIES_BYTES_MAX (1ull << 30)

struct series {
	char *name;	/* see series_name() */
	char **paths;	/* of the patches, in their order */
	char **patches; /* their names, as the file has them */
	size_t nr;
};

/* Refuses a line with more than a name and -p1.  Errors are logged. */
enum exit_status series_load(const char *file, struct series *ret);
void series_release(struct series *s);

/*
 * What to call a series on any machine: its folder, or the file itself if it is
 * not called "series".  "/home/me/v2/series" is "v2", "/tmp/v2.series" too;
 * caller frees.
 */
char *series_name(const char *file);

/*
 * SHA-256 of the first nr patches, in hex: of the lines "patch SHA256\n" of what
 * each changes.  A message that is edited changes nothing, as in the kernel key.
 * Errors are logged.
 */
enum exit_status series_sha256(const struct series *s, size_t nr, char hex[65]);

#endif
