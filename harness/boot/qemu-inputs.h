/* SPDX-License-Identifier: GPL-2.0-only */
/* What decides what QEMU makes of a boot. */
#ifndef CGMARK_QEMU_INPUTS_H
#define CGMARK_QEMU_INPUTS_H

#include "boot-inputs.h"
#include "qemu-args.h"

/*
 * The program and its firmware.  -EOPNOTSUPP: qemu is a script, whose content
 * does not tell what it runs.
 */
int qemu_inputs_program(struct boot_inputs *ret, const char *qemu,
			const char *version);
/* The arguments, with words in place of this host's paths, and the plugin. */
int qemu_inputs_boot(struct boot_inputs *ret, const struct qemu_mode *mode,
		     const struct boot_image *img, unsigned vcpus);

#endif
