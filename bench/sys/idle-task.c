/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "idle-task.h"

#define SHARED \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_SYSVSEM)

#ifdef __x86_64__
/*
 * The task lives in these few instructions and touches no memory.  So it needs
 * no stack, and thousands of them cost only what the kernel keeps for them.
 */
static long hold(unsigned long flags)
{
	register long r10 __asm__("r10") = 0;
	register long r8 __asm__("r8") = 0;
	long ret;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 2f\n"
			 "1:\n\t"
			 "mov %[pause], %%eax\n\t"
			 "syscall\n\t"
			 "jmp 1b\n"
			 "2:"
			 : "=a"(ret)
			 : "a"(SYS_clone), "D"(flags), "S"(0L), "d"(0L),
			   "r"(r10), "r"(r8), [pause] "i"(SYS_pause)
			 : "rcx", "r11", "memory", "cc");
	return ret;
}

long idle_task_thread(void)
{
	return hold(SHARED | CLONE_THREAD);
}

long idle_task_process(void)
{
	return hold(SHARED | SIGCHLD);
}
#else
long idle_task_process(void)
{
	long pid = fork();

	while (pid == 0)
		pause();
	return pid < 0 ? -errno : pid;
}

long idle_task_thread(void)
{
	return -ENOSYS;
}
#endif
