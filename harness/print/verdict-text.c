/* SPDX-License-Identifier: GPL-2.0-only */
#include "verdict-text.h"

#include "alloc.h"
#include "strbuf.h"

const char *verdict_str(enum verdict v)
{
	static const char *const names[] = {
		[V_REGRESSION] = "REGRESSION",
		[V_IMPROVEMENT] = "IMPROVEMENT",
		[V_NO_CHANGE] = "NO CHANGE",
		[V_INCONCLUSIVE] = "INCONCLUSIVE",
		[V_INVALID] = "INVALID",
	};

	return (unsigned)v < ARRAY_SIZE(names) ? names[v] : "?";
}

/* "; 1 INVALID, 14 NO CHANGE": all verdicts except but. */
static void add_others(struct strbuf *out, const unsigned *count,
		       enum verdict but)
{
	static const enum verdict order[] = { V_REGRESSION, V_INVALID,
					      V_INCONCLUSIVE, V_IMPROVEMENT,
					      V_NO_CHANGE };
	const char *sep = "; ";

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		if (order[i] == but || count[order[i]] == 0)
			continue;
		strbuf_addf(out, "%s%u %s", sep, count[order[i]],
			    verdict_str(order[i]));
		sep = ", ";
	}
}

static bool is_meant(const struct comparison *c, size_t i, size_t contender)
{
	return contender == SIZE_MAX || c->contenders[i] == contender;
}

/* "; patched lacks 3 points that base has" */
static void add_lacking(struct strbuf *out, const struct comparison *c,
			size_t contender)
{
	for (size_t i = 0; i < c->nr_contenders; i++) {
		unsigned nr = c->nr_lacking[i];

		if (!is_meant(c, i, contender))
			continue;
		if (c->nr_compared[i] == 0 && c->nr_contenders > 1)
			strbuf_addf(out, "; nothing compared with %s",
				    c->run->kernels[c->contenders[i]].name);
		if (nr > 0)
			strbuf_addf(out, "; %s lacks %u point%s that %s has",
				    c->run->kernels[c->contenders[i]].name, nr,
				    nr == 1 ? "" : "s",
				    c->run->kernels[c->base].name);
	}
}

char *print_summary(const struct comparison *c, size_t contender)
{
	struct strbuf out = STRBUF_INIT;
	unsigned count[NR_VERDICTS] = { 0 }, nr = 0;
	enum verdict lead = V_NO_CHANGE;

	for (size_t i = 0; i < c->nr_effects; i++) {
		if (contender != SIZE_MAX &&
		    c->effects[i].contender != contender)
			continue;
		count[c->effects[i].verdict]++;
		nr++;
	}
	if (nr == 0) {
		strbuf_addstr(&out, "No verdict: no point to compare");
		add_lacking(&out, c, contender);
		return strbuf_steal(&out);
	}
	if (count[V_REGRESSION]) {
		lead = V_REGRESSION;
		strbuf_addstr(&out, "REGRESSION");
	} else if (count[V_INVALID] == nr) {
		lead = V_INVALID;
		strbuf_addstr(&out, "No verdict: INVALID");
	} else {
		if (count[V_IMPROVEMENT])
			lead = V_IMPROVEMENT;
		else if (count[V_NO_CHANGE] == 0)
			lead = V_INCONCLUSIVE;
		strbuf_addf(&out, "No regression%s: %s",
			    count[V_INVALID] || count[V_INCONCLUSIVE] ? " shown"
								      : "",
			    verdict_str(lead));
	}
	if (count[lead] == nr)
		strbuf_addf(&out, " at %s%u point%s", nr > 1 ? "all " : "the ",
			    nr, nr > 1 ? "s" : "");
	else
		strbuf_addf(&out, " at %u of %u points", count[lead], nr);
	add_others(&out, count, lead);
	add_lacking(&out, c, contender);
	return strbuf_steal(&out);
}

const char *print_limits(const char *machine)
{
	if (machine && strcspn(machine, ":") == 3 &&
	    strncmp(machine, "sim", 3) == 0)
		return "sim counts instructions exactly; it says nothing about "
		       "time, caches or lock contention.";
	return "";
}
