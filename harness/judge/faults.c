/* SPDX-License-Identifier: GPL-2.0-only */
#include "faults.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "judge-limits.h"

/* A trusted boot in which the point has this status, or NULL. */
static const struct run_boot *boot_with(const struct subject *s,
					unsigned kernel, enum point_status st)
{
	for (size_t i = 0; i < s->run->nr_boots; i++) {
		const struct run_boot *b = &s->run->boots[i];

		if (b->kernel == kernel && b->role != BOOT_NULL &&
		    b->role != BOOT_EVENTS && boot_trust(b) == TRUST_GOOD &&
		    boot_plans(b, s->point) &&
		    boot_point_status(b, s->point) == st)
			return b;
	}
	return NULL;
}

static char *fault_boots(const struct run *run, unsigned kernel)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];
		_cleanup_free_ char *text = NULL;

		if (b->kernel != kernel || b->role == BOOT_EVENTS)
			continue;
		switch (boot_trust(b)) {
		case TRUST_FAILED:
			text = boot_failure(b);
			return xasprintf("%s failed in %s",
					 run->kernels[kernel].name, text);
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

static char *fault_status(const struct subject *s, unsigned kernel)
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
		const struct run_boot *b = boot_with(s, kernel, bad[i].st);
		const char *text;

		if (!b)
			continue;
		text = boot_point_text(b, s->point);
		return xasprintf("%s in boot %s%s%s", bad[i].what, b->id,
				 *text ? ": " : "", text);
	}
	return NULL;
}

static char *fault_mixed_skip(const struct subject *s, unsigned kernel)
{
	const struct run_boot *skip = boot_with(s, kernel, POINT_SKIP);
	const struct run_boot *done = boot_with(s, kernel, POINT_DONE);

	if (!skip || !done)
		return NULL;
	return xasprintf("measured in boot %s but skipped in %s", done->id,
			 skip->id);
}

static char *fault_samples(const struct subject *s, unsigned kernel)
{
	for (size_t i = 0; i < s->run->nr_boots; i++) {
		const struct run_boot *b = &s->run->boots[i];

		if (b->kernel != kernel || !role_judges(b->role) ||
		    boot_trust(b) != TRUST_GOOD ||
		    boot_point_status(b, s->point) != POINT_DONE ||
		    !isnan(values_centre(s->values, (unsigned)i, s->point,
					 s->metric)))
			continue;
		return xasprintf("boot %s has no samples in %s", b->id,
				 s->metric);
	}
	return NULL;
}

/*
 * Compares a kernel's repeat boots with the boots they repeat.  *shown: there
 * was at least one to compare.
 */
static char *fault_repeat(const struct subject *s, unsigned kernel, bool *shown)
{
	const struct run *run = s->run;

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
		if (!values_identical(s->values, (unsigned)of, (unsigned)i,
				      s->point))
			return xasprintf("not exact: repeat boot %s differs "
					 "from %s",
					 b->id, run->boots[of].id);
	}
	return NULL;
}

static char *fault_metric(const struct subject *s)
{
	const unsigned kernel[] = { s->base, s->contender };

	for (size_t i = 0; i < ARRAY_SIZE(kernel); i++) {
		const char *other =
			values_metric(s->values, kernel[i], s->point, 0);
		bool has = false;

		for (unsigned m = 0; other && !has; m++) {
			const char *name = values_metric(s->values, kernel[i],
							 s->point, m);

			if (!name)
				break;
			has = strcmp(name, s->metric) == 0;
		}
		if (other && !has)
			return xasprintf("metric differs: %s has %s, not %s",
					 s->run->kernels[kernel[i]].name, other,
					 s->metric);
	}
	return NULL;
}

bool same_vmlinux(const struct run *run, unsigned a, unsigned b)
{
	const char *x = run->kernels[a].vmlinux_sha256;
	const char *y = run->kernels[b].vmlinux_sha256;

	return x && y && *x && strcmp(x, y) == 0;
}

bool same_kernel(const struct run *run, unsigned a, unsigned b)
{
	const char *x = run->kernels[a].cmdline;
	const char *y = run->kernels[b].cmdline;

	return same_vmlinux(run, a, b) && strcmp(x ? x : "", y ? y : "") == 0;
}

static bool is_measured(const struct subject *s, unsigned boot)
{
	return boot_trust(&s->run->boots[boot]) == TRUST_GOOD &&
	       values_nr(s->values, boot, s->point, s->metric) > 0;
}

static char *fault_same_code(const struct subject *s, struct notes *notes)
{
	const struct run *run = s->run;

	if (!same_kernel(run, s->base, s->contender) || run->plans_differ)
		return NULL;
	for (unsigned a = 0; a < run->nr_boots; a++) {
		const struct run_boot *boot = &run->boots[a];
		int b;

		if (boot->kernel != s->base || !role_judges(boot->role) ||
		    !boot_plans(boot, s->point))
			continue;
		b = pair_of(s, boot);
		if (b < 0 || !is_measured(s, a) ||
		    !is_measured(s, (unsigned)b) ||
		    values_identical(s->values, a, (unsigned)b, s->point))
			continue;
		notes_add(notes,
			  xasprintf("harness fault: %s and %s are the same "
				    "vmlinux, yet their counts differ",
				    run->kernels[s->base].name,
				    run->kernels[s->contender].name));
		return xasprintf("same code, but boots %s and %s differ: the "
				 "harness is at fault",
				 boot->id, run->boots[b].id);
	}
	return NULL;
}

static char *fault_pairs(const struct subject *s, const struct pairs *p)
{
	unsigned planned = s->run->perturbations;

	if (p->nr == 0)
		return xasprintf("not measured in any boot of both kernels");
	if (p->nr < JUDGE_MIN_PAIRS && planned >= JUDGE_MIN_PAIRS)
		return xasprintf(
			"only %zu of %u perturbations measured on both "
			"kernels; needs %d",
			p->nr, planned, JUDGE_MIN_PAIRS);
	return NULL;
}

char *fault_find_any(const struct subject *s)
{
	const unsigned kernel[] = { s->base, s->contender };
	char *why = NULL;

	for (size_t i = 0; !why && i < ARRAY_SIZE(kernel); i++)
		why = fault_boots(s->run, kernel[i]);
	for (size_t i = 0; !why && i < ARRAY_SIZE(kernel); i++)
		why = fault_status(s, kernel[i]);
	for (size_t i = 0; !why && i < ARRAY_SIZE(kernel); i++)
		why = fault_mixed_skip(s, kernel[i]);
	if (!why && *s->metric)
		why = fault_metric(s);
	for (size_t i = 0; !why && *s->metric && i < ARRAY_SIZE(kernel); i++)
		why = fault_samples(s, kernel[i]);
	return why;
}

char *fault_find(const struct subject *s, const struct pairs *p,
		 struct notes *notes, bool *exact)
{
	const unsigned kernel[] = { s->base, s->contender };
	bool shown[ARRAY_SIZE(kernel)] = { false };
	char *why = fault_find_any(s);

	for (size_t i = 0; !why && i < ARRAY_SIZE(kernel); i++)
		why = fault_repeat(s, kernel[i], &shown[i]);
	*exact = !why && shown[0] && shown[1];
	if (!why)
		why = fault_pairs(s, p);
	if (!why)
		why = fault_same_code(s, notes);
	return why;
}
