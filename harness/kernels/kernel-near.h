/* SPDX-License-Identifier: GPL-2.0-only */
/* Which kernels share most of their objects, as far as their specs tell. */
#ifndef CGMARK_KERNEL_NEAR_H
#define CGMARK_KERNEL_NEAR_H

#include <stdbool.h>

#include "kernel-spec.h"

/*
 * Would next be built with much less work if first was kept?  Not if they differ
 * in a patch of a header below include/, on which most objects depend, or come
 * from places of which build.sh takes no objects over.
 */
bool kernel_is_near(const struct kernel_spec *first,
		    const struct kernel_spec *next);

#endif
