/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "fixture.h"
#include "json.h"

/* A run on disk, loaded again; freed by the caller. */
static struct run *written_run(const char *dir)
{
	struct run *run = fixture_run(dir, "20250101-1");

	fixture_write_run(run);
	return run;
}

static struct run *load(const char *dir, unsigned *damaged, char **log)
{
	struct run *run = NULL;
	char *top = xasprintf("%s/..", dir);
	int r;

	capture_start(top);
	r = run_load(dir, &run, damaged);
	*log = capture_end();
	free(top);
	assert_int_equal(r, 0);
	return run;
}

static int load_error(const char *dir, char **log)
{
	char *top = xasprintf("%s/..", dir);
	struct run *run = NULL;
	int r;

	capture_start(top);
	r = run_load(dir, &run, NULL);
	*log = capture_end();
	free(top);
	assert_null(run);
	return r;
}

static void has(const char *log, const char *text)
{
	if (!strstr(log, text))
		fail_msg("no '%s' in '%s'", text, log);
}

static void check_kernel(const struct run_kernel *a, const struct run_kernel *b)
{
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->spec, b->spec);
	assert_string_equal(a->key, b->key);
	assert_string_equal(a->vmlinux_sha256, b->vmlinux_sha256);
	assert_string_equal(a->source_version, b->source_version);
	assert_string_equal(a->release, b->release);
	assert_string_equal(a->patches, b->patches);
	assert_string_equal(a->series, b->series);
	assert_string_equal(a->series_sha256, b->series_sha256);
	assert_string_equal(a->series_total, b->series_total);
	assert_string_equal(a->config_sha256, b->config_sha256);
	assert_string_equal(a->toolchain, b->toolchain);
	assert_string_equal(a->cmdline, b->cmdline);
	assert_string_equal(a->image, b->image);
}

static void check_age(const char *a, const char *b)
{
	assert_string_equal(a ? a : "", b ? b : "");
}

static void check_boot(const struct run_boot *a, const struct run_boot *b)
{
	check_age(a->cached, b->cached);
	check_age(a->confirms, b->confirms);
	check_age(a->contradicts, b->contradicts);
	assert_string_equal(a->id, b->id);
	assert_int_equal(a->kernel, b->kernel);
	assert_int_equal(a->perturbation, b->perturbation);
	assert_int_equal(a->role, b->role);
	assert_true(b->finished);
	assert_int_equal(a->ok, b->ok);
	assert_int_equal(a->blame, b->blame);
	assert_string_equal(a->reason ? a->reason : "", b->reason);
	assert_string_equal(a->splat ? a->splat : "", b->splat);
	assert_int_equal(a->wall_ms, b->wall_ms);
	assert_int_equal(a->cpu_ms, b->cpu_ms);
	assert_string_equal(a->command_line, b->command_line);
	assert_string_equal(a->samples_crc, b->samples_crc);
	assert_int_equal(a->samples_bytes, b->samples_bytes);
}

static void check_samples(const struct run_boot *b, size_t boot)
{
	assert_int_equal(b->nr_samples, FIXTURE_POINTS * FIXTURE_SAMPLES);
	for (size_t i = 0; i < b->nr_samples; i++) {
		size_t point = i / FIXTURE_SAMPLES, rep = i % FIXTURE_SAMPLES;

		assert_int_equal(b->samples[i].point, point);
		assert_int_equal(b->samples[i].rep, rep);
		assert_int_equal(b->samples[i].value,
				 1000 * (point + 1) + 10 * boot + rep);
		assert_int_equal(b->samples[i].nr_ops, 10);
	}
}

static void test_round_trip(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *log = NULL;
	_cleanup_free_ char *slashes = xasprintf("%s//", run->dir);
	unsigned damaged = 99;

	got = load(slashes, &damaged, &log);
	assert_int_equal(damaged, 0);
	assert_string_equal(log, "");
	assert_string_equal(got->dir, run->dir);
	assert_string_equal(got->id, run->id);
	assert_string_equal(got->created, run->created);
	assert_string_equal(got->version, run->version);
	assert_string_equal(got->command_line, run->command_line);
	assert_string_equal(got->machine, run->machine);
	assert_string_equal(got->machine_detail, run->machine_detail);
	assert_string_equal(got->host, run->host);
	assert_string_equal(got->guest_sha256, run->guest_sha256);
	assert_string_equal(got->suite, run->suite);
	assert_true(got->seed == run->seed);
	assert_int_equal(got->perturbations, run->perturbations);
	assert_string_equal(got->status, run->status);
	assert_int_equal(got->nr_kernels, run->nr_kernels);
	for (size_t i = 0; i < run->nr_kernels; i++)
		check_kernel(&run->kernels[i], &got->kernels[i]);
	assert_int_equal(got->nr_points, run->nr_points);
	for (size_t i = 0; i < run->nr_points; i++)
		assert_memory_equal(&got->points[i], &run->points[i],
				    sizeof(run->points[i]));
	assert_int_equal(got->nr_boots, run->nr_boots);
	for (size_t i = 0; i < run->nr_boots; i++) {
		check_boot(&run->boots[i], &got->boots[i]);
		check_samples(&got->boots[i], i);
		assert_false(got->boots[i].damaged);
		for (size_t p = 0; p < run->nr_points; p++)
			assert_int_equal(got->boots[i].status[p], POINT_DONE);
	}
	assert_int_equal(run_kernel_index(got, "v1"), 1);
	assert_int_equal(run_kernel_index(got, "v2"), -1);
}

/* A boot that has the second point alone. */
static void plan_one_point(struct run_boot *b)
{
	b->role = BOOT_CONFIRM;
	b->perturbation = 8;
	b->planned = xcalloc(FIXTURE_POINTS, sizeof(*b->planned));
	b->planned[1] = true;
}

static void test_boot_of_few_points(void **state)
{
	_cleanup_(run_freep) struct run *run =
		fixture_run(*state, "20250101-1");
	_cleanup_(run_freep) struct run *got = NULL, *stray = NULL;
	_cleanup_free_ char *log = NULL, *log2 = NULL;
	struct run_boot *b = &run->boots[3];
	unsigned damaged = 99;

	strcpy(run->status, "running");
	plan_one_point(b);
	run->settling = (struct run_settling){ 64, 60, xstrdup("time") };
	assert_int_equal(mkdir_p(run->dir, 0777), 0);
	assert_int_equal(run_save(run), 0);
	got = load(run->dir, &damaged, &log);
	assert_int_equal(damaged, 0);
	assert_int_equal(got->settling.max_boots, 64);
	assert_int_equal(got->settling.max_s, 60);
	assert_string_equal(got->settling.ended, "time");
	assert_null(got->boots[2].planned);
	assert_true(boot_plans(&got->boots[2], 0));
	assert_int_equal(got->boots[2].status[0], POINT_MISSING);
	assert_int_equal(got->boots[3].role, BOOT_CONFIRM);
	assert_false(boot_plans(&got->boots[3], 0));
	assert_true(boot_plans(&got->boots[3], 1));
	assert_int_equal(got->boots[3].status[0], POINT_UNPLANNED);
	assert_int_equal(got->boots[3].status[1], POINT_MISSING);
	assert_int_equal(got->boots[3].status[2], POINT_UNPLANNED);
	/* One that says more than it was asked. */
	fixture_write_boot(run, 3);
	stray = load(run->dir, &damaged, &log2);
	assert_true(damaged > 0);
	assert_true(stray->boots[3].damaged);
	has(log2, "not in the plan of the boot");
	assert_int_equal(stray->boots[3].status[0], POINT_UNPLANNED);
	for (size_t i = 0; i < stray->boots[3].nr_samples; i++)
		assert_int_equal(stray->boots[3].samples[i].point, 1);
}

static void test_failed_boot_round_trip(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *log = NULL;
	struct run_boot *b = &run->boots[1];
	unsigned damaged;

	b->ok = false;
	b->blame = BLAME_SUBJECT;
	/* What a console holds need not be text. */
	b->reason = xstrdup("panic: \"x\" \\ \xff\xfe");
	b->splat = xstrdup("BUG: at mm/slub.c:1");
	assert_int_equal(run_save_boot(run, b), 0);
	got = load(run->dir, &damaged, &log);
	assert_int_equal(damaged, 0);
	b = &got->boots[1];
	assert_true(b->finished);
	assert_false(b->ok);
	assert_int_equal(b->blame, BLAME_SUBJECT);
	assert_string_equal(b->reason, "panic: \"x\" \\ ??");
	assert_string_equal(b->splat, "BUG: at mm/slub.c:1");
}

/* Whoever shows it need not think of terminals. */
static void test_control_characters(void **state)
{
	_cleanup_(run_freep) struct run *run = fixture_run(*state, "r");
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *log = NULL;
	unsigned damaged;

	free(run->machine_detail);
	run->machine_detail = xstrdup("QEMU \x1b]0;title\a\xc2\x9b"
				      "2J\n");
	assert_int_equal(mkdir_p(run->dir, 0777), 0);
	assert_int_equal(run_save(run), 0);
	got = load(run->dir, &damaged, &log);
	assert_string_equal(got->machine_detail, "QEMU ?]0;title???2J?");
}

/* Every planned point is MISSING until something says otherwise. */
static void test_nothing_booted(void **state)
{
	_cleanup_(run_freep) struct run *run = fixture_run(*state, "r");
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *log = NULL;
	unsigned damaged;

	strcpy(run->status, "running");
	assert_int_equal(mkdir_p(run->dir, 0777), 0);
	assert_int_equal(run_save(run), 0);
	got = load(run->dir, &damaged, &log);
	assert_int_equal(damaged, 0);
	assert_string_equal(log, "");
	for (size_t i = 0; i < got->nr_boots; i++) {
		assert_false(got->boots[i].finished);
		assert_int_equal(got->boots[i].nr_samples, 0);
		for (size_t p = 0; p < got->nr_points; p++)
			assert_int_equal(got->boots[i].status[p],
					 POINT_MISSING);
	}
}

/* Loads after boot 1 was tampered with; the other boots must be unaffected. */
static struct run *load_damaged(const struct run *run, const char *text)
{
	_cleanup_free_ char *log = NULL;
	unsigned damaged;
	struct run *got = load(run->dir, &damaged, &log);

	has(log, run->dir);
	has(log, "/boots/base-p1/");
	has(log, text);
	assert_int_equal(damaged, 1);
	for (size_t i = 0; i < got->nr_boots; i++) {
		if (i == 1)
			continue;
		assert_false(got->boots[i].damaged);
		assert_int_equal(got->boots[i].status[0], POINT_DONE);
		check_samples(&got->boots[i], i);
	}
	return got;
}

static void check_lost(const struct run *got, enum point_status status)
{
	assert_true(got->boots[1].damaged);
	assert_int_equal(got->boots[1].nr_samples, 0);
	for (size_t p = 0; p < got->nr_points; p++)
		assert_int_equal(got->boots[1].status[p], status);
}

static void test_samples_removed(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *path = boot_file(run, 1, "samples.tsv");

	unlink(path);
	got = load_damaged(run, "base-p1/samples.tsv: missing\n");
	check_lost(got, POINT_ERROR);
	assert_string_equal(got->boots[1].status_text[2],
			    "samples.tsv: missing");
}

static void test_samples_cut(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_free_ char *path = boot_file(run, 1, "samples.tsv");
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	assert_int_equal(read_file(path, &sb), 0);
	for (size_t len = 0; len < sb.len; len += 31) {
		_cleanup_(run_freep) struct run *got = NULL;

		write_bytes(path, sb.buf, len);
		got = load_damaged(run, "base-p1/samples.tsv: truncated: ");
		check_lost(got, POINT_ERROR);
	}
}

static void test_samples_flipped(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_free_ char *path = boot_file(run, 1, "samples.tsv");
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	assert_int_equal(read_file(path, &sb), 0);
	for (size_t i = 0; i < sb.len; i += 13) {
		_cleanup_(run_freep) struct run *got = NULL;

		sb.buf[i] ^= 1;
		write_bytes(path, sb.buf, sb.len);
		sb.buf[i] ^= 1;
		got = load_damaged(run, "base-p1/samples.tsv: ");
		check_lost(got, POINT_ERROR);
	}
}

/* Sound in itself, but not what was received: only boot.json can tell. */
static void test_samples_replaced(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *path = boot_file(run, 1, "samples.tsv");
	_cleanup_strbuf_ struct strbuf other = STRBUF_INIT;

	fixture_samples(run, 2, &other);
	write_text(path, other.buf);
	got = load_damaged(run, "base-p1/samples.tsv: altered: ");
	check_lost(got, POINT_ERROR);
}

/* The disk lost bytes between the supervisor and run_save_boot(). */
static void test_samples_not_as_received(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;

	strcpy(run->boots[1].samples_crc, "00000000");
	assert_int_equal(run_save_boot(run, &run->boots[1]), 0);
	got = load_damaged(run, "base-p1/samples.tsv: altered: ");
	check_lost(got, POINT_ERROR);
}

static void test_other_files(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *console = NULL, *plan = NULL;
	_cleanup_(run_freep) struct run *status = NULL, *gone = NULL;
	_cleanup_free_ char *path = boot_file(run, 1, "console.log");
	_cleanup_free_ char *plan_path = boot_file(run, 1, "plan.tsv");
	_cleanup_free_ char *ktap = boot_file(run, 1, "status.ktap");

	write_text(path, "[    0.0] Linus\n");
	console = load_damaged(run, "console.log: altered: ");
	/* No sample depends on it. */
	assert_false(console->boots[1].damaged);
	check_samples(&console->boots[1], 1);
	write_text(path, "[    0.0] Linux\n");
	unlink(plan_path);
	plan = load_damaged(run, "plan.tsv: missing\n");
	check_samples(&plan->boots[1], 1);
	write_text(plan_path, "V\t1\tcgmark-plan\n");
	write_text(ktap, "KTAP version 1\n");
	status = load_damaged(run, "status.ktap: truncated: 15 of ");
	check_lost(status, POINT_MISSING);
	unlink(ktap);
	gone = load_damaged(run, "status.ktap: missing\n");
	check_lost(gone, POINT_MISSING);
}

/* dst/boots/ID of both runs: the bytes of one become those of the other. */
static void copy_boot(const struct run *src, const struct run *dst, size_t boot)
{
	static const char *const files[] = { "plan.tsv", "console.log",
					     "status.ktap", "samples.tsv",
					     "boot.json" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_free_ char *from = boot_file(src, boot, files[i]);
		_cleanup_free_ char *to = boot_file(dst, boot, files[i]);
		_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

		assert_int_equal(read_file(from, &sb), 0);
		write_bytes(to, sb.buf, sb.len);
	}
}

static void test_boot_of_another_run(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *other = fixture_run(*state, "other");
	_cleanup_(run_freep) struct run *got = NULL;

	fixture_write_run(other);
	copy_boot(other, run, 1);
	got = load_damaged(run,
			   "base-p1/boot.json: field 'run': the boot is of "
			   "'other', not of '20250101-1'");
	assert_true(got->boots[1].damaged);
	assert_false(got->boots[1].ok);
}

static void test_boot_of_another_kernel(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;

	run->kernels[0].key[0] = 'f';
	assert_int_equal(run_save_boot(run, &run->boots[1]), 0);
	got = load_damaged(run, "base-p1/boot.json: field 'kernel_key': ");
	assert_true(got->boots[1].damaged);
}

/* As written before boots were named. */
static void strip_names(char *path, const char *const *keys, size_t nr)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	json_t *json;

	assert_int_equal(json_file_load(path, RUN_FORMAT, &json, &why), 0);
	json_object_del(json, "crc32");
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(json_object_del(json, keys[i]), 0);
	assert_int_equal(json_file_save(path, json), 0);
	json_decref(json);
}

static void test_boots_without_names(void **state)
{
	static const char *const of_boot[] = { "run", "kernel_key" };
	static const char *const of_run[] = { "boots_named" };
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *refused = NULL, *got = NULL;
	_cleanup_free_ char *json = xasprintf("%s/run.json", run->dir);
	_cleanup_free_ char *boot = boot_file(run, 1, "boot.json");
	_cleanup_free_ char *log = NULL;
	unsigned damaged;

	/* A boot of an old run among named ones is as foreign. */
	strip_names(boot, of_boot, ARRAY_SIZE(of_boot));
	refused = load_damaged(run, "base-p1/boot.json: field 'run': missing");
	strip_names(json, of_run, ARRAY_SIZE(of_run));
	got = load(run->dir, &damaged, &log);
	assert_int_equal(damaged, 0);
	assert_string_equal(log, "");
	check_samples(&got->boots[1], 1);
}

static void test_boot_without_command_line(void **state)
{
	static const char *const of_boot[] = { "command_line" };
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *boot = boot_file(run, 1, "boot.json");
	_cleanup_free_ char *log = NULL;
	unsigned damaged;

	strip_names(boot, of_boot, ARRAY_SIZE(of_boot));
	got = load(run->dir, &damaged, &log);
	assert_int_equal(damaged, 0);
	assert_string_equal(log, "");
	assert_string_equal(got->boots[1].command_line, "");
	assert_string_equal(got->boots[2].command_line,
			    run->boots[2].command_line);
	check_samples(&got->boots[1], 1);
}

static void test_boot_json_damaged(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_free_ char *path = boot_file(run, 1, "boot.json");
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	_cleanup_(run_freep) struct run *gone = NULL;

	assert_int_equal(read_file(path, &sb), 0);
	for (size_t i = 0; i < sb.len; i++) {
		_cleanup_(run_freep) struct run *got = NULL;

		sb.buf[i] ^= 2;
		write_bytes(path, sb.buf, sb.len);
		sb.buf[i] ^= 2;
		got = load_damaged(run, "base-p1/boot.json: ");
		assert_true(got->boots[1].damaged);
		assert_false(got->boots[1].ok);
	}
	for (size_t len = 0; len < sb.len - 1; len++) {
		_cleanup_(run_freep) struct run *got = NULL;

		write_bytes(path, sb.buf, len);
		got = load_damaged(run, "base-p1/boot.json: ");
		assert_false(got->boots[1].finished);
	}
	unlink(path);
	gone = load_damaged(run, "base-p1/boot.json: missing\n");
	assert_false(gone->boots[1].finished);
}

static void test_boot_json_of_another(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *from = boot_file(run, 2, "boot.json");
	_cleanup_free_ char *to = boot_file(run, 1, "boot.json");
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	assert_int_equal(read_file(from, &sb), 0);
	write_text(to, sb.buf);
	got = load_damaged(run, "boot.json: field 'id': of another boot\n");
	assert_false(got->boots[1].ok);
}

/* Replaces a stream of boot 1 and has boot.json agree with it. */
static void rewrite(struct run *run, const char *file, const char *text)
{
	_cleanup_free_ char *path = boot_file(run, 1, file);

	write_text(path, text);
	strcpy(run->boots[1].samples_crc, "");
	assert_int_equal(run_save_boot(run, &run->boots[1]), 0);
}

static void add_end(struct strbuf *sb, unsigned count)
{
	char line[REC_LINE_MAX];

	rec_format_end(line, sizeof(line), count,
		       rec_crc32(0, sb->buf, sb->len));
	strbuf_addstr(sb, line);
}

static void test_truncated_by_guest(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	fixture_samples(run, 1, &sb);
	sb.buf[sb.len - 40] = '\0';
	rewrite(run, "samples.tsv", sb.buf);
	got = load_damaged(run, "samples.tsv: truncated: line ");
	check_lost(got, POINT_ERROR);
}

static void test_ok_without_samples(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct run_boot *b;

	strbuf_addstr(&sb, "V\t1\tcgmark-samples\n"
			   "S\tnull\t1\t-\tinsns\t0\t1\t1\n"
			   "S\tnull\t1\t-\tinsns\t1\t1\t1\n"
			   "S\tnull\t1\t-\tinsns\t2\t1\t1\n"
			   "S\tnull\t1\t-\tinsns\t4\t1\t1\n"
			   "S\tnull\t1\t-\tinsns\t3\t1\t1\n"
			   "S\tattach/self\t3\tpace=burst,version=1\tinsns\t0\t"
			   "1\t1\n");
	add_end(&sb, 6);
	rewrite(run, "samples.tsv", sb.buf);
	got = load_damaged(
		run,
		"pace=200ms,version=1, which is ok in status.ktap: no sample is there");
	b = &got->boots[1];
	assert_true(b->damaged);
	assert_int_equal(b->status[0], POINT_DONE);
	assert_int_equal(b->status[1], POINT_ERROR);
	assert_string_equal(b->status_text[1],
			    "1 of 5 samples of insns are there");
	assert_int_equal(b->status[2], POINT_ERROR);
	/* In order, whatever order they came in. */
	assert_int_equal(b->nr_samples, 5);
	assert_int_equal(b->samples[3].rep, 3);
}

static void test_events(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	_cleanup_free_ char *log = NULL;
	struct event faults = { .name = "page-faults", .type = 1, .config = 2 };
	struct run_event *e;
	struct run_boot *b;
	unsigned damaged;

	run->boots[1].role = BOOT_EVENTS;
	run->nr_events = 2;
	run->events = e = xcalloc(2, sizeof(*e));
	e[0] = (struct run_event){ faults, xstrdup("all of it") };
	e[1].ev = (struct event){ .name = "cycles", .exclude = EVENT_NO_USER };
	run->nr_latencies = 1;
	run->latencies = xcalloc(1, sizeof(*run->latencies));
	run->latencies[0] = xstrdup("find_css_set");
	assert_int_equal(run_save(run), 0);
	strbuf_addstr(&sb, "V\t1\tcgmark-samples\n"
			   "N\tnull\t1\t-\tcycles\tno PMU\n"
			   "S\tnull\t1\t-\tfind_css_set:max_ns\t0\t99\t1\n");
	for (int i = 0; i < FIXTURE_SAMPLES; i++)
		strbuf_addf(&sb, "S\tnull\t1\t-\tpage-faults\t%d\t7\t1\n", i);
	/* The second point has nothing but this, the third not even that. */
	strbuf_addstr(&sb, "N\tattach/self\t3\tpace=burst,version=1\tcycles"
			   "\tno PMU\n");
	add_end(&sb, FIXTURE_SAMPLES + 3);
	rewrite(run, "samples.tsv", sb.buf);
	got = load(run->dir, &damaged, &log);
	assert_int_equal(damaged, 1);
	has(log, "pace=200ms,version=1, which is ok in status.ktap: no sample");
	assert_int_equal(got->nr_events, 2);
	assert_string_equal(got->events[0].ev.name, "page-faults");
	assert_int_equal(got->events[0].ev.config, 2);
	assert_string_equal(got->events[0].means, "all of it");
	assert_int_equal(got->events[1].ev.exclude, EVENT_NO_USER);
	b = &got->boots[1];
	assert_int_equal(b->role, BOOT_EVENTS);
	assert_int_equal(b->status[0], POINT_DONE);
	assert_int_equal(b->status[1], POINT_DONE);
	assert_int_equal(b->status[2], POINT_ERROR);
	/* One figure of all samples is whole as well. */
	assert_int_equal(b->nr_samples, FIXTURE_SAMPLES + 1);
	assert_int_equal(got->nr_latencies, 1);
	assert_string_equal(got->latencies[0], "find_css_set");
	assert_int_equal(b->nr_lacks, 2);
	assert_int_equal(b->lacks[0].point, 0);
	assert_int_equal(b->lacks[1].point, 1);
	assert_string_equal(b->lacks[1].why, "no PMU");
}

static void test_lack_not_planned(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	strbuf_addstr(&sb, "V\t1\tcgmark-samples\n"
			   "N\tother\t1\t-\tcycles\tno PMU\n");
	add_end(&sb, 1);
	rewrite(run, "samples.tsv", sb.buf);
	got = load_damaged(run, "other cycles is said to be not there, but was "
				"not planned");
	assert_true(got->boots[1].damaged);
	assert_int_equal(got->boots[1].nr_lacks, 0);
}

/* A boot of that role whose first point has nothing but this line. */
static void check_metric(const char *dir, enum boot_role role, const char *line,
			 const char *want)
{
	_cleanup_(run_freep) struct run *run = written_run(dir);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	run->boots[1].role = role;
	run->latencies = xcalloc(1, sizeof(*run->latencies));
	run->latencies[run->nr_latencies++] = xstrdup("find_css_set");
	assert_int_equal(run_save(run), 0);
	strbuf_addf(&sb, "V\t1\tcgmark-samples\n%s", line);
	add_end(&sb, 1);
	rewrite(run, "samples.tsv", sb.buf);
	got = load_damaged(run, "null, which is ok in status.ktap: metric ");
	assert_int_equal(got->boots[1].nr_samples, 0);
	assert_int_equal(got->boots[1].status[0], POINT_ERROR);
	assert_string_equal(got->boots[1].status_text[0], want);
}

static void test_metric_not_planned(void **state)
{
	check_metric(*state, BOOT_MEASURE, "S\tnull\t1\t-\tbribe\t0\t9\t1\n",
		     "metric bribe was not planned");
	check_metric(*state, BOOT_MEASURE,
		     "S\tnull\t1\t-\tfind_css_set:calls\t0\t9\t1\n",
		     "metric find_css_set:calls was not planned");
	check_metric(*state, BOOT_MEASURE, "N\tnull\t1\t-\tcycles\tno PMU\n",
		     "metric cycles was not planned");
	check_metric(*state, BOOT_EVENTS, "S\tnull\t1\t-\tinsns\t0\t9\t1\n",
		     "metric insns was not planned");
	check_metric(*state, BOOT_EVENTS,
		     "S\tnull\t1\t-\tfind_css_set:some_ns\t0\t9\t1\n",
		     "metric find_css_set:some_ns was not planned");
	check_metric(*state, BOOT_EVENTS, "N\tnull\t1\t-\tcycles\tno PMU\n",
		     "metric cycles was not planned");
}

static void test_bad_samples(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct run_boot *b;

	strbuf_addstr(&sb, "V\t1\tcgmark-samples\n"
			   "S\tnull\t1\t-\tinsns\t3\t1\t1\n"
			   "S\tnull\t1\t-\tinsns\t3\t1\t1\n"
			   "S\tnull\t2\t-\tinsns\t0\t1\t1\n"
			   "S\tattach/self\t3\tpace=burst,version=1\tinsns\t5\t"
			   "1\t1\n"
			   "S\tattach/self\t3\tpace=200ms,version=1\tinsns\t0\t"
			   "9223372036854775808\t1\n");
	add_end(&sb, 5);
	rewrite(run, "samples.tsv", sb.buf);
	got = load_damaged(
		run,
		"1 samples that are not in the plan, the first of null version 2");
	b = &got->boots[1];
	check_lost(got, POINT_ERROR);
	assert_string_equal(b->status_text[0],
			    "repetition 3 of insns is there twice");
	assert_string_equal(b->status_text[1],
			    "repetition 5 of insns was not planned");
	assert_string_equal(b->status_text[2],
			    "repetition 0 of insns is out of range");
}

static void test_status_not_ended(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	fixture_status(run, &sb);
	*strstr(sb.buf, "# cgmark: end") = '\0';
	rewrite(run, "status.ktap", sb.buf);
	got = load_damaged(run,
			   "status.ktap: truncated: the end line is missing");
	assert_true(got->boots[1].damaged);
}

static void test_status_faults_logged(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *log = NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	unsigned damaged;

	fixture_status(run, &sb);
	for (int i = 0; i < 20; i++)
		strbuf_addstr(&sb, "    ok 9 other\n");
	rewrite(run, "status.ktap", sb.buf);
	got = load(run->dir, &damaged, &log);
	has(log,
	    "base-p1/status.ktap: line 15: result of 'other', which is not in the plan\n");
	has(log, "base-p1/status.ktap: 12 more such lines\n");
	assert_int_equal(damaged, 0);
	check_samples(&got->boots[1], 1);
}

/* Killed while boot 1 was sending: what was measured by then is kept. */
static void test_interrupted(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *json = boot_file(run, 1, "boot.json");
	_cleanup_free_ char *path = boot_file(run, 1, "samples.tsv");
	_cleanup_free_ char *log = NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct run_boot *b;
	unsigned damaged;

	strcpy(run->status, "failed");
	assert_int_equal(run_save(run), 0);
	unlink(json);
	fixture_samples(run, 1, &sb);
	*(strstr(sb.buf, "\tguest_ns\t3\t") + 8) = '\0';
	write_text(path, sb.buf);
	got = load(run->dir, &damaged, &log);
	assert_int_equal(damaged, 0);
	has(log,
	    "boots/base-p1: did not finish; 2 of 3 points were measured\n");
	b = &got->boots[1];
	assert_false(b->finished);
	assert_false(b->ok);
	assert_false(b->damaged);
	assert_int_equal(b->status[0], POINT_DONE);
	assert_int_equal(b->status[1], POINT_DONE);
	assert_int_equal(b->status[2], POINT_MISSING);
	assert_string_equal(b->status_text[2],
			    "3 of 5 samples of guest_ns are there");
	assert_int_equal(b->nr_samples, 2 * FIXTURE_SAMPLES);
	check_samples(&got->boots[2], 2);
}

/* A panic cuts the stream too; boot.json says so, and no file is at fault. */
static void test_panicked(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *log = NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct run_boot *b = &run->boots[1];
	unsigned damaged;

	b->ok = false;
	b->blame = BLAME_SUBJECT;
	b->reason = xstrdup("kernel panic");
	fixture_samples(run, 1, &sb);
	*(strstr(sb.buf, "S\tattach") + 4) = '\0';
	rewrite(run, "samples.tsv", sb.buf);
	rewrite(run, "status.ktap",
		"KTAP version 1\n    ok 1 null\n    # start attach/self pace=burst,version=1\n");
	got = load(run->dir, &damaged, &log);
	assert_int_equal(damaged, 0);
	b = &got->boots[1];
	assert_true(b->finished);
	assert_int_equal(b->status[0], POINT_DONE);
	assert_int_equal(b->status[1], POINT_MISSING);
	assert_string_equal(b->status_text[1], "started, but did not end");
	assert_int_equal(b->nr_samples, FIXTURE_SAMPLES);
}

static void test_no_run(void **state)
{
	_cleanup_free_ char *dir = xasprintf("%s/none", (char *)*state);
	_cleanup_free_ char *log = NULL;

	assert_int_equal(mkdir_p(dir, 0777), 0);
	assert_int_equal(load_error(dir, &log), -ENOENT);
	has(log, "/none/run.json: missing\n");
}

static void test_run_json_damaged(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_free_ char *path = xasprintf("%s/run.json", run->dir);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	assert_int_equal(read_file(path, &sb), 0);
	for (size_t i = 0; i < sb.len; i++) {
		_cleanup_free_ char *log = NULL;
		int r;

		sb.buf[i] ^= 1;
		write_bytes(path, sb.buf, sb.len);
		sb.buf[i] ^= 1;
		r = load_error(run->dir, &log);
		assert_true(r == -EBADMSG || r == -EPROTONOSUPPORT);
		has(log, "/run.json: ");
	}
	for (size_t len = 0; len < sb.len - 1; len++) {
		_cleanup_free_ char *log = NULL;

		write_bytes(path, sb.buf, len);
		assert_int_equal(load_error(run->dir, &log), -EBADMSG);
		has(log, "/run.json: truncated: ");
	}
}

/* Replaces text in run.json and sums it up again, as a forger would. */
static void forge(const struct run *run, const char *from, const char *to)
{
	_cleanup_free_ char *path = xasprintf("%s/run.json", run->dir);
	_cleanup_strbuf_ struct strbuf old = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char *at, *tail;

	assert_int_equal(run_save(run), 0);
	assert_int_equal(read_file(path, &old), 0);
	at = strstr(old.buf, from);
	assert_non_null(at);
	strbuf_add(&sb, old.buf, at - old.buf);
	strbuf_addstr(&sb, to);
	tail = strstr(at, ",\n  \"crc32\"");
	strbuf_add(&sb, at + strlen(from), tail - at - strlen(from));
	strbuf_addf(&sb, ",\n  \"crc32\": \"%08x\"\n}\n",
		    rec_crc32(0, sb.buf, sb.len));
	write_text(path, sb.buf);
}

static void refuse(const struct run *run, const char *from, const char *to,
		   int ret, const char *text)
{
	_cleanup_free_ char *log = NULL;

	forge(run, from, to);
	assert_int_equal(load_error(run->dir, &log), ret);
	has(log, "/run.json: ");
	has(log, text);
}

static void test_run_json_fields(void **state)
{
	_cleanup_(run_freep) struct run *run = written_run(*state);
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *log = NULL;
	unsigned damaged;

	refuse(run, "\"format\": 1", "\"format\": 2", -EPROTONOSUPPORT,
	       "format 2 is newer than this program's 1");
	refuse(run, "\"format\": 1", "\"format\": 0", -EBADMSG, "'format'");
	refuse(run, "\"format\": 1", "\"format\": \"1\"", -EBADMSG,
	       "field 'format': not a whole number >= 0");
	refuse(run, "\"suite\"", "\"sweet\"", -EBADMSG,
	       "field 'suite': missing");
	refuse(run, "\"machine\": \"sim\"", "\"machine\": 7", -EBADMSG,
	       "field 'machine': not a string");
	refuse(run, "\"seed\": \"1", "\"seed\": \"x", -EBADMSG, "field 'seed'");
	refuse(run, "\"seed\": \"1", "\"seed\": \"99", -EBADMSG,
	       "field 'seed'");
	refuse(run, "\"seed\": \"1", "\"seed\": \"01", -EBADMSG,
	       "field 'seed': not a number in a string");
	refuse(run, "\"perturbations\": 2", "\"perturbations\": -2", -EBADMSG,
	       "field 'perturbations'");
	refuse(run, "\"perturbations\": 2", "\"perturbations\": 4294967296",
	       -EBADMSG, "field 'perturbations': too large");
	refuse(run, "\"name\": \"v1\"", "\"name\": \"base\"", -EBADMSG,
	       "field 'kernels[1].name': a name twice");
	refuse(run, "\"kernel\": 1", "\"kernel\": 2", -EBADMSG,
	       "field 'boots[3].kernel': there is no kernel 2");
	refuse(run, "\"role\": \"repeat\"", "\"role\": \"again\"", -EBADMSG,
	       "field 'boots[2].role': unknown word");
	refuse(run, "\"id\": \"v1-p0\"", "\"id\": \"../../etc\"", -EBADMSG,
	       "field 'boots[3].id': not the name of a directory");
	refuse(run, "\"id\": \"v1-p0\"", "\"id\": \"base-p0\"", -EBADMSG,
	       "field 'boots': 'base-p0' is there twice");
	refuse(run, "pace=200ms", "pace=burst", -EBADMSG,
	       "field 'points': 'attach/self pace=burst,version=1' is there twice");
	refuse(run, "\"samples\": 5", "\"samples\": 0", -EBADMSG,
	       "field 'points[0].bench': no plan can hold this point");
	refuse(run, "\"points\": [", "\"points\": 1, \"old\": [", -EBADMSG,
	       "field 'points': not an array");
	refuse(run, "\"points\": [", "\"points\": [ 1,", -EBADMSG,
	       "field 'points[0].binary': missing");
	refuse(run, "\"kernels\": [", "\"kernels\": [ {,", -EBADMSG,
	       "altered: line 15: ");
	refuse(run, "\"role\": \"repeat\"",
	       "\"role\": \"repeat\", \"points\": [ 0, 3 ]", -EBADMSG,
	       "field 'boots[2].points': element 1 is no point");
	refuse(run, "\"role\": \"repeat\"",
	       "\"role\": \"repeat\", \"points\": [ \"0\" ]", -EBADMSG,
	       "field 'boots[2].points': element 0 is no point");
	refuse(run, "\"role\": \"repeat\"",
	       "\"role\": \"repeat\", \"points\": [ 0, 1, 2, 2 ]", -EBADMSG,
	       "field 'boots[2].points'");
	refuse(run, "\"suite\"", "\"settling\": 7, \"suite\"", -EBADMSG,
	       "field 'settling'");
	refuse(run, "\"suite\"",
	       "\"settling\": { \"max_boots\": 1 }, \"suite\"", -EBADMSG,
	       "field 'settling.max_s': missing");
	/* What a later format adds within the same number is no fault. */
	forge(run, "\"suite\"",
	      "\"extra\": [ 1, { \"a\": null } ],\n  \"suite\"");
	got = load(run->dir, &damaged, &log);
	assert_int_equal(damaged, 0);
	assert_string_equal(got->suite, run->suite);
}

static void test_save_fails(void **state)
{
	_cleanup_(run_freep) struct run *run = fixture_run(*state, "absent");
	_cleanup_free_ char *log = NULL;
	int r;

	capture_start(*state);
	r = run_save(run);
	log = capture_end();
	assert_int_equal(r, -ENOENT);
	has(log, "cannot write '");
	has(log, "absent/run.json': No such file or directory\n");
}

static void test_latest(void **state)
{
	static const char *const ids[] = { "20250101-2", "20250103-1",
					   "20250102-9" };
	_cleanup_free_ char *path = NULL, *none = NULL, *later = NULL;
	_cleanup_free_ char *want = xasprintf("%s/20250103-1", (char *)*state);

	assert_int_equal(run_latest(*state, &path), -ENOENT);
	assert_int_equal(run_latest("/nonexistent", &path), -ENOENT);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		_cleanup_(run_freep) struct run *run =
			fixture_run(*state, ids[i]);

		assert_int_equal(mkdir_p(run->dir, 0777), 0);
		assert_int_equal(run_save(run), 0);
	}
	/* Killed before it wrote anything. */
	later = xasprintf("%s/20250104-1", (char *)*state);
	assert_int_equal(mkdir_p(later, 0777), 0);
	assert_int_equal(run_latest(*state, &path), 0);
	assert_string_equal(path, want);
}

/* Of those begun in one second the one that was written last, whatever was drawn. */
static void test_latest_of_a_second(void **state)
{
	static const char *const ids[] = { "20250103T000000Z-7",
					   "20250103T000000Z-3",
					   "20250103T000000Z-5" };
	_cleanup_free_ char *want = xasprintf("%s/%s", (char *)*state, ids[1]);
	_cleanup_free_ char *path = NULL;
	const struct timespec written[][2] = { { { 9, 1 }, { 9, 1 } },
					       { { 9, 3 }, { 9, 3 } },
					       { { 9, 2 }, { 9, 2 } } };

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		_cleanup_(run_freep) struct run *run =
			fixture_run(*state, ids[i]);
		_cleanup_free_ char *json = xasprintf("%s/run.json", run->dir);

		assert_int_equal(mkdir_p(run->dir, 0777), 0);
		assert_int_equal(run_save(run), 0);
		assert_int_equal(utimensat(AT_FDCWD, json, written[i], 0), 0);
	}
	assert_int_equal(run_latest(*state, &path), 0);
	assert_string_equal(path, want);
}

/* Whatever the files contain, a load returns one of the documented results. */
static void test_fuzz(void **state)
{
	static const char *const files[] = { "boot.json", "status.ktap",
					     "samples.tsv" };
	_cleanup_(run_freep) struct run *run = written_run(*state);
	uint64_t dice = 0xda942042e4dd58b5;

	for (int i = 0; i < 600; i++) {
		_cleanup_free_ char *path = boot_file(run, 1, files[i % 3]);
		_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
		_cleanup_free_ char *log = NULL, *good = NULL;
		struct run *got;
		unsigned damaged;
		size_t len;

		assert_int_equal(read_file(path, &sb), 0);
		good = xstrdup(sb.buf);
		for (int n = 0; n < 3; n++)
			sb.buf[next_random(&dice) % sb.len] =
				next_random(&dice);
		len = i % 7 ? sb.len : next_random(&dice) % sb.len;
		write_bytes(path, sb.buf, len);
		got = load(run->dir, &damaged, &log);
		assert_true(damaged > 0 || !strcmp(sb.buf, good));
		run_free(got);
		write_text(path, good);
	}
}

#define IN_DIR(fn) \
	cmocka_unit_test_setup_teardown(fn, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(test_round_trip),
		IN_DIR(test_boot_of_few_points),
		IN_DIR(test_failed_boot_round_trip),
		IN_DIR(test_nothing_booted),
		IN_DIR(test_samples_removed),
		IN_DIR(test_samples_cut),
		IN_DIR(test_samples_flipped),
		IN_DIR(test_samples_replaced),
		IN_DIR(test_samples_not_as_received),
		IN_DIR(test_other_files),
		IN_DIR(test_boot_of_another_run),
		IN_DIR(test_boot_of_another_kernel),
		IN_DIR(test_boots_without_names),
		IN_DIR(test_boot_without_command_line),
		IN_DIR(test_boot_json_damaged),
		IN_DIR(test_boot_json_of_another),
		IN_DIR(test_truncated_by_guest),
		IN_DIR(test_ok_without_samples),
		IN_DIR(test_events),
		IN_DIR(test_lack_not_planned),
		IN_DIR(test_metric_not_planned),
		IN_DIR(test_bad_samples),
		IN_DIR(test_status_not_ended),
		IN_DIR(test_status_faults_logged),
		IN_DIR(test_control_characters),
		IN_DIR(test_interrupted),
		IN_DIR(test_panicked),
		IN_DIR(test_no_run),
		IN_DIR(test_run_json_damaged),
		IN_DIR(test_run_json_fields),
		IN_DIR(test_save_fails),
		IN_DIR(test_latest),
		IN_DIR(test_latest_of_a_second),
		IN_DIR(test_fuzz),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
