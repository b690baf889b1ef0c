/* SPDX-License-Identifier: GPL-2.0-only */
#include "path.h"

#include "alloc.h"
#include "file.h"
#include "git.h"
#include "log.h"
#include "series.h"
#include "strbuf.h"

static void node_release(struct path_node *n)
{
	for (size_t i = 0; i < n->nr_merged; i++)
		free(n->merged[i]);
	free(n->merged);
	free(n->change);
	free(n->patch);
	free(n->commit);
	kernel_spec_release(&n->spec);
}

void path_release(struct path *p)
{
	for (size_t i = 0; i < p->nr; i++)
		node_release(&p->nodes[i]);
	free(p->nodes);
	memset(p, 0, sizeof(*p));
}

static void copy_spec(const struct kernel_spec *k, struct kernel_spec *ret)
{
	*ret = (struct kernel_spec){
		.name = xstrdup(k->name),
		.source = xstrdup(k->source),
		.patches = xstrdup(k->patches),
		.first = xstrdup(k->first),
		.cmdline = xstrdup(k->cmdline),
		.nr_config = k->nr_config,
		.config = xcalloc(k->nr_config + 1, sizeof(char *)),
	};
	for (size_t i = 0; i < k->nr_config; i++)
		ret->config[i] = xstrdup(k->config[i]);
}

/* Takes change; the node is valid until the next one is added. */
static struct path_node *add_node(struct path *p, const struct kernel_spec *k,
				  char *change)
{
	struct path_node *n;

	p->nodes = xreallocarray(p->nodes, p->nr + 1, sizeof(*p->nodes));
	n = &p->nodes[p->nr++];
	memset(n, 0, sizeof(*n));
	copy_spec(k, &n->spec);
	n->change = change;
	n->patch = xstrdup("");
	n->commit = xstrdup("");
	return n;
}

static void set(char **member, char *text)
{
	free(*member);
	*member = text;
}

static bool same_options(const struct kernel_spec *a,
			 const struct kernel_spec *b)
{
	bool same = a->nr_config == b->nr_config &&
		    strcmp(a->cmdline, b->cmdline) == 0;

	for (size_t i = 0; same && i < a->nr_config; i++)
		same = strcmp(a->config[i], b->config[i]) == 0;
	return same;
}

static char *other_options(void)
{
	return xstrdup("configuration or command line");
}

/* --- patches of a series --- */

/* How many patches a kernel has of a series of so many. */
static size_t nr_applied(const struct kernel_spec *k, size_t total)
{
	size_t first = *k->first ? strtoul(k->first, NULL, 10) : total;

	if (!*k->patches)
		return 0;
	return first < total ? first : total;
}

static void set_first(struct path_node *n, size_t first)
{
	set(&n->spec.first, xasprintf("%zu", first));
}

static enum exit_status add_patches(struct path *p,
				    const struct kernel_spec *base,
				    const struct kernel_spec *contender,
				    const struct series *s)
{
	size_t from = nr_applied(base, s->nr),
	       to = nr_applied(contender, s->nr);
	struct path_node *n;

	if (from >= to) {
		log_err("nothing to bisect: %s has %zu patches of series %s, "
			"and %s has %zu",
			base->name, from, s->name, contender->name, to);
		return ST_USAGE;
	}
	add_node(p, base, xstrdup(""));
	if (!same_options(base, contender)) {
		n = add_node(p, contender, other_options());
		set_first(n, from);
		set(&n->spec.name, xasprintf("%s-%zu", contender->name, from));
	}
	for (size_t i = from + 1; i <= to; i++) {
		n = add_node(p, contender,
			     xasprintf("patch %zu of %zu", i, s->nr));
		set(&n->patch, xstrdup(s->paths[i - 1]));
		if (i == to)
			break;
		set_first(n, i);
		set(&n->spec.name, xasprintf("%s-%zu", contender->name, i));
	}
	return ST_OK;
}

static enum exit_status find_patches(const struct kernel_spec *base,
				     const struct kernel_spec *contender,
				     struct path *ret)
{
	struct series s = { NULL };
	enum exit_status r;

	if (!*contender->patches) {
		log_err("nothing to bisect: %s and %s are of the same source, "
			"and %s has no patches=",
			base->name, contender->name, contender->name);
		return ST_USAGE;
	}
	if (*base->patches && strcmp(base->patches, contender->patches) != 0) {
		log_err("%s and %s have different series: bisect each from its "
			"kernel without patches (first=0)",
			base->name, contender->name);
		return ST_USAGE;
	}
	r = series_load(contender->patches, &s);
	if (r == ST_OK)
		r = add_patches(ret, base, contender, &s);
	series_release(&s);
	return r;
}

/* --- commits of a range --- */

/* "PATH" and "REF" of "git:PATH@REF"; caller frees. */
static char *repo_of(const struct kernel_spec *k)
{
	const char *path = k->source + strlen("git:");

	return xstrndup(path, kernel_spec_git_ref(path) - 1 - path);
}

static const char *ref_of(const struct kernel_spec *k)
{
	return kernel_spec_git_ref(k->source);
}

static bool is_git(const struct kernel_spec *k)
{
	return strncmp(k->source, "git:", strlen("git:")) == 0;
}

static void set_commit(struct path_node *n, const char *repo, const char *id)
{
	set(&n->spec.source, xasprintf("git:%s@%s", repo, id));
	set(&n->commit, xstrdup(id));
}

/* Kernels with the options of like, for the commits from a to b. */
static enum exit_status add_commits(struct path *p, const char *repo,
				    const struct kernel_spec *like,
				    const char *a, const char *b)
{
	struct git_chain c;
	enum exit_status r = git_chain_find(repo, a, b, &c);

	if (r != ST_OK)
		return r;
	for (size_t i = 0; i < c.nr; i++) {
		struct git_link *link = &c.links[i];
		struct path_node *n =
			add_node(p, like,
				 xasprintf("%s %.12s",
					   link->nr_merged ? "merge" : "commit",
					   link->id));

		set_commit(n, repo, link->id);
		set(&n->spec.name, xasprintf("%.12s", link->id));
		n->merged = steal_ptr(link->merged);
		n->nr_merged = link->nr_merged;
		link->nr_merged = 0;
	}
	git_chain_release(&c);
	return ST_OK;
}

/* Why there is no way from a to b. */
static enum exit_status no_descent(const char *repo,
				   const struct kernel_spec *base,
				   const struct kernel_spec *contender,
				   const char *a, const char *b)
{
	_cleanup_free_ char *common = NULL;
	enum exit_status r = git_merge_base(repo, a, b, &common);

	if (r != ST_OK)
		return r;
	if (common && strcmp(common, b) == 0)
		log_err("%s is older than %s: swap them", contender->name,
			base->name);
	else if (common)
		log_err("%s does not descend from %s: bisect each from their "
			"common ancestor, git:%s@%.12s",
			contender->name, base->name, repo, common);
	else
		log_err("%s and %s have no commit in common", base->name,
			contender->name);
	return ST_USAGE;
}

static enum exit_status check_range(const char *repo,
				    const struct kernel_spec *base,
				    const struct kernel_spec *contender,
				    const char *a, const char *b)
{
	bool descends = false;
	enum exit_status r;

	if (strcmp(base->patches, contender->patches) != 0 ||
	    strcmp(base->first, contender->first) != 0) {
		log_err("%s and %s differ in their commits and their patches: "
			"bisect one after the other",
			base->name, contender->name);
		return ST_USAGE;
	}
	if (strcmp(a, b) == 0) {
		log_err("nothing to bisect: %s and %s are the same commit, "
			"%.12s",
			base->name, contender->name, a);
		return ST_USAGE;
	}
	r = git_is_ancestor(repo, a, b, &descends);
	if (r == ST_OK && !descends)
		r = no_descent(repo, base, contender, a, b);
	return r;
}

static enum exit_status find_commits(const struct kernel_spec *base,
				     const struct kernel_spec *contender,
				     struct path *ret)
{
	_cleanup_free_ char *repo = repo_of(base), *a = NULL, *b = NULL;
	enum exit_status r = git_commit(repo, ref_of(base), &a);
	struct path_node *n;

	if (r == ST_OK)
		r = git_commit(repo, ref_of(contender), &b);
	if (r == ST_OK)
		r = check_range(repo, base, contender, a, b);
	if (r != ST_OK)
		return r;
	n = add_node(ret, base, xstrdup(""));
	set_commit(n, repo, a);
	if (!same_options(base, contender)) {
		n = add_node(ret, contender, other_options());
		set_commit(n, repo, a);
		set(&n->spec.name, xasprintf("%.12s", a));
	}
	r = add_commits(ret, repo, contender, a, b);
	if (r == ST_OK)
		set(&ret->nodes[ret->nr - 1].spec.name,
		    xstrdup(contender->name));
	return r;
}

enum exit_status path_find_merged(const struct path_node *before,
				  const struct path_node *merge, size_t i,
				  struct path *ret)
{
	_cleanup_free_ char *repo = repo_of(&merge->spec), *common = NULL;
	struct path_node *n;
	enum exit_status r;

	memset(ret, 0, sizeof(*ret));
	r = git_merge_base(repo, before->commit, merge->merged[i], &common);
	if (r != ST_OK)
		return r;
	/* A history of its own has no kernel to begin with. */
	if (!common)
		return ST_OK;
	n = add_node(ret, &merge->spec, xstrdup(""));
	set_commit(n, repo, common);
	set(&n->spec.name, xasprintf("%.12s", common));
	r = add_commits(ret, repo, &merge->spec, common, merge->merged[i]);
	if (r != ST_OK)
		path_release(ret);
	return r;
}

/* --- both --- */

static bool same_repo(const struct kernel_spec *a, const struct kernel_spec *b)
{
	_cleanup_free_ char *x = NULL, *y = NULL;

	if (!is_git(a) || !is_git(b))
		return false;
	x = repo_of(a);
	y = repo_of(b);
	return strcmp(x, y) == 0;
}

/* Names are what tells two kernels of a run apart. */
static void rename_base(struct path *p)
{
	for (size_t i = 1; i < p->nr; i++)
		if (strcmp(p->nodes[i].spec.name, p->nodes[0].spec.name) == 0)
			set(&p->nodes[0].spec.name, xstrdup("base"));
}

enum exit_status path_find(const struct kernel_spec *base,
			   const struct kernel_spec *contender,
			   struct path *ret)
{
	enum exit_status r;

	memset(ret, 0, sizeof(*ret));
	if (strcmp(base->name, contender->name) == 0) {
		log_err("two kernels have the name '%s'; write OTHER=...",
			base->name);
		return ST_USAGE;
	}
	if (strcmp(base->source, contender->source) == 0 &&
	    strncmp(base->source, "image:", strlen("image:")) != 0) {
		r = find_patches(base, contender, ret);
	} else if (same_repo(base, contender)) {
		r = find_commits(base, contender, ret);
	} else {
		log_err("there is nothing between %s and %s: it takes one "
			"source and patches= of one series, or two commits of "
			"one git repository",
			base->name, contender->name);
		r = ST_USAGE;
	}
	if (r == ST_OK)
		rename_base(ret);
	else
		path_release(ret);
	return r;
}

/* "cgroup: x" of "Subject: [PATCH v2 3/9] cgroup:\n x"; caller frees. */
static char *subject_of_patch(const char *text)
{
	static const char head[] = "Subject:";
	const char *at = text;
	struct strbuf out = STRBUF_INIT;

	while (at && strncmp(at, head, strlen(head)) != 0) {
		at = strchr(at, '\n');
		at = at && strncmp(at, "\ndiff ", 6) != 0 ? at + 1 : NULL;
	}
	if (!at)
		return xstrdup("");
	at += strlen(head);
	do {
		size_t len;

		at += strspn(at, " \t");
		if (out.len == 0 && *at == '[' && strcspn(at, "]\n") &&
		    at[strcspn(at, "]\n")] == ']')
			at += strcspn(at, "]\n") + 1;
		at += strspn(at, " \t");
		len = strcspn(at, "\r\n");
		strbuf_addf(&out, "%s%.*s", out.len ? " " : "", (int)len, at);
		at += strcspn(at, "\n");
		at += *at == '\n';
		/* A line that is folded goes on with a blank. */
	} while (*at == ' ' || *at == '\t');
	return strbuf_steal(&out);
}

char *path_subject(const struct path_node *node)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *repo = NULL;

	if (*node->commit) {
		repo = repo_of(&node->spec);
		return git_subject(repo, node->commit);
	}
	if (!*node->patch || read_file(node->patch, &text) < 0 || !text.len)
		return xstrdup("");
	return subject_of_patch(text.buf);
}
