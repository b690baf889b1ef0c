/* SPDX-License-Identifier: GPL-2.0-only */
/* Sites of made-up runs: what an enemy, a second writer and a year do to them. */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "made-up.h"
#include "process.h"
#include "read-page.h"
#include "scratch.h"
#include "site-archive.h"
#include "site-path.h"
#include "site.h"
#include "synth.h"

#define CANARY "cgmark-canary"
#define CODE "</dd><script>alert('x')</script>\"'`&"

static const struct synth_point plain_points[] = {
	{ "null", "", "insns" },
	{ "css_set/lookup", "op=hit,sets=16", "insns" },
	{ "css_set/lookup", "op=hit,sets=256", "insns" },
	{ "css_set/lookup", "op=hit,sets=4096", "insns" },
};

/* Without blanks, which no benchmark has. */
static const struct synth_point hostile_points[] = {
	{ "<script>alert(1)</script>", "", "insns" },
	{ "';system('id>" CANARY "');'", "n=1,x=`id>" CANARY "`", "insns" },
	{ "';system('id>" CANARY "');'", "n=2,x=`id>" CANARY "`", "insns" },
	{ "';system('id>" CANARY "');'", "n=4,x=`id>" CANARY "`", "insns" },
	{ "../../etc/passwd", "a=\"'><b>&amp;,b=@cmd$0%d%s\\", "insns" },
	{ "..", "k=\"`x`", "insns" },
	{ "/", "", "insns" },
	{ "=HYPERLINK(1)", "", "insns" },
};

static const char *const plain_names[] = { "base", "patched" };
static const char *const hostile_names[] = {
	"base</title><script>alert(1)</script>",
	"a'`touch " CANARY "`\"&",
	"../../../x",
};

static double cost(unsigned point, unsigned kernel, unsigned p,
		   enum boot_role role, void *arg)
{
	static const double growth[] = { 31, 5000, 40000, 650000 };
	double v = growth[point % 4] + p;

	return kernel > 0 && point % 4 ? 5100 + p : v;
}

static struct run *make_run(const char *const *names, size_t nr_kernels,
			    const struct synth_point *points, size_t nr_points)
{
	const struct synth s = {
		.kernels = names,
		.nr_kernels = nr_kernels,
		.points = points,
		.nr_points = nr_points,
		.perturbations = 4,
		.fn = cost,
	};

	return synth_run(&s);
}

static void set(char **text, const char *to)
{
	free(*text);
	*text = xstrdup(to);
}

static void save_at(struct run *run, const char *dir)
{
	set(&run->dir, dir);
	assert_int_equal(mkdir_p(dir, 0755), 0);
	assert_int_equal(synth_save(run), 0);
}

static void save_plain(const char *dir, const char *id)
{
	struct run *run = make_run(plain_names, 2, plain_points,
				   ARRAY_SIZE(plain_points));

	set(&run->id, id);
	save_at(run, dir);
	run_free(run);
}

static int build_with(const char *const *dirs, size_t nr,
		      const struct history *h, struct site_counts *counts)
{
	return site_write(&(struct site_opts){ .out = "out",
					       .plots_dir = PLOTS_DIR,
					       .calibration_dir = "none",
					       .url = "https://example.org",
					       .dirs = dirs,
					       .nr_dirs = nr,
					       .history = h },
			  counts);
}

static size_t build(const char *const *dirs, size_t nr)
{
	struct site_counts counts;

	assert_int_equal(build_with(dirs, nr, NULL, &counts), 0);
	return counts.failed;
}

static char *slurp(const char *path)
{
	struct strbuf sb = STRBUF_INIT;

	if (read_file(path, &sb) < 0)
		fail_msg("cannot read %s", path);
	return strbuf_steal(&sb);
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static unsigned pages_seen;

static bool ends(const char *path, const char *end)
{
	size_t len = strlen(path), cut = strlen(end);

	return len > cut && strcmp(path + len - cut, end) == 0;
}

/* Pages and plots are made of what ours are made of, and nothing else. */
static int look_at(const char *path, const struct stat *st, int type,
		   struct FTW *ftw)
{
	_cleanup_free_ char *text = NULL, *why = NULL;

	assert_int_not_equal(type, FTW_SL);
	assert_true(st->st_size < (2 << 20) || ends(path, ".csv"));
	if (ends(path, ".svg")) {
		text = slurp(path);
		why = read_page(text, false);
	} else if (ends(path, ".html") && !strstr(path, "/data/")) {
		pages_seen++;
		text = slurp(path);
		why = read_page(text, true);
	}
	if (why)
		fail_msg("%s: %s", path, why);
	if (text)
		assert_null(strstr(text, "<script"));
	return 0;
}

static void check_site(unsigned least)
{
	pages_seen = 0;
	assert_int_equal(nftw("out", look_at, 16, FTW_PHYS), 0);
	assert_true(pages_seen >= least);
}

/* ---- names ---- */

static void test_slugs(void **state)
{
	static const char *const names[] = {
		"attach/self",
		"attach.self",
		"attach-self",
		"attach~2fself",
		"",
		"~",
		".",
		"..",
		"/",
		"//",
		"../..",
		"/x",
		"x/",
		"x//",
		"a b",
		"a+b",
		"a%2fb",
		"\xff\xfe",
		"ä",
		"k=v,l=w",
		"-",
		"_",
		"A",
		"a",
	};
	char *slugs[ARRAY_SIZE(names)];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		slugs[i] = site_slug(names[i]);
		assert_true(*slugs[i] && *slugs[i] != '.');
		assert_null(strchr(slugs[i], '/'));
		assert_null(strstr(slugs[i], ".."));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(slugs[i], slugs[k]);
	}
	assert_string_equal(slugs[0], "attach.self");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		free(slugs[i]);
}

/* Too long for a file, and they differ at the end. */
static void test_long_slugs(void **state)
{
	char a[400], b[400];
	_cleanup_free_ char *x = NULL, *y = NULL;

	memset(a, '/', sizeof(a));
	memset(b, '/', sizeof(b));
	a[399] = b[399] = '\0';
	b[398] = 'x';
	x = site_slug(a);
	y = site_slug(b);
	assert_true(strlen(x) <= 100 && strlen(y) <= 100);
	assert_string_not_equal(x, y);
}

/* ---- a whole site ---- */

static void test_plain(void **state)
{
	static const char *const dirs[] = { "a" };
	_cleanup_free_ char *page = NULL, *front = NULL;

	save_plain("a", "run-a");
	assert_int_equal(build(dirs, 1), 0);
	check_site(10);
	page = slurp("out/bench/css_set.lookup.html");
	assert_non_null(strstr(page, "IMPROVEMENT"));
	assert_non_null(strstr(page, "<h2 id=\"growth\">"));
	assert_non_null(strstr(page, "<h2 id=\"boots\">"));
	front = slurp("out/index.html");
	assert_non_null(
		strstr(front, "<a href=\"bench/css_set.lookup.html\">"));
	assert_non_null(strstr(front, "not calibrated"));
	assert_true(exists("out/run/run-a.tar.zst"));
	assert_true(exists("out/plot/css_set.lookup/boots/"
			   "sim,default,c5d3f8.png") ||
		    exists("out/plot/css_set.lookup/boots"));
}

static ino_t inode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

/* The same runs give the same files: what is published can be compared. */
static void test_repeatable(void **state)
{
	static const char *const dirs[] = { "a" };
	_cleanup_free_ char *first = NULL, *second = NULL;
	ino_t page, raw;

	save_plain("a", "run-a");
	build(dirs, 1);
	first = slurp("out/index.html");
	page = inode_of("out/run/run-a.html");
	build(dirs, 1);
	second = slurp("out/index.html");
	assert_string_equal(first, second);
	assert_int_equal(inode_of("out/run/run-a.html"), page);
	/* A raw file less is no reason to publish less, ... */
	raw = inode_of("out/run/run-a.tar.zst");
	assert_int_equal(unlink("a/boots/base-p1/status.ktap"), 0);
	build(dirs, 1);
	assert_int_equal(inode_of("out/run/run-a.tar.zst"), raw);
	/* ... and a boot less is another run. */
	assert_int_equal(rm_rf("a/boots/base-p2"), 0);
	build(dirs, 1);
	assert_int_not_equal(inode_of("out/run/run-a.html"), page);
}

/* The error rates of the installation, from a calibration that it keeps. */
static void test_calibration(void **state)
{
	static const char *const dirs[] = { "a" };
	_cleanup_(calibration_freep) struct calibration *c = made_up();
	struct run *run = make_run(plain_names, 2, plain_points,
				   ARRAY_SIZE(plain_points));
	_cleanup_free_ char *file = NULL, *path = NULL, *front = NULL;

	save_at(run, "a");
	file = calibration_file(run->machine, run->machine_detail, run->suite);
	path = xasprintf("none/%s", file);
	set(&c->machine, run->machine);
	set(&c->machine_detail, run->machine_detail);
	set(&c->suite, run->suite);
	run_free(run);
	assert_int_equal(mkdir("none", 0755), 0);
	assert_int_equal(calibration_save(c, path), 0);
	assert_int_equal(build(dirs, 1), 0);
	check_site(10);
	front = slurp("out/index.html");
	assert_non_null(strstr(front, ">0 of 300 (0% to 1.22%)</td>"));
	assert_non_null(strstr(front, ">100 of 100 (96.4% to 100%)</td>"));
	assert_non_null(strstr(front, "<img src=\"plot/calibration/sim,"));
}

/* ---- enemies ---- */

static void make_hostile(struct run *run)
{
	char **text[] = {
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
		&run->kernels[1].cmdline,
		&run->kernels[1].source_version,
		&run->kernels[0].toolchain,
	};

	for (size_t i = 0; i < ARRAY_SIZE(text); i++)
		set(text[i], CODE);
	/* Names of folders are the only ones that may not be anything. */
	set(&run->id, "\"><b'&");
	for (size_t i = 0; i < run->nr_boots; i++) {
		free(run->boots[i].id);
		run->boots[i].id = xasprintf("<b>%zu", i);
	}
}

static void test_hostile(void **state)
{
	static const char *const dirs[] = { "a" };
	struct run *run = make_run(hostile_names, 3, hostile_points,
				   ARRAY_SIZE(hostile_points));
	_cleanup_free_ char *page = NULL;

	make_hostile(run);
	save_at(run, "a");
	assert_int_equal(build(dirs, 1), 0);
	check_site(15);
	page = slurp("out/index.html");
	assert_non_null(strstr(page, "&lt;script&gt;alert"));
	assert_false(exists(CANARY));
	assert_false(exists("x.html"));
	assert_false(exists("../x.html"));
	assert_false(exists("out/x.html"));
	run_free(run);
}

/* A run may name files of the host, and hold links to them. */
static void test_links(void **state)
{
	static const char *const dirs[] = { "a" };
	struct archive_files files;

	save_plain("a", "run-a");
	assert_int_equal(mkdir("secret", 0755), 0);
	assert_int_equal(write_file_atomic("secret/key", CANARY, 13), 0);
	assert_int_equal(symlink("../secret/key", "a/key"), 0);
	assert_int_equal(symlink("../../secret", "a/boots/secret"), 0);
	assert_int_equal(mkfifo("a/fifo", 0644), 0);
	archive_find("a", &files);
	for (size_t i = 0; i < files.nr; i++) {
		assert_null(strstr(files.list[i].path, "key"));
		assert_null(strstr(files.list[i].path, "fifo"));
	}
	assert_true(files.nr > 10);
	archive_release(&files);
	assert_int_equal(build(dirs, 1), 0);
}

/* A file that became a symlink after it was found is not followed either. */
static void test_race(void **state)
{
	_cleanup_strbuf_ struct strbuf tar = STRBUF_INIT;
	struct archive_files files;

	assert_int_equal(mkdir_p("a/boots", 0755), 0);
	assert_int_equal(write_file_atomic("a/boots/f", "12345", 5), 0);
	assert_int_equal(write_file_atomic("key", "54321", 5), 0);
	archive_find("a", &files);
	assert_int_equal(files.nr, 1);
	assert_int_equal(unlink("a/boots/f"), 0);
	assert_int_equal(symlink("../../key", "a/boots/f"), 0);
	assert_true(archive_make("a", "a", &files, &tar) < 0);
	assert_int_equal(unlink("a/boots/f"), 0);
	assert_int_equal(rmdir("a/boots"), 0);
	assert_int_equal(mkdir("elsewhere", 0755), 0);
	assert_int_equal(write_file_atomic("elsewhere/f", "54321", 5), 0);
	assert_int_equal(symlink("../elsewhere", "a/boots"), 0);
	assert_true(archive_make("a", "a", &files, &tar) < 0);
	assert_int_equal(tar.len, 0);
	archive_release(&files);
}

/* Long names, and the same bytes each time. */
static void test_archive(void **state)
{
	_cleanup_strbuf_ struct strbuf one = STRBUF_INIT, two = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf list = STRBUF_INIT;
	char name[180], tar[] = "tar", tf[] = "--zstd", t[] = "-t",
			f[] = "-fx.tar.zst";
	char *argv[] = { tar, tf, t, f, NULL };
	_cleanup_free_ char *path = NULL;
	struct archive_files files;

	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	path = xasprintf("a/boots/b/%s", name);
	assert_int_equal(mkdir_p("a/boots/b", 0755), 0);
	assert_int_equal(write_file_atomic(path, "x", 1), 0);
	assert_int_equal(write_file_atomic("a/empty", "", 0), 0);
	archive_find("a", &files);
	assert_int_equal(archive_make("a", "r", &files, &one), 0);
	assert_int_equal(archive_make("a", "r", &files, &two), 0);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.buf, two.buf, one.len);
	assert_int_equal(write_file_atomic("x.tar.zst", one.buf, one.len), 0);
	assert_int_equal(process_run(&(struct process){
				 PROCESS_INIT, .argv = argv, .out = &list }),
			 0);
	assert_non_null(strstr(list.buf, name));
	assert_non_null(strstr(list.buf, "r/empty\n"));
	archive_release(&files);
}

/* ---- years ---- */

static void test_gone(void **state)
{
	static const char *const dirs[] = { "a", "b" };
	_cleanup_free_ char *runs = NULL;

	save_plain("a", "run-a");
	save_plain("b", "run-b");
	build(dirs, 2);
	assert_int_equal(rm_rf("a"), 0);
	assert_int_equal(build(dirs + 1, 1), 0);
	assert_true(exists("out/run/run-a.html"));
	runs = slurp("out/runs.html");
	assert_non_null(strstr(runs, "run/run-a.html"));
	assert_non_null(strstr(runs, "run/run-b.html"));
	check_site(10);
}

/* What cannot be read costs its own page only, and is told. */
static void test_damaged(void **state)
{
	static const char *const dirs[] = { "a", "b", "c", "copy" };
	_cleanup_free_ char *page = NULL;

	save_plain("a", "run-a");
	save_plain("b", "run-b");
	save_plain("c", "run-c");
	save_plain("copy", "run-a");
	assert_int_equal(write_file_atomic("b/run.json", "{", 1), 0);
	assert_int_equal(truncate("c/boots/patched-p1/samples.tsv", 40), 0);
	assert_int_equal(build(dirs, 4), 2);
	log_set_level(LOG_WARNING);
	assert_true(exists("out/run/run-a.html"));
	assert_false(exists("out/run/run-b.html"));
	page = slurp("out/run/run-c.html");
	assert_non_null(strstr(page, "samples damaged"));
}

static void test_nothing(void **state)
{
	assert_int_equal(build(NULL, 0), 0);
	check_site(5);
}

static void test_claims(void **state)
{
	struct site_counts counts;
	_cleanup_free_ char *mine = NULL;
	int lock;

	assert_int_equal(mkdir("out", 0755), 0);
	assert_int_equal(write_file_atomic("out/index.html", "mine", 4), 0);
	assert_int_equal(build_with(NULL, 0, NULL, &counts), -EEXIST);
	mine = slurp("out/index.html");
	assert_string_equal(mine, "mine");
	assert_int_equal(unlink("out/index.html"), 0);
	/* What is removed at each start is removed of a site alone. */
	assert_int_equal(mkdir_p("out/data/tmp", 0755), 0);
	assert_int_equal(write_file_atomic("out/data/tmp/x", "mine", 4), 0);
	assert_int_equal(build_with(NULL, 0, NULL, &counts), -EEXIST);
	assert_true(exists("out/data/tmp/x"));
	assert_int_equal(rename("out/data", "elsewhere"), 0);
	assert_int_equal(symlink("../elsewhere", "out/data"), 0);
	assert_int_equal(build_with(NULL, 0, NULL, &counts), -EEXIST);
	assert_int_equal(write_file_atomic("elsewhere/site", "1\n", 2), 0);
	assert_int_equal(build_with(NULL, 0, NULL, &counts), -EEXIST);
	assert_true(exists("elsewhere/tmp/x"));
	assert_int_equal(unlink("out/data"), 0);
	/* Killed before it could leave its mark. */
	assert_int_equal(mkdir("out/data", 0755), 0);
	lock = open("out", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	assert_int_equal(build_with(NULL, 0, NULL, &counts), -EBUSY);
	close(lock);
	assert_int_equal(build_with(NULL, 0, NULL, &counts), 0);
}

/* More of everything than a page has room for. */
static void test_many(void **state)
{
	static const char *const dirs[] = { "a" };
	enum { KERNELS = 30, POINTS = 110 };
	char *names[KERNELS];
	struct synth_point points[POINTS];
	char params[POINTS][32];
	struct run *run;

	for (size_t i = 0; i < KERNELS; i++)
		names[i] = xasprintf("a-kernel-with-a-name-%zu", i);
	for (size_t i = 0; i < POINTS; i++) {
		snprintf(params[i], sizeof(params[i]), "tasks=%zu,way=%zu",
			 i / 10 + 1, i % 10);
		points[i] = (struct synth_point){ "one/benchmark", params[i],
						  "insns" };
	}
	run = make_run((const char *const *)names, KERNELS, points, POINTS);
	save_at(run, "a");
	run_free(run);
	assert_int_equal(build(dirs, 1), 0);
	check_site(KERNELS + 7);
	for (size_t i = 0; i < KERNELS; i++)
		free(names[i]);
}

/* ---- history ---- */

enum { NIGHTS = 40, STEP_AT = 25 };

/* One series, with a gap and a step, and text that wants to be code. */
struct made_history {
	struct history h;
	struct history_series series;
	struct history_run runs[NIGHTS];
	struct history_run *run_list[NIGHTS];
	struct history_night nights[NIGHTS];
	struct history_boot boot;
	struct history_segment segment;
	struct history_step step;
	struct run_kernel kernel;
	char night[NIGHTS][16], id[NIGHTS][16];
	char why[64], none[1];
};

static void make_history(struct made_history *m, const char *bench)
{
	strcpy(m->why, CODE);
	for (size_t i = 0; i < NIGHTS; i++) {
		struct history_run *r = &m->runs[i];

		snprintf(m->night[i], sizeof(m->night[i]), "2026-01-%02zu",
			 i + 1);
		snprintf(m->id[i], sizeof(m->id[i]), "run-%zu", i);
		*r = (struct history_run){ .id = m->id[i],
					   .night = m->night[i],
					   .job = m->none,
					   .day = 20454 + (long)i +
						  (i > 9 ? 20 : 0) };
		m->run_list[i] = r;
		m->nights[i] = (struct history_night){
			.run = r,
			.kernel = &m->kernel,
			.value = i < STEP_AT ? 5000 : 5150,
			.boots = &m->boot,
			.nr_boots = 1,
		};
	}
	m->segment = (struct history_segment){ 0, NIGHTS, m->none };
	m->step = (struct history_step){ .at = STEP_AT,
					 .found = STEP_AT,
					 .before = 5000,
					 .after = 5150,
					 .ratio = 1.03,
					 .why = m->why };
	m->series = (struct history_series){ .job = "",
					     .machine = "sim",
					     .bench = bench,
					     .version = 1,
					     .params = "",
					     .metric = "insns",
					     .kernel = "patched",
					     .exact = true,
					     .nights = m->nights,
					     .nr_nights = NIGHTS,
					     .segments = &m->segment,
					     .nr_segments = 1,
					     .steps = &m->step,
					     .nr_steps = 1 };
	m->h = (struct history){ .series = &m->series,
				 .nr_series = 1,
				 .runs = m->run_list,
				 .nr_runs = NIGHTS,
				 .first_day = m->runs[0].day,
				 .last_day = m->runs[NIGHTS - 1].day };
}

static void test_history(void **state)
{
	_cleanup_free_ struct made_history *m = xcalloc(1, sizeof(*m));
	_cleanup_free_ char *front = NULL, *page = NULL, *feed = NULL,
			    *csv = NULL;
	struct site_counts counts;

	make_history(m, "<b>/x");
	assert_int_equal(build_with(NULL, 0, &m->h, &counts), 0);
	assert_int_equal(counts.plots, 1);
	check_site(7);
	front = slurp("out/index.html");
	assert_non_null(strstr(front,
			       "2026-01-26: <span class=\"v REGRESSION\">"
			       "▲ more</span> <a href=\"bench/"
			       "~3cb~3e.x.html#step-2026-01-26-"));
	assert_non_null(strstr(front, "+3.00%, from 5,000 to 5,150 insns. "
				      "&lt;/dd&gt;&lt;script&gt;"));
	page = slurp("out/bench/~3cb~3e.x.html");
	assert_non_null(strstr(page, "<h3 id=\"step-2026-01-26-"));
	/* Nights of one value are one row. */
	assert_non_null(strstr(page, "2026-01-26 to 2026-01-40</td>"));
	feed = slurp("out/feed.xml");
	assert_non_null(strstr(feed, "<link>https://example.org/bench/"
				     "~3cb~3e.x.html#step-2026-01-26-"));
	csv = slurp("out/data/bench/~3cb~3e.x.csv");
	assert_non_null(strstr(csv, "\"2026-01-26\",\"run-25\",1,5150,1\n"));
}

/* Spreadsheets run what begins like a formula. */
static void test_formula(void **state)
{
	_cleanup_free_ struct made_history *m = xcalloc(1, sizeof(*m));
	_cleanup_free_ char *csv = NULL;
	struct site_counts counts;

	make_history(m, "=1+1");
	assert_int_equal(build_with(NULL, 0, &m->h, &counts), 0);
	csv = slurp("out/data/bench/=1~2b1.csv");
	assert_non_null(strstr(csv, ",\"'=1+1\","));
}

static int enter(void **state)
{
	return scratch_setup(state) == 0 && chdir(*state) == 0 ? 0 : -1;
}

static int leave(void **state)
{
	return chdir("/") == 0 ? scratch_teardown(state) : -1;
}

#define SITE_TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slugs), cmocka_unit_test(test_long_slugs),
		SITE_TEST(test_plain),	      SITE_TEST(test_repeatable),
		SITE_TEST(test_calibration),  SITE_TEST(test_hostile),
		SITE_TEST(test_links),	      SITE_TEST(test_race),
		SITE_TEST(test_archive),      SITE_TEST(test_gone),
		SITE_TEST(test_damaged),      SITE_TEST(test_nothing),
		SITE_TEST(test_many),	      SITE_TEST(test_claims),
		SITE_TEST(test_history),      SITE_TEST(test_formula),
	};

	log_set_level(LOG_WARNING);
	return cmocka_run_group_tests_name("site", tests, NULL, NULL);
}
