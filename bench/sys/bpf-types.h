/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the running kernel has its fields, by the types that it tells (BTF). */
#ifndef CGMARK_BPF_TYPES_H
#define CGMARK_BPF_TYPES_H

#include <bpf/btf.h>

struct bpf_field {
	unsigned offset, bytes; /* of one element, if it is an array */
};

/*
 * "mem_cgroup.memory.usage.counter": a struct, then members, also those of
 * anonymous structs and unions.  -ENOENT: there is no such member, or it is of
 * single bits.
 */
int bpf_types_field(const struct btf *btf, const char *path,
		    struct bpf_field *ret);
/* The value of a name in an enum; -ENOENT. */
int bpf_types_value(const struct btf *btf, const char *of, const char *name,
		    unsigned *ret);

#endif
