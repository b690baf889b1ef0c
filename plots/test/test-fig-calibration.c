/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plot of a calibration.
 *
 * How it could go wrong: gnuplot refuses the script, without a cost, with all
 * kinds or with sizes beyond its axis; a point is not where it should be; a
 * folder that cannot be written to passes for a plot.
 */
#include "scratch.h"

#include <string.h>

#include "alloc.h"
#include "fig-calibration.h"
#include "file.h"
#include "made-up.h"

static char *draw(const char *dir, const struct calibration *c)
{
	_cleanup_free_ char *path = xasprintf("%s/c.svg", dir);
	struct strbuf text = STRBUF_INIT;

	assert_int_equal(fig_calibration_write(c, PLOTS_DIR, path), 0);
	assert_int_equal(read_file(path, &text), 0);
	return strbuf_steal(&text);
}

static unsigned count(const char *text, const char *what)
{
	unsigned nr = 0;

	while ((text = strstr(text, what)) && ++nr)
		text += strlen(what);
	return nr;
}

static void points_are_drawn(void **state)
{
	struct calibration *c = made_up();
	_cleanup_free_ char *svg = draw(*state, c);

	assert_non_null(strstr(svg, "<svg"));
	assert_non_null(strstr(svg, "instructions"));
	assert_non_null(strstr(svg, "tail, 1 in 200"));
	assert_null(strstr(svg, "loads"));
	/* Two sizes and one of the key; a tail and its. */
	assert_true(count(svg, "gpPt6") >= 3);
	calibration_free(c);
}

static void anything_is_drawn(void **state)
{
	struct calibration *c = made_up();
	_cleanup_free_ char *none = NULL, *odd = NULL;

	c->costs[0].cost.kind = COST_DRIFT;
	c->costs[0].points[0].part = 1e6;
	c->costs[1].points[0].part = -1;
	odd = draw(*state, c);
	assert_non_null(strstr(odd, "</svg>"));
	for (size_t i = 0; i < c->nr_costs; i++)
		c->costs[i].points[0].nr = 0;
	none = draw(*state, c);
	assert_non_null(strstr(none, "</svg>"));
	calibration_free(c);
}

static void a_lost_plot_is_an_error(void **state)
{
	struct calibration *c = made_up();
	_cleanup_free_ char *said = NULL;

	capture_start(*state);
	assert_true(fig_calibration_write(c, PLOTS_DIR, "/nonexistent/c.svg") <
		    0);
	said = capture_end();
	assert_non_null(strstr(said, "/nonexistent/c.svg"));
	calibration_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(points_are_drawn, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(
			anything_is_drawn, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_lost_plot_is_an_error,
						scratch_setup,
						scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
