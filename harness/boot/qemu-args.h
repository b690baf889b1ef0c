/* SPDX-License-Identifier: GPL-2.0-only */
/* The arguments with which QEMU boots an image. */
#ifndef CGMARK_QEMU_ARGS_H
#define CGMARK_QEMU_ARGS_H

#include "machine.h"

#define QEMU_ARGS_MAX 96

struct qemu_mode {
	const char *accel; /* words, separated by blanks */
	const char *cpu;
	const char *cmdline;
	const char *rtc;
	const char *text; /* for the provenance */
};

extern const struct qemu_mode qemu_sim;
extern const struct qemu_mode qemu_real; /* sim with the host's time */
extern const struct qemu_mode qemu_kvm;

struct qemu_args {
	char *v[QEMU_ARGS_MAX + 1]; /* NULL at the end */
	size_t nr;
};

/* fds: write ends of the channels, which QEMU inherits. */
void qemu_args_build(struct qemu_args *a, const struct qemu_mode *mode,
		     const struct boot_image *img, const char *qemu,
		     const char *initrd, const int *fds, unsigned vcpus);
/*
 * Count by function, or record what CPUs share: img->tcg_plugin, with the files
 * that name the symbols and, for the latter, the variables.
 */
void qemu_args_add_plugin(struct qemu_args *a, const struct boot_image *img,
			  const char *symbols, const char *objects,
			  unsigned vcpus);
void qemu_args_release(struct qemu_args *a);

#endif
