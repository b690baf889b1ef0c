/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "progress.h"

#define S 1000000000ULL

static void expect_line(const char *what, uint64_t base, uint64_t done,
			uint64_t total, uint64_t elapsed_ns, const char *want)
{
	struct progress p = { .step = "boots", .base_done = base };
	char line[79];

	snprintf(p.what, sizeof(p.what), "%s", what);
	progress_format(line, sizeof(line), &p, done, total, elapsed_ns);
	assert_string_equal(line, want);
}

static void progress_tells_the_time_left(void **state)
{
	expect_line("", 0, 0, 0, 0, "boots");
	expect_line("", 0, 0, 26, 9 * S, "boots 0/26");
	expect_line("", 0, 7, 26, 7 * S, "boots 7/26, 00:19 left");
	expect_line("", 0, 26, 26, 26 * S, "boots 26/26");
	expect_line("kernel a: ", 0, 1, 7201, S,
		    "kernel a: boots 1/7201, 2:00:00 left");
	/* What was done before it started took no time of it. */
	expect_line("", 100, 110, 120, 10 * S, "boots 110/120, 00:10 left");
	expect_line("", 100, 100, 120, 10 * S, "boots 100/120");
}

static void progress_fits_its_line(void **state)
{
	struct progress p = { .step = "" };
	char line[20];

	memset(p.what, 'x', sizeof(p.what) - 1);
	memset(p.step, 'y', sizeof(p.step) - 1);
	progress_format(line, sizeof(line), &p, 1, 2, 5 * S);
	assert_string_equal(line, "xxxxxxxxxxxxxxxxxxx");
}

static void half(const char *name, const char *step, uint64_t done,
		 uint64_t total, const char *want)
{
	struct progress p = { .done = done, .total = total };
	char line[38];

	snprintf(p.name, sizeof(p.name), "%s", name);
	snprintf(p.step, sizeof(p.step), "%s", step);
	progress_format_half(line, sizeof(line), &p, 100 * S);
	assert_string_equal(line, want);
}

static void half_a_line_has_the_numbers(void **state)
{
	half("a", "compile", 0, 0, "a: compile");
	half("baseline", "compile", 500, 1000,
	     "baseline: compile 500/1000, 01:40");
	half("a-kernel-with-a-long-name", "apply series of mine", 7, 44,
	     "a-kernel-with-: apply ser 7/44, 08:49");
}

/* What a terminal of so many columns gets. */
static const char *shown_on(unsigned short columns)
{
	static char text[512];
	const struct winsize ws = { .ws_row = 24, .ws_col = columns };
	int pty = posix_openpt(O_RDWR | O_NOCTTY), tty, saved = dup(2);
	struct progress p;
	ssize_t n;

	assert_int_equal(grantpt(pty), 0);
	assert_int_equal(unlockpt(pty), 0);
	tty = open(ptsname(pty), O_RDWR | O_NOCTTY);
	assert_int_equal(ioctl(tty, TIOCSWINSZ, &ws), 0);
	dup2(tty, 2);
	progress_init(&p, "kernel with-a-rather-long-name: ");
	progress_step(&p, "a step that has many words to say, and then some");
	dup2(saved, 2);
	n = read(pty, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	close(saved);
	close(tty);
	close(pty);
	return text;
}

static void a_narrow_terminal_gets_a_short_line(void **state)
{
	assert_int_equal(strcspn(shown_on(40), "\r"), 39);
	assert_int_equal(strcspn(shown_on(200), "\r"), 78);
	/* It does not know its width. */
	assert_int_equal(strcspn(shown_on(0), "\r"), 78);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(progress_tells_the_time_left),
		cmocka_unit_test(progress_fits_its_line),
		cmocka_unit_test(half_a_line_has_the_numbers),
		cmocka_unit_test(a_narrow_terminal_gets_a_short_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
