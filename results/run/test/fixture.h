/* SPDX-License-Identifier: GPL-2.0-only */
/* A made-up run for the tests of run/ and index/. */
#ifndef CGMARK_TEST_FIXTURE_H
#define CGMARK_TEST_FIXTURE_H

#include "run.h"
#include "scratch.h"
#include "strbuf.h"

/*
 * A run of two kernels ("base", "v1"), three points and, of each kernel, three
 * boots (p0, p1, p0-repeat); nothing on disk yet.  id may not hold '/'.
 */
struct run *fixture_run(const char *runs_dir, const char *id);
#define FIXTURE_POINTS 3
#define FIXTURE_BOOTS 6
#define FIXTURE_SAMPLES 5 /* of each point in each boot */

/* The streams of one boot, as a guest writes them. */
void fixture_status(const struct run *run, struct strbuf *ret);
void fixture_samples(const struct run *run, size_t boot, struct strbuf *ret);
/* Writes all files of a boot, which ended well. */
void fixture_write_boot(struct run *run, size_t boot);
/* run.json and all boots. */
void fixture_write_run(struct run *run);

/* A record of this kind whose last line says that it has count lines. */
void fixture_record(struct strbuf *sb, const char *kind, const char *lines,
		    unsigned count);
unsigned fixture_count_lines(const char *text);

char *boot_file(const struct run *run, size_t boot, const char *file);

#endif
