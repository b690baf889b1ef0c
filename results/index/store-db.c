/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>

#include "log.h"
#include "macro.h"
#include "store-db.h"

static int errno_of(sqlite3 *db)
{
	int sys = sqlite3_system_errno(db);

	switch (sqlite3_errcode(db) & 0xff) {
	case SQLITE_FULL:
		return ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EBUSY;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return EBADMSG;
	case SQLITE_READONLY:
		return EROFS;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return EACCES;
	case SQLITE_NOMEM:
		return ENOMEM;
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return sys > 0 ? sys : EIO;
	default:
		return EIO;
	}
}

int sql_error(struct store *st, const char *what)
{
	int err = errno_of(st->db);

	if (err == EBADMSG)
		log_err("%s: no database, or a damaged one: %s", st->path,
			sqlite3_errmsg(st->db));
	else if (err == ENOSPC)
		log_err("%s: cannot %s: the disk is full", st->path, what);
	else if (err == EBUSY)
		log_err("%s: cannot %s: another program has kept it locked for %d s",
			st->path, what, BUSY_TIMEOUT_MS / 1000);
	else
		log_err("%s: cannot %s: %s%s%s", st->path, what,
			sqlite3_errmsg(st->db), err != EIO ? ": " : "",
			err != EIO ? strerror(err) : "");
	return -err;
}

int sql_exec(struct store *st, const char *sql, const char *what)
{
	if (sqlite3_exec(st->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sql_error(st, what);
	return 0;
}

int sql_query_int(struct store *st, const char *sql, int64_t *ret)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *stmt = NULL;
	int r;

	if (sqlite3_prepare_v2(st->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return sql_error(st, "read it");
	r = sqlite3_step(stmt);
	if (r == SQLITE_DONE)
		return -ENODATA;
	if (r != SQLITE_ROW)
		return sql_error(st, "read it");
	*ret = sqlite3_column_int64(stmt, 0);
	return 0;
}

int sql_end_transaction(struct store *st, int r)
{
	if (r == 0)
		r = sql_exec(st, "COMMIT", "write it");
	if (r < 0 && !sqlite3_get_autocommit(st->db))
		sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}
