/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <sys/stat.h>

#include "alloc.h"
#include "run.h"

const char *point_status_str(enum point_status s)
{
	static const char *const name[] = { "FAIL", "ERROR", "MISSING",
					    "DONE", "SKIP",  "UNPLANNED" };

	return s < ARRAY_SIZE(name) ? name[s] : "?";
}

const char *boot_role_str(enum boot_role r)
{
	static const char *const name[] = { "measure", "repeat", "null",
					    "events",  "settle", "confirm" };

	return r < ARRAY_SIZE(name) ? name[r] : "?";
}

const char *blame_str(enum blame b)
{
	static const char *const name[] = { "none", "subject", "benchmark",
					    "harness", "host" };

	return b < ARRAY_SIZE(name) ? name[b] : "?";
}

struct run *run_new(void)
{
	return xcalloc(1, sizeof(struct run));
}

void run_boot_release(struct run_boot *b, size_t nr_points)
{
	free(b->id);
	free(b->dir);
	free(b->reason);
	free(b->splat);
	free(b->command_line);
	free(b->cached);
	free(b->confirms);
	free(b->contradicts);
	free(b->samples_crc);
	free(b->status);
	for (size_t i = 0; b->status_text && i < nr_points; i++)
		free(b->status_text[i]);
	free(b->status_text);
	free(b->samples);
	free(b->lacks);
	holds_release(&b->holds);
	free(b->unset);
	free(b->planned);
}

void run_boot_copy_plan(struct run_boot *to, const struct run_boot *from,
			size_t nr_points)
{
	*to = (struct run_boot){
		.id = xstrdup(from->id),
		.kernel = from->kernel,
		.perturbation = from->perturbation,
		.role = from->role,
	};
	if (!from->planned)
		return;
	to->planned = xcalloc(nr_points + 1, sizeof(*to->planned));
	memcpy(to->planned, from->planned, nr_points * sizeof(*to->planned));
}

static void release_shard(struct run_shard *s, size_t nr_points)
{
	for (size_t i = 0; i < s->nr_boots; i++)
		run_boot_release(&s->boots[i], nr_points);
	free(s->boots);
	free(s->plan_sha256);
}

static void release_merged(struct run_merged *m)
{
	for (size_t i = 0; i < m->nr_sources; i++)
		free(m->sources[i].run);
	free(m->sources);
	free(m->plan_sha256);
}

void run_free(struct run *run)
{
	if (!run)
		return;
	for (size_t i = 0; i < run->nr_kernels; i++)
		run_kernel_release(&run->kernels[i]);
	for (size_t i = 0; i < run->nr_boots; i++)
		run_boot_release(&run->boots[i], run->nr_points);
	for (size_t i = 0; i < run->nr_events; i++)
		free(run->events[i].means);
	free(run->events);
	release_shard(&run->shard, run->nr_points);
	release_merged(&run->merged);
	for (size_t i = 0; i < run->nr_latencies; i++)
		free(run->latencies[i]);
	free(run->latencies);
	for (size_t i = 0; i < run->nr_remarks; i++)
		free(run->remarks[i]);
	free(run->remarks);
	free(run->kernels);
	free(run->points);
	free(run->boots);
	free(run->dir);
	free(run->id);
	free(run->created);
	free(run->version);
	free(run->command_line);
	free(run->machine);
	free(run->machine_detail);
	free(run->host);
	free(run->guest_sha256);
	free(run->suite);
	free(run->job);
	free(run->night);
	free(run->profile);
	free(run->status);
	free(run->settling.ended);
	free(run);
}

int run_kernel_index(const struct run *run, const char *name)
{
	for (size_t i = 0; i < run->nr_kernels; i++)
		if (!strcmp(run->kernels[i].name, name))
			return i;
	return -1;
}

#define AND " and "

static bool has_host(const char *hosts, const char *host)
{
	size_t len = strlen(host);

	while (hosts) {
		const char *end = strstr(hosts, AND);

		if (!strncmp(hosts, host, len) &&
		    (end ? hosts + len == end : !hosts[len]))
			return true;
		hosts = end ? end + strlen(AND) : NULL;
	}
	return false;
}

void run_add_host(struct run *run, const char *host)
{
	_cleanup_free_ char *old = run->host;

	if (!old || !*old)
		run->host = xstrdup(host);
	else if (has_host(old, host))
		run->host = steal_ptr(old);
	else
		run->host = xasprintf("%s" AND "%s", old, host);
}

void run_remark(struct run *run, char *text)
{
	run->remarks = xreallocarray(run->remarks, run->nr_remarks + 1,
				     sizeof(*run->remarks));
	run->remarks[run->nr_remarks++] = text;
}

char *run_boot_path(const struct run *run, const struct run_boot *boot,
		    const char *file)
{
	if (boot->dir)
		return xasprintf("%s/%s", boot->dir, file);
	return xasprintf("%s/boots/%s/%s", run->dir, boot->id, file);
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static bool written_later(const char *runs_dir, const char *a, const char *b)
{
	_cleanup_free_ char *path_a = xasprintf("%s/%s/run.json", runs_dir, a);
	_cleanup_free_ char *path_b = xasprintf("%s/%s/run.json", runs_dir, b);
	struct stat x, y;

	if (stat(path_a, &x) < 0 || stat(path_b, &y) < 0)
		return strcmp(a, b) > 0;
	if (x.st_mtim.tv_sec != y.st_mtim.tv_sec)
		return x.st_mtim.tv_sec > y.st_mtim.tv_sec;
	return x.st_mtim.tv_nsec > y.st_mtim.tv_nsec;
}

/* An id has the second in which a run began; what comes behind it is drawn. */
static bool is_later(const char *runs_dir, const char *a, const char *b)
{
	size_t second = strcspn(a, "-");

	if (strncmp(a, b, second + 1) == 0)
		return written_later(runs_dir, a, b);
	return strcmp(a, b) > 0;
}

int run_latest(const char *runs_dir, char **ret)
{
	_cleanup_free_ char *best = NULL;
	_cleanup_(closedirp) DIR *dir = NULL;
	struct dirent *de;

	dir = opendir(runs_dir);
	if (!dir)
		return -errno;
	for (errno = 0; (de = readdir(dir)); errno = 0) {
		_cleanup_free_ char *json = NULL;

		if (de->d_name[0] == '.')
			continue;
		json = xasprintf("%s/%s/run.json", runs_dir, de->d_name);
		if (access(json, F_OK) < 0 ||
		    (best && !is_later(runs_dir, de->d_name, best)))
			continue;
		free(best);
		best = xstrdup(de->d_name);
	}
	if (errno)
		return -errno;
	if (!best)
		return -ENOENT;
	*ret = xasprintf("%s/%s", runs_dir, best);
	return 0;
}
