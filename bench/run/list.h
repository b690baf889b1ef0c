/* SPDX-License-Identifier: GPL-2.0-only */
/* --list: the benchmarks of this program, as in catalog-line.h. */
#ifndef CGMARK_LIST_H
#define CGMARK_LIST_H

#include <stdio.h>

/* 0, or -errno of the write. */
int list_print(FILE *out);

#endif
