/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which events the running kernel counts: for each, in the order given, a line
 *   NAME  counted
 * or
 *   NAME  REASON
 * with one TAB between the fields.
 */
#ifndef CGMARK_PROBE_H
#define CGMARK_PROBE_H

#include <stddef.h>
#include <stdio.h>

/*
 * Takes events as a plan names them, see event.h.  0; -EINVAL, with *bad set to
 * the one that is not an event, before anything is printed; or -EIO if the
 * write failed.
 */
int probe_print(FILE *out, char *const *events, size_t nr, const char **bad);

#endif
