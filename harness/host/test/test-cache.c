/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "alloc.h"
#include "cache.h"
#include "file.h"

static char *dir;

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static void put(const char *name, size_t bytes)
{
	_cleanup_free_ char *path = path_of(name);
	_cleanup_free_ char *data = xcalloc(bytes + 1, 1);

	memset(data, 'x', bytes);
	assert_int_equal(write_file_atomic(path, data, bytes), 0);
}

/* An entry of about that many KiB, used at that time. */
static void put_entry(const char *kind, const char *name, size_t kib,
		      time_t used)
{
	_cleanup_free_ char *entry = xasprintf("%s/%s/%s", dir, kind, name);
	_cleanup_free_ char *meta = xasprintf("%s/%s/meta", kind, name);
	_cleanup_free_ char *stamp = xasprintf("%s/meta", entry);
	const struct timespec times[2] = { { .tv_sec = used },
					   { .tv_sec = used } };

	assert_int_equal(mkdir_p(entry, 0755), 0);
	put(meta, kib << 10);
	assert_int_equal(utimensat(AT_FDCWD, stamp, times, 0), 0);
}

static bool exists(const char *name)
{
	_cleanup_free_ char *path = path_of(name);

	return access(path, F_OK) == 0;
}

static size_t prune(uint64_t limit, struct cache_pruned *ret)
{
	struct cache c;
	size_t nr;

	assert_int_equal(cache_scan(dir, &c), 0);
	nr = c.nr;
	assert_int_equal(cache_prune(&c, limit, ret), 0);
	cache_release(&c);
	return nr;
}

static int set_up(void **state)
{
	char template[] = "/tmp/cgmark-cache-XXXXXX";
	static const char *const folders[] = { "locks", "tmp", "kernels",
					       "objects" };

	dir = xstrdup(mkdtemp(template));
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *path = path_of(folders[i]);

		assert_int_equal(mkdir(path, 0755), 0);
	}
	put_entry("kernels", "old", 400, 1000);
	put_entry("kernels", "mid", 400, 2000);
	put_entry("kernels", "new", 400, 3000);
	return 0;
}

static int tear_down(void **state)
{
	int r = rm_rf(dir);

	free(dir);
	return r;
}

static void oldest_goes_first(void **state)
{
	struct cache_pruned p;

	assert_int_equal(prune(1000 << 10, &p), 3);
	assert_int_equal(p.nr, 1);
	assert_true(p.bytes >= 400 << 10);
	assert_false(exists("kernels/old"));
	assert_true(exists("kernels/mid"));
	assert_int_equal(prune(1000 << 10, &p), 2);
	assert_int_equal(p.nr, 0);
	assert_int_equal(prune(0, &p), 2);
	assert_int_equal(p.nr, 2);
	assert_int_equal(prune(0, &p), 0);
}

/* In another process, as a second cgmark would. */
static void held_entries_stay(void **state)
{
	struct cache_pruned p;
	int go[2], held[2], status;
	pid_t pid;
	char c;

	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(held), 0);
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		cache_hold(dir, "kernels", "old");
		cache_hold(dir, "kernels", "not there yet");
		_exit(write(held[1], "h", 1) == 1 && read(go[0], &c, 1) == 0
			      ? 0
			      : 1);
	}
	close(go[0]);
	assert_int_equal(read(held[0], &c, 1), 1);
	prune(0, &p);
	assert_int_equal(p.nr, 2);
	assert_int_equal(p.nr_in_use, 1);
	assert_true(exists("kernels/old"));
	close(go[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	prune(0, &p);
	assert_int_equal(p.nr, 1);
	close(held[0]);
	close(held[1]);
}

static void left_overs_go(void **state)
{
	_cleanup_free_ char *slot = path_of("locks/slot-2");
	struct cache_pruned p;
	int fd = open(slot, O_CREAT | O_RDWR | O_CLOEXEC, 0600);

	assert_int_equal(flock(fd, LOCK_EX), 0);
	for (int i = 0; i < 4; i++) {
		static const char *const names[] = { "tmp/1", "tmp/2",
						     "tmp/x.999999999",
						     "tmp/other" };
		_cleanup_free_ char *path = path_of(names[i]);

		assert_int_equal(mkdir(path, 0755), 0);
	}
	prune(UINT64_MAX, &p);
	assert_int_equal(p.nr, 0);
	assert_false(exists("tmp/1"));
	assert_true(exists("tmp/2"));
	assert_false(exists("tmp/x.999999999"));
	assert_true(exists("tmp/other"));
	close(fd);
}

/* Sources and objects are not counted file by file. */
static void stated_size_counts(void **state)
{
	struct cache c;

	put_entry("objects", "tree", 1, 4000);
	put("objects/tree/state", 0);
	{
		_cleanup_free_ char *path = path_of("objects/tree/state");
		static const char text[] = "recipe 1\nkilobytes 5000\n";

		assert_int_equal(
			write_file_atomic(path, text, sizeof(text) - 1), 0);
	}
	assert_int_equal(cache_scan(dir, &c), 0);
	assert_int_equal(c.nr, 4);
	assert_string_equal(c.entries[3].kind, "objects");
	assert_int_equal(c.entries[3].bytes, 5000 << 10);
	cache_release(&c);
}

static void nothing_is_empty(void **state)
{
	struct cache c;

	assert_int_equal(cache_scan("/no/such/cache", &c), 0);
	assert_int_equal(c.nr, 0);
	cache_release(&c);
}

/* A link to what is not the cache's is neither followed nor removed. */
static void links_are_no_entries(void **state)
{
	_cleanup_free_ char *link = path_of("kernels/link");
	_cleanup_free_ char *target = path_of("tmp/other");
	struct cache_pruned p;

	assert_int_equal(mkdir(target, 0755), 0);
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(prune(0, &p), 3);
	assert_true(exists("tmp/other"));
}

static void sizes(void **state)
{
	static const char *const bad[] = { "",	 "G",	"-1", "1.5G",
					   "1X", "1GB", " 1", "99999999999T" };
	uint64_t n;

	assert_int_equal(cache_parse_size("20G", &n), 0);
	assert_true(n == 20ULL << 30);
	assert_int_equal(cache_parse_size("512m", &n), 0);
	assert_true(n == 512ULL << 20);
	assert_int_equal(cache_parse_size("0", &n), 0);
	assert_true(n == 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(cache_parse_size(bad[i], &n), -EINVAL);
	assert_int_equal(setenv("CGMARK_CACHE_LIMIT", "much", 1), 0);
	assert_int_equal(cache_limit(&n), -EINVAL);
	assert_int_equal(unsetenv("CGMARK_CACHE_LIMIT"), 0);
	assert_int_equal(cache_limit(&n), 0);
	assert_true(n == CACHE_LIMIT_BYTES);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ONE(oldest_goes_first),	 ONE(held_entries_stay),
		ONE(left_overs_go),	 ONE(stated_size_counts),
		ONE(nothing_is_empty),	 ONE(links_are_no_entries),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
