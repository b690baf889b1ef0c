/* SPDX-License-Identifier: GPL-2.0-only */
/* Which interfaces of the series does this kernel have? */
#include <sys/stat.h>

#include "functest.h"

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

static struct {
	const char *name;
	bool (*fn)(void);
	bool there;
} interfaces[] = {
	{ "hash", have_hash },	     { "rebind", have_rebind },
	{ "depend", have_depend },   { "inherit", have_inherit },
	{ "split", have_split },     { "merge", have_merge },
	{ "signal", have_signal },   { "procs", have_procs },
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
