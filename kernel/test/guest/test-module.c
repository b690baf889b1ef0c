/* SPDX-License-Identifier: GPL-2.0-only */
/* A subsystem that is a module: net_prio. */
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "functest.h"
#include "modprobe.h"

#define NR_RELOADS 10

static int unload(const char *module)
{
	return sys(syscall(SYS_delete_module, module, O_NONBLOCK));
}

static bool is_loaded(const char *module)
{
	return exists(str("/sys/module/%s/refcnt", module));
}

static void modprobe_does(const char *what)
{
	unlink(MODPROBE_DOES);
	if (what) {
		int fd = open(MODPROBE_DOES, O_CREAT | O_WRONLY, 0644);

		check(fd >= 0);
		close(fd);
		must(put(MODPROBE_DOES, what));
	}
}

static int nr_groups(const char *subsys)
{
	struct subsys_info info;

	check(subsys_info(subsys, &info));
	return info.nr_groups;
}

/* The hierarchy of an earlier test may not be gone yet. */
static void no_module(void)
{
	modprobe_does(NULL);
	if (is_loaded("netprio_cgroup"))
		wait_for(unload("netprio_cgroup") == 0);
	check(!is_loaded("netprio_cgroup"));
}

TEST(module, mount, "module")
{
	no_module();
	check_eq(hierarchy_of("net_prio"), 0);
	must(mount_v1(H, "net_prio"));
	check(is_loaded("netprio_cgroup"));
	check(hierarchy_of("net_prio") != 0);
	check(exists(H "/net_prio.ifpriomap"));
	group(H "/a");
	must(put(H "/a/net_prio.ifpriomap", "lo 5"));
	check(has_line(text_of(H "/a/net_prio.ifpriomap"), "lo 5"));
}

TEST(module, remount, "module")
{
	pid_t pid;

	no_module();
	must(mount_v1(H, "pids,name=t"));
	make_tree(H);
	pid = sleeper(H "/a/b");
	must(remount_v1(H, "pids,net_prio,name=t"));
	check(exists(H "/a/b/c/net_prio.prioidx"));
	check_str(group_of(pid, "net_prio"), "/a/b");
	must_fail(unload("netprio_cgroup"), EAGAIN);
	must(remount_v1(H, "pids,name=t"));
	check(!exists(H "/a/net_prio.prioidx"));
	wait_for(unload("netprio_cgroup") == 0);
	check_str(group_of(pid, "pids"), "/a/b");
}

/* The css of a removed group is the module's, too. */
TEST(module, lingering, "module")
{
	pid_t zombie;

	no_module();
	must(mount_v1(H, "net_prio,name=t"));
	group(H "/a");
	zombie = sleeper(H "/a");
	check_eq(kill(zombie, SIGKILL), 0);
	wait_for(state_of(zombie) == 'Z');
	must(remount_v1(H, "none,name=t"));
	check_eq(hierarchy_of("net_prio"), 0);
	/* After a grace period, the css has had its chance to go. */
	msleep(200);
	must_fail(unload("netprio_cgroup"), EAGAIN);
	reap(zombie);
	wait_for(unload("netprio_cgroup") == 0);
}

TEST(module, all, "module")
{
	no_module();
	must(mount_v1(H, "all"));
	check(!is_loaded("netprio_cgroup"));
	check_eq(hierarchy_of("net_prio"), 0);
	must(umount_v1(H));

	must(load_module(MODULES "/netprio_cgroup.ko", ""));
	must(mount_v1(H, "all"));
	check_eq(hierarchy_of("net_prio"), hierarchy_of("pids"));
	must_fail(unload("netprio_cgroup"), EAGAIN);
	must_fail(load_module(MODULES "/cgroup_subsys_fail.ko", "how=online"),
		  EBUSY);
}

/* Settings are gone with the module. */
TEST(module, state, "module")
{
	no_module();
	for (int i = 0; i < 2; i++) {
		must(mount_v1(H, "net_prio"));
		check(has_line(text_of(H "/net_prio.ifpriomap"), "lo 0"));
		must(put(H "/net_prio.ifpriomap", "lo 7"));
		check(has_line(text_of(H "/net_prio.ifpriomap"), "lo 7"));
		must(umount_v1(H));
		wait_for(unload("netprio_cgroup") == 0);
	}
}

/* A file that was open when the module was unloaded. */
TEST(module, open_file, "module")
{
	char text[16];
	int fd;

	no_module();
	must(mount_v1(H, "net_prio,name=t"));
	group(H "/a");
	fd = open(H "/a/net_prio.prioidx", O_RDONLY);
	check(fd >= 0);
	must(remount_v1(H, "none,name=t"));
	must_fail(sys(pread(fd, text, sizeof(text), 0)), ENODEV);
	wait_for(unload("netprio_cgroup") == 0);
	must_fail(sys(pread(fd, text, sizeof(text), 0)), ENODEV);
	close(fd);
}

static void check_fails(const char *how)
{
	no_module();
	modprobe_does(how);
	must_fail(mount_v1(H, "net_prio"), ENODEV);
	check(!is_loaded("cgroup_subsys_fail"));
	check_eq(hierarchy_of("net_prio"), 0);

	/* nor does it affect the subsystems it is named with */
	must(mount_v1(H, "pids,name=t"));
	group(H "/a");
	must_fail(remount_v1(H, "pids,net_prio,name=t"), ENODEV);
	must_fail(mount_v1(H2, "net_prio,cpu"), ENODEV);
	check_eq(hierarchy_of("cpu"), 0);
	check(exists(H "/a/pids.max"));
	must(sys(rmdir(H "/a")));
	must(umount_v1(H));

	modprobe_does(NULL);
	must(mount_v1(H, "net_prio"));
	must(umount_v1(H));
}

TEST(module, fails, "module")
{
	check_fails("nothing");
	check_fails("corrupt");
	check_fails("how=alloc");
	check_fails("how=online");
	check_fails("how=exit");
	check_fails("how=files");
	no_module();
	must_fail(load_module(MODULES "/cgroup_subsys_fail.ko", "how=alloc"),
		  ENOMEM);
	must_fail(load_module(MODULES "/cgroup_subsys_fail.ko", "how=online"),
		  ENOSPC);
	must_fail(load_module(MODULES "/cgroup_subsys_fail.ko", "how=exit"),
		  EINVAL);
	must_fail(load_module(MODULES "/cgroup_subsys_fail.ko", "how=files"),
		  EBUSY);
}

static int mount_in_user_ns(void *arg)
{
	int r = enter_user_ns();

	(void)arg;
	if (r == 0)
		r = sys(unshare(CLONE_NEWNS | CLONE_NEWCGROUP));
	return r < 0 ? r : mount_v1(H, "net_prio");
}

TEST(module, user_ns, "module")
{
	no_module();
	check_eq(in_child(mount_in_user_ns, NULL), -ENODEV);
	check(!is_loaded("netprio_cgroup"));
}

/* Swap what fork reads 10 times and lose nothing. */
TEST(module, fork_storm, "module")
{
	struct storm storm;

	no_module();
	must(mount_v1(H, "pids"));
	group(H "/a");
	storm = storm_start(H "/a", 8);
	for (int i = 0; i < NR_RELOADS; i++) {
		must(mount_v1(H2, "net_prio"));
		group(H2 "/x");
		must(sys(rmdir(H2 "/x")));
		/* A hierarchy stays until its groups are gone. */
		wait_for(nr_groups("net_prio") == 1);
		must(umount_v1(H2));
		wait_for(unload("netprio_cgroup") == 0);
	}
	storm_stop(&storm);
	wait_for(number_in(H "/a/pids.current") == 0);
}

static void mount_all_for_ever(void)
{
	for (;;)
		if (mount_v1(H, "all") == 0)
			umount_v1(H);
}

/* What cannot be loaded is never there to be mounted. */
TEST(module, fails_while_mounted, "module")
{
	pid_t pid;

	no_module();
	pid = must(sys(fork()));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		mount_all_for_ever();
	}
	for (unsigned i = 0; i < scaled(60); i++)
		must_fail(load_module(MODULES "/cgroup_subsys_fail.ko",
				      "how=files"),
			  EBUSY);
	stop(pid);
	umount_v1(H);
	wait_for(hierarchy_of("pids") == 0);
	check(!is_loaded("cgroup_subsys_fail"));
}
