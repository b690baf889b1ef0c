/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "guest-cpu.h"

static struct {
	bool taken;
	pid_t owner;
} cpus[CPU_SETSIZE];

static bool has_guest(int cpu)
{
	return cpus[cpu].owner && kill(cpus[cpu].owner, 0) == 0;
}

/* A sandbox may forbid sockets; all CPUs are free then. */
static bool take(const char *name, int cpu)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, len;

	if (cpus[cpu].taken)
		return true;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true;
	/* The first byte is 0. */
	len = snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "%s-cpu%d",
		       name, cpu);
	len += offsetof(struct sockaddr_un, sun_path) + 1;
	if (bind(fd, (struct sockaddr *)&addr, len) < 0 &&
	    errno == EADDRINUSE) {
		close(fd);
		return false;
	}
	cpus[cpu].taken = true;
	return true;
}

static int find(const char *name)
{
	cpu_set_t allowed;
	int shared = -1;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return -1;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed) || has_guest(cpu))
			continue;
		if (take(name, cpu))
			return cpu;
		if (shared < 0)
			shared = cpu;
	}
	return shared;
}

int guest_cpu_get(const char *name, cpu_set_t *set)
{
	int cpu = find(name);

	if (cpu >= 0) {
		CPU_ZERO(set);
		CPU_SET(cpu, set);
	}
	return cpu;
}

void guest_cpu_set_owner(int cpu, pid_t owner)
{
	cpus[cpu].owner = owner;
}
