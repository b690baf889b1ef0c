/* SPDX-License-Identifier: GPL-2.0-only */
/* A calibration that was kept. */
#include "calibration.h"
#include "fuzz.h"

void fuzz_one(const char *data, size_t len)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_(calibration_freep) struct calibration *c = NULL;
	const char *path;

	strbuf_add(&text, data, len);
	fuzz_add_json_end(&text);
	path = fuzz_file("calibration.json", text.buf ? text.buf : "",
			 text.len);
	if (calibration_load(path, &c) < 0)
		return;
	fuzz_check_clean(c->suite);
	fuzz_check_clean(c->limits);
	for (size_t i = 0; i < c->nr_faults; i++)
		fuzz_check_clean(c->faults[i]);
}
