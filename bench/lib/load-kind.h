/* SPDX-License-Identifier: GPL-2.0-only */
/* What a load is to load.c: one a file, load-NAME.c. */
#ifndef CGMARK_LOAD_KIND_H
#define CGMARK_LOAD_KIND_H

#include <stdatomic.h>

#include "bench.h"

/* Between the load's processes and the point. */
struct load_shared {
	_Atomic unsigned on; /* of one that pauses */
	volatile bool running;
	volatile int error;
	_Atomic uint64_t done;
	volatile uint64_t lost; /* messages that did not reach a listener */
};

struct load {
	const char *name;
	const char *unit;      /* of what is done; NULL: not noted */
	unsigned nr_processes; /* 0: one */
	bool pauses;	       /* runs between load_on() and load_off() only */
	long period_ns;	       /* 0: round() waits by itself */
	int (*setup)(struct bench_ctx *ctx);	  /* not of one that pauses */
	int (*begin)(void);			  /* in the load's process */
	int (*round)(struct load_shared *shared); /* adds to shared->done */
};

extern const struct load load_agent, load_agent_binary, load_attach, load_forks,
	load_listen, load_rebind;

#endif
