/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of several signs decides, and whom it blames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>

#include "alloc.h"
#include "boot-ending.h"

#define EXITED(n) ((n) << 8)

static struct boot_read whole(void)
{
	return (struct boot_read){
		.hello = true,
		.status_end = true,
		.samples_end = true,
		.nr_measured = 2,
	};
}

static void check(const struct boot_evidence *ev, enum blame blame,
		  const char *reason)
{
	struct boot_ending e = boot_ending_judge(ev);

	assert_string_equal(e.reason ? e.reason : "", reason);
	assert_string_equal(blame_str(e.blame), blame_str(blame));
	free(e.reason);
}

static void a_whole_boot_is_ok(void **state)
{
	struct boot_read rd = whole();
	struct boot_evidence ev = { .read = &rd,
				    .nr_points = 2,
				    .process = "P" };

	check(&ev, BLAME_NONE, "");
	rd.samples_end = false;
	check(&ev, BLAME_HARNESS,
	      "samples.tsv is truncated, though the guest ended in order");
}

static void the_kernel_speaks_before_the_deadline(void **state)
{
	struct boot_read rd = whole();
	struct boot_evidence ev = { .read = &rd,
				    .process = "P",
				    .stop_reason = "no output for 1 s",
				    .stop_blame = BLAME_SUBJECT,
				    .wait_status = SIGKILL };
	char splat[] = "BUG: x", panic[] = "Kernel panic";

	check(&ev, BLAME_SUBJECT, "no output for 1 s");
	rd.splat_line = splat;
	check(&ev, BLAME_SUBJECT, "no output for 1 s; the kernel said: BUG: x");
	rd.panic_line = panic;
	check(&ev, BLAME_SUBJECT, "Kernel panic; before it: BUG: x");
	rd.splat_line = panic;
	check(&ev, BLAME_SUBJECT, "Kernel panic");
}

static void the_process_is_the_host_s(void **state)
{
	struct boot_read rd = whole();
	struct boot_evidence ev = { .read = &rd,
				    .process = "P",
				    .diag = "a\033b\nc\r\n",
				    .wait_status = EXITED(3) };

	check(&ev, BLAME_HOST, "P died: exit status 3; stderr: a?b;c");
	ev.wait_status = SIGSEGV;
	check(&ev, BLAME_HOST, "P died: killed by signal 11; stderr: a?b;c");
}

static void a_machine_knows_its_ends(void **state)
{
	static const struct known_end ends[] = {
		{ "no such kernel", BLAME_SUBJECT, "cannot boot it" },
		{ NULL },
	};
	struct boot_read rd = { .hello = false };
	struct boot_evidence ev = { .read = &rd,
				    .process = "P",
				    .diag = "P: no such kernel\n",
				    .wait_status = EXITED(1) };

	check(&ev, BLAME_HOST,
	      "P died: exit status 1; stderr: P: no such kernel");
	ev.known_ends = ends;
	check(&ev, BLAME_SUBJECT,
	      "P cannot boot it; stderr: P: no such kernel");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_boot_is_ok),
		cmocka_unit_test(the_kernel_speaks_before_the_deadline),
		cmocka_unit_test(the_process_is_the_host_s),
		cmocka_unit_test(a_machine_knows_its_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
