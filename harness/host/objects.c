/* SPDX-License-Identifier: GPL-2.0-only */
#include "objects.h"

#include <fcntl.h>
#include <gelf.h>

#include "alloc.h"
#include "log.h"
#include "profile-names.h"

struct object {
	uint64_t at, bytes;
	char *name;
};

struct objects {
	Elf *elf;
	struct object *list;
	size_t nr, alloc;
};

static void release(struct objects *o)
{
	for (size_t i = 0; i < o->nr; i++)
		free(o->list[i].name);
	free(o->list);
	if (o->elf)
		elf_end(o->elf);
}

static void add(struct objects *o, const GElf_Sym *sym, const char *name)
{
	size_t len = strcspn(name, ".");

	/* "__already_done.12": which of several is said by a number that changes. */
	if (!len || len >= PROFILE_FUNCTION_MAX)
		return;
	if (o->nr == o->alloc) {
		o->alloc = 2 * o->alloc + 4096;
		o->list = xreallocarray(o->list, o->alloc, sizeof(*o->list));
	}
	o->list[o->nr++] = (struct object){ sym->st_value, sym->st_size,
					    xstrndup(name, len) };
}

static bool is_memory(Elf *elf, size_t section)
{
	Elf_Scn *scn = elf_getscn(elf, section);
	GElf_Shdr sh;

	return scn && gelf_getshdr(scn, &sh) && (sh.sh_flags & SHF_ALLOC) &&
	       !(sh.sh_flags & SHF_EXECINSTR);
}

static void add_symbols(struct objects *o, Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t nr = sh->sh_entsize ? sh->sh_size / sh->sh_entsize : 0;
	GElf_Sym sym;

	for (size_t i = 0; data && i < nr && gelf_getsym(data, i, &sym); i++) {
		const char *name = elf_strptr(o->elf, sh->sh_link, sym.st_name);

		if (GELF_ST_TYPE(sym.st_info) == STT_OBJECT && sym.st_size &&
		    name && is_memory(o->elf, sym.st_shndx))
			add(o, &sym, name);
	}
}

static int compare(const void *pa, const void *pb)
{
	const struct object *a = pa, *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int load(const char *vmlinux, struct objects *o)
{
	_cleanup_close_ int fd = open(vmlinux, O_RDONLY | O_CLOEXEC);
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	if (fd < 0)
		return log_err_errno(errno, "cannot read %s", vmlinux);
	elf_version(EV_CURRENT);
	o->elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!o->elf || elf_kind(o->elf) != ELF_K_ELF) {
		log_err("%s: %s", vmlinux, elf_errmsg(-1));
		return -ENOEXEC;
	}
	while ((scn = elf_nextscn(o->elf, scn)))
		if (gelf_getshdr(scn, &sh) && sh.sh_type == SHT_SYMTAB)
			add_symbols(o, scn, &sh);
	if (o->nr)
		qsort(o->list, o->nr, sizeof(*o->list), compare);
	return 0;
}

int objects_format(const char *vmlinux, struct strbuf *ret)
{
	_cleanup_(release) struct objects o = { .elf = NULL };
	int r = load(vmlinux, &o);

	for (size_t i = 0; i < o.nr && r == 0; i++)
		if (i == 0 || o.list[i].at != o.list[i - 1].at)
			strbuf_addf(ret, "%llx %llx %s\n",
				    (unsigned long long)o.list[i].at,
				    (unsigned long long)o.list[i].bytes,
				    o.list[i].name);
	return r;
}
