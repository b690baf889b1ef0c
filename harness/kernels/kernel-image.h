/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernels given as image:PATH: nothing is built. */
#ifndef CGMARK_KERNEL_IMAGE_H
#define CGMARK_KERNEL_IMAGE_H

#include "exit-status.h"
#include "kernel-spec.h"

/*
 * Checks that the image is a 64-bit x86 ELF file and fills *ret; its hash is
 * the kernel key.  Errors are logged.
 */
enum exit_status kernel_image(const struct kernel_spec *spec,
			      struct run_kernel *ret);

#endif
