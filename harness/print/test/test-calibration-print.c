/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A calibration in words, by itself and below reports.
 *
 * How it could go wrong: a rate without its interval, or with another; a report
 * that promises what was never tried; a false alarm that leaves the status 0; two
 * tails of a hundred missed that do not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "calibration-json.h"
#include "calibration-text.h"
#include "made-up.h"

/* As binom.test() of R has them. */
static void intervals_are_right(void **state)
{
	static const struct {
		struct rate r;
		const char *text;
	} known[] = {
		{ { 0, 300 }, "0 of 300 (0% to 1.22%)" },
		{ { 100, 100 }, "100 of 100 (96.4% to 100%)" },
		{ { 98, 100 }, "98 of 100 (93% to 99.8%)" },
		{ { 5, 20 }, "5 of 20 (8.66% to 49.1%)" },
		{ { 0, 0 }, "none compared" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		_cleanup_free_ char *text = rate_text(known[i].r);

		assert_string_equal(text, known[i].text);
	}
}

static void one_line_says_it(void **state)
{
	struct calibration *c = made_up();
	_cleanup_free_ char *line = calibration_line(c, false);
	_cleanup_free_ char *none = calibration_line(NULL, false);
	_cleanup_free_ char *time = calibration_line(NULL, true);

	assert_string_equal(
		line, "calibrated 2026-01-01: false alarms 0 of 300 (0% to "
		      "1.22%), with padding 0 of 300 (0% to 1.22%); found: "
		      "costs of 0.3% or more 100 of 100 (96.4% to 100%), tails "
		      "of 1% 98 of 100 (93% to 99.8%); of 3 costs 0 were found "
		      "where nothing executes them");
	assert_non_null(strstr(none, "not calibrated"));
	assert_non_null(strstr(none, "cgmark calibrate"));
	/* Which would refuse to. */
	assert_null(strstr(time, "cgmark calibrate"));
	calibration_free(c);
}

static void status_tells_what_went_wrong(void **state)
{
	struct calibration *c = made_up();

	assert_int_equal(calibration_status(c), ST_OK);
	c->nulls[NULL_PADDED].changed = 1;
	assert_int_equal(calibration_status(c), ST_REGRESSION);
	c->nulls[NULL_PADDED].changed = 0;
	c->costs[0].others.changed = 1;
	assert_int_equal(calibration_status(c), ST_REGRESSION);
	c->costs[0].others.changed = 0;
	c->costs[0].points[0].found = 99;
	assert_int_equal(calibration_status(c), ST_REGRESSION);
	c->costs[0].points[0].found = 100;
	c->costs[2].points[0].tail = 94;
	assert_int_equal(calibration_status(c), ST_REGRESSION);
	c->costs[2].points[0].tail = 95;
	assert_int_equal(calibration_status(c), ST_OK);
	c->costs[1].points[0].wrong = 1;
	assert_int_equal(calibration_status(c), ST_REGRESSION);
	c->nulls[NULL_SAME].nr = c->nulls[NULL_PADDED].nr = 0;
	assert_int_equal(calibration_status(c), ST_INCONCLUSIVE);
	calibration_free(c);
}

static void the_whole_is_printed(void **state)
{
	struct calibration *c = made_up();
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	c->faults = xcalloc(30, sizeof(*c->faults));
	while (c->nr_faults < 30)
		c->faults[c->nr_faults++] = xstrdup("miss of something");
	calibration_print(out, c);
	fclose(out);
	assert_non_null(strstr(text, "insns  0.1% to 0.2%     5 of 20"));
	assert_non_null(strstr(text, "insns  0.3% to 0.5%     100 of 100"));
	assert_non_null(strstr(text, "tail   1% to 2%         98 of 100"));
	assert_non_null(strstr(text, "fork-tail-450: others flagged 0 of 60"));
	assert_non_null(strstr(text, "and 10 more"));
	for (const char *line = text; *line; line = strchr(line, '\n') + 1)
		assert_true(strcspn(line, "\n") <= 78);
	calibration_free(c);
}

static void json_has_it_too(void **state)
{
	struct calibration *c = made_up();
	json_t *o = calibration_json(c), *none = calibration_json(NULL);
	json_t *rate = json_object_get(o, "tails_found");

	assert_true(json_is_null(none));
	assert_int_equal(json_integer_value(json_object_get(rate, "found")),
			 98);
	assert_true(json_real_value(json_object_get(rate, "low")) > 0.929 &&
		    json_real_value(json_object_get(rate, "low")) < 0.93);
	json_decref(o);
	json_decref(none);
	calibration_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_are_right),
		cmocka_unit_test(one_line_says_it),
		cmocka_unit_test(status_tells_what_went_wrong),
		cmocka_unit_test(the_whole_is_printed),
		cmocka_unit_test(json_has_it_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
