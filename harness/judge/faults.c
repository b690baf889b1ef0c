/* SPDX-License-Identifier: GPL-2.0-only */
/* Reasons to give no verdict on a point: what makes it V_INVALID. */
#include "faults.h"

#include <math.h>

#include "alloc.h"

#define MIN_PAIRS COMPARE_MIN_PAIRS

void compare_note(struct comparison *c, char *text)
{
	for (size_t i = 0; i < c->nr_notes; i++) {
		if (strcmp(c->notes[i], text) == 0) {
			free(text);
			return;
		}
	}
	c->notes = xreallocarray(c->notes, c->nr_notes + 1, sizeof(char *));
	c->notes[c->nr_notes++] = text;
}

const char *compare_kernel_name(const struct comparison *c, unsigned kernel)
{
	return c->run->kernels[kernel].name;
}

/* "base-p3: WARNING: ..." */
char *compare_boot_text(const struct run_boot *b)
{
	const char *why = "ended early";

	if (b->splat && *b->splat)
		why = b->splat;
	else if (b->reason && *b->reason)
		why = b->reason;
	return xasprintf("boot %s: %s", b->id, why);
}

static bool is_time(const char *metric)
{
	return strcmp(metric, "elapsed_ns") == 0;
}

/* A trusted boot in which the point has this status, or NULL. */
static const struct run_boot *boot_with(const struct comparison *c,
					unsigned kernel, unsigned point,
					enum point_status st)
{
	for (size_t i = 0; i < c->run->nr_boots; i++) {
		const struct run_boot *b = &c->run->boots[i];

		if (b->kernel == kernel && b->role != BOOT_NULL &&
		    b->role != BOOT_EVENTS && boot_trust(b) == TRUST_GOOD &&
		    boot_point_status(b, point) == st)
			return b;
	}
	return NULL;
}

static char *fault_boots(const struct comparison *c, unsigned kernel)
{
	for (size_t i = 0; i < c->run->nr_boots; i++) {
		const struct run_boot *b = &c->run->boots[i];
		_cleanup_free_ char *text = NULL;

		if (b->kernel != kernel || b->role == BOOT_EVENTS)
			continue;
		switch (boot_trust(b)) {
		case TRUST_FAILED:
			text = compare_boot_text(b);
			return xasprintf("%s failed in %s",
					 compare_kernel_name(c, kernel), text);
		case TRUST_DAMAGED:
			if (b->role == BOOT_NULL)
				break; /* a note; the others will do */
			return xasprintf("sample file of boot %s is missing, "
					 "cut short or altered",
					 b->id);
		default:
			break;
		}
	}
	return NULL;
}

static char *fault_status(const struct comparison *c, unsigned kernel,
			  unsigned point)
{
	static const struct {
		enum point_status st;
		const char *what;
	} bad[] = {
		{ POINT_FAIL, "the kernel failed the point" },
		{ POINT_ERROR, "the benchmark failed" },
		{ POINT_MISSING, "planned but never heard of" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const struct run_boot *b =
			boot_with(c, kernel, point, bad[i].st);
		const char *text;

		if (!b)
			continue;
		text = boot_point_text(b, point);
		return xasprintf("%s in boot %s%s%s", bad[i].what, b->id,
				 *text ? ": " : "", text);
	}
	return NULL;
}

static char *fault_mixed_skip(const struct comparison *c, unsigned kernel,
			      unsigned point)
{
	const struct run_boot *skip = boot_with(c, kernel, point, POINT_SKIP);
	const struct run_boot *done = boot_with(c, kernel, point, POINT_DONE);

	if (!skip || !done)
		return NULL;
	return xasprintf("measured in boot %s but skipped in %s", done->id,
			 skip->id);
}

static char *fault_samples(const struct comparison *c, unsigned kernel,
			   unsigned point, const char *metric)
{
	for (size_t i = 0; i < c->run->nr_boots; i++) {
		const struct run_boot *b = &c->run->boots[i];

		if (b->kernel != kernel || b->role != BOOT_MEASURE ||
		    boot_trust(b) != TRUST_GOOD ||
		    boot_point_status(b, point) != POINT_DONE ||
		    !isnan(values_median(c->values, (unsigned)i, point,
					 metric)))
			continue;
		return xasprintf("boot %s has no samples in %s", b->id, metric);
	}
	return NULL;
}

/*
 * Compares a kernel's repeat boots with the boots they repeat.  *shown: there
 * was such a pair.
 */
static char *fault_repeat(const struct comparison *c, unsigned kernel,
			  unsigned point, bool *shown)
{
	const struct run *run = c->run;

	*shown = false;
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];
		int of;

		if (b->kernel != kernel || b->role != BOOT_REPEAT ||
		    boot_trust(b) != TRUST_GOOD)
			continue;
		of = run_find_boot(run, kernel, b->perturbation, BOOT_MEASURE);
		if (of < 0 || boot_trust(&run->boots[of]) != TRUST_GOOD)
			continue;
		*shown = true;
		if (!values_identical(c->values, (unsigned)of, (unsigned)i,
				      point))
			return xasprintf("not exact: repeat boot %s differs "
					 "from %s",
					 b->id, run->boots[of].id);
	}
	return NULL;
}

static char *fault_metric(const struct comparison *c, const struct effect *e)
{
	const unsigned kernel[] = { c->base, e->contender };

	for (size_t i = 0; i < ARRAY_SIZE(kernel); i++) {
		const char *other =
			values_metric(c->values, kernel[i], e->point, 0);
		bool has = false;

		for (unsigned m = 0; other && !has; m++) {
			const char *name = values_metric(c->values, kernel[i],
							 e->point, m);

			if (!name)
				break;
			has = strcmp(name, e->metric) == 0;
		}
		if (other && !has)
			return xasprintf("metric differs: %s has %s, not %s",
					 compare_kernel_name(c, kernel[i]),
					 other, e->metric);
	}
	return NULL;
}

bool compare_must_be_equal(const struct comparison *c, unsigned contender)
{
	const struct run_kernel *a = &c->run->kernels[c->base];
	const struct run_kernel *b = &c->run->kernels[contender];

	return a->vmlinux_sha256 && b->vmlinux_sha256 && *a->vmlinux_sha256 &&
	       strcmp(a->vmlinux_sha256, b->vmlinux_sha256) == 0 &&
	       strcmp(a->cmdline ? a->cmdline : "",
		      b->cmdline ? b->cmdline : "") == 0;
}

static char *fault_same_code(struct comparison *c, const struct effect *e)
{
	const struct run *run = c->run;

	if (!compare_must_be_equal(c, e->contender))
		return NULL;
	for (unsigned i = 0; i < e->nr_boots; i++) {
		int a = run_find_boot(run, c->base, e->perturbation[i],
				      BOOT_MEASURE);
		int b = run_find_boot(run, e->contender, e->perturbation[i],
				      BOOT_MEASURE);

		if (values_identical(c->values, (unsigned)a, (unsigned)b,
				     e->point))
			continue;
		compare_note(c,
			     xasprintf("harness fault: %s and %s are the same "
				       "vmlinux, yet their counts differ",
				       compare_kernel_name(c, c->base),
				       compare_kernel_name(c, e->contender)));
		return xasprintf("same code, but boots %s and %s differ: the "
				 "harness is at fault",
				 run->boots[a].id, run->boots[b].id);
	}
	return NULL;
}

static char *fault_pairs(const struct comparison *c, const struct effect *e)
{
	unsigned planned = c->run->perturbations;

	if (e->nr_boots == 0)
		return xasprintf("not measured in any boot of both kernels");
	if (e->nr_boots < MIN_PAIRS && planned >= MIN_PAIRS)
		return xasprintf("only %u of %u perturbations measured on both "
				 "kernels; needs %d",
				 e->nr_boots, planned, MIN_PAIRS);
	return NULL;
}

/* The first fault found, most telling first. */
char *compare_fault(struct comparison *c, struct effect *e)
{
	const unsigned kernel[] = { c->base, e->contender };
	bool shown[ARRAY_SIZE(kernel)] = { false };
	char *why = NULL;

	for (size_t i = 0; !why && i < ARRAY_SIZE(kernel); i++)
		why = fault_boots(c, kernel[i]);
	for (size_t i = 0; !why && i < ARRAY_SIZE(kernel); i++)
		why = fault_status(c, kernel[i], e->point);
	for (size_t i = 0; !why && i < ARRAY_SIZE(kernel); i++)
		why = fault_mixed_skip(c, kernel[i], e->point);
	if (!why && *e->metric)
		why = fault_metric(c, e);
	for (size_t i = 0; !why && *e->metric && i < ARRAY_SIZE(kernel); i++)
		why = fault_samples(c, kernel[i], e->point, e->metric);
	if (!why && is_time(e->metric))
		why = xasprintf("%s is time: this procedure is for exact "
				"counts",
				e->metric);
	for (size_t i = 0; !why && i < ARRAY_SIZE(kernel); i++)
		why = fault_repeat(c, kernel[i], e->point, &shown[i]);
	e->exact = !why && shown[0] && shown[1];
	if (!why)
		why = fault_pairs(c, e);
	if (!why)
		why = fault_same_code(c, e);
	return why;
}
