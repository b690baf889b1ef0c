/* SPDX-License-Identifier: GPL-2.0-only */
/* A load as load.c sees it: one per file, load-NAME.c. */
#ifndef CGMARK_LOAD_KIND_H
#define CGMARK_LOAD_KIND_H

#include <stdatomic.h>

#include "bench.h"

/* Shared by the load's processes and the point. */
struct load_shared {
	_Atomic unsigned on; /* for loads that pause */
	volatile bool running;
	volatile int error;
	_Atomic uint64_t done;
	volatile uint64_t lost; /* messages that a listener missed */
};

struct load {
	const char *name;
	const char *unit;      /* of the work done; NULL: not noted */
	unsigned nr_processes; /* 0: one */
	bool pauses;	       /* runs only from load_on() to load_off() */
	long period_ns;	       /* 0: round() itself waits */
	int (*setup)(struct bench_ctx *ctx);	  /* not for loads that pause */
	int (*begin)(void);			  /* in the load's process */
	int (*round)(struct load_shared *shared); /* adds to shared->done */
};

extern const struct load load_agent, load_agent_binary, load_attach, load_forks,
	load_listen, load_rebind;

#endif
