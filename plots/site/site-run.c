/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-run.h"

#include "alloc.h"
#include "clean.h"
#include "file.h"
#include "json.h"
#include "log.h"

#define RUNS_FORMAT 1
#define KERNELS_MAX 1024
#define BENCHES_MAX 65536

static void read_kernel(json_t *obj, struct strbuf *why, struct run_kernel *k)
{
	struct json_fields f = { .obj = obj, .where = "kernels", .why = why };

	for (unsigned i = 0; i < NR_KERNEL_FIELDS; i++) {
		const struct kernel_field *field = &kernel_fields[i];

		if (!field->local)
			json_field_str(&f, field->name, kernel_field(k, field));
	}
}

static void read_kernels(struct json_fields *f, struct site_run *r)
{
	json_t *array = json_field_array(f, "kernels", KERNELS_MAX);

	r->nr_kernels = json_array_size(array);
	r->kernels = xcalloc(r->nr_kernels + 1, sizeof(*r->kernels));
	for (size_t i = 0; i < r->nr_kernels; i++)
		read_kernel(json_array_get(array, i), f->why, &r->kernels[i]);
}

static void read_benches(struct json_fields *f, struct site_run *r)
{
	json_t *array = json_field_array(f, "benches", BENCHES_MAX);
	size_t nr = json_array_size(array);

	r->benches = xcalloc(nr + 1, sizeof(*r->benches));
	for (size_t i = 0; i < nr; i++) {
		const char *name = json_string_value(json_array_get(array, i));

		r->benches[r->nr_benches++] = clean_text(name ? name : "");
	}
}

static const char *verdict_key(unsigned v)
{
	static const char *const names[NR_VERDICTS] = {
		[V_REGRESSION] = "regressions",
		[V_IMPROVEMENT] = "improvements",
		[V_NO_CHANGE] = "unchanged",
		[V_INCONCLUSIVE] = "inconclusive",
		[V_INVALID] = "invalid",
	};

	return names[v];
}

int site_run_read(const char *path, struct site_run *r)
{
	_cleanup_(json_decrefp) json_t *json = NULL;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	struct json_fields f = { .where = "", .why = &why };
	int err = json_file_load(path, RUNS_FORMAT, &json, &why);

	if (err < 0)
		return err;
	f.obj = json;
	json_field_str(&f, "fingerprint", &r->fingerprint);
	json_field_str(&f, "id", &r->id);
	json_field_str(&f, "created", &r->created);
	json_field_str(&f, "status", &r->status);
	json_field_str(&f, "machine", &r->machine);
	json_field_str(&f, "suite", &r->suite);
	json_field_str(&f, "job", &r->job);
	json_field_str(&f, "summary", &r->summary);
	json_field_uint(&f, "points", &r->points);
	json_field_uint(&f, "boots", &r->boots);
	json_field_uint(&f, "boots_ok", &r->boots_ok);
	for (unsigned v = 0; v < NR_VERDICTS; v++)
		json_field_uint(&f, verdict_key(v), &r->count[v]);
	read_kernels(&f, r);
	read_benches(&f, r);
	return f.err;
}

static json_t *kernels_json(const struct site_run *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->nr_kernels; i++) {
		json_t *obj = json_object();

		for (unsigned k = 0; k < NR_KERNEL_FIELDS; k++) {
			const struct kernel_field *f = &kernel_fields[k];

			if (!f->local)
				json_object_set_new(
					obj, f->name,
					json_text(kernel_text(&r->kernels[i],
							      f)));
		}
		json_array_append_new(array, obj);
	}
	return array;
}

static json_t *benches_json(const struct site_run *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->nr_benches; i++)
		json_array_append_new(array, json_text(r->benches[i]));
	return array;
}

int site_run_save(const char *site, const struct site_run *r)
{
	_cleanup_free_ char *path =
		xasprintf("%s/data/run/%s.json", site, r->slug);
	_cleanup_free_ char *dir = xasprintf("%s/data/run", site);
	_cleanup_(json_decrefp) json_t *json = json_object();
	const struct {
		const char *name, *text;
	} texts[] = {
		{ "fingerprint", r->fingerprint },
		{ "id", r->id },
		{ "created", r->created },
		{ "status", r->status },
		{ "machine", r->machine },
		{ "suite", r->suite },
		{ "job", r->job },
		{ "summary", r->summary },
	};
	int err = mkdir_p(dir, 0755);

	if (err < 0)
		return log_err_errno(-err, "cannot make %s", dir);
	json_object_set_new(json, "format", json_integer(RUNS_FORMAT));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		json_object_set_new(json, texts[i].name,
				    json_text(texts[i].text));
	json_object_set_new(json, "points", json_integer(r->points));
	json_object_set_new(json, "boots", json_integer(r->boots));
	json_object_set_new(json, "boots_ok", json_integer(r->boots_ok));
	for (unsigned v = 0; v < NR_VERDICTS; v++)
		json_object_set_new(json, verdict_key(v),
				    json_integer(r->count[v]));
	json_object_set_new(json, "kernels", kernels_json(r));
	json_object_set_new(json, "benches", benches_json(r));
	return json_file_save(path, json);
}

void site_run_release(struct site_run *r)
{
	char *const owned[] = { r->dir,	    r->slug,   r->fingerprint, r->id,
				r->created, r->status, r->machine,     r->suite,
				r->job,	    r->summary };

	for (size_t i = 0; i < ARRAY_SIZE(owned); i++)
		free(owned[i]);
	for (size_t i = 0; i < r->nr_kernels; i++)
		run_kernel_release(&r->kernels[i]);
	for (size_t i = 0; i < r->nr_benches; i++)
		free(r->benches[i]);
	free(r->benches);
	free(r->kernels);
	memset(r, 0, sizeof(*r));
}
