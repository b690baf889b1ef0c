/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs made in memory for tests: all that a real run has, with values that a
 * test decides by point, kernel, perturbation and role.
 */
#ifndef CGMARK_TEST_SYNTH_H
#define CGMARK_TEST_SYNTH_H

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "profile.h"
#include "record.h"
#include "run.h"
#include "sha256.h"
#include "values.h"

struct synth_point {
	const char *bench;
	const char *params;
	const char *metric;
};

/* Cost of one operation in instructions. */
typedef double (*synth_fn)(unsigned point, unsigned kernel, unsigned p,
			   enum boot_role role, void *arg);

struct synth {
	const char *const *kernels;
	size_t nr_kernels;
	const struct synth_point *points;
	size_t nr_points;
	unsigned perturbations;
	synth_fn fn;
	void *arg;
	bool no_null;
	bool no_repeat;
};

enum { SYNTH_SAMPLES = 5, SYNTH_OPS = 10 };

static inline char *synth_hex(const char *seed)
{
	char hex[65];

	sha256_hex(seed, strlen(seed), hex);
	return xstrdup(hex);
}

static inline void synth_kernel(struct run_kernel *k, const char *name)
{
	k->name = xstrdup(name);
	k->spec = xstrdup("deb:linux-source-6.12");
	k->key = synth_hex(name);
	k->vmlinux_sha256 = synth_hex(name);
	k->source_version = xstrdup("6.12.57-1~bpo12+1");
	k->release = xstrdup("6.12.57-cgmark");
	k->patches =
		xstrdup(strcmp(name, "base") ? "0001-css-set-hash.patch" : "");
	k->config_sha256 = synth_hex("config");
	k->toolchain = xstrdup("gcc 12.2.0");
	k->cmdline = xstrdup("");
	k->image = xstrdup("");
}

static inline void synth_samples(struct run_boot *b, const struct synth *s)
{
	b->status = xcalloc(s->nr_points, sizeof(*b->status));
	b->status_text = xcalloc(s->nr_points, sizeof(*b->status_text));
	b->samples = xcalloc(s->nr_points * SYNTH_SAMPLES, sizeof(*b->samples));
	for (unsigned p = 0; p < s->nr_points; p++) {
		double v =
			s->fn(p, b->kernel, b->perturbation, b->role, s->arg);

		b->status[p] = POINT_DONE;
		b->status_text[p] = xstrdup("");
		for (unsigned i = 0; i < SYNTH_SAMPLES; i++) {
			struct run_sample *x = &b->samples[b->nr_samples++];

			x->point = p;
			strcpy(x->metric, s->points[p].metric);
			x->rep = i;
			x->nr_ops = SYNTH_OPS;
			/* odd one out at the end, for the p99 */
			x->value = (uint64_t)(v * SYNTH_OPS + 0.5) +
				   (i == SYNTH_SAMPLES - 1 ? SYNTH_OPS : 0);
		}
	}
}

static inline void synth_boot(struct run *run, const struct synth *s,
			      unsigned kernel, unsigned p, enum boot_role role)
{
	struct run_boot *b = &run->boots[run->nr_boots++];

	b->id = xasprintf("%s-p%u%s", s->kernels[kernel], p,
			  role == BOOT_REPEAT	 ? "-repeat"
			  : role == BOOT_NULL	 ? "-null"
			  : role == BOOT_SETTLE	 ? "-settle"
			  : role == BOOT_CONFIRM ? "-confirm"
						 : "");
	b->kernel = kernel;
	b->perturbation = p;
	b->role = role;
	b->finished = true;
	b->ok = true;
	b->reason = xstrdup("");
	b->splat = xstrdup("");
	b->samples_crc = xstrdup("00000000");
	synth_samples(b, s);
}

static inline struct run *synth_run(const struct synth *s)
{
	struct run *run = run_new();

	run->dir = xstrdup("");
	run->id = xstrdup("20260101-120000-0001");
	run->created = xstrdup("2026-01-01T12:00:00Z");
	run->version = xstrdup("0.1.0");
	run->command_line = xstrdup("cgmark run");
	run->machine = xstrdup("sim");
	run->machine_detail = xstrdup("QEMU 7.2.19, TCG icount, -cpu Nehalem, "
				      "1 vCPU");
	run->host = xstrdup("2 x CPU, Linux 6.1.0");
	run->guest_sha256 = synth_hex("guest");
	run->suite = xstrdup("default");
	run->seed = 1;
	run->perturbations = s->perturbations;
	run->status = xstrdup("complete");

	run->nr_kernels = s->nr_kernels;
	run->kernels = xcalloc(s->nr_kernels, sizeof(*run->kernels));
	for (size_t k = 0; k < s->nr_kernels; k++)
		synth_kernel(&run->kernels[k], s->kernels[k]);

	run->nr_points = s->nr_points;
	run->points = xcalloc(s->nr_points, sizeof(*run->points));
	for (size_t p = 0; p < s->nr_points; p++) {
		struct plan_point *plan = &run->points[p].plan;

		strcpy(plan->binary, "bench-synth");
		strcpy(plan->id.bench, s->points[p].bench);
		strcpy(plan->id.params, s->points[p].params);
		plan->id.version = 1;
		plan->samples = SYNTH_SAMPLES;
		plan->nr_ops = SYNTH_OPS;
	}

	run->boots = xcalloc(s->nr_kernels * (s->perturbations + 1) +
				     s->perturbations,
			     sizeof(*run->boots));
	for (unsigned k = 0; k < s->nr_kernels; k++) {
		for (unsigned p = 0; p < s->perturbations; p++)
			synth_boot(run, s, k, p, BOOT_MEASURE);
		if (!s->no_repeat)
			synth_boot(run, s, k, 0, BOOT_REPEAT);
	}
	for (unsigned p = 0; !s->no_null && p < s->perturbations; p++)
		synth_boot(run, s, 0, p, BOOT_NULL);
	return run;
}

/* A further boot of a kernel, with one of the points only. */
static inline void synth_more(struct run *run, const struct synth *s,
			      unsigned kernel, unsigned p, enum boot_role role,
			      unsigned point)
{
	struct run_boot *b;
	size_t nr = 0;

	run->boots = xreallocarray(run->boots, run->nr_boots + 1, sizeof(*b));
	memset(&run->boots[run->nr_boots], 0, sizeof(*b));
	synth_boot(run, s, kernel, p, role);
	b = &run->boots[run->nr_boots - 1];
	b->planned = xcalloc(run->nr_points, sizeof(*b->planned));
	b->planned[point] = true;
	for (size_t i = 0; i < b->nr_samples; i++)
		if (b->samples[i].point == point)
			b->samples[nr++] = b->samples[i];
	b->nr_samples = nr;
	for (size_t i = 0; i < run->nr_points; i++)
		if (i != point)
			b->status[i] = POINT_UNPLANNED;
}

static inline void synth_event_boot(struct run *run, unsigned kernel)
{
	struct run_boot *b = &run->boots[run->nr_boots++];

	memset(b, 0, sizeof(*b));
	b->id = xasprintf("%s-p0-events", run->kernels[kernel].name);
	b->kernel = kernel;
	b->role = BOOT_EVENTS;
	b->finished = b->ok = true;
	b->reason = xstrdup("");
	b->splat = xstrdup("");
	b->samples_crc = xstrdup("");
	b->status = xcalloc(run->nr_points, sizeof(*b->status));
	b->status_text = xcalloc(run->nr_points, sizeof(*b->status_text));
	b->samples = xcalloc(run->nr_points, sizeof(*b->samples));
	b->lacks = xcalloc(run->nr_points, sizeof(*b->lacks));
	for (size_t p = 0; p < run->nr_points; p++) {
		struct run_sample *s = &b->samples[b->nr_samples++];
		struct run_lack *l = &b->lacks[b->nr_lacks++];

		b->status[p] = POINT_DONE;
		b->status_text[p] = xstrdup("");
		s->point = l->point = p;
		strcpy(s->metric, run->events[0].ev.name);
		s->nr_ops = SYNTH_OPS;
		s->value = SYNTH_OPS * (8 + kernel);
		strcpy(l->metric, run->events[1].ev.name);
		strcpy(l->why, "ENOENT: no <PMU>");
	}
}

/*
 * A boot more of each kernel, which counts two events: page-faults, 8 a point
 * of the first kernel, 9 of the next, and cycles, which are not there.
 */
static inline void synth_events(struct run *run)
{
	run->nr_events = 2;
	run->events = xcalloc(2, sizeof(*run->events));
	strcpy(run->events[0].ev.name, "page-faults");
	strcpy(run->events[1].ev.name, "cycles");
	run->events[0].means = xstrdup("perf::PAGE_FAULTS");
	run->events[1].means = xstrdup("perf::CYCLES");
	run->boots = xreallocarray(run->boots, run->nr_boots + run->nr_kernels,
				   sizeof(*run->boots));
	for (unsigned k = 0; k < run->nr_kernels; k++)
		synth_event_boot(run, k);
}

static inline struct run_boot *synth_find(struct run *run, const char *id)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		if (strcmp(run->boots[i].id, id) == 0)
			return &run->boots[i];
	}
	return NULL;
}

static inline int synth_format_sample(char *line, size_t size,
				      const struct run *run,
				      const struct run_sample *from)
{
	struct sample s = {
		.id = run->points[from->point].plan.id,
		.rep = from->rep,
		.value = from->value,
		.nr_ops = from->nr_ops,
	};

	strcpy(s.metric, from->metric);
	return rec_format_sample(line, size, &s);
}

/* Writes what run_load() reads; the caller has set run->dir. */
static inline void synth_write_samples(const struct run *run,
				       const struct run_boot *b,
				       const char *dir, struct strbuf *out)
{
	char line[REC_LINE_MAX];
	int n = rec_format_head(line, sizeof(line), "cgmark-samples");
	_cleanup_free_ char *path = xasprintf("%s/samples.tsv", dir);

	strbuf_add(out, line, (size_t)n);
	for (size_t i = 0; i < b->nr_samples; i++) {
		n = synth_format_sample(line, sizeof(line), run,
					&b->samples[i]);
		strbuf_add(out, line, (size_t)n);
	}
	n = rec_format_end(line, sizeof(line), (unsigned)b->nr_samples,
			   rec_crc32(0, out->buf, out->len));
	strbuf_add(out, line, (size_t)n);
	write_file_atomic(path, out->buf, out->len);
}

static inline void synth_write_status(const struct run *run,
				      const struct run_boot *b, const char *dir)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	_cleanup_free_ char *path = xasprintf("%s/status.ktap", dir);

	strbuf_addf(&out,
		    "KTAP version 1\n1..1\n    KTAP version 1\n"
		    "    # Subtest: bench-synth\n    1..%zu\n",
		    run->nr_points);
	for (size_t p = 0; p < run->nr_points; p++) {
		const struct plan_point *plan = &run->points[p].plan;
		enum point_status st = b->status[p];

		if (st == POINT_MISSING)
			continue;
		strbuf_addf(&out, "    # start %s%s%s\n", plan->id.bench,
			    *plan->id.params ? " " : "", plan->id.params);
		strbuf_addf(&out, "    %sok %zu %s%s%s%s%s\n",
			    st == POINT_FAIL || st == POINT_ERROR ? "not " : "",
			    p + 1, plan->id.bench, *plan->id.params ? " " : "",
			    plan->id.params,
			    st == POINT_SKIP	? " # SKIP "
			    : st == POINT_ERROR ? " # ERROR "
			    : st == POINT_FAIL	? " # "
						: "",
			    b->status_text[p]);
	}
	strbuf_addstr(&out, "ok 1 bench-synth\n# cgmark: end\n");
	write_file_atomic(path, out.buf, out.len);
}

static inline int synth_save(struct run *run)
{
	int r = run_save(run);

	for (size_t i = 0; r == 0 && i < run->nr_boots; i++) {
		struct run_boot *b = &run->boots[i];
		_cleanup_strbuf_ struct strbuf samples = STRBUF_INIT;
		_cleanup_free_ char *dir =
			xasprintf("%s/boots/%s", run->dir, b->id);
		char crc[9];

		r = mkdir_p(dir, 0755);
		if (r < 0)
			break;
		synth_write_samples(run, b, dir, &samples);
		synth_write_status(run, b, dir);
		snprintf(crc, sizeof(crc), "%08x",
			 rec_crc32(0, samples.buf, samples.len));
		free(b->samples_crc);
		b->samples_crc = xstrdup(crc);
		b->samples_bytes = samples.len;
		r = run_save_boot(run, b);
	}
	return r;
}

/*
 * profile.tsv with these metrics and S, P and N lines; S lines may come first,
 * and do not count.
 */
static inline void synth_profile(struct strbuf *sb, const char *metrics,
				 const char *lines)
{
	char line[REC_LINE_MAX];
	unsigned nr = 0;

	strbuf_addf(sb, "V\t1\tcgmark-profile\nH\t%s\n%s", metrics, lines);
	for (const char *s = lines; *s; s++)
		nr += *s == '\n' && s[1] != 'S';
	nr -= *lines == 'S';
	rec_format_end(line, sizeof(line), nr, rec_crc32(0, sb->buf, sb->len));
	strbuf_addstr(sb, line);
}

/* As the profile of the repeat boot of a kernel; run->dir is made. */
static inline int synth_save_profile(const struct run *run, unsigned kernel,
				     const char *metrics, const char *lines)
{
	int boot = run_find_boot(run, kernel, 0, BOOT_REPEAT), r;
	_cleanup_free_ char *dir =
		xasprintf("%s/boots/%s", run->dir, run->boots[boot].id);
	_cleanup_free_ char *path = xasprintf("%s/" PROFILE_FILE, dir);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	synth_profile(&sb, metrics, lines);
	r = mkdir_p(dir, 0755);
	return r < 0 ? r : write_file_atomic(path, sb.buf, sb.len);
}

#endif
