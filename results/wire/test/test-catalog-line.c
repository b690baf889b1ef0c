/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "catalog-line.h"

static const char *const lines[] = {
	"B\tattach/self\t2\tCGROUPS MEMCG\t31\t4\t0\tmove the caller",
	"B\tnull\t1000000000\t\t1\t0\t1\t",
	"A\tattach/self\tpace\tburst,200ms\t1",
	"A\tattach/self\tversion\t1,2\t0",
	"M\tattach/self\tsets\t1\t16,64\tpace=burst",
	"M\tattach/self\tsets\t0\t16\t",
	"X\tattach/self",
	"T\tworkload/fork\tstress-ng",
	"F\tattach/self\t*",
};

static char *print(const struct catalog_line *l)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	catalog_line_print(f, l);
	fclose(f);
	return text;
}

static void test_round_trip(void **state)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		_cleanup_free_ char *in = xstrdup(lines[i]), *out = NULL;
		_cleanup_free_ char *want = xasprintf("%s\n", lines[i]);
		char why[CATALOG_WHY_MAX];
		struct catalog_line l;

		assert_int_equal(catalog_line_parse(in, &l, why), 0);
		out = print(&l);
		assert_string_equal(out, want);
	}
}

static void test_fields(void **state)
{
	char text[] = "B\tattach/self\t2\tCGROUPS\t31\t4\t7\tmove the caller";
	char more[] = "M\tnull\tsets\t1\t16,64\tpace=burst,way=new";
	char named[] = "N\tnull\tway\tbpf";
	char why[CATALOG_WHY_MAX];
	struct catalog_line l;

	assert_int_equal(catalog_line_parse(text, &l, why), 0);
	assert_int_equal(l.kind, CATALOG_BENCH);
	assert_string_equal(l.bench, "attach/self");
	assert_int_equal(l.version, 2);
	assert_string_equal(l.kconfig, "CGROUPS");
	assert_int_equal(l.samples, 31);
	assert_int_equal(l.warmup, 4);
	assert_int_equal(l.nr_ops, 7);
	assert_string_equal(l.summary, "move the caller");
	assert_int_equal(catalog_line_parse(more, &l, why), 0);
	assert_int_equal(l.kind, CATALOG_MORE);
	assert_string_equal(l.key, "sets");
	assert_true(l.implied);
	assert_string_equal(l.values, "16,64");
	assert_string_equal(l.at, "pace=burst,way=new");
	assert_int_equal(catalog_line_parse(named, &l, why), 0);
	assert_int_equal(l.kind, CATALOG_NAMED);
	assert_string_equal(l.key, "way");
	assert_string_equal(l.values, "bpf");
}

static void check_bad(const char *line, const char *want)
{
	_cleanup_free_ char *text = xstrdup(line);
	char why[CATALOG_WHY_MAX] = "";
	struct catalog_line l;

	assert_int_equal(catalog_line_parse(text, &l, why), -EBADMSG);
	if (!strstr(why, want))
		fail_msg("'%s' instead of '%s'", why, want);
}

static void test_malformed(void **state)
{
	check_bad("", "not a B, A, M, N, X, T or F line");
	check_bad("hello", "not a B");
	check_bad("BB\tx", "not a B");
	check_bad("\tX\tx", "not a B");
	check_bad("x\tn", "not a B");
	check_bad("X", "a line X of 1 fields, not 2");
	check_bad("X\tn\t", "a line X of 3 fields, not 2");
	check_bad("B\tn\t1\t\t1\t1\t1", "a line B of 7 fields, not 8");
	check_bad("M\tn\tk\t0\t1", "a line M of 5 fields, not 6");
	check_bad("X\t", "field 2 is empty");
	check_bad("A\tn\t\t1\t0", "field 3 is empty");
	check_bad("F\tn\t", "field 3 is empty");
	check_bad("A\tn\tk\t1\t2", "field 5 is not 0 or 1: '2'");
	check_bad("A\tn\tk\t1\t", "field 5 is not 0 or 1: ''");
	check_bad("M\tn\tk\tyes\t1\t", "field 4 is not 0 or 1: 'yes'");
}

static void test_numbers(void **state)
{
	check_bad("B\tn\t01\t\t1\t1\t1\ts", "field 3 is no number");
	check_bad("B\tn\t\t\t1\t1\t1\ts", "field 3 is no number");
	check_bad("B\tn\t1\t\t-1\t1\t1\ts", "field 5 is no number");
	check_bad("B\tn\t1\t\t1\t 1\t1\ts", "field 6 is no number");
	check_bad("B\tn\t1\t\t1\t1\t1000000001\ts",
		  "field 7 is no number up to 1000000000: '1000000001'");
	check_bad("B\tn\t99999999999999999999\t\t1\t1\t1\ts", "field 3");
}

/* What it says fits, however long the line. */
static void test_long(void **state)
{
	char text[4096];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	check_bad(text, "not a B");
	memcpy(text, "A\tn\tk\t1\t", 8);
	check_bad(text, "field 5 is not 0 or 1: 'xxxx");
	memset(text, '\t', sizeof(text) - 1);
	*text = 'B';
	check_bad(text, "a line B of 4095 fields, not 8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
