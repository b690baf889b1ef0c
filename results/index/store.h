/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SQLite index of all runs (schema.sql).  Everything in it comes from the
 * run directories: deleting it and importing them again gives the same content.
 */
#ifndef CGMARK_STORE_H
#define CGMARK_STORE_H

#include "run.h"

struct store;

/*
 * Open or create the database and bring its schema (PRAGMA user_version) to the
 * current one.  A damaged one is renamed to PATH.damaged-N and replaced.
 * -EPROTONOSUPPORT: it belongs to a newer cgmark or another program; untouched.
 * Errors are logged.
 */
int store_open(const char *path, struct store **ret);
/*
 * For who only reads: what is damaged, or no database at all, is left as it is
 * (-EBADMSG, logged with what mends it), and nothing is made (-ENOENT).
 */
int store_open_existing(const char *path, struct store **ret);
void store_close(struct store *st);

/*
 * Whether a damaged database was replaced since the last call, so that the new
 * one has only the runs imported after that.
 */
bool store_remade(struct store *st);

/*
 * Import one run in one transaction: all of it or nothing.  A run that the
 * database already has is left alone if its content is the same (*changed =
 * false) and replaced otherwise (it was still running).  A database that turns
 * out to be damaged is replaced as by store_open().
 */
int store_import(struct store *st, const struct run *run, bool *changed);

/* Number of runs, boots and samples; for tests and "cgmark import". */
int store_count(struct store *st, uint64_t *runs, uint64_t *boots,
		uint64_t *samples);

#endif
