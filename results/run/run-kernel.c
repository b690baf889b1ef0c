/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-kernel.h"

#include <stdlib.h>

#include "macro.h"

#define FIELD(_name)                                               \
	{                                                          \
#_name, #_name, offsetof(struct run_kernel, _name) \
	}

/* In the order of run.json. */
const struct kernel_field kernel_fields[NR_KERNEL_FIELDS] = {
	FIELD(name),
	FIELD(spec),
	/* "key" is an SQL keyword. */
	{ "key", "kernel_key", offsetof(struct run_kernel, key) },
	FIELD(vmlinux_sha256),
	FIELD(source_version),
	FIELD(release),
	FIELD(patches),
	FIELD(config_sha256),
	FIELD(toolchain),
	FIELD(cmdline),
	{ "image", "image", offsetof(struct run_kernel, image), .local = true },
};

_Static_assert(sizeof(struct run_kernel) == NR_KERNEL_FIELDS * sizeof(char *),
	       "each member of struct run_kernel has a line in the table");

char **kernel_field(struct run_kernel *k, const struct kernel_field *f)
{
	return (char **)((char *)k + f->offset);
}

const char *kernel_text(const struct run_kernel *k,
			const struct kernel_field *f)
{
	return *(char *const *)((const char *)k + f->offset);
}

void run_kernel_release(struct run_kernel *k)
{
	for (size_t i = 0; i < NR_KERNEL_FIELDS; i++)
		free(*kernel_field(k, &kernel_fields[i]));
	memset(k, 0, sizeof(*k));
}
