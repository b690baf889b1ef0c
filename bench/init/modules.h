/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modules of a distribution's kernel, which lie in the guest's image beside the
 * plan.  A kernel that has all built in comes without any.
 */
#ifndef CGMARK_MODULES_H
#define CGMARK_MODULES_H

#include <stddef.h>

/*
 * Loads the files that DIR/list names, one a line and its options behind it, in
 * this order.  One that the kernel has already is as good.  0, or -errno with
 * the reason in why.
 */
int modules_load(const char *dir, char *why, size_t size);

#endif
