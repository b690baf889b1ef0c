/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A quiet machine, on made-up /sys and /proc.  What machines and people do to it:
 * files that are not there, cannot be read, or take a value and keep another; CPUs
 * that go with SMT and take their interrupts along; a kill between any two steps; a
 * file of what is to be put back that is damaged, or names what is none of ours; and
 * somebody who sets things meanwhile.
 */
#include "scratch.h"

#include <unistd.h>

#include "alloc.h"
#include "file.h"
#include "local-steady.h"
#include "steady-saved.h"

#define CPU "sys/devices/system/cpu/"
#define NR 4 /* policies and interrupts */

static void put(const char *path, const char *text)
{
	_cleanup_free_ char *dir = xstrndup(path, strrchr(path, '/') - path);

	assert_int_equal(mkdir_p(dir, 0755), 0);
	write_text(path, text);
}

static void put_at(const char *fmt, unsigned i, const char *text)
{
	_cleanup_free_ char *path = NULL;

	path = strstr(fmt, "policy")
		       ? xasprintf(CPU "cpufreq/policy%u/"
				       "scaling_governor",
				   i)
		       : xasprintf("proc/irq/%u/smp_affinity_list", i);
	put(path, text);
}

static int set_up(void **state)
{
	if (scratch_setup(state) != 0 || chdir(*state) != 0)
		return -1;
	assert_int_equal(mkdir_p("run", 0755), 0);
	for (unsigned i = 0; i < NR; i++) {
		put_at("policy", i, i == 3 ? "performance\n" : "powersave\n");
		put_at("irq", i, i == 0 ? "0-3\n" : i == 1 ? "2\n" : "0-1\n");
	}
	put(CPU "intel_pstate/no_turbo", "0\n");
	put(CPU "smt/control", "on\n");
	put(CPU "online", "0-3\n");
	put(CPU "isolated", "2\n");
	put("proc/irq/default_smp_affinity", "f\n");
	return 0;
}

static int tear_down(void **state)
{
	return chdir("/") != 0 ? -1 : scratch_teardown(state);
}

/* Everything, measured on 2-3. */
static struct local_steady all_of_it(void)
{
	struct local_steady s = { .governor = true,
				  .turbo = true,
				  .smt = true,
				  .irqs = true,
				  .has_cpus = true };

	assert_true(local_steady_cpus("2-3", 3, &s.cpus));
	return s;
}

static void assert_file(const char *path, const char *text)
{
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;

	assert_int_equal(read_first_line(path, &got), 0);
	assert_string_equal(got.buf, text);
}

static void assert_as_before(void)
{
	assert_file(CPU "cpufreq/policy0/scaling_governor", "powersave");
	assert_file(CPU "cpufreq/policy3/scaling_governor", "performance");
	assert_file(CPU "intel_pstate/no_turbo", "0");
	assert_file(CPU "smt/control", "on");
	assert_file("proc/irq/0/smp_affinity_list", "0-3");
	assert_file("proc/irq/1/smp_affinity_list", "2");
	assert_file("proc/irq/2/smp_affinity_list", "0-1");
	assert_int_equal(access("run/cgmark-local.steady", F_OK), -1);
}

static void set(struct strbuf *done, struct strbuf *undone)
{
	const struct local_steady s = all_of_it();

	assert_int_equal(local_steady_set(".", &s, done, undone), 0);
}

static int restore(unsigned *nr)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int r = local_steady_restore(".", nr, &why);

	assert_true((r < 0) == (why.len > 0));
	return r;
}

/* ---- what is asked for ---- */

static void lists_of_cpus(void **state)
{
	static const char *const bad[] = {
		"",	 "a",	"1-",  "-1",   "1,,2",
		"1,",	 "3-1", "1 2", "1024", "0-99999999999999999999",
		"1-2-3", "0x1", "1;2"
	};
	cpu_set_t set;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(local_steady_cpus(bad[i], strlen(bad[i]), &set));
	assert_true(local_steady_cpus("0-2,5+7", 7, &set));
	assert_int_equal(CPU_COUNT(&set), 5);
	assert_true(CPU_ISSET(7, &set) && !CPU_ISSET(3, &set));
	/* What is behind it is not read. */
	assert_true(local_steady_cpus("1x", 1, &set));
}

static void words(void **state)
{
	struct local_steady s = { .has_cpus = false };

	assert_false(local_steady_wanted(&s));
	assert_true(local_steady_word("governor,x", 8, &s));
	assert_true(s.governor && !s.turbo);
	assert_false(local_steady_word("governors", 9, &s));
	assert_false(local_steady_word("gov", 3, &s));
	assert_false(local_steady_word("", 0, &s));
	assert_false(local_steady_word("cpus=", 5, &s));
	assert_false(local_steady_word("cpus=x", 6, &s));
	assert_true(local_steady_word("irqs", 4, &s));
	assert_false(local_steady_sound(&s));
	assert_true(local_steady_word("cpus=1+2", 8, &s));
	assert_true(local_steady_sound(&s));
	assert_true(local_steady_wanted(&s));
}

/* ---- set and put back ---- */

static void all_is_set_and_put_back(void **state)
{
	_cleanup_strbuf_ struct strbuf done = STRBUF_INIT, undone = STRBUF_INIT;
	unsigned nr;

	set(&done, &undone);
	assert_file(CPU "cpufreq/policy0/scaling_governor", "performance");
	assert_file(CPU "intel_pstate/no_turbo", "1");
	assert_file(CPU "smt/control", "off");
	assert_file("proc/irq/0/smp_affinity_list", "0-1");
	/* It was nowhere else. */
	assert_file("proc/irq/1/smp_affinity_list", "0-1");
	assert_file("proc/irq/2/smp_affinity_list", "0-1");
	assert_file("proc/irq/default_smp_affinity", "f");
	assert_non_null(strstr(done.buf, "governor 3 of 3, the first was "
					 "powersave"));
	assert_non_null(strstr(done.buf, "smt 1 of 1, the first was on"));
	assert_string_equal(undone.buf,
			    "cpus: the scheduler uses 3 for others, "
			    "too (isolcpus=)");
	assert_int_equal(restore(&nr), 0);
	assert_int_equal(nr, 3 + 1 + 1 + 2);
	assert_as_before();
	assert_int_equal(restore(&nr), 0);
	assert_int_equal(nr, 0);
}

static void nothing_is_there(void **state)
{
	_cleanup_strbuf_ struct strbuf done = STRBUF_INIT, undone = STRBUF_INIT;
	unsigned nr;

	assert_int_equal(rm_rf("sys"), 0);
	assert_int_equal(rm_rf("proc"), 0);
	set(&done, &undone);
	assert_int_equal(done.len, 0);
	assert_non_null(strstr(undone.buf, "governor: this system has none"));
	assert_non_null(strstr(undone.buf, "turbo: this system has no switch"));
	assert_non_null(strstr(undone.buf, "smt: this system has no switch"));
	assert_non_null(strstr(undone.buf, "irqs: it is not known which CPUs"));
	assert_int_equal(access("run/cgmark-local.steady", F_OK), -1);
	assert_int_equal(restore(&nr), 0);
}

/* As on AMD; without SMT there is nothing to be turned off. */
static void other_machines(void **state)
{
	_cleanup_strbuf_ struct strbuf done = STRBUF_INIT, undone = STRBUF_INIT;
	unsigned nr;

	assert_int_equal(rm_rf(CPU "intel_pstate"), 0);
	put(CPU "cpufreq/boost", "1\n");
	put(CPU "smt/control", "notsupported\n");
	put(CPU "online", "2-3\n");
	put(CPU "isolated", "\n");
	set(&done, &undone);
	assert_file(CPU "cpufreq/boost", "0");
	assert_file(CPU "smt/control", "notsupported");
	assert_null(strstr(undone.buf, "smt"));
	assert_non_null(strstr(undone.buf, "irqs: there is no other CPU"));
	assert_non_null(strstr(undone.buf, "cpus: the scheduler uses 2-3"));
	assert_int_equal(restore(&nr), 0);
	assert_file(CPU "cpufreq/boost", "1");
}

/* Files that fail in the ways that those of the kernel do. */
static void what_cannot_be_set(void **state)
{
	_cleanup_strbuf_ struct strbuf done = STRBUF_INIT, undone = STRBUF_INIT;
	unsigned nr;

	/* EINVAL; it is 0 in all processes here. */
	unlink(CPU "cpufreq/policy1/scaling_governor");
	assert_int_equal(symlink("/proc/self/oom_score_adj",
				 CPU "cpufreq/policy1/scaling_governor"),
			 0);
	/* EIO, for reading and writing. */
	unlink("proc/irq/2/smp_affinity_list");
	assert_int_equal(
		symlink("/proc/self/mem", "proc/irq/2/smp_affinity_list"), 0);
	unlink(CPU "intel_pstate/no_turbo");
	assert_int_equal(symlink("/proc/self/mem", CPU "intel_pstate/no_turbo"),
			 0);
	/* EACCES or EROFS, and nothing is there to be read. */
	unlink("proc/irq/3/smp_affinity_list");
	assert_int_equal(
		symlink("/proc/version", "proc/irq/3/smp_affinity_list"), 0);
	set(&done, &undone);
	assert_non_null(strstr(undone.buf, "governor: 1 of 3 stay as they are "
					   "(Invalid argument)"));
	assert_non_null(strstr(undone.buf, "turbo: this system has no switch"));
	assert_non_null(strstr(done.buf, "governor 2 of 3"));
	assert_non_null(strstr(done.buf, "irqs 2 of 2"));
	assert_int_equal(restore(&nr), 0);
	assert_file("proc/irq/0/smp_affinity_list", "0-3");
	assert_file(CPU "cpufreq/policy0/scaling_governor", "powersave");
}

/* One that takes 15 characters, and says nothing. */
static void a_value_that_is_not_kept(void **state)
{
	_cleanup_strbuf_ struct strbuf done = STRBUF_INIT, undone = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
	unsigned nr;

	assert_int_equal(read_first_line("/proc/self/comm", &name), 0);
	/* Its list of CPUs becomes a long one. */
	put(CPU "online", "0,2,4,6,8,10,12,14,16,18,20,22,24,26,28\n");
	write_text("/proc/self/comm", "2");
	unlink("proc/irq/1/smp_affinity_list");
	assert_int_equal(
		symlink("/proc/self/comm", "proc/irq/1/smp_affinity_list"), 0);
	set(&done, &undone);
	assert_non_null(strstr(undone.buf, "irqs: 1 of 2 stay as they are (the "
					   "kernel keeps its value)"));
	/* It is neither of the two, so somebody else's. */
	assert_int_equal(restore(&nr), 0);
	write_text("/proc/self/comm", name.buf);
}

static void somebody_sets_it_meanwhile(void **state)
{
	_cleanup_strbuf_ struct strbuf done = STRBUF_INIT, undone = STRBUF_INIT;
	unsigned nr;

	set(&done, &undone);
	put_at("policy", 1, "ondemand\n");
	put_at("irq", 0, "1\n");
	assert_int_equal(restore(&nr), 0);
	assert_file(CPU "cpufreq/policy1/scaling_governor", "ondemand");
	assert_file("proc/irq/0/smp_affinity_list", "1");
	assert_file(CPU "cpufreq/policy0/scaling_governor", "powersave");
}

/* CPUs go with SMT, and what is of them comes back with it. */
static void cpus_that_went(void **state)
{
	_cleanup_strbuf_ struct strbuf done = STRBUF_INIT, undone = STRBUF_INIT;
	unsigned nr;

	set(&done, &undone);
	assert_int_equal(rm_rf(CPU "cpufreq/policy2"), 0);
	assert_int_equal(rm_rf("proc/irq/0"), 0);
	assert_int_equal(restore(&nr), 0);
	assert_file(CPU "cpufreq/policy0/scaling_governor", "powersave");
	assert_file(CPU "smt/control", "on");
	assert_int_equal(access("run/cgmark-local.steady", F_OK), -1);
}

/* It is tried again by whoever comes next, and only that. */
static void what_cannot_be_put_back(void **state)
{
	_cleanup_strbuf_ struct strbuf done = STRBUF_INIT, undone = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	unsigned nr;

	set(&done, &undone);
	unlink(CPU "smt/control");
	assert_int_equal(symlink("/proc/self/mem", CPU "smt/control"), 0);
	/* Gone, but perhaps only because SMT is off. */
	assert_int_equal(rename(CPU "cpufreq/policy2", "policy2"), 0);
	assert_int_equal(local_steady_restore(".", &nr, &why), -EIO);
	assert_non_null(strstr(why.buf, "smt/control back to \"on\""));
	assert_file(CPU "cpufreq/policy0/scaling_governor", "powersave");
	assert_file(CPU "intel_pstate/no_turbo", "0");
	assert_int_equal(restore(&nr), -EIO);
	assert_int_equal(nr, 0);
	unlink(CPU "smt/control");
	put(CPU "smt/control", "off\n");
	assert_int_equal(rename("policy2", CPU "cpufreq/policy2"), 0);
	assert_int_equal(restore(&nr), 0);
	assert_int_equal(nr, 2);
	assert_file(CPU "cpufreq/policy2/scaling_governor", "powersave");
	assert_as_before();
}

/* ---- cuts ---- */

static void the_second_keeps_what_was_first(void **state)
{
	_cleanup_strbuf_ struct strbuf done = STRBUF_INIT, undone = STRBUF_INIT;
	unsigned nr;

	set(&done, &undone);
	/* One more: the first was killed, and nobody cleaned up. */
	put_at("policy", 0, "schedutil\n");
	set(&done, &undone);
	assert_int_equal(restore(&nr), 0);
	assert_as_before();
}

/* After any number of its steps: those that follow were not made. */
static void it_is_cut_anywhere(void **state)
{
	_cleanup_strbuf_ struct strbuf done = STRBUF_INIT, undone = STRBUF_INIT;
	_cleanup_(steady_settings_release) struct steady_settings all;
	unsigned nr;

	set(&done, &undone);
	assert_int_equal(steady_saved_load("run/cgmark-local.steady", &all), 0);
	assert_int_equal(all.nr, 7);
	for (size_t cut = 0; cut <= all.nr; cut++) {
		for (size_t i = 0; i < all.nr; i++)
			put(all.list[i].path + 1,
			    i < cut ? all.list[i].new : all.list[i].old);
		assert_int_equal(
			steady_saved_save("run/cgmark-local.steady", &all), 0);
		assert_int_equal(restore(&nr), 0);
		assert_int_equal(nr, cut);
		assert_as_before();
	}
	/* Or while it put back, with the file as it was. */
	for (size_t cut = 0; cut <= all.nr; cut++) {
		for (size_t i = 0; i < all.nr; i++)
			put(all.list[i].path + 1,
			    i < cut ? all.list[i].old : all.list[i].new);
		assert_int_equal(
			steady_saved_save("run/cgmark-local.steady", &all), 0);
		assert_int_equal(restore(&nr), 0);
		assert_as_before();
	}
}

/* Then nothing may be set. */
static void it_cannot_be_written_down(void **state)
{
	_cleanup_strbuf_ struct strbuf done = STRBUF_INIT, undone = STRBUF_INIT;
	const struct local_steady s = all_of_it();

	assert_int_equal(rm_rf("run"), 0);
	assert_int_equal(local_steady_set(".", &s, &done, &undone), -ENOENT);
	assert_int_equal(done.len, 0);
	assert_as_before();
	assert_int_equal(mkdir_p("run/cgmark-local.steady", 0755), 0);
	assert_true(local_steady_set(".", &s, &done, &undone) < 0);
	assert_int_equal(done.len, 0);
	assert_int_equal(rmdir("run/cgmark-local.steady"), 0);
	assert_as_before();
}

static void nobody_acts_on_what_is_damaged(void **state)
{
	static const char *const bad[] = {
		"",
		"cgmark-steady 2\n",
		"cgmark-steady 1\n/sys/devices/system/cpu/a\tb\tc",
		"cgmark-steady 1\n/sys/devices/system/cpu/a\tb\n",
		"cgmark-steady 1\n/sys/devices/system/cpu/a\t\tc\n",
		"cgmark-steady 1\n/sys/devices/system/cpu/a\tb\tc\td\n",
		"cgmark-steady 1\n/sys/devices/system/cpu/../../x/y\tb\tc\n",
		"cgmark-steady 1\n/etc/passwd\tb\tc\n",
		"cgmark-steady 1\nproc/irq/1/smp_affinity_list\t0\t1\n",
		"cgmark-steady 1\n/proc/irq/1/a\t0\t1\n/proc/irq/1/a\t0\t1\n",
		"cgmark-steady 1\n/proc/irq/1/a\t0\033\t1\n",
	};
	const struct local_steady s = all_of_it();
	unsigned nr;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_strbuf_ struct strbuf done = STRBUF_INIT;

		put("run/cgmark-local.steady", bad[i]);
		assert_int_equal(restore(&nr), -EBADMSG);
		assert_int_equal(nr, 0);
		/* It might have to be put back by hand. */
		assert_int_equal(local_steady_set(".", &s, &done, &done),
				 -EBADMSG);
		assert_int_equal(access("run/cgmark-local.steady", F_OK), 0);
	}
	assert_int_equal(unlink("run/cgmark-local.steady"), 0);
	assert_as_before();
}

#define TEST(_fn) cmocka_unit_test_setup_teardown(_fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_cpus),
		cmocka_unit_test(words),
		TEST(all_is_set_and_put_back),
		TEST(nothing_is_there),
		TEST(other_machines),
		TEST(what_cannot_be_set),
		TEST(a_value_that_is_not_kept),
		TEST(somebody_sets_it_meanwhile),
		TEST(cpus_that_went),
		TEST(what_cannot_be_put_back),
		TEST(the_second_keeps_what_was_first),
		TEST(it_is_cut_anywhere),
		TEST(it_cannot_be_written_down),
		TEST(nobody_acts_on_what_is_damaged),
	};

	return cmocka_run_group_tests_name("local-steady", tests, NULL, NULL);
}
