/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that everybody calls: locks, copies, lists.  Who called them says what
 * for.
 */
#ifndef CGMARK_TCG_UTILITY_H
#define CGMARK_TCG_UTILITY_H

#include "context.h"
#include "symbols.h"

/* Does it begin with one of these? */
bool name_begins(const char *name, const char *const *heads, size_t nr);
bool is_utility(const char *name);
/* By function, for those whose names fn is true of; NULL without memory. */
bool *symbols_that(const struct symbols *s, bool (*fn)(const char *name));
/*
 * The function of context self or of its nearest caller that is no utility;
 * SYMBOL_USER: there is none.
 */
uint32_t utility_caller(const struct contexts *c, const bool *utilities,
			uint32_t self);

#endif
