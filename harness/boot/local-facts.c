/* SPDX-License-Identifier: GPL-2.0-only */
#include "local-facts.h"

#include <glob.h>
#include <sys/mount.h>

#include "alloc.h"
#include "file.h"
#include "local-groups.h"
#include "monotonic.h"

#define CPU_DIR "/sys/devices/system/cpu/cpu*/"
#define NS_PER_MS 1000000ULL
#define NS_PER_US 1000ULL

void local_counters_release(struct local_counters *c)
{
	strbuf_release(&c->groups);
}

/* ---- parts ---- */

void local_parse_stat(const char *text, uint64_t *steal, uint64_t *cpus)
{
	unsigned long long ticks;

	*steal = UINT64_MAX;
	*cpus = 0;
	if (sscanf(text, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &ticks) == 1)
		*steal = ticks;
	for (const char *p = text; (p = strstr(p, "\ncpu")); p++)
		(*cpus)++;
}

uint64_t local_parse_cpu_stat(const char *text)
{
	static const struct {
		const char *key;
		uint64_t ns;
	} keys[] = { { "throttled_usec", NS_PER_US }, { "throttled_time", 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *p = strstr(text, keys[i].key);
		unsigned long long v;

		if (p && (p == text || p[-1] == '\n') &&
		    sscanf(p + strlen(keys[i].key), " %llu", &v) == 1)
			return v * keys[i].ns;
	}
	return UINT64_MAX;
}

static bool has_word(const char *list, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++)
		if (!strncmp(list + i, word, n) &&
		    (i == 0 || list[i - 1] == ',') &&
		    (i + n == len || list[i + n] == ','))
			return true;
	return false;
}

bool local_parse_cgroup(const char *text, const char *controller,
			char **options, char **path)
{
	for (const char *p = text; *p; p += strcspn(p, "\n")) {
		size_t len;
		const char *name;

		p += *p == '\n';
		p += strcspn(p, ":\n");
		p += *p == ':';
		len = strcspn(p, ":\n");
		if (p[len] != ':' || !has_word(p, len, controller))
			continue;
		/* One with a name is found by that alone. */
		name = memmem(p, len, "name=", 5);
		*options = name ? xstrndup(name, p + len - name)
				: xstrndup(p, len);
		p += len + 1;
		*path = xstrndup(p, strcspn(p, "\n"));
		return true;
	}
	return false;
}

/* ---- reading ---- */

static void add(uint64_t *sum, uint64_t v)
{
	if (v == UINT64_MAX)
		return;
	*sum = *sum == UINT64_MAX ? v : *sum + v;
}

static uint64_t read_throttled(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/cpu.stat", dir);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (read_file(path, &text) < 0 || !text.len)
		return UINT64_MAX;
	return local_parse_cpu_stat(text.buf);
}

/* A group below the mount, and all above it. */
static void read_groups(struct local_counters *c, const char *group)
{
	_cleanup_free_ char *path = xstrdup(group);
	char *slash;

	do {
		_cleanup_free_ char *dir = xasprintf("%s%s", LOCAL_MOUNT, path);
		uint64_t ns = read_throttled(dir);

		add(&c->throttled_ns, ns);
		if (ns != UINT64_MAX)
			strbuf_addf(&c->groups, "%s %llu\n", path,
				    (unsigned long long)ns);
		slash = strrchr(path, '/');
		if (slash)
			*slash = '\0';
	} while (slash && *path);
}

static void read_limits(struct local_counters *c)
{
	_cleanup_free_ char *options = NULL, *path = NULL;
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (read_file("/proc/self/cgroup", &text) < 0 || !text.len)
		return;
	if (local_parse_cgroup(text.buf, "cpu", &options, &path)) {
		if (mount("cgmark", LOCAL_MOUNT, "cgroup", 0, options) < 0)
			return;
		read_groups(c, path);
	} else {
		if (mount("cgmark", LOCAL_MOUNT, "cgroup2", 0, NULL) < 0)
			return;
		read_groups(c, "/" LOCAL_GROUP);
		read_groups(c, "/" LOCAL_GROUP_RUN);
		/* Without cpu on v2 nothing can hold it back. */
		add(&c->throttled_ns, 0);
	}
	/* So it is for the root, which has no limit. */
	if (c->throttled_ns == UINT64_MAX && path && !strcmp(path, "/"))
		c->throttled_ns = 0;
	umount2(LOCAL_MOUNT, 0);
}

/* fn over the numbers in all files that match. */
static uint64_t read_numbers(const char *pattern,
			     void (*fn)(uint64_t *, uint64_t))
{
	uint64_t ret = UINT64_MAX;
	glob_t g;

	if (glob(pattern, 0, NULL, &g) != 0)
		return ret;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

		if (read_file(g.gl_pathv[i], &text) == 0 && text.len &&
		    *text.buf >= '0' && *text.buf <= '9')
			fn(&ret, strtoull(text.buf, NULL, 10));
	}
	globfree(&g);
	return ret;
}

static void keep_most(uint64_t *most, uint64_t v)
{
	if (*most == UINT64_MAX || v > *most)
		*most = v;
}

void local_counters_read(struct local_counters *c)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	uint64_t ms = read_numbers(
		CPU_DIR "thermal_throttle/core_throttle_total_time_ms", add);

	*c = (struct local_counters){
		.steal_ticks = UINT64_MAX,
		.throttled_ns = UINT64_MAX,
		.heat_ns = ms == UINT64_MAX ? ms : ms * NS_PER_MS,
		.khz = read_numbers(CPU_DIR "cpufreq/scaling_cur_freq",
				    keep_most),
	};
	if (read_file("/proc/stat", &text) == 0 && text.len)
		local_parse_stat(text.buf, &c->steal_ticks, &c->cpus);
	read_limits(c);
	c->at_ns = now_ns();
}

/* ---- the difference ---- */

static uint64_t since(uint64_t begin, uint64_t end)
{
	if (begin == UINT64_MAX || end == UINT64_MAX)
		return UINT64_MAX;
	return end > begin ? end - begin : 0;
}

/* What a line "PATH NUMBER" of the earlier ones said. */
static uint64_t number_of(const char *text, const char *path, size_t len)
{
	for (const char *p = text; p && *p; p += strcspn(p, "\n")) {
		p += *p == '\n';
		if (!strncmp(p, path, len) && p[len] == ' ')
			return strtoull(p + len, NULL, 10);
	}
	return 0;
}

/* The group that was held back for longest. */
static void find_culprit(const struct local_counters *begin,
			 const struct local_counters *end,
			 struct run_facts *ret)
{
	uint64_t most = 0;

	for (const char *p = end->groups.buf; p && *p; p += strcspn(p, "\n")) {
		size_t len;
		uint64_t ns;

		p += *p == '\n';
		len = strcspn(p, "\n");
		while (len > 0 && p[len] != ' ')
			len--;
		ns = since(number_of(begin->groups.buf, p, len),
			   strtoull(p + len, NULL, 10));
		if (len == 0 || ns <= most)
			continue;
		most = ns;
		snprintf(ret->throttled_by, sizeof(ret->throttled_by), "%.*s",
			 (int)len, p);
	}
}

void local_facts(const struct local_counters *begin,
		 const struct local_counters *end, struct run_facts *ret)
{
	uint64_t ticks = since(begin->steal_ticks, end->steal_ticks);
	uint64_t tick_ns = 1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK);

	*ret = (struct run_facts){
		.known = true,
		.elapsed_ns = since(begin->at_ns, end->at_ns),
		.cpus = end->cpus ? end->cpus : UINT64_MAX,
		.steal_ns = ticks == UINT64_MAX ? ticks : ticks * tick_ns,
		.throttled_ns = since(begin->throttled_ns, end->throttled_ns),
		.heat_ns = since(begin->heat_ns, end->heat_ns),
		.switches = UINT64_MAX,
		.khz = end->khz,
	};
	find_culprit(begin, end, ret);
}
