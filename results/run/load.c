/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads run.json, trusting nothing in it before it is checked. */
#include "alloc.h"
#include "log.h"
#include "run-files.h"
#include "strbuf.h"
#include "text.h"

static const char *role_name(unsigned i)
{
	return boot_role_str(i);
}

static void read_seed(struct json_fields *f, uint64_t *ret)
{
	_cleanup_free_ char *s = NULL;

	json_field_str(f, "seed", &s);
	if (f->err)
		return;
	if (text_u64(s, UINT64_MAX, ret) < 0)
		json_field_fault(f, "seed", "not a number in a string");
}

static void read_provenance(struct json_fields *f, struct run *run)
{
	json_field_str(f, "id", &run->id);
	if (!is_file_name(run->id))
		json_field_fault(f, "id", "not the name of a directory");
	json_field_str(f, "created", &run->created);
	json_field_str(f, "status", &run->status);
	json_field_str(f, "version", &run->version);
	json_field_str(f, "command_line", &run->command_line);
	json_field_str(f, "machine", &run->machine);
	json_field_str(f, "machine_detail", &run->machine_detail);
	json_field_str(f, "host", &run->host);
	json_field_str(f, "guest_sha256", &run->guest_sha256);
	json_field_str(f, "suite", &run->suite);
	/* Only of a nightly run. */
	if (json_object_get(f->obj, "night")) {
		json_field_str(f, "job", &run->job);
		json_field_str(f, "night", &run->night);
	}
	if (json_object_get(f->obj, "profile"))
		json_field_str(f, "profile", &run->profile);
	read_seed(f, &run->seed);
	json_field_uint(f, "perturbations", &run->perturbations);
	if (json_object_get(f->obj, "boots_named"))
		json_field_bool(f, "boots_named", &run->boots_named);
}

static void read_kernel(struct json_fields *f, struct run *run, size_t i)
{
	struct run_kernel *k = &run->kernels[i];

	for (size_t j = 0; j < NR_KERNEL_FIELDS; j++) {
		const struct kernel_field *field = &kernel_fields[j];

		if (field->later && !json_object_get(f->obj, field->name))
			*kernel_field(k, field) = xstrdup("");
		else
			json_field_str(f, field->name, kernel_field(k, field));
	}
	if (!*k->name)
		json_field_fault(f, "name", "empty");
	for (size_t j = 0; j < i; j++)
		if (!strcmp(run->kernels[j].name, k->name))
			json_field_fault(f, "name", "a name twice");
}

static void read_point(struct json_fields *f, struct run *run, size_t i)
{
	struct plan_point *p = &run->points[i].plan;
	char line[REC_LINE_MAX];

	json_field_buf(f, "binary", p->binary, sizeof(p->binary));
	json_field_buf(f, "bench", p->id.bench, sizeof(p->id.bench));
	json_field_uint(f, "version", &p->id.version);
	json_field_buf(f, "params", p->id.params, sizeof(p->id.params));
	json_field_uint(f, "samples", &p->samples);
	json_field_uint(f, "warmup", &p->warmup);
	json_field_uint(f, "nr_ops", &p->nr_ops);
	json_field_uint(f, "timeout_ms", &p->timeout_ms);
	if (!f->err && rec_format_point(line, sizeof(line), p) < 0)
		json_field_fault(f, "bench", "no plan can hold this point");
}

/* The points of a boot that does not have all of them, by number. */
static void read_planned(struct json_fields *f, struct run *run,
			 struct run_boot *b)
{
	json_t *array = json_field_array(f, "points", run->nr_points), *v;
	size_t i;

	b->planned = xcalloc(run->nr_points + 1, sizeof(*b->planned));
	json_array_foreach(array, i, v)
	{
		json_int_t n = json_is_integer(v) ? json_integer_value(v) : -1;

		if (n >= 0 && (size_t)n < run->nr_points)
			b->planned[n] = true;
		else
			json_field_fault(f, "points", "element %zu is no point",
					 i);
	}
}

static void read_planned_boot(struct json_fields *f, struct run *run,
			      struct run_boot *b)
{
	unsigned role = 0;

	b->reason = xstrdup("");
	b->splat = xstrdup("");
	b->command_line = xstrdup("");
	b->samples_crc = xstrdup("");
	json_field_str(f, "id", &b->id);
	if (!is_file_name(b->id))
		json_field_fault(f, "id", "not the name of a directory");
	json_field_uint(f, "kernel", &b->kernel);
	if (b->kernel >= run->nr_kernels)
		json_field_fault(f, "kernel", "there is no kernel %u",
				 b->kernel);
	json_field_uint(f, "perturbation", &b->perturbation);
	json_field_enum(f, "role", role_name, NR_BOOT_ROLES, &role);
	b->role = role;
	if (json_object_get(f->obj, "points"))
		read_planned(f, run, b);
}

static void read_boot(struct json_fields *f, struct run *run, size_t i)
{
	read_planned_boot(f, run, &run->boots[i]);
}

static void read_shard_boot(struct json_fields *f, struct run *run, size_t i)
{
	read_planned_boot(f, run, &run->shard.boots[i]);
}

static void read_source(struct json_fields *f, struct run *run, size_t i)
{
	struct run_source *s = &run->merged.sources[i];

	json_field_uint(f, "number", &s->number);
	if (!f->err && (s->number < 1 || s->number > run->merged.of))
		json_field_fault(f, "number", "there is no shard %u",
				 s->number);
	json_field_str(f, "run", &s->run);
}

static void read_settling(struct json_fields *top, struct run *run)
{
	struct run_settling *s = &run->settling;
	struct json_fields f = {
		.obj = json_field_object(top, "settling"),
		.where = "settling",
		.why = top->why,
		.err = top->err,
	};

	if (f.err)
		return;
	json_field_uint(&f, "max_boots", &s->max_boots);
	json_field_uint(&f, "max_s", &s->max_s);
	json_field_str(&f, "ended", &s->ended);
	top->err = f.err;
}

static void read_event(struct json_fields *f, struct run *run, size_t i)
{
	struct run_event *e = &run->events[i];
	_cleanup_free_ char *text = NULL;

	json_field_str(f, "event", &text);
	json_field_str(f, "means", &e->means);
	if (!f->err && event_parse(text, &e->ev) < 0)
		json_field_fault(f, "event", "'%.80s' is none", text);
	for (size_t j = 0; j < i && !f->err; j++)
		if (!strcmp(run->events[j].ev.name, e->ev.name))
			json_field_fault(f, "event", "'%s' is there twice",
					 e->ev.name);
}

static void read_latency(struct json_fields *f, struct run *run, size_t i)
{
	json_field_str(f, "function", &run->latencies[i]);
	if (!f->err && !latency_name_ok(run->latencies[i]))
		json_field_fault(f, "function", "'%.80s' is no function",
				 run->latencies[i]);
}

typedef void (*read_element_fn)(struct json_fields *f, struct run *run,
				size_t i);

/* Reads array[] into *elements of size bytes each; *nr is how many. */
static void read_array(struct json_fields *top, const char *key, size_t max,
		       size_t size, read_element_fn fn, struct run *run,
		       void *elements, size_t *nr)
{
	json_t *array = json_field_array(top, key, max);
	size_t len = json_array_size(array);
	void *p = xcalloc(len, size);

	memcpy(elements, &p, sizeof(p));
	for (size_t i = 0; i < len && !top->err; i++) {
		_cleanup_free_ char *where = xasprintf("%s[%zu]", key, i);
		struct json_fields f = {
			.obj = json_array_get(array, i),
			.where = where,
			.why = top->why,
		};

		*nr = i + 1;
		fn(&f, run, i);
		top->err = f.err;
	}
}

static void read_shard(struct json_fields *top, struct run *run)
{
	struct run_shard *s = &run->shard;
	struct json_fields f = {
		.obj = json_field_object(top, "shard"),
		.where = "shard",
		.why = top->why,
		.err = top->err,
	};

	if (f.err)
		return;
	json_field_uint(&f, "number", &s->number);
	json_field_uint(&f, "of", &s->of);
	if (!f.err && (s->number < 1 || s->number > s->of))
		json_field_fault(&f, "number", "not 1 to %u", s->of);
	json_field_str(&f, "plan_sha256", &s->plan_sha256);
	read_array(&f, "boots", RUN_BOOTS_MAX, sizeof(*s->boots),
		   read_shard_boot, run, &s->boots, &s->nr_boots);
	top->err = f.err;
}

static void read_merged(struct json_fields *top, struct run *run)
{
	struct run_merged *m = &run->merged;
	struct json_fields f = {
		.obj = json_field_object(top, "merged"),
		.where = "merged",
		.why = top->why,
		.err = top->err,
	};

	if (f.err)
		return;
	json_field_uint(&f, "of", &m->of);
	json_field_str(&f, "plan_sha256", &m->plan_sha256);
	read_array(&f, "shards", RUN_BOOTS_MAX, sizeof(*m->sources),
		   read_source, run, &m->sources, &m->nr_sources);
	top->err = f.err;
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts the words; returns a duplicate, or NULL. */
static const char *find_double(char **words, size_t nr)
{
	qsort(words, nr, sizeof(*words), compare_text);
	for (size_t i = 1; i < nr; i++)
		if (!strcmp(words[i - 1], words[i]))
			return words[i];
	return NULL;
}

static void check_boot_doubles(struct json_fields *f,
			       const struct run_boot *boots, size_t nr)
{
	_cleanup_free_ char **ids = xcalloc(nr, sizeof(*ids));
	const char *dup;

	for (size_t i = 0; i < nr; i++)
		ids[i] = boots[i].id;
	dup = find_double(ids, nr);
	if (dup)
		json_field_fault(f, "boots", "'%s' is there twice", dup);
}

static void check_point_doubles(struct json_fields *f, const struct run *run)
{
	size_t nr = run->nr_points;
	_cleanup_free_ char **points = xcalloc(nr, sizeof(*points));
	const char *dup;

	/* By name on the wire: KTAP does not distinguish versions. */
	for (size_t i = 0; i < nr; i++)
		points[i] = xasprintf("%s %s", run->points[i].plan.id.bench,
				      run->points[i].plan.id.params);
	dup = find_double(points, nr);
	if (dup)
		json_field_fault(f, "points", "'%s' is there twice", dup);
	for (size_t i = 0; i < nr; i++)
		free(points[i]);
}

static int read_run(json_t *json, struct run *run, struct strbuf *why)
{
	struct json_fields f = { .obj = json, .where = "", .why = why };

	read_provenance(&f, run);
	read_array(&f, "kernels", RUN_KERNELS_MAX, sizeof(*run->kernels),
		   read_kernel, run, &run->kernels, &run->nr_kernels);
	read_array(&f, "points", RUN_POINTS_MAX, sizeof(*run->points),
		   read_point, run, &run->points, &run->nr_points);
	read_array(&f, "boots", RUN_BOOTS_MAX, sizeof(*run->boots), read_boot,
		   run, &run->boots, &run->nr_boots);
	/* Only if events were requested. */
	if (json_object_get(json, "events"))
		read_array(&f, "events", EVENTS_MAX, sizeof(*run->events),
			   read_event, run, &run->events, &run->nr_events);
	if (json_object_get(json, "latencies"))
		read_array(&f, "latencies", LATENCIES_MAX,
			   sizeof(*run->latencies), read_latency, run,
			   &run->latencies, &run->nr_latencies);
	/* Only if there was to be any; not in old runs. */
	if (json_object_get(json, "settling"))
		read_settling(&f, run);
	if (json_object_get(json, "shard"))
		read_shard(&f, run);
	if (json_object_get(json, "merged"))
		read_merged(&f, run);
	if (run->nr_points * (run->nr_boots + run->shard.nr_boots) >
	    RUN_CELLS_MAX)
		json_field_fault(&f, "boots", "too many for so many points");
	if (!f.err) {
		check_point_doubles(&f, run);
		check_boot_doubles(&f, run->boots, run->nr_boots);
		check_boot_doubles(&f, run->shard.boots, run->shard.nr_boots);
	}
	return f.err;
}

static char *clean_dir(const char *dir)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	return xstrndup(dir, len);
}

static int load_json(struct run *run)
{
	_cleanup_free_ char *path = xasprintf("%s/run.json", run->dir);
	_cleanup_(json_decrefp) json_t *json = NULL;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int r;

	r = json_file_load(path, RUN_FORMAT, &json, &why);
	if (r == 0)
		r = read_run(json, run, &why);
	if (r < 0)
		log_err("%s: %s", path, why.buf);
	return r;
}

int run_load(const char *dir, struct run **ret, unsigned *damaged)
{
	_cleanup_(run_freep) struct run *run = run_new();
	unsigned nr = 0;
	int r;

	run->dir = clean_dir(dir);
	r = load_json(run);
	if (r < 0)
		return r;
	for (size_t i = 0; i < run->nr_boots; i++)
		run_load_boot(run, &run->boots[i], &nr);
	if (damaged)
		*damaged = nr;
	*ret = steal_ptr(run);
	return 0;
}
