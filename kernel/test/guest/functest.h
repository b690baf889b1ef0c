/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functional tests of the kernel series.  All of them are one static program,
 * which is PID 1 of a guest: see README.md.
 *
 * A test is a function that returns if all is well.  It runs in a process of
 * its own, as root, with no v1 hierarchy mounted and the default hierarchy on
 * V2 without child groups.  When it ends, PID 1 kills what it left running,
 * removes its groups, unmounts its hierarchies, and then expects the same
 * /proc/cgroups as before: a test need not clean up, but must not leave
 * anything behind that cannot be cleaned up.
 */
#ifndef FUNCTEST_H
#define FUNCTEST_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define V2 "/sys/fs/cgroup"
#define H "/cg/h"   /* where most tests mount their hierarchy */
#define H2 "/cg/h2" /* and a second one */

/* --- tests (main.c) --- */

struct test {
	const char *name; /* "binding/add" */
	const char *need; /* interface, see interfaces[] in need.c; or NULL */
	void (*fn)(void);
};

/* A pointer goes into the section, as in bench.h. */
#define TEST(_group, _name, _need)                                         \
	static void test_##_group##_##_name(void);                         \
	static const struct test _group##_##_name = {                      \
		#_group "/" #_name, _need, test_##_group##_##_name         \
	};                                                                 \
	static const struct test *const _group##_##_name##_ref             \
		__attribute__((used, retain, section("functest_tests"))) = \
			&_group##_##_name;                                 \
	static void test_##_group##_##_name(void)

/* Exit status of a test's process: it failed, or cannot run here. */
#define TEST_FAILED 99
#define TEST_SKIPPED 98

/* A comment line in the results. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* End the test: it failed, or it cannot run here. */
void fail_at(const char *file, int line, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
void skip(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* A word of the kernel command line: what follows "functest.KEY=", or NULL. */
const char *option(const char *key);
unsigned long option_nr(const char *key, unsigned long otherwise);

/* Number of rounds to run: fewer on a debug kernel, which is slow. */
unsigned scaled(unsigned rounds);
/*
 * How many times longer than on the normal kernel a test waits for something to
 * happen.  The debug kernel is slow and runs on host time, and the host may be
 * busy.
 */
unsigned patience(void);

/* Find out which interfaces the kernel has (need.c). */
void find_interfaces(void (*after_each)(void));
bool have(const char *interface);

/* --- for PID 1 (clean.c, main.c) --- */

/* End the machine. */
void bail_out(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
/* What there is now is there after each clean_up(). */
void clean_start(void);
/* Remove processes, groups and hierarchies; what is left, or NULL. */
const char *clean_up(void);
void kill_all(void);

#define fail(...) fail_at(__FILE__, __LINE__, __VA_ARGS__)

#define check(cond)                               \
	do {                                      \
		if (!(cond))                      \
			fail("wrong: %s", #cond); \
	} while (0)

#define check_eq(a, b)                                                       \
	do {                                                                 \
		long long __a = (a), __b = (b);                              \
		if (__a != __b)                                              \
			fail("%s is %lld, not %lld (%s)", #a, __a, __b, #b); \
	} while (0)

#define check_str(a, b)                                             \
	do {                                                        \
		const char *__a = (a), *__b = (b);                  \
		if (strcmp(__a, __b))                               \
			fail("%s is '%s', not '%s'", #a, __a, __b); \
	} while (0)

/* expr is a number or -errno; must_fail() wants the error that it names. */
#define must(expr)                                                  \
	({                                                          \
		long __r = (expr);                                  \
		if (__r < 0)                                        \
			fail("%s: %s", #expr, strerror(-(int)__r)); \
		__r;                                                \
	})

#define must_fail(expr, err)                                              \
	do {                                                              \
		long __r = (expr);                                        \
		if (__r != -(err))                                        \
			fail("%s: %s, not %s", #expr,                     \
			     __r < 0 ? strerror(-(int)__r) : "succeeded", \
			     strerror(err));                              \
	} while (0)

/* For system calls. */
#define sys(call)                             \
	({                                    \
		long __s = (call);            \
		__s < 0 ? -(long)errno : __s; \
	})

/* Wait until cond holds, at most some seconds, times patience(). */
#define wait_for(cond)                                                \
	do {                                                          \
		unsigned __n = 0;                                     \
		while (!(cond)) {                                     \
			if (++__n > 1500 * patience())                \
				fail("waited in vain for %s", #cond); \
			msleep(10);                                   \
		}                                                     \
	} while (0)

/* --- files (lib.c) --- */

/* Formatted text in one of several static buffers, used in turn. */
const char *str(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void msleep(unsigned ms);
/* The calling task runs on this CPU only; 0 or -errno. */
int run_on(int cpu);
/*
 * A page that is freed stays charged while it is in a batch of the CPU that put it
 * on a list, and an idle CPU keeps its batches: have all give them up.
 */
void drain_cpus(void);

/* The whole file, NUL terminated, in a buffer that the caller frees. */
int read_all(const char *path, char **ret);
/* The same, or the test fails; the result is never freed. */
const char *text_of(const char *path);
/* First number of a file, or -errno. */
long number_in(const char *path);
/* One write of the whole text; 0 or -errno. */
int put(const char *path, const char *text);
bool exists(const char *path);
bool has_line(const char *text, const char *line);
/* "b" of the line "a b" in a file like cpu.stat; fails without that line. */
long stat_value(const char *path, const char *key);

/* --- hierarchies and groups (lib.c) --- */

/* 0 or -errno; the directory is made. */
int mount_v1(const char *path, const char *options);
/* With the word that says that a change of subsystems is wanted. */
int remount_v1(const char *path, const char *options);
int remount_plainly(const char *path, const char *options);
int umount_v1(const char *path);
/*
 * Wait until no hierarchy has the subsystem: one that is unmounted while
 * something keeps it stays until it is mounted, with these options, and
 * unmounted again.
 */
void wait_gone(const char *options, const char *subsys);
/* mkdir; the test fails if that does. */
void group(const char *path);
/* a, a/b, a/b/c, d below path. */
void make_tree(const char *path);
extern const char *const tree_dirs[5]; /* "", "/a", ..., all of them */
/* Remove everything below path, deepest first; first error. */
int remove_below(const char *path);
/* Of /proc/cgroups. */
struct subsys_info {
	int hierarchy;
	int nr_groups;
	bool enabled;
};
bool subsys_info(const char *name, struct subsys_info *ret);
int hierarchy_of(const char *subsys); /* fails if there is no such subsystem */
bool is_there(const char *subsys);    /* compiled in and enabled */
/* All that a v1 hierarchy can carry: "cpu,cpuacct,..."; but not "except". */
const char *all_subsys(const char *except);
/* Call fn for each of a comma separated list. */
void each_subsys(const char *list, void (*fn)(const char *name));
/* Membership of a process by /proc/PID/cgroup: path, or NULL. */
const char *group_of(pid_t pid, const char *controller);

/* Everything visible of a hierarchy: groups, files, members, /proc. */
char *snapshot(const char *path);
/* Fails with the first line that differs. */
void check_same(char *before, char *after);

long count_tasks(const char *path); /* in all groups but the root */
/*
 * pids.current counts each process of each group once, and the sum over all
 * groups is what the caller expects (root excluded).
 */
void check_pids(const char *path, long expected);

/* --- processes (lib.c) --- */

/* A child that waits to be killed, in the group unless that is NULL. */
pid_t sleeper(const char *group);
/* The same with some more threads. */
pid_t sleeper_threads(const char *group, unsigned nr_threads);
/* Thread ids of a process, at most max; number of them. */
unsigned threads_of(pid_t pid, pid_t *ret, unsigned max);
int attach(const char *group, pid_t pid);
int attach_thread(const char *group, pid_t tid);
void stop(pid_t pid); /* kill and reap */
/* State letter of /proc/PID/stat; 0: no such process. */
char state_of(pid_t pid);
/*
 * Run fn in a child and return what it returned, a small number or -errno; the
 * test fails if the child failed or was killed.
 */
int in_child(int (*fn)(void *arg), void *arg);
void become_user(void);	 /* uid and gid 1000, no capabilities */
int enter_user_ns(void); /* as root of a new user namespace */
/* Reap it; the test fails if it ended with another status. */
void wait_exit(pid_t pid, int status);
/* Reap it; the test fails if it was not killed by this signal. */
void wait_signal(pid_t pid, int signal);
void reap(pid_t pid); /* however it ended */
/*
 * What "/init touch BYTES" does, for tests of exec: use this much memory, and
 * wait to be killed (test-mm-owner.c).
 */
void touch_and_wait(const char *bytes) __attribute__((noreturn));

/* Processes in a group that fork children which exit immediately. */
struct storm {
	pid_t pid;
};
struct storm storm_start(const char *group, unsigned nr_children);
void storm_stop(struct storm *s);

/* Reproducible random numbers. */
struct rng {
	uint64_t state;
};
void rng_seed(struct rng *r, uint64_t seed);
uint32_t rng_below(struct rng *r, uint32_t n);

#endif
