/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/perf_event.h>

#include "alloc.h"
#include "log.h"
#include "suggest.h"
#include "tracepoints.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* Kernels may have others: these names are for warnings only. */
static const char *const cgroup_tracepoints[] = {
	"cgroup_attach_task",
	"cgroup_destroy_root",
	"cgroup_freeze",
	"cgroup_mkdir",
	"cgroup_notify_frozen",
	"cgroup_notify_populated",
	"cgroup_release",
	"cgroup_remount",
	"cgroup_rename",
	"cgroup_rmdir",
	"cgroup_rstat_cpu_lock_contended",
	"cgroup_rstat_cpu_lock_contended_fastpath",
	"cgroup_rstat_cpu_locked",
	"cgroup_rstat_cpu_locked_fastpath",
	"cgroup_rstat_cpu_unlock",
	"cgroup_rstat_cpu_unlock_fastpath",
	"cgroup_rstat_lock_contended",
	"cgroup_rstat_locked",
	"cgroup_rstat_unlock",
	"cgroup_setup_root",
	"cgroup_transfer_tasks",
	"cgroup_unfreeze",
};

/* Systems whose events a benchmark may be about. */
const char *const tracepoint_systems[] = {
	"cgroup", "block",    "irq",	      "kmem",	   "lock",	"oom",
	"rcu",	  "sched",    "signal",	      "task",	   "taskstats", "timer",
	"vmscan", "syscalls", "raw_syscalls", "workqueue", "writeback",
};

const size_t tracepoint_nr_systems = ARRAY_SIZE(tracepoint_systems);

/* What follows "SYSTEM:". */
struct parts {
	const char *name;
	size_t name_len;
	const char *levels; /* "" or ":..." */
};

/* False if the word does not have this form. */
static bool take_apart(const char *word, struct parts *ret)
{
	size_t len = strspn(word, LOWER DIGITS "_-");

	if (len == 0 || word[len] != ':')
		return false;
	ret->name = word + len + 1;
	ret->name_len = strspn(ret->name, LOWER UPPER DIGITS "_");
	ret->levels = ret->name + ret->name_len;
	return ret->name_len > 0 && (!*ret->levels || *ret->levels == ':');
}

static bool levels_ok(const char *levels)
{
	size_t len = strlen(levels);

	return len == 0 || (len >= 2 && strspn(levels + 1, "uk") == len - 1);
}

bool tracepoint_possible(const char *word)
{
	struct parts p;

	/* "cycles:k" is an event with its levels. */
	return take_apart(word, &p) && levels_ok(p.levels) &&
	       strspn(p.name, "uk") < p.name_len;
}

bool tracepoint_system_known(const char *word)
{
	size_t len = strcspn(word, ":");

	if (word[len] != ':' || word[len + 1] == ':')
		return false;
	for (size_t i = 0; i < tracepoint_nr_systems; i++)
		if (strlen(tracepoint_systems[i]) == len &&
		    memcmp(tracepoint_systems[i], word, len) == 0)
			return true;
	return false;
}

const char *tracepoint_near(const char *word, const char *const *known,
			    size_t nr)
{
	unsigned best = 1 + strlen(word) / 8;
	const char *ret = NULL;

	for (size_t i = 0; i < nr; i++) {
		unsigned d = suggest_distance(word, known[i]);

		if (d == 0)
			return NULL;
		if (d < best || (d == best && !ret)) {
			best = d;
			ret = known[i];
		}
	}
	return ret;
}

static void warn_of_cgroup(const struct parts *p)
{
	_cleanup_free_ char *name = xstrndup(p->name, p->name_len);
	const char *near = tracepoint_near(name, cgroup_tracepoints,
					   ARRAY_SIZE(cgroup_tracepoints));

	if (near)
		log_warn("tracepoint 'cgroup:%s' is not one that cgmark knows; "
			 "did you mean 'cgroup:%s'?",
			 name, near);
}

/* As in perf, only the named levels count. */
static void take_levels(const char *levels, struct event *ev)
{
	if (!*levels)
		return;
	if (!strchr(levels, 'u'))
		ev->exclude |= EVENT_NO_USER;
	if (!strchr(levels, 'k'))
		ev->exclude |= EVENT_NO_KERNEL;
}

enum exit_status tracepoint_resolve(const char *word, struct run_event *ret)
{
	struct parts p;

	if (!take_apart(word, &p)) {
		log_err("event '%s': a tracepoint is SYSTEM:NAME, and NAME has "
			"letters, digits and '_' only",
			word);
		return ST_USAGE;
	}
	if (!levels_ok(p.levels)) {
		log_err("event '%s': a tracepoint takes ':u' or ':k', or no "
			"suffix",
			word);
		return ST_USAGE;
	}
	if (strncmp(word, "cgroup:", strlen("cgroup:")) == 0)
		warn_of_cgroup(&p);
	ret->ev.type = PERF_TYPE_TRACEPOINT;
	ret->means = xasprintf("tracepoint %.*s", (int)(p.levels - word), word);
	take_levels(p.levels, &ret->ev);
	return ST_OK;
}
