/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The comparison as a report for KCIDB, version 5 of its schema: a checkout and
 * a build for each kernel, and a test for each point, metric and kernel.
 *
 *   DONE   measured
 *   FAIL   the kernel failed the point, or a verdict says REGRESSION
 *   ERROR  the benchmark failed
 *   MISS   there is no result
 *   SKIP   the kernel lacks what the point needs
 *
 * "path" is cgmark.BENCHMARK.PARAMS.METRIC, with the characters that a path can
 * have; "misc" has the names as they are, and the verdict.
 */
#include "compare-formats.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "about-run.h"
#include "alloc.h"
#include "json.h"
#include "strbuf.h"
#include "verdict-text.h"

#define KCIDB_MAJOR 5
#define KCIDB_MINOR 0
#define DEFAULT_ORIGIN "cgmark"

struct report {
	const struct kernel_table *t;
	const struct run *run;
	const char *origin;
	json_t *checkouts, *builds, *tests;
};

static void set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

/* Properties that say nothing are left out, as the schema wants it. */
static void set_text(json_t *o, const char *key, const char *text)
{
	if (text && *text)
		set(o, key, json_text(text));
}

static void set_number(json_t *o, const char *key, double v)
{
	if (isfinite(v))
		set(o, key, json_real(v));
}

/* "2026-01-01T12:00:00Z"; NULL: the run does not say when. */
static const char *start_time(const struct run *run)
{
	const char *s = run->created;

	return s && strlen(s) == 20 && s[10] == 'T' && s[19] == 'Z' ? s : NULL;
}

/* A kernel that was built twice the same way is one build. */
static char *kernel_id(const struct report *r, size_t k)
{
	const struct run_kernel *kernel = &r->run->kernels[r->t->kernels[k]];

	if (kernel->key && *kernel->key)
		return xasprintf("%s:%s", r->origin, kernel->key);
	return xasprintf("%s:%s/%s", r->origin, r->run->id, kernel->name);
}

static json_t *new_object(const struct report *r, const char *id)
{
	json_t *o = json_object();

	set(o, "id", json_text(id));
	set(o, "origin", json_text(r->origin));
	return o;
}

static bool is_listed(const json_t *array, const char *id)
{
	size_t i;
	const json_t *o;

	json_array_foreach(array, i, o)
	{
		if (strcmp(json_string_value(json_object_get(o, "id")), id) ==
		    0)
			return true;
	}
	return false;
}

static void add_kernel(struct report *r, size_t k)
{
	const struct run_kernel *kernel = &r->run->kernels[r->t->kernels[k]];
	_cleanup_free_ char *id = kernel_id(r, k);
	_cleanup_free_ char *about = about_kernel(kernel);
	json_t *checkout, *build, *misc;

	if (is_listed(r->builds, id))
		return;
	checkout = new_object(r, id);
	set_text(checkout, "comment", about);
	misc = json_object();
	set_text(misc, "spec", kernel->spec);
	set_text(misc, "source_version", kernel->source_version);
	set_text(misc, "patches", kernel->patches);
	set(checkout, "misc", misc);
	json_array_append_new(r->checkouts, checkout);

	build = new_object(r, id);
	set(build, "checkout_id", json_text(id));
	set(build, "architecture", json_string("x86_64"));
	set_text(build, "compiler", kernel->toolchain);
	set_text(build, "comment", about);
	set(build, "status", json_string("PASS"));
	misc = json_object();
	set_text(misc, "config_sha256", kernel->config_sha256);
	set_text(misc, "vmlinux_sha256", kernel->vmlinux_sha256);
	set_text(misc, "cmdline", kernel->cmdline);
	set(build, "misc", misc);
	json_array_append_new(r->builds, build);
}

/* ---- tests ---- */

static const char *status_of(const struct kernel_cell *cell)
{
	static const char *const words[] = {
		[POINT_FAIL] = "FAIL",	  [POINT_ERROR] = "ERROR",
		[POINT_MISSING] = "MISS", [POINT_DONE] = "DONE",
		[POINT_SKIP] = "SKIP",
	};

	if (cell->effect && cell->effect->verdict == V_REGRESSION)
		return "FAIL";
	return words[cell->status];
}

/* Appends what a node can have: "sets=16" becomes "sets-16". */
static void add_node(struct strbuf *out, const char *text, size_t len)
{
	if (out->len)
		strbuf_addstr(out, ".");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];

		strbuf_addf(out, "%c",
			    c == '=' ? '-'
			    : c < 0x80 && (isalnum(c) || c == '-' || c == '_')
				    ? c
				    : '_');
	}
	if (len == 0)
		strbuf_addstr(out, "_");
}

static void add_nodes(struct strbuf *out, const char *text, char separator)
{
	const char separators[] = { separator, '\0' };

	while (*text) {
		size_t len = strcspn(text, separators);

		add_node(out, text, len);
		text += len + (text[len] == separator);
	}
}

static char *test_path(const struct kernel_row *row)
{
	struct strbuf out = STRBUF_INIT;

	strbuf_addstr(&out, "cgmark");
	add_nodes(&out, row->bench, '/');
	add_nodes(&out, row->params, ',');
	if (*row->metric)
		add_node(&out, row->metric, strlen(row->metric));
	return strbuf_steal(&out);
}

static json_t *test_number(const struct kernel_row *row,
			   const struct kernel_cell *cell)
{
	_cleanup_free_ char *unit = xasprintf("%s/op", row->metric);
	json_t *o = json_object();

	set(o, "value", json_real(cell->value));
	set(o, "unit", json_text(unit));
	return o;
}

static json_t *test_misc(const struct report *r, const struct kernel_row *row,
			 size_t k)
{
	const struct kernel_cell *cell = &row->cells[k];
	const struct effect *e = cell->effect;
	json_t *o = json_object();

	set_text(o, "run", r->run->id);
	set_text(o, "benchmark", row->bench);
	set(o, "benchmark_version", json_integer(row->version));
	set_text(o, "params", row->params);
	set_text(o, "metric", row->metric);
	set_text(o, "kernel", r->run->kernels[r->t->kernels[k]].name);
	set(o, "boots", json_integer((json_int_t)cell->nr_boots));
	if (e) {
		set_text(o, "baseline", r->run->kernels[r->t->kernels[0]].name);
		set_text(o, "verdict", verdict_str(e->verdict));
		set_text(o, "reason", e->reason);
		set_number(o, "baseline_value", e->base_median);
		set_number(o, "change_percent", (e->ratio - 1) * 100);
		set_number(o, "threshold_percent", e->threshold * 100);
	}
	return o;
}

static void add_test(struct report *r, const struct kernel_row *row, size_t k)
{
	const struct kernel_cell *cell = &row->cells[k];
	const struct run_kernel *kernel = &r->run->kernels[r->t->kernels[k]];
	_cleanup_free_ char *build = kernel_id(r, k);
	_cleanup_free_ char *path = test_path(row);
	_cleanup_free_ char *machine = about_machine(r->run);
	_cleanup_free_ char *id = xasprintf(
		"%s:%s/%s/%s/%u/%s/%s", r->origin, r->run->id, kernel->name,
		row->bench, row->version, row->params, row->metric);
	json_t *o = new_object(r, id), *environment = json_object();

	set(o, "build_id", json_text(build));
	set(o, "path", json_string(path));
	set(o, "status", json_string(status_of(cell)));
	if (cell->nr_boots > 0 && isfinite(cell->value) &&
	    (cell->status == POINT_DONE || cell->status == POINT_FAIL))
		set(o, "number", test_number(row, cell));
	set_text(o, "start_time", start_time(r->run));
	set_text(environment, "comment", machine);
	set(o, "environment", environment);
	set_text(o, "comment", cell->effect ? cell->effect->reason : cell->why);
	set(o, "misc", test_misc(r, row, k));
	json_array_append_new(r->tests, o);
}

static json_t *json_report(struct report *r, const struct print_opts *opts)
{
	json_t *o = json_object(), *version = json_object();

	set(version, "major", json_integer(KCIDB_MAJOR));
	set(version, "minor", json_integer(KCIDB_MINOR));
	set(o, "version", version);
	set(o, "checkouts", r->checkouts = json_array());
	set(o, "builds", r->builds = json_array());
	set(o, "tests", r->tests = json_array());
	for (size_t k = 0; k < r->t->nr_kernels; k++)
		add_kernel(r, k);
	for (size_t i = 0; i < r->t->nr; i++) {
		if (!row_is_shown(&r->t->rows[i], opts))
			continue;
		for (size_t k = 0; k < r->t->nr_kernels; k++)
			add_test(r, &r->t->rows[i], k);
	}
	return o;
}

int compare_print_kcidb(FILE *out, const struct findings *f,
			const struct print_opts *o)
{
	struct report r = {
		.t = f->table,
		.run = f->comparison->run,
		.origin = o->origin ? o->origin : DEFAULT_ORIGIN,
	};
	json_t *json = json_report(&r, o);
	int err = 0;

	if (json_dumpf(json, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER) < 0 ||
	    fputc('\n', out) == EOF || fflush(out) == EOF)
		err = -(errno ? errno : EIO);
	json_decref(json);
	return err;
}
