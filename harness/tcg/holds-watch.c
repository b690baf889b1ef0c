/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>

#include "announce.h"
#include "code.h"
#include "context.h"
#include "count.h"
#include "decode.h"
#include "holds-output.h"
#include "holds-watch.h"
#include "irqs.h"
#include "locks.h"
#include "tasks.h"
#include "utility.h"

/* A hundred times the calls that any point has; more are lost stacks. */
#define MAX_CONTEXTS (1u << 20)

static struct {
	struct holds_watch how;
	struct objects objects;
	struct announce announce;
	bool *is_utility; /* by function */
	bool *leaves;	  /* likewise: the kernel, or an exception */
	bool in_samples;  /* of a point, and no warm-up */
	bool measured;	  /* in one of them */
	uint64_t nr_samples;
	const char *error;
	struct lock locks[NR_LOCKS];
	struct hold irqs_off;
	struct irqs irqs;
	struct tasks tasks;
	struct contexts contexts;
	uint32_t self;	    /* context that runs */
	uint64_t executed;  /* instructions */
	uint64_t entered;   /* when the outermost interrupt began */
	uint64_t elsewhere; /* instructions of interrupts before */
} w;

/* --- the clock --- */

/* Stands still in interrupts. */
static uint64_t now(void)
{
	return (w.tasks.interrupts ? w.entered : w.executed) - w.elsewhere;
}

static void note_interrupt(bool was)
{
	bool is = w.tasks.interrupts != 0;

	if (!was && is)
		w.entered = w.executed;
	if (was && !is)
		w.elsewhere += w.executed - w.entered;
}

/* --- holds --- */

/* Who asked for it; a lock's own function if that is not known. */
static uint32_t holder(const struct code *code)
{
	uint32_t caller = utility_caller(&w.contexts, w.is_utility, w.self);

	return caller == SYMBOL_USER ? code->function : caller;
}

static void turn(struct hold *h, bool on, const struct code *code)
{
	if (!on)
		hold_end(h, now());
	else if (tasks_count(&w.tasks))
		hold_begin(h, now(), holder(code));
}

static void turn_irqs(enum irqs_change change, const struct code *code)
{
	if (change != IRQS_SAME)
		turn(&w.irqs_off, change == IRQS_OFF, code);
}

/* Memory has the new value already. */
static void on_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		      void *udata)
{
	struct lock *l = w.measured ? locks_at(w.locks, at) : NULL;
	bool held;

	if (!l)
		return;
	held = lock_is_held(l, &w.objects.memory);
	if (held != l->held)
		turn(&l->hold, held, udata);
	l->held = held;
}

static void on_cli(unsigned vcpu, void *udata)
{
	if (w.measured)
		turn_irqs(irqs_insn(&w.irqs, IRQS_CLI), udata);
}

static void on_sti(unsigned vcpu, void *udata)
{
	if (w.measured)
		turn_irqs(irqs_insn(&w.irqs, IRQS_STI), udata);
}

static void on_leave(unsigned vcpu, void *udata)
{
	if (w.measured)
		turn_irqs(irqs_insn(&w.irqs, IRQS_RETURN), udata);
}

static void on_hlt(unsigned vcpu, void *udata)
{
	for (unsigned i = 0; w.measured && i < NR_LOCKS; i++)
		hold_idle(&w.locks[i].hold);
}

/* --- where the CPU is --- */

static void enter_kernel(const struct code *code)
{
	tasks_kernel(&w.tasks, &code->tasks);
	if (w.contexts.nr >= MAX_CONTEXTS)
		w.error = "the table of callers is full: fewer operations fit";
	else
		w.self = contexts_child(&w.contexts, w.contexts.top,
					code->function);
}

/* Of an interrupt or exception? */
static bool is_entry(const struct code *code)
{
	return code->tasks.interrupt_entry || code->tasks.exception_entry;
}

static void on_block(unsigned vcpu, void *udata)
{
	const struct code *code = udata;
	bool interrupts = w.tasks.interrupts != 0;

	if (!w.measured)
		return;
	if (code->is_kernel) {
		enter_kernel(code);
	} else {
		tasks_user(&w.tasks);
		contexts_user(&w.contexts);
	}
	note_interrupt(interrupts);
	turn_irqs(code->is_kernel ? irqs_kernel(&w.irqs, is_entry(code))
				  : irqs_user(&w.irqs),
		  code);
}

static void on_call(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		    void *udata)
{
	const struct code *code = udata;

	if (!w.measured || !qemu_plugin_mem_is_store(info) || w.error)
		return;
	tasks_stack(&w.tasks, at);
	contexts_call(&w.contexts, at, w.self, code->function);
}

static void on_return(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		      void *udata)
{
	if (!w.measured || w.error)
		return;
	tasks_stack(&w.tasks, at);
	contexts_return(&w.contexts, at);
}

/* --- markers --- */

static void begin_samples(void)
{
	announce_end(&w.announce);
	w.error = NULL;
	w.nr_samples = 0;
	w.irqs_off = (struct hold){ .holds = 0 };
	if (!w.objects.memory.bytes)
		guest_memory_find(&w.objects.memory, 0);
	if (!w.objects.memory.bytes)
		w.error = "the guest's memory was not found";
	locks_find(w.locks, &w.objects);
	w.in_samples = true;
}

static void end_samples(void)
{
	struct holds_point p = {
		.text = w.announce.text,
		.samples = w.nr_samples,
		.error = w.error,
		.irqs_off = &w.irqs_off,
		.locks = w.locks,
		.symbols = w.how.symbols,
	};

	w.in_samples = w.measured = false;
	holds_output_point(w.how.stream, &p);
	announce_begin(&w.announce);
	announce_end(&w.announce);
}

static void on_mark(unsigned vcpu, void *udata)
{
	enum mark mark = (enum mark)(uintptr_t)udata;

	switch (mark) {
	case MARK_BIT_0:
	case MARK_BIT_1:
		announce_bit(&w.announce, mark == MARK_BIT_1);
		break;
	case MARK_POINT:
		w.in_samples = w.measured = false;
		announce_begin(&w.announce);
		break;
	case MARK_SAMPLES:
		begin_samples();
		break;
	case MARK_END:
		if (w.in_samples)
			end_samples();
		break;
	case MARK_OPERATION_0:
	case MARK_OPERATION_1:
	case MARK_OPERATION_2:
	case MARK_OPERATION_3:
	case MARK_OPERATION_END:
	case NR_MARKS:
		break;
	}
}

static void on_start(unsigned vcpu, void *udata)
{
	if (!w.in_samples || w.error)
		return;
	tasks_begin(&w.tasks);
	contexts_user(&w.contexts);
	w.self = CONTEXT_ROOT;
	w.irqs = (struct irqs){ .user = true };
	w.irqs_off.open = false;
	for (unsigned i = 0; i < NR_LOCKS; i++) {
		struct lock *l = &w.locks[i];

		l->held = lock_is_held(l, &w.objects.memory);
		l->hold.open = false;
	}
	w.measured = true;
}

static void on_stop(unsigned vcpu, void *udata)
{
	w.nr_samples += w.measured;
	w.measured = false;
}

/* --- translation --- */

static void watch_user(struct qemu_plugin_insn *insn, const uint8_t *bytes,
		       size_t size)
{
	enum mark mark = decode_mark(bytes, size);
	qemu_plugin_exec_fn fn = mark != NR_MARKS ? on_mark : NULL;

	if (decode_is_start(bytes, size))
		fn = on_start;
	else if (decode_is_stop(bytes, size))
		fn = on_stop;
	if (fn)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, fn,
						       QEMU_PLUGIN_CB_NO_REGS,
						       (void *)(uintptr_t)mark);
}

static void watch_irqs(struct code *code, struct qemu_plugin_insn *insn,
		       const uint8_t *bytes, size_t size)
{
	static const qemu_plugin_exec_fn fns[] = {
		[IRQS_CLI] = on_cli,
		[IRQS_STI] = on_sti,
		[IRQS_RETURN] = on_leave,
		[IRQS_HLT] = on_hlt,
	};
	enum irqs_insn kind = irqs_decode(bytes, size);

	/* Some return to the next instruction, to serialize. */
	if (kind == IRQS_RETURN && !w.leaves[code->function])
		return;
	if (kind != IRQS_NONE)
		qemu_plugin_register_vcpu_insn_exec_cb(
			insn, fns[kind], QEMU_PLUGIN_CB_NO_REGS, code);
}

static void watch_kernel(struct code *code, struct qemu_plugin_insn *insn,
			 const uint8_t *bytes, size_t size, bool is_last)
{
	struct insn_end end = { .end = END_OTHER };

	watch_irqs(code, insn, bytes, size);
	if (is_last)
		end = decode_end(bytes, size);
	if (end.end == END_STACK)
		qemu_plugin_register_vcpu_mem_cb(
			insn, end.is_return ? on_return : on_call,
			QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, code);
	/* Of both kinds: some versions of QEMU take one for the other. */
	qemu_plugin_register_vcpu_mem_cb(insn, on_access,
					 QEMU_PLUGIN_CB_NO_REGS,
					 QEMU_PLUGIN_MEM_RW, code);
}

static void watch_insn(struct code *code, struct qemu_plugin_insn *insn,
		       bool is_last)
{
	const uint8_t *bytes = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);

	qemu_plugin_register_vcpu_insn_exec_inline(
		insn, QEMU_PLUGIN_INLINE_ADD_U64, &w.executed, 1);
	if (code->is_kernel)
		watch_kernel(code, insn, bytes, size, is_last);
	else
		watch_user(insn, bytes, size);
}

static bool ends_interrupt(struct qemu_plugin_insn *insn)
{
	return irqs_decode(qemu_plugin_insn_data(insn),
			   qemu_plugin_insn_size(insn)) == IRQS_RETURN;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t nr = qemu_plugin_tb_n_insns(tb);
	struct code *code = code_at(w.how.symbols, qemu_plugin_tb_vaddr(tb));

	code->tasks.ends_interrupt =
		nr && w.leaves[code->function] &&
		ends_interrupt(qemu_plugin_tb_get_insn(tb, nr - 1));
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

static bool leaves_kernel(const char *name)
{
	static const char *const heads[] = {
		"common_interrupt_return", "swapgs_restore_regs",
		"restore_regs_and_return", "native_irq_return",
		"entry_SYSCALL",	   "entry_SYSRETQ",
		"syscall_return_via",
	};

	return name_begins(name, heads, sizeof(heads) / sizeof(*heads));
}

bool holds_watch_start(qemu_plugin_id_t id, const struct holds_watch *how)
{
	w.how = *how;
	if (!how->objects) {
		fprintf(stderr, "cgmark-tcg: locks=on needs objects=FILE\n");
		return false;
	}
	if (!objects_load(&w.objects, how->objects))
		return false;
	w.is_utility = symbols_that(how->symbols, is_utility);
	w.leaves = symbols_that(how->symbols, leaves_kernel);
	if (!w.is_utility || !w.leaves) {
		fprintf(stderr, "cgmark-tcg: out of memory\n");
		return false;
	}
	contexts_init(&w.contexts);
	holds_output_begin(how->stream);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
	return true;
}
