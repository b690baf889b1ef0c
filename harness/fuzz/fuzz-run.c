/* SPDX-License-Identifier: GPL-2.0-only */
/* run.json of a run without boots on disk.  What is read can be written again. */
#include "alloc.h"
#include "fuzz.h"
#include "run-files.h"

void fuzz_one(const char *data, size_t len)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_(run_freep) struct run *run = NULL, *again = NULL;
	char sum[65], sum_again[65];
	int r;

	strbuf_add(&text, data, len);
	fuzz_add_json_end(&text);
	fuzz_file("run.json", text.buf ? text.buf : "", text.len);
	r = run_load(fuzz_dir, &run, NULL);
	fuzz_check((r == 0) == (run != NULL));
	if (r < 0)
		return;
	fuzz_check(is_file_name(run->id));
	for (size_t i = 0; i < run->nr_boots; i++)
		fuzz_check(is_file_name(run->boots[i].id));
	fuzz_check_clean(run->command_line);
	fuzz_check_clean(run->machine_detail);
	run_digest(run, sum);
	fuzz_check(run_save(run) == 0);
	fuzz_check(run_load(fuzz_dir, &again, NULL) == 0);
	run_digest(again, sum_again);
	fuzz_check(!strcmp(sum, sum_again));
}
