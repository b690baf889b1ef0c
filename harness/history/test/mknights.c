/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mknights RESULTS NIGHTS BENCHMARKS [SEED]: run directories of made-up nights, as
 * "cgmark nightly" leaves them, for tests and to look at.  The first night is
 * 2025-01-01.
 *
 * Two jobs: "sim" on an exact machine, and "time".  Kernels: baseline, the same for
 * ever; patched, new each month; today, new each night.  Every third benchmark of
 * today has steps.  One night in 20 is missing, and so are nights 150 to 156; from
 * night 200 on all kernels are of another compiler.
 *
 * RESULTS/truth.tsv has a line for each step: job, benchmark, the first night that
 * measured it, and the ratio.
 */
#include <sys/stat.h>
#include <time.h>

#include "alloc.h"
#include "file.h"
#include "night-sim.h"
#include "record.h"
#include "run.h"
#include "sha256.h"

enum { KERNELS = 3, BOOTS = 4, SAMPLES = 9, NEW_COMPILER = 200 };

struct maker {
	const char *results;
	size_t nights, benches;
	uint64_t seed; /* of all that is by chance */
	FILE *truth;
	unsigned *steps; /* by job and benchmark: those that were told */
};

static const char *const kernels[KERNELS] = { "baseline", "patched", "today" };
static const char *const jobs[] = { "sim", "time" };

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* "2025-01-01", of which more is made by cutting and joining. */
static char *day_of(size_t night)
{
	time_t t = 1735689600 + (time_t)night * 86400;
	char buf[16];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(buf, sizeof(buf), "%Y-%m-%d", &tm);
	return xstrdup(buf);
}

static bool is_missing(size_t night)
{
	uint64_t seed = 77 + night;

	return (night >= 150 && night <= 156) || sim_uniform(&seed) < 0.05;
}

static char *hash(const char *what, size_t nr)
{
	_cleanup_free_ char *text = xasprintf("%s %zu", what, nr);
	char hex[65];

	sha256_hex(text, strlen(text), hex);
	return xstrdup(hex);
}

static void set_kernel(struct run_kernel *k, size_t kernel, size_t night)
{
	size_t nr = kernel == 0 ? 0 : kernel == 1 ? night / 30 : night;
	bool newer = night >= NEW_COMPILER;

	k->name = xstrdup(kernels[kernel]);
	k->spec = xasprintf("git:linux@%s", kernels[kernel]);
	k->key = hash(kernels[kernel], nr * 2 + newer);
	k->vmlinux_sha256 = hash(k->key, 0);
	k->source_version = kernel == 2 ? hash("commit", nr)
					: xasprintf("6.12.%zu-1", 57 + nr);
	k->release = xasprintf("6.12.%zu-cgmark", 57 + nr);
	k->patches = xstrdup(kernel == 1 ? "0001-one.patch" : "");
	k->series = xstrdup(kernel == 1 ? "mine" : "");
	k->series_sha256 = kernel == 1 ? hash("series", nr) : xstrdup("");
	k->series_total = xstrdup(kernel == 1 ? "1" : "");
	k->config_sha256 = hash("config", 0);
	k->toolchain = xstrdup(newer ? "gcc 13.1.0" : "gcc 12.2.0");
	k->cmdline = xstrdup("");
	k->image = xstrdup("");
	k->board = xstrdup("");
	k->modules = xstrdup("");
}

static void set_point(struct plan_point *p, size_t bench)
{
	static const char *const families[] = { "attach", "fork", "rebind",
						"stats" };

	strcpy(p->binary, "bench-made-up");
	snprintf(p->id.bench, sizeof(p->id.bench), "%s/b%02zu",
		 families[bench % ARRAY_SIZE(families)], bench);
	snprintf(p->id.params, sizeof(p->id.params), "sets=%d",
		 1 << (bench % 5 + 4));
	p->id.version = 1;
	p->samples = SAMPLES;
	p->warmup = 1;
	p->nr_ops = 4;
	p->timeout_ms = 60000;
}

static struct run *new_run(const struct maker *m, size_t job, size_t night)
{
	struct run *run = run_new();

	run->night = day_of(night);
	run->id = xasprintf("%.4s%.2s%.2sT020000Z-000%zu", run->night,
			    run->night + 5, run->night + 8, job);
	run->dir = xasprintf("%s/runs/%s", m->results, run->id);
	run->created = xasprintf("%sT02:00:00Z", run->night);
	run->job = xstrdup(jobs[job]);
	run->version = xstrdup("0.1.0");
	run->command_line = xstrdup("cgmark run");
	run->machine = xstrdup(job ? "kvm" : "sim");
	run->machine_detail = xstrdup("QEMU 7.2.22");
	run->host = xstrdup("2 x CPU, Linux 6.1.0");
	run->guest_sha256 = hash("guest", 0);
	run->suite = xstrdup("nightly");
	run->seed = 1;
	run->perturbations = BOOTS;
	run->boots_named = true;
	run->status = xstrdup("complete");
	run->nr_kernels = KERNELS;
	run->kernels = xcalloc(KERNELS, sizeof(*run->kernels));
	for (size_t i = 0; i < KERNELS; i++)
		set_kernel(&run->kernels[i], i, night);
	run->nr_points = m->benches;
	run->points = xcalloc(m->benches, sizeof(*run->points));
	for (size_t i = 0; i < m->benches; i++)
		set_point(&run->points[i].plan, i);
	return run;
}

static void add_boot(struct run *run, unsigned kernel, unsigned p,
		     enum boot_role role)
{
	struct run_boot *b = &run->boots[run->nr_boots++];

	b->kernel = kernel;
	b->perturbation = p;
	b->role = role;
	b->id = xasprintf("%s-p%u%s", kernels[kernel], p,
			  role == BOOT_REPEAT ? "-repeat" : "");
	b->reason = xstrdup("");
	b->splat = xstrdup("");
	b->command_line = xstrdup("qemu-system-x86_64");
	b->ok = true;
	b->wall_ms = b->cpu_ms = 1000;
}

/* What the benchmark is like on the kernel. */
static struct night_sim model(size_t job, size_t bench, size_t kernel)
{
	return (struct night_sim){
		.exact = job == 0,
		.level = 1000. * (double)(bench + 1) + 100 * (double)kernel,
		.spread = 0.01,
		.tails = bench % 2,
		.steps = kernel == 2 && bench % 3 == 0 ? 2 : 0,
		.step = job == 0 ? 0.03 : 3,
	};
}

static void tell_step(struct maker *m, const struct run *run, size_t job,
		      size_t bench, size_t night)
{
	struct night_sim sim = model(job, bench, 2);
	unsigned nr = sim_steps_at(&sim, night, m->nights);
	unsigned *told = &m->steps[job * m->benches + bench];

	if (nr == *told)
		return;
	fprintf(m->truth, "%s\t%s\t%s\t%.6f\n", jobs[job],
		run->points[bench].plan.id.bench, run->night,
		nr % 2 ? sim_truth(&sim, night, m->nights) / sim.level
		       : sim.level / sim_truth(&sim, m->nights / 2, m->nights));
	*told = nr;
}

static void add_samples(const struct maker *m, const struct run *run,
			const struct run_boot *b, size_t job, size_t night,
			size_t bench, struct strbuf *ret, unsigned *count)
{
	const struct plan_point *p = &run->points[bench].plan;
	struct night_sim sim = model(job, bench, b->kernel);
	uint64_t seed = m->seed + night * 1000003 + bench * 8191 +
			b->kernel * 131 + job;
	double v = sim_value(&sim, night, m->nights, &seed);
	struct sample s = { .nr_ops = 4, .id = p->id };
	char line[REC_LINE_MAX];

	/* Boots differ less than nights. */
	seed += b->perturbation;
	if (job)
		v *= exp(0.003 * sim_normal(&seed));
	strcpy(s.metric, job ? "elapsed_ns" : "insns");
	for (; s.rep < SAMPLES; s.rep++, (*count)++) {
		s.value = (uint64_t)v * 4 + b->perturbation * 4 + s.rep % 3;
		rec_format_sample(line, sizeof(line), &s);
		strbuf_addstr(ret, line);
	}
}

static void write_boot_file(const struct run *run, const struct run_boot *b,
			    const char *file, const struct strbuf *text)
{
	_cleanup_free_ char *path = run_boot_path(run, b, file);

	if (write_file_in_place(path, text->buf, text->len, false) < 0)
		die(path);
}

static void write_status(const struct run *run, const struct run_boot *b)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb,
		    "KTAP version 1\n1..1\n    KTAP version 1\n"
		    "    # Subtest: all\n    1..%zu\n",
		    run->nr_points);
	for (size_t i = 0; i < run->nr_points; i++) {
		const struct point_id *id = &run->points[i].plan.id;

		strbuf_addf(&sb, "    # start %s %s\n    ok %zu %s %s\n",
			    id->bench, id->params, i + 1, id->bench,
			    id->params);
	}
	strbuf_addstr(&sb, "ok 1 bench-made-up\n# cgmark: end\n");
	write_boot_file(run, b, "status.ktap", &sb);
}

static void write_boot(const struct maker *m, const struct run *run,
		       struct run_boot *b, size_t job, size_t night)
{
	_cleanup_free_ char *dir = run_boot_path(run, b, "");
	_cleanup_strbuf_ struct strbuf samples = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf console = STRBUF_INIT;
	char line[REC_LINE_MAX];
	unsigned count = 0;

	if (mkdir_p(dir, 0777) < 0)
		die(dir);
	rec_format_head(line, sizeof(line), "cgmark-samples");
	strbuf_addstr(&samples, line);
	for (size_t i = 0; i < run->nr_points; i++)
		add_samples(m, run, b, job, night, i, &samples, &count);
	rec_format_end(line, sizeof(line), count,
		       rec_crc32(0, samples.buf, samples.len));
	strbuf_addstr(&samples, line);
	strbuf_addf(&console, "[    0.000000] Linux version %s\n",
		    run->kernels[b->kernel].release);
	write_boot_file(run, b, "samples.tsv", &samples);
	write_boot_file(run, b, "console.log", &console);
	write_status(run, b);
	b->samples_bytes = samples.len;
	b->samples_crc =
		xasprintf("%08x", rec_crc32(0, samples.buf, samples.len));
	if (run_save_boot(run, b) < 0)
		exit(1);
}

static void make_night(struct maker *m, size_t job, size_t night)
{
	_cleanup_(run_freep) struct run *run = new_run(m, job, night);

	run->boots = xcalloc(KERNELS * (BOOTS + 1), sizeof(*run->boots));
	for (unsigned k = 0; k < KERNELS; k++) {
		for (unsigned p = 0; p < BOOTS; p++)
			add_boot(run, k, p, BOOT_MEASURE);
		if (!job)
			add_boot(run, k, 0, BOOT_REPEAT);
	}
	if (mkdir_p(run->dir, 0777) < 0)
		die(run->dir);
	if (run_save(run) < 0)
		exit(1);
	for (size_t i = 0; i < run->nr_boots; i++)
		write_boot(m, run, &run->boots[i], job, night);
	for (size_t i = 0; i < m->benches; i++)
		tell_step(m, run, job, i, night);
}

int main(int argc, char **argv)
{
	struct maker m = { .seed = 1 };
	_cleanup_free_ char *path = NULL;

	if (argc < 4) {
		fprintf(stderr,
			"usage: mknights RESULTS NIGHTS BENCHMARKS [SEED]\n");
		return 2;
	}
	m.results = argv[1];
	m.nights = strtoul(argv[2], NULL, 10);
	m.benches = strtoul(argv[3], NULL, 10);
	if (argc > 4)
		m.seed = strtoul(argv[4], NULL, 10);
	m.steps = xcalloc(ARRAY_SIZE(jobs) * m.benches + 1, sizeof(*m.steps));
	path = xasprintf("%s/truth.tsv", m.results);
	if (mkdir_p(m.results, 0777) < 0 || !(m.truth = fopen(path, "w")))
		die(m.results);
	for (size_t night = 0; night < m.nights; night++)
		for (size_t job = 0; job < ARRAY_SIZE(jobs); job++)
			if (!is_missing(night))
				make_night(&m, job, night);
	free(m.steps);
	return fclose(m.truth) == 0 ? 0 : 1;
}
