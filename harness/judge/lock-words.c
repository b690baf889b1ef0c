/* SPDX-License-Identifier: GPL-2.0-only */
#include "lock-words.h"

#include "alloc.h"
#include "holds.h"
#include "strbuf.h"

/* As a boot that judges has it; NULL: it is none, or has no figures. */
static const struct held *held_in(const struct run *run, size_t boot,
				  unsigned kernel, unsigned point,
				  const char *lock)
{
	const struct run_boot *b = &run->boots[boot];

	if (b->kernel != kernel || !role_judges(b->role) ||
	    boot_trust(b) != TRUST_GOOD)
		return NULL;
	return holds_find_lock(&b->holds, &run->points[point].plan, lock);
}

bool lock_was_held(const struct run *run, unsigned kernel, unsigned point,
		   const char *lock)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct held *h = held_in(run, i, kernel, point, lock);

		if (h && h->holds)
			return true;
	}
	return false;
}

const char *lock_why_not(const struct run *run, unsigned kernel, unsigned point,
			 const char *lock)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct held *h = held_in(run, i, kernel, point, lock);

		if (h && h->why)
			return h->why;
	}
	return "its boots were not made with --profile=locks";
}

/* What all boots of a kernel say together. */
struct heard {
	const char *function; /* of the longest hold; NULL: it was never held */
	uint64_t most, holds, idled;
};

static struct heard hear(const struct run *run, unsigned kernel, unsigned point,
			 const char *lock)
{
	struct heard ret = { .function = NULL };

	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct held *h = held_in(run, i, kernel, point, lock);

		if (!h || !h->holds)
			continue;
		if (!ret.function || h->most > ret.most) {
			ret.function = h->function;
			ret.most = h->most;
		}
		ret.holds += h->holds;
		ret.idled += h->idled;
	}
	return ret;
}

static void add_functions(struct strbuf *out, const struct run *run,
			  unsigned base, unsigned contender,
			  const struct heard *a, const struct heard *b)
{
	const char *in = a->function ? a->function : "nobody";
	const char *by = b->function ? b->function : "nobody";

	if (strcmp(in, by) == 0)
		strbuf_addf(out, "by %s", by);
	else
		strbuf_addf(out, "on %s by %s, on %s by %s",
			    run->kernels[base].name, in,
			    run->kernels[contender].name, by);
}

void lock_words_add(const struct run *run, unsigned base, struct effect *e)
{
	const char *lock = holds_metric_lock(e->metric);
	_cleanup_free_ char *reason = e->reason;
	struct strbuf out = STRBUF_INIT;
	struct heard a, b;

	if (!lock || !reason) {
		reason = NULL;
		return;
	}
	a = hear(run, base, e->point, lock);
	b = hear(run, e->contender, e->point, lock);
	strbuf_addf(&out, "%s; %s longest ", reason,
		    strcmp(lock, HOLDS_IRQS_OFF) == 0 ? "off" : "held");
	add_functions(&out, run, base, e->contender, &a, &b);
	if (a.idled + b.idled)
		strbuf_addf(&out,
			    "; in %llu of %llu holds the CPU was idle, which "
			    "no instruction tells",
			    (unsigned long long)(a.idled + b.idled),
			    (unsigned long long)(a.holds + b.holds));
	e->reason = strbuf_steal(&out);
}
