/* SPDX-License-Identifier: GPL-2.0-only */
/* Find out which interfaces of the series this kernel has. */
#include <sys/stat.h>

#include "cgstats.h"
#include "functest.h"
#include "modprobe.h"
#include "rtnl.h"

/* Mount, look for a file (in a child group if it begins with "/"), unmount. */
static bool has_file(const char *options, const char *file)
{
	bool ret;

	if (mount_v1("/cg/need", options) < 0)
		return false;
	mkdir("/cg/need/x", 0755);
	ret = exists(str("/cg/need/%s", file));
	rmdir("/cg/need/x");
	umount_v1("/cg/need");
	return ret;
}

static bool have_rebind(void)
{
	bool ret;

	if (mount_v1("/cg/need", "none,name=need") < 0)
		return false;
	mkdir("/cg/need/x", 0755);
	ret = remount_v1("/cg/need", "pids,name=need") == 0;
	rmdir("/cg/need/x");
	umount_v1("/cg/need");
	return ret;
}

/* With a CPU to isolate. */
static bool have_rebind_smp(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN) > 1 && have_rebind();
}

static bool have_depend(void)
{
	int r = mount_v1("/cg/need", "debug");

	if (r == 0)
		umount_v1("/cg/need");
	return r == -EXDEV;
}

static bool have_hash(void)
{
	return has_file("cpu,debug", "debug.css_set_hash");
}

static bool have_inherit(void)
{
	return has_file("pids", "x/pids.inherit");
}

static bool have_split(void)
{
	return has_file("pids", "cgroup.split");
}

static bool have_merge(void)
{
	return has_file("pids", "cgroup.merge");
}

static bool have_signal(void)
{
	return has_file("signal,name=need", "x/signal.send");
}

static bool have_procs(void)
{
	return has_file("none,name=need", "cgroup.procs_partial");
}

static bool have_module(void)
{
	return exists(MODULES "/netprio_cgroup.ko") &&
	       has_file("net_prio", "net_prio.prioidx");
}

static bool have_oom(void)
{
	return has_file("memory,oom,name=need", "x/oom.await");
}

/* A second memory node: CONFIG_NUMA_EMU and numa=fake=2. */
static bool have_oom_nodes(void)
{
	return have_oom() && exists("/sys/devices/system/node/node1");
}

static bool have_swap(void)
{
	return has_file("memory,swap", "x/swap.usage_in_bytes");
}

/* An older kernel accepts the attribute and ignores it. */
static int keeps_rx(void *arg)
{
	const struct rtnl_filter f = { .dev = "need",
				       .parent = 0xffff0000,
				       .prio = 1,
				       .kind = "cgroup",
				       .has_rx = true,
				       .rx = 1 };
	struct genl g;
	int rx = 0;

	return unshare(CLONE_NEWNET) == 0 && rtnl_open(&g) == 0 &&
	       rtnl_link_add(&g, "need", "ifb") == 0 &&
	       rtnl_qdisc_ingress(&g, "need", "ingress", 0) == 0 &&
	       rtnl_filter_add(&g, &f, NLM_F_EXCL) == 0 &&
	       rtnl_filter_rx(&g, &f, &rx) == 0 && rx == 1;
}

static bool have_net_rx(void)
{
	return in_child(keeps_rx, NULL) == 1;
}

static bool have_net_rx6(void)
{
	return exists("/proc/sys/net/ipv6") && have_net_rx();
}

static bool have_stat(void)
{
	struct cgstats s;

	if (cgstats_open(&s))
		return false;
	cgstats_close(&s);
	return true;
}

/* The lean kernels only have transparent huge pages. */
static bool have_hugetlb(void)
{
	return is_there("hugetlb") && have_stat();
}

/* A debug kernel is too slow to fill a link that is worth sharing. */
static bool have_net_speed(void)
{
	return !exists("/sys/kernel/debug/kmemleak") && have_net_rx();
}

static struct {
	const char *name;
	bool (*fn)(void);
	bool there;
} interfaces[] = {
	{ "hash", have_hash },		 { "rebind", have_rebind },
	{ "depend", have_depend },	 { "inherit", have_inherit },
	{ "split", have_split },	 { "merge", have_merge },
	{ "signal", have_signal },	 { "procs", have_procs },
	{ "module", have_module },	 { "oom", have_oom },
	{ "oom_nodes", have_oom_nodes }, { "swap", have_swap },
	{ "net_rx", have_net_rx },	 { "net_rx6", have_net_rx6 },
	{ "net_speed", have_net_speed }, { "stat", have_stat },
	{ "hugetlb", have_hugetlb },	 { "rebind_smp", have_rebind_smp },
};

void find_interfaces(void (*after_each)(void))
{
	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++) {
		interfaces[i].there = interfaces[i].fn();
		after_each();
	}
}

bool have(const char *interface)
{
	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++)
		if (!strcmp(interfaces[i].name, interface))
			return interfaces[i].there;
	fail("no interface is called %s", interface);
}
