/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of events: generic ones, those of one processor, as libpfm4 knows them,
 * and tracepoints of the kernel.  A word is one of
 *
 *   page-faults, cycles:k       perf's generic names, upper or lower case
 *   MEM_LOAD_RETIRED:L3_MISS:u  of the machine's processor (MODEL::NAME too)
 *   perf_raw::r20d1             a raw code of the processor
 *   cgroup:cgroup_attach_task   a tracepoint
 *
 * with the suffix ":u" or ":k" to count in user mode or in the kernel only.
 */
#ifndef CGMARK_EVENT_NAMES_H
#define CGMARK_EVENT_NAMES_H

#include <stddef.h>

#include "exit-status.h"
#include "run.h"

/* The events of cgmark probe if none is named. */
extern const char event_names_default[];

/* The functions of --latencies if none is named. */
extern const char event_names_functions[];

/*
 * Splits a comma-separated list of kernel functions; only the kernel knows
 * whether they exist.  Ownership and errors as with event_names_resolve().
 */
enum exit_status event_names_split_functions(const char *list, char ***ret,
					     size_t *nr);

/*
 * Resolves a comma-separated list for a processor by its libpfm4 name ("skl");
 * NULL: the one of this host.  Errors are logged with the nearest names.  The
 * caller owns the array and its strings.
 */
enum exit_status event_names_resolve(const char *list, const char *model,
				     struct run_event **ret, size_t *nr);

#endif
