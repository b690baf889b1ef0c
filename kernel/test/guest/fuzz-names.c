/* SPDX-License-Identifier: GPL-2.0-only */
/* What operations act on: small sets of names, and how they are written. */
#include "fuzz.h"

const char *const subsystems[] = {
	"cpuset",  "cpu",     "cpuacct",    "blkio",	"memory",  "devices",
	"freezer", "net_cls", "perf_event", "net_prio", "hugetlb", "pids",
	"rdma",	   "misc",    "debug",	    "swap",	"oom",
};
const unsigned nr_subsystems = ARRAY_SIZE(subsystems);

/*
 * Some have the same parent; those below "u" belong to the unprivileged user.
 * The last one is the root.
 */
const char *const dirs[] = {
	"a", "a/b", "a/b/c", "a/e", "d", "d/b", "u", "u/a", "u/a/b", "u/d", ".",
};
const unsigned nr_dirs = ARRAY_SIZE(dirs);

/* Those with the value NULL are for reading. */
const struct control controls[] = {
	{ "tasks", NULL },
	{ "cgroup.procs", NULL },
	{ "cgroup.procs_partial", NULL },
	{ "cgroup.events", NULL },
	{ "cgroup.stat", NULL },
	{ "cgroup.controllers", NULL },
	{ "cgroup.threads", NULL },
	{ "cpu.stat", NULL },
	{ "cpu.stat.local", NULL },
	{ "cpuacct.stat", NULL },
	{ "cpuacct.usage_percpu", NULL },
	{ "memory.stat", NULL },
	{ "memory.usage_in_bytes", NULL },
	{ "memory.events", NULL },
	{ "memory.oom_control", NULL },
	{ "memory.numa_stat", NULL },
	{ "memory.swap.events", NULL },
	{ "pids.events", NULL },
	{ "pids.current", NULL },
	{ "misc.events", NULL },
	{ "hugetlb.2MB.events", NULL },
	{ "swap.stat", NULL },
	{ "swap.usage_in_bytes", NULL },
	{ "oom.await", NULL },
	{ "oom.stat", NULL },
	{ "debug.current_css_set_cg_links", NULL },
	{ "debug.css_set_hash", NULL },
	{ "debug.cgroup_css_links", NULL },
	{ "devices.list", NULL },
	{ "io.stat", NULL },
	{ "notify_on_release", "0" },
	{ "notify_on_release", "1" },
	{ "cgroup.clone_children", "0" },
	{ "cgroup.clone_children", "1" },
	{ "memory.limit_in_bytes", "0" },
	{ "memory.limit_in_bytes", "1M" },
	{ "memory.limit_in_bytes", "3M" },
	{ "memory.limit_in_bytes", "-1" },
	{ "memory.memsw.limit_in_bytes", "4M" },
	{ "memory.memsw.limit_in_bytes", "-1" },
	{ "memory.kmem.tcp.limit_in_bytes", "1M" },
	{ "memory.soft_limit_in_bytes", "1M" },
	{ "memory.force_empty", "0" },
	{ "memory.swappiness", "100" },
	{ "memory.oom_control", "0" },
	{ "memory.oom_control", "1" },
	{ "memory.use_hierarchy", "1" },
	{ "memory.move_charge_at_immigrate", "3" },
	{ "memory.move_charge_at_immigrate", "0" },
	{ "memory.max", "2M" },
	{ "memory.max", "max" },
	{ "memory.high", "1M" },
	{ "memory.high", "max" },
	{ "memory.reclaim", "1M" },
	{ "swap.limit_in_bytes", "0" },
	{ "swap.limit_in_bytes", "1M" },
	{ "swap.limit_in_bytes", "-1" },
	{ "swap.failcnt", "0" },
	{ "swap.max_usage_in_bytes", "0" },
	{ "oom.delay_ms", "0" },
	{ "oom.delay_ms", "50" },
	{ "oom.delay_ms", "60000" },
	{ "oom.near_bytes", "0" },
	{ "oom.near_bytes", "1048576" },
	{ "oom.control", "kill" },
	{ "oom.control", "extend 10" },
	{ "oom.control", "extend 60000" },
	{ "pids.max", "0" },
	{ "pids.max", "3" },
	{ "pids.max", "max" },
	{ "cpu.shares", "2" },
	{ "cpu.shares", "1024" },
	{ "cpu.cfs_quota_us", "5000" },
	{ "cpu.cfs_quota_us", "-1" },
	{ "cpu.rt_runtime_us", "1000" },
	{ "cpu.max", "10000 100000" },
	{ "cpu.weight", "1" },
	{ "cpuset.cpus", "0" },
	{ "cpuset.cpus", "0-1" },
	{ "cpuset.cpus", "\n" },
	{ "cpuset.mems", "0" },
	{ "cpuset.mems", "\n" },
	{ "cpuset.cpu_exclusive", "1" },
	{ "cpuset.cpu_exclusive", "0" },
	{ "cpuset.memory_migrate", "1" },
	{ "cpuset.sched_load_balance", "0" },
	{ "cpuset.cpus.partition", "root" },
	{ "freezer.state", "FROZEN" },
	{ "freezer.state", "THAWED" },
	{ "cgroup.freeze", "1" },
	{ "cgroup.freeze", "0" },
	{ "cgroup.kill", "1" },
	{ "cgroup.type", "threaded" },
	{ "cgroup.max.descendants", "3" },
	{ "cgroup.pressure", "0" },
	{ "cgroup.pressure", "1" },
	{ "cgroup.subtree_control", "+memory" },
	{ "cgroup.subtree_control", "-memory" },
	{ "cgroup.subtree_control", "+pids" },
	{ "cgroup.subtree_control", "-pids" },
	{ "cgroup.subtree_control", "+cpu +cpuset" },
	{ "cgroup.subtree_control", "-cpu -cpuset" },
	{ "cgroup.subtree_control", "+io" },
	{ "cgroup.subtree_control", "-io" },
	{ "devices.deny", "c 1:3 rwm" },
	{ "devices.allow", "a" },
	{ "net_cls.classid", "0x10001" },
	{ "net_cls.classid", "0" },
	{ "net_prio.ifpriomap", "lo 3" },
	{ "blkio.throttle.read_bps_device", "1:0 1048576" },
	{ "blkio.reset_stats", "1" },
	{ "release_agent", "/bin/none" },
};
const unsigned nr_controls = ARRAY_SIZE(controls);

static uint32_t there_mask;
static bool have_word;

static uint32_t find_subsystems(void)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < nr_subsystems; i++)
		if (is_there(subsystems[i]) ||
		    /* a module, which the first mount loads */
		    (!strcmp(subsystems[i], "net_prio") &&
		     exists("/lib/modules/netprio_cgroup.ko")))
			set |= 1U << i;
	return set;
}

/* Older versions of the series change subsystems without the word. */
static bool find_word(void)
{
	bool ret;

	must(mount_v1("/cg/word", "none,name=word"));
	ret = remount_v1("/cg/word", "none,name=word") == 0;
	must(umount_v1("/cg/word"));
	return ret;
}

void names_init(void)
{
	there_mask = find_subsystems();
	have_word = find_word();
}

uint32_t there(uint32_t set)
{
	return set & there_mask;
}

bool rebind_is_a_word(void)
{
	return have_word;
}

const char *set_text(uint32_t set)
{
	static char bufs[4][256];
	static unsigned next;
	char *buf = bufs[next++ % 4];

	*buf = '\0';
	for (unsigned i = 0; i < nr_subsystems; i++)
		if (set & (1U << i)) {
			strcat(buf, *buf ? "," : "");
			strcat(buf, subsystems[i]);
		}
	return buf;
}

/* Words that are no subsystem are passed over. */
uint32_t set_parse(const char *text)
{
	uint32_t set = 0;

	for (; *text; text += strcspn(text, ","), text += *text == ',')
		for (unsigned i = 0; i < nr_subsystems; i++)
			if (strlen(subsystems[i]) == strcspn(text, ",") &&
			    !strncmp(text, subsystems[i], strcspn(text, ",")))
				set |= 1U << i;
	return set;
}

unsigned arg_range(enum arg kind)
{
	const unsigned ranges[NR_ARG_KINDS] = {
		[ARG_MOUNT] = NR_MOUNTS,
		[ARG_TOP] = NR_MOUNTS + 1,
		[ARG_DIR] = nr_dirs,
		[ARG_NAME] = NR_NAMES + 1,
		[ARG_SUBSYS] = nr_subsystems,
		[ARG_SET] = 1U << nr_subsystems,
		[ARG_SLOT] = NR_SLOTS,
		[ARG_FILE] = NR_FILES,
		[ARG_FD] = NR_FDS,
		[ARG_CONTROL] = nr_controls,
		[ARG_N] = 64,
	};

	return ranges[kind];
}

/* Blanks and line feeds of values are written as '_' and '~'. */
static void control_format(const struct control *c, char *buf, size_t size)
{
	snprintf(buf, size, "%s=%s", c->file, c->value ? c->value : "?");
	for (char *p = buf; *p; p++)
		*p = *p == ' ' ? '_' : *p == '\n' ? '~' : *p;
}

void arg_format(enum arg kind, uint32_t value, char *buf, size_t size)
{
	switch (kind) {
	case ARG_DIR:
		snprintf(buf, size, "%s", dirs[value]);
		break;
	case ARG_SUBSYS:
		snprintf(buf, size, "%s", subsystems[value]);
		break;
	case ARG_SET:
		snprintf(buf, size, "%s", value ? set_text(value) : "-");
		break;
	case ARG_CONTROL:
		control_format(&controls[value], buf, size);
		break;
	default:
		snprintf(buf, size, "%u", value);
	}
}

bool arg_parse(enum arg kind, const char *text, uint32_t *ret)
{
	char buf[128], *end;

	if (kind == ARG_SET) {
		*ret = set_parse(text);
		return true;
	}
	/* Numbers are always understood. */
	*ret = strtoul(text, &end, 10);
	if (!*end && *text)
		return *ret < arg_range(kind);
	for (*ret = 0; *ret < arg_range(kind); (*ret)++) {
		arg_format(kind, *ret, buf, sizeof(buf));
		if (!strcmp(buf, text))
			return true;
	}
	return false;
}
