/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_SELF_H
#define CGMARK_SELF_H

/* The path of this very program; caller frees. */
char *self_path(void);

#endif
