/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An init for tests of machine local: each system call of kernel "slow" passes
 * through so many instructions of a filter, some microseconds, which is a cost in
 * the kernel that no benchmark knows of.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "init-local.h"

/* Multiplications, as the kernel remembers the result of simpler filters. */
static int slow_down(void)
{
	static struct sock_filter code[BPF_MAXINSNS];
	const struct sock_fprog prog = { .len = BPF_MAXINSNS, .filter = code };

	code[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
	for (unsigned i = 1; i + 1 < BPF_MAXINSNS; i++)
		code[i] = (struct sock_filter)BPF_STMT(
			BPF_ALU | BPF_MUL | BPF_K, 3);
	code[BPF_MAXINSNS - 1] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		return -errno;
	return 0;
}

int main(void)
{
	const char *kernel = getenv("CGMARK_KERNEL");
	int r = kernel && !strcmp(kernel, "slow") ? slow_down() : 0;

	if (r < 0) {
		fprintf(stderr, "slow-init: %s\n", strerror(-r));
		return 1;
	}
	return init_local();
}
