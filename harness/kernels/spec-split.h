/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a word that names a kernel, "WHAT,key=value,...". */
#ifndef CGMARK_SPEC_SPLIT_H
#define CGMARK_SPEC_SPLIT_H

#include <stddef.h>

#include "exit-status.h"
#include "kernels-ini.h"

/*
 * Length of WHAT or of an option in "WHAT,key=value,...".  A comma belongs to a
 * path, unless KEY= follows.
 */
size_t kernel_spec_item_len(const char *item);
/*
 * Splits text; WHAT becomes the source, unchecked.  word: all of it, for messages.
 * ST_USAGE, logged, for an unknown key or one that is given twice; the caller
 * releases *ret in any case.
 */
enum exit_status kernel_spec_split(const char *word, const char *text,
				   struct kernel_opts *ret);

#endif
