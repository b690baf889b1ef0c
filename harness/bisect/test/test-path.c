/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "file.h"
#include "path.h"
#include "scratch.h"
#include "strbuf.h"

static char *dir;

static char *in_dir(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static void put(const char *name, const char *text)
{
	_cleanup_free_ char *path = in_dir(name);

	write_text(path, text);
}

/* A kernel as kernel_spec_parse() would make it. */
static void make_spec(struct kernel_spec *k, const char *name,
		      const char *source, const char *patches,
		      const char *first, const char *config)
{
	*k = (struct kernel_spec){
		.name = xstrdup(name),
		.source = xstrdup(source),
		.patches = *patches ? in_dir(patches) : xstrdup(""),
		.first = xstrdup(first),
		.config = xcalloc(1, sizeof(char *)),
		.nr_config = 1,
		.cmdline = xstrdup(""),
	};
	k->config[0] = xstrdup(config);
}

/* The path as "NAME: CHANGE" lines; caller frees. */
static char *path_text(const struct path *p)
{
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < p->nr; i++)
		strbuf_addf(&out, "%s=%s%s%s\n", p->nodes[i].spec.name,
			    p->nodes[i].spec.first,
			    *p->nodes[i].change ? ": " : "",
			    p->nodes[i].change);
	return strbuf_steal(&out);
}

struct ends {
	const char *source[2], *patches[2], *first[2], *config[2];
};

static enum exit_status find(const struct ends *e, struct path *p, char **log)
{
	struct kernel_spec k[2];
	enum exit_status r;

	for (int i = 0; i < 2; i++)
		make_spec(&k[i], i ? "new" : "old", e->source[i],
			  e->patches[i] ? e->patches[i] : "",
			  e->first[i] ? e->first[i] : "",
			  e->config[i] ? e->config[i] : "/c");
	capture_start(dir);
	r = path_find(&k[0], &k[1], p);
	*log = capture_end();
	for (int i = 0; i < 2; i++)
		kernel_spec_release(&k[i]);
	return r;
}

static void path_is(const struct ends *e, const char *want)
{
	_cleanup_(path_release) struct path p;
	_cleanup_free_ char *log = NULL, *text = NULL;

	assert_int_equal(find(e, &p, &log), ST_OK);
	assert_string_equal(log, "");
	text = path_text(&p);
	assert_string_equal(text, want);
}

static void refused(const struct ends *e, const char *why)
{
	_cleanup_(path_release) struct path p;
	_cleanup_free_ char *log = NULL;

	assert_int_equal(find(e, &p, &log), ST_USAGE);
	if (!strstr(log, why))
		fail_msg("no '%s' in '%s'", why, log);
}

#define SAME(_s)       \
	{              \
		_s, _s \
	}

static void test_series(void **state)
{
	const struct ends all = { SAME("deb:x"), .patches = { "", "series" } };
	const struct ends some = { SAME("deb:x"), .patches = SAME("series"),
				   .first = { "1", "2" } };
	const struct ends none = { SAME("deb:x"), .patches = SAME("series"),
				   .first = { "0", "9" } };
	const struct ends config = { SAME("deb:x"), .patches = { "", "series" },
				     .config = { "/c", "/d" } };

	put("series", "0001-a.patch\n# no\n0002-b.patch\n0003-c.patch\n");
	path_is(&all, "old=\nnew-1=1: patch 1 of 3\nnew-2=2: patch 2 of 3\n"
		      "new=: patch 3 of 3\n");
	path_is(&some, "old=1\nnew=2: patch 2 of 3\n");
	path_is(&none, "old=0\nnew-1=1: patch 1 of 3\n"
		       "new-2=2: patch 2 of 3\nnew=9: patch 3 of 3\n");
	path_is(&config, "old=\nnew-0=0: configuration or command line\n"
			 "new-1=1: patch 1 of 3\nnew-2=2: patch 2 of 3\n"
			 "new=: patch 3 of 3\n");
}

static void test_series_refused(void **state)
{
	const struct ends same = { SAME("deb:x"), .patches = SAME("series") };
	const struct ends swapped = { SAME("deb:x"),
				      .patches = { "series", "series" },
				      .first = { "", "2" } };
	const struct ends bare = { SAME("deb:x"), .config = { "/c", "/d" } };
	const struct ends other = { SAME("deb:x"),
				    .patches = { "series", "v2" } };
	const struct ends image = { SAME("image:/x") };
	const struct ends sources = { .source = { "deb:x", "deb:y" } };
	const struct ends repos = { .source = { "git:/a@x", "git:/b@x" } };
	const struct ends empty = { SAME("deb:x"), .patches = { "", "none" } };

	put("series", "a\nb\nc\n");
	put("v2", "a\nb\n");
	put("none", "");
	refused(&same, "nothing to bisect: old has 3 patches of series");
	refused(&swapped, "old has 3 patches of series");
	refused(&bare, "new has no patches=");
	refused(&other, "different series");
	refused(&image, "nothing between old and new");
	refused(&sources, "nothing between old and new");
	refused(&repos, "nothing between old and new");
	refused(&empty, "nothing to bisect");
}

static void subject_is(const char *text, const char *want)
{
	struct path_node n = { .commit = xstrdup(""), .patch = in_dir("p") };
	_cleanup_free_ char *got = NULL;

	put("p", text);
	got = path_subject(&n);
	assert_string_equal(got, want);
	free(n.commit);
	free(n.patch);
}

static void test_subject(void **state)
{
	subject_is("From 0 Mon\nFrom: me\nSubject: [PATCH 3/9] cgroup: do it\n"
		   "\nWhy.\n",
		   "cgroup: do it");
	subject_is("Subject: [PATCH v2 3/9] cgroup: do what cannot be said\n"
		   " in one line\n\n",
		   "cgroup: do what cannot be said in one line");
	subject_is("Subject: [PATCH]\n cgroup: below\r\n\r\n", "cgroup: below");
	subject_is("Subject: no end [of it", "no end [of it");
	subject_is("Subject: [open\n\n", "[open");
	subject_is("Subject:", "");
	subject_is("", "");
	subject_is("diff --git a/x b/x\n+Subject: x\n", "");
	subject_is("Why\n\ndiff --git a/x b/x\nSubject: not it\n", "");
}

/* --- git --- */

/*
 * A repository with the history
 *   o0 - o1 - o2 - o3 - M - o4	  first parents
 *    \- s1 - s2 - s3 --/
 */
static void make_repo(void)
{
	static const char script[] =
		"set -e; unset $(git rev-parse --local-env-vars); "
		"export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@x "
		"GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@x "
		"GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null; "
		"git init -q -b main repo; cd repo; "
		"c() { echo $1 >$1; git add $1; git commit -q -m \"$1: why\"; "
		"git tag $1; }; "
		"c o0; git checkout -q -b side; c s1; c s2; c s3; "
		"git checkout -q main; c o1; c o2; c o3; "
		"git merge -q --no-ff -m 'M: merge' side; git tag M; c o4; "
		"git checkout -q --orphan alone; c lost";
	_cleanup_free_ char *command =
		xasprintf("cd '%s' && sh make.sh >git.log 2>&1", dir);

	put("make.sh", script);
	if (system(command) != 0)
		fail_msg("%s failed", command);
}

static char *at(const char *ref)
{
	return xasprintf("git:%s/repo@%s", dir, ref);
}

/* The path between two commits as subjects; caller frees. */
static char *subjects(const struct path *p)
{
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < p->nr; i++) {
		_cleanup_free_ char *s = path_subject(&p->nodes[i]);

		strbuf_addf(&out, "%.2s%s ", s,
			    p->nodes[i].nr_merged ? "+" : "");
	}
	return strbuf_steal(&out);
}

static void range_is(const char *a, const char *b, const char *want)
{
	_cleanup_free_ char *old = at(a), *new = at(b), *log = NULL;
	_cleanup_free_ char *got = NULL;
	const struct ends e = { .source = { old, new } };
	_cleanup_(path_release) struct path p;

	assert_int_equal(find(&e, &p, &log), ST_OK);
	got = subjects(&p);
	assert_string_equal(got, want);
	assert_string_equal(p.nodes[0].spec.name, "old");
	assert_string_equal(p.nodes[p.nr - 1].spec.name, "new");
	for (size_t i = 1; i + 1 < p.nr; i++) {
		assert_int_equal(strlen(p.nodes[i].spec.name), 12);
		assert_non_null(
			strstr(p.nodes[i].spec.source, p.nodes[i].commit));
	}
}

static void range_refused(const char *a, const char *b, const char *why)
{
	_cleanup_free_ char *old = at(a), *new = at(b);
	const struct ends e = { .source = { old, new } };

	refused(&e, why);
}

static void test_range(void **state)
{
	_cleanup_(path_release) struct path p, side;
	_cleanup_free_ char *old = NULL, *new = NULL, *log = NULL, *got = NULL;

	make_repo();
	range_is("o0", "o4", "o0 o1 o2 o3 M:+ o4 ");
	range_is("o1", "main", "o1 o2 o3 M:+ o4 ");
	/* From within the branch: the other side is what is merged. */
	range_is("s2", "o4", "s2 s3 M:+ o4 ");
	range_is("o4~1", "o4", "M: o4 ");

	old = at("o1");
	new = at("o4");
	assert_int_equal(
		find(&(struct ends){ .source = { old, new } }, &p, &log),
		ST_OK);
	assert_int_equal(p.nodes[3].nr_merged, 1);
	assert_int_equal(path_find_merged(&p.nodes[2], &p.nodes[3], 0, &side),
			 ST_OK);
	got = subjects(&side);
	assert_string_equal(got, "o0 s1 s2 s3 ");
}

static void test_range_refused(void **state)
{
	_cleanup_free_ char *old = NULL, *new = NULL;

	make_repo();
	range_refused("o4", "o4", "nothing to bisect");
	range_refused("o4", "main", "the same commit");
	range_refused("o4", "o1", "older than old: swap them");
	range_refused("o1", "s2", "does not descend from old");
	range_refused("o1", "lost", "no commit in common");
	range_refused("o1", "nowhere", "no commit 'nowhere'");
	range_refused("-x", "o1", "'-x' is no name of a commit");
	old = at("o1");
	new = at("o2");
	put("series", "a\n");
	refused(&(struct ends){ .source = { old, new },
				.patches = { "", "series" } },
		"in their commits and their patches");
}

/* A hook's environment names another repository. */
static void test_range_in_hook(void **state)
{
	make_repo();
	setenv("GIT_DIR", "/nowhere/.git", 1);
	setenv("GIT_WORK_TREE", "/nowhere", 1);
	range_is("o1", "o2", "o1 o2 ");
	unsetenv("GIT_DIR");
	unsetenv("GIT_WORK_TREE");
}

static int setup(void **state)
{
	int r = scratch_setup(state);

	dir = *state;
	return r;
}

#define IN_DIR(_fn) \
	cmocka_unit_test_setup_teardown(_fn, setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(test_series),	    IN_DIR(test_series_refused),
		IN_DIR(test_subject),	    IN_DIR(test_range),
		IN_DIR(test_range_refused), IN_DIR(test_range_in_hook),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
