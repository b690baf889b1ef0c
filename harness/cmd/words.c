/* SPDX-License-Identifier: GPL-2.0-only */
#include "words.h"

#include <dirent.h>
#include <sys/stat.h>

#include "alloc.h"
#include "exit-status.h"
#include "log.h"
#include "suggest.h"

static bool is_run_dir(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/run.json", dir);

	return access(path, F_OK) == 0;
}

static int is_run_name(const struct dirent *de)
{
	return de->d_name[0] != '.';
}

/* The names in a folder of runs, sorted. */
struct run_names {
	struct dirent **entries;
	const char **v;
	size_t nr;
};

static void run_names_read(const char *runs, struct run_names *ret)
{
	int nr;

	*ret = (struct run_names){ NULL };
	nr = scandir(runs, &ret->entries, is_run_name, alphasort);
	ret->nr = nr > 0 ? (size_t)nr : 0;
	ret->v = xcalloc(ret->nr + 1, sizeof(*ret->v));
	for (size_t i = 0; i < ret->nr; i++)
		ret->v[i] = ret->entries[i]->d_name;
}

static void run_names_release(struct run_names *n)
{
	for (size_t i = 0; i < n->nr; i++)
		free(n->entries[i]);
	free(n->entries);
	free(n->v);
}

/* The runs whose id begins with the word: how many, and the first ones. */
static size_t list_prefixed(const char *runs, const struct run_names *n,
			    const char *word, struct strbuf *ids)
{
	enum { LISTED = 3 };
	size_t nr = 0;

	for (size_t i = 0; *word && i < n->nr; i++) {
		_cleanup_free_ char *dir = xasprintf("%s/%s", runs, n->v[i]);

		if (strncmp(n->v[i], word, strlen(word)) || !is_run_dir(dir))
			continue;
		if (nr < LISTED)
			strbuf_addf(ids, "%s%s", nr ? ", " : "", n->v[i]);
		nr++;
	}
	if (nr > LISTED)
		strbuf_addf(ids, " and %zu more", nr - LISTED);
	return nr;
}

static enum exit_status find_prefixed(const char *runs, const char *word,
				      char **ret)
{
	_cleanup_(run_names_release) struct run_names n;
	_cleanup_strbuf_ struct strbuf ids = STRBUF_INIT;
	size_t nr;

	run_names_read(runs, &n);
	nr = list_prefixed(runs, &n, word, &ids);
	if (nr == 1) {
		*ret = xasprintf("%s/%s", runs, ids.buf);
		return ST_OK;
	}
	if (nr > 1)
		log_err("run '%s' is ambiguous: %zu ids begin with it: %s",
			word, nr, ids.buf);
	else if (n.nr == 0)
		log_err("run '%s' is not known: there are no runs in %s yet",
			word, runs);
	else
		suggest_log("run", word, n.v, n.nr);
	return ST_USAGE;
}

static enum exit_status find_latest(const char *runs, char **ret)
{
	int r = run_latest(runs, ret);

	if (r == 0)
		return ST_OK;
	if (r != -ENOENT) {
		log_err_errno(-r, "cannot read %s", runs);
		return ST_HOST;
	}
	log_err("no run in %s yet; make one with: cgmark run", runs);
	return ST_USAGE;
}

enum exit_status find_run(const struct env *env, const char *word, char **ret)
{
	_cleanup_free_ char *runs = xasprintf("%s/runs", env->results_dir);
	_cleanup_free_ char *by_id = NULL;

	if (!word)
		return find_latest(runs, ret);
	if (is_run_dir(word)) {
		*ret = xstrdup(word);
		return ST_OK;
	}
	if (strchr(word, '/')) {
		log_err("'%s' is not a run directory: there is no run.json",
			word);
		return ST_USAGE;
	}
	by_id = xasprintf("%s/%s", runs, word);
	if (*word && is_run_dir(by_id)) {
		*ret = steal_ptr(by_id);
		return ST_OK;
	}
	if (!strcmp(word, "latest"))
		return find_latest(runs, ret);
	return find_prefixed(runs, word, ret);
}

enum exit_status select_run(const struct env *env, const char *word,
			    struct run **ret, unsigned *damaged)
{
	_cleanup_free_ char *dir = NULL;
	enum exit_status r = find_run(env, word, &dir);

	if (r != ST_OK)
		return r;
	*damaged = 0;
	/* logs */
	return run_load(dir, ret, damaged) < 0 ? ST_HOST : ST_OK;
}

void selection_release(struct selection *s)
{
	free(s->contenders);
	s->contenders = NULL;
}

enum exit_status find_kernel(const struct run *run, const char *name,
			     unsigned *ret)
{
	int i = run_kernel_index(run, name);
	const char **names;

	if (i >= 0) {
		*ret = (unsigned)i;
		return ST_OK;
	}
	names = xcalloc(run->nr_kernels + 1, sizeof(*names));
	for (size_t k = 0; k < run->nr_kernels; k++)
		names[k] = run->kernels[k].name;
	suggest_log("kernel", name, names, run->nr_kernels);
	free(names);
	return ST_USAGE;
}

static bool is_selected(const struct selection *s, unsigned kernel)
{
	if (kernel == s->base)
		return true;
	for (size_t i = 0; i < s->nr; i++) {
		if (s->contenders[i] == kernel)
			return true;
	}
	return false;
}

enum exit_status select_kernels(const struct run *run, char *const *names,
				size_t nr, struct selection *ret)
{
	struct selection s = { .base = 0, .nr = 0 };
	enum exit_status r = ST_OK;

	s.contenders = xcalloc(run->nr_kernels + 1, sizeof(*s.contenders));
	if (nr > 0)
		r = find_kernel(run, names[0], &s.base);
	for (size_t i = 1; r == ST_OK && i < nr; i++) {
		unsigned k;

		r = find_kernel(run, names[i], &k);
		if (r == ST_OK && is_selected(&s, k)) {
			log_err("kernel '%s' is named twice", names[i]);
			r = ST_USAGE;
		}
		if (r == ST_OK)
			s.contenders[s.nr++] = k;
	}
	for (unsigned k = 0; nr < 2 && r == ST_OK && k < run->nr_kernels; k++) {
		if (k != s.base)
			s.contenders[s.nr++] = k;
	}
	if (r != ST_OK) {
		selection_release(&s);
		return r;
	}
	*ret = s;
	return ST_OK;
}
