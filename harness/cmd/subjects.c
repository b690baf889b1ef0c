/* SPDX-License-Identifier: GPL-2.0-only */
#include "subjects.h"

#include <sys/stat.h>

#include "alloc.h"
#include "log.h"
#include "run-match.h"
#include "run-merge.h"

/* What the words name; parts and runs[] go together. */
struct subjects {
	struct run **runs; /* each once; owned */
	size_t nr_runs;
	struct run_part *parts; /* of each word */
	size_t nr_parts;
};

static void subjects_release(struct subjects *s)
{
	for (size_t i = 0; i < s->nr_runs; i++)
		run_free(s->runs[i]);
	free(s->runs);
	free(s->parts);
}

/* ---- words ---- */

static bool names_run(const char *word)
{
	return strchr(word, ':') != NULL;
}

static size_t count_naming_run(char *const *names, size_t nr)
{
	size_t n = 0;

	for (size_t i = 0; i < nr; i++)
		n += names_run(names[i]);
	return n;
}

static bool has_kernel(const struct run *run, const char *name)
{
	return run_kernel_index(run, name) >= 0;
}

/* Cuts "RUN:KERNEL" at the last colon, as a path may have more. */
static enum exit_status split_word(const char *word, char **run,
				   const char **kernel)
{
	const char *colon = strrchr(word, ':');

	if (!colon || colon == word || !colon[1]) {
		log_err("'%s' names no kernel of a run: write RUN:KERNEL for "
			"each, such as latest:%s",
			word,
			colon && colon[1] ? colon + 1
			: colon		  ? "baseline"
					  : word);
		return ST_USAGE;
	}
	*run = xstrndup(word, (size_t)(colon - word));
	*kernel = colon + 1;
	if (!strchr(*run, ':') || strchr(*run, '/'))
		return ST_OK;
	log_err("'%s': more than one ':' in RUN:KERNEL; a kernel that has one "
		"in its name can only be named with --run RUN",
		word);
	return ST_USAGE;
}

/* ---- runs ---- */

static bool same_dir(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* A run in a directory, loaded once. */
static enum exit_status open_run(struct subjects *s, const char *dir,
				 struct run **ret)
{
	struct run *run;

	for (size_t i = 0; i < s->nr_runs; i++) {
		if (same_dir(s->runs[i]->dir, dir)) {
			*ret = s->runs[i];
			return ST_OK;
		}
	}
	if (run_load(dir, &run, NULL) < 0)
		return ST_HOST; /* logged */
	s->runs = xreallocarray(s->runs, s->nr_runs + 1, sizeof(*s->runs));
	s->runs[s->nr_runs++] = run;
	for (size_t i = 0; i + 1 < s->nr_runs; i++) {
		if (strcmp(s->runs[i]->id, run->id) != 0)
			continue;
		log_err("%s and %s are copies of one run, %s: name one of them",
			s->runs[i]->dir, run->dir, run->id);
		return ST_USAGE;
	}
	*ret = run;
	return ST_OK;
}

static enum exit_status add_part(struct subjects *s, const char *word,
				 struct run *run, unsigned kernel)
{
	for (size_t i = 0; i < s->nr_parts; i++) {
		if (s->parts[i].run != run || s->parts[i].kernel != kernel)
			continue;
		log_err("'%s': kernel '%s' of run %s is named twice", word,
			run->kernels[kernel].name, run->id);
		return ST_USAGE;
	}
	s->parts[s->nr_parts++] =
		(struct run_part){ .run = run, .kernel = kernel };
	return ST_OK;
}

static enum exit_status add_word(const struct env *env, const char *word,
				 struct subjects *s)
{
	_cleanup_free_ char *run_word = NULL, *dir = NULL;
	const char *name = NULL;
	struct run *run = NULL;
	unsigned kernel = 0;
	enum exit_status r = split_word(word, &run_word, &name);

	if (r == ST_OK)
		r = find_run(env, run_word, &dir);
	if (r == ST_OK)
		r = open_run(s, dir, &run);
	if (r != ST_OK)
		return r;
	r = find_kernel(run, name, &kernel);
	if (r != ST_OK)
		log_info("'%s' was looked up in run %s", word, run->id);
	return r == ST_OK ? add_part(s, word, run, kernel) : r;
}

/* ---- several runs as one ---- */

static enum exit_status refuse(const struct run *a, const struct run *b,
			       const struct run_match *m)
{
	for (size_t i = 0; i < m->nr_differs; i++)
		log_err("runs %s and %s differ in %s", a->id, b->id,
			m->differs[i]);
	log_err("kernels of runs %s and %s cannot be compared: it is not the "
		"kernel alone that differs; measure them in one run, or again "
		"in the same way",
		a->id, b->id);
	return ST_USAGE;
}

static void keep_remarks(struct run_match *m, struct run *to)
{
	for (size_t i = 0; i < m->nr_remarks; i++) {
		log_warn("%s", m->remarks[i]);
		run_remark(to, steal_ptr(m->remarks[i]));
	}
}

/* Each run with each other; remarks go to the run. */
static enum exit_status match_runs(const struct subjects *s, struct run *to)
{
	enum exit_status r = ST_OK;

	for (size_t i = 0; i < s->nr_runs; i++) {
		for (size_t j = i + 1; r == ST_OK && j < s->nr_runs; j++) {
			struct run_match m;

			run_match(s->runs[i], s->runs[j], &m);
			if (m.nr_differs > 0)
				r = refuse(s->runs[i], s->runs[j], &m);
			else
				keep_remarks(&m, to);
			run_match_release(&m);
		}
	}
	return r;
}

static void move_remarks(struct run *from, struct run *to)
{
	for (size_t i = 0; i < from->nr_remarks; i++)
		run_remark(to, steal_ptr(from->remarks[i]));
}

static void select_all(const struct run *run, struct selection *s)
{
	s->base = 0;
	s->nr = run->nr_kernels - 1;
	s->contenders = xcalloc(run->nr_kernels, sizeof(*s->contenders));
	for (unsigned i = 0; i < s->nr; i++)
		s->contenders[i] = i + 1;
}

static enum exit_status merge(struct subjects *subjects, struct run **ret,
			      struct selection *s)
{
	_cleanup_(run_freep) struct run *remarks = run_new();
	enum exit_status r = match_runs(subjects, remarks);

	if (r != ST_OK)
		return r;
	*ret = run_merge(subjects->parts, subjects->nr_parts);
	move_remarks(remarks, *ret);
	select_all(*ret, s);
	return ST_OK;
}

/* ---- one run ---- */

static enum exit_status select_in(const struct run *run, char *const *names,
				  size_t nr, struct selection *s)
{
	enum exit_status r;

	for (size_t i = 0; i < nr; i++) {
		if (!names_run(names[i]) || has_kernel(run, names[i]))
			continue;
		log_err("'%s' with --run: that names the run already; leave "
			"--run out to compare kernels of several runs",
			names[i]);
		return ST_USAGE;
	}
	r = select_kernels(run, names, nr, s);
	if (r != ST_OK || s->nr > 0)
		return r;
	log_err("run %s has only one kernel: nothing to compare with", run->id);
	return ST_USAGE;
}

/* All words are of the only run: as if it had been named by --run. */
static enum exit_status select_parts(struct subjects *subjects,
				     struct run **ret, struct selection *s)
{
	size_t nr = subjects->nr_parts;
	_cleanup_free_ char **names = xcalloc(nr + 1, sizeof(*names));
	struct run *run = subjects->runs[0];
	enum exit_status r;

	for (size_t i = 0; i < nr; i++)
		names[i] = run->kernels[subjects->parts[i].kernel].name;
	r = select_in(run, names, nr, s);
	if (r == ST_OK)
		*ret = steal_ptr(subjects->runs[0]);
	return r;
}

enum exit_status select_subjects(const struct env *env, const char *run_word,
				 char *const *names, size_t nr,
				 struct run **ret, struct selection *s)
{
	_cleanup_(subjects_release) struct subjects subjects = { NULL };
	unsigned damaged;
	enum exit_status r = ST_OK;

	if (run_word || count_naming_run(names, nr) == 0) {
		r = select_run(env, run_word, ret, &damaged);
		return r == ST_OK ? select_in(*ret, names, nr, s) : r;
	}
	subjects.parts = xcalloc(nr + 1, sizeof(*subjects.parts));
	for (size_t i = 0; r == ST_OK && i < nr; i++)
		r = add_word(env, names[i], &subjects);
	if (r != ST_OK)
		return r;
	if (subjects.nr_runs == 1)
		return select_parts(&subjects, ret, s);
	return merge(&subjects, ret, s);
}

enum exit_status select_any(const struct env *env, const char *run_word,
			    char *const *names, size_t nr, const char *what,
			    struct run **ret, struct selection *s)
{
	unsigned damaged;
	enum exit_status r;

	if (nr > 0)
		return select_subjects(env, run_word, names, nr, ret, s);
	r = select_run(env, run_word, ret, &damaged);
	if (r == ST_OK)
		r = select_kernels(*ret, NULL, 0, s);
	if (r != ST_OK || (*ret)->nr_kernels > 0)
		return r;
	log_err("run %s has no kernel: nothing to %s", (*ret)->id, what);
	return ST_USAGE;
}
