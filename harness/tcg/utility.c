/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "utility.h"

bool name_begins(const char *name, const char *const *heads, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (strncmp(name, heads[i], strlen(heads[i])) == 0)
			return true;
	return false;
}

bool is_utility(const char *name)
{
	static const char *const heads[] = {
		"_raw_",      "__raw_",	     "native_queued_", "queued_",
		"mutex_",     "__mutex_",    "down_",	       "up_",
		"__down_",    "__up_",	     "rwsem_",	       "memcpy",
		"memset",     "__memcpy",    "__memset",       "clear_page",
		"copy_page",  "__list_",     "rep_movs",       "rep_stos",
		"percpu_up",  "percpu_down", "__percpu_down",  "refcount_",
		"clear_user", "copy_user",   "_copy_",	       "kmem_cache_",
		"__kmalloc",  "kfree",	     "___slab_alloc",  "__slab_",
		"rb_",	      "__rb_",	     "xas_",	       "memmove",
		"lockref_",   "_find_",
	};

	return name_begins(name, heads, sizeof(heads) / sizeof(*heads));
}

bool *symbols_that(const struct symbols *s, bool (*fn)(const char *name))
{
	bool *ret = calloc(s->nr_names, sizeof(*ret));

	for (uint32_t i = 0; ret && i < s->nr_names; i++)
		ret[i] = fn(symbols_name(s, i));
	return ret;
}

uint32_t utility_caller(const struct contexts *c, const bool *utilities,
			uint32_t self)
{
	while (self != CONTEXT_ROOT && utilities[c->list[self].function])
		self = c->list[self].parent;
	return self == CONTEXT_ROOT ? SYMBOL_USER : c->list[self].function;
}
