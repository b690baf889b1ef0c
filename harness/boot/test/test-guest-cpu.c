/* SPDX-License-Identifier: GPL-2.0-only */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "guest-cpu.h"

static char name[64];

/* Of its own, so that runs beside the test are none of its business. */
static int set_name(void **state)
{
	static unsigned nr;

	snprintf(name, sizeof(name), "cgmark-test-%d-%u", (int)getpid(), nr++);
	return 0;
}

/* And the set is that CPU. */
static int get(void)
{
	cpu_set_t set;
	int cpu;

	CPU_ZERO(&set);
	cpu = guest_cpu_get(name, &set);
	if (CPU_COUNT(&set) != (cpu >= 0) ||
	    (cpu >= 0 && !CPU_ISSET(cpu, &set)))
		return -3;
	return cpu;
}

/* What another process gets, which holds it until it is killed. */
static int other(pid_t *pid)
{
	int p[2], cpu = -2;

	assert_int_equal(pipe(p), 0);
	*pid = fork();
	assert_true(*pid >= 0);
	if (*pid == 0) {
		cpu = get();
		if (write(p[1], &cpu, sizeof(cpu)) != sizeof(cpu))
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(p[0], &cpu, sizeof(cpu)), sizeof(cpu));
	close(p[0]);
	close(p[1]);
	return cpu;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static int nr_cpus(void)
{
	cpu_set_t set;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	return CPU_COUNT(&set);
}

/* As many as there are CPUs get one each; who comes late shares. */
static void processes_get_different_ones(void **state)
{
	int nr = nr_cpus(), got[CPU_SETSIZE], late;
	pid_t pids[CPU_SETSIZE], late_pid;

	for (int i = 0; i < nr; i++) {
		got[i] = other(&pids[i]);
		assert_true(got[i] >= 0);
		for (int k = 0; k < i; k++)
			assert_int_not_equal(got[i], got[k]);
	}
	late = other(&late_pid);
	assert_int_equal(late, got[0]);
	end(late_pid);
	/* However it ended, it leaves nothing behind. */
	end(pids[nr - 1]);
	assert_int_equal(other(&late_pid), got[nr - 1]);
	end(late_pid);
	for (int i = 0; i < nr - 1; i++)
		end(pids[i]);
}

static pid_t guest(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* The parent may have died before the line above. */
		while (getppid() == parent)
			pause();
		_exit(0);
	}
	return pid;
}

static void check(bool ok)
{
	if (!ok)
		_exit(1);
}

/* In a process of its own, as what is taken is kept. */
static void take_all(void)
{
	int nr = nr_cpus(), cpu = -1;
	pid_t pid = 0;

	for (int i = 0; i < nr; i++) {
		cpu = get();
		check(cpu >= 0);
		pid = guest();
		check(pid > 0);
		guest_cpu_set_owner(cpu, pid);
	}
	check(get() == -1);
	end(pid);
	check(get() == cpu);
	_exit(0);
}

/* They do not share, and a CPU is free again when its guest has ended. */
static void guests_of_one_process(void **state)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		take_all();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(processes_get_different_ones, set_name),
		cmocka_unit_test_setup(guests_of_one_process, set_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
