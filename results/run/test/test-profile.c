/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "fixture.h"
#include "profile.h"
#include "strbuf.h"

static const char good[] = "H\tinsns\tloads\tstores\n"
			   "M\ta model of 1 line\n"
			   "S\tfind_css_set\t1\n"
			   "S\tsend_reply\t0\n"
			   "P\tcss_set/lookup\t1\top=hit,sets=16\t2\t31\n"
			   "N\t1\t0\t[user]\t100\t10\t5\n"
			   "N\t2\t0\tentry_SYSCALL_64\t20\t2\t9\n"
			   "N\t3\t2\tdo_syscall_64\t7\t0\t1\n"
			   "I\tdo_syscall_64\tffffffff81000010\t9\t3\t2\n"
			   "I\tdo_syscall_64\tffffffff81000019\t2\t1\t1\n"
			   "P\tnull\t3\t-\t1\t8\n"
			   "N\t1\t0\t[user]\t152\t8\t40\n";

/* With a head and an end that fits. */
static void make(struct strbuf *sb, const char *lines, unsigned count)
{
	char line[REC_LINE_MAX];

	strbuf_addstr(sb, "V\t1\tcgmark-profile\n");
	strbuf_addstr(sb, lines);
	rec_format_end(line, sizeof(line), count,
		       rec_crc32(0, sb->buf, sb->len));
	strbuf_addstr(sb, line);
}

static void test_good(void **state)
{
	_cleanup_(profile_release) struct profile p = { 0 };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct plan_point want = { .id.bench = "null", .id.version = 3 };
	const struct profile_point *pt;
	struct rec_error err;

	make(&sb, good, 8);
	assert_int_equal(profile_parse(sb.buf, sb.len, &p, &err), 0);
	assert_true(p.counted[PROFILE_INSNS] && p.counted[PROFILE_STORES]);
	assert_false(p.counted[PROFILE_L1I_MISSES]);
	assert_int_equal(p.nr_model, 1);
	assert_string_equal(p.model[0], "a model of 1 line");
	pt = profile_find(&p, &want);
	assert_ptr_equal(pt, &p.points[1]);
	assert_int_equal(pt->samples, 8);
	want.id.version = 2;
	assert_null(profile_find(&p, &want));
	pt = &p.points[0];
	assert_string_equal(pt->id.params, "op=hit,sets=16");
	assert_int_equal(pt->nr_ops, 2);
	assert_int_equal(pt->nr_nodes, 3);
	assert_string_equal(pt->nodes[2].function, "do_syscall_64");
	assert_int_equal(pt->nodes[2].parent, 2);
	assert_int_equal(pt->nodes[2].count[PROFILE_INSNS], 7);
	assert_int_equal(pt->nodes[1].count[PROFILE_STORES], 9);
	assert_int_equal(pt->nodes[1].count[PROFILE_MISPREDICTS], 0);
	assert_int_equal(pt->nr_ranges, 2);
	assert_string_equal(pt->ranges[0].function, "do_syscall_64");
	assert_true(pt->ranges[0].at == 0xffffffff81000010);
	assert_int_equal(pt->ranges[0].bytes, 9);
	assert_int_equal(pt->ranges[0].nr, 3);
	assert_int_equal(pt->ranges[1].count, 1);
	assert_true(profile_symbol(&p, "find_css_set")->there);
	assert_false(profile_symbol(&p, "send_reply")->there);
	assert_null(profile_symbol(&p, "cgroup_migrate"));
}

/* Points that could not share a boot. */
static void test_append(void **state)
{
	static const char other[] = "H\tinsns\tloads\n"
				    "P\tother\t1\t-\t1\t1\n"
				    "N\t1\t0\t[user]\t5\t1\n";
	_cleanup_(profile_release) struct profile p = { 0 }, more = { 0 };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT, sb2 = STRBUF_INIT;
	struct plan_point want = { .id.bench = "other", .id.version = 1 };
	struct rec_error err;
	size_t nr;

	make(&sb, good, 8);
	make(&sb2, other, 2);
	assert_int_equal(profile_parse(sb.buf, sb.len, &p, &err), 0);
	assert_int_equal(profile_parse(sb2.buf, sb2.len, &more, &err), 0);
	nr = p.nr_points;
	profile_append(&p, &more);
	assert_int_equal(more.nr_points, 0);
	assert_ptr_equal(profile_find(&p, &want), &p.points[nr]);
	assert_int_equal(p.points[nr].nodes[0].count[PROFILE_INSNS], 5);
	profile_append(&p, &more);
	assert_int_equal(p.nr_points, nr + 1);
}

#define HEAD "H\tinsns\tloads\n"
#define POINT "P\tn\t1\t-\t1\t1\n"

static void check_bad(const char *lines, unsigned count, const char *text)
{
	_cleanup_(profile_release) struct profile p = { 0 };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct rec_error err;

	make(&sb, lines, count);
	assert_int_equal(profile_parse(sb.buf, sb.len, &p, &err), -EBADMSG);
	if (!strstr(err.text, text))
		fail_msg("'%s' instead of '%s'", err.text, text);
}

static void test_malformed(void **state)
{
	check_bad("H\tinsns\tinsns\n", 0, "double event 'insns'");
	check_bad("H\tinsns\tfrobs\n", 0, "double event 'frobs'");
	check_bad("H\tloads\n", 0, "instructions were not counted");
	check_bad(HEAD HEAD, 0, "a second H line");
	check_bad(POINT, 1, "or no H line");
	check_bad(HEAD "N\t1\t0\tf\t1\t1\n", 1, "no P line before it");
	check_bad(HEAD "I\tf\t1\t1\t1\t1\n", 1, "no P line before it");
	check_bad(HEAD POINT "I\tf\txyz\t1\t1\t1\n", 2, "not an address");
	check_bad(HEAD POINT "I\tf\t10\t1\t2\t1\n", 2,
		  "2 instructions in 1 bytes");
	check_bad(HEAD POINT "I\tf\t10\t1\t0\t1\n", 2, "0 instructions");
	check_bad(HEAD POINT "I\tf\t10\t1\t1\t1\nI\tf\tf\t1\t1\t1\n", 3,
		  "out of order");
	check_bad(HEAD "S\tf\t2\n", 0, "0 or 1");
	check_bad(HEAD "P\tn\t1\t-\t0\t1\n", 1, "without operations");
	check_bad(HEAD "P\tn\t1\t-\t1\t0\n", 1, "without operations");
	check_bad(HEAD "P\tn\tx\t-\t1\t1\n", 1, "line 3: not a number: 'x'");
	check_bad(HEAD "P\t\t1\t-\t1\t1\n", 1, "no name of 1 to");
	check_bad(HEAD POINT "N\t1\t0\tf\t1\n", 2, "line 4: 5 fields");
	check_bad(HEAD POINT "N\t1\t0\tf\t1\t-1\n", 2, "not a number: '-1'");
	check_bad(HEAD POINT "N\t2\t0\tf\t1\t1\n", 2, "out of order");
	check_bad(HEAD POINT "N\t1\t1\tf\t1\t1\n", 2, "out of order");
	check_bad(HEAD POINT "N\t1\t0\t\t1\t1\n", 2, "no name of 1 to");
	check_bad(HEAD POINT "N\t1\t0\tf\t1\t99999999999999999999\n", 2,
		  "too large");
	check_bad(HEAD "P\tn\t2147483648\t-\t1\t1\n", 1, "too large");
	check_bad(HEAD "Q\n", 0, "unknown record 'Q'");
	check_bad("M\ta\tb\n", 0, "3 fields instead of 2");
	check_bad(HEAD POINT, 0, "1 records, but 0 were written");
}

/* A number has one spelling. */
static void test_canonical(void **state)
{
	check_bad(HEAD "P\tn\t01\t-\t1\t1\n", 1, "not a number: '01'");
	check_bad(HEAD "P\tn\t1\t-\t01\t1\n", 1, "not a number: '01'");
	check_bad(HEAD POINT "N\t01\t0\tf\t1\t1\n", 2, "not a number: '01'");
	check_bad(HEAD POINT "N\t1\t0\tf\t1\t00\n", 2, "not a number: '00'");
	check_bad(HEAD POINT "I\tf\t10\t02\t1\t1\n", 2, "not a number: '02'");
	check_bad(HEAD POINT "I\tf\t010\t1\t1\t1\n", 2,
		  "not an address: '010'");
	check_bad(HEAD POINT "I\tf\t0x10\t1\t1\t1\n", 2, "not an address");
	check_bad(HEAD POINT "I\tf\tFF\t1\t1\t1\n", 2, "not an address");
}

/* Any lost or altered byte is noticed. */
static void test_damage(void **state)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct rec_error err;

	make(&sb, good, 8);
	for (size_t i = 0; i < sb.len; i++) {
		_cleanup_free_ char *copy = xmalloc(sb.len);
		_cleanup_(profile_release) struct profile cut = { 0 };
		_cleanup_(profile_release) struct profile bad = { 0 };

		memcpy(copy, sb.buf, sb.len);
		assert_int_not_equal(profile_parse(copy, i, &cut, &err), 0);
		copy[i] ^= 1;
		assert_int_not_equal(profile_parse(copy, sb.len, &bad, &err),
				     0);
	}
}

static void test_cycles(void **state)
{
	const uint64_t count[NR_PROFILE_EVENTS] = {
		[PROFILE_INSNS] = 1000,	   [PROFILE_LOADS] = 77,
		[PROFILE_L1I_MISSES] = 3,  [PROFILE_L1D_MISSES] = 4,
		[PROFILE_LL_MISSES] = 2,   [PROFILE_BRANCHES] = 50,
		[PROFILE_MISPREDICTS] = 5,
	};

	/* 1000 + 10 x 7 + 100 x 2 + 15 x 5 */
	assert_int_equal(profile_cycles(count), 1345);
	for (unsigned i = 0; i < NR_PROFILE_EVENTS; i++)
		assert_non_null(profile_event_name(i));
	assert_null(profile_event_name(NR_PROFILE_EVENTS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_cycles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
