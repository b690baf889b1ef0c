/* SPDX-License-Identifier: GPL-2.0-only */
/* Events of the kernel that runs the test, and pages of counters. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "bench.h"
#include "perf.h"

static int no_run(struct bench_ctx *ctx, uint64_t nr)
{
	return 0;
}

BENCH_DEFINE(none) = {
	.name = "none",
	.summary = "the linker wants one",
	.version = 1,
	.kconfig = "CGROUPS",
	.run = no_run,
};

/* --- this kernel --- */

#define PAGE_BYTES 4096
#define NR_PAGES 37

static void touch(volatile char *area)
{
	for (int i = 0; i < NR_PAGES; i++)
		area[i * PAGE_BYTES] = 1;
}

/* -1: cannot be opened here. */
static int open_or_skip(const struct event *ev, int leader)
{
	int fd = perf_open(ev, -1, leader);

	if (fd == -EACCES || fd == -EPERM || fd == -ENOSYS)
		skip();
	assert_true(fd >= 0);
	return fd;
}

static void test_group(void **state)
{
	const struct event faults = { "page-faults",
				      PERF_TYPE_SOFTWARE,
				      PERF_COUNT_SW_PAGE_FAULTS,
				      0,
				      0,
				      0 };
	const struct event major = { "major-faults",
				     PERF_TYPE_SOFTWARE,
				     PERF_COUNT_SW_PAGE_FAULTS_MAJ,
				     0,
				     0,
				     0 };
	struct perf_reading before, after;
	int leader = open_or_skip(&faults, -1);
	int sibling = open_or_skip(&major, leader);
	char *area = mmap(NULL, NR_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(area != MAP_FAILED);
	madvise(area, NR_PAGES * PAGE_BYTES, MADV_NOHUGEPAGE);
	touch(area);
	madvise(area, NR_PAGES * PAGE_BYTES, MADV_DONTNEED);
	memset(&after, 0, sizeof(after));
	assert_int_equal(perf_enable(leader), 0);
	/* The first read touches its own pages after the kernel has counted. */
	assert_int_equal(perf_read(leader, 2, &before), 0);
	assert_int_equal(perf_read(leader, 2, &before), 0);
	touch(area);
	assert_int_equal(perf_read(leader, 2, &after), 0);
	assert_int_equal(after.values[0] - before.values[0], NR_PAGES);
	assert_int_equal(after.values[1], before.values[1]);
	assert_true(after.enabled_ns > before.enabled_ns);
	assert_int_equal(after.enabled_ns, after.running_ns);
	perf_close(sibling);
	perf_close(leader);
	munmap(area, NR_PAGES * PAGE_BYTES);
}

/* Counted if there is a PMU, reported as not counted if there is none. */
static void test_hardware(void **state)
{
	const struct event insns = { "instructions",
				     PERF_TYPE_HARDWARE,
				     PERF_COUNT_HW_INSTRUCTIONS,
				     0,
				     0,
				     0 };
	int fd = perf_open(&insns, -1, -1);
	struct perf_reading now;
	char why[REC_WHY_MAX];

	if (fd == -EACCES || fd == -EPERM || fd == -ENOSYS)
		skip();
	if (fd < 0) {
		perf_why(&insns, -fd, why, sizeof(why));
		assert_int_equal(fd, -ENOENT);
		assert_string_equal(why,
				    "ENOENT: no such counter here (no PMU)");
		return;
	}
	assert_int_equal(perf_enable(fd), 0);
	assert_int_equal(perf_read(fd, 1, &now), 0);
	assert_true(now.values[0] > 0);
	perf_close(fd);
}

static void test_no_tracepoint(void **state)
{
	const struct event ev = {
		"cgmark:nothing", PERF_TYPE_TRACEPOINT, 0, 0, 0, 0
	};
	struct event found;
	char why[REC_WHY_MAX] = "";

	assert_int_equal(perf_resolve(&ev, &found, why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, "this kernel has no "));
}

/* --- pages --- */

static struct perf_event_mmap_page page;
static uint64_t raw;
static unsigned asked, asks;

static uint64_t fake_rdpmc(unsigned counter)
{
	asked = counter;
	/* The kernel moved the counter in between. */
	if (asks++ == 0) {
		page.lock++;
		page.offset += 1000;
	}
	return raw;
}

static void test_page(void **state)
{
	uint64_t value = 0;

	page.cap_user_rdpmc = 1;
	page.pmc_width = 48;
	page.index = 3;
	page.offset = 5000;
	raw = 42;
	asks = 0;
	assert_true(perf_page_read(&page, fake_rdpmc, &value));
	assert_int_equal(value, 6042);
	assert_int_equal(asked, 2);
	assert_int_equal(asks, 2);
	/* Counts up from below zero, in 48 bits. */
	raw = 0xffffffffff00;
	assert_true(perf_page_read(&page, fake_rdpmc, &value));
	assert_int_equal(value, 6000 - 256);
}

static void test_page_refused(void **state)
{
	uint64_t value = 7;

	page.index = 0;
	assert_false(perf_page_read(&page, fake_rdpmc, &value));
	page.index = 1;
	page.cap_user_rdpmc = 0;
	assert_false(perf_page_read(&page, fake_rdpmc, &value));
	assert_int_equal(value, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_hardware),
		cmocka_unit_test(test_no_tracepoint),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_page_refused),
	};

	return cmocka_run_group_tests_name("perf", tests, NULL, NULL);
}
