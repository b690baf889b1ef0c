/* SPDX-License-Identifier: GPL-2.0-only */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "announce.h"
#include "code.h"
#include "context.h"
#include "count.h"
#include "decode.h"
#include "objects.h"
#include "sharing-output.h"
#include "sharing-watch.h"
#include "sharing.h"
#include "tasks.h"
#include "utility.h"

/* Some 150 MiB, for four CPUs that fork or fault a hundred times each. */
#define MAX_LINES (1u << 18)
/* A hundred times the calls that any point has; more are lost stacks. */
#define MAX_CONTEXTS (1u << 20)

static struct {
	struct sharing_watch how;
	struct sharing sharing;
	struct objects objects;
	struct owner *owners; /* by line */
	struct announce announce;
	bool recording; /* inside the samples of a point */
	uint64_t nr_samples;
	const char *error;
	bool *is_utility; /* by function: who called it says more */
	bool *is_by_clock;
	/* Where guests' CPUs are threads, they may come at once. */
	pthread_mutex_t lock;
} w = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct cpu {
	bool in_operation;
	struct tasks tasks;
	struct contexts contexts;
	uint32_t self; /* context that runs */
} cpus[SHARING_CPUS];

/* NULL: the CPU is not in an operation. */
static struct cpu *operating(unsigned vcpu)
{
	return vcpu < SHARING_CPUS && cpus[vcpu].in_operation ? &cpus[vcpu]
							      : NULL;
}

/* --- accesses --- */

/*
 * The scheduler keeps the load of a group once in a millisecond: which operation does
 * so is up to the clock, and with it how long turns are.
 */
static bool is_by_clock(const char *name)
{
	static const char *const names[] = {
		"update_load_avg",
		"update_tg_load_avg",
		"attach_entity_load_avg",
		"detach_entity_load_avg",
		"attach_entity_cfs_rq",
		"detach_entity_cfs_rq",
		"detach_task_cfs_rq",
		"propagate_entity_cfs_rq",
		"task_change_group_fair",
		"remove_entity_load_avg",
		"migrate_task_rq_fair",
		"sched_balance_update_blocked_averages",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static uint32_t caller_of(const struct cpu *c, uint32_t function)
{
	if (!w.is_utility[function])
		return SYMBOL_USER;
	return utility_caller(&c->contexts, w.is_utility, c->self);
}

/* One address for all who see the same memory; false: it is none. */
static bool canonical(qemu_plugin_meminfo_t info, uint64_t *at)
{
	struct qemu_plugin_hwaddr *physical;

	if (is_kernel(*at))
		return true;
	physical = qemu_plugin_get_hwaddr(info, *at);
	if (!physical) /* the guest is a program, not a machine */
		return true;
	if (qemu_plugin_hwaddr_is_io(physical))
		return false;
	*at = DIRECT_MAP + qemu_plugin_hwaddr_phys_addr(physical);
	return true;
}

/* A page that ends with the access may be followed by another one in memory. */
static bool is_known_stack(const struct cpu *c, uint64_t at)
{
	for (unsigned i = 0; i < c->tasks.nr; i++)
		if (c->tasks.stacks[i] == at >> 14)
			return true;
	return false;
}

static void name_owner(const struct cpu *c, uint64_t at)
{
	struct line *l = sharing_find(&w.sharing, at);

	if (!l)
		return;
	w.owners[l - w.sharing.lines] = objects_owner(&w.objects, at);
	if (is_known_stack(c, at))
		w.owners[l - w.sharing.lines].kind = OWNER_STACK;
}

static void on_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		      void *udata)
{
	const struct code *code = udata;
	struct cpu *c = operating(vcpu);
	struct access a = {
		.bytes = 1u << qemu_plugin_mem_size_shift(info),
		.is_store = qemu_plugin_mem_is_store(info),
		.function = code->function,
	};

	if (!c)
		return;
	pthread_mutex_lock(&w.lock);
	if (tasks_count(&c->tasks) && canonical(info, &at)) {
		a.at = at;
		a.caller = caller_of(c, code->function);
		if (sharing_access(&w.sharing, vcpu, &a))
			name_owner(c, at);
	}
	pthread_mutex_unlock(&w.lock);
}

/* --- where a CPU is --- */

static void on_block(unsigned vcpu, void *udata)
{
	const struct code *code = udata;
	struct cpu *c = operating(vcpu);

	if (!c)
		return;
	if (!code->is_kernel) {
		tasks_user(&c->tasks);
		contexts_user(&c->contexts);
		return;
	}
	tasks_kernel(&c->tasks, &code->tasks);
	if (c->contexts.nr >= MAX_CONTEXTS)
		w.error = "the table of callers is full: fewer operations fit";
	else
		c->self = contexts_child(&c->contexts, c->contexts.top,
					 code->function);
}

static void on_call(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		    void *udata)
{
	const struct code *code = udata;
	struct cpu *c = operating(vcpu);

	if (!c || !qemu_plugin_mem_is_store(info) || w.error)
		return;
	tasks_stack(&c->tasks, at);
	contexts_call(&c->contexts, at, c->self, code->function);
}

static void on_return(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		      void *udata)
{
	struct cpu *c = operating(vcpu);

	if (!c || w.error)
		return;
	tasks_stack(&c->tasks, at);
	contexts_return(&c->contexts, at);
}

/* --- markers --- */

static void begin_operation(unsigned vcpu, unsigned says)
{
	if (!w.recording)
		return;
	/*
	 * The worker is bound to a CPU and knows which.  Some versions of QEMU
	 * name a wrong one when CPUs take turns.
	 */
	if (vcpu != says) {
		w.error = "QEMU says that another CPU runs than does";
		return;
	}
	if (cpus[vcpu].in_operation)
		w.error = "an operation began inside another one";
	tasks_begin(&cpus[vcpu].tasks);
	cpus[vcpu].self = CONTEXT_ROOT;
	contexts_user(&cpus[vcpu].contexts);
	sharing_begin(&w.sharing, vcpu);
	cpus[vcpu].in_operation = true;
}

static void end_operation(unsigned vcpu)
{
	struct cpu *c = operating(vcpu);

	if (!c)
		return;
	c->in_operation = false;
	if (!w.sharing.accesses[vcpu] && !w.sharing.full)
		w.error = "QEMU showed no access of an operation";
}

static void begin_samples(void)
{
	announce_end(&w.announce);
	sharing_clear(&w.sharing);
	memset(w.owners, 0, (w.sharing.max.lines + 1) * sizeof(*w.owners));
	objects_refresh(&w.objects);
	w.error = NULL;
	w.nr_samples = 0;
	w.recording = true;
}

static void end_samples(void)
{
	struct sharing_point p = {
		.text = w.announce.text,
		.samples = w.nr_samples,
		.sharing = &w.sharing,
		.owners = w.owners,
		.objects = &w.objects,
		.symbols = w.how.symbols,
		.error = w.error,
	};

	w.recording = false;
	for (unsigned i = 0; i < SHARING_CPUS; i++)
		cpus[i].in_operation = false;
	sharing_settle(&w.sharing);
	sharing_output_point(w.how.stream, &p);
	announce_begin(&w.announce);
	announce_end(&w.announce);
}

static void mark_seen(unsigned vcpu, enum mark mark)
{
	switch (mark) {
	case MARK_BIT_0:
	case MARK_BIT_1:
		announce_bit(&w.announce, mark == MARK_BIT_1);
		break;
	case MARK_POINT:
		w.recording = false;
		announce_begin(&w.announce);
		break;
	case MARK_SAMPLES:
		begin_samples();
		break;
	case MARK_END:
		if (w.recording)
			end_samples();
		break;
	case MARK_OPERATION_0:
	case MARK_OPERATION_1:
	case MARK_OPERATION_2:
	case MARK_OPERATION_3:
		begin_operation(vcpu, mark - MARK_OPERATION_0);
		break;
	case MARK_OPERATION_END:
		end_operation(vcpu);
		break;
	case NR_MARKS:
		break;
	}
}

static void on_mark(unsigned vcpu, void *udata)
{
	pthread_mutex_lock(&w.lock);
	mark_seen(vcpu, (enum mark)(uintptr_t)udata);
	pthread_mutex_unlock(&w.lock);
}

static void on_sample(unsigned vcpu, void *udata)
{
	w.nr_samples += w.recording;
}

/* --- translation --- */

static void watch_insn(struct code *code, struct qemu_plugin_insn *insn,
		       bool is_last)
{
	const uint8_t *bytes = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);
	enum mark mark = code->is_kernel ? NR_MARKS : decode_mark(bytes, size);
	struct insn_end end = { .end = END_OTHER };

	if (mark != NR_MARKS)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark,
						       QEMU_PLUGIN_CB_NO_REGS,
						       (void *)(uintptr_t)mark);
	if (!code->is_kernel && decode_is_stop(bytes, size))
		qemu_plugin_register_vcpu_insn_exec_cb(
			insn, on_sample, QEMU_PLUGIN_CB_NO_REGS, NULL);
	if (is_last && code->is_kernel)
		end = decode_end(bytes, size);
	if (end.end == END_STACK)
		qemu_plugin_register_vcpu_mem_cb(
			insn, end.is_return ? on_return : on_call,
			QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, code);
	if (!code->is_kernel || !w.is_by_clock[code->function])
		qemu_plugin_register_vcpu_mem_cb(insn, on_access,
						 QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW, code);
}

/* iretq */
static bool ends_interrupt(struct qemu_plugin_insn *insn)
{
	const uint8_t *bytes = qemu_plugin_insn_data(insn);

	return qemu_plugin_insn_size(insn) == 2 && bytes[0] == 0x48 &&
	       bytes[1] == 0xcf;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t nr = qemu_plugin_tb_n_insns(tb);
	struct code *code = code_at(w.how.symbols, qemu_plugin_tb_vaddr(tb));

	code->tasks.ends_interrupt =
		nr && ends_interrupt(qemu_plugin_tb_get_insn(tb, nr - 1));
	for (size_t i = 0; i < nr; i++)
		watch_insn(code, qemu_plugin_tb_get_insn(tb, i), i + 1 == nr);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block,
					     QEMU_PLUGIN_CB_NO_REGS, code);
}

/* --- begin and end --- */

static void on_end(qemu_plugin_id_t id, void *udata)
{
	if (!stream_write(w.how.stream))
		/* Not exit(), which has brought us here. */
		_Exit(EXIT_FAILURE);
}

bool sharing_watch_start(qemu_plugin_id_t id, const struct sharing_watch *how)
{
	uint32_t lines = how->max_lines ? how->max_lines : MAX_LINES;
	struct sharing_limits max = { .lines = lines,
				      .sides = lines,
				      .sites = 4 * lines };

	w.how = *how;
	if (how->objects && !objects_load(&w.objects, how->objects))
		return false;
	w.owners = calloc(lines + 1, sizeof(*w.owners));
	w.is_utility = symbols_that(how->symbols, is_utility);
	w.is_by_clock = symbols_that(how->symbols, is_by_clock);
	if (!w.owners || !w.is_utility || !w.is_by_clock ||
	    !sharing_init(&w.sharing, &max)) {
		fprintf(stderr, "cgmark-tcg: out of memory\n");
		return false;
	}
	for (unsigned i = 0; i < SHARING_CPUS; i++)
		contexts_init(&cpus[i].contexts);
	sharing_output_begin(how->stream);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
	return true;
}
