/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of events: what libpfm4 knows, generic or of one processor, and
 * tracepoints of the kernel.  A word is one of
 *
 *   page-faults, cycles:k       perf's generic names, in any case
 *   MEM_LOAD_RETIRED:L3_MISS:u  of the machine's processor (MODEL::NAME too)
 *   perf_raw::r20d1             a code of the processor
 *   cgroup:cgroup_attach_task   a tracepoint
 *
 * with ":u" or ":k" behind it to count in user mode or in the kernel only.
 */
#ifndef CGMARK_EVENT_NAMES_H
#define CGMARK_EVENT_NAMES_H

#include <stddef.h>

#include "exit-status.h"
#include "run.h"

/* What cgmark probe asks for where nothing is named. */
extern const char event_names_default[];

/* The functions of --latencies where none is named. */
extern const char event_names_functions[];

/*
 * Take a comma separated list of functions of the kernel apart.  Whether there
 * are such functions only the kernel knows.  As event_names_resolve().
 */
enum exit_status event_names_split_functions(const char *list, char ***ret,
					     size_t *nr);

/*
 * Resolve a comma separated list for a processor as libpfm4 calls it ("skl");
 * NULL: the one of this host.  Errors were logged, with the nearest names.  The
 * caller owns the array and its strings.
 */
enum exit_status event_names_resolve(const char *list, const char *model,
				     struct run_event **ret, size_t *nr);

#endif
