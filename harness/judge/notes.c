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

void note_boots(struct notes *n, const struct run *run, unsigned kernel)
{
	note_missing(n, run, kernel);
	note_events(n, run, kernel);
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
