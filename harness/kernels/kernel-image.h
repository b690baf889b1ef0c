/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernels given as image:PATH, of a vmlinux: nothing is built. */
#ifndef CGMARK_KERNEL_IMAGE_H
#define CGMARK_KERNEL_IMAGE_H

#include <stdbool.h>

#include "exit-status.h"
#include "kernel-spec.h"

/* Has it the setup header of a bzImage?  What cannot be read has none. */
bool kernel_image_is_compressed(const char *path);
/*
 * Checks that the image is a 64-bit x86 ELF file and fills *ret; its hash is
 * the kernel key.  Errors are logged.
 */
enum exit_status kernel_image(const struct kernel_spec *spec,
			      struct run_kernel *ret);

#endif
