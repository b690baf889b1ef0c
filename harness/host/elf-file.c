/* SPDX-License-Identifier: GPL-2.0-only */
#include "elf-file.h"

#include <gelf.h>

#include "alloc.h"

static void elf_endp(Elf **elf)
{
	if (*elf)
		elf_end(*elf);
}

/* NULL if this is no ELF file with a whole header.  libelf only reads it. */
static Elf *open_memory(const void *data, size_t len, GElf_Ehdr *head)
{
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_memory((char *)(uintptr_t)data, len);
	if (elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, head))
		return elf;
	elf_endp(&elf);
	return NULL;
}

enum elf_what elf_file_what(const void *data, size_t len)
{
	GElf_Ehdr head;
	_cleanup_(elf_endp) Elf *elf = open_memory(data, len, &head);

	if (!elf)
		return ELF_WHAT_NONE;
	return gelf_getclass(elf) == ELFCLASS64 && head.e_machine == EM_X86_64
		       ? ELF_WHAT_X86_64
		       : ELF_WHAT_OTHER;
}

static bool is_within(size_t len, uint64_t at, uint64_t nr, uint64_t size)
{
	return at <= len && (!size || nr <= (len - at) / size);
}

bool elf_file_is_whole(const void *data, size_t len)
{
	GElf_Ehdr head;
	_cleanup_(elf_endp) Elf *elf = open_memory(data, len, &head);

	/* libelf leaves out what is beyond the end of the file. */
	if (!elf ||
	    !is_within(len, head.e_phoff, head.e_phnum, head.e_phentsize) ||
	    !is_within(len, head.e_shoff, head.e_shnum, head.e_shentsize))
		return false;
	for (int i = 0; i < head.e_phnum; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(elf, i, &ph) ||
		    !is_within(len, ph.p_offset, 1, ph.p_filesz))
			return false;
	}
	return true;
}

/* The text of a segment, NULL if it is not in the file. */
static char *text_of(Elf *elf, const GElf_Phdr *ph)
{
	Elf_Data *data = elf_getdata_rawchunk(elf, ph->p_offset, ph->p_filesz,
					      ELF_T_BYTE);

	return data && data->d_buf ? xstrndup(data->d_buf, data->d_size) : NULL;
}

int elf_file_loader(const void *data, size_t len, char **ret)
{
	GElf_Ehdr head;
	_cleanup_(elf_endp) Elf *elf = open_memory(data, len, &head);
	size_t nr;

	*ret = NULL;
	/* libelf leaves out what is beyond the end of the file. */
	if (!elf || gelf_getclass(elf) != ELFCLASS64 ||
	    elf_getphdrnum(elf, &nr) < 0 ||
	    (head.e_phnum != PN_XNUM && nr != head.e_phnum))
		return -ENOEXEC;
	for (size_t i = 0; i < nr; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(elf, i, &ph))
			return -ENOEXEC;
		if (ph.p_type != PT_INTERP)
			continue;
		*ret = text_of(elf, &ph);
		return *ret ? 0 : -ENOEXEC;
	}
	return 0;
}
