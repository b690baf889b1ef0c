/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies: what is read, and what is refused with its line. */
#include <math.h>
#include <stdlib.h>

#include "scratch.h"

#include "alloc.h"
#include "day.h"
#include "policy.h"

/* Loads a policy of that text; what it logged is said, which the caller frees. */
static enum exit_status load(void **state, const char *text, struct policy *p,
			     char **said)
{
	_cleanup_free_ char *path = xasprintf("%s/p.ini", (char *)*state);
	enum exit_status r;

	write_text(path, text);
	capture_start(*state);
	r = policy_load(path, p);
	*said = capture_end();
	return r;
}

static void what_is_read(void **state)
{
	static const char text[] =
		"; of the team\n[gate]\nstatistics = centre\nstrict = yes\n"
		"\n[thresholds]\n* = 1%\nfork/* = 0.5%   ; noisy\n"
		"[expect hash rework]\nbenchmark = css_set/*\n"
		"params = sets=16,find=hit\nkernel = v2*\nchange = regression\n"
		"limit = 3%\nreason = looked up\n  by cgroup\n"
		"until = 2028-02-29\n";
	_cleanup_free_ char *said = NULL;
	struct policy p;
	const struct policy_change *c;

	assert_int_equal(load(state, text, &p, &said), ST_OK);
	assert_string_equal(said, "");
	assert_true(p.strict);
	assert_true(p.counts[STAT_CENTRE]);
	assert_false(p.counts[STAT_P99]);
	assert_int_equal(p.nr_thresholds, 2);
	assert_float_equal(policy_threshold(&p, "attach/self")->limit, 0.01,
			   1e-12);
	/* The last that matches. */
	assert_float_equal(policy_threshold(&p, "fork/exit")->limit, 0.005,
			   1e-12);
	assert_int_equal(p.nr_changes, 1);
	c = &p.changes[0];
	assert_string_equal(c->name, "hash rework");
	assert_string_equal(c->reason, "looked up by cgroup");
	assert_int_equal(c->change, V_REGRESSION);
	assert_int_equal(c->until, 20280229);
	assert_float_equal(c->limit, 0.03, 1e-12);
	assert_true(policy_change_is_about(c, "css_set/lookup",
					   "find=hit,sets=16", "v2-fix"));
	assert_false(policy_change_is_about(c, "css_set/lookup",
					    "find=hit,sets=16", "v1"));
	assert_false(policy_change_is_about(c, "css_set/lookup",
					    "find=hit,sets=160", "v2"));
	assert_false(
		policy_change_is_about(c, "css_set/lookup", "find=hit", "v2"));
	assert_false(policy_change_is_about(c, "fork/exit", "find=hit,sets=16",
					    "v2"));
	policy_release(&p);
}

static void what_is_refused(void **state)
{
#define WHOLE                                              \
	"[expect x]\nbenchmark = a\nchange = regression\n" \
	"reason = r\nuntil = 2027-01-01\n"
	static const struct {
		const char *text, *said;
	} bad[] = {
		{ "", ": no key in it" },
		{ "\n; nothing\n", ": no key in it" },
		{ "\n; nothing\n[gate]\n", ":3: a section without a key" },
		{ "strict = yes\n", ":1: a key before the first" },
		{ "[gate]\nstrcit = yes\n",
		  ":2: key 'strcit' is not known; did you mean 'strict'" },
		{ "[gates]\nstrict = yes\n",
		  ":2: section 'gates' is not known; did you mean 'gate'" },
		{ "[]\nstrict = yes\n", ":2: a key before the first" },
		{ "[gate]\nstrict = maybe\n", ":2: strict= is yes or no" },
		{ "[gate]\nstrict = yes\nstrict = no\n",
		  ":3: key 'strict' is" },
		{ "[gate]\nstatistics = centre, larg\n",
		  ":2: statistic 'larg' is not known; did you mean "
		  "'largest'" },
		{ "[gate]\nstatistics =\n", ":2: statistics= names none" },
		{ "[gate]\nstatistics = ,\n", ":2: statistics= names none" },
		{ "[thresholds]\nfork/* = 0.5\n", ":2: fork/*: '0.5' is no" },
		{ "[thresholds]\nfork/* = -1%\n", ":2: fork/*: '-1%' is not" },
		{ "[thresholds]\nfork/* = -0%\n", ":2: fork/*: '-0%' is not" },
		{ "[thresholds]\nfork/* = 5000%\n", "between 0% and 1000%" },
		{ "[thresholds]\nfork/* = nan%\n", ":2: fork/*: 'nan%' is no" },
		{ "[thresholds]\nfork/* = %\n", ":2: fork/*: '%' is no" },
		{ "[thresholds]\nfork/* = 1%%\n", ":2: fork/*: '1%%' is no" },
		{ "[thresholds]\nfork/* =\n", ":2: fork/*: '' is no" },
		{ "[thresholds]\na = 1%\nb = 1%\na = 2%\n",
		  ":4: 'a' has a threshold in line 2" },
		{ "[thresholds]\na = 1%\n  2%\n",
		  ":3: a threshold is one line" },
		{ "[thresholds]\na b = 1%\n", ":2: 'a b' is no name or glob" },
		{ "[expect]\nreason = r\n", ":2: [expect NAME] needs a name" },
		{ "[expect  ]\nreason = r\n",
		  ":2: [expect NAME] needs a name" },
		{ "[expect x]\nbench = a\n",
		  ":2: key 'bench' is not known; did you mean 'benchmark'" },
		{ "[expect x]\nbenchmark = a\nbenchmark = b\n",
		  ":3: key 'benchmark' is given twice" },
		{ "[expect x]\nchange = regresion\n",
		  ":2: change 'regresion' is not known; did you mean" },
		{ "[expect x]\nparams = sets\n", ":2: params: 'sets' is not" },
		{ "[expect x]\nparams = a=1, b=2\n", ":2: params: ' b=2' is" },
		{ "[expect x]\nparams =\n", ":2: params= has no KEY=VALUE" },
		{ "[expect x]\nlimit = -3%\n", ":2: limit: '-3%' is not" },
		{ "[expect x]\nuntil = 2027-02-29\n",
		  ":2: until: '2027-02-29' is no day: write YYYY-MM-DD" },
		{ "[expect x]\nuntil = 2027-13-01\n", ":2: until: " },
		{ "[expect x]\nuntil = 2027-1-1\n", ":2: until: " },
		{ "[expect x]\nuntil = 31.12.2027\n", ":2: until: " },
		{ "[expect x]\nuntil = 2027-01-01\n  2028-01-01\n",
		  ":3: until= is one line" },
		{ "[expect x]\nreason = r\n", ":2: [expect x] has no "
					      "benchmark=" },
		{ "[expect x]\nbenchmark = a\nreason = r\n",
		  ":2: [expect x] has no change=" },
		{ "[expect x]\nbenchmark = a\nchange = regression\n"
		  "until = 2027-01-01\n",
		  ":2: [expect x] has no reason=" },
		{ "[expect x]\nbenchmark = a\nchange = regression\n"
		  "reason =\nuntil = 2027-01-01\n",
		  ":2: [expect x] has no reason=" },
		{ "[expect x]\nbenchmark = a\nchange = regression\n"
		  "reason = r\n",
		  ":2: [expect x] has no until=" },
		{ "[expect a-name-that-is-longer-than-what-inih-would-ever-"
		  "keep-of-it]\nreason = r\n",
		  ":2: [expect a-name" },
		{ WHOLE "nonsense\n", ":6: neither [section] nor key=value" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_free_ char *said = NULL;
		struct policy p;

		if (load(state, bad[i].text, &p, &said) != ST_USAGE)
			fail_msg("accepted:\n%s", bad[i].text);
		if (!strstr(said, bad[i].said))
			fail_msg("no '%s' in '%s'", bad[i].said, said);
		assert_non_null(strstr(said, "p.ini:"));
	}
}

static void what_cannot_be_read(void **state)
{
	struct policy p;

	assert_int_equal(policy_load("/nonexistent/p.ini", &p), ST_USAGE);
	assert_int_equal(policy_load(*state, &p), ST_USAGE);
}

static void days(void **state)
{
	static const char *const bad[] = {
		"",	      "2026",	     "2026-00-01",
		"2026-01-00", "2026-04-31",  "1900-02-29",
		"2100-02-29", "2026-01-01 ", " 2026-01-01",
		"2026/01/01", "26-01-01",    "-026-01-01",
		"2026-01-1x",
	};
	char buf[DAY_TEXT];
	unsigned day;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(day_parse(bad[i], &day));
	assert_true(day_parse("2024-02-29", &day));
	assert_int_equal(day, 20240229);
	assert_true(day_parse("2000-02-29", &day));
	assert_true(day_parse("2026-12-31", &day));
	assert_string_equal(day_text(buf, day), "2026-12-31");
	assert_true(day_parse(day_text(buf, day_today()), &day));
	assert_int_equal(day, day_today());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(what_cannot_be_read),
		cmocka_unit_test(days),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
