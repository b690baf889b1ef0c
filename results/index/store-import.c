/* SPDX-License-Identifier: GPL-2.0-only */
#include "store-import.h"
#include "alloc.h"
#include "log.h"
#include "run-files.h"
#include "strbuf.h"

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
	ADD_LIST,
	ADD_LACK,
	NR_STATEMENTS,
};

/* ADD_KERNEL is generated from the table of a kernel's fields. */
static const char *const statements[NR_STATEMENTS] = {
	[GET_RUN] = "SELECT id, digest FROM run WHERE name = ?",
	[DELETE_RUN] = "DELETE FROM run WHERE id = ?",
	[DELETE_POINTS] = "DELETE FROM point WHERE id NOT IN "
			  "(SELECT point FROM run_point)",
	[ADD_RUN] = "INSERT INTO run (name, created, status, version, "
		    "command_line, machine, machine_detail, host, "
		    "guest_sha256, suite, seed, perturbations, digest, job, "
		    "night) "
		    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ADD_POINT] = "INSERT OR IGNORE INTO point (bench, version, params) "
		      "VALUES (?, ?, ?)",
	[GET_POINT] = "SELECT id FROM point "
		      "WHERE bench = ? AND version = ? AND params = ?",
	[ADD_RUN_POINT] = "INSERT INTO run_point (run, idx, point, \"binary\", "
			  "samples, warmup, nr_ops, timeout_ms) "
			  "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[ADD_BOOT] = "INSERT INTO boot (run, idx, name, kernel, perturbation, "
		     "role, finished, ok, blame, reason, wall_ms, cpu_ms, "
		     "splat, samples_crc, samples_bytes, damaged, cached) "
		     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		     "?)",
	[ADD_STATUS] = "INSERT INTO point_status (boot, point, status, text) "
		       "VALUES (?, ?, ?, ?)",
	[ADD_METRIC] = "INSERT OR IGNORE INTO metric (name) VALUES (?)",
	[GET_METRIC] = "SELECT id FROM metric WHERE name = ?",
	[ADD_LIST] = "INSERT INTO sample_list "
		     "(boot, point, metric, rep, nr, nr_ops, list) "
		     "VALUES (?, ?, ?, ?, ?, ?, ?)",
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
 * int64_t.  Returns SQLITE_ROW or SQLITE_DONE, or -errno.  After
 * SQLITE_ROW the caller reads the row and resets the statement.
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
	ret = RUN_STATEMENT(im, ADD_RUN, "sssssssssssisss", r->id, r->created,
			    r->status, r->version, r->command_line, r->machine,
			    r->machine_detail, r->host, r->guest_sha256,
			    r->suite, seed, (int64_t)r->perturbations,
			    im->digest, r->job, r->night);
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
	int64_t version = p->id.version;
	int r;

	r = RUN_STATEMENT(im, ADD_POINT, "sis", p->id.bench, version,
			  p->id.params);
	if (r < 0)
		return r;
	r = run_statement(im, GET_POINT, "sis", p->id.bench, version,
			  p->id.params);
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

/* How many of nr samples one row holds. */
static size_t list_len(const struct run_sample *s, size_t nr)
{
	size_t i;

	for (i = 1; i < nr; i++) {
		if (s[i].point != s->point || s[i].rep != s->rep + i ||
		    s[i].nr_ops != s->nr_ops || strcmp(s[i].metric, s->metric))
			break;
	}
	return i;
}

static int add_list(struct import *im, int64_t boot_id,
		    const struct run_sample *s, size_t nr)
{
	_cleanup_strbuf_ struct strbuf list = STRBUF_INIT;
	int r;

	r = get_metric(im, s->metric);
	if (r < 0)
		return r;
	for (size_t i = 0; i < nr; i++) {
		strbuf_addstr(&list, i ? "," : "[");
		strbuf_add_u64(&list, s[i].value);
	}
	strbuf_addstr(&list, "]");
	return RUN_STATEMENT(im, ADD_LIST, "iiiiiis", boot_id,
			     im->point_ids[s->point], im->metric_id,
			     (int64_t)s->rep, (int64_t)nr, (int64_t)s->nr_ops,
			     list.buf);
}

static int add_samples(struct import *im, const struct run_boot *b,
		       int64_t boot_id)
{
	size_t nr;
	int r = 0;

	for (size_t i = 0; i < b->nr_samples && r == 0; i += nr) {
		nr = list_len(&b->samples[i], b->nr_samples - i);
		r = add_list(im, boot_id, &b->samples[i], nr);
	}
	return r;
}

static int add_lacks(struct import *im, const struct run_boot *b,
		     int64_t boot_id)
{
	int r = 0;

	for (size_t i = 0; i < b->nr_lacks && r == 0; i++) {
		const struct run_lack *l = &b->lacks[i];

		r = get_metric(im, l->metric);
		if (r < 0)
			return r;
		r = RUN_STATEMENT(im, ADD_LACK, "iiis", boot_id,
				  im->point_ids[l->point], im->metric_id,
				  l->why);
	}
	return r;
}

static int add_statuses(struct import *im, const struct run_boot *b,
			int64_t boot_id)
{
	int r = 0;

	for (size_t i = 0; i < im->run->nr_points && r == 0; i++) {
		if (!boot_plans(b, i))
			continue;
		r = RUN_STATEMENT(im, ADD_STATUS, "iiss", boot_id,
				  im->point_ids[i],
				  point_status_str(b->status ? b->status[i]
							     : POINT_MISSING),
				  b->status_text ? b->status_text[i] : "");
	}
	return r;
}

static int add_boot(struct import *im, size_t i)
{
	const struct run_boot *b = &im->run->boots[i];
	int64_t boot_id;
	int r;

	r = RUN_STATEMENT(
		im, ADD_BOOT, "iisiisiissiissiis", im->run_id, (int64_t)i,
		b->id, (int64_t)b->kernel, (int64_t)b->perturbation,
		boot_role_str(b->role), (int64_t)b->finished, (int64_t)b->ok,
		blame_str(b->blame), b->reason, (int64_t)b->wall_ms,
		(int64_t)b->cpu_ms, b->splat, b->samples_crc,
		(int64_t)b->samples_bytes, (int64_t)b->damaged, b->cached);
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

/* Unreferenced points go too: a rebuild would not have them. */
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

int store_write_run(struct store *st, const struct run *run, bool *changed)
{
	_cleanup_free_ int64_t *point_ids =
		xcalloc(run->nr_points, sizeof(*point_ids));
	struct import im = { .st = st, .run = run, .point_ids = point_ids };
	int r;

	run_digest(run, im.digest);
	r = sql_exec(st, "BEGIN IMMEDIATE", "lock it");
	if (r < 0)
		return r;
	r = prepare_all(&im);
	if (r == 0)
		r = replace_run(&im, changed);
	finalize_all(&im);
	return sql_end_transaction(st, r);
}
