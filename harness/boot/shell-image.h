/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The image of a guest to work in: the benchmarks, busybox under all its names,
 * programs of the host, and a copy of a folder as /host.
 */
#ifndef CGMARK_SHELL_IMAGE_H
#define CGMARK_SHELL_IMAGE_H

#include "exit-status.h"
#include "macro.h"

#define SHELL_IMAGE_FOLDER "/host"

struct shell_image {
	const char *bench_dir;
	const char *const *programs; /* of the host, by name */
	size_t nr_programs;
	const char *command; /* of the host, if nothing else has it; or NULL */
	const char *folder;  /* as /host; NULL: it is empty */
	bool folder_asked;   /* too large a one is an error, else a warning */
};

/* Writes it to path; *size is that of the file.  Errors are logged. */
enum exit_status shell_image_build(const struct shell_image *img,
				   const char *path, uint64_t *size);

#endif
