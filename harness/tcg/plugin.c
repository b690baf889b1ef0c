/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plugin for QEMU's TCG: what the measured parts of each point execute, by
 * kernel function and caller (profile.h).  The runner says by instructions that
 * mean nothing otherwise which point runs and where a measured part begins and
 * ends (mark.h).
 *
 * Counting goes by blocks as QEMU translates them.  At the start of a block the
 * one before it is settled: by then it is known how many of its instructions
 * were begun, and where execution went.  An instruction that faulted was begun
 * but did not count, neither here nor for the guest's clock; it is begun again
 * when the fault was served.
 *
 * Arguments: out=FILE (required), symbols=FILE, model=on|off, and for tests
 * l1i=, l1d=, ll=BYTES:WAYS:LINE and whole=on, which takes all that is executed
 * for one measured part.  A symbols file has one "HEXADDRESS NAME" a line,
 * ascending; the name "-" ends the function before it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "context.h"
#include "mark.h"
#include "model.h"
#include "output.h"
#include "places.h"
#include "record.h"
#include "symbols.h"

API_EXPORT int qemu_plugin_version = API_VERSION;

#define KERNEL_HALF (1ULL << 63)
#define PAGE_BYTES 4096
#define POINT_TEXT_MAX REC_LINE_MAX

/* How a block ends, as far as anything depends on it. */
enum block_end {
	END_OTHER,
	END_BRANCH, /* conditional */
	END_JUMP,   /* cannot fault but by its target */
	END_STACK,  /* call or return: accesses memory first */
};

struct block {
	uint64_t at;
	uint32_t function;
	uint32_t nr;	       /* instructions */
	uint32_t parent, self; /* contexts, as found the last time */
	enum block_end end;
	bool fault_entry;
	uint8_t end_accesses; /* by the last instruction of END_STACK */
	uint64_t branch_target;
	struct place *place; /* NULL in user space */
	uint16_t offset[];   /* of instruction i; [nr]: bytes in all */
};

/* A marker in a block. */
struct marker {
	uint32_t i; /* which instruction it is */
	enum mark code;
};

/*
 * What QEMU adds to in line, for all that is executed.
 *
 * QEMU 7.2 takes "loads only" for "stores only" and "stores only" for both.  So
 * all accesses are counted, and those that it takes for loads; returns, which
 * load once and store nothing, tell whether it is right.
 */
static struct {
	uint64_t insns;
	uint64_t accesses;
	uint64_t said_loads;
	uint64_t end_accesses; /* by calls and returns */
	uint64_t returns;
	uint64_t said_loads_of_returns;
} executed;

/* The block that runs. */
static struct {
	const struct block *block;
	uint32_t self;	  /* context */
	uint32_t settled; /* its instructions before this are dealt with */
	uint64_t insns;	  /* `executed` where it began */
	uint64_t end_accesses;
	uint64_t accesses, said_loads; /* `executed` when last settled */
} now;

static struct contexts contexts;
static struct places places;
static struct symbols symbols;
static struct output output;
static struct model model;
static bool with_model;
static bool whole;

static bool measured;	/* inside a measured part */
static bool announcing; /* bits of a point's text come */
static char point_text[POINT_TEXT_MAX];
static unsigned point_bits;
static uint64_t nr_measured;

static bool is_kernel(uint64_t addr)
{
	return addr >= KERNEL_HALF;
}

static uint64_t *counts(void)
{
	return contexts.list[now.self].count;
}

/* --- counting --- */

/* Count what ran of the block up to instruction `end`. */
static void count_until(uint32_t end)
{
	if (measured && end > now.settled) {
		uint64_t *c = counts();

		c[PROFILE_INSNS] += end - now.settled;
		if (now.block->place)
			places_count(&places, now.block->place, now.settled,
				     end);
		/* Put right by tell_loads_from_stores(). */
		c[PROFILE_LOADS] += executed.said_loads - now.said_loads;
		c[PROFILE_STORES] += executed.accesses - now.accesses;
	}
	now.settled = end;
	now.said_loads = executed.said_loads;
	now.accesses = executed.accesses;
}

static void tell_loads_from_stores(void)
{
	bool right = executed.said_loads_of_returns > executed.returns / 2;

	for (uint32_t i = 0; i < contexts.nr; i++) {
		uint64_t *c = contexts.list[i].count;
		uint64_t said = c[PROFILE_LOADS], all = c[PROFILE_STORES];

		c[PROFILE_LOADS] = right ? said : all - said;
		c[PROFILE_STORES] = all - c[PROFILE_LOADS];
	}
}

static uint64_t end_of(const struct block *b)
{
	return b->at + b->offset[b->nr];
}

/* Its last instruction was begun; did it fault, now that `next` begins? */
static bool end_faulted(const struct block *b, const struct block *next)
{
	if (!next->fault_entry)
		return false;
	if (b->end == END_STACK)
		return executed.end_accesses - now.end_accesses <
		       b->end_accesses;
	/*
	 * A jump faults by what it jumps to, which is no fault of its own, and
	 * so does code in user space that goes on in the next page.
	 */
	return b->end == END_OTHER &&
	       (is_kernel(b->at) || (b->at ^ end_of(b)) < PAGE_BYTES);
}

/* How many instructions of the block have counted, now that `next` begins. */
static uint32_t retired(const struct block *b, const struct block *next)
{
	uint32_t begun = executed.insns - now.insns;

	if (begun == 0 || begun > b->nr)
		return begun ? b->nr : 0;
	if (begun == b->nr)
		return begun - end_faulted(b, next);
	/*
	 * It was left in the middle: by a fault; to be translated anew from
	 * the same instruction on; or behind an access to a device.
	 */
	if (next->fault_entry || next->at == b->at + b->offset[begun - 1])
		begun--;
	return begun;
}

static void count_branch(const struct block *b, const struct block *next)
{
	bool taken = next->at == b->branch_target;

	/* Interrupted: where it goes comes later and is not looked for. */
	if (!taken && next->at != end_of(b))
		return;
	counts()[PROFILE_BRANCHES]++;
	if (!predictor_branch(&model.predictor, b->at + b->offset[b->nr - 1],
			      taken))
		counts()[PROFILE_MISPREDICTS]++;
}

static void fetch(const struct block *b)
{
	uint64_t line = model.l1i.shape.line;
	uint64_t at = b->at & ~(line - 1), end = end_of(b);

	for (; at < end; at += line) {
		struct model_miss miss = model_fetch(&model, at);

		counts()[PROFILE_L1I_MISSES] += miss.l1;
		counts()[PROFILE_LL_MISSES] += miss.ll;
	}
}

static uint32_t context_of(struct block *b)
{
	if (!is_kernel(b->at))
		contexts_user(&contexts);
	if (b->parent != contexts.top || !b->self) {
		b->parent = contexts.top;
		b->self = contexts_child(&contexts, b->parent, b->function);
	}
	return b->self;
}

static void on_block(unsigned vcpu, void *udata)
{
	struct block *b = udata;

	if (now.block) {
		count_until(retired(now.block, b));
		if (measured && with_model && now.block->end == END_BRANCH)
			count_branch(now.block, b);
	}
	now.block = b;
	now.self = context_of(b);
	now.settled = 0;
	now.insns = executed.insns;
	now.end_accesses = executed.end_accesses;
	now.said_loads = executed.said_loads;
	now.accesses = executed.accesses;
	if (measured && with_model)
		fetch(b);
}

static void on_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		      void *udata)
{
	struct model_miss miss;

	if (!measured)
		return;
	miss = model_data(&model, at, 1u << qemu_plugin_mem_size_shift(info));
	counts()[PROFILE_L1D_MISSES] += miss.l1;
	counts()[PROFILE_LL_MISSES] += miss.ll;
}

static void on_call(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		    void *udata)
{
	if (qemu_plugin_mem_is_store(info))
		contexts_call(&contexts, at, now.self, now.block->function);
}

static void on_return(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		      void *udata)
{
	contexts_return(&contexts, at);
}

/* --- markers --- */

static void start_point(void)
{
	memset(point_text, 0, sizeof(point_text));
	point_bits = 0;
	announcing = true;
	measured = false;
	if (with_model)
		model_reset(&model);
}

static void add_bit(unsigned bit)
{
	if (!announcing || point_bits / 8 >= sizeof(point_text) - 1)
		return;
	point_text[point_bits / 8] |= bit << point_bits % 8;
	point_bits++;
}

static void on_mark(unsigned vcpu, void *udata)
{
	const struct marker *m = udata;

	switch (m->code) {
	case MARK_BIT_0:
	case MARK_BIT_1:
		add_bit(m->code == MARK_BIT_1);
		break;
	case MARK_POINT:
		start_point();
		break;
	case MARK_SAMPLES:
		announcing = false;
		nr_measured = 0;
		contexts_clear_counts(&contexts);
		places_clear(&places);
		break;
	case MARK_END:
		tell_loads_from_stores();
		output_point(&output, point_text, nr_measured, &contexts,
			     &places, &symbols);
		point_text[0] = '\0';
		break;
	case NR_MARKS:
		break;
	}
}

/* This instruction is the first that is measured. */
static void on_start(unsigned vcpu, void *udata)
{
	count_until(*(uint32_t *)udata);
	measured = true;
}

/* This one is the first that is not. */
static void on_stop(unsigned vcpu, void *udata)
{
	count_until(*(uint32_t *)udata);
	nr_measured += measured;
	measured = false;
}

/* --- translation --- */

static void *need(void *p)
{
	if (!p) {
		fprintf(stderr, "cgmark-tcg: out of memory\n");
		exit(EXIT_FAILURE);
	}
	return p;
}

static bool bytes_are(const uint8_t *code, size_t size, const void *want,
		      size_t nr)
{
	return size == nr && memcmp(code, want, nr) == 0;
}

/* The code of a marker, or NR_MARKS. */
static enum mark decode_mark(const uint8_t *code, size_t size)
{
	static const uint8_t head[] = { 0x0f, 0x1f, 0x80 };
	uint32_t operand;

	if (size != MARK_BYTES || memcmp(code, head, sizeof(head)))
		return NR_MARKS;
	memcpy(&operand, code + sizeof(head), sizeof(operand));
	if ((operand & ~0xffU) != MARK_MAGIC || (operand & 0xff) >= NR_MARKS)
		return NR_MARKS;
	return operand & 0xff;
}

static void watch_markers(struct qemu_plugin_insn *insn, uint32_t i,
			  const uint8_t *code, size_t size)
{
	static const uint8_t start[] = { MARK_PREFIX_START, 0x0f, 0x31 };
	static const uint8_t stop[] = { MARK_PREFIX_STOP, 0x0f, 0x31 };
	enum mark mark = decode_mark(code, size);
	qemu_plugin_exec_fn fn = mark != NR_MARKS ? on_mark : NULL;
	struct marker *m;

	if (bytes_are(code, size, start, sizeof(start)))
		fn = on_start;
	else if (bytes_are(code, size, stop, sizeof(stop)))
		fn = on_stop;
	if (!fn)
		return;
	m = need(malloc(sizeof(*m)));
	*m = (struct marker){ .i = i, .code = mark };
	qemu_plugin_register_vcpu_insn_exec_cb(insn, fn, QEMU_PLUGIN_CB_NO_REGS,
					       m);
}

/* Without prefixes that say nothing of what it does. */
static const uint8_t *skip_prefixes(const uint8_t *code, size_t *size)
{
	while (*size > 1 && (*code == 0x2e || *code == 0x3e || *code == 0xf2 ||
			     *code == 0xf3 || (*code & 0xf0) == 0x40)) {
		code++;
		--*size;
	}
	return code;
}

static bool is_call(const uint8_t *code, size_t size)
{
	return code[0] == 0xe8 ||
	       (size > 1 && code[0] == 0xff && (code[1] >> 3 & 7) == 2);
}

static bool is_return(const uint8_t *code)
{
	return code[0] == 0xc3 || code[0] == 0xc2;
}

/* Returns to user space among them. */
static bool is_jump(const uint8_t *code, size_t size)
{
	return code[0] == 0xe9 || code[0] == 0xeb || code[0] == 0xcf ||
	       (size > 1 && code[0] == 0x0f && code[1] == 0x07) ||
	       (size > 1 && code[0] == 0xff && (code[1] >> 3 & 7) == 4);
}

/* Length of the branch's displacement, 0 if it is no conditional branch. */
static size_t branch_bytes(const uint8_t *code, size_t size)
{
	if (size == 2 &&
	    ((code[0] & 0xf0) == 0x70 || (code[0] >= 0xe0 && code[0] <= 0xe3)))
		return 1;
	if (size == 6 && code[0] == 0x0f && (code[1] & 0xf0) == 0x80)
		return 4;
	return 0;
}

static void watch_end(struct block *b, struct qemu_plugin_insn *insn,
		      const uint8_t *code, size_t size)
{
	size_t nr;

	code = skip_prefixes(code, &size);
	nr = branch_bytes(code, size);
	if (nr) {
		int32_t by4;
		int8_t by1;

		memcpy(&by1, code + size - 1, 1);
		if (nr == 4)
			memcpy(&by4, code + size - 4, 4);
		b->end = END_BRANCH;
		b->branch_target = end_of(b) + (nr == 4 ? by4 : by1);
		return;
	}
	if (is_jump(code, size))
		b->end = END_JUMP;
	if (!is_call(code, size) && !is_return(code))
		return;
	b->end = END_STACK;
	/* A call by a pointer in memory loads that as well. */
	b->end_accesses = 1 + (code[0] == 0xff && code[1] >> 6 != 3);
	qemu_plugin_register_vcpu_mem_inline(insn, QEMU_PLUGIN_MEM_RW,
					     QEMU_PLUGIN_INLINE_ADD_U64,
					     &executed.end_accesses, 1);
	if (is_return(code)) {
		qemu_plugin_register_vcpu_insn_exec_inline(
			insn, QEMU_PLUGIN_INLINE_ADD_U64, &executed.returns, 1);
		qemu_plugin_register_vcpu_mem_inline(
			insn, QEMU_PLUGIN_MEM_R, QEMU_PLUGIN_INLINE_ADD_U64,
			&executed.said_loads_of_returns, 1);
	}
	if (is_kernel(b->at))
		qemu_plugin_register_vcpu_mem_cb(
			insn, is_return(code) ? on_return : on_call,
			QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
}

static void count_insn(struct qemu_plugin_insn *insn)
{
	const enum qemu_plugin_op add = QEMU_PLUGIN_INLINE_ADD_U64;

	qemu_plugin_register_vcpu_insn_exec_inline(insn, add, &executed.insns,
						   1);
	qemu_plugin_register_vcpu_mem_inline(insn, QEMU_PLUGIN_MEM_R, add,
					     &executed.said_loads, 1);
	qemu_plugin_register_vcpu_mem_inline(insn, QEMU_PLUGIN_MEM_RW, add,
					     &executed.accesses, 1);
	if (with_model)
		qemu_plugin_register_vcpu_mem_cb(insn, on_access,
						 QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW, NULL);
}

static void watch_insn(struct block *b, uint32_t i,
		       struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);

	b->offset[i + 1] = b->offset[i] + size;
	count_insn(insn);
	if (!is_kernel(b->at))
		watch_markers(insn, i, code, size);
	if (i + 1 == b->nr)
		watch_end(b, insn, code, size);
}

/* Blocks live until the end: QEMU does not say when it drops one. */
static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t nr = qemu_plugin_tb_n_insns(tb);
	struct block *b =
		need(calloc(1, sizeof(*b) + (nr + 1) * sizeof(b->offset[0])));

	b->at = qemu_plugin_tb_vaddr(tb);
	b->nr = nr;
	b->function =
		is_kernel(b->at) ? symbols_find(&symbols, b->at) : SYMBOL_USER;
	b->fault_entry = symbols_is_fault_entry(&symbols, b->at);
	for (size_t i = 0; i < nr; i++)
		watch_insn(b, i, qemu_plugin_tb_get_insn(tb, i));
	if (is_kernel(b->at))
		b->place = place_new(b->at, b->function, b->offset, nr);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block,
					     QEMU_PLUGIN_CB_NO_REGS, b);
}

/* --- begin and end --- */

static void on_end(qemu_plugin_id_t id, void *udata)
{
	if (whole) {
		if (now.block)
			count_until(now.block->nr);
		tell_loads_from_stores();
		output_point(&output, "whole\t1\t\t1", 1, &contexts, &places,
			     &symbols);
	}
	if (!output_write(&output))
		/* Not exit(), which has brought us here. */
		_exit(EXIT_FAILURE);
}

struct shapes {
	struct cache_shape l1i, l1d, ll;
};

static bool parse_switch(const char *text, bool *ret)
{
	*ret = strcmp(text, "on") == 0;
	return *ret || strcmp(text, "off") == 0;
}

static bool parse_argument(const char *arg, struct shapes *shapes)
{
	const char *value = strchr(arg, '=');
	size_t len = value ? (size_t)(value - arg) : 0;
	char name[16];

	if (!value || len >= sizeof(name))
		return false;
	memcpy(name, arg, len);
	name[len] = '\0';
	value++;
	if (strcmp(name, "out") == 0)
		return output_set_file(&output, value);
	if (strcmp(name, "symbols") == 0)
		return symbols_load(&symbols, value);
	if (strcmp(name, "model") == 0)
		return parse_switch(value, &with_model);
	if (strcmp(name, "whole") == 0)
		return parse_switch(value, &whole);
	if (strcmp(name, "l1i") == 0)
		return cache_parse_shape(value, &shapes->l1i);
	if (strcmp(name, "l1d") == 0)
		return cache_parse_shape(value, &shapes->l1d);
	if (strcmp(name, "ll") == 0)
		return cache_parse_shape(value, &shapes->ll);
	return false;
}

static bool set_up(int argc, char **argv)
{
	/* Those of the processor that machine sim names (Nehalem). */
	struct shapes shapes = {
		.l1i = { 32 << 10, 4, 64 },
		.l1d = { 32 << 10, 8, 64 },
		.ll = { 8 << 20, 16, 64 },
	};

	symbols_init(&symbols);
	contexts_init(&contexts);
	for (int i = 0; i < argc; i++) {
		if (parse_argument(argv[i], &shapes))
			continue;
		fprintf(stderr, "cgmark-tcg: cannot use argument '%s'\n",
			argv[i]);
		return false;
	}
	if (!output_begin(&output, &symbols, with_model)) {
		fprintf(stderr, "cgmark-tcg: argument out=FILE is missing\n");
		return false;
	}
	measured = whole;
	if (!with_model)
		return true;
	output_model(&output, &shapes.l1i, &shapes.l1d, &shapes.ll);
	return model_init(&model, &shapes.l1i, &shapes.l1d, &shapes.ll);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
			int argc, char **argv)
{
	if (API_VERSION < info->version.min ||
	    API_VERSION > info->version.cur) {
		fprintf(stderr,
			"cgmark-tcg: speaks version %d of the plugin interface, QEMU %d to %d\n",
			API_VERSION, info->version.min, info->version.cur);
		return -1;
	}
	if (strcmp(info->target_name, "x86_64") != 0 ||
	    (info->system_emulation && info->system.smp_vcpus != 1)) {
		fprintf(stderr, "cgmark-tcg: needs one x86_64 CPU\n");
		return -1;
	}
	if (!set_up(argc, argv))
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
	return 0;
}
