/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/syscall.h>

#include "functest.h"
#include "modprobe.h"

int load_module(const char *file, const char *parameters)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	long r;

	if (fd < 0)
		return -errno;
	r = sys(syscall(SYS_finit_module, fd, parameters, 0));
	close(fd);
	return r;
}

/* A file that is not a module. */
static int load_corrupt(void)
{
	put("/tmp/corrupt.ko", "not a module\n");
	return load_module("/tmp/corrupt.ko", "");
}

int modprobe(const char *alias)
{
	char *does;
	int r;

	if (strcmp(alias, "cgroup-net_prio"))
		return 1;
	if (read_all(MODPROBE_DOES, &does) < 0)
		r = load_module(MODULES "/netprio_cgroup.ko", "");
	else if (!strcmp(does, "nothing"))
		r = 0;
	else if (!strcmp(does, "corrupt"))
		r = load_corrupt();
	else
		r = load_module(MODULES "/cgroup_subsys_fail.ko", does);
	return r < 0;
}
