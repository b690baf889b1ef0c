/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_KERNEL_PIN_H
#define CGMARK_KERNEL_PIN_H

#include "run-kernel.h"

/*
 * NAME=SPEC for the kernel that a run had, whatever became of the branch or package
 * since: its commit, or else the image that was built, as long as that is kept.  NULL:
 * there is neither.  Caller frees.
 */
char *kernel_pin(const struct run_kernel *k, const char *name);
/* The same of a commit alone. */
char *kernel_pin_commit(const struct run_kernel *k, const char *name);

#endif
