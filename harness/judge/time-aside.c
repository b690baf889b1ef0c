/* SPDX-License-Identifier: GPL-2.0-only */
#include "time-aside.h"

#include "alloc.h"
#include "strbuf.h"
#include "time-limits.h"
#include "values.h"

#define NAMED_MAX 3

bool time_disturbed(const struct run_boot *b)
{
	/* A comparison with NaN is false. */
	return run_facts_steal(&b->facts) > TIME_STEAL_MAX ||
	       run_facts_throttled(&b->facts) > TIME_STEAL_MAX;
}

static bool counts(const struct run_boot *b, unsigned kernel)
{
	return b->kernel == kernel && role_judges(b->role) &&
	       boot_trust(b) == TRUST_GOOD;
}

static size_t count_disturbed(const struct run *run, unsigned kernel,
			      size_t *all)
{
	size_t nr = 0;

	*all = 0;
	for (size_t i = 0; i < run->nr_boots; i++) {
		if (!counts(&run->boots[i], kernel))
			continue;
		nr += time_disturbed(&run->boots[i]);
		(*all)++;
	}
	return nr;
}

bool time_sets_aside(const struct run *run, unsigned kernel)
{
	size_t all, nr = count_disturbed(run, kernel, &all);

	return nr > 0 && all - nr >= TIME_MIN_BOOTS &&
	       (double)nr <= TIME_ASIDE_MAX * (double)all;
}

unsigned time_replacements(const struct run *run, unsigned kernel)
{
	size_t all, nr = count_disturbed(run, kernel, &all), want;

	if (nr == 0 || 2 * nr > all || time_sets_aside(run, kernel))
		return 0;
	want = (size_t)((double)nr / TIME_ASIDE_MAX);
	if (want < nr + TIME_MIN_BOOTS)
		want = nr + TIME_MIN_BOOTS;
	return want > all ? (unsigned)(want - all) : 1;
}

void time_note_aside(const struct run *run, unsigned kernel,
		     struct notes *notes)
{
	size_t all, nr = count_disturbed(run, kernel, &all), named = 0;
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (!time_sets_aside(run, kernel))
		return;
	strbuf_addf(&text, "%zu of %zu boots of %s set aside:", nr, all,
		    run->kernels[kernel].name);
	for (size_t i = 0; i < run->nr_boots && named < NAMED_MAX; i++) {
		const struct run_boot *b = &run->boots[i];
		bool steal = run_facts_steal(&b->facts) > TIME_STEAL_MAX;

		if (!counts(b, kernel) || !time_disturbed(b))
			continue;
		strbuf_addf(&text, "%s %s %.1f%% of its time %s",
			    named++ ? "," : "", b->id,
			    100 * (steal ? run_facts_steal(&b->facts)
					 : run_facts_throttled(&b->facts)),
			    steal ? "stolen" : "throttled");
	}
	if (nr > named)
		strbuf_addf(&text, " and %zu more", nr - named);
	notes_add(notes, strbuf_steal(&text));
}
