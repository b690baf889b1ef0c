/* SPDX-License-Identifier: GPL-2.0-only */
/* Suites and kernels.ini. */
#include "alloc.h"
#include "file.h"
#include "fuzz.h"
#include "kernels-ini.h"
#include "suite.h"

static struct catalog catalog;

static void make_catalog(void)
{
	char text[] = "B\tattach/self\t1\tCGROUPS\t31\t4\t1\tmoves\n"
		      "A\tattach/self\tversion\t1,2\t0\n"
		      "A\tattach/self\tpace\tburst,200ms\t0\n"
		      "B\tnull\t1\t\t31\t4\t1\tnothing\n";

	fuzz_check(catalog_parse(&catalog, "bench-x", text) == 0);
}

static void read_suite(void)
{
	struct suite s;

	if (suite_load(fuzz_dir, "kernels", &s) != ST_OK)
		return;
	fuzz_check_clean(s.summary);
	suite_check(&s, &catalog);
	for (size_t i = 0; i < catalog.nr; i++) {
		suite_has(&s, &catalog.benches[i]);
		suite_samples(&s, &catalog.benches[i], "pace=burst,version=1");
	}
	suite_release(&s);
}

static void read_kernels(void)
{
	struct kernels_ini ini;

	if (kernels_ini_load(fuzz_dir, &ini) != ST_OK)
		return;
	for (size_t i = 0; i < ini.nr; i++) {
		const char *name = ini.sections[i].name;

		fuzz_check(kernels_ini_name_ok(name));
		fuzz_check(kernels_ini_find(&ini, name) != NULL);
		fuzz_check_clean(ini.sections[i].opts.source);
	}
	kernels_ini_release(&ini);
}

void fuzz_one(const char *text, size_t len)
{
	if (!catalog.nr)
		make_catalog();
	fuzz_file("kernels.ini", text, len);
	read_suite();
	read_kernels();
}
