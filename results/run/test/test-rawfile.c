/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of tools: into the lines of a status stream, and out of it again. */
#include "alloc.h"
#include "file.h"
#include "fixture.h"
#include "rawfile.h"
#include "run-files.h"

/* Writes a file as the guest does, in lines of that size. */
static void add_file(struct strbuf *sb, enum rawfile_kind kind,
		     const void *data, size_t len, size_t size)
{
	const char *p = data;
	char text[512];

	do {
		size_t n = rawfile_encode(text, size, p, len);

		assert_true(n > 0 || len == 0);
		strbuf_addf(sb, "    " RAWFILE_LINE "%s: %s\n",
			    rawfile_kind_str(kind), text);
		p += n;
		len -= n;
	} while (len);
}

/* Decodes the lines again; returns their number. */
static unsigned take_file(struct strbuf *sb, struct strbuf *ret)
{
	char *line, *save = NULL, *data;
	enum rawfile_kind kind;
	unsigned lines = 0;
	size_t len;

	for (line = strtok_r(sb->buf, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save), lines++) {
		for (const char *p = line; *p; p++)
			assert_true(*p >= ' ' && *p <= '~');
		assert_int_equal(rawfile_parse(line, &kind, &data, &len), 0);
		assert_int_equal(kind, RAWFILE_OUT);
		strbuf_add(ret, data, len);
	}
	return lines;
}

static void test_round_trip(void **state)
{
	uint64_t seed = 42;

	for (size_t len = 0; len < 700; len += 7) {
		_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
		_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
		char data[700];

		for (size_t i = 0; i < len; i++)
			data[i] = next_random(&seed);
		add_file(&sb, RAWFILE_OUT, data, len, 5 + len % 100);
		take_file(&sb, &got);
		assert_int_equal(got.len, len);
		if (len)
			assert_memory_equal(got.buf, data, len);
	}
}

static void test_lines_stay_lines(void **state)
{
	static const char text[] = "one \\ two\n\n\xff tab\there\nend";
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;

	add_file(&sb, RAWFILE_OUT, text, strlen(text), 512);
	assert_string_equal(sb.buf, "    # | file out: one \\\\ two\\n\n"
				    "    # | file out: \\n\n"
				    "    # | file out: \\xff tab\\x09here\\n\n"
				    "    # | file out: end\n");
	assert_int_equal(take_file(&sb, &got), 4);
	assert_string_equal(got.buf, text);
}

static int parse(const char *text)
{
	char *line = xstrdup(text), *data;
	enum rawfile_kind kind;
	size_t len;
	int r = rawfile_parse(line, &kind, &data, &len);

	if (r == -ENOENT)
		assert_string_equal(line, text);
	free(line);
	return r;
}

static void test_malformed(void **state)
{
	assert_int_equal(parse("# | file json: {}"), 0);
	assert_int_equal(parse("# | file json: "), 0);
	assert_int_equal(parse("# | load: attach, 7 moves"), -ENOENT);
	assert_int_equal(parse("ok 1 # | file out: x"), -ENOENT);
	assert_int_equal(parse(""), -ENOENT);
	assert_int_equal(parse("# | file out:x"), -EBADMSG);
	assert_int_equal(parse("# | file ../out: x"), -EBADMSG);
	assert_int_equal(parse("# | file outer: x"), -EBADMSG);
	assert_int_equal(parse("# | file : x"), -EBADMSG);
	assert_int_equal(parse("# | file out: \\"), -EBADMSG);
	assert_int_equal(parse("# | file out: \\x"), -EBADMSG);
	assert_int_equal(parse("# | file out: \\x1"), -EBADMSG);
	assert_int_equal(parse("# | file out: \\xG0"), -EBADMSG);
	assert_int_equal(parse("# | file out: \\q"), -EBADMSG);
}

/* --- in a run directory --------------------------------------------------- */

/* The text of a file of boot 1, or NULL. */
static char *text_of(const struct run *run, const char *file)
{
	_cleanup_free_ char *path = boot_file(run, 1, file);
	struct strbuf sb = STRBUF_INIT;

	return read_file(path, &sb) == 0 ? strbuf_steal(&sb) : NULL;
}

static void is_file(const struct run *run, const char *file, const char *text)
{
	_cleanup_free_ char *is = text_of(run, file);

	if (!is)
		fail_msg("there is no %s", file);
	assert_string_equal(is, text);
}

static unsigned count_files(const struct run *run)
{
	unsigned nr = 0;

	for (size_t i = 0; i < run->nr_points; i++)
		for (int k = 0; k < NR_RAWFILES; k++) {
			_cleanup_free_ char *name =
				raw_file_name(&run->points[i].plan, k);
			_cleanup_free_ char *path = boot_file(run, 1, name);

			nr += access(path, F_OK) == 0;
		}
	return nr;
}

/* Boot 1 with that status stream. */
static struct run *run_with(const char *dir, const char *status)
{
	struct run *run = fixture_run(dir, "r");
	_cleanup_free_ char *path = NULL;

	fixture_write_run(run);
	path = boot_file(run, 1, "status.ktap");
	write_text(path, status);
	return run;
}

static void test_saved(void **state)
{
	_cleanup_(run_freep) struct run *run = run_with(
		*state, "KTAP version 1\n"
			"    # start null\n"
			"    # | file command: v 1\\n\n"
			"    # | file out: one\\n\n"
			"    # | file command: run it\\n\n"
			"    # | file out: two\n"
			"    ok 1 null\n"
			"    # start attach/self pace=burst,version=1\n"
			"    # | file json: \n"
			"    not ok 2 attach/self pace=burst,version=1 # no\n");

	assert_int_equal(run_save_raw(run, &run->boots[1]), 0);
	is_file(run, "null.command", "v 1\nrun it\n");
	is_file(run, "null.out", "one\ntwo");
	is_file(run, "attach-self,pace=burst,version=1.json", "");
	assert_int_equal(count_files(run), 3);
}

/* The stream comes from the kernel under test. */
static void test_hostile(void **state)
{
	_cleanup_free_ char *log = NULL;
	_cleanup_(run_freep) struct run *run = run_with(
		*state, "# | file out: before any point\n"
			"    # start ../../../etc/passwd\n"
			"    # | file out: of no point\n"
			"    # start null\n"
			"    # | file ../out: x\n"
			"    # | file out: \\x\n"
			"    ok 1 null\n"
			"    # | file out: after the end\n"
			"    # start null\n"
			"    # | file out: good\n"
			"    # start attach/self pace=burst,version=1\n"
			"    # | file out: half a li");

	capture_start(*state);
	assert_int_equal(run_save_raw(run, &run->boots[1]), 0);
	log = capture_end();
	assert_non_null(strstr(log, "status.ktap: 2 malformed lines"));
	is_file(run, "null.out", "good");
	assert_int_equal(count_files(run), 1);
}

static void test_summed(void **state)
{
	_cleanup_(run_freep) struct run *run =
		run_with(*state, "KTAP version 1\n"
				 "    # start null\n"
				 "    # | file json: {}\n"
				 "    ok 1 null\n"
				 "# cgmark: end\n");
	_cleanup_(run_freep) struct run *good = NULL, *bad = NULL;
	_cleanup_free_ char *path = boot_file(run, 1, "null.json");
	_cleanup_free_ char *log = NULL;
	unsigned damaged;

	assert_int_equal(run_save_raw(run, &run->boots[1]), 0);
	assert_int_equal(run_save_boot(run, &run->boots[1]), 0);
	capture_start(*state);
	assert_int_equal(run_load(run->dir, &good, &damaged), 0);
	log = capture_end();
	assert_null(strstr(log, "null.json"));
	free(log);
	write_text(path, "[]");
	capture_start(*state);
	assert_int_equal(run_load(run->dir, &bad, &damaged), 0);
	log = capture_end();
	assert_non_null(strstr(log, "base-p1/null.json: altered: "));
}

static void test_long_name(void **state)
{
	struct plan_point p = { .id.bench = "" };

	memset(p.id.bench, 'b', sizeof(p.id.bench) - 1);
	memset(p.id.params, 'p', sizeof(p.id.params) - 1);
	assert_null(raw_file_name(&p, RAWFILE_OUT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_lines_stay_lines),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test_setup_teardown(test_saved, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_hostile, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_summed, scratch_setup,
						scratch_teardown),
		cmocka_unit_test(test_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
