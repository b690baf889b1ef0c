/* SPDX-License-Identifier: GPL-2.0-only */
#include "debug-info.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>

#include "alloc.h"
#include "log.h"

struct debug_info {
	int fd;
	Dwarf *dw; /* NULL: the file has none */
};

static void debug_info_close(struct debug_info *d)
{
	dwarf_end(d->dw);
	cleanup_close(&d->fd);
}

/* The caller closes ret even after an error.  -errno, logged. */
static int debug_info_open(const char *vmlinux, struct debug_info *ret)
{
	Elf *elf;

	*ret = (struct debug_info){ .fd = open(vmlinux, O_RDONLY | O_CLOEXEC) };
	if (ret->fd < 0)
		return log_err_errno(errno, "cannot read %s", vmlinux);
	elf_version(EV_CURRENT);
	elf = elf_begin(ret->fd, ELF_C_READ_MMAP, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF) {
		log_err("%s is not an ELF file", vmlinux);
		elf_end(elf);
		return -ENOEXEC;
	}
	elf_end(elf);
	ret->dw = dwarf_begin(ret->fd, DWARF_C_READ);
	return 0;
}

/* The next compilation unit; false behind the last. */
static bool next_unit(Dwarf *dw, Dwarf_CU **cu, Dwarf_Die *ret)
{
	return dwarf_get_units(dw, *cu, cu, NULL, NULL, ret, NULL) == 0;
}

int vmlinux_has_lines(const char *vmlinux)
{
	_cleanup_(debug_info_close) struct debug_info d;
	int r = debug_info_open(vmlinux, &d);
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit;

	while (r == 0 && d.dw && next_unit(d.dw, &cu, &unit)) {
		Dwarf_Lines *lines;
		size_t nr;

		if (dwarf_getsrclines(&unit, &lines, &nr) == 0 && nr > 0)
			return 1;
	}
	return r;
}

/*
 * Starts with the unit found last.  The index of addresses is no help: it can
 * lack units, and clang makes none.
 */
static bool find_unit(Dwarf *dw, uint64_t at, Dwarf_Die *unit, bool known)
{
	Dwarf_CU *cu = NULL;

	if (known && dwarf_haspc(unit, at) > 0)
		return true;
	if (dwarf_addrdie(dw, at, unit))
		return true;
	while (next_unit(dw, &cu, unit)) {
		if (dwarf_haspc(unit, at) > 0)
			return true;
	}
	return false;
}

/* The innermost scope around an address, with what it is inlined into. */
static int find_scopes(Dwarf_Die *unit, uint64_t at, Dwarf_Die **ret)
{
	Dwarf_Die *scopes, inner;
	int nr = dwarf_getscopes(unit, at, &scopes);

	if (nr <= 0)
		return 0;
	/* What surrounds it there is its definition, not its caller. */
	inner = scopes[0];
	free(scopes);
	nr = dwarf_getscopes_die(&inner, ret);
	return nr > 0 ? nr : 0;
}

/* Resolves names that are relative to the unit's folder. */
static char *whole_name(Dwarf_Die *unit, const char *name)
{
	Dwarf_Attribute attr;
	const char *dir =
		dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attr));

	if (*name == '/' || !dir)
		return xstrdup(name);
	return xasprintf("%s/%s", dir, name);
}

/* Line of the outermost inlined call; false if there is none. */
static bool call_line(Dwarf_Die *unit, uint64_t at, struct source_line *ret)
{
	_cleanup_free_ Dwarf_Die *scopes = NULL;
	int nr = find_scopes(unit, at, &scopes);
	Dwarf_Die *call = NULL;
	Dwarf_Word file, line;
	Dwarf_Attribute attr;
	Dwarf_Files *files;
	const char *name;

	for (int i = 0; i < nr && dwarf_tag(&scopes[i]) != DW_TAG_subprogram;
	     i++) {
		if (dwarf_tag(&scopes[i]) == DW_TAG_inlined_subroutine)
			call = &scopes[i];
	}
	if (!call)
		return false;
	if (dwarf_formudata(dwarf_attr(call, DW_AT_call_file, &attr), &file) ||
	    dwarf_formudata(dwarf_attr(call, DW_AT_call_line, &attr), &line) ||
	    dwarf_getsrcfiles(unit, &files, NULL) || line == 0)
		return true;
	name = dwarf_filesrc(files, file, NULL, NULL);
	if (name)
		*ret = (struct source_line){ whole_name(unit, name),
					     (unsigned)line };
	return true;
}

static void own_line(Dwarf_Die *unit, uint64_t at, struct source_line *ret)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, at);
	const char *name = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
	int nr;

	if (name && dwarf_lineno(line, &nr) == 0 && nr > 0)
		*ret = (struct source_line){ whole_name(unit, name),
					     (unsigned)nr };
}

int source_lines(const char *vmlinux, const uint64_t *at, size_t nr,
		 struct source_line *ret)
{
	_cleanup_(debug_info_close) struct debug_info d;
	int r = debug_info_open(vmlinux, &d);
	bool known = false;
	Dwarf_Die unit;

	memset(ret, 0, nr * sizeof(*ret));
	for (size_t i = 0; i < nr && r == 0 && d.dw; i++) {
		known = find_unit(d.dw, at[i], &unit, known);
		if (known && !call_line(&unit, at[i], &ret[i]))
			own_line(&unit, at[i], &ret[i]);
	}
	return r;
}
