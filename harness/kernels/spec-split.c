/* SPDX-License-Identifier: GPL-2.0-only */
#include "spec-split.h"

#include "alloc.h"
#include "log.h"
#include "suggest.h"

size_t kernel_spec_item_len(const char *item)
{
	bool is_path = false;
	const char *c;

	for (c = item; *c; c++) {
		is_path = is_path || *c == '/';
		if (*c != ',')
			continue;
		/* In a path, only what looks like an option ends it. */
		if (!is_path ||
		    c[1 + strspn(c + 1, "abcdefghijklmnopqrstuvwxyz")] == '=')
			break;
	}
	return c - item;
}

enum exit_status kernel_spec_split(const char *word, const char *text,
				   struct kernel_opts *ret)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *item, *next, *value, **member;

	next = copy + kernel_spec_item_len(copy);
	ret->source = xstrndup(copy, next - copy);
	if (!*next)
		next = NULL;
	for (item = next ? next + 1 : NULL; item; item = next) {
		next = NULL;
		/* A command line may contain commas, so it comes last. */
		if (strncmp(item, "cmdline=", 8) != 0) {
			next = item + kernel_spec_item_len(item);
			if (*next)
				*next++ = '\0';
			else
				next = NULL;
		}
		value = strchr(item, '=');
		if (!value) {
			log_err("kernel '%s': '%s' is no KEY=VALUE", word,
				item);
			return ST_USAGE;
		}
		*value++ = '\0';
		member = kernel_opts_member(ret, item);
		if (!member || member == &ret->source) {
			suggest_log("kernel option", item, kernel_opts_keys + 1,
				    kernel_opts_nr_keys - 1);
			return ST_USAGE;
		}
		if (*member) {
			log_err("kernel '%s': %s= is given twice", word, item);
			return ST_USAGE;
		}
		*member = xstrdup(value);
	}
	return ST_OK;
}
