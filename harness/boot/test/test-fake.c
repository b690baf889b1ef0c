/* SPDX-License-Identifier: GPL-2.0-only */
/* The machines' table, the replaying machine, and temporary folders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "alloc.h"
#include "file.h"
#include "machine.h"

struct fixture {
	char *dir;
	struct machine m;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	f->dir = xasprintf("%s/cgmark-unit-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	machine_init(&f->m, &machine_fake, f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int r;

	f->m.ops->destroy(&f->m);
	r = rm_rf(f->dir);
	free(f->dir);
	free(f);
	return r;
}

static void record(const struct fixture *f, const char *sub, const char *name,
		   const char *text)
{
	_cleanup_free_ char *dir = xasprintf("%s/%s", f->dir, sub);
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	assert_int_equal(mkdir_p(dir, 0755), 0);
	assert_int_equal(write_file_atomic(path, text, strlen(text)), 0);
}

static const struct boot_image image = {
	.kernel_name = "base",
	.role = "null",
	.perturbation = 3,
};

/* All that comes until the writer is gone. */
static void read_all(int fd, struct strbuf *out)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char buf[256];
	ssize_t n = 1;

	while (n) {
		assert_int_equal(poll(&pfd, 1, -1), 1);
		n = read(fd, buf, sizeof(buf));
		assert_true(n >= 0);
		strbuf_add(out, buf, n);
	}
}

static void assert_says(int fd, const char *want)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	read_all(fd, &sb);
	assert_string_equal(sb.buf, want);
}

static void test_find(void **state)
{
	static const char *const bad[] = { "",	     "si",     "simx",
					   "sim:x",  "sim:",   "sim:0",
					   "sim:65", "sim:02", "sim:2x",
					   "sim:-1", "kvm: 2", "fake",
					   "fake:",  ":",      "metal:x" };
	const char *arg = NULL;

	assert_ptr_equal(machine_find("sim", &arg), &machine_sim);
	assert_string_equal(arg, "");
	assert_ptr_equal(machine_find("kvm", &arg), &machine_kvm);
	assert_ptr_equal(machine_find("sim:2", &arg), &machine_sim);
	assert_string_equal(arg, "2");
	assert_int_equal(machine_vcpus(arg), 2);
	assert_int_equal(machine_vcpus(""), 1);
	assert_ptr_equal(machine_find("kvm:64", &arg), &machine_kvm);
	assert_ptr_equal(machine_find("metal", &arg), &machine_metal);
	assert_ptr_equal(machine_find("fake:/a:b", &arg), &machine_fake);
	assert_string_equal(arg, "/a:b");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_null(machine_find(bad[i], &arg));
}

static void test_table(void **state)
{
	size_t nr;
	const struct machine_ops *const *all = machine_all(&nr);

	assert_int_equal(nr, 5);
	for (size_t i = 0; i < nr; i++)
		assert_true(all[i]->name && all[i]->summary &&
			    all[i]->process && all[i]->probe && all[i]->boot &&
			    all[i]->diagnose && all[i]->destroy &&
			    all[i]->describe);
}

/* The most particular streams win. */
static void test_lookup(void **state)
{
	struct fixture *f = *state;

	record(f, ".", "status.ktap", "of all\n");
	assert_int_equal(f->m.ops->boot(&f->m, &image), 0);
	assert_says(f->m.status_fd, "of all\n");
	f->m.ops->destroy(&f->m);

	record(f, "base", "status.ktap", "of base\n");
	machine_init(&f->m, &machine_fake, f->dir);
	assert_int_equal(f->m.ops->boot(&f->m, &image), 0);
	assert_says(f->m.status_fd, "of base\n");
	f->m.ops->destroy(&f->m);

	record(f, "base/null-p3", "status.ktap", "of this boot\n");
	machine_init(&f->m, &machine_fake, f->dir);
	assert_int_equal(f->m.ops->boot(&f->m, &image), 0);
	assert_says(f->m.status_fd, "of this boot\n");
}

static void test_channels(void **state)
{
	struct fixture *f = *state;
	int status;

	record(f, "base", "console.log", "c\n");
	record(f, "base", "samples.tsv", "no LF at the end");
	assert_int_equal(f->m.ops->boot(&f->m, &image), 0);
	assert_says(f->m.console_fd, "c\n");
	assert_says(f->m.status_fd, "");
	assert_says(f->m.samples_fd, "no LF at the end");
	assert_int_equal(machine_reap(&f->m, &status, NULL), 0);
	assert_int_equal(status, 0);
	assert_int_equal(machine_reap(&f->m, &status, NULL), -ESRCH);
}

static void test_endings(void **state)
{
	struct fixture *f = *state;
	_cleanup_strbuf_ struct strbuf diag = STRBUF_INIT;
	int status;

	record(f, "base", "ending", "exit 7\n");
	assert_int_equal(f->m.ops->boot(&f->m, &image), 0);
	assert_int_equal(machine_reap(&f->m, &status, NULL), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(f->m.ops->diagnose(&f->m, &diag), 0);
	assert_string_equal(diag.buf, "replay: asked to fail\n");
	f->m.ops->destroy(&f->m);

	record(f, "base", "ending", "die 6\n");
	machine_init(&f->m, &machine_fake, f->dir);
	assert_int_equal(f->m.ops->boot(&f->m, &image), 0);
	assert_int_equal(machine_reap(&f->m, &status, NULL), 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), 6);
	f->m.ops->destroy(&f->m);

	record(f, "base", "ending", "explode\n");
	machine_init(&f->m, &machine_fake, f->dir);
	assert_int_equal(f->m.ops->boot(&f->m, &image), -EINVAL);
	assert_int_equal(f->m.pid, -1);
}

static void test_destroy(void **state)
{
	struct fixture *f = *state;

	record(f, "base", "ending", "spin\n");
	assert_int_equal(f->m.ops->boot(&f->m, &image), 0);
	assert_int_equal(machine_make_tmpdir(&f->m), 0);

	_cleanup_free_ char *tmpdir = xstrdup(f->m.tmpdir);

	assert_int_equal(access(tmpdir, F_OK), 0);
	f->m.ops->destroy(&f->m);
	assert_int_equal(access(tmpdir, F_OK), -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	/* Once more does no harm. */
	f->m.ops->destroy(&f->m);
}

static void test_probe(void **state)
{
	struct fixture *f = *state;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;

	assert_int_equal(machine_fake.probe(f->dir, NULL, NULL, &why), 0);
	assert_int_equal(machine_fake.probe("/nonexistent/x", NULL, NULL, &why),
			 -ENOENT);
	assert_non_null(strstr(why.buf, "/nonexistent/x"));
}

/* What a killed process left goes; what is in use, or not ours, stays. */
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_table),
		T(test_lookup),
		T(test_channels),
		T(test_endings),
		T(test_destroy),
		T(test_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
