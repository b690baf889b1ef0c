/* SPDX-License-Identifier: GPL-2.0-only */
/* Suite files, from their text to the planned points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>

#include "alloc.h"
#include "exit-status.h"
#include "file.h"
#include "points.h"
#include "suite.h"

static const char list_a[] = "B\tattach/self\t2\t\t31\t4\t1\tmove the caller\n"
			     "A\tattach/self\tpace\tburst,200ms\t1\n"
			     "A\tattach/self\tversion\t1,2\t0\n"
			     "B\tattach/slow\t1\t\t5\t1\t1\tmove many\n"
			     "X\tattach/slow\n"
			     "A\tattach/slow\tversion\t1,2\t0\n";
static const char list_b[] = "B\tnull\t1\t\t31\t4\t64\tnothing at all\n";

static struct catalog catalog;
static char *dir;
static char *log_path; /* what the last refusal logged */

static void put(const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s.ini", dir, name);

	assert_int_equal(write_file_atomic(path, text, strlen(text)), 0);
}

static int add(const char *binary, const char *list)
{
	_cleanup_free_ char *text = xstrdup(list);

	return catalog_parse(&catalog, binary, text);
}

static int set_up(void **state)
{
	char template[] = "/tmp/cgmark-suite-XXXXXX";

	dir = xstrdup(mkdtemp(template));
	log_path = xasprintf("%s/log", dir);
	put("all", "[suite]\naliases = every any\nsummary = all\n there is\n"
		   "benchmarks = *\n");
	put("ordinary", "[suite]\nbenchmarks = *\nextra = no\n");
	return add("bench-attach", list_a) || add("bench-null", list_b);
}

static int tear_down(void **state)
{
	int r = rm_rf(dir);

	catalog_release(&catalog);
	free(log_path);
	free(dir);
	return r;
}

static void expect_points(const char *name, const struct plan_wish *more,
			  const char *want)
{
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	_cleanup_free_ struct run_point *points = NULL;
	_cleanup_(suite_release) struct suite s = { NULL };
	struct plan_wish wish = *more;
	size_t nr;

	assert_int_equal(suite_load(dir, name, &s), ST_OK);
	wish.suite = &s;
	assert_int_equal(plan_points(&catalog, &wish, &points, &nr), ST_OK);
	for (size_t i = 0; i < nr; i++)
		strbuf_addf(&got, "%s %s %u\n", points[i].plan.id.bench,
			    points[i].plan.id.params, points[i].plan.samples);
	assert_string_equal(got.buf, want);
}

/* Loading or checking a suite fails with ST_USAGE and this message. */
static void expect_refused(const char *name, const char *words)
{
	_cleanup_(suite_release) struct suite s = { NULL };
	_cleanup_strbuf_ struct strbuf log = STRBUF_INIT;
	int fd = open(log_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int keep = dup(STDERR_FILENO), r;

	dup2(fd, STDERR_FILENO);
	r = suite_load(dir, name, &s);
	if (r == ST_OK)
		r = suite_check(&s, &catalog);
	dup2(keep, STDERR_FILENO);
	close(keep);
	close(fd);
	assert_int_equal(r, ST_USAGE);
	assert_int_equal(read_file(log_path, &log), 0);
	if (!log.buf || !strstr(log.buf, words))
		fail_msg("'%s' does not say '%s'", log.buf, words);
}

static void text_refused(const char *text, const char *words)
{
	_cleanup_free_ char *path = xasprintf("%s/bad.ini", dir);

	put("bad", text);
	expect_refused("bad", words);
	unlink(path);
}

static const struct plan_wish nothing_more;

static void globs_and_extra_select(void **state)
{
	expect_points("all", &nothing_more,
		      "attach/self pace=burst,version=1 31\n"
		      "attach/self pace=200ms,version=1 31\n"
		      "attach/self pace=burst,version=2 31\n"
		      "attach/self pace=200ms,version=2 31\n"
		      "attach/slow version=1 5\n"
		      "attach/slow version=2 5\n"
		      "null  31\n");
	put("some", "[suite]\nbenchmarks = n*l\n  attach/*\nextra = no\n");
	expect_points("some", &nothing_more,
		      "null  31\n"
		      "attach/self pace=burst,version=1 31\n"
		      "attach/self pace=200ms,version=1 31\n"
		      "attach/self pace=burst,version=2 31\n"
		      "attach/self pace=200ms,version=2 31\n");
}

/* Behind the others; values beyond sweeps stay out. */
static void also_adds_what_is_extra(void **state)
{
	put("some", "[suite]\nbenchmarks = null\nextra = no\n"
		    "also = attach/sl*\n[attach/slow]\nversion = 2\n");
	expect_points("some", &nothing_more,
		      "null  31\nattach/slow version=2 5\n");
	put("child", "[suite]\ninclude = some\nbenchmarks = null\n");
	expect_points("child", &nothing_more,
		      "null  31\nattach/slow version=2 5\n");
	put("other", "[suite]\ninclude = ordinary\nalso = null\n"
		     "also = attach/slow\n[attach/*]\nversion = 1\n"
		     "[attach/self]\npace = burst\n");
	expect_points("other", &nothing_more,
		      "attach/self pace=burst,version=1 31\n"
		      "attach/slow version=1 5\nnull  31\n");
	put("child", "[suite]\ninclude = ordinary\nalso = null\n");
	expect_points("child", &nothing_more,
		      "attach/self pace=burst,version=1 31\n"
		      "attach/self pace=200ms,version=1 31\n"
		      "attach/self pace=burst,version=2 31\n"
		      "attach/self pace=200ms,version=2 31\n"
		      "null  31\n");
}

static void sections_set_params_and_samples(void **state)
{
	put("some", "[suite]\nbenchmarks = attach/*\n"
		    "[attach/*]\nversion = 2\nsamples = 9\n"
		    "[attach/self]\npace = burst, 1s,\n  2s\n");
	expect_points("some", &nothing_more,
		      "attach/self pace=burst,version=2 9\n"
		      "attach/self pace=1s,version=2 9\n"
		      "attach/self pace=2s,version=2 9\n"
		      "attach/slow version=2 9\n");
}

static void benchmarks_run_as_named(void **state)
{
	put("some", "[suite]\nbenchmarks = null attach/slow attach/*\n"
		    "[attach/*]\nversion = 2\n[attach/self]\npace = burst\n");
	expect_points("some", &nothing_more,
		      "null  31\n"
		      "attach/slow version=2 5\n"
		      "attach/self pace=burst,version=2 31\n");
}

static void samples_of_some_points(void **state)
{
	put("some", "[suite]\nbenchmarks = attach/*\n"
		    "[attach/self pace=200ms]\nversion = 1\nsamples = 5\n"
		    "[attach/self version=2]\nsamples = 70\n"
		    "[attach/slow]\nsamples = 3\n");
	expect_points("some", &nothing_more,
		      "attach/self pace=burst,version=1 31\n"
		      "attach/self pace=200ms,version=1 5\n"
		      "attach/self pace=burst,version=2 70\n"
		      "attach/slow version=1 3\n"
		      "attach/slow version=2 3\n");
	expect_points("some", &(struct plan_wish){ .samples = 2 },
		      "attach/self pace=burst,version=1 2\n"
		      "attach/self pace=200ms,version=1 2\n"
		      "attach/self pace=burst,version=2 2\n"
		      "attach/slow version=1 2\n"
		      "attach/slow version=2 2\n");
	text_refused("[suite]\nbenchmarks = *\n[attach/self pace=300ms]\n"
		     "samples = 3\n",
		     "bad.ini:4: 'attach/self' has no points with pace=300ms");
}

/* Sections for some points only leave out others of these. */
static void sections_with_values_leave_out(void **state)
{
	static const char *const two[] = { "version=2" };
	static const char *const slow[] = { "pace=200ms" };

	put("some", "[suite]\nbenchmarks = attach/self null\n"
		    "[attach/self pace=200ms]\nversion = 1\n");
	expect_points("some", &nothing_more,
		      "attach/self pace=burst,version=1 31\n"
		      "attach/self pace=200ms,version=1 31\n"
		      "attach/self pace=burst,version=2 31\n"
		      "null  31\n");
	/* What the command line asks for is there. */
	expect_points("some",
		      &(struct plan_wish){ .params = two, .nr_params = 1 },
		      "attach/self pace=burst,version=2 31\n"
		      "attach/self pace=200ms,version=2 31\n"
		      "null  31\n");
	expect_points("some",
		      &(struct plan_wish){ .params = slow, .nr_params = 1 },
		      "attach/self pace=200ms,version=1 31\n"
		      "null  31\n");
	/* Sweeps are those of sections for all points, wherever these are. */
	put("some", "[suite]\nbenchmarks = attach/self\n"
		    "[attach/* pace=1s  version=7]\npad = 0\n"
		    "[attach/self version=7]\n  pace = 1s\n"
		    "[attach/self]\nversion = 1,7\npace = 1s,2s\n");
	expect_refused("some", "no benchmark that matches 'attach/*' has a "
			       "param 'pad'");
	put("some", "[suite]\nbenchmarks = attach/self\n"
		    "[attach/self version=7]\n  pace = 1s\n"
		    "[attach/self]\nversion = 1,7\npace = 1s,2s\n"
		    "[attach/self pace=2s]\nversion = 1\n");
	expect_points("some", &nothing_more,
		      "attach/self pace=1s,version=1 31\n"
		      "attach/self pace=2s,version=1 31\n"
		      "attach/self pace=1s,version=7 31\n");
}

static void bad_sections_with_values_are_refused(void **state)
{
	text_refused("[suite]\nbenchmarks = *\n[null x]\npace = 1\n",
		     "bad.ini:4: [null x]: write [GLOB KEY=VALUE ...]");
	text_refused("[suite]\nbenchmarks = *\n[attach/self pace=200ms "
		     "pace=200ms pace=200ms pace=200ms]\nversion = 1\n",
		     "bad.ini:4: [attach/self pace=200ms pace=200ms "
		     "pace=200ms pace...]: at most 48 characters");
	text_refused("[suite]\nbenchmarks = *\n[null =1]\npace = 1\n",
		     "write [GLOB KEY=VALUE ...]");
	text_refused("[suite]\nbenchmarks = *\n[null pace=]\npace = 1\n",
		     "write [GLOB KEY=VALUE ...]");
	text_refused("[suite]\nbenchmarks = *\n[attach/self pace=burst]\n"
		     "samples = 3,4\n",
		     "bad.ini:4: samples= is a number");
	text_refused("[suite]\nbenchmarks = *\n[attach/self pace=300ms]\n"
		     "version = 1\n",
		     "bad.ini:4: 'attach/self' has no points with pace=300ms");
	text_refused("[suite]\nbenchmarks = *\n[attach/self pace=200ms]\n"
		     "version = 1,3\n",
		     "bad.ini:4: 'attach/self' has no points with version=3");
	text_refused("[suite]\nbenchmarks = *\n[attach/self page=200ms]\n"
		     "version = 1\n",
		     "bad.ini:4: 'attach/self' has no points with page=200ms");
	text_refused("[suite]\nbenchmarks = *\n[attach/self version=1]\n"
		     "version = 2\n",
		     "bad.ini:4: the section is about one value of version");
}

static void later_and_including_files_win(void **state)
{
	_cleanup_(suite_release) struct suite s = { NULL };

	put("base", "[suite]\nbenchmarks = *\naliases = alias-of-base\n"
		    "perturbations = 3\n[attach/slow]\nversion = 1\n");
	put("some", "[suite]\ninclude = base\nperturbations = 16\n"
		    "[attach/*]\nversion = 7\n[attach/self]\npace = burst\n");
	expect_points("some", &nothing_more,
		      "attach/self pace=burst,version=7 31\n"
		      "attach/slow version=7 5\n"
		      "null  31\n");
	assert_int_equal(suite_load(dir, "some", &s), ST_OK);
	assert_int_equal(s.perturbations, 16);
	assert_int_equal(s.nr_aliases, 0);
	suite_release(&s);
	assert_int_equal(suite_load(dir, "alias-of-base", &s), ST_OK);
	assert_string_equal(s.name, "base");
	assert_int_equal(s.perturbations, 3);
}

static void command_line_comes_last(void **state)
{
	static const char *const params[] = { "version=5" };
	static const char *const benches[] = { "*/slow" };

	put("some", "[suite]\nbenchmarks = *\n[attach/*]\nversion = 2\n"
		    "samples = 9\n");
	expect_points("some",
		      &(struct plan_wish){ .params = params,
					   .nr_params = 1,
					   .benches = benches,
					   .nr_benches = 1,
					   .samples = 3 },
		      "attach/slow version=5 3\n");
}

static void names_summary_and_aliases_are_kept(void **state)
{
	_cleanup_(suite_release) struct suite s = { NULL };

	assert_int_equal(suite_load(dir, "any", &s), ST_OK);
	assert_string_equal(s.name, "all");
	assert_string_equal(s.summary, "all there is");
	assert_int_equal(s.nr_aliases, 2);
	assert_int_equal(s.perturbations, 0);
}

static void unknown_suites_are_refused(void **state)
{
	expect_refused("ordinray", "did you mean 'ordinary'?");
	expect_refused("evry", "'every'");
	expect_refused("../all", "suite '../all' is not known");
	expect_refused("", "suite '' is not known");
}

static void bad_files_are_refused(void **state)
{
	text_refused("benchmarks = *\n", "bad.ini:1: a key before");
	text_refused("[suite]\nsummary = x\n", "has no benchmarks=");
	text_refused("[suite]\nbenchmark = *\n", "did you mean 'benchmarks'?");
	text_refused("[suite]\nbenchmarks = *\nextra = maybe\n",
		     "bad.ini:3: extra= is yes or no");
	text_refused("[suite]\nbenchmarks = *\nperturbations = 65\n",
		     "bad.ini:3: perturbations= is a number from 1 to 64");
	text_refused("[suite]\nbenchmarks = *\ninclude = all\n",
		     "bad.ini:3: include= has to be the first key");
	text_refused("[suite]\ninclude = nowhere\n", "nowhere.ini");
	text_refused("[suite]\ninclude = bad\n", "cannot be included");
	text_refused("[suite]\ninclude = ../x\n", "cannot be included");
	text_refused("[suite]\nbenchmarks = *\n[null]\nsamples = 0\n",
		     "bad.ini:4: samples= is a number");
	text_refused("[suite]\nbenchmarks = *\n[null]\nsamples = 1,2\n",
		     "bad.ini:4: samples= is a number");
	text_refused("[suite]\nbenchmarks = *\n[attach/*]\nversion = 1,1\n",
		     "bad.ini:4: value '1' is given twice");
	text_refused("[suite]\nbenchmarks = *\n[attach/*]\nversion = a=b\n",
		     "'a=b' is no value");
	text_refused("[suite]\nbenchmarks = *\n[attach/*]\nversion = ,\n",
		     "key 'version' has no value");
}

static void names_that_do_not_exist_are_refused(void **state)
{
	text_refused("[suite]\nbenchmarks = null atach/self\n",
		     "bad.ini: benchmark 'atach/self' is not known; did you "
		     "mean 'attach/self'");
	text_refused("[suite]\nbenchmarks = null\nalso = atach/slow\n",
		     "bad.ini: benchmark 'atach/slow' is not known; did you "
		     "mean 'attach/slow'");
	text_refused("[suite]\nbenchmarks = null\n[attach/slow]\n"
		     "version = 1\n",
		     "nothing in the suite matches 'attach/slow'");
	text_refused("[suite]\nbenchmarks = *\n[attach/slef]\nversion = 1\n",
		     "bad.ini:4: benchmark 'attach/slef' is not known");
	text_refused("[suite]\nbenchmarks = *\n[attach/*]\nversoin = 1\n",
		     "bad.ini:4: no benchmark that matches 'attach/*' has a "
		     "param 'versoin'");
	text_refused("[suite]\nbenchmarks = *\n[attach/*]\nversion = x\n",
		     "bad.ini:4: no benchmark that matches 'attach/*' knows "
		     "version=x");
	text_refused("[suite]\nbenchmarks = null\n[attach/*]\nversion = 1\n",
		     "bad.ini:4: nothing in the suite matches 'attach/*'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs_and_extra_select),
		cmocka_unit_test(also_adds_what_is_extra),
		cmocka_unit_test(sections_set_params_and_samples),
		cmocka_unit_test(benchmarks_run_as_named),
		cmocka_unit_test(samples_of_some_points),
		cmocka_unit_test(sections_with_values_leave_out),
		cmocka_unit_test(bad_sections_with_values_are_refused),
		cmocka_unit_test(later_and_including_files_win),
		cmocka_unit_test(command_line_comes_last),
		cmocka_unit_test(names_summary_and_aliases_are_kept),
		cmocka_unit_test(unknown_suites_are_refused),
		cmocka_unit_test(bad_files_are_refused),
		cmocka_unit_test(names_that_do_not_exist_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
