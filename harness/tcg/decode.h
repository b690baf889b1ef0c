/* SPDX-License-Identifier: GPL-2.0-only */
/* What the plugin has to know of an x86-64 instruction, from its bytes. */
#ifndef CGMARK_TCG_DECODE_H
#define CGMARK_TCG_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mark.h"

/* How a block ends, as far as anything depends on it. */
enum block_end {
	END_OTHER,
	END_BRANCH, /* conditional */
	END_JUMP,   /* cannot fault but by its target */
	END_STACK,  /* call or return: accesses memory first */
};

struct insn_end {
	enum block_end end;
	bool is_return;	      /* END_STACK: no call */
	uint8_t accesses;     /* END_STACK: to memory */
	int32_t displacement; /* END_BRANCH: of the target from its own end */
};

/* The last instruction of a block. */
struct insn_end decode_end(const uint8_t *code, size_t size);

/* The code of a marker, or NR_MARKS. */
enum mark decode_mark(const uint8_t *code, size_t size);
/* The clock is read at the start, or the end, of a measured part. */
bool decode_is_start(const uint8_t *code, size_t size);
bool decode_is_stop(const uint8_t *code, size_t size);

#endif
