/* SPDX-License-Identifier: GPL-2.0-only */
#include "calibration.h"

#include <errno.h>

#include "alloc.h"
#include "judge-limits.h"
#include "sha256.h"

const char *calib_null_name(enum calib_null n)
{
	return n == NULL_SAME ? "same" : "padded";
}

static void release_cost(struct calib_cost *c)
{
	for (size_t i = 0; i < c->nr_points; i++) {
		free(c->points[i].bench);
		free(c->points[i].params);
		free(c->points[i].metric);
	}
	free(c->points);
	free(c->run);
}

void calibration_free(struct calibration *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->nr_costs; i++)
		release_cost(&c->costs[i]);
	for (size_t i = 0; i < c->nr_faults; i++)
		free(c->faults[i]);
	free(c->costs);
	free(c->faults);
	free(c->created);
	free(c->version);
	free(c->machine);
	free(c->machine_detail);
	free(c->suite);
	free(c->limits);
	free(c->guest_sha256);
	free(c->kernel);
	free(c);
}

char *calibration_limits(void)
{
	return xasprintf(
		"thresholds %g%%, mean %g%%, p99 %g%%, largest %g%%; "
		"floor %d to %d or %g%%; null %d spreads or its largest; interval %g%%; "
		"%d perturbations; tail from %d samples",
		JUDGE_THRESHOLD * 100, JUDGE_THRESHOLD_MEAN * 100,
		JUDGE_THRESHOLD_P99 * 100, JUDGE_THRESHOLD_LARGEST * 100,
		JUDGE_FLOOR_LEAST, JUDGE_FLOOR, JUDGE_FLOOR_PART * 100,
		JUDGE_NULL_SPREADS, JUDGE_LEVEL * 100, JUDGE_PERTURBATIONS,
		JUDGE_TAIL_SAMPLES);
}

char *calibration_file(const char *machine, const char *machine_detail,
		       const char *suite)
{
	_cleanup_free_ char *limits = calibration_limits();
	_cleanup_free_ char *text =
		xasprintf("%s\n%s\n%s\n%s\n", machine ? machine : "",
			  machine_detail ? machine_detail : "",
			  suite ? suite : "", limits);
	char hex[65];

	sha256_hex(text, strlen(text), hex);
	return xasprintf("%.12s.json", hex);
}
