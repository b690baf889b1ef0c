/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One transaction an import, in SQLite's rollback journal rather than a
 * write-ahead log: writes are few and large, readers can wait, and the database
 * stays one file that also works on a network file system.  Transactions begin
 * IMMEDIATE, so that of two writers the second waits at the start instead of
 * failing in the middle.
 */
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "alloc.h"
#include "log.h"
#include "run-files.h"
#include "schema.h"
#include "store.h"
#include "strbuf.h"

#define SCHEMA_VERSION ((int)ARRAY_SIZE(schema_steps) - 1)
#define APPLICATION_ID 0x63676d6b /* "cgmk", as in schema.sql */

/* An import holds the lock for about a second. */
#define BUSY_TIMEOUT_MS 60000

struct store {
	sqlite3 *db;
	char *path;
	dev_t dev; /* of what is open */
	ino_t ino;
	bool remade;
};

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

/* Logs what SQLite said last and returns -errno. */
static int sql_error(struct store *st, const char *what)
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

static int exec(struct store *st, const char *sql, const char *what)
{
	if (sqlite3_exec(st->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sql_error(st, what);
	return 0;
}

static void finalizep(sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
}

/* First column of the first row of a query; -ENODATA without a row. */
static int query_int(struct store *st, const char *sql, int64_t *ret)
{
	_cleanup_(finalizep) sqlite3_stmt *stmt = NULL;
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

/* A database with the tables that the steps up to version make. */
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

/* What a table was made with, however it was laid out. */
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
	_cleanup_(finalizep) sqlite3_stmt *want = NULL;
	_cleanup_(finalizep) sqlite3_stmt *find = NULL;
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
 * The tables are those of the version, or an import would fail in the middle.
 * More of them do no harm, but a trigger changes what is imported.
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
		r = query_int(st,
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
 * Version of the schema; 0 for an empty database.  It indexes schema_steps and
 * comes from a file: nothing goes on with one that was not looked at here.
 */
static int check_version(struct store *st, int64_t *ret)
{
	int64_t id = 0, tables = 0;
	int r;

	r = query_int(st, "PRAGMA user_version", ret);
	if (r == 0)
		r = query_int(st, "PRAGMA application_id", &id);
	if (r == 0)
		r = query_int(st, "SELECT count(*) FROM sqlite_schema",
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

	/* Once more: another process may have been faster. */
	r = check_version(st, &version);
	for (; r == 0 && version < SCHEMA_VERSION; version++)
		r = exec(st, schema_steps[version + 1], "bring it up to date");
	if (r < 0)
		return r;
	snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", SCHEMA_VERSION);
	return exec(st, sql, "bring it up to date");
}

/* Ends a transaction with what r says; a failed COMMIT is rolled back too. */
static int end_transaction(struct store *st, int r)
{
	if (r == 0)
		r = exec(st, "COMMIT", "write it");
	if (r < 0 && !sqlite3_get_autocommit(st->db))
		sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

/* At one time: another process may be making the tables. */
static int look_at_version(struct store *st, int64_t *ret)
{
	int r = exec(st, "BEGIN", "read it");

	return r < 0 ? r : end_transaction(st, check_version(st, ret));
}

static int migrate(struct store *st)
{
	int64_t version = 0;
	int r;

	r = look_at_version(st, &version);
	if (r < 0 || version == SCHEMA_VERSION)
		return r;
	r = exec(st, "BEGIN IMMEDIATE", "lock it");
	if (r < 0)
		return r;
	return end_transaction(st, run_steps(st));
}

static int open_db(struct store *st)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	struct stat sb;

	if (stat(st->path, &sb) == 0) {
		st->dev = sb.st_dev;
		st->ino = sb.st_ino;
	}
	if (sqlite3_open_v2(st->path, &st->db, flags, NULL) != SQLITE_OK)
		return st->db ? sql_error(st, "open it") : -ENOMEM;
	sqlite3_extended_result_codes(st->db, 1);
	sqlite3_busy_timeout(st->db, BUSY_TIMEOUT_MS);
	/* The file may come from anywhere: its schema runs no code of ours. */
	sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(st->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(st->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_exec(st->db, "PRAGMA cell_size_check = ON", NULL, NULL, NULL);
	return migrate(st);
}

/* Of all that make a database again, one at a time; -1: they take the risk. */
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

/* What the last writer left beside it would be played into the next one. */
static int move_aside(const char *path)
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

/* Nothing is lost: all of it is in the run directories. */
static int remake(struct store *st)
{
	_cleanup_free_ char *path = realpath(st->path, NULL);
	_cleanup_close_ int lock = path ? lock_directory_of(path) : -1;
	struct stat sb;
	int r;

	/* Another process may have been faster. */
	if (path && stat(path, &sb) == 0 && sb.st_dev == st->dev &&
	    sb.st_ino == st->ino) {
		if (!S_ISREG(sb.st_mode))
			return -EBADMSG;
		r = move_aside(path);
		if (r < 0)
			return r;
	}
	sqlite3_close(st->db);
	st->db = NULL;
	st->remade = true;
	return open_db(st);
}

int store_open(const char *path, struct store **ret)
{
	struct store *st = xcalloc(1, sizeof(*st));
	int r;

	st->path = xstrdup(path);
	r = open_db(st);
	if (r == -EBADMSG)
		r = remake(st);
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

enum statement {
	GET_RUN,
	DELETE_RUN,
	DELETE_POINTS,
	ADD_RUN,
	ADD_KERNEL,
	ADD_POINT,
	GET_POINT,
	ADD_RUN_POINT,
	ADD_BOOT,
	ADD_STATUS,
	ADD_METRIC,
	GET_METRIC,
	ADD_SAMPLE,
	ADD_LACK,
	NR_STATEMENTS,
};

/* ADD_KERNEL is made of the table of a kernel's fields. */
static const char *const statements[NR_STATEMENTS] = {
	[GET_RUN] = "SELECT id, digest FROM run WHERE name = ?",
	[DELETE_RUN] = "DELETE FROM run WHERE id = ?",
	[DELETE_POINTS] = "DELETE FROM point WHERE id NOT IN "
			  "(SELECT point FROM run_point)",
	[ADD_RUN] = "INSERT INTO run (name, created, status, version, "
		    "command_line, machine, machine_detail, host, "
		    "guest_sha256, suite, seed, perturbations, digest) "
		    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ADD_POINT] = "INSERT OR IGNORE INTO point (bench, version, params) "
		      "VALUES (?, ?, ?)",
	[GET_POINT] = "SELECT id FROM point "
		      "WHERE bench = ? AND version = ? AND params = ?",
	[ADD_RUN_POINT] = "INSERT INTO run_point (run, idx, point, \"binary\", "
			  "samples, warmup, nr_ops, timeout_ms) "
			  "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[ADD_BOOT] = "INSERT INTO boot (run, idx, name, kernel, perturbation, "
		     "role, finished, ok, blame, reason, wall_ms, cpu_ms, "
		     "splat, samples_crc, samples_bytes, damaged) "
		     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ADD_STATUS] = "INSERT INTO point_status (boot, point, status, text) "
		       "VALUES (?, ?, ?, ?)",
	[ADD_METRIC] = "INSERT OR IGNORE INTO metric (name) VALUES (?)",
	[GET_METRIC] = "SELECT id FROM metric WHERE name = ?",
	[ADD_SAMPLE] = "INSERT INTO sample "
		       "(boot, point, metric, rep, value, nr_ops) "
		       "VALUES (?, ?, ?, ?, ?, ?)",
	[ADD_LACK] = "INSERT INTO lack (boot, point, metric, reason) "
		     "VALUES (?, ?, ?, ?)",
};

struct import {
	struct store *st;
	const struct run *run;
	sqlite3_stmt *stmt[NR_STATEMENTS];
	char digest[65];
	int64_t run_id;
	int64_t *point_ids;	     /* per point of the run */
	char metric[REC_METRIC_MAX]; /* the last one looked up */
	int64_t metric_id;
};

/*
 * Runs a statement with its parameters: 's' const char * (NULL is ""), 'i'
 * int64_t.  Returns SQLITE_ROW or SQLITE_DONE, or -errno.  A row has to be
 * read, and the statement reset, before it is run again.
 */
static int run_statement(struct import *im, enum statement nr,
			 const char *types, ...)
{
	sqlite3_stmt *stmt = im->stmt[nr];
	const char *s;
	va_list ap;
	int r;

	sqlite3_reset(stmt);
	va_start(ap, types);
	for (int i = 0; types[i]; i++) {
		if (types[i] == 's') {
			s = va_arg(ap, const char *);
			sqlite3_bind_text(stmt, i + 1, s ? s : "", -1,
					  SQLITE_TRANSIENT);
		} else {
			sqlite3_bind_int64(stmt, i + 1, va_arg(ap, int64_t));
		}
	}
	va_end(ap);
	r = sqlite3_step(stmt);
	if (r != SQLITE_ROW && r != SQLITE_DONE)
		return sql_error(im->st, "import");
	if (r == SQLITE_DONE)
		sqlite3_reset(stmt);
	return r;
}

#define RUN_STATEMENT(im, nr, types, ...)                              \
	({                                                             \
		int __r = run_statement(im, nr, types, ##__VA_ARGS__); \
		__r < 0 ? __r : 0;                                     \
	})

static int64_t last_id(const struct import *im)
{
	return sqlite3_last_insert_rowid(im->st->db);
}

/* Id in the row of a GET statement that was just run with result r. */
static int take_id(struct import *im, enum statement nr, int r, int64_t *ret)
{
	if (r < 0)
		return r;
	if (r == SQLITE_DONE) {
		log_err("%s: a damaged database: an index lacks what its table has",
			im->st->path);
		return -EBADMSG;
	}
	*ret = sqlite3_column_int64(im->stmt[nr], 0);
	sqlite3_reset(im->stmt[nr]);
	return 0;
}

static int add_run(struct import *im)
{
	const struct run *r = im->run;
	char seed[24];
	int ret;

	/* As text: SQLite's integers are signed. */
	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)r->seed);
	ret = RUN_STATEMENT(im, ADD_RUN, "sssssssssssis", r->id, r->created,
			    r->status, r->version, r->command_line, r->machine,
			    r->machine_detail, r->host, r->guest_sha256,
			    r->suite, seed, (int64_t)r->perturbations,
			    im->digest);
	im->run_id = last_id(im);
	return ret;
}

static int add_kernel(struct import *im, size_t i)
{
	const struct run_kernel *k = &im->run->kernels[i];
	sqlite3_stmt *stmt = im->stmt[ADD_KERNEL];

	sqlite3_reset(stmt);
	sqlite3_bind_int64(stmt, 1, im->run_id);
	sqlite3_bind_int64(stmt, 2, i);
	for (int j = 0; j < NR_KERNEL_FIELDS; j++) {
		const char *text = kernel_text(k, &kernel_fields[j]);

		sqlite3_bind_text(stmt, 3 + j, text ? text : "", -1,
				  SQLITE_TRANSIENT);
	}
	if (sqlite3_step(stmt) != SQLITE_DONE)
		return sql_error(im->st, "import");
	sqlite3_reset(stmt);
	return 0;
}

static int add_point(struct import *im, size_t i)
{
	const struct plan_point *p = &im->run->points[i].plan;
	int64_t version = p->version;
	int r;

	r = RUN_STATEMENT(im, ADD_POINT, "sis", p->bench, version, p->params);
	if (r < 0)
		return r;
	r = run_statement(im, GET_POINT, "sis", p->bench, version, p->params);
	r = take_id(im, GET_POINT, r, &im->point_ids[i]);
	if (r < 0)
		return r;
	return RUN_STATEMENT(im, ADD_RUN_POINT, "iiisiiii", im->run_id,
			     (int64_t)i, im->point_ids[i], p->binary,
			     (int64_t)p->samples, (int64_t)p->warmup,
			     (int64_t)p->nr_ops, (int64_t)p->timeout_ms);
}

static int get_metric(struct import *im, const char *name)
{
	int r;

	if (!strcmp(im->metric, name))
		return 0;
	r = RUN_STATEMENT(im, ADD_METRIC, "s", name);
	if (r < 0)
		return r;
	r = run_statement(im, GET_METRIC, "s", name);
	r = take_id(im, GET_METRIC, r, &im->metric_id);
	if (r == 0)
		snprintf(im->metric, sizeof(im->metric), "%s", name);
	return r;
}

/* Records lie in the order of the points, so *hint is nearly always right. */
static int64_t point_id_of(const struct import *im, const struct point_id *id,
			   size_t *hint)
{
	size_t nr = im->run->nr_points;

	for (size_t n = 0; n < nr; n++) {
		size_t i = (*hint + n) % nr;

		if (point_same(&im->run->points[i].plan.id, id)) {
			*hint = i;
			return im->point_ids[i];
		}
	}
	return -1;
}

static int add_samples(struct import *im, const struct run_boot *b,
		       int64_t boot_id)
{
	size_t hint = 0;
	int r = 0;

	for (size_t i = 0; i < b->nr_samples && r == 0; i++) {
		const struct sample *s = &b->samples[i];

		r = get_metric(im, s->metric);
		if (r < 0)
			return r;
		r = RUN_STATEMENT(im, ADD_SAMPLE, "iiiiii", boot_id,
				  point_id_of(im, &s->id, &hint), im->metric_id,
				  (int64_t)s->rep, (int64_t)s->value,
				  (int64_t)s->nr_ops);
	}
	return r;
}

static int add_lacks(struct import *im, const struct run_boot *b,
		     int64_t boot_id)
{
	size_t hint = 0;
	int r = 0;

	for (size_t i = 0; i < b->nr_lacks && r == 0; i++) {
		const struct lack *l = &b->lacks[i];

		r = get_metric(im, l->metric);
		if (r < 0)
			return r;
		r = RUN_STATEMENT(im, ADD_LACK, "iiis", boot_id,
				  point_id_of(im, &l->id, &hint), im->metric_id,
				  l->why);
	}
	return r;
}

static int add_statuses(struct import *im, const struct run_boot *b,
			int64_t boot_id)
{
	int r = 0;

	for (size_t i = 0; i < im->run->nr_points && r == 0; i++)
		r = RUN_STATEMENT(im, ADD_STATUS, "iiss", boot_id,
				  im->point_ids[i],
				  point_status_str(b->status ? b->status[i]
							     : POINT_MISSING),
				  b->status_text ? b->status_text[i] : "");
	return r;
}

static int add_boot(struct import *im, size_t i)
{
	const struct run_boot *b = &im->run->boots[i];
	int64_t boot_id;
	int r;

	r = RUN_STATEMENT(im, ADD_BOOT, "iisiisiissiissii", im->run_id,
			  (int64_t)i, b->id, (int64_t)b->kernel,
			  (int64_t)b->perturbation, boot_role_str(b->role),
			  (int64_t)b->finished, (int64_t)b->ok,
			  blame_str(b->blame), b->reason, (int64_t)b->wall_ms,
			  (int64_t)b->cpu_ms, b->splat, b->samples_crc,
			  (int64_t)b->samples_bytes, (int64_t)b->damaged);
	if (r < 0)
		return r;
	boot_id = last_id(im);
	r = add_statuses(im, b, boot_id);
	if (r == 0)
		r = add_samples(im, b, boot_id);
	return r < 0 ? r : add_lacks(im, b, boot_id);
}

static int add_all(struct import *im)
{
	int r;

	r = add_run(im);
	for (size_t i = 0; i < im->run->nr_kernels && r == 0; i++)
		r = add_kernel(im, i);
	for (size_t i = 0; i < im->run->nr_points && r == 0; i++)
		r = add_point(im, i);
	for (size_t i = 0; i < im->run->nr_boots && r == 0; i++)
		r = add_boot(im, i);
	return r;
}

/* Points that no run has any more go too: a rebuild would not know them. */
static int delete_run(struct import *im, int64_t id)
{
	int r;

	r = RUN_STATEMENT(im, DELETE_RUN, "i", id);
	return r < 0 ? r : RUN_STATEMENT(im, DELETE_POINTS, "");
}

static int replace_run(struct import *im, bool *changed)
{
	const char *digest;
	int64_t old = 0;
	int r;

	r = run_statement(im, GET_RUN, "s", im->run->id);
	if (r < 0)
		return r;
	if (r == SQLITE_ROW) {
		digest =
			(const char *)sqlite3_column_text(im->stmt[GET_RUN], 1);
		*changed = !digest || strcmp(digest, im->digest);
		r = take_id(im, GET_RUN, r, &old);
		if (!*changed)
			return 0;
		r = delete_run(im, old);
		if (r < 0)
			return r;
	}
	*changed = true;
	return add_all(im);
}

static char *add_kernel_sql(void)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addstr(&sb, "INSERT INTO kernel (run, idx");
	for (size_t i = 0; i < NR_KERNEL_FIELDS; i++)
		strbuf_addf(&sb, ", %s", kernel_fields[i].column);
	strbuf_addstr(&sb, ") VALUES (?, ?");
	for (size_t i = 0; i < NR_KERNEL_FIELDS; i++)
		strbuf_addstr(&sb, ", ?");
	strbuf_addstr(&sb, ")");
	return strbuf_steal(&sb);
}

static int prepare_all(struct import *im)
{
	_cleanup_free_ char *add_kernel = add_kernel_sql();

	for (int i = 0; i < NR_STATEMENTS; i++) {
		const char *sql = i == ADD_KERNEL ? add_kernel : statements[i];

		if (sqlite3_prepare_v2(im->st->db, sql, -1, &im->stmt[i],
				       NULL) != SQLITE_OK)
			return sql_error(im->st, "import");
	}
	return 0;
}

static void finalize_all(struct import *im)
{
	for (int i = 0; i < NR_STATEMENTS; i++)
		sqlite3_finalize(im->stmt[i]);
}

static int import_once(struct store *st, const struct run *run, bool *changed)
{
	_cleanup_free_ int64_t *point_ids =
		xcalloc(run->nr_points, sizeof(*point_ids));
	struct import im = { .st = st, .run = run, .point_ids = point_ids };
	int r;

	run_digest(run, im.digest);
	r = exec(st, "BEGIN IMMEDIATE", "lock it");
	if (r < 0)
		return r;
	r = prepare_all(&im);
	if (r == 0)
		r = replace_run(&im, changed);
	finalize_all(&im);
	return end_transaction(st, r);
}

int store_import(struct store *st, const struct run *run, bool *changed)
{
	int r = import_once(st, run, changed);

	if (r != -EBADMSG)
		return r;
	r = remake(st);
	return r < 0 ? r : import_once(st, run, changed);
}

static int count_rows(struct store *st, const char *sql, uint64_t *ret)
{
	int64_t n = 0;
	int r;

	r = query_int(st, sql, &n);
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
		r = count_rows(st, "SELECT count(*) FROM sample", samples);
	return r;
}
