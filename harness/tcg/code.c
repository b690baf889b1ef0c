/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>

#include "code.h"
#include "count.h"

struct code *code_at(const struct symbols *s, uint64_t at)
{
	struct code *code = calloc(1, sizeof(*code));

	if (!code) {
		fprintf(stderr, "cgmark-tcg: out of memory\n");
		exit(EXIT_FAILURE);
	}
	code->is_kernel = is_kernel(at);
	code->function = code->is_kernel ? symbols_find(s, at) : SYMBOL_USER;
	code->tasks.interrupt_entry = symbols_is_interrupt_entry(s, at);
	code->tasks.exception_entry = symbols_is_fault_entry(s, at);
	return code;
}
