/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "profile-names.h"
#include "record.h"

static void out_of_memory(void)
{
	fprintf(stderr, "cgmark-tcg: out of memory\n");
	exit(EXIT_FAILURE);
}

__attribute__((format(printf, 2, 3))) static void add(struct output *o,
						      const char *fmt, ...)
{
	va_list ap;
	int n;

	if (o->alloc - o->len < 2 * REC_LINE_MAX) {
		o->alloc = 2 * o->alloc + 65536;
		o->text = realloc(o->text, o->alloc);
		if (!o->text)
			out_of_memory();
	}
	va_start(ap, fmt);
	n = vsnprintf(o->text + o->len, o->alloc - o->len, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < o->alloc - o->len)
		o->len += n;
}

bool output_set_file(struct output *o, const char *path)
{
	free(o->path);
	o->path = strdup(path);
	return o->path != NULL;
}

/* Those that rows of reports are made of, if the host said what there is. */
static void add_symbols(struct output *o, const struct symbols *s)
{
	const char *name;

	for (unsigned i = 0; s->nr && (name = profile_row_function(i)); i++)
		add(o, "S\t%s\t%d\n", name, symbols_has(s, name));
}

bool output_begin(struct output *o, const struct symbols *s, bool with_model)
{
	if (!o->path)
		return false;
	o->nr_events = with_model ? NR_PROFILE_EVENTS : NR_PROFILE_PLAIN_EVENTS;
	add(o, "V\t%d\t%s\nH", REC_VERSION, PROFILE_KIND);
	for (unsigned i = 0; i < o->nr_events; i++)
		add(o, "\t%s", profile_event_name(i));
	add(o, "\n");
	add_symbols(o, s);
	return true;
}

static void add_cache(struct output *o, const char *name,
		      const struct cache_shape *s)
{
	add(o,
	    "M\t%s %" PRIu32 " KiB, %" PRIu32 " ways, lines of %" PRIu32
	    " bytes, least recently used\n",
	    name, s->bytes >> 10, s->ways, s->line);
}

void output_model(struct output *o, const struct cache_shape *l1i,
		  const struct cache_shape *l1d, const struct cache_shape *ll)
{
	add_cache(o, "L1I", l1i);
	add_cache(o, "L1D", l1d);
	add_cache(o, "LL", ll);
	add(o, "M\tbranches: 2^%d two-bit counters by address xor history\n",
	    PREDICTOR_BITS);
}

/* Splits at TABs; true if there are exactly nr fields, all of plain text. */
static bool split(char *text, char **field, unsigned nr)
{
	unsigned n = 0;

	for (char *p = text; n < nr; n++) {
		field[n] = p;
		p = strchr(p, '\t');
		if (!p) {
			n++;
			break;
		}
		*p++ = '\0';
	}
	for (unsigned i = 0; i < n; i++)
		for (const char *p = field[i]; *p; p++)
			if (*p <= ' ' || *p > '~')
				return false;
	return n == nr && *field[0] && *field[1] && *field[3];
}

static bool add_point(struct output *o, const char *text, uint64_t samples)
{
	char copy[REC_LINE_MAX], *field[4];

	if (strlen(text) >= sizeof(copy))
		return false;
	strcpy(copy, text);
	if (!split(copy, field, 4))
		return false;
	add(o, "P\t%s\t%s\t%s\t%s\t%" PRIu64 "\n", field[0], field[1],
	    *field[2] ? field[2] : "-", field[3], samples);
	o->records++;
	return true;
}

static bool has_counts(const struct context *x)
{
	for (unsigned i = 0; i < NR_PROFILE_EVENTS; i++)
		if (x->count[i])
			return true;
	return false;
}

static void add_node(struct output *o, uint32_t id, uint32_t parent,
		     const char *function, const uint64_t *count)
{
	add(o, "N\t%" PRIu32 "\t%" PRIu32 "\t%s", id, parent, function);
	for (unsigned i = 0; i < o->nr_events; i++)
		add(o, "\t%" PRIu64, count[i]);
	add(o, "\n");
	o->records++;
}

static void add_nodes(struct output *o, const struct contexts *c,
		      const struct symbols *s)
{
	uint32_t *id, nr = 0;

	id = calloc(c->nr, sizeof(*id));
	if (!id)
		out_of_memory();
	/* Callers of what counted are wanted too, and come before it. */
	for (uint32_t i = c->nr - 1; i > 0; i--)
		if (id[i] || has_counts(&c->list[i]))
			id[i] = id[c->list[i].parent] = 1;
	id[CONTEXT_ROOT] = 0;
	for (uint32_t i = 1; i < c->nr; i++) {
		const struct context *x = &c->list[i];

		if (!id[i])
			continue;
		id[i] = ++nr;
		add_node(o, nr, id[x->parent], symbols_name(s, x->function),
			 x->count);
	}
	free(id);
}

static void add_ranges(struct output *o, const struct places *p,
		       const struct symbols *s)
{
	struct range *list;
	size_t nr;

	list = places_ranges(p, &nr);
	for (size_t i = 0; i < nr; i++) {
		const struct range *r = &list[i];

		add(o,
		    "I\t%s\t%" PRIx64 "\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu64
		    "\n",
		    symbols_name(s, r->function), r->at, r->bytes, r->nr,
		    r->count);
		o->records++;
	}
	free(list);
}

void output_point(struct output *o, const char *text, uint64_t samples,
		  const struct contexts *c, const struct places *p,
		  const struct symbols *s)
{
	if (!add_point(o, text, samples))
		return;
	add_nodes(o, c, s);
	add_ranges(o, p, s);
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

bool output_write(struct output *o)
{
	uint32_t crc = rec_crc32(0, o->text, o->len);
	int fd, r;

	add(o, "E\t%u\t%08" PRIx32 "\n", o->records, crc);
	fd = open(o->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	r = fd < 0 ? -errno : write_all(fd, o->text, o->len);
	if (fd >= 0 && close(fd) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		fprintf(stderr, "cgmark-tcg: cannot write %s: %s\n", o->path,
			strerror(-r));
	return r == 0;
}
