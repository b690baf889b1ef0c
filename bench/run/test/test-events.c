/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups and passes on a made-up processor with few counters: what fits is
 * counted together, the rest separately, and nothing is scaled.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "events.h"

#define FDS_MAX 4096
#define OP_NS 10

/* --- the processor --- */

static struct {
	unsigned counters; /* most that a group may have */
	unsigned taken;	   /* of these, by others; shows only at run time */
	bool shares;	   /* ... only part of the time */
	bool pages;	   /* events can be read without the kernel */
} cpu;

static struct fd {
	const struct event *ev;
	int cpu, leader;
	unsigned siblings;
	bool open;
} fds[FDS_MAX];

static int next_fd;
static unsigned nr_open, most_in_group, page_reads, kernel_reads;
static uint64_t ops_done;
static unsigned nr_enabled; /* one per pass and CPU */

int perf_resolve(const struct event *ev, struct event *ret, char *why,
		 size_t size)
{
	*ret = *ev;
	if (strcmp(ev->name, "sys:gone"))
		return 0;
	snprintf(why, size, "no such tracepoint");
	return -ENOENT;
}

int perf_open(const struct event *ev, int on, int leader)
{
	struct fd *fd = &fds[next_fd];

	if (!strcmp(ev->name, "unknown"))
		return -ENOENT;
	if (leader >= 0 && perf_is_hardware(ev) &&
	    fds[leader].siblings + 2 > cpu.counters)
		return -EINVAL;
	assert_true(next_fd < FDS_MAX);
	*fd = (struct fd){
		.ev = ev, .cpu = on, .leader = leader, .open = true
	};
	nr_open++;
	if (leader >= 0) {
		assert_int_equal(fds[leader].cpu, on);
		assert_true(fds[leader].open);
		/* Never two kinds in one group. */
		assert_int_equal(perf_is_hardware(ev),
				 perf_is_hardware(fds[leader].ev));
		if (++fds[leader].siblings + 1 > most_in_group)
			most_in_group = fds[leader].siblings + 1;
	}
	return next_fd++;
}

void perf_close(int fd)
{
	assert_true(fds[fd].open);
	assert_true(fds[fd].leader < 0 || fds[fds[fd].leader].open);
	fds[fd].open = false;
	nr_open--;
}

int perf_enable(int leader)
{
	assert_true(fds[leader].leader < 0);
	nr_enabled++;
	return 0;
}

static bool lacks_room(int leader)
{
	return perf_is_hardware(fds[leader].ev) &&
	       fds[leader].siblings + 1 > cpu.counters - cpu.taken;
}

/* Every member counts its config at each operation. */
static uint64_t value_of(int fd)
{
	return 1000000 * (fds[fd].cpu + 2) + fds[fd].ev->config * ops_done;
}

int perf_read(int leader, unsigned nr, struct perf_reading *ret)
{
	unsigned n = 0;

	kernel_reads++;
	assert_int_equal(nr, fds[leader].siblings + 1);
	if (lacks_room(leader) && !cpu.shares)
		return -EAGAIN;
	ret->enabled_ns = OP_NS * ops_done;
	ret->running_ns = ret->enabled_ns;
	if (lacks_room(leader))
		ret->running_ns /= 2;
	ret->values[n++] = value_of(leader);
	for (int i = leader + 1; i < next_fd; i++)
		if (fds[i].leader == leader)
			ret->values[n++] = value_of(i);
	assert_int_equal(n, nr);
	return 0;
}

/* A page is its descriptor's number. */
struct perf_event_mmap_page *perf_map(int fd)
{
	return cpu.pages ? (struct perf_event_mmap_page *)(intptr_t)(fd + 1)
			 : NULL;
}

void perf_unmap(struct perf_event_mmap_page *page)
{
	assert_true(fds[(intptr_t)page - 1].open);
}

bool perf_page_read(const volatile struct perf_event_mmap_page *page,
		    uint64_t (*rdpmc)(unsigned counter), uint64_t *ret)
{
	page_reads++;
	*ret = value_of((int)((intptr_t)page - 1));
	return true;
}

uint64_t perf_rdpmc(unsigned counter)
{
	return 0;
}

bool perf_is_hardware(const struct event *ev)
{
	return ev->type == PERF_TYPE_HARDWARE || ev->type == PERF_TYPE_RAW;
}

void perf_why(const struct event *ev, int err, char *buf, size_t size)
{
	snprintf(buf, size, "%s", strerrorname_np(err));
}

/* --- the benchmark --- */

static unsigned betweens, runs, fail_at;

static int fake_run(struct bench_ctx *ctx, uint64_t nr)
{
	assert_int_equal(betweens, ++runs);
	ops_done += nr;
	return runs == fail_at ? -EIO : 0;
}

static int fake_between(struct bench_ctx *ctx)
{
	betweens++;
	return 0;
}

BENCH_DEFINE(fake) = {
	.name = "fake",
	.summary = "fake",
	.version = 1,
	.kconfig = "CGROUPS",
	.run = fake_run,
	.between = fake_between,
};

#define SAMPLES 3
#define WARMUP 2
#define OPS 7
#define NR_MAX 16

static uint64_t values[NR_MAX][SAMPLES];
static struct event_count counts[NR_MAX];

static int count(const struct event *list, unsigned nr, bool tasks)
{
	const struct measure m = {
		.bench = &fake,
		.samples = SAMPLES,
		.warmup = WARMUP,
		.nr_ops = OPS,
	};
	const struct events evs = { .list = list, .nr = nr, .tasks = tasks };

	next_fd = 0;
	nr_open = most_in_group = page_reads = kernel_reads = nr_enabled = 0;
	betweens = runs = 0;
	ops_done = 0;
	memset(values, 0xff, sizeof(values));
	memset(counts, 0, sizeof(counts));
	for (unsigned i = 0; i < nr; i++)
		counts[i].values = values[i];
	return events_run(&m, &evs, counts);
}

static unsigned places(bool tasks)
{
	return tasks ? 1 : sysconf(_SC_NPROCESSORS_ONLN);
}

static void expect_counted(const struct event *list, unsigned nr, bool tasks)
{
	for (unsigned i = 0; i < nr; i++) {
		assert_string_equal(counts[i].why, "");
		for (unsigned s = 0; s < SAMPLES; s++)
			assert_int_equal(values[i][s],
					 list[i].config * OPS * places(tasks));
	}
	assert_int_equal(nr_open, 0);
}

static unsigned passes(bool tasks)
{
	return nr_enabled / places(tasks);
}

static void expect_passes(unsigned nr, bool tasks)
{
	assert_int_equal(passes(tasks), nr);
	assert_int_equal(runs, nr * (WARMUP + SAMPLES));
}

#define HW(_name, _config)                                                  \
	{                                                                   \
		.name = (_name), .type = PERF_TYPE_RAW, .config = (_config) \
	}
#define SW(_name, _config)                                   \
	{                                                    \
		.name = (_name), .type = PERF_TYPE_SOFTWARE, \
		.config = (_config)                          \
	}

static const struct event six[] = { HW("a", 1), HW("b", 2), HW("c", 3),
				    HW("d", 4), HW("e", 5), HW("f", 6) };
static const struct event mixed[] = { SW("s", 1), HW("a", 2), SW("t", 3),
				      HW("b", 4), HW("c", 5) };

static int set_up(void **state)
{
	memset(&cpu, 0, sizeof(cpu));
	cpu.counters = 4;
	fail_at = 0;
	return 0;
}

static void test_all_fit(void **state)
{
	for (int tasks = 0; tasks <= 1; tasks++) {
		assert_int_equal(count(six, 4, tasks), 0);
		expect_counted(six, 4, tasks);
		expect_passes(1, tasks);
		assert_int_equal(most_in_group, 4);
	}
}

static void test_two_passes(void **state)
{
	assert_int_equal(count(six, 6, false), 0);
	expect_counted(six, 6, false);
	expect_passes(2, false);
	assert_int_equal(most_in_group, 4);
}

static void test_kinds_apart(void **state)
{
	assert_int_equal(count(mixed, 5, true), 0);
	expect_counted(mixed, 5, true);
	expect_passes(2, true);
	assert_int_equal(most_in_group, 3);
}

/* The group opens but gets no counters: try half of it, in more passes. */
static void test_counters_taken(void **state)
{
	cpu.taken = 2;
	assert_int_equal(count(six, 4, true), 0);
	expect_counted(six, 4, true);
	/* One that ended at its first reading, then two of two events each. */
	assert_int_equal(passes(true), 3);
	assert_int_equal(runs, 1 + 2 * (WARMUP + SAMPLES));
}

/* The kernel takes turns: partial counts are discarded. */
static void test_never_scaled(void **state)
{
	cpu.taken = 2;
	cpu.shares = true;
	assert_int_equal(count(six, 3, true), 0);
	expect_counted(six, 3, true);
	/* One of three events, then one for each. */
	expect_passes(4, true);
}

static void test_none_free(void **state)
{
	cpu.taken = 4;
	assert_int_equal(count(mixed, 5, true), 0);
	assert_string_equal(counts[0].why, "");
	assert_int_equal(values[0][0], OPS);
	for (int i = 1; i < 5; i += i == 1 ? 2 : 1)
		assert_string_equal(counts[i].why, "EBUSY");
	assert_int_equal(nr_open, 0);
}

static void test_not_supported(void **state)
{
	static const struct event list[] = {
		HW("unknown", 1),
		HW("a", 2),
		SW("unknown", 3),
		{ .name = "sys:gone", .type = PERF_TYPE_TRACEPOINT },
		SW("s", 4),
	};

	assert_int_equal(count(list, 5, true), 0);
	assert_string_equal(counts[0].why, "ENOENT");
	assert_string_equal(counts[2].why, "ENOENT");
	assert_string_equal(counts[3].why, "no such tracepoint");
	/* Nothing at all, not zero. */
	assert_true(values[0][0] == UINT64_MAX && values[3][0] == UINT64_MAX);
	assert_string_equal(counts[1].why, "");
	assert_int_equal(values[1][2], 2 * OPS);
	assert_int_equal(values[4][2], 4 * OPS);
	expect_passes(2, true);
}

static void test_nothing_supported(void **state)
{
	static const struct event list[] = { HW("unknown", 1) };

	assert_int_equal(count(list, 1, false), 0);
	assert_string_equal(counts[0].why, "ENOENT");
	assert_int_equal(runs, 0);
}

/* Pages are used only if the caller is all there is to count. */
static void test_pages(void **state)
{
	bool one_cpu = places(false) == 1;

	cpu.pages = true;
	assert_int_equal(count(six, 3, false), 0);
	expect_counted(six, 3, false);
	assert_int_equal(page_reads, one_cpu ? 3 * 2 * (WARMUP + SAMPLES) : 0);
	assert_int_equal(count(six, 3, true), 0);
	expect_counted(six, 3, true);
	assert_int_equal(page_reads, 0);
	assert_int_equal(kernel_reads, 2 * (WARMUP + SAMPLES) + 1);
}

static void test_failure(void **state)
{
	fail_at = WARMUP + 2;
	assert_int_equal(count(six, 6, false), -EIO);
	assert_int_equal(runs, WARMUP + 2);
	assert_int_equal(nr_open, 0);
}

int main(void)
{
#define T(_fn) cmocka_unit_test_setup(_fn, set_up)
	const struct CMUnitTest tests[] = {
		T(test_all_fit),       T(test_two_passes),
		T(test_kinds_apart),   T(test_counters_taken),
		T(test_never_scaled),  T(test_none_free),
		T(test_not_supported), T(test_nothing_supported),
		T(test_pages),	       T(test_failure),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
