/* SPDX-License-Identifier: GPL-2.0-only */
#include <sched.h>
#include <sys/utsname.h>

#include "alloc.h"
#include "file.h"
#include "hostinfo.h"

unsigned host_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return CPU_COUNT(&set) > 0 ? CPU_COUNT(&set) : 1;
}

uint64_t host_memory_available(void)
{
	static const char word[] = "\nMemAvailable:";
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *at = NULL;

	if (read_file("/proc/meminfo", &text) == 0 && text.len)
		at = strstr(text.buf, word);
	return at ? strtoull(at + strlen(word), NULL, 10) * 1024 : UINT64_MAX;
}

static char *cpu_model(void)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *at;

	if (read_file("/proc/cpuinfo", &text) < 0 || !text.buf)
		return xstrdup("unknown CPU");
	at = strstr(text.buf, "model name");
	at = at ? strchr(at, ':') : NULL;
	if (!at)
		return xstrdup("unknown CPU");
	at += 1 + strspn(at + 1, " \t");
	return xstrndup(at, strcspn(at, "\n"));
}

char *host_describe(void)
{
	_cleanup_free_ char *model = cpu_model();
	struct utsname uts;

	if (uname(&uts) < 0)
		return xasprintf("%u x %s", host_cores(), model);
	return xasprintf("%u x %s, Linux %s", host_cores(), model, uts.release);
}
