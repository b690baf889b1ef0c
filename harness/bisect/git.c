/* SPDX-License-Identifier: GPL-2.0-only */
#include "git.h"

#include "alloc.h"
#include "log.h"
#include "process.h"
#include "strbuf.h"

#define TIMEOUT_MS 300000
#define MAX_BYTES (256 << 20)
#define MAX_WORDS 16
#define EXIT_NOT_FOUND 127
/* What git uses for "no", as opposed to an error. */
#define EXIT_NO 1

/* In a hook these name its own repository, whatever -C says. */
#define FORGET                                                              \
	"/usr/bin/env", "-u", "GIT_DIR", "-u", "GIT_WORK_TREE", "-u",       \
		"GIT_INDEX_FILE", "-u", "GIT_OBJECT_DIRECTORY", "-u",       \
		"GIT_COMMON_DIR", "-u", "GIT_NAMESPACE", "LC_ALL=C", "git", \
		"-C"

/* Runs git with words up to NULL.  Its exit code, or -errno, logged. */
static int git(const char *repo, struct strbuf *out, bool quiet,
	       const char *const *words)
{
	static const char *const forget[] = { FORGET };
	char *argv[ARRAY_SIZE(forget) + MAX_WORDS + 2];
	_cleanup_strbuf_ struct strbuf err = STRBUF_INIT;
	size_t n = 0;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(forget); i++)
		argv[n++] = xstrdup(forget[i]);
	argv[n++] = xstrdup(repo);
	for (size_t i = 0; words[i]; i++)
		argv[n++] = xstrdup(words[i]);
	argv[n] = NULL;
	r = process_run(&(struct process){
		PROCESS_INIT,
		.argv = argv,
		.out = out,
		.err = quiet ? &err : NULL,
		.max_bytes = MAX_BYTES,
		.timeout_ms = TIMEOUT_MS,
	});
	if (r < 0)
		log_err_errno(-r, "cannot run git in %s", repo);
	if (r == EXIT_NOT_FOUND)
		log_err("git is missing: apt-get install git");
	while (n > 0)
		free(argv[--n]);
	return r;
}

static enum exit_status failed(const char *repo, const char *what)
{
	log_err("%s: git %s failed", repo, what);
	return ST_HOST;
}

/* The first line, without its end; caller frees. */
static char *first_line(const struct strbuf *out)
{
	const char *text = out->len ? out->buf : "";

	return xstrndup(text, strcspn(text, "\n"));
}

enum exit_status git_commit(const char *repo, const char *ref, char **ret)
{
	_cleanup_free_ char *name = xasprintf("%s^{commit}", ref);
	const char *const words[] = { "rev-parse", "--verify", "--quiet", name,
				      NULL };
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	int r;

	if (*ref == '-') {
		log_err("'%s' is no name of a commit", ref);
		return ST_USAGE;
	}
	r = git(repo, &out, true, words);
	if (r < 0 || r == EXIT_NOT_FOUND)
		return ST_HOST;
	if (r > 0) {
		log_err("no commit '%s' in %s", ref, repo);
		return ST_USAGE;
	}
	*ret = first_line(&out);
	return ST_OK;
}

enum exit_status git_is_ancestor(const char *repo, const char *a, const char *b,
				 bool *ret)
{
	const char *const words[] = { "merge-base", "--is-ancestor", a, b,
				      NULL };
	int r = git(repo, NULL, false, words);

	if (r != 0 && r != EXIT_NO)
		return failed(repo, words[0]);
	*ret = r == 0;
	return ST_OK;
}

enum exit_status git_merge_base(const char *repo, const char *a, const char *b,
				char **ret)
{
	const char *const words[] = { "merge-base", a, b, NULL };
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	int r = git(repo, &out, false, words);

	if (r != 0 && r != EXIT_NO)
		return failed(repo, words[0]);
	*ret = r == 0 ? first_line(&out) : NULL;
	return ST_OK;
}

char *git_subject(const char *repo, const char *id)
{
	const char *const words[] = { "log", "-1", "--format=%s", id, NULL };
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	return git(repo, &out, true, words) == 0 ? first_line(&out)
						 : xstrdup("");
}

/* --- chains --- */

/* A line of git log: a commit and its parents, each behind a NUL. */
struct line {
	char *id;
	char **parents;
	size_t nr_parents;
};

struct graph {
	struct line *lines; /* children before parents */
	size_t nr;
	char **ids; /* sorted */
};

static void graph_release(struct graph *g)
{
	for (size_t i = 0; i < g->nr; i++)
		free(g->lines[i].parents);
	free(g->lines);
	free(g->ids);
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Cuts the text, which has to stay. */
static void graph_parse(struct graph *g, char *text)
{
	char *save = NULL, *rest, *word;

	for (char *l = strtok_r(text, "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save)) {
		struct line line = { .id = strtok_r(l, " ", &rest) };

		if (!line.id)
			continue;
		while ((word = strtok_r(NULL, " ", &rest))) {
			line.parents =
				xreallocarray(line.parents, line.nr_parents + 1,
					      sizeof(char *));
			line.parents[line.nr_parents++] = word;
		}
		if ((g->nr & (g->nr + 1)) == 0)
			g->lines = xreallocarray(g->lines, 2 * g->nr + 2,
						 sizeof(*g->lines));
		g->lines[g->nr++] = line;
	}
	g->ids = xcalloc(g->nr + 1, sizeof(*g->ids));
	for (size_t i = 0; i < g->nr; i++)
		g->ids[i] = g->lines[i].id;
	qsort(g->ids, g->nr, sizeof(*g->ids), compare_ids);
}

static bool descends(const struct graph *g, const char *a, char *id)
{
	return strcmp(id, a) == 0 ||
	       bsearch(&id, g->ids, g->nr, sizeof(*g->ids), compare_ids);
}

/* Adds a commit to the chain.  Returns the parent on it, or NULL. */
static const char *add_link(struct git_chain *c, const struct graph *g,
			    const char *a, const struct line *line)
{
	struct git_link link = { .id = xstrdup(line->id) };
	const char *next = NULL;

	link.merged = xcalloc(line->nr_parents + 1, sizeof(char *));
	for (size_t i = 0; i < line->nr_parents; i++) {
		if (!next && descends(g, a, line->parents[i]))
			next = line->parents[i];
		else
			link.merged[link.nr_merged++] =
				xstrdup(line->parents[i]);
	}
	c->links = xreallocarray(c->links, c->nr + 1, sizeof(*c->links));
	c->links[c->nr++] = link;
	return next;
}

static void reverse(struct git_chain *c)
{
	for (size_t i = 0; i < c->nr / 2; i++) {
		struct git_link tmp = c->links[i];

		c->links[i] = c->links[c->nr - 1 - i];
		c->links[c->nr - 1 - i] = tmp;
	}
}

enum exit_status git_chain_find(const char *repo, const char *a, const char *b,
				struct git_chain *ret)
{
	_cleanup_free_ char *range = xasprintf("%s..%s", a, b);
	/* %P are the parents that a commit has, whatever is left out. */
	const char *const words[] = { "log",
				      "--topo-order",
				      "--ancestry-path",
				      "--format=%H %P",
				      range,
				      NULL };
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	_cleanup_(graph_release) struct graph g = { NULL };
	const char *next = b;

	memset(ret, 0, sizeof(*ret));
	if (git(repo, &out, false, words) != 0)
		return failed(repo, words[0]);
	if (out.len)
		graph_parse(&g, out.buf);
	for (size_t i = 0; i < g.nr && next && strcmp(next, a) != 0; i++)
		if (strcmp(g.lines[i].id, next) == 0)
			next = add_link(ret, &g, a, &g.lines[i]);
	if (!next || strcmp(next, a) != 0) {
		git_chain_release(ret);
		log_err("%s: no way from %.12s to %.12s", repo, a, b);
		return ST_HOST;
	}
	reverse(ret);
	return ST_OK;
}

void git_chain_release(struct git_chain *c)
{
	for (size_t i = 0; i < c->nr; i++) {
		for (size_t j = 0; j < c->links[i].nr_merged; j++)
			free(c->links[i].merged[j]);
		free(c->links[i].merged);
		free(c->links[i].id);
	}
	free(c->links);
	memset(c, 0, sizeof(*c));
}
