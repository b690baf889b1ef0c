/* SPDX-License-Identifier: GPL-2.0-only */
#include "fixture.h"
#include "alloc.h"
#include "file.h"

static void set_kernel(struct run_kernel *k, const char *name)
{
	k->name = xstrdup(name);
	k->spec = xasprintf("deb:linux-source-6.12,name=%s", name);
	k->key = xasprintf("%064d", (int)strlen(name));
	k->vmlinux_sha256 = xasprintf("%063d%c", 0, *name);
	k->source_version = xstrdup("6.12.0-1");
	k->release = xstrdup("6.12.0-cgmark");
	k->patches = xstrdup("0001-x.patch 0002-y.patch");
	k->series = xstrdup("m\xc3\xadne");
	k->series_sha256 = xasprintf("%064d", 5);
	k->series_total = xstrdup("3");
	k->config_sha256 = xasprintf("%064d", 7);
	k->toolchain = xstrdup("gcc \"12\" \xc3\xa9");
	k->cmdline = xstrdup("quiet");
	k->image = xasprintf("/cache/%s/vmlinux", name);
	k->board = xstrdup("pc");
	k->modules = xasprintf("/cache/%s/modules.cpio", name);
}

static void set_points(struct run *run)
{
	static const char *const bench[] = { "null", "attach/self",
					     "attach/self" };
	static const char *const params[] = { "", "pace=burst,version=1",
					      "pace=200ms,version=1" };

	run->nr_points = FIXTURE_POINTS;
	run->points = xcalloc(run->nr_points, sizeof(*run->points));
	for (size_t i = 0; i < run->nr_points; i++) {
		struct plan_point *p = &run->points[i].plan;

		strcpy(p->binary, i ? "bench-attach" : "bench-null");
		strcpy(p->id.bench, bench[i]);
		strcpy(p->id.params, params[i]);
		p->id.version = i ? 3 : 1;
		p->samples = FIXTURE_SAMPLES;
		p->warmup = 2;
		p->nr_ops = 10;
		p->timeout_ms = 60000;
	}
}

static void set_boots(struct run *run)
{
	run->nr_boots = FIXTURE_BOOTS;
	run->boots = xcalloc(run->nr_boots, sizeof(*run->boots));
	for (size_t i = 0; i < run->nr_boots; i++) {
		struct run_boot *b = &run->boots[i];

		b->kernel = i / 3;
		b->perturbation = i % 3 == 1;
		b->role = i % 3 == 2 ? BOOT_REPEAT : BOOT_MEASURE;
		b->id = xasprintf("%s-p%u%s", run->kernels[b->kernel].name,
				  b->perturbation,
				  b->role == BOOT_REPEAT ? "-repeat" : "");
	}
}

struct run *fixture_run(const char *runs_dir, const char *id)
{
	struct run *run = run_new();

	run->dir = xasprintf("%s/%s", runs_dir, id);
	run->id = xstrdup(id);
	run->created = xasprintf("2025-01-01T00:00:00Z %s", id);
	run->version = xstrdup("0.1.0");
	run->command_line = xstrdup("cgmark run");
	run->machine = xstrdup("sim");
	run->machine_detail = xstrdup("QEMU");
	run->host = xstrdup("2 x CPU");
	run->guest_sha256 = xasprintf("%064d", 9);
	run->suite = xstrdup("default");
	run->seed = UINT64_MAX;
	run->perturbations = 2;
	run->status = xstrdup("complete");
	run->nr_kernels = 2;
	run->kernels = xcalloc(2, sizeof(*run->kernels));
	set_kernel(&run->kernels[0], "base");
	set_kernel(&run->kernels[1], "v1");
	set_points(run);
	set_boots(run);
	return run;
}

void fixture_status(const struct run *run, struct strbuf *ret)
{
	strbuf_addf(ret,
		    "KTAP version 1\n1..1\n    KTAP version 1\n"
		    "    # Subtest: all\n    1..%zu\n",
		    run->nr_points);
	for (size_t i = 0; i < run->nr_points; i++) {
		const struct plan_point *p = &run->points[i].plan;
		const char *gap = *p->id.params ? " " : "";

		strbuf_addf(ret, "    # start %s%s%s\n", p->id.bench, gap,
			    p->id.params);
		strbuf_addf(ret, "    ok %zu %s%s%s\n", i + 1, p->id.bench, gap,
			    p->id.params);
	}
	strbuf_addstr(ret, "ok 1 bench-attach\n# cgmark: end\n");
}

void fixture_samples(const struct run *run, size_t boot, struct strbuf *ret)
{
	char line[REC_LINE_MAX];
	unsigned count = 0;
	int n;

	n = rec_format_head(line, sizeof(line), "cgmark-samples");
	strbuf_add(ret, line, n);
	for (size_t i = 0; i < run->nr_points; i++) {
		const struct plan_point *p = &run->points[i].plan;
		struct sample s = { .id.version = p->id.version, .nr_ops = 10 };

		strcpy(s.id.bench, p->id.bench);
		strcpy(s.id.params, p->id.params);
		strcpy(s.metric, i == 2 ? "guest_ns" : "insns");
		for (; s.rep < p->samples; s.rep++, count++) {
			s.value = 1000 * (i + 1) + 10 * boot + s.rep;
			n = rec_format_sample(line, sizeof(line), &s);
			assert_true(n > 0);
			strbuf_add(ret, line, n);
		}
	}
	n = rec_format_end(line, sizeof(line), count,
			   rec_crc32(0, ret->buf, ret->len));
	strbuf_add(ret, line, n);
}

char *boot_file(const struct run *run, size_t boot, const char *file)
{
	return xasprintf("%s/boots/%s/%s", run->dir, run->boots[boot].id, file);
}

static void write_boot_file(const struct run *run, size_t boot,
			    const char *file, const char *text)
{
	_cleanup_free_ char *path = boot_file(run, boot, file);

	write_text(path, text);
}

/* Some boots are of an earlier run, or were compared with one of it. */
static void set_ages(struct run_boot *b, size_t boot)
{
	char **slot[] = { &b->cached, &b->confirms, &b->contradicts, NULL };

	if (!slot[boot % ARRAY_SIZE(slot)] || *slot[boot % ARRAY_SIZE(slot)])
		return;
	*slot[boot % ARRAY_SIZE(slot)] =
		xasprintf("2024-12-31T00:00:%02zuZ", boot);
}

void fixture_write_boot(struct run *run, size_t boot)
{
	_cleanup_strbuf_ struct strbuf status = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf samples = STRBUF_INIT;
	_cleanup_free_ char *dir = boot_file(run, boot, "");
	struct run_boot *b = &run->boots[boot];

	assert_int_equal(mkdir_p(dir, 0777), 0);
	fixture_status(run, &status);
	fixture_samples(run, boot, &samples);
	write_boot_file(run, boot, "plan.tsv", "V\t1\tcgmark-plan\n");
	write_boot_file(run, boot, "console.log", "[    0.0] Linux\n");
	write_boot_file(run, boot, "status.ktap", status.buf);
	write_boot_file(run, boot, "samples.tsv", samples.buf);
	b->ok = true;
	b->blame = BLAME_NONE;
	b->wall_ms = 1000 + boot;
	b->cpu_ms = 900 + boot;
	b->samples_bytes = samples.len;
	set_ages(b, boot);
	free(b->command_line);
	b->command_line = xasprintf("qemu -append 'a \"b\"' p%zu", boot);
	free(b->samples_crc);
	b->samples_crc =
		xasprintf("%08x", rec_crc32(0, samples.buf, samples.len));
	assert_int_equal(run_save_boot(run, b), 0);
}

void fixture_write_run(struct run *run)
{
	assert_int_equal(mkdir_p(run->dir, 0777), 0);
	assert_int_equal(run_save(run), 0);
	for (size_t i = 0; i < run->nr_boots; i++)
		fixture_write_boot(run, i);
}

void fixture_record(struct strbuf *sb, const char *kind, const char *lines,
		    unsigned count)
{
	char line[REC_LINE_MAX];

	strbuf_addf(sb, "V\t1\t%s\n%s", kind, lines);
	rec_format_end(line, sizeof(line), count,
		       rec_crc32(0, sb->buf, sb->len));
	strbuf_addstr(sb, line);
}

unsigned fixture_count_lines(const char *text)
{
	unsigned nr = 0;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}
