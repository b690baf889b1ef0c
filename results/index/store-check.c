/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/stat.h>

#include "alloc.h"
#include "log.h"
#include "macro.h"
#include "schema.h"
#include "store-check.h"

#define SCHEMA_VERSION ((int)ARRAY_SIZE(schema_steps) - 1)
#define APPLICATION_ID 0x63676d6b /* "cgmk", as in schema.sql */

/* An in-memory database with the schema of that version. */
static sqlite3 *make_model(int64_t version)
{
	sqlite3 *db = NULL;
	int r;

	r = sqlite3_open(":memory:", &db);
	for (int64_t i = 1; i <= version && r == SQLITE_OK; i++)
		r = sqlite3_exec(db, schema_steps[i], NULL, NULL, NULL);
	if (r == SQLITE_OK)
		return db;
	sqlite3_close(db);
	return NULL;
}

/* The SQL of a table, regardless of white space. */
#define MODEL_COLUMNS                                         \
	"type, name, tbl_name, replace(replace(replace(sql, " \
	"' ', ''), char(9), ''), char(10), '')"
#define FIND_IN_FILE \
	"SELECT 1 FROM sqlite_schema WHERE (" MODEL_COLUMNS ") IS (?, ?, ?, ?)"

static int find_in_file(struct store *st, sqlite3_stmt *want,
			sqlite3_stmt *find)
{
	const char *name = (const char *)sqlite3_column_text(want, 1);
	int r;

	sqlite3_reset(find);
	for (int i = 0; i < 4; i++)
		sqlite3_bind_value(find, i + 1, sqlite3_column_value(want, i));
	r = sqlite3_step(find);
	if (r == SQLITE_ROW)
		return 0;
	if (r != SQLITE_DONE)
		return sql_error(st, "read it");
	log_err("%s: a damaged database: '%s' is missing or altered", st->path,
		name);
	return -EBADMSG;
}

static int compare_to_model(struct store *st, sqlite3 *model)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *want = NULL;
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *find = NULL;
	int r = 0;

	if (sqlite3_prepare_v2(st->db, FIND_IN_FILE, -1, &find, NULL) !=
	    SQLITE_OK)
		return sql_error(st, "read it");
	if (sqlite3_prepare_v2(model,
			       "SELECT " MODEL_COLUMNS " FROM sqlite_schema",
			       -1, &want, NULL) != SQLITE_OK)
		return -ENOMEM;
	while (r == 0 && sqlite3_step(want) == SQLITE_ROW)
		r = find_in_file(st, want, find);
	return r;
}

/*
 * The tables must be those of the version, or an import would fail halfway.
 * Additional ones do no harm, but a trigger could change what is imported.
 */
static int check_schema(struct store *st, int64_t version)
{
	sqlite3 *model = make_model(version);
	int64_t triggers = 0;
	int r;

	if (!model)
		return -ENOMEM;
	r = compare_to_model(st, model);
	sqlite3_close(model);
	if (r == 0)
		r = sql_query_int(st,
				  "SELECT count(*) FROM sqlite_schema "
				  "WHERE type = 'trigger'",
				  &triggers);
	if (r < 0 || !triggers)
		return r;
	log_err("%s: a damaged database: it has a trigger", st->path);
	return -EBADMSG;
}

static int refuse_newer(struct store *st, int64_t version)
{
	log_err("%s: schema version %lld was written by a newer cgmark (this one knows %d); move it away and run 'cgmark import'",
		st->path, (long long)version, SCHEMA_VERSION);
	return -EPROTONOSUPPORT;
}

static int refuse_other(struct store *st)
{
	log_err("%s: a database of another program; move it away and run 'cgmark import'",
		st->path);
	return -EPROTONOSUPPORT;
}

/*
 * Version of the schema; 0 for an empty database.  It is read from a file and
 * indexes schema_steps, so it must not be used without this check.
 */
static int check_version(struct store *st, int64_t *ret)
{
	int64_t id = 0, tables = 0;
	int r;

	r = sql_query_int(st, "PRAGMA user_version", ret);
	if (r == 0)
		r = sql_query_int(st, "PRAGMA application_id", &id);
	if (r == 0)
		r = sql_query_int(st, "SELECT count(*) FROM sqlite_schema",
				  &tables);
	if (r < 0 || (id == 0 && *ret == 0 && tables == 0))
		return r;
	if (id != APPLICATION_ID)
		return refuse_other(st);
	if (*ret > SCHEMA_VERSION)
		return refuse_newer(st, *ret);
	if (*ret >= 1)
		return check_schema(st, *ret);
	log_err("%s: a damaged database: there is no schema version %lld",
		st->path, (long long)*ret);
	return -EBADMSG;
}

static int run_steps(struct store *st)
{
	int64_t version = 0;
	char sql[64];
	int r;

	/* Again, under the lock: another process may have been faster. */
	r = check_version(st, &version);
	for (; r == 0 && version < SCHEMA_VERSION; version++)
		r = sql_exec(st, schema_steps[version + 1],
			     "bring it up to date");
	if (r < 0)
		return r;
	snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", SCHEMA_VERSION);
	return sql_exec(st, sql, "bring it up to date");
}

/* In one transaction: another process may be creating the tables. */
static int look_at_version(struct store *st, int64_t *ret)
{
	int r = sql_exec(st, "BEGIN", "read it");

	return r < 0 ? r : sql_end_transaction(st, check_version(st, ret));
}

int store_migrate(struct store *st)
{
	int64_t version = 0;
	int r;

	r = look_at_version(st, &version);
	if (r < 0 || version == SCHEMA_VERSION)
		return r;
	r = sql_exec(st, "BEGIN IMMEDIATE", "lock it");
	if (r < 0)
		return r;
	return sql_end_transaction(st, run_steps(st));
}

static char *free_name(const char *path)
{
	struct stat sb;

	for (unsigned i = 1;; i++) {
		char *name = xasprintf("%s.damaged-%u", path, i);

		if (lstat(name, &sb) < 0)
			return name;
		free(name);
	}
}

/* The journal and its like too, or SQLite would apply them to the new file. */
static int rename_all(const char *path)
{
	static const char *const suffixes[] = { "-journal", "-wal", "-shm",
						"" };
	_cleanup_free_ char *name = free_name(path);

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		_cleanup_free_ char *from =
			xasprintf("%s%s", path, suffixes[i]);
		_cleanup_free_ char *to = xasprintf("%s%s", name, suffixes[i]);

		if (rename(from, to) < 0 && errno != ENOENT)
			return log_err_errno(
				errno, "cannot move the damaged %s away", from);
	}
	log_warn("%s: what was damaged is kept as %s, and a new one is made",
		 path, name);
	return 0;
}

int store_move_aside(const struct store *st, const char *path)
{
	struct stat sb;

	/* Another process may have been faster. */
	if (stat(path, &sb) < 0 || sb.st_dev != st->dev || sb.st_ino != st->ino)
		return 0;
	return S_ISREG(sb.st_mode) ? rename_all(path) : -EBADMSG;
}
