/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions by address, as the host wrote them down (plugin.c). */
#ifndef CGMARK_TCG_SYMBOLS_H
#define CGMARK_TCG_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

/* Functions are numbers; these two are always there. */
#define SYMBOL_USER 0
#define SYMBOL_ELSEWHERE 1

struct symbol {
	uint64_t at;
	uint32_t function;
};

struct symbols {
	struct symbol *list; /* ascending */
	uint32_t nr, alloc;
	char **names; /* by function */
	uint32_t nr_names, alloc_names;
};

void symbols_init(struct symbols *s);
/* False with a message on stderr. */
bool symbols_load(struct symbols *s, const char *path);
/* SYMBOL_ELSEWHERE if none is there. */
uint32_t symbols_find(const struct symbols *s, uint64_t at);
/* Is there a function of that name? */
bool symbols_has(const struct symbols *s, const char *name);
const char *symbols_name(const struct symbols *s, uint32_t function);
/* Does the kernel begin to serve a fault or trap here? */
bool symbols_is_fault_entry(const struct symbols *s, uint64_t at);
/* Or an interrupt? */
bool symbols_is_interrupt_entry(const struct symbols *s, uint64_t at);

#endif
