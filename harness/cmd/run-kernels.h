/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to be known of the kernels of a run before they are measured. */
#ifndef CGMARK_RUN_KERNELS_H
#define CGMARK_RUN_KERNELS_H

#include "exit-status.h"
#include "run.h"

/* Can their functions be counted?  ST_USAGE: it was logged of which they cannot. */
enum exit_status run_kernels_check_symbols(const struct run *run);

/* Warns of kernels that differ in their names alone. */
void run_kernels_tell_same_code(const struct run *run);

#endif
