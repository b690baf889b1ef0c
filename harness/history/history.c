/* SPDX-License-Identifier: GPL-2.0-only */
#include "history.h"

#include "alloc.h"

void history_run_free(struct history_run *run)
{
	char **const texts[] = { &run->id,	&run->created,
				 &run->job,	&run->night,
				 &run->status,	&run->version,
				 &run->machine, &run->machine_detail,
				 &run->host,	&run->guest_sha256,
				 &run->suite };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(*texts[i]);
	for (size_t i = 0; i < run->nr_kernels; i++)
		run_kernel_release(&run->kernels[i]);
	free(run->kernels);
	free(run);
}

void history_series_release(struct history_series *s)
{
	for (size_t i = 0; i < s->nr_nights; i++)
		free(s->nights[i].boots);
	for (size_t i = 0; i < s->nr_segments; i++)
		free(s->segments[i].why);
	for (size_t i = 0; i < s->nr_steps; i++)
		free(s->steps[i].why);
	free(s->nights);
	free(s->segments);
	free(s->steps);
}

void history_free(struct history *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->nr_series; i++)
		history_series_release(&h->series[i]);
	for (size_t i = 0; i < h->nr_runs; i++)
		history_run_free(h->runs[i]);
	for (size_t i = 0; i < h->nr_texts; i++)
		free(h->texts[i]);
	free(h->series);
	free(h->runs);
	free(h->texts);
	free(h);
}

const struct history_segment *history_segment_of(const struct history_series *s,
						 size_t night)
{
	size_t i = s->nr_segments - 1;

	while (i > 0 && s->segments[i].first > night)
		i--;
	return &s->segments[i];
}

const struct history_step *history_step_before(const struct history_series *s,
					       size_t night)
{
	size_t first = history_segment_of(s, night)->first;
	const struct history_step *step = NULL;

	for (size_t i = 0; i < s->nr_steps; i++)
		if (s->steps[i].at > first && s->steps[i].at <= night)
			step = &s->steps[i];
	return step;
}
