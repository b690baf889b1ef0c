/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SQLite index of all runs (schema.sql).  It holds nothing that the run
 * directories do not: deleting it and importing them again gives the same
 * content.  SQLite itself is known to index/ only (store-db.h).
 */
#ifndef CGMARK_STORE_H
#define CGMARK_STORE_H

#include "run.h"

struct store;

/*
 * Open or create the database and bring its schema (PRAGMA user_version) to
 * the current one.  A damaged one is renamed to PATH.damaged-N and made again.
 * -EPROTONOSUPPORT: of a newer cgmark or of another program, and left alone.
 * Errors are logged.
 */
int store_open(const char *path, struct store **ret);
void store_close(struct store *st);

/*
 * Whether, since the last call, the database was found damaged and made again,
 * so that it lacks all runs but those that were imported since then.
 */
bool store_remade(struct store *st);

/*
 * Import one run in one transaction: all of it or nothing.  A run that is
 * already there with the same content is left as it is (*changed = false);
 * with other content (it was still running) it is replaced.  Of a database that
 * turns out to be damaged, store_open() tells what becomes.
 */
int store_import(struct store *st, const struct run *run, bool *changed);

/* Number of runs, boots and samples; for tests and "cgmark import". */
int store_count(struct store *st, uint64_t *runs, uint64_t *boots,
		uint64_t *samples);

#endif
