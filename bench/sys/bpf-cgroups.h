/* SPDX-License-Identifier: GPL-2.0-only */
/* A BPF program that runs for each cgroup below one, v1 or v2, and what it says. */
#ifndef CGMARK_BPF_CGROUPS_H
#define CGMARK_BPF_CGROUPS_H

#include <bpf/btf.h>
#include <stddef.h>

#include "bpf-code.h"

/* All that a walk can say: the kernel has no second part of it. */
#define BPF_CGROUPS_BYTES 32768

/* What stays in these registers, from the beginning of a program on. */
#define BPF_CGROUPS_GROUP BPF_REG_6
#define BPF_CGROUPS_SEQ BPF_REG_7

void bpf_cgroups_begin(struct bpf_code *c);
/* Say what is on the stack, from off on. */
void bpf_cgroups_say(struct bpf_code *c, int off, unsigned bytes);
void bpf_cgroups_end(struct bpf_code *c);

#define BPF_CGROUPS_WHY_MAX 200
/*
 * A link for walks over the cgroup and all below it, parents first; it may
 * sleep.  -errno, and why has the last words of the kernel's verifier.
 */
int bpf_cgroups_link(const struct btf *btf, const struct bpf_code *c,
		     int cgroup_fd, char why[BPF_CGROUPS_WHY_MAX]);
/* Walk once, with one read of at most BPF_CGROUPS_BYTES: bytes, or -errno. */
int bpf_cgroups_walk(int link, void *buf, size_t size);
/*
 * Memory of the kernel at a symbol, which need not be exported; the cgroup is
 * any one.  At most 256 bytes.  -ENOENT: no such symbol.
 */
int bpf_cgroups_peek(const struct btf *btf, int cgroup_fd, const char *symbol,
		     void *buf, size_t size);

#endif
