/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_NIGHT_THIN_H
#define CGMARK_NIGHT_THIN_H

#include "cmd.h"

/*
 * Compresses raw files of nightly runs that are older than so many nights, and
 * removes console logs of boots that ended well from those that are older still
 * (cgmark.1, NIGHTLY).  Runs by hand stay as they are.  -errno, logged.
 */
int night_thin(const struct env *env, unsigned keep, unsigned thin,
	       const char *night);

#endif
