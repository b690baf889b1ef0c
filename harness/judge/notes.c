/* SPDX-License-Identifier: GPL-2.0-only */
#include "notes.h"

#include <string.h>

#include "alloc.h"
#include "judge-limits.h"
#include "values.h"

void notes_add(struct notes *n, char *text)
{
	for (size_t i = 0; i < n->nr; i++) {
		if (strcmp(n->text[i], text) == 0) {
			free(text);
			return;
		}
	}
	n->text = xreallocarray(n->text, n->nr + 1, sizeof(char *));
	n->text[n->nr++] = text;
}

void notes_release(struct notes *n)
{
	for (size_t i = 0; i < n->nr; i++)
		free(n->text[i]);
	free(n->text);
}

char *boot_failure(const struct run_boot *b)
{
	const char *why = "ended early";

	if (b->splat && *b->splat)
		why = b->splat;
	else if (b->reason && *b->reason)
		why = b->reason;
	return xasprintf("boot %s: %s", b->id, why);
}

/* Names each missing boot once for the whole comparison. */
static void note_missing(struct notes *n, const struct run *run,
			 unsigned kernel)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];
		_cleanup_free_ char *text = NULL;

		if (b->kernel != kernel || boot_trust(b) != TRUST_MISSING)
			continue;
		if (b->finished)
			text = boot_failure(b);
		else
			text = xasprintf("boot %s did not finish", b->id);
		notes_add(n, xasprintf("left out: %s", text));
	}
}

/* Boots that only count events: no verdict rests on them. */
static void note_events(struct notes *n, const struct run *run, unsigned kernel)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];
		enum boot_trust trust = boot_trust(b);
		_cleanup_free_ char *text = NULL;

		if (b->kernel != kernel || b->role != BOOT_EVENTS ||
		    trust == TRUST_GOOD || trust == TRUST_MISSING)
			continue;
		text = trust == TRUST_DAMAGED
			       ? xasprintf("boot %s: its sample file is "
					   "damaged or missing",
					   b->id)
			       : boot_failure(b);
		notes_add(n, xasprintf("no events: %s", text));
	}
}

/* What was kept of a kernel and turned out to be wrong. */
static void note_contradictions(struct notes *n, const struct run *run,
				unsigned kernel)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		if (b->kernel != kernel || !b->contradicts || !*b->contradicts)
			continue;
		notes_add(n, xasprintf("boot %s differs from what was kept of "
				       "%s: nothing that was kept of %s is "
				       "used",
				       b->id, b->contradicts,
				       run->kernels[kernel].name));
	}
}

void note_boots(struct notes *n, const struct run *run, unsigned kernel)
{
	note_missing(n, run, kernel);
	note_events(n, run, kernel);
	note_contradictions(n, run, kernel);
}

static bool has_good_boot(const struct run *run, unsigned kernel,
			  enum boot_role role)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		if (b->kernel == kernel && b->role == role &&
		    boot_trust(b) == TRUST_GOOD)
			return true;
	}
	return false;
}

void note_repeat(struct notes *n, const struct run *run, unsigned kernel)
{
	if (!has_good_boot(run, kernel, BOOT_REPEAT))
		notes_add(n,
			  xasprintf("no repeat boot of %s: that its counts "
				    "repeat bit for bit is assumed, not shown",
				    run->kernels[kernel].name));
}

void note_unset(struct notes *n, const struct run *run, unsigned kernel)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		if (b->kernel == kernel && b->unset && *b->unset)
			notes_add(n,
				  xasprintf("not as asked for: %s", b->unset));
	}
}

void note_null(struct notes *n, const struct run *run, unsigned base)
{
	unsigned nr = 0, good = 0;

	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		if (b->kernel != base || b->role != BOOT_NULL)
			continue;
		nr++;
		good += boot_trust(b) == TRUST_GOOD;
		if (boot_trust(b) == TRUST_DAMAGED)
			notes_add(n, xasprintf("left out: boot %s, its sample "
					       "file is damaged or missing",
					       b->id));
	}
	if (good == 0)
		notes_add(n, xasprintf("no layout null: the threshold is %g%% "
				       "whatever the layout does",
				       JUDGE_THRESHOLD * 100));
	else if (good < nr)
		notes_add(n, xasprintf("layout null from %u of %u boots", good,
				       nr));
}

static bool has(const char *s)
{
	return s && *s;
}

/* Fewer patches of the same series: reports show the number. */
static bool is_part(const struct run_kernel *k, const struct run_kernel *of)
{
	size_t len = strlen(k->patches);

	return strcmp(k->series_total, of->series_total) == 0 &&
	       strncmp(k->patches, of->patches, len) == 0 &&
	       of->patches[len] == ' ';
}

static bool misleads(const struct run_kernel *k, const struct run_kernel *l)
{
	return has(k->series) && has(l->series) && has(k->patches) &&
	       has(l->patches) && strcmp(k->series, l->series) == 0 &&
	       strcmp(k->series_sha256, l->series_sha256) != 0 &&
	       !is_part(k, l) && !is_part(l, k);
}

void note_series(struct notes *n, const struct run *run, unsigned base,
		 const unsigned *contenders, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct run_kernel *k = &run->kernels[contenders[i]];

		/* One note a kernel, however many there are. */
		for (size_t j = 0; j <= i; j++) {
			const struct run_kernel *l =
				&run->kernels[j ? contenders[j - 1] : base];

			if (!misleads(k, l))
				continue;
			notes_add(n,
				  xasprintf("%s and %s have different series "
					    "of one name, %s: %.12s and "
					    "%.12s",
					    l->name, k->name, k->series,
					    l->series_sha256,
					    k->series_sha256));
			break;
		}
	}
}

/* Points skipped on one side or both. */
static void note_skips(struct notes *n, const char *bench, const char *where,
		       const char *reason, unsigned nr)
{
	notes_add(
		n,
		xasprintf("not comparable: %s, %u point%s skipped on %s%s%s%s",
			  bench, nr, nr == 1 ? "" : "s", where,
			  *reason ? " (" : "", reason, *reason ? ")" : ""));
}

void skips_flush(struct notes *n, struct skips *s)
{
	if (s->nr > 0)
		note_skips(n, s->bench, s->where, s->reason, s->nr);
	free(s->where);
	memset(s, 0, sizeof(*s));
}

void skips_add(struct notes *n, struct skips *s, const char *bench, char *where,
	       const char *reason)
{
	if (s->nr > 0 &&
	    (strcmp(s->bench, bench) != 0 || strcmp(s->where, where) != 0 ||
	     strcmp(s->reason, reason) != 0))
		skips_flush(n, s);
	free(s->where);
	s->bench = bench;
	s->where = where;
	s->reason = reason;
	s->nr++;
}
