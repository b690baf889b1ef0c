/* SPDX-License-Identifier: GPL-2.0-only */
/* What stress-ng and hyperfine print, which the guest reads. */
#include "fuzz.h"
#include "tool-output.h"

void fuzz_one(const char *text, size_t len)
{
	static const char *const stress_ng[] = { "stress-ng", "--fork", NULL };
	static const char *const hyperfine[] = { "hyperfine", "true", NULL };
	uint64_t ops = 0;

	tool_ops(stress_ng, text, &ops);
	if (tool_ops(hyperfine, text, &ops) == 0)
		fuzz_check(ops <= len);
}
