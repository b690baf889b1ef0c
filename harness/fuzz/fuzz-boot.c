/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files of a boot: boot.json, or else status.ktap, a line "%%", and
 * samples.tsv, of which boot.json then says the truth: what a guest can do that
 * lies, and who hands on a run directory.
 */
#include "alloc.h"
#include "boot-load.h"
#include "file.h"
#include "fixture.h"
#include "fuzz.h"
#include "run-files.h"

#define BOOT "run/boots/base-p0/"

static struct run *run; /* as it is on disk, but for the boot */

static void make_run(void)
{
	_cleanup_free_ char *dir = NULL;

	run = fixture_run(fuzz_dir, "run");
	run->boots[0].role = BOOT_MEASURE;
	run->boots_named = true;
	dir = xasprintf("%s/boots/base-p0", run->dir);
	mkdir_p(dir, 0777);
	/* Nothing is there of the others. */
	free(run->status);
	run->status = xstrdup("running");
	fuzz_check(run_save(run) == 0);
}

static void put_streams(const char *text, const char *middle, size_t len)
{
	_cleanup_strbuf_ struct strbuf samples = STRBUF_INIT;
	struct run_boot *b = &run->boots[0];

	fuzz_file(BOOT "status.ktap", text, middle + 1 - text);
	strbuf_addstr(&samples, middle + 4);
	fuzz_add_record_end(&samples, "SN");
	fuzz_file(BOOT "samples.tsv", samples.buf ? samples.buf : "",
		  samples.len);
	b->ok = true;
	b->samples_bytes = samples.len;
	free(b->samples_crc);
	b->samples_crc =
		xasprintf("%08x", rec_crc32(0, samples.len ? samples.buf : "",
					    samples.len));
	fuzz_check(run_save_boot(run, b) == 0);
}

static void put_json(const char *text, size_t len)
{
	_cleanup_strbuf_ struct strbuf json = STRBUF_INIT;

	fuzz_file(BOOT "status.ktap", "KTAP version 1\n", 15);
	fuzz_file(BOOT "samples.tsv", "", 0);
	strbuf_add(&json, text, len);
	fuzz_add_json_end(&json);
	fuzz_file(BOOT "boot.json", json.buf ? json.buf : "", json.len);
}

/* Whoever compares relies on this. */
static void check_samples(const struct run *got, const struct run_boot *b)
{
	for (size_t i = 0; i < b->nr_samples; i++) {
		const struct run_sample *s = &b->samples[i];

		fuzz_check(s->point < got->nr_points);
		fuzz_check(b->status[s->point] == POINT_DONE);
		fuzz_check(s->rep < got->points[s->point].plan.samples);
		fuzz_check(s->nr_ops > 0);
		fuzz_check(!i || run_sample_cmp(s - 1, s) < 0);
	}
	for (size_t i = 0; i < got->nr_points; i++)
		fuzz_check_clean(b->status_text[i]);
	fuzz_check_clean(b->reason);
	fuzz_check_clean(b->splat);
	fuzz_check_clean(b->facts.throttled_by);
	fuzz_check_clean(b->unset);
}

void fuzz_one(const char *text, size_t len)
{
	_cleanup_(run_freep) struct run *got = NULL;
	const char *middle = memmem(text, len, "\n%%\n", 4);

	if (!run)
		make_run();
	if (middle)
		put_streams(text, middle, len);
	else
		put_json(text, len);
	fuzz_check(run_load(run->dir, &got, NULL) == 0);
	check_samples(got, &got->boots[0]);
}
