/* SPDX-License-Identifier: GPL-2.0-only */
/* A worker: does its operations of one round, one after the other. */
#include <sys/prctl.h>
#include <time.h>

#include "fuzz.h"

unsigned me;
int fault_fd = -1;
unsigned fault_nth;

static struct call *script;
static unsigned nr_script;

unsigned script_load(void)
{
	char *text, *line, *save;

	if (read_all(SCRIPT, &text) < 0)
		return 0;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		struct call c;

		if (*line == '#')
			continue;
		if (!call_parse(&c, line))
			fail("not an operation: %s", line);
		script = realloc(script, (nr_script + 1) * sizeof(c));
		check(script);
		script[nr_script++] = c;
	}
	free(text);
	return nr_script;
}

static void say(const struct call *c)
{
	char text[512];

	call_format(c, text, sizeof(text));
	note("%s", text);
}

static void set_fault(unsigned nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (fault_fd >= 0)
		pwrite(fault_fd, text, len, 0);
}

static int run_op(const struct op *op, const uint32_t *args)
{
	int r;

	if (!fault_nth)
		return op->fn(args);
	set_fault(fault_nth);
	fault_nth = 0;
	r = op->fn(args);
	set_fault(0);
	return r;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void do_call(const struct call *c)
{
	struct worker *w = &shared->workers[me];
	struct call *entry;
	uint64_t began;
	int r;

	if (settings.log)
		say(c);
	w->entry = log_add(c);
	entry = &shared->log[w->entry];
	w->running = true;
	began = now_ns();
	r = run_op(ops[c->op], entry->args);
	w->running = false;
	__atomic_fetch_add(&shared->ns[c->op], now_ns() - began,
			   __ATOMIC_RELAXED);
	entry->result = r > 0 ? 0 : r;
	__atomic_fetch_add(r < 0 ? &shared->refused[c->op]
				 : &shared->done[c->op],
			   1, __ATOMIC_RELAXED);
	__atomic_store_n(&w->done, w->done + 1, __ATOMIC_RELEASE);
}

static void run_generated(unsigned round)
{
	unsigned nr = settings.round_ops / NR_WORKERS;

	gen_start(settings.seed, round, me);
	for (unsigned i = 0; i < nr; i++) {
		struct call c;

		gen_next(&c);
		do_call(&c);
	}
}

/* Line by line, whoever's it is: scripts are in the order of a log. */
static void run_script(void)
{
	for (unsigned i = 0; i < nr_script; i++) {
		if (script[i].worker != me)
			continue;
		while (__atomic_load_n(&shared->turn, __ATOMIC_ACQUIRE) != i)
			usleep(100);
		do_call(&script[i]);
		__atomic_store_n(&shared->turn, i + 1, __ATOMIC_RELEASE);
	}
}

static void become(unsigned nr)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	put("/proc/self/oom_score_adj", "-1000");
	fault_fd = open(str("/proc/self/task/%d/fail-nth", getpid()),
			O_RDWR | O_CLOEXEC);
	me = nr;
	if (nr == ROOT)
		return;
	must(attach(V2 "/" USER_DIR "/w", getpid()));
	become_user();
	/* setresuid() clears it, and who is not dumpable owns no /proc files */
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* One that begins early could remove the group that another is to be in. */
static void wait_for_others(void)
{
	__atomic_add_fetch(&shared->nr_ready, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&shared->nr_ready, __ATOMIC_ACQUIRE) <
	       NR_WORKERS)
		usleep(100);
}

void worker_run(unsigned nr, unsigned round)
{
	become(nr);
	wait_for_others();
	if (nr_script)
		run_script();
	else
		run_generated(round);
	__atomic_store_n(&shared->workers[me].finished, true, __ATOMIC_RELEASE);
	for (;;)
		pause();
}
