/* SPDX-License-Identifier: GPL-2.0-only */
/* One kernel event: perf_event_open(2), and why it fails. */
#ifndef CGMARK_PERF_H
#define CGMARK_PERF_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

/*
 * Look up what only the running kernel knows: the id of a tracepoint.  *ret is
 * then fit for perf_open().  0, or -ENOENT with the reason in why.
 */
int perf_resolve(const struct event *ev, struct event *ret, char *why,
		 size_t size);
/* Mount tracefs where perf_resolve() looks; returns whether it is there. */
bool perf_mount_tracefs(void);

/*
 * Open an event that counts all that runs on a CPU or, for cpu < 0, the caller
 * and its future children.  leader: -1, or the group's.  A leader starts
 * disabled and gets its counters exclusively or not at all.  Returns a
 * descriptor or -errno.
 */
int perf_open(const struct event *ev, int cpu, int leader);
/* Start counting in a group.  0 or -errno. */
int perf_enable(int leader);

struct perf_reading {
	uint64_t enabled_ns, running_ns; /* since enabled */
	uint64_t values[EVENTS_MAX];	 /* in the order of opening */
};

/* Read a group of nr events.  -EAGAIN: it has no counters. */
int perf_read(int leader, unsigned nr, struct perf_reading *ret);
/* Map the page of a counter that can be read without the kernel; else NULL. */
struct perf_event_mmap_page *perf_map(int fd);
void perf_unmap(struct perf_event_mmap_page *page);
void perf_close(int fd);
/* Why perf_open() failed, in words and with the name of the error. */
void perf_why(const struct event *ev, int err, char *buf, size_t size);
/* Does the event take a hardware counter? */
bool perf_is_hardware(const struct event *ev);

/*
 * Read an event by its page, whose counter runs on this CPU; rdpmc reads
 * counter number n - 1 in the hardware's numbering.  False: only read(2) has
 * the value.
 */
bool perf_page_read(const volatile struct perf_event_mmap_page *page,
		    uint64_t (*rdpmc)(unsigned counter), uint64_t *ret);
/* On this processor; call it only if the page allows it. */
uint64_t perf_rdpmc(unsigned counter);

#endif
