/* SPDX-License-Identifier: GPL-2.0-only */
#include "time-effects.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "time-aside.h"
#include "time-judge.h"
#include "time-limits.h"

#define NOTE_NO_FACTS                                                     \
	"steal time and throttling were not recorded: a busy host shows " \
	"only as spread between boots, as drift or in two groups"

/* What is judged of a boot. */
enum { VALUE_MEDIAN, VALUE_P99, NR_VALUES };

/* One statistic of one effect. */
struct entry {
	struct effect *effect;
	bool p99;
};

struct entries {
	struct entry *list;
	struct time_subject *subjects; /* of each */
	size_t nr;
	struct time_boot **boots; /* those of all subjects; owned */
	size_t nr_boots;
	bool facts_known; /* of all of these boots */
};

unsigned time_first_fresh(const struct run *run)
{
	return run->perturbations >= TIME_SCREEN_BOOTS + TIME_CONFIRM_BOOTS
		       ? TIME_SCREEN_BOOTS
		       : UINT_MAX;
}

static bool has_p99(const struct time_family *f, const struct effect *e)
{
	return f->run->points[e->point].plan.samples >= TIME_P99_SAMPLES;
}

/* Made to confirm, or planned with enough others to be. */
static bool is_fresh(const struct run *run, const struct run_boot *b)
{
	return b->role == BOOT_CONFIRM ||
	       (b->role == BOOT_MEASURE &&
		b->perturbation >= time_first_fresh(run));
}

/* Fills one boot per statistic; false: it has no sample. */
static bool boot_of(const struct time_family *f, unsigned boot,
		    const struct effect *e, struct time_boot ret[NR_VALUES])
{
	static const double at[NR_VALUES] = { 0.5, 0.99 };
	const struct run_boot *b = &f->run->boots[boot];
	_cleanup_free_ double *samples = NULL;
	size_t nr = values_get(f->values, boot, e->point, e->metric, &samples);
	double value[NR_VALUES];

	stats_quantiles(samples, nr, at, NR_VALUES, value);
	for (int i = 0; i < NR_VALUES; i++)
		ret[i] = (struct time_boot){
			.id = b->id,
			.value = value[i],
			.place = boot,
			.fresh = is_fresh(f->run, b),
			.facts = {
				.steal = run_facts_steal(&b->facts),
				.throttled = run_facts_throttled(&b->facts),
				.throttled_by = b->facts.throttled_by,
				.planned =
					f->run->points[e->point].plan.samples,
				.taken = (unsigned)nr,
			},
		};
	return nr > 0;
}

static struct time_boot *add_boots(struct entries *es, size_t nr)
{
	struct time_boot *list = xcalloc(nr + 1, sizeof(*list));

	es->boots =
		xreallocarray(es->boots, es->nr_boots + 1, sizeof(*es->boots));
	es->boots[es->nr_boots++] = list;
	return list;
}

/* Of a kernel: the boots that can be trusted and have a value. */
static void side_of(const struct time_family *f, unsigned kernel,
		    const struct effect *e, struct entries *es,
		    struct time_side ret[NR_VALUES])
{
	bool aside = time_sets_aside(f->run, kernel);
	size_t max = f->run->nr_boots, nr = 0;
	struct time_boot *list[NR_VALUES];

	for (int i = 0; i < NR_VALUES; i++)
		list[i] = add_boots(es, max);
	for (size_t b = 0; b < max; b++) {
		const struct run_boot *boot = &f->run->boots[b];
		struct time_boot got[NR_VALUES];

		if (boot->kernel != kernel || !role_judges(boot->role) ||
		    boot_trust(boot) != TRUST_GOOD ||
		    (aside && time_disturbed(boot)) ||
		    !boot_of(f, (unsigned)b, e, got))
			continue;
		for (int i = 0; i < NR_VALUES; i++)
			list[i][nr] = got[i];
		es->facts_known &= !isnan(got[0].facts.steal) &&
				   !isnan(got[0].facts.throttled);
		nr++;
	}
	for (int i = 0; i < NR_VALUES; i++)
		ret[i] = (struct time_side){
			.kernel = f->run->kernels[kernel].name,
			.boots = list[i],
			.nr = nr,
		};
}

static double median_of(const struct time_side *side)
{
	_cleanup_free_ double *v = xcalloc(side->nr + 1, sizeof(*v));

	for (size_t i = 0; i < side->nr; i++)
		v[i] = side->boots[i].value;
	return stats_median(v, side->nr);
}

static void add_entries(const struct time_family *f, struct effect *e,
			struct entries *es)
{
	const unsigned kernel[NR_TIME] = { f->base, f->contender };
	static const double threshold[NR_VALUES] = { TIME_THRESHOLD,
						     TIME_THRESHOLD_P99 };
	struct time_side side[NR_TIME][NR_VALUES];

	for (int k = 0; k < NR_TIME; k++)
		side_of(f, kernel[k], e, es, side[k]);
	e->base_p99 = median_of(&side[TIME_BASE][VALUE_P99]);
	e->cont_p99 = median_of(&side[TIME_CONT][VALUE_P99]);
	for (int i = 0; i < NR_VALUES; i++) {
		if (i == VALUE_P99 && !has_p99(f, e))
			continue;
		es->list[es->nr] = (struct entry){ e, i == VALUE_P99 };
		es->subjects[es->nr++] = (struct time_subject){
			.side = { side[TIME_BASE][i], side[TIME_CONT][i] },
			.threshold = threshold[i],
			.fault = e->verdict == V_INVALID ? e->reason : NULL,
		};
	}
}

static void entries_fill(const struct time_family *f, struct entries *es)
{
	*es = (struct entries){
		.list = xcalloc(2 * f->nr + 1, sizeof(*es->list)),
		.subjects = xcalloc(2 * f->nr + 1, sizeof(*es->subjects)),
		.facts_known = true,
	};
	for (size_t i = 0; i < f->nr; i++)
		if (f->effects[i].time)
			add_entries(f, &f->effects[i], es);
}

static void entries_release(struct entries *es)
{
	for (size_t i = 0; i < es->nr_boots; i++)
		free(es->boots[i]);
	free(es->boots);
	free(es->list);
	free(es->subjects);
}

/* Takes the reason. */
static void fill_effect(struct effect *e, const struct time_subject *s,
			struct time_result *r)
{
	size_t nr = r->nr[TIME_BASE] < r->nr[TIME_CONT] ? r->nr[TIME_BASE]
							: r->nr[TIME_CONT];

	free(e->reason);
	e->reason = steal_ptr(r->reason);
	e->verdict = r->verdict;
	e->nr_boots = (unsigned)nr;
	e->base_median = exp(r->welch.mean[TIME_BASE]);
	e->cont_median = exp(r->welch.mean[TIME_CONT]);
	e->delta = e->cont_median - e->base_median;
	e->ratio = exp(r->welch.diff);
	e->lo = nr > 0 ? exp(r->welch.ival.lo) : NAN;
	e->hi = nr > 0 ? exp(r->welch.ival.hi) : NAN;
	e->level = r->welch.ival.level;
	e->threshold = s->threshold;
	e->p = r->p_holm;
	e->fresh = r->fresh;
	e->nr_needed = (unsigned)r->needed;
}

/* The reasons say what is open; this says why. */
static void note_limit(const struct time_family *f)
{
	const struct run_settling *s = &f->run->settling;

	if (s->ended && strcmp(s->ended, "time") == 0)
		notes_add(
			f->notes,
			xasprintf("the limit of %u s (--time) came before all "
				  "boots that were needed",
				  s->max_s));
}

static void note_p99(const struct time_family *f, const unsigned *count,
		     unsigned unjudged)
{
	const char *name = f->run->kernels[f->contender].name;
	const char *base = f->run->kernels[f->base].name;

	if (count[V_NO_CHANGE] + count[V_INCONCLUSIVE] + count[V_INVALID] > 0)
		notes_add(f->notes,
			  xasprintf("p99 of %s against %s: NO CHANGE at %u "
				    "points, INCONCLUSIVE at %u, INVALID at %u",
				    name, base, count[V_NO_CHANGE],
				    count[V_INCONCLUSIVE], count[V_INVALID]));
	if (unjudged > 0)
		notes_add(f->notes,
			  xasprintf("p99 is not judged at %u point%s with "
				    "fewer than %d samples a boot",
				    unjudged, unjudged == 1 ? "" : "s",
				    TIME_P99_SAMPLES));
}

/* A row of its own, with nothing that the one of the median owns. */
static struct effect p99_effect(const struct effect *of)
{
	struct effect e = *of;

	e.p99 = true;
	e.statistic = STAT_P99;
	e.reason = NULL;
	e.base = e.cont = NULL;
	e.perturbation = NULL;
	return e;
}

size_t time_effects_judge(const struct time_family *f, struct effect **ret)
{
	_cleanup_free_ struct time_result *results = NULL;
	unsigned count[NR_VERDICTS] = { 0 }, unjudged = 0;
	struct entries es;
	size_t nr = 0;

	entries_fill(f, &es);
	*ret = xcalloc(es.nr + 1, sizeof(**ret));
	results = xcalloc(es.nr + 1, sizeof(*results));
	time_judge(es.subjects, es.nr, f->run->seed, results);
	time_note_aside(f->run, f->base, f->notes);
	time_note_aside(f->run, f->contender, f->notes);
	note_unset(f->notes, f->run, f->base);
	note_unset(f->notes, f->run, f->contender);
	if (!es.facts_known)
		notes_add(f->notes, xstrdup(NOTE_NO_FACTS));
	for (size_t i = 0; i < es.nr; i++) {
		struct effect *e = es.list[i].effect;

		unjudged += !es.list[i].p99 && !has_p99(f, e);
		e->unconfirmed |= results[i].flagged && !results[i].fresh;
		if (es.list[i].p99) {
			count[results[i].verdict]++;
			if (!verdict_changed(results[i].verdict))
				continue;
			(*ret)[nr] = p99_effect(e);
			e = &(*ret)[nr++];
		}
		fill_effect(e, &es.subjects[i], &results[i]);
	}
	time_results_release(results, es.nr);
	entries_release(&es);
	note_p99(f, count, unjudged);
	note_limit(f);
	return nr;
}
