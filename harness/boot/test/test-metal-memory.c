/* SPDX-License-Identifier: GPL-2.0-only */
#include "scratch.h"

#include "alloc.h"
#include "file.h"
#include "metal-block.h"
#include "metal-memory.h"

#define NONCE "0123456789abcdef0123456789abcdef"
#define OTHER "ffffffffffffffffffffffffffffffff"
#define REPORT                                                     \
	"<6>[    1.900000] an init message\n"                      \
	"<4>[    2.000000] known\n"                                \
	"<0>[    2.500000] Kernel panic - not syncing: for test\n" \
	"<4>[    2.500001] Call Trace:\n"

static char *live, *archive, *ramoops;
static struct metal_memory_roots roots;
static struct metal_memory m;

static int set_up(void **state)
{
	int r = scratch_setup(state);

	if (r)
		return r;
	live = xasprintf("%s/live", (char *)*state);
	archive = xasprintf("%s/archive", (char *)*state);
	ramoops = xasprintf("%s/ramoops", (char *)*state);
	roots = (struct metal_memory_roots){ live, archive, ramoops };
	return mkdir_p(live, 0755) || mkdir_p(archive, 0755) ||
	       mkdir_p(ramoops, 0755);
}

static int tear_down(void **state)
{
	metal_memory_release(&m);
	free(live);
	free(archive);
	free(ramoops);
	return scratch_teardown(state);
}

static void put(const char *dir, const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	write_text(path, text);
}

static bool is_there(const char *dir, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	return access(path, F_OK) == 0;
}

static void read_it(void)
{
	metal_memory_release(&m);
	metal_memory_read(&roots, NONCE, &m);
}

static void nothing_is_there(void **state)
{
	read_it();
	assert_false(m.left || m.arrived || m.panic.len || m.console.len);
	/* Nor is it there without pstore. */
	assert_int_equal(rm_rf(live), 0);
	assert_int_equal(rm_rf(archive), 0);
	read_it();
	assert_false(m.left || m.arrived || m.panic.len || m.console.len);
	metal_memory_clear(&roots);
}

static void a_panic_is_found(void **state)
{
	put(live, "dmesg-ramoops-0", "Panic#2 Part1\n" REPORT);
	read_it();
	assert_string_equal(m.panic.buf,
			    "[    2.000000] known\n"
			    "[    2.500000] Kernel panic - not syncing: for "
			    "test\n[    2.500001] Call Trace:\n");
	/* What only begins as one is none. */
	put(live, "dmesg-ramoops-0", "Panic");
	read_it();
	assert_false(m.panic.len);
	put(live, "dmesg-ramoops-0", "");
	read_it();
	assert_false(m.panic.len);
	put(live, "dmesg-ramoops-0", "Panic#2 Part1");
	read_it();
	assert_false(m.panic.len);
}

/* Of an oops that is followed by a panic, the latter counts. */
static void other_records_are_none(void **state)
{
	put(live, "dmesg-ramoops-0", "Oops#1 Part1\n" REPORT);
	put(live, "pmsg-ramoops-0", "Panic#2 Part1\n" REPORT);
	read_it();
	assert_false(m.panic.len);
}

static void whose_it_is(void **state)
{
	static const struct {
		const char *line;
		bool in_live, in_archive;
	} rows[] = {
		{ "", true, false },
		{ "<5>[ 0.0] Command line: cgmark.nonce=" NONCE "\n", true,
		  true },
		{ "<4>[ 9.0] " METAL_MARK_INIT NONCE "\n", true, true },
		{ "<5>[ 0.0] Command line: cgmark.nonce=" OTHER "\n", false,
		  false },
		{ "<5>[ 0.0] Kernel command line: root=/dev/sda1\n", false,
		  false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *text =
			xasprintf("Panic#1 Part1\n%s" REPORT, rows[i].line);
		_cleanup_free_ char *old = xasprintf("%s/1796000000", archive);

		put(live, "dmesg-ramoops-0", text);
		read_it();
		assert_int_equal(m.panic.len > 0, rows[i].in_live);
		metal_memory_clear(&roots);
		/* systemd has moved it. */
		assert_int_equal(mkdir_p(old, 0755), 0);
		put(old, "dmesg-ramoops-0", text);
		read_it();
		assert_int_equal(m.panic.len > 0, rows[i].in_archive);
		assert_int_equal(rm_rf(old), 0);
	}
}

static void marks(void **state)
{
	put(live, "console-ramoops-0", "[   60.0] " METAL_MARK_HOME OTHER "\n");
	read_it();
	assert_false(m.left || m.arrived);
	put(live, "console-ramoops-0", "[   60.0] " METAL_MARK_HOME NONCE "\n");
	read_it();
	assert_true(m.left);
	assert_false(m.arrived || m.console.len);
	put(live, "console-ramoops-0",
	    "[    2.000000] " METAL_MARK_INIT NONCE "\n");
	read_it();
	assert_true(m.arrived);
	assert_false(m.left || metal_memory_bailed(&m));
	put(live, "console-ramoops-0",
	    "[    2.000000] " METAL_MARK_INIT NONCE
	    "\n[    2.100000] Bail out! find the scratch partition\n");
	read_it();
	assert_true(metal_memory_bailed(&m));
}

static void what_is_new_is_told(void **state)
{
	_cleanup_strbuf_ struct strbuf console = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;

	put(live, "console-ramoops-0",
	    "cut\n[    1.000000] old\nits end\n[    2.000000] " METAL_MARK_INIT
		    NONCE "\n[    3.000000] new\nits end");
	read_it();
	strbuf_addstr(&console, "[    1.000000] old\n[    2.000000] x\n");
	metal_memory_words(&m, &console, &got);
	assert_string_equal(got.buf, "[    3.000000] new\nits end\n");
	/* All is new to one who has nothing, and a panic says it all. */
	strbuf_reset(&console);
	strbuf_reset(&got);
	metal_memory_words(&m, &console, &got);
	assert_memory_equal(got.buf, "cut\n[", 5);
	put(live, "dmesg-ramoops-0", "Panic#2 Part1\n" REPORT);
	read_it();
	strbuf_addstr(&console, "[    2.000000] known\n");
	strbuf_reset(&got);
	metal_memory_words(&m, &console, &got);
	assert_string_equal(got.buf,
			    "[    2.500000] Kernel panic - not syncing: for "
			    "test\n[    2.500001] Call Trace:\n");
}

static void records_are_removed(void **state)
{
	put(live, "dmesg-ramoops-0", "Panic#2 Part1\n" REPORT);
	put(live, "console-ramoops-0", METAL_MARK_HOME NONCE "\n");
	put(live, "dmesg-efi_pstore-1", "Panic#1 Part1\n");
	metal_memory_clear(&roots);
	read_it();
	assert_false(m.left || m.panic.len);
	/* A crash of home's own. */
	assert_true(is_there(live, "dmesg-efi_pstore-1"));
}

static void expect_words(const char *home, bool want)
{
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;

	assert_int_equal(metal_memory_cmdline(&roots, home, &got), want);
	if (want)
		assert_string_equal(got.buf, " ramoops.mem_address=536870912"
					     " ramoops.mem_size=1048576"
					     " ramoops.record_size=262144"
					     " ramoops.console_size=131072");
	else
		assert_int_equal(got.len, 0);
}

/* A kernel that uses the memory for something else would destroy itself. */
static void only_memory_that_is_reserved(void **state)
{
	expect_words("memmap=1M$0x20000000", false);
	put(ramoops, "mem_address", "536870912\n");
	put(ramoops, "mem_size", "1048576\n");
	put(ramoops, "record_size", "262144\n");
	put(ramoops, "console_size", "131072\n");
	expect_words("memmap=1M$0x20000000", true);
	expect_words("root=/dev/sda memmap=0x100000$512M quiet\n", true);
	expect_words("memmap=4K$0x1000,2M$0x1ff00000", true);
	expect_words("memmap=1M@0x20000000 memmap=1024k$0x20000000", true);
	expect_words("", false);
	expect_words("memmap=", false);
	expect_words("memmap=1M", false);
	expect_words("memmap=1M@0x20000000", false);
	expect_words("memmap=1M!0x20000000", false);
	expect_words("memmap=512K$0x20000000", false);
	expect_words("memmap=1M$0x20000001", false);
	expect_words("memmap=1M$0x1ffff000", false);
	expect_words("memmap=4K$0x20000000 memmap=exactmap", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_there, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_panic_is_found, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(other_records_are_none, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(whose_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(marks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_new_is_told, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(records_are_removed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(only_memory_that_is_reserved,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
