/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <gelf.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "profile-names.h"
#include "strbuf.h"
#include "symbols.h"

/* Of several symbols at an address, the first in this order names it. */
enum rank { RANK_FUNCTION, RANK_GLOBAL, RANK_WEAK, RANK_LOCAL, RANK_END };

struct symbol {
	uint64_t at;
	enum rank rank;
	char *name;
};

struct symbols {
	Elf *elf;
	struct symbol *list;
	size_t nr, alloc;
};

static void release(struct symbols *syms)
{
	for (size_t i = 0; i < syms->nr; i++)
		free(syms->list[i].name);
	free(syms->list);
	if (syms->elf)
		elf_end(syms->elf);
}

static void add(struct symbols *syms, uint64_t at, enum rank rank, char *name)
{
	if (syms->nr == syms->alloc) {
		syms->alloc = 2 * syms->alloc + 1024;
		syms->list = xreallocarray(syms->list, syms->alloc,
					   sizeof(*syms->list));
	}
	syms->list[syms->nr++] = (struct symbol){ at, rank, name };
}

static bool is_code(Elf *elf, size_t section)
{
	Elf_Scn *scn = elf_getscn(elf, section);
	GElf_Shdr sh;

	return scn && gelf_getshdr(scn, &sh) && (sh.sh_flags & SHF_EXECINSTR) &&
	       (sh.sh_flags & SHF_ALLOC);
}

static enum rank rank_of(const GElf_Sym *sym)
{
	if (GELF_ST_BIND(sym->st_info) == STB_WEAK)
		return RANK_WEAK;
	if (GELF_ST_TYPE(sym->st_info) == STT_FUNC)
		return RANK_FUNCTION;
	return GELF_ST_BIND(sym->st_info) == STB_GLOBAL ? RANK_GLOBAL
							: RANK_LOCAL;
}

/* False for labels and the padding before a function. */
static bool is_name(const char *s)
{
	return s && *s && *s != '.' && *s != '$' &&
	       strncmp(s, "__pfx_", strlen("__pfx_")) != 0;
}

static char *base_name(const char *s)
{
	size_t len = strcspn(s, ".");

	if (len >= PROFILE_FUNCTION_MAX)
		len = PROFILE_FUNCTION_MAX - 1;
	return xstrndup(s, len);
}

static void add_symbols(struct symbols *syms, Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t nr = sh->sh_entsize ? sh->sh_size / sh->sh_entsize : 0;
	GElf_Sym sym;

	for (size_t i = 0; data && i < nr; i++) {
		const char *name;
		unsigned type;

		if (!gelf_getsym(data, i, &sym))
			break;
		type = GELF_ST_TYPE(sym.st_info);
		if (type != STT_FUNC && type != STT_NOTYPE)
			continue;
		name = elf_strptr(syms->elf, sh->sh_link, sym.st_name);
		if (is_name(name) && is_code(syms->elf, sym.st_shndx))
			add(syms, sym.st_value, rank_of(&sym), base_name(name));
	}
}

static void read_sections(struct symbols *syms)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(syms->elf, scn))) {
		if (!gelf_getshdr(scn, &sh))
			continue;
		if (sh.sh_type == SHT_SYMTAB)
			add_symbols(syms, scn, &sh);
		if (is_code(syms->elf, elf_ndxscn(scn)))
			add(syms, sh.sh_addr + sh.sh_size, RANK_END,
			    xstrdup("-"));
	}
}

static bool is_in_code(Elf *elf, uint64_t at)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(elf, scn)))
		if (gelf_getshdr(scn, &sh) && at >= sh.sh_addr &&
		    at - sh.sh_addr < sh.sh_size &&
		    is_code(elf, elf_ndxscn(scn)))
			return true;
	return false;
}

/* "ffffffff81000000 T _text" */
static void add_map_line(struct symbols *syms, char *line)
{
	char *end, *name;
	uint64_t at = strtoull(line, &end, 16);
	enum rank rank;

	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return;
	name = end + 3;
	switch (end[1]) {
	case 'T':
		rank = RANK_GLOBAL;
		break;
	case 't':
		rank = RANK_LOCAL;
		break;
	case 'w':
	case 'W':
		rank = RANK_WEAK;
		break;
	default:
		return;
	}
	if (is_name(name) && is_in_code(syms->elf, at))
		add(syms, at, rank, base_name(name));
}

/* For a kernel whose symbols were stripped: the list beside it, if any. */
static void read_system_map(struct symbols *syms, const char *vmlinux)
{
	const char *slash = strrchr(vmlinux, '/');
	int len = slash ? (int)(slash - vmlinux) : 1;
	_cleanup_free_ char *path =
		xasprintf("%.*s/System.map", len, slash ? vmlinux : ".");
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	char *rest, *line;

	if (read_file(path, &text) < 0)
		return;
	rest = text.buf;
	while ((line = strsep(&rest, "\n")))
		add_map_line(syms, line);
}

static bool has_names(const struct symbols *syms)
{
	for (size_t i = 0; i < syms->nr; i++)
		if (syms->list[i].rank != RANK_END)
			return true;
	return false;
}

static int compare(const void *pa, const void *pb)
{
	const struct symbol *a = pa, *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void format(const struct symbols *syms, struct strbuf *ret)
{
	for (size_t i = 0; i < syms->nr; i++)
		if (i == 0 || syms->list[i].at != syms->list[i - 1].at)
			strbuf_addf(ret, "%llx %s\n",
				    (unsigned long long)syms->list[i].at,
				    syms->list[i].name);
}

/* Loads and sorts; the caller releases syms on failure too. */
static int load(const char *vmlinux, struct symbols *syms)
{
	_cleanup_close_ int fd = open(vmlinux, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return log_err_errno(errno, "cannot read %s", vmlinux);
	elf_version(EV_CURRENT);
	syms->elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!syms->elf || elf_kind(syms->elf) != ELF_K_ELF) {
		log_err("%s: %s", vmlinux, elf_errmsg(-1));
		return -ENOEXEC;
	}
	read_sections(syms);
	if (!has_names(syms))
		read_system_map(syms, vmlinux);
	if (!has_names(syms)) {
		log_err("%s has no symbol table, and no System.map is beside "
			"it: without names of functions, nothing can be "
			"counted by function; give the vmlinux as it was "
			"linked, or measure without --profile",
			vmlinux);
		return -ENODATA;
	}
	qsort(syms->list, syms->nr, sizeof(*syms->list), compare);
	return 0;
}

int symbols_format(const char *vmlinux, struct strbuf *ret)
{
	_cleanup_(release) struct symbols syms = { .elf = NULL };
	int r = load(vmlinux, &syms);

	if (r == 0)
		format(&syms, ret);
	return r;
}

int symbols_parts(const char *vmlinux, const char *function,
		  struct code_part **ret, size_t *nr)
{
	_cleanup_(release) struct symbols syms = { .elf = NULL };
	int r = load(vmlinux, &syms);

	*ret = NULL;
	*nr = 0;
	for (size_t i = 0, next; r == 0 && i < syms.nr; i = next) {
		for (next = i + 1; next < syms.nr; next++)
			if (syms.list[next].at != syms.list[i].at)
				break;
		if (next == syms.nr || strcmp(syms.list[i].name, function) != 0)
			continue;
		*ret = xreallocarray(*ret, *nr + 1, sizeof(**ret));
		(*ret)[(*nr)++] = (struct code_part){
			.start = syms.list[i].at,
			.end = syms.list[next].at,
		};
	}
	return r;
}
