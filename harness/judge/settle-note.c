/* SPDX-License-Identifier: GPL-2.0-only */
#include "settle-note.h"

#include <string.h>

#include "alloc.h"
#include "judge-limits.h"
#include "settle-plain.h"

struct tally {
	unsigned confirmed;
	unsigned withdrawn;
	unsigned unconfirmed;
	unsigned doubtful;
};

static void count(const struct effect *effects, size_t nr, struct tally *t)
{
	for (size_t i = 0; i < nr; i++) {
		const struct effect *e = &effects[i];
		bool changed = verdict_changed(e->verdict);

		t->confirmed += e->screening.there && changed;
		t->withdrawn += e->screening.there && e->verdict == V_NO_CHANGE;
		t->unconfirmed +=
			!e->screening.there && changed && !settle_is_plain(e);
		t->doubtful += e->verdict == V_INCONCLUSIVE;
	}
}

static const char *s_of(unsigned nr)
{
	return nr == 1 ? "" : "s";
}

/* What to do about a limit; NULL: nothing would help. */
static char *limit_text(const struct run_settling *s)
{
	if (strcmp(s->ended, "boots") == 0)
		return xasprintf("its limit of %u boots (--settle)",
				 s->max_boots);
	if (strcmp(s->ended, "time") == 0)
		return xasprintf("its limit of %u s (--settle-time)", s->max_s);
	if (strcmp(s->ended, "perturbations") == 0)
		return xasprintf("the last of %d perturbations",
				 JUDGE_PERTURBATIONS_MAX);
	return NULL;
}

static void note_end(struct notes *n, const struct run_settling *s,
		     const struct tally *t)
{
	_cleanup_free_ char *limit = s->ended ? limit_text(s) : NULL;

	if (!limit || t->doubtful + t->unconfirmed == 0)
		return;
	notes_add(n,
		  xasprintf("settling ended at %s: %u point%s INCONCLUSIVE, %u "
			    "change%s not confirmed",
			    limit, t->doubtful,
			    t->doubtful == 1 ? " is" : "s are", t->unconfirmed,
			    s_of(t->unconfirmed)));
}

void settle_note(struct notes *n, const struct run *run,
		 const struct effect *effects, size_t nr)
{
	struct tally t = { 0 };

	count(effects, nr, &t);
	if (t.confirmed > 0)
		notes_add(n,
			  xasprintf("%u change%s confirmed on fresh "
				    "perturbations: the figures are of these",
				    t.confirmed,
				    t.confirmed == 1 ? " is" : "s are"));
	if (t.withdrawn > 0)
		notes_add(n, xasprintf("%u change%s of the first boots %s not "
				       "confirmed",
				       t.withdrawn, s_of(t.withdrawn),
				       t.withdrawn == 1 ? "is" : "are"));
	note_end(n, &run->settling, &t);
}
