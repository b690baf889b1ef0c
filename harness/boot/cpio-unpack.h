/* SPDX-License-Identifier: GPL-2.0-only */
/* Unpacks what cpio.h wrote, where no kernel does it. */
#ifndef CGMARK_CPIO_UNPACK_H
#define CGMARK_CPIO_UNPACK_H

#include "strbuf.h"

/*
 * Folders, files and symbolic links of an archive below the folder dirfd, up to
 * its trailer; devices are left out.  -EBADMSG: no such archive, or a name that
 * leads out of the folder; else -errno.  *name (caller frees) is the entry then.
 */
int cpio_unpack(const char *data, size_t len, int dirfd, char **name);

#endif
