/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cg.h"
#include "cpus-possible.h"

#define POSSIBLE "/sys/devices/system/cpu/possible"

/* Of the range "0-63", or "0". */
static int count_possible(char *text, size_t size, uint64_t *ret)
{
	const struct cg here = { .fd = AT_FDCWD };
	unsigned first, last;
	int r = cg_read(&here, POSSIBLE, text, size);

	if (r < 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	r = sscanf(text, "%u-%u", &first, &last);
	if (r < 1 || first != 0)
		return -EIO;
	*ret = r == 1 ? 1 : (uint64_t)last + 1;
	return 0;
}

int cpus_possible_setup(struct bench_ctx *ctx)
{
	const char *param = ctx_param(ctx, "cpus_possible");
	uint64_t wanted, nr;
	char text[64];
	int r;

	if (!strcmp(param, "real"))
		return 0;
	r = ctx_param_u64(ctx, "cpus_possible", &wanted);
	if (r)
		return r;
	r = count_possible(text, sizeof(text), &nr);
	if (r < 0)
		return ctx_fail(ctx, r, "%s: %s", POSSIBLE, strerror(-r));
	if (nr != wanted)
		return ctx_skip(ctx,
				"cpus_possible=%u: this kernel has CPUs %s on "
				"this machine",
				(unsigned)wanted, text);
	return 0;
}
