/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"
#include "exit-status.h"
#include "file.h"
#include "kernel-spec.h"

static char *dir;      /* kernel directory of the test */
static char *log_path; /* log of the last parse */

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static void put(const char *name, const char *text)
{
	_cleanup_free_ char *path = path_of(name);

	assert_int_equal(write_file_atomic(path, text, strlen(text)), 0);
}

static void make(const char *name)
{
	_cleanup_free_ char *path = path_of(name);

	assert_int_equal(mkdir_p(path, 0755), 0);
}

static const char good_ini[] = "; a comment\n"
			       "[baseline]\n"
			       "source = deb:linux-source-6.12\n"
			       "config = base cgroup\n"
			       "\n"
			       "[patched]\n"
			       "source = deb:linux-source-6.12\n"
			       "patches = patches/mine/series\n"
			       "config = base\n"
			       "  cgroup\n"
			       "cmdline = quiet\n";

static int set_up(void **state)
{
	char template[] = "/tmp/cgmark-kspec-XXXXXX";
	_cleanup_free_ char *real = realpath(mkdtemp(template), NULL);

	dir = steal_ptr(real);
	log_path = path_of("stderr");
	make("config.d");
	make("patches/mine");
	make("tree");
	make("repo");
	make("empty");
	put("config.d/base.config", "CONFIG_A=y\n");
	put("config.d/cgroup.config", "CONFIG_B=y\n");
	put("patches/mine/series", "0001-x.patch\n");
	put("tree/Kbuild", "\n");
	put("own.config", "CONFIG_C=y\n");
	put("vmlinux", "not yet looked at\n");
	put("kernels.ini", good_ini);
	return chdir(dir);
}

static int tear_down(void **state)
{
	int r = chdir("/");

	if (r == 0)
		r = rm_rf(dir);
	free(dir);
	free(log_path);
	return r;
}

/* Parses with stderr in a file, for checks of the messages. */
static int parse(const char *word, struct kernel_spec *k)
{
	int saved = dup(STDERR_FILENO), r;
	int fd = open(log_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(saved >= 0 && fd >= 0);
	dup2(fd, STDERR_FILENO);
	r = kernel_spec_parse(word, dir, k);
	dup2(saved, STDERR_FILENO);
	close(fd);
	close(saved);
	return r;
}

static void expect_logged(const char *text)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	assert_int_equal(read_file(log_path, &sb), 0);
	if (!strstr(sb.buf, text))
		fail_msg("'%s' is not in: %s", text, sb.buf);
}

static void expect_error(const char *word, const char *message)
{
	struct kernel_spec k;

	if (parse(word, &k) != ST_USAGE)
		fail_msg("'%s' is accepted", word);
	expect_logged(message);
}

static void expect_ini_error(const char *ini, const char *message)
{
	put("kernels.ini", ini);
	expect_error("baseline", message);
	put("kernels.ini", good_ini);
}

/* '%' in format, which kernel_spec_text() must match, is the directory. */
static void expect(const char *word, const char *name, const char *format)
{
	_cleanup_(kernel_spec_release) struct kernel_spec k;
	_cleanup_free_ char *text = NULL, *want = NULL;
	struct strbuf sb = STRBUF_INIT;

	if (parse(word, &k) != ST_OK) {
		fail_msg("'%s' is refused", word);
		return;
	}
	text = kernel_spec_text(&k);
	for (const char *c = format; *c; c++) {
		if (*c == '%')
			strbuf_addstr(&sb, dir);
		else
			strbuf_add(&sb, c, 1);
	}
	want = strbuf_steal(&sb);
	assert_string_equal(k.name, name);
	assert_string_equal(text, want);
}

static void sections(void **state)
{
	expect("baseline", "baseline",
	       "deb:linux-source-6.12,config=base.config:cgroup.config");
	expect("patched", "patched",
	       "deb:linux-source-6.12,patches=%/patches/mine/series,"
	       "config=base.config:cgroup.config,cmdline=quiet");
	expect("v1=baseline", "v1",
	       "deb:linux-source-6.12,config=base.config:cgroup.config");
}

static void options_replace_those_of_the_section(void **state)
{
	expect("v2=baseline,patches=patches/mine", "v2",
	       "deb:linux-source-6.12,patches=%/patches/mine/series,"
	       "config=base.config:cgroup.config");
	expect("v3=patched,patches=,config=cgroup:./own.config,cmdline=", "v3",
	       "deb:linux-source-6.12,config=cgroup.config:own.config");
	expect("v4=baseline,config=", "v4", "deb:linux-source-6.12");
	expect("v5=baseline,config=+./own.config", "v5",
	       "deb:linux-source-6.12,config=base.config:cgroup.config:own.config");
	expect("v6=dir:tree,config=+cgroup:./own.config", "v6",
	       "dir:%/tree,config=base.config:cgroup.config:cgroup.config:"
	       "own.config");
	expect("v5=baseline,cmdline=a=1,b=2 isolcpus=1,2", "v5",
	       "deb:linux-source-6.12,config=base.config:cgroup.config,"
	       "cmdline=a=1,b=2 isolcpus=1,2");
}

static void sources(void **state)
{
	expect("d=deb:linux-source-6.1", "d",
	       "deb:linux-source-6.1,config=base.config:cgroup.config");
	expect("t=dir:tree", "t",
	       "dir:%/tree,config=base.config:cgroup.config");
	expect("t=dir:./empty/../tree,config=base", "t",
	       "dir:%/tree,config=base.config");
	expect("g=git:repo@v6.12", "g",
	       "git:%/repo@v6.12,config=base.config:cgroup.config");
	expect("p=pkg:linux-image-6.1.0-57-amd64", "p",
	       "pkg:linux-image-6.1.0-57-amd64");
	expect("p=pkg:linux-image-6.1=6.1.192-3~a,cmdline=nosmp", "p",
	       "pkg:linux-image-6.1=6.1.192-3~a,cmdline=nosmp");
	expect("p=pkg:./vmlinux", "p", "pkg:%/vmlinux");
	expect("i=image:vmlinux", "i", "image:%/vmlinux");
	expect("i=image:vmlinux,cmdline=nosmp", "i",
	       "image:%/vmlinux,cmdline=nosmp");
}

static void an_image_needs_no_ini(void **state)
{
	_cleanup_free_ char *ini = path_of("kernels.ini");

	unlink(ini);
	expect("i=image:vmlinux", "i", "image:%/vmlinux");
	expect_error("baseline", "kernels.ini: No such file");
	put("kernels.ini", good_ini);
}

static void bad_names(void **state)
{
	expect_error("", "cannot name a kernel");
	expect_error("-x=baseline", "cannot name a kernel");
	expect_error(".x=baseline", "cannot name a kernel");
	expect_error("a b=baseline", "cannot name a kernel");
	expect_error("../a=baseline", "cannot name a kernel");
	expect_error("a\tb=baseline", "cannot name a kernel");
	expect_error("123456789012345678901234567890123=baseline",
		     "at most 32");
}

/* "@" and "," in what is named, not between it and the rest. */
static void refs_and_commas(void **state)
{
	make("a,b, c");
	expect("g=git:repo@HEAD@{1}", "g",
	       "git:%/repo@HEAD@{1},config=base.config:cgroup.config");
	expect("g=git:repo@@{u}", "g",
	       "git:%/repo@@{u},config=base.config:cgroup.config");
	expect("g=git:./a,b, c@v1,config=base", "g",
	       "git:%/a,b, c@v1,config=base.config");
	put("a,b, c/series", "");
	expect("g=git:./a,b, c@v1,patches=./a,b, c,config=base", "g",
	       "git:%/a,b, c@v1,patches=%/a,b, c/series,config=base.config");
	expect_error("v1=git:repo@", "git:PATH@REF");
	expect_error("v1=git:repo@{1}", "git:PATH@REF");
	expect_error("v1=git:./repo@v1,patchs=x", "did you mean 'patches'?");
}

static void unknown_words(void **state)
{
	expect_error("basline", "did you mean 'baseline'?");
	expect_error("v1=patch", "did you mean 'patched'?");
	expect_error("zzz", "there are baseline, patched");
	expect_error("v1=baseline,patchs=x", "did you mean 'patches'?");
	expect_error("v1=baseline,source=x", "not known");
	expect_error("v1=baseline,config=cgrup", "did you mean 'cgroup'?");
	expect_error("v1=baseline,config=+cgrup", "did you mean 'cgroup'?");
	expect_error("v1=baseline,config=+", "names no fragment");
	expect_error("v1=baseline,nonsense", "no KEY=VALUE");
	expect_error("v1=baseline,patches=,patches=", "given twice");
	expect_error("v1=ftp:x", "none of deb:PACKAGE");
}

static void missing_sources(void **state)
{
	expect_error("v1=dir:nowhere", "nowhere: No such file");
	expect_error("v1=dir:empty", "no kernel source");
	expect_error("v1=git:repo", "git:PATH@REF");
	expect_error("v1=git:nowhere@v1", "nowhere: No such file");
	expect_error("v1=git:vmlinux@v1", "no directory");
	expect_error("v1=deb:Not A Package", "no name of a Debian package");
	expect_error("v1=deb:", "no name of a Debian package");
	expect_error("v1=image:nowhere", "nowhere: No such file");
	expect_error("v1=baseline,patches=nowhere", "nowhere: No such file");
	expect_error("v1=baseline,patches=empty", "empty/series");
	expect_error("v1=baseline,config=./no.config", "no.config: No such");
	expect_error("v1=image:vmlinux,config=base", "an image is not built");
	expect_error("v1=image:vmlinux,config=+base", "an image is not built");
	expect_error("v1=image:vmlinux,first=2", "an image is not built");
	expect_error("v1=pkg:linux-image-amd64,config=base",
		     "a binary package is not built");
	expect_error("v1=pkg:linux-image-amd64,patches=patches/mine",
		     "a binary package is not built");
	expect_error("v1=pkg:", "is no name of a Debian package");
	expect_error("v1=pkg:Linux", "is no name of a Debian package");
	expect_error("v1=pkg:linux-image:amd64", "written with its path");
	expect_error("v1=pkg:linux-image=", "is no name of a Debian package");
	expect_error("v1=pkg:./none.deb", "none.deb: No such file");
	expect_error("v1=image:vmlinux,patches=patches/mine",
		     "an image is not built");
	expect_error("v1=baseline,cmdline=a\nb", "printable ASCII");
	expect_error("v1=baseline,cmdline=a -- b", "the word '--'");
}

static void malformed_ini(void **state)
{
	expect_ini_error("[baseline]\nsource = deb:a\nnonsense\n",
			 "kernels.ini:3: neither [section] nor key=value");
	expect_ini_error("[baseline\nsource = deb:a\n", "kernels.ini:1: ");
	expect_ini_error("source = deb:a\n",
			 "kernels.ini:1: a key before the first [section]");
	expect_ini_error("[baseline]\nsource=deb:a\n\npathces=x\n",
			 "kernels.ini:4: key 'pathces' is not known; did you "
			 "mean 'patches'?");
	expect_ini_error("[baseline]\nsource=deb:a\nsource=deb:b\n",
			 "kernels.ini:3: key 'source' is given twice");
	expect_ini_error("[base line]\nsource=deb:a\n",
			 "kernels.ini:2: [base line] cannot name a kernel");
	expect_ini_error("[baseline]\nconfig=base\n",
			 "kernels.ini: [baseline] has no source=");
	expect_ini_error("[baseline]\nsource=ftp:a\n", "none of deb:PACKAGE");
	expect_ini_error("", "there are none");
}

static void long_line_of_ini(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addstr(&sb, "[baseline]\nsource=deb:a\ncmdline=");
	for (int i = 0; i < 300; i++)
		strbuf_addstr(&sb, "x");
	expect_ini_error(sb.buf, "kernels.ini:3: the line is longer");
	strbuf_release(&sb);
}

static void list_of_kernels(void **state)
{
	struct kernel_spec *list;
	size_t nr;

	assert_int_equal(kernel_spec_list(dir, &list, &nr), ST_OK);
	assert_int_equal(nr, 2);
	assert_string_equal(list[0].name, "baseline");
	assert_string_equal(list[1].name, "patched");
	kernel_spec_release(&list[0]);
	kernel_spec_release(&list[1]);
	free(list);
}

static void prefixes_of_a_series(void **state)
{
	_cleanup_free_ struct kernel_spec *list = NULL;
	size_t nr;

	put("patches/mine/series", "# two\n0001-x.patch\n\n 0002-y.patch #\n");
	assert_int_equal(
		kernel_spec_series("p=patched,cmdline=a=b,c", dir, &list, &nr),
		ST_OK);
	assert_int_equal(nr, 3);
	for (size_t i = 0; i < nr; i++) {
		_cleanup_free_ char *name = xasprintf("p-%zu", i);
		_cleanup_free_ char *first = xasprintf("%zu", i);

		assert_string_equal(list[i].name, name);
		assert_string_equal(list[i].first, first);
		assert_string_equal(list[i].cmdline, "a=b,c");
		kernel_spec_release(&list[i]);
	}
	put("patches/mine/series", "0001-x.patch\n");
	expect_error("x=patched,first=", "first= is no number of patches");
	expect_error("x=patched,first=1x", "first=1x is no number of patches");
}

static void no_series(void **state)
{
	struct kernel_spec *list = NULL;
	size_t nr = 0;

	assert_int_equal(kernel_spec_series("baseline", dir, &list, &nr),
			 ST_USAGE);
	assert_int_equal(
		kernel_spec_series("p=patched,first=1", dir, &list, &nr),
		ST_USAGE);
	assert_int_equal(kernel_spec_series("nobody", dir, &list, &nr),
			 ST_USAGE);
	assert_int_equal(nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections),
		cmocka_unit_test(options_replace_those_of_the_section),
		cmocka_unit_test(sources),
		cmocka_unit_test(an_image_needs_no_ini),
		cmocka_unit_test(bad_names),
		cmocka_unit_test(refs_and_commas),
		cmocka_unit_test(unknown_words),
		cmocka_unit_test(missing_sources),
		cmocka_unit_test(malformed_ini),
		cmocka_unit_test(long_line_of_ini),
		cmocka_unit_test(list_of_kernels),
		cmocka_unit_test(prefixes_of_a_series),
		cmocka_unit_test(no_series),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
