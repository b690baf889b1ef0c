/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples of a boot that come from beside samples.tsv.  Private to run/. */
#ifndef CGMARK_BOOT_SAMPLE_H
#define CGMARK_BOOT_SAMPLE_H

#include "run.h"

void boot_add_sample(struct run_boot *b, unsigned point, const char *metric,
		     uint64_t value, uint64_t nr_ops);
/* Those of a point. */
void boot_drop_samples(struct run_boot *b, unsigned point);
/* After the last one was added: they have an order. */
void boot_sort_samples(struct run_boot *b);

#endif
