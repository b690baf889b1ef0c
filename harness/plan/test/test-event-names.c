/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Encodings for processors other than the host's.  Expected values are derived
 * by hand from the vendors' lists of events, in the layout of PERFEVTSEL that
 * PERF_TYPE_RAW takes:
 *
 *   Intel SDM 3B, "Architectural Performance Monitoring": event select in bits
 *   0-7, unit mask 8-15, edge 18, invert 23, counter mask 24-31; what goes into
 *   MSR_OFFCORE_RSP_x is config1.
 *   AMD PPR, "Core::X86::Msr::PERF_CTL": event select bits 0-7 and, of bits
 *   8-11 of its number, 32-35; unit mask 8-15.
 */
#include <linux/perf_event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

#include "event-names.h"
#include "exit-status.h"
#include "macro.h"

static void release(struct run_event *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(list[i].means);
	free(list);
}

/* Hypervisor and guest bits are left to libpfm4. */
#define LEVELS (EVENT_NO_USER | EVENT_NO_KERNEL)

struct encoding {
	const char *word;
	uint32_t type;
	uint64_t config;
	uint64_t config1;
	unsigned exclude; /* of LEVELS */
};

static void expect(const char *model, const struct encoding *want)
{
	struct run_event *e;
	size_t nr;

	assert_int_equal(event_names_resolve(want->word, model, &e, &nr),
			 ST_OK);
	assert_int_equal(nr, 1);
	if (e->ev.type != want->type || e->ev.config != want->config ||
	    e->ev.config1 != want->config1 || e->ev.config2 != 0 ||
	    (e->ev.exclude & LEVELS) != want->exclude)
		fail_msg("%s %s: type %u config %#llx %#llx exclude %u", model,
			 want->word, e->ev.type,
			 (unsigned long long)e->ev.config,
			 (unsigned long long)e->ev.config1, e->ev.exclude);
	assert_string_equal(e->ev.name, want->word);
	assert_true(*e->means);
	release(e, nr);
}

static void expect_all(const char *model, const struct encoding *want,
		       size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		expect(model, &want[i]);
}

#define RAW(_word, ...)                           \
	{                                         \
		_word, PERF_TYPE_RAW, __VA_ARGS__ \
	}

static void test_nehalem(void **state)
{
	static const struct encoding want[] = {
		/* MEM_LOAD_RETIRED.LLC_MISS: CBH, 10H */
		RAW("MEM_LOAD_RETIRED:LLC_MISS", 0x10cb),
		/* LONGEST_LAT_CACHE.MISS: 2EH, 41H */
		RAW("LONGEST_LAT_CACHE:MISS", 0x412e),
		RAW("nhm::LONGEST_LAT_CACHE:REFERENCE", 0x4f2e),
	};

	expect_all("nhm", want, ARRAY_SIZE(want));
}

static void test_skylake(void **state)
{
	static const struct encoding want[] = {
		/* MEM_LOAD_RETIRED.L3_MISS: D1H, 20H */
		RAW("MEM_LOAD_RETIRED:L3_MISS", 0x20d1),
		RAW("mem_load_retired.l3_miss", 0x20d1),
		RAW("MEM_LOAD_RETIRED:L3_MISS:u", 0x20d1, 0, EVENT_NO_KERNEL),
		RAW("MEM_LOAD_RETIRED:L3_MISS:k", 0x20d1, 0, EVENT_NO_USER),
		/* BR_MISP_RETIRED.ALL_BRANCHES: C5H, 00H */
		RAW("BR_MISP_RETIRED:ALL_BRANCHES", 0xc5),
		/* CYCLE_ACTIVITY.STALLS_L3_MISS: A3H, 06H, CMask 6 */
		RAW("CYCLE_ACTIVITY:STALLS_L3_MISS", 0x60006a3),
		/* UOPS_ISSUED.STALL_CYCLES: 0EH, 01H, CMask 1, Inv */
		RAW("UOPS_ISSUED:STALL_CYCLES", 0x180010e),
		/* DTLB_LOAD_MISSES.WALK_COMPLETED: 08H, 0EH */
		RAW("DTLB_LOAD_MISSES:WALK_COMPLETED", 0xe08),
		/* OFF_CORE_RESPONSE_0: B7H, 01H; reads of data, any response */
		RAW("OFFCORE_RESPONSE_0:DMND_DATA_RD:ANY_RESPONSE", 0x1b7,
		    0x10001),
	};

	expect_all("skl", want, ARRAY_SIZE(want));
}

static void test_icelake(void **state)
{
	static const struct encoding want[] = {
		/* CYCLE_ACTIVITY.STALLS_MEM_ANY: A3H, 14H, CMask 20 */
		RAW("CYCLE_ACTIVITY:STALLS_MEM_ANY", 0x140014a3),
		/* TOPDOWN.SLOTS_P: A4H, 01H */
		RAW("TOPDOWN:SLOTS_P", 0x1a4),
		/* EXE_ACTIVITY.BOUND_ON_STORES: A6H, 40H, CMask 2 */
		RAW("EXE_ACTIVITY:BOUND_ON_STORES", 0x20040a6),
		/* BR_MISP_RETIRED.COND: C5H, 11H */
		RAW("BR_MISP_RETIRED:COND", 0x11c5),
	};

	expect_all("icl", want, ARRAY_SIZE(want));
}

static void test_sapphire_rapids(void **state)
{
	static const struct encoding want[] = {
		/* UOPS_ISSUED.ANY moved to AEH, 01H */
		RAW("UOPS_ISSUED:ANY", 0x1ae),
		/* DTLB_LOAD_MISSES.WALK_COMPLETED to 12H, 0EH */
		RAW("DTLB_LOAD_MISSES:WALK_COMPLETED", 0xe12),
		/* MEM_LOAD_L3_MISS_RETIRED.REMOTE_DRAM: D3H, 02H */
		RAW("MEM_LOAD_L3_MISS_RETIRED:REMOTE_DRAM", 0x2d3),
		/* OCR.DEMAND_DATA_RD.ANY_RESPONSE: 2AH, 01H */
		RAW("OCR:DEMAND_DATA_RD_ANY_RESPONSE", 0x12a, 0x10001),
	};

	expect_all("spr", want, ARRAY_SIZE(want));
}

static void test_zen(void **state)
{
	static const struct encoding want[] = {
		/* PMCx0C0, PMCx0C3 */
		RAW("RETIRED_INSTRUCTIONS", 0xc0),
		RAW("RETIRED_BRANCH_INSTRUCTIONS_MISPREDICTED", 0xc3),
		/* PMCx064 with LsRdBlkC, bit 3 */
		RAW("CORE_TO_L2_CACHEABLE_REQUEST_ACCESS_STATUS:LS_RD_BLK_C",
		    0x864),
		/* PMCx1D0, PMCx1C7: a fourth digit of the event */
		RAW("RETIRED_FUSED_INSTRUCTIONS", 0x1000000d0),
		RAW("RETIRED_BRANCH_MISPREDICTED_DIRECTION_MISMATCH:k",
		    0x1000000c7, 0, EVENT_NO_USER),
	};

	expect_all("amd64_fam17h_zen2", want, ARRAY_SIZE(want));
	expect_all("amd64_fam19h_zen3", want, ARRAY_SIZE(want));
}

/* The numbers of linux/perf_event.h, whatever the processor. */
static void test_generic(void **state)
{
	const struct encoding want[] = {
		{ "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, 0,
		  0 },
		{ "Instructions:u", PERF_TYPE_HARDWARE,
		  PERF_COUNT_HW_INSTRUCTIONS, 0, EVENT_NO_KERNEL },
		{ "cache-misses", PERF_TYPE_HARDWARE,
		  PERF_COUNT_HW_CACHE_MISSES, 0, 0 },
		{ "branch-misses:k", PERF_TYPE_HARDWARE,
		  PERF_COUNT_HW_BRANCH_MISSES, 0, EVENT_NO_USER },
		{ "L1-dcache-load-misses", PERF_TYPE_HW_CACHE,
		  PERF_COUNT_HW_CACHE_L1D | PERF_COUNT_HW_CACHE_RESULT_MISS
						    << 16,
		  0, 0 },
		{ "task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, 0,
		  0 },
		{ "context-switches", PERF_TYPE_SOFTWARE,
		  PERF_COUNT_SW_CONTEXT_SWITCHES, 0, 0 },
		{ "cpu-migrations", PERF_TYPE_SOFTWARE,
		  PERF_COUNT_SW_CPU_MIGRATIONS, 0, 0 },
		{ "page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS,
		  0, 0 },
		{ "minor-faults", PERF_TYPE_SOFTWARE,
		  PERF_COUNT_SW_PAGE_FAULTS_MIN, 0, 0 },
		{ "cgroup-switches", PERF_TYPE_SOFTWARE,
		  PERF_COUNT_SW_CGROUP_SWITCHES, 0, 0 },
		{ "perf_raw::r20d1", PERF_TYPE_RAW, 0x20d1, 0, 0 },
		{ "cgroup:cgroup_attach_task", PERF_TYPE_TRACEPOINT, 0, 0, 0 },
		{ "sched:sched_switch:k", PERF_TYPE_TRACEPOINT, 0, 0,
		  EVENT_NO_USER },
	};

	expect_all("skl", want, ARRAY_SIZE(want));
	expect_all("amd64_fam19h_zen3", want, ARRAY_SIZE(want));
}

static void test_list(void **state)
{
	struct run_event *e;
	size_t nr;

	assert_int_equal(event_names_resolve("page-faults,UOPS_ISSUED:ANY,"
					     "cgroup:cgroup_mkdir",
					     "spr", &e, &nr),
			 ST_OK);
	assert_int_equal(nr, 3);
	assert_string_equal(e[1].ev.name, "UOPS_ISSUED:ANY");
	assert_non_null(strstr(e[1].means, "spr::UOPS_ISSUED:ANY"));
	assert_string_equal(e[2].means, "tracepoint cgroup:cgroup_mkdir");
	release(e, nr);
	/* The default of cgmark probe is known everywhere. */
	assert_int_equal(
		event_names_resolve(event_names_default, NULL, &e, &nr), ST_OK);
	release(e, nr);
}

static void test_refused(void **state)
{
	static const char *const words[] = {
		"",
		"page-faults,",
		"page-fualts",
		"MEM_LOAD_RETIRED:L4_MISS",
		"page-faults,page-faults",
		"amd64_fam17h_zen2::CYCLES_NOT_IN_HALT",
		"icl::TOPDOWN:SLOTS_P",
		"cgroup:cgroup_mkdir:x",
		"cgroup:",
		"cgroup:cgroup/mkdir",
		"sched:",
		"cylces:k",
		"page-fualts:uk",
		"MEM_LOAD_RETIRD:L3_MISS",
		"nosuch:event:x",
		"nosuch:",
		":event",
		"rapl::RAPL_ENERGY_PKG",
		"MEM_LOAD_RETIRED:L3_MISS:period=7",
		"page faults",
	};
	struct run_event *e;
	size_t nr;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (event_names_resolve(words[i], "skl", &e, &nr) != ST_USAGE)
			fail_msg("taken: '%s'", words[i]);
	assert_int_equal(event_names_resolve("cycles", "8086", &e, &nr),
			 ST_HOST);
}

/* The log of resolving a word, which must become a tracepoint. */
static char *log_of(const char *word)
{
	char path[] = "/tmp/cgmark-test-event-names-XXXXXX";
	int fd = mkstemp(path), err = dup(STDERR_FILENO);
	char *text = calloc(1, 1024);
	struct run_event *e;
	size_t nr;

	assert_true(fd >= 0 && err >= 0 && text);
	unlink(path);
	dup2(fd, STDERR_FILENO);
	assert_int_equal(event_names_resolve(word, "skl", &e, &nr), ST_OK);
	dup2(err, STDERR_FILENO);
	assert_int_equal(e[0].ev.type, PERF_TYPE_TRACEPOINT);
	assert_int_equal(e[0].ev.config, 0);
	assert_string_equal(e[0].ev.name, word);
	release(e, nr);
	assert_true(pread(fd, text, 1023, 0) >= 0);
	close(fd);
	close(err);
	return text;
}

/* Only the measured kernel knows its tracepoints. */
static void test_tracepoints(void **state)
{
	static const char *const quiet[] = {
		"cgroup:cgroup_mkdir",
		"cgroup:cgroup_of_tomorrow",
		"cgroup:cgroup_charge:k",
		"sched:sched_of_tomorrow",
		"compaction:mm_compaction_begin:u",
		"xhci-hcd:xhci_urb_enqueue",
	};
	static const struct {
		const char *word, *near;
	} warned[] = {
		{ "cgroup:cgroup_attach_tsk", "'cgroup:cgroup_attach_task'" },
		{ "cgroup:cgroup_mkdri:k", "'cgroup:cgroup_mkdir'" },
		{ "cgruop:cgroup_mkdir", "'cgroup'" },
		{ "mem_load_retird:l3_miss", "'MEM_LOAD_RETIRED'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(quiet); i++) {
		char *text = log_of(quiet[i]);

		assert_string_equal(text, "");
		free(text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(warned); i++) {
		char *text = log_of(warned[i].word);

		if (!strstr(text, warned[i].near))
			fail_msg("%s: '%s'", warned[i].word, text);
		free(text);
	}
}

static void test_functions(void **state)
{
	static const char *const bad[] = { "",	 "a,",	"a,a", "1a",
					   ".a", "a b", "a-b", "a;b" };
	char **list;
	size_t nr;

	assert_int_equal(
		event_names_split_functions(
			"find_css_set,cgroup_migrate.isra.0", &list, &nr),
		ST_OK);
	assert_int_equal(nr, 2);
	assert_string_equal(list[1], "cgroup_migrate.isra.0");
	free(list[0]);
	free(list[1]);
	free(list);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (event_names_split_functions(bad[i], &list, &nr) != ST_USAGE)
			fail_msg("taken: '%s'", bad[i]);
	assert_int_equal(
		event_names_split_functions(event_names_functions, &list, &nr),
		ST_OK);
	while (nr > 0)
		free(list[--nr]);
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nehalem),
		cmocka_unit_test(test_skylake),
		cmocka_unit_test(test_icelake),
		cmocka_unit_test(test_sapphire_rapids),
		cmocka_unit_test(test_zen),
		cmocka_unit_test(test_generic),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_tracepoints),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("event-names", tests, NULL, NULL);
}
