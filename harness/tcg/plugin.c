/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plugin for QEMU's TCG that counts what the measured parts of each point
 * execute, by kernel function and caller (profile.h).  The runner executes
 * marker instructions to tell which point runs and where a measured part begins
 * and ends (mark.h).
 *
 * With sharing=on it records in its place what CPUs share (sharing-watch.h), with
 * locks=on how long locks are held (holds-watch.h).
 *
 * This file instruments what QEMU translates, and follows the markers; count.c
 * counts.
 *
 * Arguments: out=FILE (required), symbols=FILE, model=on|off, running=N (CPUs that
 * ever run, where there are more), and for tests
 * l1i=, l1d=, ll=BYTES:WAYS:LINE and whole=on, which treats the whole
 * execution as one measured part; for sharing and locks objects=FILE (objects.h)
 * and, for tests, lines=N, the size of the table of sharing.  A symbols file has one "HEXADDRESS NAME" a
 * line, ascending; the name "-" ends the function before it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "announce.h"
#include "api.h"
#include "count.h"
#include "holds-watch.h"
#include "output.h"
#include "sharing-watch.h"
#include "sharing.h"
#include "symbols.h"

API_EXPORT int qemu_plugin_version = API_VERSION;

/* A marker in a block. */
struct marker {
	uint32_t i; /* which instruction it is */
	enum mark code;
};

static struct symbols symbols;
static struct output output;
static bool whole;
static bool sharing, locks; /* the other plugins in this file */
static char *objects;
static unsigned max_lines;
static unsigned running; /* CPUs; 0: all that there are */
static struct announce announce;

/* --- markers --- */

static void start_point(void)
{
	announce_begin(&announce);
	counts.measured = false;
	if (counts.with_model)
		model_reset(&counts.model);
}

static void write_point(const char *text, uint64_t samples)
{
	count_tell_loads();
	output_point(&output, text, samples, &counts.contexts, &counts.places,
		     &symbols);
}

static void on_mark(unsigned vcpu, void *udata)
{
	const struct marker *m = udata;

	switch (m->code) {
	case MARK_BIT_0:
	case MARK_BIT_1:
		announce_bit(&announce, m->code == MARK_BIT_1);
		break;
	case MARK_POINT:
		start_point();
		break;
	case MARK_SAMPLES:
		announce_end(&announce);
		count_clear();
		break;
	case MARK_END:
		write_point(announce.text, counts.nr_measured);
		announce.text[0] = '\0';
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
	const struct marker *m = udata;

	count_start(m->i);
}

static void on_stop(unsigned vcpu, void *udata)
{
	const struct marker *m = udata;

	count_stop(m->i);
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

static void watch_markers(struct qemu_plugin_insn *insn, uint32_t i,
			  const uint8_t *code, size_t size)
{
	enum mark mark = decode_mark(code, size);
	qemu_plugin_exec_fn fn = mark != NR_MARKS ? on_mark : NULL;
	struct marker *m;

	if (decode_is_start(code, size))
		fn = on_start;
	else if (decode_is_stop(code, size))
		fn = on_stop;
	if (!fn)
		return;
	m = need(malloc(sizeof(*m)));
	*m = (struct marker){ .i = i, .code = mark };
	qemu_plugin_register_vcpu_insn_exec_cb(insn, fn, QEMU_PLUGIN_CB_NO_REGS,
					       m);
}

static void watch_stack(const struct block *b, struct qemu_plugin_insn *insn,
			bool is_return)
{
	const enum qemu_plugin_op add = QEMU_PLUGIN_INLINE_ADD_U64;

	qemu_plugin_register_vcpu_mem_inline(insn, QEMU_PLUGIN_MEM_RW, add,
					     &executed.end_accesses, 1);
	if (is_return) {
		qemu_plugin_register_vcpu_insn_exec_inline(
			insn, add, &executed.returns, 1);
		qemu_plugin_register_vcpu_mem_inline(
			insn, QEMU_PLUGIN_MEM_R, add,
			&executed.said_loads_of_returns, 1);
	}
	if (is_kernel(b->at))
		qemu_plugin_register_vcpu_mem_cb(
			insn, is_return ? count_on_return : count_on_call,
			QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
}

static void watch_end(struct block *b, struct qemu_plugin_insn *insn,
		      const uint8_t *code, size_t size)
{
	struct insn_end end = decode_end(code, size);

	b->end = end.end;
	b->end_accesses = end.accesses;
	if (end.end == END_BRANCH)
		b->branch_target = end_of(b) + end.displacement;
	if (end.end == END_STACK)
		watch_stack(b, insn, end.is_return);
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
	if (counts.with_model)
		qemu_plugin_register_vcpu_mem_cb(insn, count_on_access,
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

/* Blocks live until the end: QEMU does not tell when it drops one. */
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
	qemu_plugin_register_vcpu_tb_exec_cb(tb, count_on_block,
					     QEMU_PLUGIN_CB_NO_REGS, b);
}

/* --- begin and end --- */

static void on_end(qemu_plugin_id_t id, void *udata)
{
	if (whole) {
		count_last_block();
		write_point("whole\t1\t\t1", 1);
	}
	if (!stream_write(&output.stream))
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

static bool keep_text(const char *text, char **ret)
{
	*ret = strdup(text);
	return *ret != NULL;
}

/* A power of two. */
static bool parse_lines(const char *text, unsigned *ret)
{
	char *end;

	*ret = strtoul(text, &end, 10);
	return !*end && *ret >= 2 && *ret <= 1u << 24 && !(*ret & (*ret - 1));
}

static bool parse_running(const char *text)
{
	char *end;

	running = strtoul(text, &end, 10);
	return !*end && running > 0 && running <= SHARING_CPUS;
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
		return stream_set_file(&output.stream, value);
	if (strcmp(name, "symbols") == 0)
		return symbols_load(&symbols, value);
	if (strcmp(name, "objects") == 0)
		return keep_text(value, &objects);
	if (strcmp(name, "lines") == 0)
		return parse_lines(value, &max_lines);
	if (strcmp(name, "running") == 0)
		return parse_running(value);
	if (strcmp(name, "sharing") == 0)
		return parse_switch(value, &sharing);
	if (strcmp(name, "locks") == 0)
		return parse_switch(value, &locks);
	if (strcmp(name, "model") == 0)
		return parse_switch(value, &counts.with_model);
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

static bool parse_arguments(int argc, char **argv, struct shapes *shapes)
{
	symbols_init(&symbols);
	for (int i = 0; i < argc; i++) {
		if (parse_argument(argv[i], shapes))
			continue;
		fprintf(stderr, "cgmark-tcg: cannot use argument '%s'\n",
			argv[i]);
		return false;
	}
	if (output.stream.path)
		return true;
	fprintf(stderr, "cgmark-tcg: argument out=FILE is missing\n");
	return false;
}

static bool set_up_counts(const struct shapes *shapes)
{
	contexts_init(&counts.contexts);
	output_begin(&output, &symbols, counts.with_model);
	counts.measured = whole;
	if (!counts.with_model)
		return true;
	output_model(&output, &shapes->l1i, &shapes->l1d, &shapes->ll);
	return model_init(&counts.model, &shapes->l1i, &shapes->l1d,
			  &shapes->ll);
}

static bool start_counting(qemu_plugin_id_t id, const struct shapes *shapes)
{
	if (!set_up_counts(shapes))
		return false;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
	return true;
}

static bool start(qemu_plugin_id_t id, int argc, char **argv)
{
	/* Those of the processor that machine sim names (Nehalem). */
	struct shapes shapes = {
		.l1i = { 32 << 10, 4, 64 },
		.l1d = { 32 << 10, 8, 64 },
		.ll = { 8 << 20, 16, 64 },
	};

	if (!parse_arguments(argc, argv, &shapes))
		return false;
	if (locks)
		return holds_watch_start(id, &(struct holds_watch){
						     .symbols = &symbols,
						     .objects = objects,
						     .stream = &output.stream,
					     });
	if (!sharing)
		return start_counting(id, &shapes);
	return sharing_watch_start(id, &(struct sharing_watch){
					       .symbols = &symbols,
					       .objects = objects,
					       .stream = &output.stream,
					       .max_lines = max_lines,
				       });
}

/*
 * Counts are of one CPU; sharing is among several.  What never runs is never seen.
 */
static bool fits_cpus(const struct qemu_info *info)
{
	int most = sharing ? SHARING_CPUS : 1;
	int nr = running ? (int)running : info->system.smp_vcpus;

	if (!info->system_emulation || nr <= most)
		return true;
	fprintf(stderr, "cgmark-tcg: needs at most %d CPU%s\n", most,
		most == 1 ? "" : "s");
	return false;
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
	if (strcmp(info->target_name, "x86_64") != 0) {
		fprintf(stderr, "cgmark-tcg: needs x86_64\n");
		return -1;
	}
	if (!start(id, argc, argv) || !fits_cpus(info))
		return -1;
	return 0;
}
