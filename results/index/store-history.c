/* SPDX-License-Identifier: GPL-2.0-only */
#include "store-history.h"

#include <math.h>

#include "alloc.h"
#include "macro.h"
#include "store-db.h"
#include "strbuf.h"

/* Makes one row of the statement's and hands it to who asked. */
typedef int (*row_fn)(sqlite3_stmt *stmt, void *query);

static const char *text_at(sqlite3_stmt *stmt, int column)
{
	const char *s = (const char *)sqlite3_column_text(stmt, column);

	return s ? s : "";
}

static double double_at(sqlite3_stmt *stmt, int column)
{
	return sqlite3_column_type(stmt, column) == SQLITE_NULL
		       ? NAN
		       : sqlite3_column_double(stmt, column);
}

/* One parameter, if the statement has any. */
static int each_row(struct store *st, const char *sql, int64_t parameter,
		    row_fn fn, void *query)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *stmt = NULL;
	int r, ret;

	if (sqlite3_prepare_v2(st->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return sql_error(st, "read it");
	if (sqlite3_bind_parameter_count(stmt) > 0)
		sqlite3_bind_int64(stmt, 1, parameter);
	while ((r = sqlite3_step(stmt)) == SQLITE_ROW) {
		ret = fn(stmt, query);
		if (ret)
			return ret;
	}
	return r == SQLITE_DONE ? 0 : sql_error(st, "read it");
}

struct run_query {
	int (*fn)(const struct store_run *row, void *arg);
	void *arg;
};

static int on_run(sqlite3_stmt *stmt, void *query)
{
	const struct run_query *q = query;
	const struct store_run row = {
		.id = sqlite3_column_int64(stmt, 0),
		.name = text_at(stmt, 1),
		.created = text_at(stmt, 2),
		.job = text_at(stmt, 3),
		.night = text_at(stmt, 4),
		.status = text_at(stmt, 5),
		.version = text_at(stmt, 6),
		.machine = text_at(stmt, 7),
		.machine_detail = text_at(stmt, 8),
		.host = text_at(stmt, 9),
		.guest_sha256 = text_at(stmt, 10),
		.suite = text_at(stmt, 11),
		.summed = sqlite3_column_int64(stmt, 12),
	};

	return q->fn(&row, q->arg);
}

int store_runs(struct store *st,
	       int (*fn)(const struct store_run *row, void *arg), void *arg)
{
	struct run_query q = { fn, arg };

	return each_row(
		st,
		"SELECT id, name, created, job, night, status, version, "
		"machine, machine_detail, host, guest_sha256, suite, "
		"summed FROM run WHERE status <> 'running' "
		"ORDER BY created, name",
		0, on_run, &q);
}

struct kernel_query {
	int (*fn)(const struct store_kernel *row, void *arg);
	void *arg;
};

static int on_kernel(sqlite3_stmt *stmt, void *query)
{
	const struct kernel_query *q = query;
	struct store_kernel row = {
		.run = sqlite3_column_int64(stmt, 0),
		.idx = sqlite3_column_int64(stmt, 1),
	};

	for (int i = 0; i < NR_KERNEL_FIELDS; i++)
		row.field[i] = text_at(stmt, 2 + i);
	return q->fn(&row, q->arg);
}

int store_kernels(struct store *st,
		  int (*fn)(const struct store_kernel *row, void *arg),
		  void *arg)
{
	_cleanup_strbuf_ struct strbuf sql = STRBUF_INIT;
	struct kernel_query q = { fn, arg };

	strbuf_addstr(&sql, "SELECT run, idx");
	for (size_t i = 0; i < NR_KERNEL_FIELDS; i++)
		strbuf_addf(&sql, ", %s", kernel_fields[i].column);
	strbuf_addstr(&sql, " FROM kernel ORDER BY run, idx");
	return each_row(st, sql.buf, 0, on_kernel, &q);
}

struct point_query {
	int (*fn)(const struct store_point *row, void *arg);
	void *arg;
};

static int on_point(sqlite3_stmt *stmt, void *query)
{
	const struct point_query *q = query;
	const struct store_point row = {
		.id = sqlite3_column_int64(stmt, 0),
		.bench = text_at(stmt, 1),
		.version = sqlite3_column_int64(stmt, 2),
		.params = text_at(stmt, 3),
	};

	return q->fn(&row, q->arg);
}

int store_points(struct store *st,
		 int (*fn)(const struct store_point *row, void *arg), void *arg)
{
	struct point_query q = { fn, arg };

	return each_row(st,
			"SELECT id, bench, version, params FROM point "
			"ORDER BY id",
			0, on_point, &q);
}

struct metric_query {
	int (*fn)(const struct store_metric *row, void *arg);
	void *arg;
};

static int on_metric(sqlite3_stmt *stmt, void *query)
{
	const struct metric_query *q = query;
	const struct store_metric row = {
		.id = sqlite3_column_int64(stmt, 0),
		.name = text_at(stmt, 1),
	};

	return q->fn(&row, q->arg);
}

int store_metrics(struct store *st,
		  int (*fn)(const struct store_metric *row, void *arg),
		  void *arg)
{
	struct metric_query q = { fn, arg };

	return each_row(st, "SELECT id, name FROM metric ORDER BY id", 0,
			on_metric, &q);
}

struct list_query {
	int (*fn)(const struct store_list *row, void *arg);
	void *arg;
};

static int on_list(sqlite3_stmt *stmt, void *query)
{
	const struct list_query *q = query;
	const struct store_list row = {
		.kernel = sqlite3_column_int64(stmt, 0),
		.point = sqlite3_column_int64(stmt, 1),
		.metric = sqlite3_column_int64(stmt, 2),
		.boot = sqlite3_column_int64(stmt, 3),
		.perturbation = sqlite3_column_int64(stmt, 4),
		.repeat = sqlite3_column_int(stmt, 5),
		.kept = sqlite3_column_int(stmt, 6),
		.nr_ops = sqlite3_column_int64(stmt, 7),
		.list = text_at(stmt, 8),
	};

	return q->fn(&row, q->arg);
}

int store_lists(struct store *st, int64_t run,
		int (*fn)(const struct store_list *row, void *arg), void *arg)
{
	struct list_query q = { fn, arg };

	return each_row(
		st,
		"SELECT b.kernel, s.point, s.metric, b.id, b.perturbation, "
		"b.role = 'repeat', b.cached <> '', s.nr_ops, s.list "
		"FROM boot b "
		"JOIN sample_list s ON s.boot = b.id "
		"JOIN point_status p ON p.boot = b.id AND p.point = s.point "
		"WHERE b.run = ? AND b.ok AND NOT b.damaged "
		"AND b.role IN ('measure', 'repeat') AND p.status = 'DONE' "
		"ORDER BY b.kernel, s.point, s.metric, b.idx, s.rep",
		run, on_list, &q);
}

struct figure_query {
	int (*fn)(const struct store_figure *row, void *arg);
	void *arg;
};

static int on_figure(sqlite3_stmt *stmt, void *query)
{
	const struct figure_query *q = query;
	const struct store_figure row = {
		.run = sqlite3_column_int64(stmt, 0),
		.kernel = sqlite3_column_int64(stmt, 1),
		.point = sqlite3_column_int64(stmt, 2),
		.metric = sqlite3_column_int64(stmt, 3),
		.value = double_at(stmt, 4),
		.p99 = double_at(stmt, 5),
		.spread = double_at(stmt, 6),
		.kept = sqlite3_column_int(stmt, 7),
		.repeated = sqlite3_column_int(stmt, 8),
		.boots = text_at(stmt, 9),
	};

	return q->fn(&row, q->arg);
}

int store_figures(struct store *st, int64_t version,
		  int (*fn)(const struct store_figure *row, void *arg),
		  void *arg)
{
	struct figure_query q = { fn, arg };

	return each_row(
		st,
		"SELECT f.run, f.kernel, f.point, f.metric, f.value, "
		"f.p99, f.spread, f.kept, f.repeated, f.boots FROM figure f JOIN run r ON r.id = f.run "
		"WHERE r.summed = ? AND r.status <> 'running'",
		version, on_figure, &q);
}

static int keep_one(struct store *st, sqlite3_stmt *stmt,
		    const struct store_figure *f)
{
	sqlite3_reset(stmt);
	sqlite3_bind_int64(stmt, 1, f->run);
	sqlite3_bind_int64(stmt, 2, f->kernel);
	sqlite3_bind_int64(stmt, 3, f->point);
	sqlite3_bind_int64(stmt, 4, f->metric);
	/* SQLite takes NaN as NULL. */
	sqlite3_bind_double(stmt, 5, f->value);
	sqlite3_bind_double(stmt, 6, f->p99);
	sqlite3_bind_double(stmt, 7, f->spread);
	sqlite3_bind_int64(stmt, 8, f->kept);
	sqlite3_bind_int64(stmt, 9, f->repeated);
	sqlite3_bind_text(stmt, 10, f->boots, -1, SQLITE_STATIC);
	return sqlite3_step(stmt) == SQLITE_DONE ? 0
						 : sql_error(st, "write it");
}

static int keep_all(struct store *st, const struct store_figure *figures,
		    size_t nr)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *stmt = NULL;
	int r = 0;

	if (sqlite3_prepare_v2(st->db,
			       "INSERT INTO figure VALUES "
			       "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			       -1, &stmt, NULL) != SQLITE_OK)
		return sql_error(st, "write it");
	for (size_t i = 0; i < nr && r == 0; i++)
		r = keep_one(st, stmt, &figures[i]);
	return r;
}

static int keep_run(struct store *st, int64_t run, int64_t version,
		    const struct store_figure *figures, size_t nr)
{
	char sql[128];
	int64_t there = 0;
	int r;

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM run WHERE id = %lld",
		 (long long)run);
	r = sql_query_int(st, sql, &there);
	/* An import may have replaced it meanwhile. */
	if (r < 0 || !there)
		return r;
	snprintf(sql, sizeof(sql), "DELETE FROM figure WHERE run = %lld",
		 (long long)run);
	r = sql_exec(st, sql, "write it");
	if (r == 0)
		r = keep_all(st, figures, nr);
	if (r < 0)
		return r;
	snprintf(sql, sizeof(sql),
		 "UPDATE run SET summed = %lld WHERE id = %lld",
		 (long long)version, (long long)run);
	return sql_exec(st, sql, "write it");
}

int store_keep_figures(struct store *st, int64_t run, int64_t version,
		       const struct store_figure *figures, size_t nr)
{
	int r;

	if (sqlite3_db_readonly(st->db, "main") == 1)
		return 0;
	r = sql_exec(st, "BEGIN IMMEDIATE", "lock it");
	if (r < 0)
		return r;
	return sql_end_transaction(st, keep_run(st, run, version, figures, nr));
}
