/* SPDX-License-Identifier: GPL-2.0-only */
#include "fields.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <search.h>

#include "alloc.h"
#include "log.h"
#include "strbuf.h"

#define DEPTH_MAX 16 /* of structures in structures */

/* A type or a variable by name; the first that is found. */
struct named {
	const char *name; /* the file's */
	bool is_type;
	Dwarf_Off at;
};

struct fields {
	int fd;
	Dwarf *dw;
	void *tree; /* of struct named */
};

/* --- names --- */

static int compare(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;

	if (a->is_type != b->is_type)
		return a->is_type ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void add(struct fields *f, Dwarf_Die *die, bool is_type)
{
	struct named *n = xcalloc(1, sizeof(*n));
	struct named **found;

	*n = (struct named){ dwarf_diename(die), is_type,
			     dwarf_dieoffset(die) };
	found = n->name ? tsearch(n, &f->tree, compare) : NULL;
	if (!found || *found != n)
		free(n);
}

/* Complete types and variables with a type; all are at the top level. */
static void read_unit(struct fields *f, Dwarf_Die *unit)
{
	Dwarf_Die die;

	if (dwarf_child(unit, &die) != 0)
		return;
	do {
		int tag = dwarf_tag(&die);

		if ((tag == DW_TAG_structure_type ||
		     tag == DW_TAG_union_type) &&
		    !dwarf_hasattr(&die, DW_AT_declaration))
			add(f, &die, true);
		if (tag == DW_TAG_variable && dwarf_hasattr(&die, DW_AT_type))
			add(f, &die, false);
	} while (dwarf_siblingof(&die, &die) == 0);
}

int fields_open(const char *vmlinux, struct fields **ret)
{
	struct fields *f = xcalloc(1, sizeof(*f));
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit;

	*ret = f;
	f->fd = open(vmlinux, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return log_err_errno(errno, "cannot read %s", vmlinux);
	f->dw = dwarf_begin(f->fd, DWARF_C_READ);
	if (!f->dw)
		return -ENODATA;
	while (dwarf_get_units(f->dw, cu, &cu, NULL, NULL, &unit, NULL) == 0)
		read_unit(f, &unit);
	return f->tree ? 0 : -ENODATA;
}

void fields_close(struct fields *f)
{
	if (!f)
		return;
	tdestroy(f->tree, free);
	dwarf_end(f->dw);
	if (f->fd >= 0)
		close(f->fd);
	free(f);
}

static bool find(const struct fields *f, const char *name, bool is_type,
		 Dwarf_Die *ret)
{
	struct named key = { .name = name, .is_type = is_type };
	struct named *const *found = tfind(&key, &f->tree, compare);

	return found && dwarf_offdie(f->dw, (*found)->at, ret);
}

/* --- types --- */

static bool type_of(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Die type;

	return dwarf_attr_integrate(die, DW_AT_type, &attr) &&
	       dwarf_formref_die(&attr, &type) &&
	       dwarf_peel_type(&type, ret) == 0;
}

static bool number(Dwarf_Die *die, unsigned name, Dwarf_Word *ret)
{
	Dwarf_Attribute attr;

	return dwarf_attr_integrate(die, name, &attr) &&
	       dwarf_formudata(&attr, ret) == 0;
}

/* The member that the offset is in, with what it is of that; false: a hole. */
static bool find_member(Dwarf_Die *type, Dwarf_Word *offset, Dwarf_Die *ret)
{
	Dwarf_Word at, bytes;
	Dwarf_Die die, of;

	if (dwarf_child(type, &die) != 0)
		return false;
	do {
		if (dwarf_tag(&die) != DW_TAG_member || !type_of(&die, &of) ||
		    dwarf_aggregate_size(&of, &bytes) != 0)
			continue;
		/* Members of a union have no place of their own. */
		if (!number(&die, DW_AT_data_member_location, &at))
			at = 0;
		if (*offset < at || *offset - at >= bytes)
			continue;
		*offset -= at;
		*ret = die;
		return true;
	} while (dwarf_siblingof(&die, &die) == 0);
	return false;
}

static bool descend_array(struct strbuf *sb, Dwarf_Die *type,
			  Dwarf_Word *offset)
{
	Dwarf_Word bytes;
	Dwarf_Die of;

	if (!type_of(type, &of) || dwarf_aggregate_size(&of, &bytes) != 0 ||
	    !bytes)
		return false;
	strbuf_addf(sb, "[%llu]", (unsigned long long)(*offset / bytes));
	*offset %= bytes;
	*type = of;
	return true;
}

static bool descend_struct(struct strbuf *sb, Dwarf_Die *type,
			   Dwarf_Word *offset)
{
	Dwarf_Die member;

	if (!find_member(type, offset, &member) || !type_of(&member, type))
		return false;
	/* One without a name is as if its members were those around it. */
	if (dwarf_diename(&member))
		strbuf_addf(sb, ".%s", dwarf_diename(&member));
	return true;
}

static void descend(struct strbuf *sb, Dwarf_Die *type, Dwarf_Word offset)
{
	for (unsigned depth = 0; depth < DEPTH_MAX; depth++) {
		bool more = false;

		switch (dwarf_tag(type)) {
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
			more = descend_struct(sb, type, &offset);
			break;
		case DW_TAG_array_type:
			more = descend_array(sb, type, &offset);
			break;
		}
		if (!more)
			return;
	}
}

/* --- objects --- */

/* Caches that are not named after what is in them, with or without "_cache". */
static const char *const other_names[][2] = {
	{ "filp", "file" },
	{ "radix_tree_node", "xa_node" },
	{ "cred_jar", "cred" },
	{ "files_cache", "files_struct" },
	{ "signal_cache", "signal_struct" },
	{ "sighand_cache", "sighand_struct" },
	{ "shmem_inode_cache", "shmem_inode_info" },
	{ "proc_inode_cache", "proc_inode" },
	{ "inode_cache", "inode" },
};

static bool type_of_cache(const struct fields *f, const char *cache,
			  Dwarf_Die *ret)
{
	const char *end = strstr(cache, "_cache");
	_cleanup_free_ char *head =
		xstrndup(cache, end ? (size_t)(end - cache) : strlen(cache));

	for (size_t i = 0; i < ARRAY_SIZE(other_names); i++)
		if (strcmp(cache, other_names[i][0]) == 0)
			return find(f, other_names[i][1], true, ret);
	return find(f, cache, true, ret) || find(f, head, true, ret);
}

static bool type_of_variable(const struct fields *f, const char *name,
			     Dwarf_Die *ret)
{
	Dwarf_Die variable;

	return find(f, name, false, &variable) && type_of(&variable, ret);
}

/* Behind a prefix, or NULL. */
static const char *behind(const char *s, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(s, prefix, len) == 0 ? s + len : NULL;
}

char *fields_find(const struct fields *f, const char *object)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	const char *cache = behind(object, "slab:");
	const char *variable = behind(object, "percpu:");
	const char *name = cache ? cache : variable ? variable : object;
	size_t len = strcspn(name, "+");
	_cleanup_free_ char *word = xstrndup(name, len);
	Dwarf_Die type;

	if (!(cache ? type_of_cache(f, word, &type)
		    : type_of_variable(f, word, &type)))
		return NULL;
	strbuf_addstr(&sb, cache && dwarf_diename(&type) ? dwarf_diename(&type)
							 : word);
	len = sb.len;
	descend(&sb, &type,
		name[strcspn(name, "+")]
			? strtoull(strchr(name, '+') + 1, NULL, 16)
			: 0);
	/* A variable by itself is known already. */
	return sb.len > len ? strbuf_steal(&sb) : NULL;
}
