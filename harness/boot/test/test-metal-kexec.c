/* SPDX-License-Identifier: GPL-2.0-only */
#include "scratch.h"

#include "alloc.h"
#include "metal-kexec.h"

static void the_command_line(void **state)
{
	const struct metal_words w = {
		.home = "root=/dev/sda1 console=tty0 console=ttyS0,115200 "
			"quiet watchdog.stop_on_reboot=0 memmap=1M$0x8000000\n",
		.memory = " ramoops.mem_size=4096",
		.scratch = "UUID",
		.nonce = "NONCE",
		.deadline_s = 60,
		.own = "panic=0 cgmark.nonce=other quiet",
	};
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	metal_cmdline(&w, &sb);
	/* The first of these counts, the last of the others. */
	assert_ptr_equal(strstr(sb.buf, "cgmark.nonce="),
			 strstr(sb.buf, "cgmark.nonce=NONCE"));
	assert_true(strstr(sb.buf, "panic=10 ") < strstr(sb.buf, "panic=0"));
	assert_non_null(strstr(sb.buf, " oops=panic softlockup_panic=1 "
				       "hung_task_panic=1 "));
	assert_non_null(strstr(sb.buf, " console=tty0 console=ttyS0,115200 "
				       "memmap=1M$0x8000000 "
				       "ramoops.mem_size=4096 panic=0 "));
	assert_null(strstr(sb.buf, "root="));
	assert_null(strstr(sb.buf, "stop_on_reboot"));
	/* Warnings show all the same. */
	assert_string_equal(strstr(sb.buf, "other quiet"),
			    "other quiet loglevel=5");
	assert_null(strstr(sb.buf, "possible_cpus"));
}

static void the_image_lies_beside(void **state)
{
	_cleanup_free_ char *a = metal_bzimage("/cache/key/vmlinux");
	_cleanup_free_ char *b = metal_bzimage("vmlinux");

	assert_string_equal(a, "/cache/key/bzImage");
	assert_string_equal(b, "bzImage");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_line),
		cmocka_unit_test(the_image_lies_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
