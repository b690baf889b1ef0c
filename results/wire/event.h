/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel is asked to count, as it travels in a plan (libc only): the
 * value of an option "event", one option an event.  cgmark-run(5) has its fields.
 */
#ifndef CGMARK_EVENT_H
#define CGMARK_EVENT_H

#include "record.h"

/* Names of options of the plan. */
#define EVENT_OPTION "event"
#define EVENT_SCOPE_OPTION "event_scope"

/* Values of the latter: all that runs, or what descends from the point. */
#define EVENT_SCOPE_MACHINE "machine"
#define EVENT_SCOPE_TASK "task"

#define EVENTS_MAX 64

/*
 * Option "latency": a function of the kernel, once each, whose calls are timed
 * in passes of their own.  The metrics of their times are FUNCTION and one of
 * these words; there is one figure of each, of all samples together.
 */
#define LATENCY_OPTION "latency"
#define LATENCIES_MAX 32
#define LATENCY_NAME_MAX 48
#define LATENCY_METRICS(_do) \
	_do(calls) _do(min_ns) _do(median_ns) _do(p99_ns) _do(max_ns)

/* A letter or '_', then digits and '.', as compilers name parts, as well. */
bool latency_name_ok(const char *function);

enum {
	EVENT_NO_USER = 1,
	EVENT_NO_KERNEL = 2,
	EVENT_NO_HV = 4,
	EVENT_NO_GUEST = 8,
	EVENT_NO_HOST = 16,
};

struct event {
	char name[REC_METRIC_MAX]; /* the metric of its samples */
	uint32_t type;		   /* PERF_TYPE_* */
	uint64_t config, config1, config2;
	unsigned exclude; /* EVENT_NO_* */
};

/* Can this be the name of an event?  Printable, no blank, no comma. */
bool event_name_ok(const char *name);
/* Both return 0, or -EINVAL; what event_parse() read is then undefined. */
int event_format(char *buf, size_t size, const struct event *ev);
int event_parse(const char *text, struct event *ret);

#endif
