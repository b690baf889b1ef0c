/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-sample.h"
#include "alloc.h"
#include "boot-load.h"

void boot_add_sample(struct run_boot *b, unsigned point, const char *metric,
		     uint64_t value, uint64_t nr_ops)
{
	struct run_sample *s;

	b->samples = xreallocarray(b->samples, b->nr_samples + 1,
				   sizeof(*b->samples));
	s = &b->samples[b->nr_samples++];
	*s = (struct run_sample){
		.point = point,
		.value = value,
		.nr_ops = nr_ops,
	};
	strcpy(s->metric, metric);
}

void boot_drop_samples(struct run_boot *b, unsigned point)
{
	size_t nr = 0;

	for (size_t i = 0; i < b->nr_samples; i++)
		if (b->samples[i].point != point)
			b->samples[nr++] = b->samples[i];
	b->nr_samples = nr;
}

void boot_sort_samples(struct run_boot *b)
{
	if (b->nr_samples)
		qsort(b->samples, b->nr_samples, sizeof(*b->samples),
		      run_sample_cmp);
}
