/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "holds-names.h"
#include "log.h"
#include "profile.h"
#include "run-files.h"
#include "sharing-names.h"

static const char *const boot_files[] = {
	"plan.tsv",   "console.log", "status.ktap", "samples.tsv",
	PROFILE_FILE, SHARING_FILE,  HOLDS_FILE,
};

static void set_text(json_t *obj, const char *key, const char *value)
{
	json_object_set_new(obj, key, json_text(value));
}

static void set_int(json_t *obj, const char *key, uint64_t value)
{
	json_object_set_new(obj, key, json_integer(value));
}

static json_t *kernel_to_json(const struct run_kernel *k)
{
	json_t *obj = json_object();

	for (size_t i = 0; i < NR_KERNEL_FIELDS; i++)
		set_text(obj, kernel_fields[i].name,
			 kernel_text(k, &kernel_fields[i]));
	return obj;
}

static json_t *point_to_json(const struct plan_point *p)
{
	json_t *obj = json_object();

	set_text(obj, "binary", p->binary);
	set_text(obj, "bench", p->id.bench);
	set_int(obj, "version", p->id.version);
	set_text(obj, "params", p->id.params);
	set_int(obj, "samples", p->samples);
	set_int(obj, "warmup", p->warmup);
	set_int(obj, "nr_ops", p->nr_ops);
	set_int(obj, "timeout_ms", p->timeout_ms);
	return obj;
}

static json_t *planned_to_json(const struct run_boot *b, size_t nr)
{
	json_t *array = json_array();

	for (size_t i = 0; i < nr; i++)
		if (b->planned[i])
			json_array_append_new(array, json_integer(i));
	return array;
}

/* nr: of the points of its run. */
static json_t *planned_boot_to_json(const struct run_boot *b, size_t nr)
{
	json_t *obj = json_object();

	set_text(obj, "id", b->id);
	set_int(obj, "kernel", b->kernel);
	set_int(obj, "perturbation", b->perturbation);
	set_text(obj, "role", boot_role_str(b->role));
	if (b->planned)
		json_object_set_new(obj, "points", planned_to_json(b, nr));
	return obj;
}

static json_t *event_to_json(const struct run_event *e)
{
	json_t *obj = json_object();
	char text[REC_LINE_MAX];

	if (event_format(text, sizeof(text), &e->ev) < 0)
		*text = '\0';
	set_text(obj, "event", text);
	set_text(obj, "means", e->means);
	return obj;
}

/* Only if any were requested. */
static void set_events(json_t *obj, const struct run *run)
{
	json_t *array = json_array();

	for (size_t i = 0; i < run->nr_events; i++)
		json_array_append_new(array, event_to_json(&run->events[i]));
	if (run->nr_events > 0)
		json_object_set(obj, "events", array);
	json_decref(array);
	array = json_array();
	for (size_t i = 0; i < run->nr_latencies; i++) {
		json_t *l = json_object();

		set_text(l, "function", run->latencies[i]);
		json_array_append_new(array, l);
	}
	if (run->nr_latencies > 0)
		json_object_set(obj, "latencies", array);
	json_decref(array);
}

static json_t *settling_to_json(const struct run_settling *s)
{
	json_t *obj = json_object();

	set_int(obj, "max_boots", s->max_boots);
	set_int(obj, "max_s", s->max_s);
	set_text(obj, "ended", s->ended);
	return obj;
}

static json_t *planned_boots_to_json(const struct run_boot *boots, size_t nr,
				     size_t nr_points)
{
	json_t *array = json_array();

	for (size_t i = 0; i < nr; i++)
		json_array_append_new(
			array, planned_boot_to_json(&boots[i], nr_points));
	return array;
}

static json_t *shard_to_json(const struct run *run)
{
	const struct run_shard *s = &run->shard;
	json_t *obj = json_object();

	set_int(obj, "number", s->number);
	set_int(obj, "of", s->of);
	set_text(obj, "plan_sha256", s->plan_sha256);
	json_object_set_new(
		obj, "boots",
		planned_boots_to_json(s->boots, s->nr_boots, run->nr_points));
	return obj;
}

static json_t *merged_to_json(const struct run_merged *m)
{
	json_t *obj = json_object(), *array = json_array();

	for (size_t i = 0; i < m->nr_sources; i++) {
		json_t *source = json_object();

		set_int(source, "number", m->sources[i].number);
		set_text(source, "run", m->sources[i].run);
		json_array_append_new(array, source);
	}
	set_int(obj, "of", m->of);
	set_text(obj, "plan_sha256", m->plan_sha256);
	json_object_set_new(obj, "shards", array);
	return obj;
}

static void set_provenance(json_t *obj, const struct run *run)
{
	char seed[24];

	/* JSON numbers are signed in jansson, and doubles elsewhere. */
	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)run->seed);
	set_int(obj, "format", RUN_FORMAT);
	set_text(obj, "id", run->id);
	set_text(obj, "created", run->created);
	set_text(obj, "status", run->status);
	set_text(obj, "version", run->version);
	set_text(obj, "command_line", run->command_line);
	set_text(obj, "machine", run->machine);
	set_text(obj, "machine_detail", run->machine_detail);
	set_text(obj, "host", run->host);
	set_text(obj, "guest_sha256", run->guest_sha256);
	set_text(obj, "suite", run->suite);
	if (run->night && *run->night) {
		set_text(obj, "job", run->job);
		set_text(obj, "night", run->night);
	}
	if (run->profile && *run->profile)
		set_text(obj, "profile", run->profile);
	set_text(obj, "seed", seed);
	set_int(obj, "perturbations", run->perturbations);
}

json_t *run_to_json(const struct run *run)
{
	json_t *obj = json_object(), *array;

	set_provenance(obj, run);
	array = json_array();
	for (size_t i = 0; i < run->nr_kernels; i++)
		json_array_append_new(array, kernel_to_json(&run->kernels[i]));
	json_object_set_new(obj, "kernels", array);
	array = json_array();
	for (size_t i = 0; i < run->nr_points; i++)
		json_array_append_new(array,
				      point_to_json(&run->points[i].plan));
	json_object_set_new(obj, "points", array);
	json_object_set_new(obj, "boots",
			    planned_boots_to_json(run->boots, run->nr_boots,
						  run->nr_points));
	set_events(obj, run);
	if (run->settling.ended)
		json_object_set_new(obj, "settling",
				    settling_to_json(&run->settling));
	if (run->shard.of)
		json_object_set_new(obj, "shard", shard_to_json(run));
	if (run->merged.of)
		json_object_set_new(obj, "merged",
				    merged_to_json(&run->merged));
	return obj;
}

static void set_unless_empty(json_t *obj, const char *key, const char *value)
{
	if (value && *value)
		set_text(obj, key, value);
}

json_t *boot_to_json(const struct run_boot *b)
{
	json_t *obj = json_object();

	set_int(obj, "format", RUN_FORMAT);
	set_text(obj, "id", b->id);
	json_object_set_new(obj, "ok", json_boolean(b->ok));
	set_text(obj, "blame", blame_str(b->blame));
	set_text(obj, "reason", b->reason);
	set_int(obj, "wall_ms", b->wall_ms);
	set_int(obj, "cpu_ms", b->cpu_ms);
	set_text(obj, "splat", b->splat);
	set_text(obj, "samples_crc", b->samples_crc);
	set_int(obj, "samples_bytes", b->samples_bytes);
	set_unless_empty(obj, "cached", b->cached);
	set_unless_empty(obj, "confirms", b->confirms);
	set_unless_empty(obj, "contradicts", b->contradicts);
	return obj;
}

/* Adds size and checksum of a file of the boot, unless it is missing. */
static int set_file_sum(json_t *files, const struct run *run,
			const struct run_boot *boot, const char *name)
{
	_cleanup_free_ char *path = run_boot_path(run, boot, name);
	struct file_sum sum;
	json_t *file;
	int r;

	r = file_sum(path, &sum);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return log_err_errno(-r, "cannot read '%s'", path);
	file = json_object();
	set_int(file, "bytes", sum.bytes);
	set_text(file, "crc32", sum.crc);
	json_object_set_new(files, name, file);
	return 0;
}

static int set_raw_sums(json_t *files, const struct run *run,
			const struct run_boot *boot,
			const struct plan_point *point)
{
	int r = 0;

	for (int i = 0; i < NR_RAWFILES && r == 0; i++) {
		_cleanup_free_ char *name = raw_file_name(point, i);

		if (name)
			r = set_file_sum(files, run, boot, name);
	}
	return r;
}

static int set_file_sums(json_t *obj, const struct run *run,
			 const struct run_boot *boot)
{
	json_t *files = json_object();
	int r = 0;

	json_object_set_new(obj, "files", files);
	for (size_t i = 0; i < ARRAY_SIZE(boot_files) && r == 0; i++)
		r = set_file_sum(files, run, boot, boot_files[i]);
	for (size_t i = 0; i < run->nr_points && r == 0; i++)
		r = set_raw_sums(files, run, boot, &run->points[i].plan);
	return r;
}

int run_save(const struct run *run)
{
	_cleanup_(json_decrefp) json_t *obj = run_to_json(run);
	_cleanup_free_ char *path = xasprintf("%s/run.json", run->dir);

	json_object_set_new(obj, "boots_named", json_true());
	return json_file_save(path, obj);
}

int run_save_boot(const struct run *run, const struct run_boot *boot)
{
	_cleanup_(json_decrefp) json_t *obj = boot_to_json(boot);
	_cleanup_free_ char *path = run_boot_path(run, boot, "boot.json");
	int r;

	set_text(obj, "run", run->id);
	set_text(obj, "kernel_key", run->kernels[boot->kernel].key);
	set_text(obj, "command_line", boot->command_line);
	r = set_file_sums(obj, run, boot);
	if (r < 0)
		return r;
	return json_file_save(path, obj);
}
