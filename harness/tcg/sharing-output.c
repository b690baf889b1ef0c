/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "sharing-names.h"
#include "sharing-output.h"

/*
 * Addresses differ from boot to boot and from kernel to kernel, so lines and
 * accesses are named by what is there, and those of one name are added up.
 */
struct named_line {
	char name[OBJECT_NAME_MAX];
	uint32_t line; /* the first of that name, to find its sites */
	uint64_t lines;
	uint64_t touches; /* by operations of all CPUs */
	struct moves moves;
	uint64_t cpus;
};

struct named_site {
	char line[OBJECT_NAME_MAX];
	char object[OBJECT_NAME_MAX];
	struct site site; /* function, caller, is_store, cpus, accesses */
};

struct lists {
	struct named_line *lines;
	size_t nr_lines, alloc_lines;
	struct named_site *sites;
	size_t nr_sites, alloc_sites;
};

static void *room_for_one(void *list, size_t nr, size_t *alloc, size_t size)
{
	if (nr < *alloc)
		return list;
	*alloc = 2 * *alloc + 256;
	list = realloc(list, *alloc * size);
	if (!list) {
		fprintf(stderr, "cgmark-tcg: out of memory\n");
		exit(EXIT_FAILURE);
	}
	return list;
}

/* --- what there is --- */

static void add_sites(struct lists *ls, const struct sharing_point *p,
		      const struct line *l, const struct owner *owner,
		      const char *name)
{
	for (uint32_t i = l->sites; i; i = p->sharing->sites[i].next) {
		const struct site *s = &p->sharing->sites[i];
		struct named_site *n;

		ls->sites = room_for_one(ls->sites, ls->nr_sites,
					 &ls->alloc_sites, sizeof(*ls->sites));
		n = &ls->sites[ls->nr_sites++];
		n->site = *s;
		strcpy(n->line, name);
		objects_name(p->objects, owner, l->at + s->offset, n->object);
	}
}

static void add_line(struct lists *ls, const struct sharing_point *p,
		     uint32_t i, const struct moves *m)
{
	const struct line *l = &p->sharing->lines[i];
	struct named_line *n;

	ls->lines = room_for_one(ls->lines, ls->nr_lines, &ls->alloc_lines,
				 sizeof(*ls->lines));
	n = &ls->lines[ls->nr_lines++];
	*n = (struct named_line){ .line = i, .lines = 1, .moves = *m };
	for (unsigned c = 0; c < SHARING_CPUS; c++) {
		const struct side *d = line_side(p->sharing, l, c);

		n->touches += d ? d->ops : 0;
		n->cpus |= d ? 1u << c : 0;
	}
	objects_name(p->objects, &p->owners[i], l->at + m->byte, n->name);
	add_sites(ls, p, l, &p->owners[i], n->name);
}

static void collect(struct lists *ls, const struct sharing_point *p)
{
	for (uint32_t i = 1; i <= p->sharing->nr_lines; i++) {
		struct moves m =
			sharing_moves(p->sharing, &p->sharing->lines[i]);

		if (m.moves)
			add_line(ls, p, i, &m);
	}
}

/* --- equal names --- */

static int compare_names(const void *pa, const void *pb)
{
	const struct named_line *a = pa, *b = pb;

	return strcmp(a->name, b->name);
}

static void merge_lines(struct lists *ls)
{
	size_t out = 0;

	if (ls->nr_lines)
		qsort(ls->lines, ls->nr_lines, sizeof(*ls->lines),
		      compare_names);
	for (size_t i = 0; i < ls->nr_lines; i++) {
		struct named_line *last = &ls->lines[out ? out - 1 : 0];
		const struct named_line *n = &ls->lines[i];

		if (!out || strcmp(last->name, n->name) != 0) {
			ls->lines[out++] = *n;
			continue;
		}
		last->lines++;
		last->touches += n->touches;
		last->moves.moves += n->moves.moves;
		last->moves.most += n->moves.most;
		last->moves.truly += n->moves.truly;
		last->cpus |= n->cpus;
	}
	ls->nr_lines = out;
}

static int compare_sites(const void *pa, const void *pb)
{
	const struct named_site *a = pa, *b = pb;
	int r = strcmp(a->line, b->line);

	if (r == 0)
		r = strcmp(a->object, b->object);
	if (r == 0)
		r = a->site.is_store - b->site.is_store;
	if (r == 0 && a->site.function != b->site.function)
		r = a->site.function < b->site.function ? -1 : 1;
	if (r == 0 && a->site.caller != b->site.caller)
		r = a->site.caller < b->site.caller ? -1 : 1;
	return r;
}

static void merge_sites(struct lists *ls)
{
	size_t out = 0;

	if (ls->nr_sites)
		qsort(ls->sites, ls->nr_sites, sizeof(*ls->sites),
		      compare_sites);
	for (size_t i = 0; i < ls->nr_sites; i++) {
		struct named_site *last = &ls->sites[out ? out - 1 : 0];
		const struct named_site *n = &ls->sites[i];

		if (!out || compare_sites(last, n) != 0) {
			ls->sites[out++] = *n;
			continue;
		}
		last->site.accesses += n->site.accesses;
		last->site.cpus |= n->site.cpus;
	}
	ls->nr_sites = out;
}

/* --- order of the file --- */

static int by_moves(const void *pa, const void *pb)
{
	const struct named_line *a = pa, *b = pb;

	if (a->moves.moves != b->moves.moves)
		return a->moves.moves > b->moves.moves ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void write_sites(struct stream *s, const struct sharing_point *p,
			const struct lists *ls, const char *line)
{
	for (size_t i = 0; i < ls->nr_sites; i++) {
		const struct named_site *n = &ls->sites[i];
		uint32_t caller = n->site.caller;

		if (strcmp(n->line, line) != 0)
			continue;
		stream_add(s, "A\t%s\t%c\t%s\t%s\t%" PRIx32 "\t%" PRIu64 "\n",
			   n->object, n->site.is_store ? 'w' : 'r',
			   symbols_name(p->symbols, n->site.function),
			   caller ? symbols_name(p->symbols, caller) : "-",
			   (uint32_t)n->site.cpus, n->site.accesses);
		s->records++;
	}
}

static void write_lines(struct stream *s, const struct sharing_point *p,
			const struct lists *ls)
{
	for (size_t i = 0; i < ls->nr_lines; i++) {
		const struct named_line *n = &ls->lines[i];

		stream_add(s,
			   "L\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
			   "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIx64 "\n",
			   n->name, n->lines, n->touches, n->moves.moves,
			   n->moves.most, n->moves.truly, n->cpus);
		s->records++;
		write_sites(s, p, ls, n->name);
	}
}

static void write_error(struct stream *s, const struct sharing_point *p)
{
	if (p->error)
		stream_add(s, "X\t%s\n", p->error);
	else
		stream_add(s,
			   "X\tthe table of %s is full: fewer operations fit\n",
			   p->sharing->full);
	s->records++;
}

void sharing_output_begin(struct stream *s)
{
	stream_add(s, "V\t%d\t%s\n", REC_VERSION, SHARING_KIND);
}

void sharing_output_point(struct stream *s, const struct sharing_point *p)
{
	struct lists ls = { .nr_lines = 0 };
	uint64_t ops = 0;

	if (!stream_add_point(s, p->text, p->samples))
		return;
	for (unsigned i = 0; i < SHARING_CPUS; i++)
		ops += p->sharing->ops[i];
	stream_add(s, "O\t%" PRIu64 "\n", ops);
	s->records++;
	if (p->error || p->sharing->full) {
		write_error(s, p);
		return;
	}
	collect(&ls, p);
	merge_lines(&ls);
	merge_sites(&ls);
	if (ls.nr_lines)
		qsort(ls.lines, ls.nr_lines, sizeof(*ls.lines), by_moves);
	write_lines(s, p, &ls);
	free(ls.lines);
	free(ls.sites);
}
