/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which events the kernel that runs here counts: for each, in the order given,
 * a line
 *   NAME  counted
 * or
 *   NAME  REASON
 * with the fields separated by one TAB.
 */
#ifndef CGMARK_PROBE_H
#define CGMARK_PROBE_H

#include <stddef.h>
#include <stdio.h>

/*
 * Events as a plan has them, see event.h.  0, -EINVAL with *bad set to the one
 * that is none, before anything is printed, or -EIO if it could not be written.
 */
int probe_print(FILE *out, char *const *events, size_t nr, const char **bad);

#endif
