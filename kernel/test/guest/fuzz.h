/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fuzzer of all cgroup interfaces, PID 1 of a guest.  See README.md.
 *
 * How it can miss things, and what is done about it:
 *
 * - Nearly all random operations are refused, so that nothing deep is reached.
 *   Names, groups and subsystems come from small sets; an operation tends to go
 *   on with the ones of the operation before it, and with what is likely to
 *   matter after it ("then").  Each operation that was never possible in a long
 *   run is a failure.
 * - What was removed keeps all subsystems busy, and the rest of the run does
 *   nothing.  Rounds of some thousand operations begin with an empty machine;
 *   "find" mounts what others have forgotten.
 * - A defect needs time: a css that is freed after a grace period, a handler
 *   that is late.  "pause" lets time pass, which costs nothing where the clock
 *   counts instructions.
 * - It needs two CPUs, or another order: --smp 2, where a seed does
 *   not repeat exactly.  The log of the round then is a script that does better.
 * - Damage shows much later, or never.  After each round all tasks have to be
 *   in one group of each hierarchy and, once all is removed, no hierarchy, group
 *   or css_set may be left, except that a removed memory
 *   group may keep its hierarchy (fuzz.strict=1 forbids that).  KASAN and lockdep see more: run it on the debug
 *   kernel.
 * - An operation hangs and looks like a slow one: each has a deadline, by the
 *   guest's clock, after which its stack is shown.
 * - The guest stops so hard that nobody can tell why: fuzz.log=1 names each
 *   operation before it begins, and the seed repeats.
 * - Values are from lists: limits in between, long writes, odd texts are rare.
 *   test-stat-errors.c has random netlink requests.
 * - It does not know what a correct result is, other than what is said above.
 * - Interfaces that are in no list here: perf events on groups, BPF, io.cost,
 *   real time tasks that run, sched_ext.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>

#include "functest.h"

#define NR_MOUNTS 4 /* mount points /cg/m0... */
#define NR_NAMES 10 /* of hierarchies: n0...; the next number is no name */
#define NR_SLOTS 6  /* processes of a worker that last */
#define NR_FILES 6  /* that keep pages charged: /tmp/pages/0... */
#define NR_FDS 6    /* that a worker holds */
#define NR_ARGS 4
#define MAX_OPS 80
#define MAX_LOG (1 << 15) /* operations of a round */
#define USER_DIR "u"	  /* the group of the unprivileged worker on v2 */
#define PAGES_DIR "/tmp/pages"
#define SCRIPT "/fuzz.script"

enum { ROOT, USER, NR_WORKERS };

/* --- operations --- */

/* What an argument chooses. */
enum arg {
	ARG_NONE,
	ARG_MOUNT,   /* mount point */
	ARG_TOP,     /* mount point, or the default hierarchy */
	ARG_DIR,     /* group below it */
	ARG_NAME,    /* of a hierarchy */
	ARG_SUBSYS,  /* one */
	ARG_SET,     /* bits of several */
	ARG_SLOT,    /* process */
	ARG_FILE,    /* that keeps pages */
	ARG_FD,	     /* that is held */
	ARG_CONTROL, /* control file and a value for it */
	ARG_N,	     /* 0...63 */
	NR_ARG_KINDS,
};

struct op {
	const char *name;
	/* 0, or -errno */
	int (*fn)(const uint32_t *a);
	enum arg args[NR_ARGS];
	unsigned weight[NR_WORKERS];
	const char *then; /* what often comes next: "a,b" */
	bool maybe;	  /* not possible on each kernel */
};

/* A pointer goes into the section, as for TEST(). */
#define OP(_name)                                                    \
	static const struct op op_##_name;                           \
	static const struct op *const op_##_name##_ref               \
		__attribute__((used, retain, section("fuzz_ops"))) = \
			&op_##_name;                                 \
	static const struct op op_##_name

struct call {
	uint8_t worker, op;
	int16_t result; /* RUNNING until it is known */
	uint32_t args[NR_ARGS];
};

#define RUNNING 1

extern const struct op *ops[MAX_OPS]; /* by name */
extern unsigned nr_ops;

void ops_init(void);
/* Lists of names, or NULL: all, none. */
void choose_ops(const char *only, const char *without);
bool is_chosen(unsigned op);
int op_by_name(const char *name); /* number, or -1 */
/* "r split 0 n1 memory,pids" */
void call_format(const struct call *c, char *buf, size_t size);
bool call_parse(struct call *c, const char *line);

/* --- names (fuzz-names.c) --- */

extern const char *const subsystems[];
extern const unsigned nr_subsystems;
extern const char *const dirs[];
extern const unsigned nr_dirs;
struct control {
	const char *file, *value;
};
extern const struct control controls[];
extern const unsigned nr_controls;

void names_init(void);
uint32_t there(uint32_t set); /* those that this kernel has */
bool rebind_is_a_word(void);
/* "cpu,pids", or "" */
const char *set_text(uint32_t set);
uint32_t set_parse(const char *text);
unsigned arg_range(enum arg kind); /* a number below this */
void arg_format(enum arg kind, uint32_t value, char *buf, size_t size);
bool arg_parse(enum arg kind, const char *text, uint32_t *ret);

/* --- choice (fuzz-gen.c) --- */

void gen_start(uint64_t seed, unsigned round, unsigned worker);
void gen_next(struct call *ret);

/* --- what all processes see (fuzz-shared.c) --- */

struct worker {
	pid_t pid;
	uint32_t done;	/* operations of this round */
	uint32_t entry; /* of the log, of the one that runs */
	bool running;
	bool finished; /* waits to be killed */
	pid_t slots[NR_SLOTS];
	pid_t busy[NR_SLOTS]; /* those of them that never sleep for long */
};

struct shared {
	struct worker workers[NR_WORKERS];
	uint32_t mounted; /* bits of mount points */
	uint32_t turn;	  /* line of the script */
	uint32_t nr_ready;
	uint32_t nr_log;
	struct call log[MAX_LOG];
	uint64_t done[MAX_OPS], refused[MAX_OPS], ns[MAX_OPS];
};

extern struct shared *shared;

void shared_init(void);
/* Number of the entry, to which the result is added. */
uint32_t log_add(const struct call *c);

struct settings {
	unsigned long seed, ops, seconds, round, round_ops, tail;
	bool log;    /* name each operation before it begins */
	bool strict; /* memory that stays is a failure */
	bool show;   /* the log of the last round, even if all is well */
};

extern struct settings settings;

/* --- workers --- */

/* Never returns: does its part of a round and waits. */
void worker_run(unsigned nr, unsigned round) __attribute__((noreturn));
extern unsigned me; /* ROOT or USER */
/* Lines of the script, or 0. */
unsigned script_load(void);

/* For operations (fuzz-help.c). */
const char *top_path(uint32_t top);		  /* NULL: none is mounted */
const char *dir_path(uint32_t top, uint32_t dir); /* NULL: the same */
/* One that is there; NULL: the same. */
const char *group_path(uint32_t top, uint32_t dir);
const struct control *any_control(const char *path, uint32_t nr, bool to_write);
uint32_t free_subsystems(void); /* in no v1 hierarchy */
/* One that is mounted, but not that one. */
uint32_t other_mount(uint32_t mount, uint32_t wanted);
/* What a mount point has, from /proc/self/mounts. */
struct bound {
	uint32_t set;
	char name[32];
};
bool look_at(uint32_t mount, struct bound *ret);
/* One that has any of these; else the same. */
uint32_t top_with(uint32_t top, uint32_t set);
/* All groups (fuzz-op-file.c). */
int make_all(uint32_t top);
int remove_all(uint32_t top);
void disable_on_v2(uint32_t set);
void align_groups(uint32_t from, uint32_t to);
/* No process in them (fuzz-op-task.c). */
int evict_all(uint32_t top);
/* Run fn in a child, for at most two seconds. */
int with_child(void (*fn)(void *arg), void *arg);
/* Kill it and wait; one that does not end, being frozen, is left to PID 1. */
void end_child(pid_t pid);
int start_child(void); /* fork() with limits */
extern int held_fds[NR_FDS];
void hold_fd(uint32_t nr, int fd);
void give_to_user(const char *dir);
extern int fault_fd;	   /* this thread's fail-nth, or -1 */
extern unsigned fault_nth; /* for the next operation; 0: none */

/* --- what processes do (fuzz-life.c) --- */

struct life {
	void (*fn)(void);
	bool busy;
};

extern const struct life lives[];
extern const unsigned nr_lives;

/* --- PID 1 --- */

/* Does a round fail?  Reports why, unless NULL (fuzz-watch.c). */
const char *watch_round(void);
/* All that the kernel has said since the last call (fuzz-watch.c). */
const char *new_splat(void);
void show_log(void);
void show_processes(void);
bool is_of_user(pid_t pid);
/* All tasks are in one group of each hierarchy (fuzz-check.c). */
const char *check_tasks(void);
/* css_sets that are in use, or -1 (fuzz-check.c). */
long count_css_sets(void);

#endif
