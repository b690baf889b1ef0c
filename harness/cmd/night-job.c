/* SPDX-License-Identifier: GPL-2.0-only */
#include "night-job.h"

#include <sys/stat.h>
#include <time.h>
#include <wordexp.h>

#include "alloc.h"
#include "file.h"
#include "history.h"
#include "json.h"
#include "kernel-pin.h"
#include "log.h"
#include "news.h"
#include "run-dirs.h"
#include "run.h"

/* A night has few runs, and they are new. */
#define RUNS_LOOKED_AT 200
/* Benchmarks in doubt that are measured again. */
#define AB_BENCHES_MAX 40

/* ---- runs ---- */

static bool is_text(const json_t *o, const char *key, const char *want)
{
	const char *is = json_string_value(json_object_get(o, key));

	return is && strcmp(is, want) == 0;
}

static bool is_run_of(const char *dir, const char *night, const char *job,
		      bool complete)
{
	_cleanup_free_ char *path = xasprintf("%s/run.json", dir);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_(json_decrefp) json_t *o = NULL;

	return json_file_load(path, RUN_FORMAT, &o, &why) == 0 &&
	       is_text(o, "night", night) && is_text(o, "job", job) &&
	       (is_text(o, "status", "complete") ||
		(!complete && !is_text(o, "status", "running")));
}

char *night_find_run(const struct env *env, const char *night, const char *job,
		     bool complete)
{
	_cleanup_free_ char *runs = xasprintf("%s/runs", env->results_dir);
	_cleanup_free_ char **dirs = NULL;
	char *found = NULL;
	size_t nr = 0;

	if (run_dirs_list(runs, &dirs, &nr) < 0)
		return NULL;
	for (size_t i = nr; i-- > 0;) {
		if (!found && nr - i <= RUNS_LOOKED_AT &&
		    is_run_of(dirs[i], night, job, complete))
			found = steal_ptr(dirs[i]);
		free(dirs[i]);
	}
	return found;
}

static const char *id_of(const char *dir)
{
	return strrchr(dir, '/') + 1;
}

/* ---- the command line of a run ---- */

struct line {
	struct words words;
	char *texts[NIGHT_KERNELS_MAX + 8]; /* owned */
	size_t nr_texts;
	wordexp_t options;
	bool has_options;
};

static void add(struct line *l, const char *word)
{
	words_add(&l->words, word);
}

static void add_text(struct line *l, const char *option, char *text)
{
	l->texts[l->nr_texts++] = text;
	add(l, option);
	add(l, text);
}

static void line_release(struct line *l)
{
	for (size_t i = 0; i < l->nr_texts; i++)
		free(l->texts[i]);
	if (l->has_options)
		wordfree(&l->options);
	free(l->words.v);
}

/* The kernel of the last good night, as an option of cgmark run; NULL: none yet. */
static char *good_kernel(const struct night *n, const struct night_job *j)
{
	_cleanup_free_ char *path = xasprintf("%s/good-%s", n->folder, j->name);
	struct strbuf text = STRBUF_INIT;

	if (read_regular(path, 65536, &text) < 0 || text.len == 0) {
		strbuf_release(&text);
		return NULL;
	}
	text.buf[strcspn(text.buf, "\n")] = '\0';
	return strbuf_steal(&text);
}

static enum exit_status add_options(struct line *l, const struct night_job *j)
{
	if (!j->options)
		return ST_OK;
	if (wordexp(j->options, &l->options, WRDE_NOCMD | WRDE_UNDEF) != 0) {
		log_err("job %s: options = %s: not words of a shell, or a "
			"variable that is not set",
			j->name, j->options);
		return ST_USAGE;
	}
	l->has_options = true;
	for (size_t i = 0; i < l->options.we_wordc; i++)
		add(l, l->options.we_wordv[i]);
	return ST_OK;
}

static void add_kernels(struct line *l, const struct night *n,
			const struct night_job *j)
{
	char *good = j->good ? good_kernel(n, j) : NULL;

	if (good)
		add_text(l, "--kernel", good);
	for (size_t i = 0; i < j->nr_kernels; i++)
		add_text(l, "--kernel", xstrdup(j->kernels[i]));
}

static enum exit_status make_line(struct line *l, const struct night *n,
				  const struct night_job *j, const char *name)
{
	enum exit_status r;

	add(l, n->self);
	add(l, "run");
	add(l, "--strict");
	add_text(l, "--night", xasprintf("%s/%s", n->name, name));
	if (j->machine)
		add_text(l, "--machine", xstrdup(j->machine));
	add_kernels(l, n, j);
	r = add_options(l, j);
	for (size_t i = 0; i < n->nr_options; i++)
		add(l, n->options[i]);
	return r;
}

/* ---- the run, and what is made of it ---- */

static char *file_of(const struct night *n, const char *job, const char *ending)
{
	return xasprintf("%s/%s%s", n->dir, job, ending);
}

/* compare --format, of a run that is there. */
static int compare(const struct night *n, const char *run, const char *format,
		   const char *job, const char *ending)
{
	_cleanup_free_ char *out = file_of(n, job, ending);
	const char *const argv[] = { n->self, "compare",  "--strict", "--run",
				     run,     "--format", format,     NULL };

	int r = night_child(&n->log, argv, out, 0);
	struct stat st;

	/* Of a run with one kernel there is none. */
	if (stat(out, &st) == 0 && st.st_size == 0)
		unlink(out);
	return r;
}

static int measure(const struct night *n, const struct night_job *j)
{
	_cleanup_free_ char *out = file_of(n, j->name, ".txt");
	_cleanup_(line_release) struct line l = { { 0 } };
	int r = make_line(&l, n, j, j->name);

	if (r != ST_OK)
		return r;
	add(&l, "--suite");
	add(&l, j->suite);
	add(&l, NULL);
	return night_child(&n->log, l.words.v, out, n->until_s);
}

/*
 * A night that was cut may have been so between the end of the run and the note that
 * it has ended: it is not measured twice.
 */
static int measure_once(const struct night *n, const struct night_job *j,
			char **run)
{
	int r;

	*run = night_find_run(n->env, n->name, j->name, true);
	if (*run) {
		night_say(&n->log, "job %s: run %s is there already", j->name,
			  id_of(*run));
		r = compare(n, *run, "text", j->name, ".txt");
	} else {
		night_say(&n->log, "job %s: measuring", j->name);
		r = measure(n, j);
		*run = night_find_run(n->env, n->name, j->name, false);
	}
	return r;
}

/* What a run that was cut has left in the database is replaced. */
static int import_run_again(const struct night *n, const char *run)
{
	const char *const argv[] = { n->self, "import", "-q", run, NULL };

	return night_child(&n->log, argv, NULL, 0);
}

static bool is_over(const struct night *n)
{
	return n->until_s && (long long)time(NULL) >= n->until_s;
}

enum exit_status night_job_run(const struct night *n, const struct night_job *j)
{
	_cleanup_free_ char *step = xasprintf("job %s", j->name);
	_cleanup_free_ char *run = NULL;
	int status, imported = ST_OK;

	if (night_state_done(n->state, step, &status))
		return status;
	if (is_over(n)) {
		night_say(&n->log, "job %s: no time left", j->name);
		return ST_INCONCLUSIVE;
	}
	status = measure_once(n, j, &run);
	if (run) {
		imported = import_run_again(n, run);
		compare(n, run, "junit", j->name, ".junit.xml");
		compare(n, run, "kcidb", j->name, ".kcidb.json");
	}
	night_say(&n->log, "job %s: status %d%s%s", j->name, status,
		  run ? ", run " : "", run ? id_of(run) : "");
	/* What was interrupted is to be done again, and what was never begun. */
	if (status >= 128 && !is_over(n))
		return ST_INTERRUPTED;
	if (status >= 128)
		status = ST_INCONCLUSIVE;
	if (status == ST_USAGE)
		return ST_USAGE;
	if (night_state_add(n->state, step, status, run ? id_of(run) : NULL) <
	    0)
		return ST_HOST;
	return status == ST_OK ? imported : status;
}

/* ---- the last good kernel ---- */

void night_job_good(const struct night *n, const struct night_job *j)
{
	_cleanup_free_ char *path = xasprintf("%s/good-%s", n->folder, j->name);
	_cleanup_free_ char *dir =
		night_find_run(n->env, n->name, j->name, true);
	_cleanup_(run_freep) struct run *run = NULL;
	_cleanup_free_ char *spec = NULL;

	if (!dir || run_load(dir, &run, NULL) < 0 || run->nr_kernels == 0)
		return;
	spec = kernel_pin(&run->kernels[run->nr_kernels - 1], "good");
	if (spec)
		write_file_atomic(path, spec, strlen(spec));
}

/* ---- the second look ---- */

/* Those of the job whose last night is outside of its interval, each once. */
static size_t list_suspects(const struct night *n, const struct night_job *j,
			    char **benches)
{
	_cleanup_free_ char *db =
		xasprintf("%s/cgmark.db", n->env->results_dir);
	_cleanup_(history_freep) struct history *h = NULL;
	const struct history_wish wish = { .job = j->name, .until = n->name };
	size_t nr = 0;

	if (history_load(db, &wish, &h) < 0)
		return 0;
	for (size_t i = 0; i < h->nr_series && nr < AB_BENCHES_MAX; i++) {
		const struct history_series *s = &h->series[i];

		if (!history_is_suspect(h, s) ||
		    (nr > 0 && strcmp(benches[nr - 1], s->bench) == 0))
			continue;
		benches[nr++] = xstrdup(s->bench);
	}
	return nr;
}

static int measure_ab(const struct night *n, const struct night_job *j,
		      char *const *benches, size_t nr)
{
	_cleanup_free_ char *name = xasprintf("%s-ab", j->name);
	_cleanup_free_ char *out = file_of(n, name, ".txt");
	_cleanup_(line_release) struct line l = { { 0 } };
	int r = make_line(&l, n, j, name);

	if (r != ST_OK)
		return r;
	for (size_t i = 0; i < nr; i++) {
		add(&l, "--bench");
		add(&l, benches[i]);
	}
	add(&l, NULL);
	return night_child(&n->log, l.words.v, out, n->until_s);
}

enum exit_status night_job_ab(const struct night *n, const struct night_job *j)
{
	_cleanup_free_ char *step = xasprintf("second look at %s", j->name);
	char *benches[AB_BENCHES_MAX];
	int status = ST_OK;
	size_t nr;

	if (night_state_done(n->state, step, &status))
		return ST_OK;
	/* With one kernel there is nothing to look at beside it. */
	nr = j->nr_kernels == 1 && !j->good ? 0 : list_suspects(n, j, benches);
	if (nr > 0 && !is_over(n)) {
		night_say(&n->log, "job %s: a second look at %zu benchmark%s",
			  j->name, nr, nr == 1 ? "" : "s");
		status = measure_ab(n, j, benches, nr);
		night_say(&n->log, "job %s: second look: status %d", j->name,
			  status);
	}
	for (size_t i = 0; i < nr; i++)
		free(benches[i]);
	if (status >= 128 && !is_over(n))
		return ST_INTERRUPTED;
	return night_state_add(n->state, step, status, NULL) < 0 ? ST_HOST
								 : ST_OK;
}
