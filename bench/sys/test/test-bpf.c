/* SPDX-License-Identifier: GPL-2.0-only */
/* Offsets by types that are made up, and instructions as the kernel has them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bpf-code.h"
#include "bpf-types.h"

/*
 * typedef struct { long counter; } atomic_t;
 * struct counter { atomic_t usage; unsigned long max; };
 * struct group {
 *	int id;
 *	unsigned char flag : 1;
 *	struct counter memory;
 *	union { struct counter swap; struct counter memsw; };
 *	const long states[4];
 *	struct group *parent;
 * };
 * enum item { ANON = 3, FILE = 7 };
 */
static struct btf *make_types(void)
{
	struct btf *btf = btf__new_empty();
	int number = btf__add_int(btf, "long", 8, BTF_INT_SIGNED);
	int small = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int atomic, counter, both, states, type;

	type = btf__add_struct(btf, NULL, 8);
	btf__add_field(btf, "counter", number, 0, 0);
	atomic = btf__add_typedef(btf, "atomic_t", type);
	counter = btf__add_struct(btf, "counter", 16);
	btf__add_field(btf, "usage", atomic, 0, 0);
	btf__add_field(btf, "max", number, 64, 0);
	both = btf__add_union(btf, NULL, 16);
	btf__add_field(btf, "swap", counter, 0, 0);
	btf__add_field(btf, "memsw", counter, 0, 0);
	states = btf__add_const(btf, btf__add_array(btf, small, number, 4));
	type = btf__add_ptr(btf, counter);
	btf__add_struct(btf, "group", 88);
	btf__add_field(btf, "id", small, 0, 0);
	btf__add_field(btf, "flag", small, 32, 1);
	btf__add_field(btf, "memory", counter, 64, 0);
	btf__add_field(btf, NULL, both, 192, 0);
	btf__add_field(btf, "states", states, 320, 0);
	btf__add_field(btf, "parent", type, 576, 0);
	btf__add_enum(btf, "item", 4);
	btf__add_enum_value(btf, "ANON", 3);
	btf__add_enum_value(btf, "FILE", 7);
	return btf;
}

static void check_field(const struct btf *btf, const char *path,
			unsigned offset, unsigned bytes)
{
	struct bpf_field f;

	assert_int_equal(bpf_types_field(btf, path, &f), 0);
	assert_int_equal(f.offset, offset);
	assert_int_equal(f.bytes, bytes);
}

static void fields(void **state)
{
	struct btf *btf = make_types();

	check_field(btf, "group.id", 0, 4);
	check_field(btf, "group.memory.usage.counter", 8, 8);
	check_field(btf, "group.memory.max", 16, 8);
	check_field(btf, "group.memsw.max", 32, 8);
	check_field(btf, "group.states", 40, 8);
	check_field(btf, "group.parent", 72, 8);
	btf__free(btf);
}

static void no_fields(void **state)
{
	static const char *const none[] = {
		"nothing.id",	   "group.nothing",	"group.flag",
		"group.memory.no", "group.id.counter",	"group.parent.max",
		"group.mem",	   "group.memory.usag", "group..max",
	};
	struct btf *btf = make_types();
	struct bpf_field f;

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_int_equal(bpf_types_field(btf, none[i], &f), -ENOENT);
	btf__free(btf);
}

static void enums(void **state)
{
	struct btf *btf = make_types();
	unsigned value;

	assert_int_equal(bpf_types_value(btf, "item", "FILE", &value), 0);
	assert_int_equal(value, 7);
	assert_int_equal(bpf_types_value(btf, "item", "SHMEM", &value),
			 -ENOENT);
	assert_int_equal(bpf_types_value(btf, "items", "FILE", &value),
			 -ENOENT);
	btf__free(btf);
}

static void instructions(void **state)
{
	static struct bpf_code c;
	unsigned jump;

	bpf_code_load(&c, BPF_REG_2, BPF_REG_9, 24, 4);
	assert_int_equal(c.insns[0].code, 0x61);
	assert_int_equal(c.insns[0].dst_reg, 2);
	assert_int_equal(c.insns[0].src_reg, 9);
	assert_int_equal(c.insns[0].off, 24);
	bpf_code_store(&c, BPF_REG_10, -8, BPF_REG_2);
	assert_int_equal(c.insns[1].code, 0x7b);
	assert_int_equal(c.insns[1].off, -8);
	bpf_code_set(&c, BPF_REG_3, 0x1234567890abcdef);
	assert_int_equal(c.insns[2].code, 0x18);
	assert_int_equal((uint32_t)c.insns[2].imm, 0x90abcdef);
	assert_int_equal(c.insns[3].imm, 0x12345678);
	jump = bpf_code_jump(&c, BPF_JEQ, BPF_REG_1, 0);
	bpf_code_op(&c, BPF_LSH, BPF_REG_2, 12);
	bpf_code_loop(&c, 4);
	bpf_code_land(&c, jump);
	assert_int_equal(c.insns[4].off, 2);
	assert_int_equal(c.insns[5].code, 0x67);
	assert_int_equal(c.insns[6].off, -3);
	bpf_code_kfunc(&c, 77);
	assert_int_equal(c.insns[7].src_reg, BPF_PSEUDO_KFUNC_CALL);
	bpf_code_return(&c, 0);
	assert_int_equal(c.nr, 10);
	assert_false(c.bad);
}

static void what_does_not_fit(void **state)
{
	static struct bpf_code c;

	bpf_code_load(&c, BPF_REG_2, BPF_REG_9, 40000, 8);
	assert_true(c.bad);
	c.bad = false;
	bpf_code_load(&c, BPF_REG_2, BPF_REG_9, 0, 16);
	assert_true(c.bad);
	c.bad = false;
	for (unsigned i = 0; i < BPF_CODE_MAX - 2; i++)
		bpf_code_move(&c, BPF_REG_1, BPF_REG_2);
	assert_false(c.bad);
	bpf_code_move(&c, BPF_REG_1, BPF_REG_2);
	assert_true(c.bad);
	assert_int_equal(c.nr, BPF_CODE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(no_fields),
		cmocka_unit_test(enums),
		cmocka_unit_test(instructions),
		cmocka_unit_test(what_does_not_fit),
	};

	return cmocka_run_group_tests_name("bpf", tests, NULL, NULL);
}
