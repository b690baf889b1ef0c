/* SPDX-License-Identifier: GPL-2.0-only */
#include "bpf-code.h"

static void add(struct bpf_code *c, struct bpf_insn insn)
{
	if (c->nr == BPF_CODE_MAX)
		c->bad = true;
	else
		c->insns[c->nr++] = insn;
}

static int size_of(struct bpf_code *c, unsigned bytes)
{
	switch (bytes) {
	case 1:
		return BPF_B;
	case 2:
		return BPF_H;
	case 4:
		return BPF_W;
	case 8:
		return BPF_DW;
	default:
		c->bad = true;
		return 0;
	}
}

void bpf_code_load(struct bpf_code *c, int dst, int src, int off,
		   unsigned bytes)
{
	if (off > INT16_MAX || off < INT16_MIN)
		c->bad = true;
	add(c, (struct bpf_insn){ .code = BPF_LDX | BPF_MEM | size_of(c, bytes),
				  .dst_reg = dst,
				  .src_reg = src,
				  .off = off });
}

void bpf_code_store(struct bpf_code *c, int dst, int off, int src)
{
	add(c, (struct bpf_insn){ .code = BPF_STX | BPF_MEM | BPF_DW,
				  .dst_reg = dst,
				  .src_reg = src,
				  .off = off });
}

void bpf_code_move(struct bpf_code *c, int dst, int src)
{
	bpf_code_op_reg(c, BPF_MOV, dst, src);
}

/* An instruction has room for half of it: the other is in the next. */
void bpf_code_set(struct bpf_code *c, int dst, uint64_t value)
{
	add(c, (struct bpf_insn){ .code = BPF_LD | BPF_IMM | BPF_DW,
				  .dst_reg = dst,
				  .imm = (uint32_t)value });
	add(c, (struct bpf_insn){ .imm = value >> 32 });
}

void bpf_code_op(struct bpf_code *c, int op, int dst, int imm)
{
	add(c, (struct bpf_insn){ .code = BPF_ALU64 | BPF_K | op,
				  .dst_reg = dst,
				  .imm = imm });
}

void bpf_code_op_reg(struct bpf_code *c, int op, int dst, int src)
{
	add(c, (struct bpf_insn){ .code = BPF_ALU64 | BPF_X | op,
				  .dst_reg = dst,
				  .src_reg = src });
}

unsigned bpf_code_jump(struct bpf_code *c, int op, int dst, int imm)
{
	add(c, (struct bpf_insn){ .code = BPF_JMP | BPF_K | op,
				  .dst_reg = dst,
				  .imm = imm });
	return c->nr - 1;
}

unsigned bpf_code_jump_reg(struct bpf_code *c, int op, int dst, int src)
{
	add(c, (struct bpf_insn){ .code = BPF_JMP | BPF_X | op,
				  .dst_reg = dst,
				  .src_reg = src });
	return c->nr - 1;
}

void bpf_code_land(struct bpf_code *c, unsigned jump)
{
	c->insns[jump].off = c->nr - jump - 1;
}

void bpf_code_loop(struct bpf_code *c, unsigned to)
{
	add(c, (struct bpf_insn){ .code = BPF_JMP | BPF_JA,
				  .off = (int)to - (int)c->nr - 1 });
}

void bpf_code_helper(struct bpf_code *c, int id)
{
	add(c, (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = id });
}

void bpf_code_kfunc(struct bpf_code *c, int btf_id)
{
	add(c, (struct bpf_insn){ .code = BPF_JMP | BPF_CALL,
				  .src_reg = BPF_PSEUDO_KFUNC_CALL,
				  .imm = btf_id });
}

void bpf_code_return(struct bpf_code *c, int value)
{
	bpf_code_op(c, BPF_MOV, BPF_REG_0, value);
	add(c, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
}
