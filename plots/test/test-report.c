/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports of made-up runs, with names that want to be code. */
#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "alloc.h"
#include "file.h"
#include "gnuplot.h"
#include "log.h"
#include "read-page.h"
#include "report.h"
#include "svg.h"
#include "synth.h"
#include "verdict-text.h"
#include "ways-run.h"

#define CANARY "cgmark-canary"

static const struct synth_point plain_points[] = {
	{ "null", "", "insns" },
	{ "css_set/lookup", "op=hit,sets=16", "insns" },
	{ "css_set/lookup", "op=hit,sets=256", "insns" },
	{ "css_set/lookup", "op=hit,sets=4096", "insns" },
	{ "css_set/lookup", "op=miss,sets=16", "insns" },
	{ "css_set/lookup", "op=miss,sets=256", "insns" },
	{ "css_set/lookup", "op=miss,sets=4096", "insns" },
	{ "attach/self", "pace=200ms,version=1", "guest_ns" },
};

static const struct synth_point hostile_points[] = {
	{ "<script>alert(1)</script>", "", "insns" },
	{ "'; system('touch " CANARY "'); '", "n=1,x=`touch " CANARY "`",
	  "insns" },
	{ "'; system('touch " CANARY "'); '", "n=2,x=`touch " CANARY "`",
	  "insns" },
	{ "'; system('touch " CANARY "'); '", "n=4,x=`touch " CANARY "`",
	  "insns" },
	{ "<img src=x onerror=alert(1)>", "a=\"'><b>&amp;,b=@cmd$0%d%s\\",
	  "<i>metric</i>" },
	{ "../../etc/passwd", "n=0", "insns" },
	{ "../../etc/passwd", "n=1", "insns" },
	{ "../../etc/passwd", "n=2", "insns" },
	{ "END", "k=\"`x`", "insns" },
};

static const char *const plain_names[] = { "base", "patched" };
static const char *const hostile_names[] = {
	"base</title><script>alert(1)</script>",
	"a'`touch " CANARY "`\"&\n\033[31m\xff\xfe",
	"' . system('touch " CANARY "') . '",
};

static double cost(unsigned point, unsigned kernel, unsigned p,
		   enum boot_role role, void *arg)
{
	static const double growth[] = { 31, 5000, 40000, 650000 };
	double v = growth[point % 4] + p;

	if (kernel > 0 && point % 4 != 0)
		v = 5100 + p + (point % 4);
	return role == BOOT_NULL ? v + p % 3 : v;
}

static struct run *plain_run(size_t nr_kernels)
{
	const struct synth s = {
		.kernels = plain_names,
		.nr_kernels = nr_kernels,
		.points = plain_points,
		.nr_points = ARRAY_SIZE(plain_points),
		.perturbations = 8,
		.fn = cost,
	};

	return synth_run(&s);
}

/* Every free text of the run is a piece of code. */
static struct run *hostile_run(void)
{
	static const char code[] = "</dd><script>alert('x')</script>\"'`&";
	const struct synth s = {
		.kernels = hostile_names,
		.nr_kernels = 3,
		.points = hostile_points,
		.nr_points = ARRAY_SIZE(hostile_points),
		.perturbations = 8,
		.fn = cost,
	};
	struct run *run = synth_run(&s);
	char **text[] = {
		&run->id,
		&run->created,
		&run->version,
		&run->command_line,
		&run->machine_detail,
		&run->host,
		&run->guest_sha256,
		&run->suite,
		&run->status,
		&run->kernels[1].spec,
		&run->kernels[1].key,
		&run->kernels[1].release,
		&run->kernels[1].patches,
		&run->kernels[1].series,
		&run->kernels[1].series_sha256,
		&run->kernels[1].series_total,
		&run->kernels[1].cmdline,
		&run->kernels[1].source_version,
		&run->kernels[0].toolchain,
		&run->boots[3].splat,
	};

	for (size_t i = 0; i < ARRAY_SIZE(text); i++) {
		free(*text[i]);
		*text[i] = xstrdup(code);
	}
	run->boots[3].ok = false;
	run->boots[3].blame = BLAME_SUBJECT;
	run->boots[12].status[4] = POINT_FAIL;
	free(run->boots[12].status_text[4]);
	run->boots[12].status_text[4] = xstrdup(code);
	return run;
}

struct place {
	char *dir;
	char *old_dir;
};

static int enter_dir(void **state)
{
	struct place *p = xcalloc(1, sizeof(*p));
	const char *tmp = getenv("TMPDIR");

	p->dir = xasprintf("%s/cgmark-report-XXXXXX", tmp ? tmp : "/tmp");
	p->old_dir = getcwd(NULL, 0);
	*state = p;
	return mkdtemp(p->dir) && chdir(p->dir) == 0 ? 0 : -1;
}

static int leave_dir(void **state)
{
	struct place *p = *state;
	int r = chdir(p->old_dir);

	rm_rf(p->dir);
	free(p->dir);
	free(p->old_dir);
	free(p);
	return r;
}

static int report(const struct run *run)
{
	const unsigned contenders[] = { 1, 2 };
	_cleanup_(findings_freep) struct findings *f =
		findings_new(run, 0, contenders, run->nr_kernels - 1);

	return report_write(f, PLOTS_DIR, "out");
}

static char *slurp(const char *path)
{
	struct strbuf sb = STRBUF_INIT;

	if (read_file(path, &sb) < 0)
		fail_msg("cannot read %s", path);
	return strbuf_steal(&sb);
}

/* ---- pages ---- */

static void check_page(const char *path)
{
	_cleanup_free_ char *text = slurp(path);
	_cleanup_free_ char *why = read_page(text, false);

	if (why)
		fail_msg("%s: %s", path, why);
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "@import"));
	assert_null(strstr(text, "url(http"));
}

/* The reader itself is to find each kind of fault. */
static void test_reader(void **state)
{
	static const char *const bad[] = {
		"<p>",
		"<p></b>",
		"</p>",
		"<p onclick=\"x\"></p>",
		"<p src=\"x\"></p>",
		"<p id=\"a\"></p><p id=\"a\"></p>",
		"<use xlink:href=\"http://x\"/>",
		"<script></script>",
		"<p class=x></p>",
		"<p class=\"x></p>",
		"<p>\001</p>",
		"<p class=\"http://x\"></p>",
		"<p class=\"<\"></p>",
	};
	_cleanup_free_ char *good = read_page("<!DOCTYPE html><p id=\"a\">x<br>"
					      "&lt;script</p>\n",
					      false);

	assert_null(good);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_free_ char *why = read_page(bad[i], false);

		if (!why)
			fail_msg("took %s", bad[i]);
	}
}

/* ---- reports ---- */

static void test_plain(void **state)
{
	struct run *run = plain_run(2);
	_cleanup_free_ char *page = NULL, *svg = NULL;

	assert_int_equal(report(run), 0);
	check_page("out/index.html");
	check_page("out/effects.svg");
	check_page("out/css_set-lookup.svg");
	check_page("out/boots-attach-self.svg");
	page = slurp("out/index.html");
	assert_non_null(strstr(page, "<h1>patched against base</h1>"));
	assert_non_null(strstr(page, "css_set/lookup over sets"));
	assert_non_null(strstr(page, "op=miss"));
	assert_non_null(strstr(page, "<td class=\"v IMPROVEMENT\" "
				     "data-l=\"Verdict\">"));
	assert_non_null(strstr(page, "cannot</strong> say how long"));
	assert_non_null(strstr(page, "prefers-color-scheme:dark"));
	svg = slurp("out/css_set-lookup.svg");
	assert_non_null(strstr(svg, ">base 650,00"));
	assert_non_null(strstr(svg, ">4,096<"));
	run_free(run);
}

/* The names of patches are there, for those who open them. */
static void test_series(void **state)
{
	struct run *run = plain_run(2);
	struct run_kernel *k = &run->kernels[1];
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
	_cleanup_free_ char *page = NULL;

	for (int i = 1; i <= 1000; i++)
		strbuf_addf(&names, "%s%04d-a<b.patch", i > 1 ? " " : "", i);
	free(k->patches);
	k->patches = strbuf_steal(&names);
	k->series = xstrdup("R&D v2");
	k->series_sha256 = xstrdup("0123456789abcdef");
	k->series_total = xstrdup("1000");
	assert_int_equal(report(run), 0);
	check_page("out/index.html");
	page = slurp("out/index.html");
	assert_non_null(strstr(page, "; series R&amp;D v2, 1000 patches, "
				     "0123456789ab</summary>"
				     "0001-a&lt;b.patch 0002-"));
	assert_non_null(strstr(page, "1000-a&lt;b.patch</details></dd>"));
	run_free(run);
}

/* The same run gives the same files: what is published can be compared. */
static void test_repeatable(void **state)
{
	struct run *run = plain_run(2);
	_cleanup_free_ char *first = NULL, *second = NULL;

	assert_int_equal(report(run), 0);
	first = slurp("out/index.html");
	assert_int_equal(report(run), 0);
	second = slurp("out/index.html");
	assert_string_equal(first, second);
	run_free(run);
}

static void test_hostile(void **state)
{
	struct run *run = hostile_run();
	_cleanup_free_ char *page = NULL;
	struct stat st;

	assert_int_equal(report(run), 0);
	check_page("out/index.html");
	check_page("out/effects.svg");
	page = slurp("out/index.html");
	assert_non_null(strstr(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
	assert_null(strchr(page, '\033'));
	/* drawn as they are, not run */
	assert_non_null(strstr(page, "system(&#39;touch " CANARY));
	assert_int_equal(stat(CANARY, &st), -1);
	assert_int_equal(stat("out/" CANARY, &st), -1);
	assert_int_equal(stat("out/------etc-passwd.svg", &st), 0);
	run_free(run);
}

/* ---- with a profile ---- */

/* A profile of the repeat boot, in which only find_css_set differs. */
static void save_profile(const struct run *run, unsigned kernel,
			 const char *cost)
{
	_cleanup_free_ char *lines =
		xasprintf("S\tfind_css_set\t1\nS\tcgroup_migrate\t0\n"
			  "P\tcss_set/lookup\t1\top=hit,sets=16\t10\t5\n"
			  "N\t1\t0\tattach\t500\nN\t2\t1\tfind_css_set\t%s\n"
			  "P\tcss_set/lookup\t1\top=hit,sets=256\t10\t5\n"
			  "N\t1\t0\tattach\t500\nN\t2\t1\tfind_css_set\t%s0\n"
			  "P\tnull\t1\t-\t10\t5\nN\t1\t0\t[user]\t500\n",
			  cost, cost);

	assert_int_equal(synth_save_profile(run, kernel, "insns", lines), 0);
}

static void profile_run(struct run *run)
{
	free(run->dir);
	run->dir = xstrdup("profiled");
	save_profile(run, 0, "5000");
	save_profile(run, 1, "100");
}

static void test_profile(void **state)
{
	struct run *run = plain_run(2);
	_cleanup_free_ char *page = NULL, *svg = NULL;

	profile_run(run);
	assert_int_equal(report(run), 0);
	check_page("out/index.html");
	check_page("out/flame-css_set-lookup-patched.svg");
	page = slurp("out/index.html");
	assert_non_null(strstr(page, "<h2>What functions cost</h2>"));
	assert_non_null(strstr(page,
			       "<td class=\"name\">css_set lookup</td>"
			       "<td data-l=\"Benchmark\">css_set/lookup<br>"
			       "<code>op=hit,sets=16</code></td>"
			       "<td class=\"n\" data-l=\"base\">100</td>"
			       "<td class=\"n\" data-l=\"patched\">2</td>"
			       "<td class=\"n\" data-l=\"Difference\">-98"
			       "</td>"));
	/* No symbol is no 0. */
	assert_non_null(strstr(page, "<td class=\"n\" data-l=\"base\">-</td>"
				     "<td class=\"n\" data-l=\"patched\">-"
				     "</td><td class=\"n\" "
				     "data-l=\"Difference\">-</td>"));
	assert_non_null(strstr(page, "No symbol in base, as inlined or not in "
				     "it: cgroup_migrate."));
	assert_null(strstr(page, PRINT_NO_PROFILE));
	/* Where it changed most, and that for light and dark. */
	assert_non_null(strstr(page, "<svg xmlns=\"http://www.w3.org/2000/svg\""
				     " class=\"flame\""));
	assert_non_null(strstr(page, ".flame .l5{fill:#1d6fa5}"));
	svg = slurp("out/flame-css_set-lookup-patched.svg");
	assert_non_null(strstr(svg, "<title>find_css_set: 1,000 to 20, -980<"));
	assert_non_null(strstr(svg, "sets=256: insns per operation, patched "
				    "against base</title>"));
	assert_non_null(strstr(svg, "prefers-color-scheme:dark"));
	run_free(run);
}

/* Two kernels, of which base skips the new ways. */
static void test_ways(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	_cleanup_free_ char *page = NULL;

	skip_new(run, 0);
	assert_int_equal(report(run), 0);
	check_page("out/index.html");
	page = slurp("out/index.html");
	assert_non_null(strstr(page, "<h2>Ways to the same end</h2>"));
	assert_non_null(strstr(
		page,
		"rowspan=\"2\">rebind/add <span class=\"muted\">(guest_ns)"
		"</span><br><code>groups=16,tasks=0</code></td>"
		"<td data-l=\"Way\">mainline</td>"
		"<td class=\"n\" data-l=\"base\">1,002</td>"
		"<td class=\"n\" data-l=\"patched\">1,002</td>"
		"<td class=\"n\" data-l=\"Against 1\">1</td></tr>\n"
		"<tr><td data-l=\"Way\">new</td><td class=\"n\" "
		"data-l=\"base\" title=\"this kernel cannot\">skipped</td>"
		"<td class=\"n\" data-l=\"patched\">501</td><td class=\"n\" "
		"data-l=\"Against 1\">1/2.00</td></tr>\n"));
}

/* A single kernel has a column less; names that are code stay text. */
static void test_hostile_ways(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	_cleanup_free_ char *page = NULL;

	for (size_t b = 5; b < run->nr_boots; b++)
		run->boots[b].finished = false;
	strcpy(run->points[P_DO].plan.id.params, "files=all,way=<script>\"&'");
	free(run->boots[1].status_text[P_DUMP]);
	run->boots[1].status_text[P_DUMP] = xstrdup("\"><script>x</script>");
	run->boots[1].status[P_DUMP] = POINT_FAIL;
	run->nr_kernels = 1;
	assert_int_equal(report(run), 0);
	run->nr_kernels = 2;
	check_page("out/index.html");
	page = slurp("out/index.html");
	assert_non_null(strstr(page, ">&lt;script&gt;&quot;"));
	assert_non_null(strstr(page, ">failed</td><td class=\"n\" "
				     "data-l=\"Against 1\"></td></tr>"));
	assert_null(strstr(page, "<script"));
}

static void test_events(void **state)
{
	struct run *run = plain_run(2);
	_cleanup_free_ char *page = NULL, *without = NULL;

	assert_int_equal(report(run), 0);
	without = slurp("out/index.html");
	assert_null(strstr(without, "<h2>Events</h2>"));
	synth_events(run);
	assert_int_equal(report(run), 0);
	check_page("out/index.html");
	page = slurp("out/index.html");
	assert_non_null(strstr(page, ">page-faults</td>"
				     "<td class=\"n\" data-l=\"base\">8</td>"
				     "<td class=\"n\" data-l=\"patched\">9</td>"
				     "<td class=\"n\" data-l=\"Difference\">+1"
				     "</td>"));
	/* Not there is no 0, and what a guest says is no markup. */
	assert_non_null(
		strstr(page, ">cycles</td><td class=\"n\" "
			     "data-l=\"base\" title=\"ENOENT: no &lt;PMU&gt;\">"
			     "not supported</td>"));
	assert_non_null(strstr(page, "cycles not supported on base and "));
	run_free(run);
}

/* A run without one says how to get it, and leaves no graph of an old one. */
static void test_no_profile(void **state)
{
	struct run *run = plain_run(2);
	_cleanup_free_ char *page = NULL;
	struct stat st;

	profile_run(run);
	assert_int_equal(report(run), 0);
	assert_int_equal(rm_rf("profiled"), 0);
	assert_int_equal(report(run), 0);
	page = slurp("out/index.html");
	assert_non_null(strstr(page, "<p>" PRINT_NO_PROFILE ".</p>"));
	assert_null(strstr(page, "class=\"flame\""));
	assert_int_equal(stat("out/flame-css_set-lookup-patched.svg", &st), -1);
	run_free(run);
}

/* Names that are code, in tables and graphs. */
static void test_hostile_profile(void **state)
{
	struct run *run = plain_run(2);
	_cleanup_free_ char *page = NULL;

	for (unsigned i = 0; i < 2; i++) {
		free(run->kernels[i].name);
		run->kernels[i].name = xstrdup(hostile_names[i]);
	}
	profile_run(run);
	assert_int_equal(report(run), 0);
	check_page("out/index.html");
	page = slurp("out/index.html");
	assert_non_null(strstr(page, "class=\"flame\""));
	assert_null(strchr(page, '\033'));
	assert_null(strstr(page, "<script"));
	run_free(run);
}

/* As it comes from the disk, boots and points missing. */
static void test_from_disk(void **state)
{
	struct run *run = plain_run(2), *loaded = NULL;
	_cleanup_free_ char *page = NULL;
	unsigned damaged;

	free(run->dir);
	run->dir = xstrdup("20260101-120000-0001");
	assert_int_equal(mkdir_p(run->dir, 0755), 0);
	assert_int_equal(synth_save(run), 0);
	assert_int_equal(unlink("20260101-120000-0001/boots/base-p1/"
				"samples.tsv"),
			 0);
	assert_int_equal(run_load(run->dir, &loaded, &damaged), 0);
	assert_int_equal(damaged, 1);
	assert_int_equal(report(loaded), 0);
	check_page("out/index.html");
	page = slurp("out/index.html");
	assert_non_null(strstr(page, "INVALID at all 8 points"));
	assert_non_null(strstr(page, "base-p1 is missing, cut short"));
	run_free(loaded);
	run_free(run);
}

static void test_one_kernel(void **state)
{
	struct run *run = plain_run(1);
	_cleanup_free_ char *page = NULL;
	struct stat st;

	run->boots[2].status[1] = POINT_ERROR;
	free(run->boots[2].status_text[1]);
	run->boots[2].status_text[1] = xstrdup("timeout <1 s>");
	assert_int_equal(report(run), 0);
	check_page("out/index.html");
	page = slurp("out/index.html");
	assert_non_null(strstr(page, "One kernel only"));
	assert_non_null(strstr(page, "timeout &lt;1 s&gt;"));
	assert_int_equal(stat("out/effects.svg", &st), -1);
	assert_int_equal(stat("out/css_set-lookup.svg", &st), 0);
	run_free(run);
}

static void test_nothing_measured(void **state)
{
	struct run *run = plain_run(2);

	for (size_t i = 0; i < run->nr_boots; i++)
		run->boots[i].finished = run->boots[i].ok = false;
	assert_int_equal(report(run), 0);
	check_page("out/index.html");
	run_free(run);
}

static double odd_cost(unsigned point, unsigned kernel, unsigned p,
		       enum boot_role role, void *arg)
{
	static const double v[] = { 0, 1e18, 3, 0.1 };

	return kernel ? v[(point + 1) % 4] : v[point % 4];
}

/* From and to zero, and across twenty orders of magnitude. */
static void test_odd_values(void **state)
{
	const struct synth s = {
		.kernels = plain_names,
		.nr_kernels = 2,
		.points = plain_points,
		.nr_points = ARRAY_SIZE(plain_points),
		.perturbations = 8,
		.fn = odd_cost,
	};
	struct run *run = synth_run(&s);

	assert_int_equal(report(run), 0);
	check_page("out/index.html");
	check_page("out/css_set-lookup.svg");
	run_free(run);
}

static void test_old_plots(void **state)
{
	struct run *run = plain_run(2);
	struct stat st;

	assert_int_equal(report(run), 0);
	assert_int_equal(rename("out/effects.svg", "out/effects-gone.svg"), 0);
	assert_int_equal(write_file_atomic("out/mine.svg", "<svg/>", 6), 0);
	assert_int_equal(report(run), 0);
	assert_int_equal(stat("out/effects-gone.svg", &st), -1);
	assert_int_equal(stat("out/effects.svg", &st), 0);
	assert_int_equal(stat("out/mine.svg", &st), 0);
	run_free(run);
}

/* ---- gnuplot ---- */

static void test_gp_string(void **state)
{
	static const struct {
		const char *in;
		size_t max;
		const char *out;
	} cases[] = {
		{ "plain", 80, "'plain'" }, { "it's", 80, "'it’s'" },
		{ "`id`", 80, "'’id’'" },   { "a\nb\tc", 80, "'a?b?c'" },
		{ "abcdef", 4, "'abc…'" },  { "abcd", 4, "'abcd'" },
		{ "äöüß", 2, "'ä…'" },	    { "", 80, "''" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

		gp_string(&sb, cases[i].in, cases[i].max);
		assert_string_equal(sb.buf, cases[i].out);
	}
}

static void test_gnuplot_fails(void **state)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	_cleanup_free_ char *path = xstrdup(getenv("PATH"));

	assert_int_equal(gnuplot_run(PLOTS_DIR, "print 1 +\n", &out), -EIO);
	assert_int_equal(
		gnuplot_run("/nowhere", "load plots . '/x.gp'\n", &out), -EIO);
	assert_int_equal(svg_element("<html></html>", "a", "b", &out),
			 -EBADMSG);
	setenv("PATH", "/nowhere", 1);
	assert_int_equal(gnuplot_run(PLOTS_DIR, "print 1\n", &out), -ENOENT);
	setenv("PATH", path, 1);
	assert_int_equal(
		gnuplot_run(PLOTS_DIR, "set print '-'\nprint 42\n", &out), 0);
	assert_string_equal(out.buf, "42\n");
}

/* One that hangs, with a child that holds its pipes open. */
static void test_gnuplot_hangs(void **state)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	_cleanup_free_ char *path = xstrdup(getenv("PATH"));
	static const char hang[] = "#!/bin/sh\nsleep 1000 & sleep 1000\n";
	char dir[] = "/tmp/cgmark-gnuplot-XXXXXX";
	_cleanup_free_ char *program = NULL, *with = NULL;
	unsigned timeout_ms = gnuplot_timeout_ms;

	assert_non_null(mkdtemp(dir));
	program = xasprintf("%s/gnuplot", dir);
	with = xasprintf("%s:%s", dir, path);
	assert_int_equal(write_file_atomic(program, hang, strlen(hang)), 0);
	assert_int_equal(chmod(program, 0755), 0);
	setenv("PATH", with, 1);
	gnuplot_timeout_ms = 300;
	assert_int_equal(gnuplot_run(PLOTS_DIR, "print 1\n", &out), -ETIMEDOUT);
	gnuplot_timeout_ms = timeout_ms;
	setenv("PATH", path, 1);
	assert_int_equal(rm_rf(dir), 0);
}

/* Every colour that a plot uses has its counterpart for dark mode. */
static void test_dark_mode(void **state)
{
	struct run *run = plain_run(2);
	_cleanup_free_ char *svg = NULL, *style = NULL;
	const char *p;
	int seen = 0;

	assert_int_equal(report(run), 0);
	svg = slurp("out/effects.svg");
	p = strstr(svg, "</style>");
	assert_non_null(p);
	style = xstrndup(svg, (size_t)(p - svg));
	while ((p = strstr(p, "rgb("))) {
		size_t len = strcspn(p, ")") + 1;
		_cleanup_free_ char *rule =
			xasprintf("=\"%.*s\"]", (int)len, p);

		if (!strstr(style, rule))
			fail_msg("no rule for %s", rule);
		p += len;
		seen++;
	}
	assert_true(seen >= 20);
	run_free(run);
}

#define REPORT_TEST(f) cmocka_unit_test_setup_teardown(f, enter_dir, leave_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reader),
		REPORT_TEST(test_plain),
		REPORT_TEST(test_series),
		REPORT_TEST(test_repeatable),
		REPORT_TEST(test_hostile),
		REPORT_TEST(test_events),
		REPORT_TEST(test_ways),
		REPORT_TEST(test_hostile_ways),
		REPORT_TEST(test_profile),
		REPORT_TEST(test_no_profile),
		REPORT_TEST(test_hostile_profile),
		REPORT_TEST(test_from_disk),
		REPORT_TEST(test_one_kernel),
		REPORT_TEST(test_nothing_measured),
		REPORT_TEST(test_odd_values),
		REPORT_TEST(test_old_plots),
		cmocka_unit_test(test_gp_string),
		cmocka_unit_test(test_gnuplot_fails),
		cmocka_unit_test(test_gnuplot_hangs),
		REPORT_TEST(test_dark_mode),
	};

	log_set_level(LOG_WARNING);
	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
