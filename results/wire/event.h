/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events for the kernel to count, as a plan carries them (libc only): one
 * option "event" per event.  cgmark-run(5) documents its fields.
 */
#ifndef CGMARK_EVENT_H
#define CGMARK_EVENT_H

#include "record.h"

/* Names of options of the plan. */
#define EVENT_OPTION "event"
#define EVENT_SCOPE_OPTION "event_scope"

/* Values of the latter: all that runs, or only descendants of the point. */
#define EVENT_SCOPE_MACHINE "machine"
#define EVENT_SCOPE_TASK "task"

#define EVENTS_MAX 64

/*
 * Option "latency", once per function: a kernel function whose calls are timed
 * in separate passes.  Metrics are named by FUNCTION and one of these suffixes;
 * each has a single value for all samples together.
 */
#define LATENCY_OPTION "latency"
#define LATENCIES_MAX 32
#define LATENCY_NAME_MAX 48
#define LATENCY_METRICS(_do) \
	_do(calls) _do(min_ns) _do(median_ns) _do(p99_ns) _do(max_ns)

/* Starts with a letter or '_'; digits and '.' may follow, as in "f.part.0". */
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

/* A valid event name is printable and has neither blanks nor commas. */
bool event_name_ok(const char *name);
/* Both return 0 or -EINVAL; on error *ret of event_parse() is undefined. */
int event_format(char *buf, size_t size, const struct event *ev);
int event_parse(const char *text, struct event *ret);

#endif
