/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of the kernel: "SYSTEM:NAME", with an optional ":u" or ":k".
 * Only the measured kernel knows which ones it has: the guest looks them up in
 * tracefs and reports those that are missing.
 */
#ifndef CGMARK_TRACEPOINTS_H
#define CGMARK_TRACEPOINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "exit-status.h"
#include "run.h"

/* Systems that take precedence over events of libpfm4. */
extern const char *const tracepoint_systems[];
extern const size_t tracepoint_nr_systems;

/* Does the word begin with one of them? */
bool tracepoint_system_known(const char *word);

/* Does the word have the form of a tracepoint, whatever its system? */
bool tracepoint_possible(const char *word);

/*
 * Sets all of *ret but the name.  A near miss of a known name is a warning.
 * Returns ST_USAGE, logged, for a word without the form of a tracepoint.
 */
enum exit_status tracepoint_resolve(const char *word, struct run_event *ret);

/*
 * The known word that this one is probably a typing error of; NULL if there is
 * none, or if the word itself is known.
 */
const char *tracepoint_near(const char *word, const char *const *known,
			    size_t nr);

#endif
