/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>

#include "plan-format.h"

static int add_option(struct strbuf *sb, const char *key, const char *value)
{
	char line[REC_LINE_MAX];
	int len = rec_format_option(line, sizeof(line), key, value);

	if (len < 0)
		return len;
	strbuf_add(sb, line, len);
	return 0;
}

static int add_events(struct strbuf *sb, const struct perturbation *p)
{
	char value[REC_LINE_MAX];
	int r = 0;

	if (p->nr_events > 0)
		r = add_option(sb, EVENT_SCOPE_OPTION,
			       p->event_tasks ? EVENT_SCOPE_TASK
					      : EVENT_SCOPE_MACHINE);
	for (size_t i = 0; i < p->nr_events && r == 0; i++) {
		r = event_format(value, sizeof(value), &p->events[i].ev);
		if (r == 0)
			r = add_option(sb, EVENT_OPTION, value);
	}
	for (size_t i = 0; i < p->nr_latencies && r == 0; i++)
		r = add_option(sb, LATENCY_OPTION, p->latencies[i]);
	return r;
}

static int add_options(struct strbuf *sb, const char *clock,
		       const struct perturbation *p)
{
	char holes[24], phase_ns[24];
	int r;

	snprintf(phase_ns, sizeof(phase_ns), "%" PRIu64, p->phase_ns);
	snprintf(holes, sizeof(holes), "%u", p->holes);
	r = add_option(sb, "clock", clock);
	if (r == 0)
		r = add_option(sb, "holes", holes);
	if (r == 0)
		r = add_option(sb, "phase_ns", phase_ns);
	if (r == 0 && p->setup_only)
		r = add_option(sb, REC_SETUP_ONLY, "1");
	return r == 0 ? add_events(sb, p) : r;
}

int plan_format(const struct run_point *points, size_t nr, const char *clock,
		const struct perturbation *p, struct strbuf *ret)
{
	size_t start = ret->len;
	char line[REC_LINE_MAX];
	int len;

	len = rec_format_head(line, sizeof(line), "cgmark-plan");
	if (len < 0)
		return len;
	strbuf_add(ret, line, len);
	len = add_options(ret, clock, p);
	if (len < 0)
		return len;
	for (size_t i = 0; i < nr; i++) {
		len = rec_format_point(line, sizeof(line), &points[i].plan);
		if (len < 0)
			return len;
		strbuf_add(ret, line, len);
	}
	len = rec_format_end(line, sizeof(line), nr,
			     rec_crc32(0, ret->buf + start, ret->len - start));
	if (len < 0)
		return len;
	strbuf_add(ret, line, len);
	return 0;
}
