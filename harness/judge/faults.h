/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by compare.c and compare-fault.c only. */
#ifndef CGMARK_COMPARE_PRIV_H
#define CGMARK_COMPARE_PRIV_H

#include "compare.h"

/* Perturbations measured on both kernels that a verdict needs. */
#define COMPARE_MIN_PAIRS 4

/* Adds a footnote unless it is there; takes text. */
void compare_note(struct comparison *c, char *text);
const char *compare_kernel_name(const struct comparison *c, unsigned kernel);
/* "boot base-p3: WARNING: ..."; caller frees. */
char *compare_boot_text(const struct run_boot *b);
/* The same vmlinux with the same command line must count the same. */
bool compare_must_be_equal(const struct comparison *c, unsigned contender);

/*
 * The first fault of an effect whose pairs were collected, most telling first,
 * in words (caller frees), or NULL.  Sets e->exact.
 */
char *compare_fault(struct comparison *c, struct effect *e);

#endif
