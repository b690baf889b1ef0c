/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain-record.h"

#include <string.h>

#include "explain-locks.h"
#include "explain-sharing.h"

static const char *const names[NR_RECORDS] = {
	[RECORD_SHARING] = "sharing",
	[RECORD_LOCKS] = "locks",
};

const char *record_name(enum record r)
{
	return names[r];
}

enum record record_find(const char *name)
{
	for (unsigned i = RECORD_NONE + 1; i < NR_RECORDS; i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	return RECORD_NONE;
}

enum exit_status explain_record(enum record r, const struct explain_record *how)
{
	if (r == RECORD_LOCKS)
		return explain_locks(&(struct explain_locks){
			.run = how->run,
			.kernels = { how->kernels[EX_BASE],
				     how->kernels[EX_CONT] },
			.wanted = how->wanted,
			.named = how->named,
			.json = how->json,
		});
	return explain_sharing(&(struct explain_sharing){
		.run = how->run,
		.kernels = { how->kernels[EX_BASE], how->kernels[EX_CONT] },
		.wanted = how->wanted,
		.named = how->named,
		.top = how->top,
		.json = how->json,
		.source = how->source,
	});
}
