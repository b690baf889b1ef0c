/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF programs, instruction by instruction: no compiler for them is needed, and
 * offsets can be those of the running kernel.
 */
#ifndef CGMARK_BPF_CODE_H
#define CGMARK_BPF_CODE_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

#define BPF_CODE_MAX 2048
#define BPF_STACK_BYTES 512

struct bpf_code {
	struct bpf_insn insns[BPF_CODE_MAX];
	unsigned nr;
	bool bad; /* something did not fit: it is not to be loaded */
};

/* dst = *(src + off), of 1, 2, 4 or 8 bytes, without sign. */
void bpf_code_load(struct bpf_code *c, int dst, int src, int off,
		   unsigned bytes);
/* *(dst + off) = src, 8 bytes. */
void bpf_code_store(struct bpf_code *c, int dst, int off, int src);
void bpf_code_move(struct bpf_code *c, int dst, int src);
void bpf_code_set(struct bpf_code *c, int dst, uint64_t value);
/* dst OP= imm, dst OP= src; op: BPF_ADD and such. */
void bpf_code_op(struct bpf_code *c, int op, int dst, int imm);
void bpf_code_op_reg(struct bpf_code *c, int op, int dst, int src);
/*
 * if (dst OP imm), or src, go to where bpf_code_land() says, which takes what
 * this returns; op: BPF_JEQ and such.
 */
unsigned bpf_code_jump(struct bpf_code *c, int op, int dst, int imm);
unsigned bpf_code_jump_reg(struct bpf_code *c, int op, int dst, int src);
void bpf_code_land(struct bpf_code *c, unsigned jump);
/* Back to an instruction that is there. */
void bpf_code_loop(struct bpf_code *c, unsigned to);
/* Arguments are in registers 1 to 5, which are lost, the result is in 0. */
void bpf_code_helper(struct bpf_code *c, int id);
void bpf_code_kfunc(struct bpf_code *c, int btf_id);
void bpf_code_return(struct bpf_code *c, int value);

#endif
