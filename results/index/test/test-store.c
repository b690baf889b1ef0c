/* SPDX-License-Identifier: GPL-2.0-only */
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "alloc.h"
#include "file.h"
#include "fixture.h"
#include "store.h"

static char *db_path(void **state)
{
	return xasprintf("%s/cgmark.db", (char *)*state);
}

static struct store *open_store(const char *path)
{
	struct store *st = NULL;

	assert_int_equal(store_open(path, &st), 0);
	return st;
}

/* A run on disk as run_load() sees it. */
static struct run *loaded_run(const char *dir, const char *id)
{
	_cleanup_(run_freep) struct run *run = fixture_run(dir, id);
	struct run *got = NULL;

	fixture_write_run(run);
	assert_int_equal(run_load(run->dir, &got, NULL), 0);
	return got;
}

static void import(struct store *st, const struct run *run, bool change)
{
	bool changed = !change;

	assert_int_equal(store_import(st, run, &changed), 0);
	assert_int_equal(changed, change);
}

#define BOOT_SAMPLES (FIXTURE_POINTS * FIXTURE_SAMPLES)
#define RUN_SAMPLES (FIXTURE_BOOTS * BOOT_SAMPLES)

static void check_count(struct store *st, unsigned nr_runs, unsigned nr_boots,
			unsigned nr_samples)
{
	uint64_t runs, boots, samples;

	assert_int_equal(store_count(st, &runs, &boots, &samples), 0);
	assert_int_equal(runs, nr_runs);
	assert_int_equal(boots, nr_boots);
	assert_int_equal(samples, nr_samples);
}

static void dump_query(sqlite3 *db, const char *sql, struct strbuf *ret)
{
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++)
			strbuf_addf(ret, "%s|",
				    (const char *)sqlite3_column_text(stmt, i));
		strbuf_addstr(ret, "\n");
	}
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	strbuf_addstr(ret, "--\n");
}

/* Everything except row ids. */
static char *dump(const char *path)
{
	static const char *const queries[] = {
		"SELECT name, sql FROM sqlite_schema ORDER BY name",
		"PRAGMA user_version",
		"PRAGMA application_id",
		"PRAGMA integrity_check",
		"PRAGMA foreign_key_check",
		"SELECT name, created, status, version, command_line, machine,"
		" machine_detail, host, guest_sha256, suite, seed,"
		" perturbations, digest, job, night FROM run ORDER BY name",
		"SELECT r.name, k.idx, k.name, spec, kernel_key,"
		" vmlinux_sha256, source_version, release, patches,"
		" series, series_sha256, series_total, config_sha256, toolchain, cmdline, image,"
		" board, modules"
		" FROM kernel k JOIN run r ON r.id = k.run ORDER BY 1, 2",
		"SELECT bench, version, params FROM point ORDER BY 1, 2, 3",
		"SELECT name FROM metric ORDER BY 1",
		"SELECT r.name, rp.idx, p.bench, p.version, p.params,"
		" \"binary\", samples, warmup, nr_ops, timeout_ms"
		" FROM run_point rp JOIN run r ON r.id = rp.run"
		" JOIN point p ON p.id = rp.point ORDER BY 1, 2",
		"SELECT r.name, b.idx, b.name, kernel, perturbation, role,"
		" finished, ok, blame, reason, wall_ms, cpu_ms, splat,"
		" samples_crc, samples_bytes, damaged, cached"
		" FROM boot b JOIN run r ON r.id = b.run ORDER BY 1, 2",
		"SELECT r.name, b.idx, p.bench, p.version, p.params, s.status,"
		" s.text FROM point_status s JOIN boot b ON b.id = s.boot"
		" JOIN run r ON r.id = b.run JOIN point p ON p.id = s.point"
		" ORDER BY 1, 2, 3, 4, 5",
		"SELECT r.name, b.idx, p.bench, p.version, p.params, m.name,"
		" s.rep, s.value, s.nr_ops"
		" FROM sample s JOIN boot b ON b.id = s.boot"
		" JOIN run r ON r.id = b.run JOIN point p ON p.id = s.point"
		" JOIN metric m ON m.id = s.metric"
		" ORDER BY 1, 2, 3, 4, 5, 6, 7",
		"SELECT r.name, b.idx, p.bench, p.version, p.params, m.name,"
		" l.reason FROM lack l JOIN boot b ON b.id = l.boot"
		" JOIN run r ON r.id = b.run JOIN point p ON p.id = l.point"
		" JOIN metric m ON m.id = l.metric ORDER BY 1, 2, 3, 4, 5, 6",
	};
	struct strbuf sb = STRBUF_INIT;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++)
		dump_query(db, queries[i], &sb);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	/* Always sound, whatever else a test checks. */
	assert_non_null(strstr(sb.buf, "\nok|\n--\n--\n"));
	return strbuf_steal(&sb);
}

static char *query(const char *path, const char *sql)
{
	struct strbuf sb = STRBUF_INIT;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	dump_query(db, sql, &sb);
	sqlite3_close(db);
	return strbuf_steal(&sb);
}

static void execute(const char *path, const char *sql)
{
	char *err = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &err) != SQLITE_OK)
		fail_msg("%s: %s", sql, err);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void test_import_twice(void **state)
{
	_cleanup_free_ char *path = db_path(state);
	_cleanup_(run_freep) struct run *run = loaded_run(*state, "r1");
	_cleanup_free_ char *once = NULL, *twice = NULL;
	struct store *st = open_store(path);

	import(st, run, true);
	check_count(st, 1, FIXTURE_BOOTS, RUN_SAMPLES);
	once = dump(path);
	import(st, run, false);
	store_close(st);
	st = open_store(path);
	import(st, run, false);
	store_close(st);
	twice = dump(path);
	assert_string_equal(once, twice);
}

/* Every field of a run is found again; a few are looked at closely. */
static void test_content(void **state)
{
	_cleanup_free_ char *path = db_path(state);
	_cleanup_(run_freep) struct run *run = loaded_run(*state, "r1");
	_cleanup_free_ char *rows = NULL, *series = NULL, *status = NULL;
	struct store *st = open_store(path);

	import(st, run, true);
	store_close(st);
	rows = query(path, "SELECT run.name, seed, machine, toolchain FROM run "
			   "JOIN kernel ON kernel.run = run.id");
	assert_string_equal(rows,
			    "r1|18446744073709551615|sim|gcc \"12\" \xc3\xa9|\n"
			    "r1|18446744073709551615|sim|gcc \"12\" \xc3\xa9|\n"
			    "--\n");
	series = query(path, "SELECT kernel, boot, role, rep, value, nr_ops "
			     "FROM series WHERE machine = 'sim' AND "
			     "bench = 'attach/self' AND version = 3 AND "
			     "params = 'pace=200ms,version=1' AND "
			     "metric = 'guest_ns' AND rep = 4 "
			     "ORDER BY boot");
	assert_string_equal(series, "base|base-p0|measure|4|3004|10|\n"
				    "base|base-p0-repeat|repeat|4|3024|10|\n"
				    "base|base-p1|measure|4|3014|10|\n"
				    "v1|v1-p0|measure|4|3034|10|\n"
				    "v1|v1-p0-repeat|repeat|4|3054|10|\n"
				    "v1|v1-p1|measure|4|3044|10|\n"
				    "--\n");
	status = query(path, "SELECT status, count(*) FROM point_status "
			     "GROUP BY 1");
	assert_string_equal(status, "DONE|18|\n--\n");
}

/* An event that was not counted has no value, but a row of its own. */
static void test_lack(void **state)
{
	_cleanup_free_ char *path = db_path(state), *rows = NULL, *want = NULL;
	_cleanup_(run_freep) struct run *run = loaded_run(*state, "r1");
	struct store *st = open_store(path);
	struct run_boot *b = &run->boots[1];
	struct run_lack *l = xcalloc(1, sizeof(*l));

	import(st, run, true);
	l->point = 2;
	strcpy(l->metric, "cycles");
	strcpy(l->why, "no such counter");
	b->lacks = l;
	b->nr_lacks = 1;
	import(st, run, true);
	import(st, run, false);
	check_count(st, 1, FIXTURE_BOOTS, RUN_SAMPLES);
	store_close(st);
	rows = query(path, "SELECT boot.name, point.bench, metric.name, "
			   "lack.reason FROM lack JOIN boot ON boot.id = boot "
			   "JOIN point ON point.id = lack.point "
			   "JOIN metric ON metric.id = metric");
	want = xasprintf("%s|%s|cycles|no such counter|\n--\n", b->id,
			 run->points[2].plan.id.bench);
	assert_string_equal(rows, want);
}

static void test_replacement(void **state)
{
	_cleanup_free_ char *path = db_path(state);
	_cleanup_(run_freep) struct run *plan = fixture_run(*state, "r1");
	_cleanup_(run_freep) struct run *early = NULL, *late = NULL;
	_cleanup_(run_freep) struct run *other = loaded_run(*state, "r2");
	_cleanup_free_ char *status = NULL, *points = NULL;
	struct store *st = open_store(path);

	/* Still running: two boots are there, and one more point is planned. */
	strcpy(plan->status, "running");
	strcpy(plan->points[2].plan.id.params, "pace=9ms,version=1");
	assert_int_equal(mkdir_p(plan->dir, 0777), 0);
	assert_int_equal(run_save(plan), 0);
	fixture_write_boot(plan, 0);
	fixture_write_boot(plan, 1);
	assert_int_equal(run_load(plan->dir, &early, NULL), 0);
	import(st, early, true);
	import(st, other, true);
	import(st, early, false);
	check_count(st, 2, 2 * FIXTURE_BOOTS, 2 * BOOT_SAMPLES + RUN_SAMPLES);
	late = loaded_run(*state, "r1");
	import(st, late, true);
	import(st, late, false);
	check_count(st, 2, 2 * FIXTURE_BOOTS, 2 * RUN_SAMPLES);
	store_close(st);
	status = query(path, "SELECT name, status FROM run ORDER BY name");
	assert_string_equal(status, "r1|complete|\nr2|complete|\n--\n");
	/* The point that only the first plan had is gone with it. */
	points = query(path, "SELECT count(*) FROM point");
	assert_string_equal(points, "3|\n--\n");
}

static void test_rebuild(void **state)
{
	_cleanup_free_ char *path = db_path(state);
	_cleanup_free_ char *again = xasprintf("%s/again.db", (char *)*state);
	_cleanup_(run_freep) struct run *a = loaded_run(*state, "a");
	_cleanup_(run_freep) struct run *b = loaded_run(*state, "b");
	_cleanup_(run_freep) struct run *old = fixture_run(*state, "b");
	_cleanup_free_ char *first = NULL, *second = NULL;
	struct store *st = open_store(path);

	strcpy(old->status, "running");
	import(st, old, true);
	import(st, a, true);
	import(st, b, true);
	store_close(st);
	st = open_store(again);
	import(st, b, true);
	import(st, a, true);
	store_close(st);
	first = dump(path);
	second = dump(again);
	assert_string_equal(first, second);
}

/* What is known of damage, and of failed boots, gets into the database. */
static void test_damaged_run(void **state)
{
	_cleanup_free_ char *path = db_path(state);
	_cleanup_(run_freep) struct run *run = loaded_run(*state, "r1");
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *file = boot_file(run, 4, "samples.tsv");
	_cleanup_free_ char *log = NULL, *rows = NULL, *series = NULL;
	struct store *st = open_store(path);

	import(st, run, true);
	unlink(file);
	capture_start(*state);
	assert_int_equal(run_load(run->dir, &got, NULL), 0);
	log = capture_end();
	import(st, got, true);
	check_count(st, 1, FIXTURE_BOOTS, RUN_SAMPLES - BOOT_SAMPLES);
	store_close(st);
	rows = query(path, "SELECT boot.name, damaged, status, text "
			   "FROM point_status JOIN boot ON boot.id = boot "
			   "WHERE status <> 'DONE' LIMIT 1");
	assert_string_equal(rows, "v1-p1|1|ERROR|samples.tsv: missing|\n--\n");
	series = query(path, "SELECT count(*), count(DISTINCT boot) "
			     "FROM series");
	assert_string_equal(series, "75|5|\n--\n");
}

static char *make_v1(const char *path)
{
	_cleanup_strbuf_ struct strbuf sql = STRBUF_INIT;

	assert_int_equal(read_file(TEST_DATA "/store-v1.sql", &sql), 0);
	execute(path, sql.buf);
	return query(path, "PRAGMA user_version");
}

static void test_migration(void **state)
{
	_cleanup_free_ char *path = db_path(state);
	_cleanup_free_ char *fresh = xasprintf("%s/fresh.db", (char *)*state);
	_cleanup_free_ char *before = make_v1(path), *after = NULL;
	_cleanup_(run_freep) struct run *run = loaded_run(*state, "r1");
	_cleanup_(run_freep) struct run *old = loaded_run(*state, "old");
	_cleanup_free_ char *rows = NULL, *got = NULL, *want = NULL;
	struct store *st;

	assert_string_equal(before, "1|\n--\n");
	st = open_store(path);
	check_count(st, 1, 1, 2);
	rows = query(path, "SELECT run, kernel, boot, metric, value FROM "
			   "series ORDER BY rep");
	assert_string_equal(rows, "old|base|base-p0|insns|555|\n"
				  "old|base|base-p0|insns|556|\n--\n");
	after = query(path, "PRAGMA user_version");
	assert_string_equal(after, "8|\n--\n");
	/* Old rows have no digest: the run is imported again. */
	import(st, old, true);
	import(st, old, false);
	import(st, run, true);
	store_close(st);
	st = open_store(fresh);
	import(st, run, true);
	import(st, old, true);
	store_close(st);
	got = query(path, "SELECT name, digest, seed FROM run ORDER BY 1");
	want = query(fresh, "SELECT name, digest, seed FROM run ORDER BY 1");
	assert_string_equal(got, want);
	free(rows);
	/* What the run took from earlier ones is told apart. */
	rows = query(path, "SELECT run, boot, max(cached) FROM series"
			   " WHERE run = 'r1' GROUP BY boot ORDER BY boot");
	assert_string_equal(rows, "r1|base-p0|2024-12-31T00:00:00Z|\n"
				  "r1|base-p0-repeat||\nr1|base-p1||\n"
				  "r1|v1-p0||\nr1|v1-p0-repeat||\n"
				  "r1|v1-p1|2024-12-31T00:00:04Z|\n--\n");
}

static int open_fails(const char *path, void **state, char **log)
{
	struct store *st = NULL;
	int r;

	capture_start(*state);
	r = store_open(path, &st);
	*log = capture_end();
	assert_null(st);
	assert_non_null(strstr(*log, path));
	return r;
}

static void test_newer(void **state)
{
	_cleanup_free_ char *path = db_path(state), *log = NULL, *rows = NULL;

	store_close(open_store(path));
	execute(path, "PRAGMA user_version = 9");
	assert_int_equal(open_fails(path, state, &log), -EPROTONOSUPPORT);
	assert_non_null(strstr(log, "schema version 9 was written by a newer"));
	rows = query(path, "PRAGMA user_version");
	assert_string_equal(rows, "9|\n--\n");
}

static void test_not_ours(void **state)
{
	_cleanup_free_ char *path = db_path(state), *rows = NULL;
	_cleanup_free_ char *other = NULL, *dir = NULL, *absent = NULL;
	_cleanup_free_ char *lost = xasprintf("%s/no/x.db", (char *)*state);

	execute(path, "CREATE TABLE diary (day TEXT)");
	assert_int_equal(open_fails(path, state, &other), -EPROTONOSUPPORT);
	assert_non_null(strstr(other, "another program"));
	assert_non_null(strstr(other, "move it away and run 'cgmark import'"));
	rows = query(path, "SELECT name FROM sqlite_schema");
	assert_string_equal(rows, "diary|\n--\n");
	assert_int_equal(open_fails(*state, state, &dir), -EISDIR);
	assert_int_equal(open_fails(lost, state, &absent), -ENOENT);
}

/* The file is kept byte for byte as PATH.damaged-N, and a new one is sound. */
static void check_remade(void **state, unsigned n, const char *why)
{
	_cleanup_free_ char *path = db_path(state), *log = NULL;
	_cleanup_free_ char *kept = xasprintf("%s.damaged-%u", path, n);
	_cleanup_(run_freep) struct run *run = loaded_run(*state, "r1");
	_cleanup_strbuf_ struct strbuf before = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf after = STRBUF_INIT;
	struct store *st;

	assert_int_equal(read_file(path, &before), 0);
	capture_start(*state);
	st = open_store(path);
	log = capture_end();
	assert_non_null(strstr(log, why));
	assert_non_null(strstr(log, kept));
	assert_true(store_remade(st));
	assert_false(store_remade(st));
	check_count(st, 0, 0, 0);
	import(st, run, true);
	store_close(st);
	free(dump(path));
	assert_int_equal(read_file(kept, &after), 0);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.buf, after.buf, after.len);
}

static void test_damaged(void **state)
{
	static const struct {
		const char *sql;
		const char *why;
	} damages[] = {
		/* These index nothing in schema_steps. */
		{ "PRAGMA user_version = -1", "no schema version -1" },
		{ "PRAGMA user_version = -1000000", "version -1000000" },
		{ "PRAGMA user_version = -2147483648", "-2147483648" },
		{ "PRAGMA user_version = 0", "no schema version 0" },
		{ "PRAGMA user_version = 1", "'run' is missing or altered" },
		{ "DROP TABLE sample_list", "'sample_list' is missing" },
		{ "DROP VIEW sample", "'sample' is missing" },
		{ "DROP VIEW series", "'series' is missing" },
		{ "DROP INDEX run_machine", "'run_machine' is missing" },
		{ "ALTER TABLE run ADD COLUMN x TEXT",
		  "'run' is missing or altered" },
		{ "CREATE TRIGGER t AFTER INSERT ON run BEGIN "
		  "DELETE FROM run; END",
		  "it has a trigger" },
		{ "PRAGMA writable_schema = ON; "
		  "UPDATE sqlite_schema SET sql = 'CREATE TABLE x(' "
		  "WHERE name = 'boot'",
		  "malformed" },
	};
	_cleanup_free_ char *path = db_path(state);

	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		unlink(path);
		store_close(open_store(path));
		execute(path, damages[i].sql);
		check_remade(state, i + 1, damages[i].why);
	}
}

static void test_damaged_file(void **state)
{
	_cleanup_free_ char *path = db_path(state);
	_cleanup_free_ char *beside = xasprintf("%s-shm", path);
	_cleanup_free_ char *kept = xasprintf("%s.damaged-2-shm", path);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	write_text(path, "This is a text that somebody left here.\n");
	check_remade(state, 1, "file is not a database");
	assert_int_equal(read_file(path, &sb), 0);
	write_bytes(path, sb.buf, 5000);
	/* Must not be mistaken for the journal of the new one. */
	write_text(beside, "of the old one");
	check_remade(state, 2, "malformed");
	assert_int_equal(access(beside, F_OK), -1);
	assert_int_equal(access(kept, F_OK), 0);
}

/* Additional tables are the user's own, and stay. */
static void test_additions(void **state)
{
	_cleanup_free_ char *path = db_path(state);
	struct store *st = open_store(path);

	store_close(st);
	execute(path, "CREATE TABLE note (run TEXT, text TEXT); "
		      "CREATE VIEW mine AS SELECT name FROM run; ANALYZE");
	st = open_store(path);
	assert_false(store_remade(st));
	store_close(st);
}

/* Damage in a page that reading the schema does not touch. */
static void test_damage_in_import(void **state)
{
	_cleanup_free_ char *path = db_path(state), *root = NULL, *log = NULL;
	_cleanup_(run_freep) struct run *a = loaded_run(*state, "a");
	_cleanup_(run_freep) struct run *b = loaded_run(*state, "b");
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct store *st = open_store(path);
	size_t at;

	import(st, a, true);
	store_close(st);
	root = query(path, "SELECT (rootpage - 1) * 4096 FROM sqlite_schema "
			   "WHERE name = 'sample_list'");
	assert_int_equal(read_file(path, &sb), 0);
	at = strtoul(root, NULL, 10);
	assert_true(at > 0 && at + 4096 <= sb.len);
	memset(sb.buf + at, 0xa5, 4096);
	write_bytes(path, sb.buf, sb.len);
	st = open_store(path);
	assert_false(store_remade(st));
	capture_start(*state);
	import(st, b, true);
	log = capture_end();
	assert_non_null(strstr(log, ".damaged-1"));
	assert_true(store_remade(st));
	check_count(st, 1, FIXTURE_BOOTS, RUN_SAMPLES);
	import(st, a, true);
	store_close(st);
	free(dump(path));
}

/*
 * The following hooks into every connection as it is opened: the store itself
 * has no switch for tests.
 */
typedef void (*extension_fn)(void);

static unsigned kill_at; /* statements until SIGKILL */
static bool small_cache;

static int on_statement(unsigned type, void *arg, void *stmt, void *sql)
{
	if (kill_at && --kill_at == 0)
		raise(SIGKILL);
	return 0;
}

static int arm_trace(sqlite3 *db, char **err, const void *api)
{
	/* Pages then reach the file long before the commit. */
	if (small_cache)
		sqlite3_exec(db, "PRAGMA cache_size = 3", NULL, NULL, NULL);
	sqlite3_trace_v2(db, SQLITE_TRACE_STMT, on_statement, NULL);
	return SQLITE_OK;
}

/* In a child: imports run and is killed before statement nr; true if it was. */
static bool killed_import(const char *path, const struct run *run, unsigned nr)
{
	int status;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct store *st;
		bool changed;

		sqlite3_auto_extension((extension_fn)arm_trace);
		if (store_open(path, &st) < 0)
			_exit(1);
		kill_at = nr;
		_exit(store_import(st, run, &changed) < 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		return true;
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	return false;
}

/* A run large enough to leave SQLite's cache in the middle of its import. */
static struct run *large_run(const char *dir, const char *id)
{
	_cleanup_(run_freep) struct run *run = fixture_run(dir, id);
	struct run *got = NULL;

	for (size_t i = 0; i < run->nr_points; i++)
		run->points[i].plan.samples = 1000;
	fixture_write_run(run);
	assert_int_equal(run_load(run->dir, &got, NULL), 0);
	return got;
}

static void test_kill(void **state)
{
	static const unsigned at[] = { 1, 2, 3, 5, 8, 12, 20, 28, 36, 44, 52 };
	_cleanup_free_ char *path = db_path(state);
	_cleanup_free_ char *journal = xasprintf("%s-journal", path);
	_cleanup_(run_freep) struct run *other = loaded_run(*state, "other");
	_cleanup_(run_freep) struct run *old = fixture_run(*state, "r1");
	_cleanup_(run_freep) struct run *run = large_run(*state, "r1");
	_cleanup_free_ char *before = NULL;
	struct store *st = open_store(path);
	unsigned hot = 0;

	strcpy(old->status, "running");
	import(st, other, true);
	import(st, old, true);
	store_close(st);
	before = dump(path);
	for (size_t i = 0; i < 2 * ARRAY_SIZE(at); i++) {
		_cleanup_free_ char *after = NULL;

		small_cache = i % 2;
		assert_true(killed_import(path, run, at[i / 2]));
		hot += access(journal, F_OK) == 0;
		after = dump(path);
		assert_string_equal(before, after);
	}
	/* Some of the kills did hit in the middle of a write. */
	assert_true(hot >= 5);
	/* Without a kill the import succeeds. */
	assert_false(killed_import(path, run, 1000000));
	st = open_store(path);
	check_count(st, 2, 2 * FIXTURE_BOOTS, RUN_SAMPLES * 201);
	import(st, run, false);
	store_close(st);
}

static void test_kill_in_migration(void **state)
{
	_cleanup_free_ char *path = db_path(state);
	_cleanup_free_ char *before = NULL, *after = NULL, *done = NULL;
	int status;
	pid_t pid;

	free(make_v1(path));
	before = query(path, "SELECT name, sql FROM sqlite_schema");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct store *st;

		/* Past ALTER TABLE, before the version is written. */
		kill_at = 8;
		sqlite3_auto_extension((extension_fn)arm_trace);
		_exit(store_open(path, &st) < 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	after = query(path, "SELECT name, sql FROM sqlite_schema");
	assert_string_equal(before, after);
	store_close(open_store(path));
	done = query(path, "PRAGMA user_version");
	assert_string_equal(done, "8|\n--\n");
}

static int arm_limit(sqlite3 *db, char **err, const void *api)
{
	sqlite3_exec(db, "PRAGMA max_page_count = 40", NULL, NULL, NULL);
	return SQLITE_OK;
}

static void test_disk_full(void **state)
{
	_cleanup_free_ char *path = db_path(state);
	_cleanup_(run_freep) struct run *small = loaded_run(*state, "r1");
	_cleanup_(run_freep) struct run *big = large_run(*state, "r2");
	_cleanup_free_ char *before = NULL, *after = NULL, *log = NULL;
	struct store *st;
	bool changed;
	int r;

	sqlite3_auto_extension((extension_fn)arm_limit);
	st = open_store(path);
	sqlite3_cancel_auto_extension((extension_fn)arm_limit);
	import(st, small, true);
	before = dump(path);
	capture_start(*state);
	r = store_import(st, big, &changed);
	log = capture_end();
	assert_int_equal(r, -ENOSPC);
	assert_non_null(strstr(log, "the disk is full"));
	after = dump(path);
	assert_string_equal(before, after);
	/* The same connection still works. */
	import(st, small, false);
	store_close(st);
}

static void write_many(const char *path, struct run *const *runs, size_t nr)
{
	struct store *st;
	bool changed;

	if (store_open(path, &st) < 0)
		_exit(1);
	for (size_t i = 0; i < nr; i++)
		if (store_import(st, runs[i], &changed) < 0)
			_exit(1);
	store_close(st);
	_exit(0);
}

/* Waits for all, even if one failed. */
static void wait_all(const pid_t *pid, size_t nr)
{
	bool all_well = true;
	int status;

	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		all_well = all_well && WIFEXITED(status) &&
			   WEXITSTATUS(status) == 0;
	}
	assert_true(all_well);
}

/* Several processes open a new database at once: any may create the tables. */
static void test_made_at_once(void **state)
{
	for (int round = 0; round < 100; round++) {
		_cleanup_free_ char *path = db_path(state);
		int start[2];
		pid_t pid[4];
		char byte;

		assert_int_equal(pipe(start), 0);
		for (size_t i = 0; i < ARRAY_SIZE(pid); i++) {
			pid[i] = fork();
			assert_true(pid[i] >= 0);
			if (pid[i])
				continue;
			close(start[1]);
			if (read(start[0], &byte, 1) != 0)
				_exit(1);
			write_many(path, NULL, 0);
		}
		close(start[0]);
		close(start[1]);
		wait_all(pid, ARRAY_SIZE(pid));
		assert_int_equal(unlink(path), 0);
	}
}

/* Both create the database, and both import some of the runs. */
static void test_two_writers(void **state)
{
	_cleanup_free_ char *path = db_path(state);
	struct run *runs[12];
	pid_t pid[2];
	struct store *st;

	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		_cleanup_free_ char *id = xasprintf("r%zu", i);

		runs[i] = loaded_run(*state, id);
	}
	for (int p = 0; p < 2; p++) {
		pid[p] = fork();
		assert_true(pid[p] >= 0);
		if (pid[p] == 0)
			write_many(path, p ? runs : runs + 4, 8);
	}
	wait_all(pid, ARRAY_SIZE(pid));
	st = open_store(path);
	check_count(st, 12, 12 * FIXTURE_BOOTS, 12 * RUN_SAMPLES);
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		import(st, runs[i], false);
		run_free(runs[i]);
	}
	store_close(st);
	free(dump(path));
}

/* In a child: holds the lock until something is in the log. */
static void hold_until_told(const char *path, const char *log, int begun)
{
	struct stat st;
	sqlite3 *db;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) !=
		    SQLITE_OK ||
	    write(begun, "", 1) != 1)
		_exit(1);
	while (stat(log, &st) < 0 || st.st_size == 0)
		usleep(10000);
	_exit(0);
}

static void test_wait_is_told(void **state)
{
	_cleanup_free_ char *path = db_path(state), *log = NULL;
	_cleanup_free_ char *file = xasprintf("%s/stderr", (char *)*state);
	struct run *run = loaded_run(*state, "r1");
	struct store *st = open_store(path);
	int begun[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(begun), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		hold_until_told(path, file, begun[1]);
	close(begun[1]);
	assert_int_equal(read(begun[0], &byte, 1), 1);
	close(begun[0]);
	capture_start(*state);
	import(st, run, true);
	log = capture_end();
	wait_all(&pid, 1);
	assert_non_null(strstr(log, "another program has it locked; waiting"));
	run_free(run);
	store_close(st);
}

/* All find it damaged at once, and the first replacement stays. */
static void test_remade_at_once(void **state)
{
	_cleanup_free_ char *path = db_path(state);
	_cleanup_free_ char *kept = xasprintf("%s.damaged-2", path);
	struct run *runs[4];
	pid_t pid[4];
	struct store *st;

	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		_cleanup_free_ char *id = xasprintf("r%zu", i);

		runs[i] = loaded_run(*state, id);
	}
	store_close(open_store(path));
	execute(path, "PRAGMA user_version = -1");
	for (size_t i = 0; i < ARRAY_SIZE(pid); i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			write_many(path, runs + i, 1);
	}
	wait_all(pid, ARRAY_SIZE(pid));
	st = open_store(path);
	check_count(st, 4, 4 * FIXTURE_BOOTS, 4 * RUN_SAMPLES);
	store_close(st);
	assert_int_equal(access(kept, F_OK), -1);
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++)
		run_free(runs[i]);
}

/* Years of samples: reading a series must not scan them all. */
static void test_history_is_indexed(void **state)
{
	_cleanup_free_ char *path = db_path(state), *plan = NULL, *gone = NULL;
	const char *scan;

	store_close(open_store(path));
	plan = query(path, "EXPLAIN QUERY PLAN SELECT created, value FROM "
			   "series WHERE machine = 'sim' AND bench = 'null' "
			   "AND version = 1 AND params = '' "
			   "AND metric = 'insns'");
	scan = strstr(plan, "SCAN");
	assert_non_null(scan);
	/* Only the lists that were found by key. */
	assert_int_equal(strncmp(scan, "SCAN each ", 10), 0);
	assert_null(strstr(scan + 1, "SCAN"));
	assert_non_null(strstr(plan, "SEARCH sample_list USING PRIMARY KEY"));
	gone = query(path, "EXPLAIN QUERY PLAN DELETE FROM sample_list "
			   "WHERE boot = 1 AND point = 1");
	assert_null(strstr(gone, "SCAN"));
}

/* The digits of a value, a comma, and a share of the page. */
static void test_compact(void **state)
{
	_cleanup_free_ char *path = db_path(state), *bytes = NULL;
	_cleanup_(run_freep) struct run *run = large_run(*state, "r1");
	struct store *st = open_store(path);

	import(st, run, true);
	store_close(st);
	bytes = query(path, "SELECT page_count * page_size / "
			    "(SELECT count(*) FROM sample) "
			    "FROM pragma_page_count, pragma_page_size");
	assert_in_range(atoi(bytes), 2, 20);
}

#define IN_DIR(fn) \
	cmocka_unit_test_setup_teardown(fn, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(test_import_twice),
		IN_DIR(test_content),
		IN_DIR(test_lack),
		IN_DIR(test_replacement),
		IN_DIR(test_rebuild),
		IN_DIR(test_damaged_run),
		IN_DIR(test_migration),
		IN_DIR(test_newer),
		IN_DIR(test_not_ours),
		IN_DIR(test_damaged),
		IN_DIR(test_damaged_file),
		IN_DIR(test_additions),
		IN_DIR(test_damage_in_import),
		IN_DIR(test_kill),
		IN_DIR(test_kill_in_migration),
		IN_DIR(test_disk_full),
		IN_DIR(test_made_at_once),
		IN_DIR(test_two_writers),
		IN_DIR(test_wait_is_told),
		IN_DIR(test_remade_at_once),
		IN_DIR(test_history_is_indexed),
		IN_DIR(test_compact),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
