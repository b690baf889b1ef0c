/* SPDX-License-Identifier: GPL-2.0-only */
/* What a plugin that follows callers and tasks knows of a translated block. */
#ifndef CGMARK_TCG_CODE_H
#define CGMARK_TCG_CODE_H

#include "symbols.h"
#include "tasks.h"

struct code {
	bool is_kernel;
	uint32_t function;
	struct tasks_block tasks;
};

/*
 * Of the block at an address; whether it ends an interrupt is up to the caller.
 * Lives until the end, as QEMU does not tell when it drops it.  Ends the process
 * if there is no memory.
 */
struct code *code_at(const struct symbols *s, uint64_t at);

#endif
