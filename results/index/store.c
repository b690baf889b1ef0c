/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each import is one transaction.  SQLite uses its rollback journal rather than
 * a write-ahead log: writes are few and large, readers can wait, and the
 * database stays a single file that also works on network file systems.
 * Transactions are IMMEDIATE, so that a second writer waits at the start
 * instead of failing halfway.
 */
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "store-check.h"
#include "store-db.h"
#include "store-import.h"
#include "store.h"

/* Called while another program has it locked; 0: gives up. */
static int on_busy(void *arg, int calls)
{
	const struct store *st = arg;

	if (calls >= BUSY_TIMEOUT_MS / BUSY_POLL_MS)
		return 0;
	if (calls == BUSY_SILENT_MS / BUSY_POLL_MS)
		log_info(
			"%s: another program has it locked; waiting up to %d s",
			st->path, BUSY_TIMEOUT_MS / 1000);
	usleep(BUSY_POLL_MS * 1000);
	return 1;
}

static int open_db(struct store *st, int flags)
{
	struct stat sb;

	if (stat(st->path, &sb) == 0) {
		st->dev = sb.st_dev;
		st->ino = sb.st_ino;
	}
	if (sqlite3_open_v2(st->path, &st->db, SQLITE_OPEN_READWRITE | flags,
			    NULL) != SQLITE_OK)
		return st->db ? sql_error(st, "open it") : -ENOMEM;
	sqlite3_extended_result_codes(st->db, 1);
	sqlite3_busy_handler(st->db, on_busy, st);
	/* The file may come from anywhere: its schema must not run code. */
	sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(st->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(st->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_exec(st->db, "PRAGMA cell_size_check = ON", NULL, NULL, NULL);
	return store_migrate(st);
}

/* Serializes processes that replace a database; -1: without a lock. */
static int lock_directory_of(const char *path)
{
	_cleanup_free_ char *dir = xstrdup(path);
	int fd;

	*strrchr(dir, '/') = '\0';
	fd = open(*dir ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		flock(fd, LOCK_EX);
	return fd;
}

/* Replaces a damaged database: all data is in the run directories anyway. */
static int remake(struct store *st)
{
	_cleanup_free_ char *path = realpath(st->path, NULL);
	_cleanup_close_ int lock = path ? lock_directory_of(path) : -1;
	int r = path ? store_move_aside(st, path) : 0;

	if (r < 0)
		return r;
	sqlite3_close(st->db);
	st->db = NULL;
	st->remade = true;
	return open_db(st, SQLITE_OPEN_CREATE);
}

int store_open(const char *path, struct store **ret)
{
	struct store *st = xcalloc(1, sizeof(*st));
	int r;

	st->path = xstrdup(path);
	r = open_db(st, SQLITE_OPEN_CREATE);
	if (r == -EBADMSG)
		r = remake(st);
	if (r < 0) {
		store_close(st);
		return r;
	}
	*ret = st;
	return 0;
}

int store_open_existing(const char *path, struct store **ret)
{
	struct store *st = xcalloc(1, sizeof(*st));
	struct stat sb;
	int r;

	st->path = xstrdup(path);
	r = stat(path, &sb) < 0 ? -errno : open_db(st, 0);
	if (r == -EBADMSG)
		log_err("%s: left as it is; 'cgmark import' replaces the "
			"database of a results folder, and keeps the old one",
			path);
	if (r < 0) {
		store_close(st);
		return r;
	}
	*ret = st;
	return 0;
}

void store_close(struct store *st)
{
	if (!st)
		return;
	sqlite3_close(st->db);
	free(st->path);
	free(st);
}

bool store_remade(struct store *st)
{
	bool remade = st->remade;

	st->remade = false;
	return remade;
}

int store_import(struct store *st, const struct run *run, bool *changed)
{
	int r = store_write_run(st, run, changed);

	if (r != -EBADMSG)
		return r;
	r = remake(st);
	return r < 0 ? r : store_write_run(st, run, changed);
}

static int count_rows(struct store *st, const char *sql, uint64_t *ret)
{
	int64_t n = 0;
	int r;

	r = sql_query_int(st, sql, &n);
	if (r == 0)
		*ret = n;
	return r;
}

int store_count(struct store *st, uint64_t *runs, uint64_t *boots,
		uint64_t *samples)
{
	int r;

	r = count_rows(st, "SELECT count(*) FROM run", runs);
	if (r == 0)
		r = count_rows(st, "SELECT count(*) FROM boot", boots);
	if (r == 0)
		r = count_rows(st,
			       "SELECT coalesce(sum(nr), 0) FROM sample_list",
			       samples);
	return r;
}
