/* SPDX-License-Identifier: GPL-2.0-only */
/* profile.tsv, as the plugin in QEMU writes it. */
#include "fuzz.h"
#include "profile.h"

static void check_point(const struct profile_point *pt)
{
	for (size_t i = 0; i < pt->nr_nodes; i++) {
		fuzz_check(pt->nodes[i].parent <= i);
		fuzz_check_clean(pt->nodes[i].function);
	}
	for (size_t i = 0; i < pt->nr_ranges; i++)
		fuzz_check_clean(pt->ranges[i].function);
}

void fuzz_one(const char *data, size_t len)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct profile p = { 0 };
	struct rec_error err;
	int r;

	strbuf_add(&text, data, len);
	fuzz_add_record_end(&text, "PNI");
	r = profile_parse(text.buf, text.len, &p, &err);
	fuzz_check(r == 0 || (r < 0 && *err.text));
	fuzz_check_clean(err.text);
	for (size_t i = 0; i < p.nr_points && r == 0; i++)
		check_point(&p.points[i]);
	profile_release(&p);
}
