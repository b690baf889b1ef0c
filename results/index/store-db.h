/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An open database: errors, simple queries and transactions.  Private to
 * index/, the only folder that includes sqlite3.h.
 */
#ifndef CGMARK_STORE_DB_H
#define CGMARK_STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* An import holds the lock for about a second. */
#define BUSY_TIMEOUT_MS 60000
#define BUSY_SILENT_MS 2000 /* until that is told */
#define BUSY_POLL_MS 10

struct store {
	sqlite3 *db;
	char *path;
	dev_t dev; /* of the file that is open */
	ino_t ino;
	bool remade;
};

/* Logs what SQLite said last and returns -errno. */
int sql_error(struct store *st, const char *what);
/* Runs statements without results; what goes into the error message. */
int sql_exec(struct store *st, const char *sql, const char *what);
/* First column of the first row of a query; -ENODATA without a row. */
int sql_query_int(struct store *st, const char *sql, int64_t *ret);
/*
 * Commits a transaction if r is 0 and rolls it back otherwise, or if the COMMIT
 * fails.  Returns r, or what the COMMIT failed with.
 */
int sql_end_transaction(struct store *st, int r);

static inline void sqlite3_finalizep(sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
}

#endif
