/* SPDX-License-Identifier: GPL-2.0-only */
/* Work on all processors, in processes of its own. */
#ifndef CGMARK_SITE_PARALLEL_H
#define CGMARK_SITE_PARALLEL_H

#include <stddef.h>

/*
 * Calls fn for each of 0..nr - 1.  What it changes in memory is lost: it has to
 * leave files.  fn returns 0 or -errno, logged, of which one is returned.
 */
int site_parallel(size_t nr, int (*fn)(size_t i, void *arg), void *arg);

#endif
