/* SPDX-License-Identifier: GPL-2.0-only */
/* What the headers of an ELF file in memory say; the file may be damaged. */
#ifndef CGMARK_ELF_FILE_H
#define CGMARK_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum elf_what {
	ELF_WHAT_NONE, /* no ELF file */
	ELF_WHAT_OTHER,
	ELF_WHAT_X86_64,
};

enum elf_what elf_file_what(const void *data, size_t len);

/* All segments and the tables of segments and sections are within the file. */
bool elf_file_is_whole(const void *data, size_t len);

/*
 * The loader that a program names; *ret is NULL for a static one.  The caller
 * frees.  -ENOEXEC: no 64-bit program, or a damaged one.
 */
int elf_file_loader(const void *data, size_t len, char **ret);

#endif
