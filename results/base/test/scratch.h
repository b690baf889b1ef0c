/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests of all stages share: cmocka and a scratch directory. */
#ifndef CGMARK_TEST_SCRATCH_H
#define CGMARK_TEST_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* A new directory, below $TMPDIR if set; the teardown removes it. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* Without the fsync() of write_file_atomic(), which is too slow for loops. */
void write_bytes(const char *path, const void *data, size_t len);
void write_text(const char *path, const char *text);

/* Redirects stderr to a file, whose text capture_end() returns. */
void capture_start(const char *dir);
char *capture_end(void); /* caller frees */

/* Deterministic numbers (xorshift). */
uint64_t next_random(uint64_t *state);

#endif
