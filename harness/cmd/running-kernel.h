/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_RUNNING_KERNEL_H
#define CGMARK_RUNNING_KERNEL_H

#include <stddef.h>

#include "exit-status.h"
#include "opt-values.h"
#include "run-kernel.h"

/*
 * The kernel that runs, once for each name: it cannot be chosen, but it may be
 * measured twice, which shows what the machine makes of nothing.  Without names: as
 * "uname -r".  Errors are logged; the caller releases the kernels and frees *ret.
 */
enum exit_status running_kernels(const struct words *names,
				 struct run_kernel **ret, size_t *nr);

#endif
