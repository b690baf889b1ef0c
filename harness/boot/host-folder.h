/* SPDX-License-Identifier: GPL-2.0-only */
/* A folder of the host, copied into the guest's image. */
#ifndef CGMARK_HOST_FOLDER_H
#define CGMARK_HOST_FOLDER_H

#include "cpio.h"

/* More files than this take longer to copy than anybody wants to wait. */
#define HOST_FOLDER_FILES_MAX 50000

/*
 * Adds the files, folders and links of dir, which stay on its file system, as
 * guest/...  Devices, sockets and FIFOs are left out, and so is what cannot be
 * read, with a warning.  -EFBIG: more than max_bytes, or too many files; -errno:
 * the folder itself cannot be read.  Neither is logged, and nothing was added.
 */
int host_folder_add(struct cpio *c, const char *dir, const char *guest,
		    uint64_t max_bytes);

#endif
