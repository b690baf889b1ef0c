/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-runs.h"

#include <dirent.h>
#include <sys/stat.h>

#include "alloc.h"
#include "log.h"
#include "run-id.h"
#include "sha256.h"
#include "site-parallel.h"
#include "site-path.h"
#include "site-run-page.h"

/* ---- what a run is made of ---- */

static void add_stat(struct strbuf *out, const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		strbuf_addf(out, "%s %lld %lld.%09ld\n", path,
			    (long long)st.st_size, (long long)st.st_mtime,
			    (long)st.st_mtim.tv_nsec);
}

static int is_visible(const struct dirent *de)
{
	return de->d_name[0] != '.';
}

/*
 * Changes with what the run measured and with the program that shows it.  boot.json
 * has the sums of all other files; that those were compressed or thinned since is no
 * reason to publish less than there was.
 */
static char *fingerprint(const char *dir, const char *program)
{
	_cleanup_free_ char *boots = xasprintf("%s/boots", dir);
	_cleanup_free_ char *json = xasprintf("%s/run.json", dir);
	_cleanup_strbuf_ struct strbuf all = STRBUF_INIT;
	struct dirent **list = NULL;
	int nr = scandir(boots, &list, is_visible, alphasort);
	char hex[65];

	strbuf_addf(&all, "%s\n", program);
	add_stat(&all, json);
	for (int i = 0; i < nr; i++) {
		_cleanup_free_ char *boot =
			xasprintf("%s/%s", boots, list[i]->d_name);
		_cleanup_free_ char *end = xasprintf("%s/boot.json", boot);

		add_stat(&all, end);
		free(list[i]);
	}
	free(list);
	sha256_hex(all.buf, all.len, hex);
	return xstrdup(hex);
}

/* ---- bringing them up to date ---- */

struct update {
	const char *site;
	struct site_run *list; /* with dir, slug and fingerprint */
	size_t nr;
	bool fresh;
};

static char *data_path(const char *site, const char *slug)
{
	return xasprintf("%s/data/run/%s.json", site, slug);
}

static bool is_current(const struct update *u, const struct site_run *want)
{
	_cleanup_free_ char *path = data_path(u->site, want->slug);
	_cleanup_free_ char *page =
		xasprintf("%s/run/%s.html", u->site, want->slug);
	struct site_run old = { NULL };
	bool same;

	if (u->fresh || access(page, F_OK) < 0)
		return false;
	same = site_run_read(path, &old) == 0 &&
	       strcmp(old.fingerprint, want->fingerprint) == 0;
	site_run_release(&old);
	return same;
}

/* A run that cannot be read is logged and has no data afterwards. */
static int update_one(size_t i, void *arg)
{
	const struct update *u = arg;
	struct site_run *r = &u->list[i];
	int err;

	if (is_current(u, r))
		return 0;
	err = site_run_write(u->site, r);
	if (err == -EBADMSG || err == -ENOENT || err == -EPROTONOSUPPORT)
		return 0;
	if (err == 0)
		err = site_run_save(u->site, r);
	return err;
}

/* Directories that are runs; of several copies of one run the first. */
static void find_runs(struct update *u, const char *const *dirs, size_t nr)
{
	char program[65] = "";

	sha256_file("/proc/self/exe", program);
	u->list = xcalloc(nr + 1, sizeof(*u->list));
	for (size_t i = 0; i < nr; i++) {
		struct site_run *r = &u->list[u->nr];
		char *id = run_id_read(dirs[i]);
		bool twice = false;

		if (!id) {
			log_warn("%s: no run, or its run.json is damaged",
				 dirs[i]);
			continue;
		}
		r->slug = site_slug(id);
		for (size_t k = 0; k < u->nr; k++)
			twice |= strcmp(u->list[k].slug, r->slug) == 0;
		free(id);
		if (twice) {
			log_warn("%s: a copy of a run that was there before",
				 dirs[i]);
			free(r->slug);
			r->slug = NULL;
			continue;
		}
		r->dir = xstrdup(dirs[i]);
		r->fingerprint = fingerprint(dirs[i], program);
		u->nr++;
	}
}

static const char *dir_of(const struct update *u, const char *slug)
{
	for (size_t i = 0; i < u->nr; i++)
		if (strcmp(u->list[i].slug, slug) == 0)
			return u->list[i].dir;
	return NULL;
}

static int newest_first(const void *pa, const void *pb)
{
	const struct site_run *a = pa, *b = pb;
	int r = strcmp(b->created, a->created);

	return r ? r : strcmp(b->id, a->id);
}

static int is_data(const struct dirent *de)
{
	size_t len = strlen(de->d_name);

	return de->d_name[0] != '.' && len > 5 &&
	       strcmp(de->d_name + len - 5, ".json") == 0;
}

static void load_all(const struct update *u, struct site_runs *ret)
{
	_cleanup_free_ char *dir = xasprintf("%s/data/run", u->site);
	struct dirent **list = NULL;
	int nr = scandir(dir, &list, is_data, alphasort);

	ret->list = xcalloc(nr < 0 ? 1 : (size_t)nr + 1, sizeof(*ret->list));
	for (int i = 0; i < nr; i++) {
		struct site_run *r = &ret->list[ret->nr];
		_cleanup_free_ char *path =
			xasprintf("%s/%s", dir, list[i]->d_name);
		const char *from;

		r->slug =
			xstrndup(list[i]->d_name, strlen(list[i]->d_name) - 5);
		from = dir_of(u, r->slug);
		r->dir = from ? xstrdup(from) : NULL;
		if (site_run_read(path, r) == 0)
			ret->nr++;
		else
			site_run_release(r);
		free(list[i]);
	}
	free(list);
	qsort(ret->list, ret->nr, sizeof(*ret->list), newest_first);
}

static size_t count_failed(const struct update *u, const struct site_runs *r)
{
	size_t failed = 0;

	for (size_t i = 0; i < u->nr; i++) {
		bool there = false;

		for (size_t k = 0; k < r->nr; k++)
			there |= strcmp(r->list[k].slug, u->list[i].slug) == 0;
		failed += !there;
	}
	return failed;
}

int site_runs_update(const char *site, const char *const *dirs, size_t nr,
		     bool fresh, struct site_runs *ret, size_t *failed)
{
	struct update u = { .site = site, .fresh = fresh };
	int r;

	find_runs(&u, dirs, nr);
	r = site_parallel(u.nr, update_one, &u);
	memset(ret, 0, sizeof(*ret));
	if (r == 0) {
		load_all(&u, ret);
		*failed = nr - u.nr + count_failed(&u, ret);
	}
	for (size_t i = 0; i < u.nr; i++)
		site_run_release(&u.list[i]);
	free(u.list);
	return r;
}

void site_runs_release(struct site_runs *r)
{
	for (size_t i = 0; i < r->nr; i++)
		site_run_release(&r->list[i]);
	free(r->list);
}

const struct site_run *site_runs_find(const struct site_runs *r, const char *id)
{
	for (size_t i = 0; i < r->nr; i++)
		if (strcmp(r->list[i].id, id) == 0)
			return &r->list[i];
	return NULL;
}
