/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "alloc.h"
#include "oops.h"

struct row {
	enum splat splat;
	const char *line;
};

static const struct row splats[] = {
	{ SPLAT_PANIC, "Kernel panic - not syncing: VFS: Unable to mount root "
		       "fs on unknown-block(0,0)" },
	{ SPLAT_PANIC, "Kernel panic - not syncing: Attempted to kill init! "
		       "exitcode=0x00000300" },
	{ SPLAT_PANIC, "PANIC: double fault, error_code: 0x0" },
	{ SPLAT_PANIC, "traps: PANIC: double fault, error_code: 0x0" },

	{ SPLAT_BUG, "BUG: kernel NULL pointer dereference, address: "
		     "0000000000000008" },
	{ SPLAT_BUG, "BUG: unable to handle page fault for address: "
		     "ffffc90000a3d000" },
	{ SPLAT_BUG, "BUG: KASAN: slab-use-after-free in css_put+0x2a/0x80" },
	{ SPLAT_BUG, "BUG: KFENCE: out-of-bounds read in foo+0x1/0x2" },
	{ SPLAT_BUG, "BUG: KCSAN: data-race in find_css_set / link_css_set" },
	{ SPLAT_BUG, "BUG: sleeping function called from invalid context at "
		     "kernel/locking/mutex.c:585" },
	{ SPLAT_BUG, "BUG: scheduling while atomic: init/1/0x00000002" },
	{ SPLAT_BUG, "BUG: Bad page state in process bench-fork  pfn:01234" },
	{ SPLAT_BUG, "BUG: Bad rss-counter state mm:00000000 type:MM_ANONPAGES "
		     "val:1" },
	{ SPLAT_BUG, "BUG: spinlock bad magic on CPU#0, init/1" },
	{ SPLAT_BUG, "BUG kmalloc-64 (Not tainted): Redzone overwritten" },
	{ SPLAT_BUG, "kernel BUG at mm/slub.c:563!" },
	{ SPLAT_BUG, "Oops: 0000 [#1] PREEMPT SMP NOPTI" },
	{ SPLAT_BUG, "Oops: general protection fault, probably for "
		     "non-canonical address 0xdead000000000100: 0000 [#1]" },
	{ SPLAT_BUG, "Oops: invalid opcode: 0000 [#1] PREEMPT SMP" },
	{ SPLAT_BUG, "general protection fault: 0000 [#1] SMP" },
	{ SPLAT_BUG, "invalid opcode: 0000 [#1] SMP NOPTI" },
	{ SPLAT_BUG, "divide error: 0000 [#1] SMP" },
	{ SPLAT_BUG, "KASAN: null-ptr-deref in range [0x0000000000000008-"
		     "0x000000000000000f]" },
	{ SPLAT_BUG, "UBSAN: array-index-out-of-bounds in "
		     "kernel/cgroup/cgroup.c:1234:10" },
	{ SPLAT_BUG, "list_add corruption. prev->next should be next "
		     "(ffff888003a4d0c8), but was 0000000000000000." },
	{ SPLAT_BUG, "list_del corruption, ffff888003a4d0c8->next is "
		     "LIST_POISON1 (dead000000000100)" },
	{ SPLAT_BUG, "kmemleak: 3 new suspected memory leaks (see "
		     "/sys/kernel/debug/kmemleak)" },

	{ SPLAT_WARNING, "WARNING: CPU: 0 PID: 1 at kernel/cgroup/cgroup.c:67 "
			 "cgroup_exit+0x166/0x170" },
	{ SPLAT_WARNING, "WARNING: CPU: 1 PID: 0 at 0xffffffff81234567" },
	{ SPLAT_WARNING, "refcount_t: underflow; use-after-free." },
	{ SPLAT_WARNING, "refcount_t: addition on 0; use-after-free." },
	{ SPLAT_WARNING, "refcount_t: saturated; leaking memory." },
	{ SPLAT_WARNING, "WARNING: at lib/refcount.c:28 refcount_warn()" },

	{ SPLAT_LOCKDEP, "WARNING: possible circular locking dependency "
			 "detected" },
	{ SPLAT_LOCKDEP, "WARNING: possible recursive locking detected" },
	{ SPLAT_LOCKDEP, "WARNING: possible irq lock inversion dependency "
			 "detected" },
	{ SPLAT_LOCKDEP, "WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order "
			 "detected" },
	{ SPLAT_LOCKDEP, "WARNING: inconsistent lock state" },
	{ SPLAT_LOCKDEP, "WARNING: bad unlock balance detected!" },
	{ SPLAT_LOCKDEP, "WARNING: held lock freed!" },
	{ SPLAT_LOCKDEP, "WARNING: lock held when returning to user space!" },
	{ SPLAT_LOCKDEP, "WARNING: bench-fork/71 still has locks held!" },
	{ SPLAT_LOCKDEP, "[ BUG: Invalid wait context ]" },
	{ SPLAT_LOCKDEP, "INFO: trying to register non-static key." },
	{ SPLAT_LOCKDEP, "BUG: MAX_LOCKDEP_CHAINS too low!" },

	{ SPLAT_RCU, "WARNING: suspicious RCU usage" },
	{ SPLAT_RCU, "INFO: suspicious RCU usage. ]" },
	{ SPLAT_RCU, "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:" },
	{ SPLAT_RCU, "rcu: INFO: rcu_preempt self-detected stall on CPU" },
	{ SPLAT_RCU, "rcu: INFO: rcu_sched detected expedited stalls on "
		     "CPUs/tasks: { 0-... } 21 jiffies s: 5 root: 0x1/." },
	{ SPLAT_RCU, "rcu: rcu_sched kthread starved for 2502 jiffies! g-11" },
	{ SPLAT_RCU, "INFO: rcu_tasks detected stalls on tasks:" },

	{ SPLAT_HANG, "watchdog: BUG: soft lockup - CPU#0 stuck for 22s! "
		      "[bench-attach:71]" },
	{ SPLAT_HANG, "watchdog: Watchdog detected hard LOCKUP on cpu 0" },
	{ SPLAT_HANG, "INFO: task init:1 blocked for more than 122 seconds." },
	{ SPLAT_HANG, "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0" },
	{ SPLAT_HANG, "unregister_netdevice: waiting for lo to become free. "
		      "Usage count = 2" },
};

/* Lines of healthy boots, and of reports that the first line announced. */
static const char *const ordinary[] = {
	"",
	" ",
	"[    0.000000]",
	"Linux version 6.12.43-cgmark (user@host) (gcc (Debian 12.2.0-14) "
	"12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP",
	"Command line: console=ttyS0 panic=-1 reboot=t oops=panic BUG: Oops: ",
	"Unknown kernel command line parameters \"cgmark_fault=BUG: x\", will "
	"be passed to user space.",
	"Kernel panic=-1",
	"Kernel command line: panic_on_warn=1 WARNING: CPU: 0 at",
	"rcu: Hierarchical RCU implementation.",
	"rcu: \tRCU restricting CPUs from NR_CPUS=64 to nr_cpu_ids=1.",
	"rcu: RCU calculated value of scheduler-enlistment delay is 2 jiffies.",
	"rcu: rcu_sched kthread is ready",
	"Lock dependency validator: Copyright (c) 2006 Red Hat, Inc.",
	"INFO: lockdep is turned off.",
	"INFO: task is fine",
	"NMI watchdog: Enabled. Permanently consumes one hw-PMU counter.",
	"watchdog: Delayed init of the lockup detector failed: -19",
	"kasan: KernelAddressSanitizer initialized (generic)",
	"KASAN: enabled",
	"kfence: initialized - using 2097152 bytes for 255 objects",
	"kmemleak: Kernel memory leak detector initialized (mem pool size)",
	"traps: bench-null[71] general protection fault ip:401234 sp:7ffd0 "
	"error:0 in bench-null[401000+80000]",
	"bench-null[71]: segfault at 0 ip 0000000000401234 sp 00007ffd",
	"Spectre V2 : WARNING: Unprivileged eBPF is enabled, data leaks "
	"possible",
	"WARNING: this is what a driver says at times",
	"WARNING: Support for unprivileged things is going away",
	"debug: BUG: is not at the start of this line",
	"cgroup: cgroup2: unknown option \"BUG: \"",
	"cgroup: Disabling memory control group subsystem",
	"Memory cgroup out of memory: Killed process 71 (bench-oom)",
	"------------[ cut here ]------------",
	"---[ end trace 0000000000000000 ]---",
	"Call Trace:",
	" <TASK>",
	" ? __warn+0x81/0x130",
	" ? report_bug+0x171/0x1a0",
	"RIP: 0010:cgroup_exit+0x166/0x170",
	"BUGS are not it",
	"Oopsie",
	"reboot: Restarting system",
	"[drm] BUG: not a time stamp in front",
	"[12] BUG: neither",
	"[  1.x] BUG: neither",
	"refcount_t: a type of the kernel",
	"10% [12] BUG: no stamp",
	"10% [drm] BUG: nor this",
	"10% [1.5] BUG: not as printk() writes it",
	"10% [    1.234567]BUG: neither",
	"\x1b[31mred\x1b[0m BUG: inside a line",
};

static enum splat with_prefix(const char *prefix, const char *line)
{
	_cleanup_free_ char *full = xasprintf("%s%s", prefix, line);
	const char *text;

	return oops_classify(full, &text);
}

static const char *const prefixes[] = {
	"",
	"[    0.000000] ",
	"[12345.678901] ",
	"[    1.234567][    T1] ",
	"[    1.234567][    C0] ",
	"[    1.234567][T12345] ",
	"<4>[    1.234567] ",
	"<0>",
	"\x1b[0m",
	"\x1b[1;31m[    1.234567] \x1b[0m",
	"\x1b"
	"c\x1b(B<4>\x1b[m[    1.234567]\x1b[m[    T1] \a",
};

/* Output of programs without an end of line, and the kernel behind it. */
static const char *const in_front[] = {
	"10% [    1.234567] ",
	"10%\b\b\b20%[12345.678901] ",
	"login: \x1b[32m<4>[    1.234567][    T1] ",
	"[    0.500000] one [    1.234567] ",
	"[[[ [1.2] [    1.2 [    1.234567][    C0] ",
};

static void test_splats(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(splats); i++) {
		for (size_t p = 0; p < ARRAY_SIZE(prefixes); p++) {
			enum splat got =
				with_prefix(prefixes[p], splats[i].line);

			if (got != splats[i].splat)
				fail_msg("%s%s: %s, not %s", prefixes[p],
					 splats[i].line, oops_name(got),
					 oops_name(splats[i].splat));
		}
	}
}

static void test_ordinary(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(ordinary); i++) {
		for (size_t p = 0; p < ARRAY_SIZE(prefixes); p++) {
			enum splat got = with_prefix(prefixes[p], ordinary[i]);

			if (got != SPLAT_NONE)
				fail_msg("%s%s: taken for %s", prefixes[p],
					 ordinary[i], oops_name(got));
		}
	}
}

static void test_behind_output(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(splats); i++) {
		for (size_t p = 0; p < ARRAY_SIZE(in_front); p++) {
			enum splat got =
				with_prefix(in_front[p], splats[i].line);

			if (got != splats[i].splat)
				fail_msg("%s%s: %s, not %s", in_front[p],
					 splats[i].line, oops_name(got),
					 oops_name(splats[i].splat));
		}
	}
}

static void assert_text(const char *line, const char *want)
{
	const char *text;

	oops_classify(line, &text);
	assert_string_equal(text, want);
}

static void test_text(void **state)
{
	assert_text("[    1.000000][    T1]  BUG: x", "BUG: x");
	assert_text("\x1b[31m<4>[    1.000000] BUG: x", "BUG: x");
	assert_text("[    1.000000] 10% [    2.000000] BUG: x", "BUG: x");
	assert_text("[    1.000000] BUG: x [    2.000000] y",
		    "BUG: x [    2.000000] y");
	assert_text("[    1.000000] x [    2.000000] y", "x [    2.000000] y");
	assert_text("[drm] x", "[drm] x");
	assert_text("<4", "<4");
	assert_text("[", "[");
	assert_text("", "");
	assert_text("\x1b", "");
	assert_text("\x1b[31", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_splats),
		cmocka_unit_test(test_ordinary),
		cmocka_unit_test(test_behind_output),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
