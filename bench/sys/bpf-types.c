/* SPDX-License-Identifier: GPL-2.0-only */
#include "bpf-types.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* What is left of typedefs, qualifiers and arrays. */
static int plain_type(const struct btf *btf, int id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t) || btf_is_array(t))) {
		id = btf_is_array(t) ? btf_array(t)->type : t->type;
		t = btf__type_by_id(btf, id);
	}
	return t ? id : -ENOENT;
}

/* *ret grows by the offset of the member; the id of its type. */
static int find_member(const struct btf *btf, int id, const char *name,
		       size_t len, unsigned *ret)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	int r = -ENOENT;

	if (!btf_is_composite(t))
		return -ENOENT;
	for (unsigned i = 0; i < btf_vlen(t) && r == -ENOENT; i++) {
		const struct btf_member *m = btf_members(t) + i;
		const char *is = btf__name_by_offset(btf, m->name_off);
		unsigned bits = btf_member_bit_offset(t, i), below = 0;

		if (btf_member_bitfield_size(t, i))
			continue;
		if (!*is)
			r = find_member(btf, plain_type(btf, m->type), name,
					len, &below);
		else if (strlen(is) == len && !strncmp(is, name, len))
			r = plain_type(btf, m->type);
		if (r >= 0)
			*ret += bits / 8 + below;
	}
	return r;
}

int bpf_types_field(const struct btf *btf, const char *path,
		    struct bpf_field *ret)
{
	char name[64];
	size_t len = strcspn(path, ".");
	struct bpf_field field = { 0 };
	int id;

	if (len >= sizeof(name))
		return -ENOENT;
	memcpy(name, path, len);
	name[len] = '\0';
	id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	for (path += len; id >= 0 && *path; path += len) {
		len = strcspn(++path, ".");
		id = find_member(btf, id, path, len, &field.offset);
	}
	if (id < 0)
		return -ENOENT;
	field.bytes = btf__resolve_size(btf, id);
	*ret = field;
	return 0;
}

int bpf_types_value(const struct btf *btf, const char *of, const char *name,
		    unsigned *ret)
{
	int id = btf__find_by_name_kind(btf, of, BTF_KIND_ENUM);
	const struct btf_type *t = id < 0 ? NULL : btf__type_by_id(btf, id);

	for (unsigned i = 0; t && i < btf_vlen(t); i++) {
		const struct btf_enum *e = btf_enum(t) + i;

		if (strcmp(btf__name_by_offset(btf, e->name_off), name))
			continue;
		*ret = e->val;
		return 0;
	}
	return -ENOENT;
}
