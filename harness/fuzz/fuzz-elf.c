/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernels given as image:PATH, and programs for a guest. */
#include <stdlib.h>

#include "alloc.h"
#include "elf-file.h"
#include "fuzz.h"
#include "symbols.h"

void fuzz_one(const char *text, size_t len)
{
	_cleanup_strbuf_ struct strbuf lines = STRBUF_INIT;
	_cleanup_free_ char *loader = NULL;
	struct code_part *parts = NULL;
	const char *path;
	size_t nr;

	elf_file_what(text, len);
	if (elf_file_loader(text, len, &loader) == 0 && loader)
		fuzz_check(strlen(loader) < len);
	if (!elf_file_is_whole(text, len))
		return;
	path = fuzz_file("vmlinux", text, len);
	symbols_format(path, &lines);
	if (symbols_parts(path, "find_css_set", &parts, &nr) == 0)
		free(parts);
}
