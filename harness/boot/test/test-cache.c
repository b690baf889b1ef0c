/* SPDX-License-Identifier: GPL-2.0-only */
/* The cache of boots against everything that can lie in a folder. */
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "scratch.h"

#include "alloc.h"
#include "boot-cache.h"
#include "file.h"
#include "json.h"
#include "log.h"

#define GROUP_A \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define GROUP_B \
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct boot_cache cache;
static const char *scratch;

static int setup(void **state)
{
	_cleanup_free_ char *dir = NULL;
	int r = scratch_setup(state);

	scratch = *state;
	dir = xasprintf("%s/boots", scratch);
	return r || boot_cache_open(&cache, dir) ? -1 : 0;
}

static int teardown(void **state)
{
	boot_cache_release(&cache);
	return scratch_teardown(state);
}

/* "000...N" */
static struct boot_key key_of(const char *group, unsigned nr)
{
	struct boot_key key = { .inputs = NULL };

	memcpy(key.group, group, sizeof(key.group));
	snprintf(key.hex, sizeof(key.hex), "%064x", nr);
	return key;
}

static void fill_file(struct boot_entry *e, enum boot_entry_file file,
		      const char *text)
{
	e->files[file].there = true;
	strbuf_addstr(&e->files[file].bytes, text);
}

static struct boot_entry entry_of(const struct boot_key *key)
{
	struct boot_entry e = {
		.key = xstrdup(key->hex),
		.group = xstrdup(key->group),
		.inputs = xstrdup("cgmark-boot 1\nmachine fake\n"),
		.measured = xstrdup("2026-11-28T16:04:02Z"),
		.run = xstrdup("20261128T160400Z-0001"),
		.boot = xstrdup("base-p3"),
		.wall_ms = 3210,
		.cpu_ms = 2100,
		.command_line = xstrdup("qemu 'a b'"),
		.samples_crc = xstrdup("01234567"),
		.samples_bytes = 9,
	};

	fill_file(&e, ENTRY_CONSOLE, "Linux version 6.12\n");
	fill_file(&e, ENTRY_STATUS, "KTAP version 1\n");
	fill_file(&e, ENTRY_SAMPLES, "S\tnull\t1\n");
	return e;
}

static void put(const struct boot_key *key)
{
	struct boot_entry e = entry_of(key);

	assert_int_equal(boot_cache_put(&cache, &e), 0);
	boot_entry_release(&e);
}

static char *path_of(const struct boot_key *key, const char *file)
{
	return xasprintf("%s/%s/%s%s%s", cache.dir, key->group, key->hex,
			 *file ? "/" : "", file);
}

/* What is left in the folder of the cache itself, the groups aside. */
static size_t count_leftovers(void)
{
	_cleanup_free_ char *cmd = xasprintf(
		"test -z \"$(find %s -mindepth 1 -name '.*')\"", cache.dir);

	return system(cmd) ? 1 : 0;
}

/* A get fails with one warning that has these words, and leaves nothing. */
static void assert_damaged(const struct boot_key *key, const char *words)
{
	_cleanup_free_ char *said = NULL, *path = path_of(key, "");
	struct boot_entry e;
	struct stat st;
	int r;

	capture_start(scratch);
	r = boot_cache_get(&cache, key, &e);
	said = capture_end();
	boot_entry_release(&e);
	assert_int_equal(r, -ENOENT);
	if (!strstr(said, words) || !strstr(said, "was removed"))
		fail_msg("'%s' not in '%s'", words, said);
	assert_int_equal(lstat(path, &st), -1);
	assert_false(boot_cache_has(&cache, key));
	assert_int_equal(count_leftovers(), 0);
	/* The place is free again. */
	put(key);
	assert_int_equal(boot_cache_get(&cache, key, &e), 0);
	boot_entry_release(&e);
}

/* ---- */

static void test_round_trip(void **state)
{
	const struct boot_key key = key_of(GROUP_A, 1);
	struct boot_entry want = entry_of(&key), is;

	assert_false(boot_cache_has(&cache, &key));
	assert_int_equal(boot_cache_get(&cache, &key, &is), -ENOENT);
	assert_int_equal(boot_cache_put(&cache, &want), 0);
	assert_true(boot_cache_has(&cache, &key));
	assert_int_equal(boot_cache_get(&cache, &key, &is), 0);
	assert_true(boot_entry_same(&want, &is));
	assert_string_equal(is.measured, want.measured);
	assert_string_equal(is.run, want.run);
	assert_string_equal(is.boot, want.boot);
	assert_string_equal(is.inputs, want.inputs);
	assert_string_equal(is.command_line, want.command_line);
	assert_string_equal(is.samples_crc, want.samples_crc);
	assert_int_equal(is.samples_bytes, 9);
	assert_int_equal(is.wall_ms, 3210);
	assert_int_equal(is.cpu_ms, 2100);
	for (int i = 0; i < NR_ENTRY_FILES; i++) {
		assert_int_equal(is.files[i].there, want.files[i].there);
		assert_int_equal(is.files[i].bytes.len,
				 want.files[i].bytes.len);
	}
	assert_string_equal(is.files[ENTRY_CONSOLE].bytes.buf,
			    "Linux version 6.12\n");
	assert_false(is.files[ENTRY_PROFILE].there);
	assert_int_equal(count_leftovers(), 0);
	boot_entry_release(&is);
	assert_int_equal(boot_cache_put(&cache, &want), -EEXIST);
	assert_int_equal(count_leftovers(), 0);
	boot_entry_release(&want);
}

static void test_same(void **state)
{
	const struct boot_key key = key_of(GROUP_A, 1);
	struct boot_entry a = entry_of(&key), b = entry_of(&key);

	assert_true(boot_entry_same(&a, &b));
	/* A log, and when it was measured, are no figures. */
	strbuf_addstr(&b.files[ENTRY_CONSOLE].bytes, "late\n");
	free(b.measured);
	b.measured = xstrdup("2026-11-29T00:00:00Z");
	assert_true(boot_entry_same(&a, &b));
	fill_file(&b, ENTRY_PROFILE, "");
	assert_false(boot_entry_same(&a, &b));
	fill_file(&a, ENTRY_PROFILE, "");
	assert_true(boot_entry_same(&a, &b));
	b.files[ENTRY_SAMPLES].bytes.buf[0] = 'T';
	assert_false(boot_entry_same(&a, &b));
	boot_entry_release(&a);
	boot_entry_release(&b);
}

static void assert_every_byte_counts(const struct boot_key *key,
				     const char *file)
{
	_cleanup_free_ char *dir = path_of(key, ""), *path = path_of(key, file);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct boot_cache_item item = { .path = dir };

	memcpy(item.key, key->hex, sizeof(item.key));
	assert_int_equal(read_file(path, &text), 0);
	for (size_t i = 0; i < text.len; i++) {
		_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;

		text.buf[i] ^= 1;
		write_bytes(path, text.buf, text.len);
		if (boot_cache_verify(&item, &why) != -EBADMSG || !why.len)
			fail_msg("byte %zu of %s", i, file);
		text.buf[i] ^= 1;
	}
	for (size_t len = 0; len < text.len; len++) {
		_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;

		write_bytes(path, text.buf, len);
		if (boot_cache_verify(&item, &why) != -EBADMSG)
			fail_msg("%s cut at %zu", file, len);
	}
	strbuf_addstr(&text, "\n");
	write_bytes(path, text.buf, text.len);
	assert_damaged(key, file);
}

static void test_altered(void **state)
{
	const struct boot_key key = key_of(GROUP_A, 1);

	put(&key);
	assert_every_byte_counts(&key, "console.log");
	assert_every_byte_counts(&key, "status.ktap");
	assert_every_byte_counts(&key, "samples.tsv");
	assert_every_byte_counts(&key, BOOT_ENTRY_MANIFEST);
}

static void test_missing(void **state)
{
	static const char *const files[] = { "console.log", "status.ktap",
					     "samples.tsv",
					     BOOT_ENTRY_MANIFEST };
	const struct boot_key key = key_of(GROUP_A, 1);

	put(&key);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_free_ char *path = path_of(&key, files[i]);
		_cleanup_free_ char *words = xasprintf("%s: missing", files[i]);

		assert_int_equal(unlink(path), 0);
		assert_damaged(&key, words);
	}
}

/* What is no file must be neither waited for nor followed. */
static void test_no_file(void **state)
{
	const struct boot_key key = key_of(GROUP_A, 1);
	_cleanup_free_ char *samples = path_of(&key, "samples.tsv");
	_cleanup_free_ char *manifest = path_of(&key, BOOT_ENTRY_MANIFEST);
	_cleanup_free_ char *outside = xasprintf("%s/outside", scratch);

	put(&key);
	assert_int_equal(rename(samples, outside), 0);
	assert_int_equal(symlink(outside, samples), 0);
	assert_damaged(&key, "samples.tsv: not a file");
	assert_int_equal(access(outside, F_OK), 0);
	assert_int_equal(unlink(manifest), 0);
	assert_int_equal(mkfifo(manifest, 0600), 0);
	assert_damaged(&key, BOOT_ENTRY_MANIFEST ": not a file");
	assert_int_equal(unlink(samples), 0);
	assert_int_equal(mkdir(samples, 0700), 0);
	assert_damaged(&key, "samples.tsv: not a file");
}

/* In place of an entry or a group: what a symlink leads to stays. */
static void test_in_the_way(void **state)
{
	const struct boot_key key = key_of(GROUP_A, 1);
	_cleanup_free_ char *path = path_of(&key, "");
	_cleanup_free_ char *group = xasprintf("%s/" GROUP_A, cache.dir);
	_cleanup_free_ char *outside = xasprintf("%s/outside", scratch);
	_cleanup_free_ char *there =
		xasprintf("%s/%s/samples.tsv", outside, key.hex);
	_cleanup_free_ char *moved = xasprintf("%s/%s", outside, key.hex);

	put(&key);
	assert_int_equal(rename(group, outside), 0);
	assert_int_equal(symlink(outside, group), 0);
	assert_damaged(&key, "not a folder");
	assert_int_equal(access(there, F_OK), 0);

	assert_int_equal(boot_cache_drop(&cache, GROUP_A), 0);
	assert_int_equal(mkdir(group, 0700), 0);
	assert_int_equal(symlink(moved, path), 0);
	assert_damaged(&key, "not a folder");
	assert_int_equal(access(there, F_OK), 0);

	assert_int_equal(boot_cache_drop(&cache, GROUP_A), 0);
	write_text(group, "in the way");
	assert_damaged(&key, "not a folder");

	/* A symlink where a group is to be made. */
	assert_int_equal(boot_cache_drop(&cache, GROUP_A), 0);
	assert_int_equal(symlink(outside, group), 0);
	capture_start(scratch);
	put(&key);
	free(capture_end());
	assert_int_equal(access(there, F_OK), 0);
}

/* Whole, and yet not what it is taken for. */
static void test_of_another(void **state)
{
	const struct boot_key key = key_of(GROUP_A, 1);
	const struct boot_key other = key_of(GROUP_A, 2);
	_cleanup_free_ char *from = path_of(&key, "");
	_cleanup_free_ char *to = path_of(&other, "");

	put(&key);
	assert_int_equal(rename(from, to), 0);
	assert_damaged(&other, "of another entry");
}

static void test_format(void **state)
{
	const struct boot_key key = key_of(GROUP_A, 1);
	_cleanup_free_ char *path = path_of(&key, BOOT_ENTRY_MANIFEST);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	json_t *json;

	put(&key);
	assert_int_equal(json_file_load(path, 1, &json, &why), 0);
	json_object_del(json, "crc32");
	json_object_set_new(json, "format", json_integer(2));
	assert_int_equal(json_file_write(path, json), 0);
	json_decref(json);
	assert_damaged(&key, "format 2 is newer");
}

static void test_drop(void **state)
{
	const struct boot_key a1 = key_of(GROUP_A, 1), a2 = key_of(GROUP_A, 2);
	const struct boot_key b1 = key_of(GROUP_B, 1);

	put(&a1);
	put(&a2);
	put(&b1);
	assert_int_equal(boot_cache_drop(&cache, GROUP_A), 0);
	assert_false(boot_cache_has(&cache, &a1));
	assert_false(boot_cache_has(&cache, &a2));
	assert_true(boot_cache_has(&cache, &b1));
	assert_int_equal(boot_cache_drop(&cache, GROUP_A), 0);
	assert_int_equal(count_leftovers(), 0);
}

static void set_used(const struct boot_key *key, time_t at)
{
	const struct timespec times[] = { { .tv_sec = at }, { .tv_sec = at } };
	_cleanup_free_ char *path = path_of(key, BOOT_ENTRY_MANIFEST);

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_prune(void **state)
{
	const struct boot_key key[] = { key_of(GROUP_A, 1), key_of(GROUP_B, 2),
					key_of(GROUP_B, 3),
					key_of(GROUP_A, 4) };
	_cleanup_free_ char *group = xasprintf("%s/" GROUP_A, cache.dir);
	_cleanup_free_ char *half = path_of(&key[3], BOOT_ENTRY_MANIFEST);
	struct boot_cache_item *list;
	struct boot_entry e;
	uint64_t bytes, freed;
	size_t nr;

	assert_int_equal(boot_cache_list(&cache, &list, &nr), 0);
	assert_int_equal(nr, 0);
	boot_cache_list_free(list, nr);
	for (size_t i = 0; i < ARRAY_SIZE(key); i++) {
		put(&key[i]);
		set_used(&key[i], 1000 + (time_t)i);
	}
	/* Reading one makes it the last to go. */
	assert_int_equal(boot_cache_get(&cache, &key[1], &e), 0);
	boot_entry_release(&e);
	assert_int_equal(unlink(half), 0);
	assert_int_equal(boot_cache_list(&cache, &list, &nr), 0);
	assert_int_equal(nr, 4);
	assert_string_equal(list[0].key, key[3].hex);
	assert_string_equal(list[1].key, key[0].hex);
	assert_string_equal(list[2].key, key[2].hex);
	assert_string_equal(list[3].key, key[1].hex);
	bytes = list[3].bytes;
	assert_true(bytes > 0);
	boot_cache_list_free(list, nr);
	assert_int_equal(boot_cache_prune(&cache, UINT64_MAX, &nr, &freed), 0);
	assert_int_equal(nr, 0);
	assert_int_equal(freed, 0);
	assert_int_equal(boot_cache_prune(&cache, bytes, &nr, &freed), 0);
	assert_int_equal(nr, 3);
	assert_true(freed > bytes);
	assert_true(boot_cache_has(&cache, &key[1]));
	assert_int_equal(access(group, F_OK), -1);
	assert_int_equal(boot_cache_prune(&cache, 0, NULL, NULL), 0);
	assert_false(boot_cache_has(&cache, &key[1]));
	assert_int_equal(count_leftovers(), 0);
}

/* A process that began an entry and was killed. */
static pid_t dead_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

static char *leftover(const char *prefix, pid_t pid)
{
	char *dir = xasprintf("%s/%s%d-abcdef", cache.dir, prefix, (int)pid);
	_cleanup_free_ char *file = xasprintf("%s/samples.tsv", dir);

	assert_int_equal(mkdir(dir, 0700), 0);
	write_text(file, "half");
	return dir;
}

static void test_leftovers(void **state)
{
	_cleanup_free_ char *dir = xstrdup(cache.dir);
	_cleanup_free_ char *new = leftover(".new-", dead_pid());
	_cleanup_free_ char *old = leftover(".old-", dead_pid());
	_cleanup_free_ char *ours = leftover(".new-", getpid());
	_cleanup_free_ char *locked = leftover(".new-", dead_pid());
	_cleanup_close_ int fd = open(locked, O_RDONLY | O_DIRECTORY);
	struct boot_cache_item *list;
	size_t nr;

	/* Of a process in another PID namespace. */
	assert_int_equal(flock(fd, LOCK_EX), 0);
	boot_cache_release(&cache);
	assert_int_equal(boot_cache_open(&cache, dir), 0);
	assert_int_equal(access(new, F_OK), -1);
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(access(ours, F_OK), 0);
	assert_int_equal(access(locked, F_OK), 0);
	/* Half an entry is none. */
	assert_int_equal(boot_cache_list(&cache, &list, &nr), 0);
	assert_int_equal(nr, 0);
	boot_cache_list_free(list, nr);
}

/* Killed at any moment of a put: there is all of the entry or nothing. */
static void test_killed(void **state)
{
	const struct boot_key key = key_of(GROUP_A, 1);
	_cleanup_free_ char *dir = xstrdup(cache.dir);
	unsigned whole = 0;

	for (unsigned us = 0; us < 40000; us += us < 4000 ? 50 : 2000) {
		struct boot_entry e;
		pid_t pid = fork();
		int r;

		if (pid == 0) {
			put(&key);
			_exit(0);
		}
		usleep(us);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		boot_cache_release(&cache);
		assert_int_equal(boot_cache_open(&cache, dir), 0);
		assert_int_equal(count_leftovers(), 0);
		capture_start(scratch);
		r = boot_cache_get(&cache, &key, &e);
		_cleanup_free_ char *said = capture_end();

		assert_string_equal(said, "");
		assert_true(r == 0 || r == -ENOENT);
		whole += r == 0;
		boot_entry_release(&e);
		assert_int_equal(boot_cache_drop(&cache, GROUP_A), 0);
	}
	assert_true(whole > 0);
}

/* Writers, readers and one who drops the group, all at once. */
static void hammer(unsigned nr)
{
	const struct boot_key key = key_of(GROUP_A, 1);

	for (int i = 0; i < 50; i++) {
		struct boot_entry e = entry_of(&key);
		int r = boot_cache_put(&cache, &e);

		boot_entry_release(&e);
		if (r < 0 && r != -EEXIST)
			_exit(1);
		r = boot_cache_get(&cache, &key, &e);
		boot_entry_release(&e);
		if (r < 0 && r != -ENOENT)
			_exit(2);
		if (nr == 0 && boot_cache_drop(&cache, GROUP_A) < 0)
			_exit(3);
		if (nr == 1 && boot_cache_prune(&cache, 0, NULL, NULL) < 0)
			_exit(4);
	}
	_exit(0);
}

static void test_together(void **state)
{
	_cleanup_free_ char *said = NULL;
	int status, bad = 0;
	pid_t pid[4];

	capture_start(scratch);
	for (unsigned i = 0; i < ARRAY_SIZE(pid); i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			hammer(i);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(pid); i++) {
		waitpid(pid[i], &status, 0);
		bad = bad ? bad : status;
	}
	said = capture_end();
	assert_int_equal(bad, 0);
	/* What another removes is gone, not damaged. */
	assert_string_equal(said, "");
	assert_int_equal(count_leftovers(), 0);
}

static void test_unusable(void **state)
{
	_cleanup_free_ char *file = xasprintf("%s/file", scratch);
	_cleanup_free_ char *link = xasprintf("%s/link", scratch);
	struct boot_cache c;

	write_text(file, "");
	assert_int_equal(boot_cache_open(&c, file), -ENOTDIR);
	boot_cache_release(&c);
	assert_int_equal(symlink("nowhere", link), 0);
	assert_int_equal(boot_cache_open(&c, link), -ENOENT);
	boot_cache_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, setup,
						teardown),
		cmocka_unit_test(test_same),
		cmocka_unit_test_setup_teardown(test_altered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_in_the_way, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_of_another, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_format, setup, teardown),
		cmocka_unit_test_setup_teardown(test_drop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_prune, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leftovers, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_killed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_together, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unusable, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
