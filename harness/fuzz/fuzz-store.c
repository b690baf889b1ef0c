/* SPDX-License-Identifier: GPL-2.0-only */
/* cgmark.db: whatever is in it, a run can be imported, or the reason is told. */
#include <errno.h>

#include "alloc.h"
#include "file.h"
#include "fixture.h"
#include "fuzz.h"
#include "store.h"

#define HEADER_BYTES 100 /* of an SQLite file */

size_t LLVMFuzzerMutate(uint8_t *data, size_t len, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max,
			       unsigned seed);

/* Versions and the like are in the header, where chance would rarely lead. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max,
			       unsigned seed)
{
	if (len < HEADER_BYTES || seed & 1)
		return LLVMFuzzerMutate(data, len, max);
	data[(seed >> 1) % HEADER_BYTES] = seed >> 8;
	return len;
}

/* One that was made anew is like any other such. */
static void import(const char *path, const struct run *run)
{
	uint64_t runs, boots, samples;
	struct store *st;
	bool changed;
	int r = store_open(path, &st);

	fuzz_check(r == 0 || r == -EPROTONOSUPPORT || r == -EBADMSG ||
		   r == -EIO);
	if (r < 0)
		return;
	if (!store_remade(st) && store_import(st, run, &changed) == 0) {
		fuzz_check(store_count(st, &runs, &boots, &samples) < 0 ||
			   runs >= 1);
		store_import(st, run, &changed);
	}
	store_close(st);
}

void fuzz_one(const char *text, size_t len)
{
	static struct run *run;
	_cleanup_free_ char *dir = xasprintf("%s/db", fuzz_dir);

	if (!run)
		run = fixture_run(fuzz_dir, "run");
	mkdir_p(dir, 0777);
	import(fuzz_file("db/cgmark.db", text, len), run);
	rm_rf(dir);
}
