/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules.h"
#include "ports.h"
#include "system.h"
#include "tap.h"

int system_status_fd = -1;
void (*system_before_end)(void);

void system_end(void)
{
	/* A test may run PID 1 as any process of the host. */
	if (getpid() != 1)
		_exit(1);
	sync();
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

void system_bail_out(const char *fmt, ...)
{
	char text[256];
	va_list ap;
	int fd = system_status_fd;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (fd < 0)
		fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		tap_line(fd, "Bail out! %s", text);
	if (system_before_end)
		system_before_end();
	system_end();
}

void system_mount(const char *type, const char *path)
{
	mkdir(path, 0755);
	/* EBUSY: the kernel is configured to mount it itself. */
	if (mount("cgmark", path, type, 0, NULL) < 0 && errno != EBUSY)
		system_bail_out("mount %s on %s: %s", type, path,
				strerror(errno));
}

void system_mount_all(void)
{
	system_mount("devtmpfs", "/dev");
	system_mount("proc", "/proc");
	system_mount("sysfs", "/sys");
	system_mount("tmpfs", "/run");
	system_mount("tmpfs", "/tmp");
	system_mount("cgroup2", SYSTEM_V2);
}

static void write_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	write_all(fd, value, strlen(value));
	close(fd);
}

void system_set_limits(void)
{
	write_sysctl("/proc/sys/kernel/threads-max", "65536");
	write_sysctl("/proc/sys/kernel/pid_max", "65536");
}

void system_load_modules(void)
{
	char why[200];

	if (modules_load("/modules", why, sizeof(why)) < 0)
		system_bail_out("%s", why);
}

void system_open_status(void)
{
	int fd = port_open("cgmark.status", "CGMARK_STATUS_FD");

	if (fd < 0)
		system_bail_out("no port cgmark.status: %s", strerror(-fd));
	system_take_status(fd);
}

void system_take_status(int fd)
{
	system_status_fd = fd;
	/* To the host, the first line means "userspace is reached". */
	tap_line(fd, "KTAP version 1");
}
