/* SPDX-License-Identifier: GPL-2.0-only */
#include <time.h>

#include "interrupt.h"

static void add_unless_ignored(sigset_t *set, int sig)
{
	struct sigaction action;

	if (sigaction(sig, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
		sigaddset(set, sig);
}

void interrupt_mask(sigset_t *ret)
{
	sigemptyset(ret);
	add_unless_ignored(ret, SIGINT);
	add_unless_ignored(ret, SIGTERM);
	add_unless_ignored(ret, SIGHUP);
}

void interrupt_block(sigset_t *old)
{
	sigset_t mask;

	interrupt_mask(&mask);
	sigprocmask(SIG_BLOCK, &mask, old);
}

bool interrupt_pending(void)
{
	const struct timespec now = { 0, 0 };
	sigset_t mask;

	interrupt_mask(&mask);
	return sigtimedwait(&mask, NULL, &now) > 0;
}
