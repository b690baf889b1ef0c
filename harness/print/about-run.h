/* SPDX-License-Identifier: GPL-2.0-only */
/* What was compared and where, in words.  Foreign text; the caller frees. */
#ifndef CGMARK_ABOUT_RUN_H
#define CGMARK_ABOUT_RUN_H

#include "run.h"

/* "6.12.57, source 6.12.57-1, key 0123456789ab, series mine, 3 patches" */
char *about_kernel(const struct run_kernel *k);
/* "sim: QEMU 7.2, -cpu Nehalem, 1 vCPU" */
char *about_machine(const struct run *r);
/* "suite quick, 8 perturbations, seed 1, guest 0123456789ab" */
char *about_plan(const struct run *r);

#endif
