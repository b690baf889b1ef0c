/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which CPUs use which lines of memory, by operation.
 *
 * Who comes first is an accident of the emulator, so nothing here depends on the
 * order of accesses of different CPUs.  A line is known by how many operations of
 * each CPU touched it, and how many wrote to it.  From these follows what a line
 * costs if operations alternate: a CPU has to fetch it, or to take it away from
 * others, in an operation that
 *   writes     if others touched the line since: as often as it wrote, or as
 *              others touched it, whichever is less
 *   only reads if others wrote since: likewise
 * These are the moves of a CPU; those of a line are the sum over its CPUs.  The
 * same by accesses in place of operations is the most that could be.
 *
 * Moves of a single byte say what cannot be avoided, as the CPUs share the data
 * itself: those of the byte with the most are true sharing, the rest is false.
 *
 * All tables have a fixed size.  A full one stops the recording, and says so.
 */
#ifndef CGMARK_TCG_SHARING_H
#define CGMARK_TCG_SHARING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sharing-names.h"

#define SHARING_CPUS SHARING_CPUS_MAX
#define LINE_SHIFT 6
#define LINE_BYTES (1u << LINE_SHIFT)
/* Operations of a CPU in one point. */
#define SHARING_OPS_MAX UINT16_MAX

/* A line as one CPU uses it. */
struct side {
	uint32_t op;	  /* that touched it last */
	uint64_t touched; /* bytes, in that operation */
	uint64_t written;
	uint32_t ops; /* that touched it; with sharing_settle() all */
	uint32_t ops_write;
	uint64_t accesses;
	uint64_t writes;
	uint16_t byte_ops[LINE_BYTES];
	uint16_t byte_ops_write[LINE_BYTES];
};

struct line {
	uint64_t at;		     /* address without its low bits */
	uint32_t side[SHARING_CPUS]; /* 0: not touched */
	uint32_t sites;		     /* a list; 0: its end */
};

/* Code that uses a line in the same way. */
struct site {
	uint32_t next;
	uint32_t function, caller;
	uint8_t offset, bytes;
	bool is_store;
	uint8_t cpus; /* a bit each */
	uint64_t accesses;
};

struct sharing_limits {
	uint32_t lines; /* a power of two */
	uint32_t sides;
	uint32_t sites;
};

struct sharing {
	struct sharing_limits max;
	struct line *lines;
	uint32_t nr_lines;
	uint32_t *index; /* hash table over lines, 0: free */
	struct side *sides;
	uint32_t nr_sides;
	struct site *sites;
	uint32_t nr_sites;
	uint32_t ops[SHARING_CPUS];	 /* begun since sharing_clear() */
	uint64_t accesses[SHARING_CPUS]; /* in the operation that runs */
	const char *full;		 /* the table that is; NULL: none */
};

struct access {
	uint64_t at;
	unsigned bytes;
	bool is_store;
	uint32_t function, caller;
};

/* False without memory. */
bool sharing_init(struct sharing *s, const struct sharing_limits *max);
void sharing_release(struct sharing *s);
void sharing_clear(struct sharing *s);
/* The CPU begins an operation; what it did before is over. */
void sharing_begin(struct sharing *s, unsigned cpu);
/*
 * Inside an operation.  True if a line has just been touched by a second CPU: its
 * object is still there.
 */
bool sharing_access(struct sharing *s, unsigned cpu, const struct access *a);
/* The line that the address is in, if one was touched; else NULL. */
struct line *sharing_find(const struct sharing *s, uint64_t at);
/* All operations are over: the figures of all lines are complete. */
void sharing_settle(struct sharing *s);

static inline const struct side *line_side(const struct sharing *s,
					   const struct line *l, unsigned cpu)
{
	return l->side[cpu] ? &s->sides[l->side[cpu]] : NULL;
}

struct moves {
	uint64_t moves;
	uint64_t most; /* by accesses */
	uint64_t truly;
	unsigned byte; /* the first with the most; none has any: written */
};

/* Zero for a line that is not shared. */
struct moves sharing_moves(const struct sharing *s, const struct line *l);
/* The same rule on plain numbers: touched and written, by CPU. */
uint64_t moves_of(const uint64_t touched[SHARING_CPUS],
		  const uint64_t written[SHARING_CPUS]);

#endif
