/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool-output.h"

/* "stress-ng: metrc: [12] fork    100   0.34 ...": stressor and operations. */
static int stress_ng_ops(const char *stressor, const char *output,
			 uint64_t *ret)
{
	unsigned long long n;
	char name[32];

	for (const char *p = output; (p = strstr(p, "] ")); p += 2) {
		if (sscanf(p + 2, "%31s %llu", name, &n) != 2 ||
		    strcmp(name, stressor))
			continue;
		*ret = n;
		return 0;
	}
	return -EBADMSG;
}

/* "exit_codes": [ 0, null, 1 ] */
static int hyperfine_runs(const char *output, uint64_t *ret)
{
	const char *p = strstr(output, "\"exit_codes\":");
	const char *end;
	uint64_t n = 0;

	p = p ? strchr(p, '[') : NULL;
	end = p ? strchr(p, ']') : NULL;
	if (!end)
		return -EBADMSG;
	for (p++; p < end; p += strcspn(p, ",]") + 1) {
		p += strspn(p, " \n");
		n += *p == '0';
	}
	*ret = n;
	return 0;
}

bool tool_prints_json(const char *tool)
{
	return !strcmp(tool, "hyperfine");
}

int tool_ops(const char *const *words, const char *output, uint64_t *ret)
{
	if (!strcmp(words[0], "stress-ng")) {
		if (!words[1] || strncmp(words[1], "--", 2))
			return -EBADMSG;
		return stress_ng_ops(words[1] + 2, output, ret);
	}
	if (!strcmp(words[0], "hyperfine"))
		return hyperfine_runs(output, ret);
	return -ENOTSUP;
}
