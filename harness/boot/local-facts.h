/* SPDX-License-Identifier: GPL-2.0-only */
/* What the running system says of the time in which a process measured. */
#ifndef CGMARK_LOCAL_FACTS_H
#define CGMARK_LOCAL_FACTS_H

#include "run-facts.h"
#include "strbuf.h"

/* Counters that only grow; UINT64_MAX: cannot be read here. */
struct local_counters {
	uint64_t at_ns;
	uint64_t cpus;
	uint64_t steal_ticks; /* over all processors */
	uint64_t throttled_ns;
	uint64_t heat_ns;
	uint64_t khz;
	/* Throttling of each group on the way up, by its path and a blank. */
	struct strbuf groups;
};

void local_counters_release(struct local_counters *c);

/*
 * For a caller whose groups are those of what measures, but for those in v2,
 * which are LOCAL_GROUP.  Mounts where local-groups.h does.
 */
void local_counters_read(struct local_counters *ret);
/* Everything but ret->switches. */
void local_facts(const struct local_counters *begin,
		 const struct local_counters *end, struct run_facts *ret);

/* --- parts, for tests --- */

/* Steal ticks of /proc/stat, and how many processors it has. */
void local_parse_stat(const char *text, uint64_t *steal, uint64_t *cpus);
/* Nanoseconds of throttling of a cpu.stat, v1 or v2; UINT64_MAX: it has none. */
uint64_t local_parse_cpu_stat(const char *text);
/*
 * The line of /proc/self/cgroup whose hierarchy has this controller: mount options
 * and path, each owned by the caller.  False: there is none.
 */
bool local_parse_cgroup(const char *text, const char *controller,
			char **options, char **path);

#endif
