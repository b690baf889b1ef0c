/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of this directory share: cmocka, a run, a place to write. */
#ifndef CGMARK_TEST_FIXTURE_H
#define CGMARK_TEST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "run.h"
#include "strbuf.h"

/* A fresh directory (below $TMPDIR, if set), which the teardown removes. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

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

/* Without the fsync() of the real thing, which takes too long in a loop. */
void write_bytes(const char *path, const void *data, size_t len);
void write_text(const char *path, const char *text);
char *boot_file(const struct run *run, size_t boot, const char *file);

/* From here on stderr goes to a file, whose text capture_end() returns. */
void capture_start(const char *dir);
char *capture_end(void); /* caller frees */

/* Deterministic numbers (xorshift). */
uint64_t next_random(uint64_t *state);

#endif
