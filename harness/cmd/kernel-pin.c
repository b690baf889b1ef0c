/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel-pin.h"

#include "alloc.h"

static bool is_commit(const char *s)
{
	size_t len = strspn(s, "0123456789abcdef");

	return len >= 40 && !s[len];
}

char *kernel_pin_commit(const struct run_kernel *k, const char *name)
{
	size_t end = strcspn(k->spec, ",");
	size_t at = end;

	if (strncmp(k->spec, "git:", 4) != 0 || !is_commit(k->source_version))
		return NULL;
	/* The path may have an @ as well. */
	while (at > 0 && k->spec[at] != '@')
		at--;
	if (at == 0)
		return NULL;
	return xasprintf("%s=%.*s@%s%s", name, (int)at, k->spec,
			 k->source_version, k->spec + end);
}

char *kernel_pin(const struct run_kernel *k, const char *name)
{
	char *commit = kernel_pin_commit(k, name);

	if (commit)
		return commit;
	if (*k->image && access(k->image, R_OK) == 0)
		return xasprintf("%s=image:%s", name, k->image);
	return NULL;
}
