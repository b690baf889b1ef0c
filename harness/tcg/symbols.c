/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile-names.h"
#include "symbols.h"

static void *grow(void *p, size_t nr, size_t size)
{
	p = realloc(p, nr * size);
	if (!p) {
		fprintf(stderr, "cgmark-tcg: out of memory\n");
		exit(EXIT_FAILURE);
	}
	return p;
}

static uint32_t add_name(struct symbols *s, const char *name)
{
	if (s->nr_names == s->alloc_names) {
		s->alloc_names = s->alloc_names * 2 + 16;
		s->names = grow(s->names, s->alloc_names, sizeof(char *));
	}
	s->names[s->nr_names] = strcpy(grow(NULL, 1, strlen(name) + 1), name);
	return s->nr_names++;
}

void symbols_init(struct symbols *s)
{
	memset(s, 0, sizeof(*s));
	add_name(s, PROFILE_USER);
	add_name(s, PROFILE_ELSEWHERE);
}

struct named {
	const char *name;
	uint32_t function;
};

static int compare_named(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name,
		      ((const struct named *)b)->name);
}

/* Functions of one name (the parts of a split one) are one function. */
static uint32_t function_of(struct symbols *s, void **tree, const char *name)
{
	struct named *n, **found;

	if (strcmp(name, "-") == 0)
		return SYMBOL_ELSEWHERE;
	n = grow(NULL, 1, sizeof(*n));
	n->name = name;
	found = tsearch(n, tree, compare_named);
	if (!found) {
		fprintf(stderr, "cgmark-tcg: out of memory\n");
		exit(EXIT_FAILURE);
	}
	if (*found != n) {
		free(n);
		return (*found)->function;
	}
	n->function = add_name(s, name);
	n->name = s->names[n->function];
	return n->function;
}

static void add_symbol(struct symbols *s, uint64_t at, uint32_t function)
{
	if (s->nr == s->alloc) {
		s->alloc = s->alloc * 2 + 1024;
		s->list = grow(s->list, s->alloc, sizeof(*s->list));
	}
	s->list[s->nr++] = (struct symbol){ .at = at, .function = function };
}

static bool read_symbols(struct symbols *s, FILE *f, void **tree)
{
	char name[PROFILE_FUNCTION_MAX];
	uint64_t at, last = 0;
	int n;

	while ((n = fscanf(f, "%" SCNx64 " %127s", &at, name)) == 2) {
		if (at < last)
			return false;
		add_symbol(s, at, function_of(s, tree, name));
		last = at;
	}
	return n == EOF && !ferror(f);
}

bool symbols_load(struct symbols *s, const char *path)
{
	FILE *f = fopen(path, "re");
	void *tree = NULL;
	bool ok;

	if (!f) {
		fprintf(stderr, "cgmark-tcg: %s: %s\n", path, strerror(errno));
		return false;
	}
	ok = read_symbols(s, f, &tree);
	fclose(f);
	tdestroy(tree, free);
	if (!ok)
		fprintf(stderr, "cgmark-tcg: %s: no ascending symbols\n", path);
	return ok;
}

/* The last symbol at or before the address, or NULL. */
static const struct symbol *find(const struct symbols *s, uint64_t at)
{
	uint32_t low = 0, high = s->nr;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (s->list[mid].at <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? &s->list[low - 1] : NULL;
}

uint32_t symbols_find(const struct symbols *s, uint64_t at)
{
	const struct symbol *found = find(s, at);

	return found ? found->function : SYMBOL_ELSEWHERE;
}

const char *symbols_name(const struct symbols *s, uint32_t function)
{
	return s->names[function];
}

bool symbols_has(const struct symbols *s, const char *name)
{
	for (uint32_t i = 0; i < s->nr_names; i++)
		if (strcmp(s->names[i], name) == 0)
			return true;
	return false;
}

static bool begins_here(const struct symbols *s, uint64_t at, const char *head)
{
	const struct symbol *found = find(s, at);

	return found && found->at == at &&
	       strncmp(s->names[found->function], head, strlen(head)) == 0;
}

bool symbols_is_fault_entry(const struct symbols *s, uint64_t at)
{
	return begins_here(s, at, "asm_exc_");
}

bool symbols_is_interrupt_entry(const struct symbols *s, uint64_t at)
{
	return begins_here(s, at, "asm_sysvec_") ||
	       begins_here(s, at, "asm_common_interrupt") ||
	       begins_here(s, at, "asm_spurious_interrupt") ||
	       /* 6.12 has a stub for each vector before these. */
	       begins_here(s, at, "irq_entries_start") ||
	       begins_here(s, at, "spurious_entries_start");
}
