/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which patch or commit changed what a benchmark costs.
 *
 * A run of BASE and CONTENDER gives the verdicts.  Of the points that change,
 * the one that changes most is searched for along the kernels between the two
 * (bisect/path.h): each kernel on the way is booted under a few perturbations,
 * and differs from another by the rules for verdicts, with the threshold of the
 * first run (bisect/distance.h).  On an exact machine that is an answer and no
 * guess, so nothing is measured twice.  bisect/search.h says which kernel comes
 * next; several answers are a change in steps.  Where the answer is a merge, the
 * branch that it brought in is searched from where it left, if its ends differ;
 * otherwise the merge itself is the answer.
 *
 * A kernel that does not build or boot, or fails the point, is left out.  What
 * was measured is kept in RESULTS/bisect/ID, where ID is the hash of all that
 * the figures depend on besides the kernels, which have their keys: the same
 * command goes on where it was interrupted, and answers at once what it knows.
 */
#include <fcntl.h>
#include <math.h>
#include <sys/file.h>

#include "alloc.h"
#include "bisect-kernels.h"
#include "bisect-opts.h"
#include "bisect-text.h"
#include "choose-points.h"
#include "cmd.h"
#include "distance.h"
#include "file.h"
#include "initramfs.h"
#include "interrupt.h"
#include "log.h"
#include "sha256.h"
#include "stats.h"
#include "suggest.h"
#include "text.h"

/* Kernels in a line, and what was found along it. */
struct line {
	struct bisect *bisect;
	struct path path;
	struct bisect_value *values; /* per kernel */
};

struct bisect {
	const struct env *env;
	struct bisect_opts opts;
	struct kernel_spec ends[2];
	struct bisect_kernels kernels;
	struct guest_files files;
	struct run_point *points;
	size_t nr_points;
	char *dir;
	int lock_fd;
	double threshold; /* relative */
	struct line **lines;
	size_t nr_lines;
	struct bisect_answer *answers;
	size_t nr_answers;
	enum exit_status stop; /* why a probe could not go on */
};

static void line_free(struct line *l)
{
	for (size_t i = 0; l->values && i < l->path.nr; i++)
		bisect_value_release(&l->values[i]);
	free(l->values);
	path_release(&l->path);
	free(l);
}

static void bisect_release(struct bisect *b)
{
	for (size_t i = 0; i < b->nr_answers; i++)
		free(b->answers[i].skips);
	free(b->answers);
	for (size_t i = 0; i < b->nr_lines; i++)
		line_free(b->lines[i]);
	free(b->lines);
	for (size_t i = 0; i < ARRAY_SIZE(b->ends); i++)
		kernel_spec_release(&b->ends[i]);
	bisect_state_release(&b->kernels.state);
	guest_files_release(&b->files);
	free(b->points);
	free(b->dir);
	if (b->lock_fd >= 0)
		close(b->lock_fd);
}

/* Takes the path, which has at least two kernels. */
static struct line *add_line(struct bisect *b, struct path *path)
{
	struct line *l = xcalloc(1, sizeof(*l));

	l->bisect = b;
	l->path = *path;
	memset(path, 0, sizeof(*path));
	l->values = xcalloc(l->path.nr, sizeof(*l->values));
	b->lines = xreallocarray(b->lines, b->nr_lines + 1, sizeof(*b->lines));
	b->lines[b->nr_lines++] = l;
	return l;
}

/* --- before anything is built --- */

static enum exit_status find_machine(struct bisect *b)
{
	struct measure *m = &b->kernels.m;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	const char *names[16];
	size_t nr;
	int r;

	m->machine = b->opts.machine;
	m->ops = machine_find(b->opts.machine, &m->machine_arg);
	if (!m->ops) {
		const struct machine_ops *const *all = machine_all(&nr);

		for (size_t i = 0; i < nr && i < ARRAY_SIZE(names); i++)
			names[i] = all[i]->usage;
		suggest_log("machine", b->opts.machine, names, nr);
		return ST_USAGE;
	}
	if (!m->ops->exact) {
		log_err("machine %s does not count exactly, so one measurement "
			"is no answer: use sim",
			b->opts.machine);
		return ST_USAGE;
	}
	r = m->ops->probe(m->machine_arg, NULL, NULL, &why);
	if (r == 0)
		return ST_OK;
	log_err("machine %s cannot be used here: %s", m->ops->name,
		why.len ? why.buf : strerror(-r));
	return ST_HOST;
}

static enum exit_status find_points(struct bisect *b)
{
	const char *point = b->opts.point ? b->opts.point : "";
	_cleanup_free_ char *copy = xstrdup(point);
	_cleanup_free_ const char **params =
		xcalloc(strlen(point) + 1, sizeof(*params));
	struct plan_wish wish = {
		.benches = &b->opts.bench,
		.nr_benches = 1,
		.params = params,
	};
	char *save = NULL;

	for (char *p = strtok_r(copy, ",", &save); p;
	     p = strtok_r(NULL, ",", &save))
		params[wish.nr_params++] = p;
	return choose_points(b->env->bench_dir, &wish, &b->points,
			     &b->nr_points, &b->files);
}

static enum exit_status find_kernels(struct bisect *b)
{
	const char *const words[] = { b->opts.base, b->opts.contender };
	struct path path;
	enum exit_status r = ST_OK;

	for (size_t i = 0; i < ARRAY_SIZE(words) && r == ST_OK; i++)
		r = kernel_spec_parse(words[i], b->env->kernel_dir,
				      &b->ends[i]);
	if (r == ST_OK)
		r = path_find(&b->ends[0], &b->ends[1], &path);
	if (r == ST_OK)
		add_line(b, &path);
	return r;
}

/* --- the folder --- */

/* What the figures depend on, besides the kernels; caller frees. */
static char *conditions(const struct bisect *b, const char *guest)
{
	const struct measure *m = &b->kernels.m;
	_cleanup_strbuf_ struct strbuf detail = STRBUF_INIT;
	struct strbuf out = STRBUF_INIT;

	m->ops->describe(m->machine_arg, "microvm", &detail);
	strbuf_addf(&out, "%s\n%s\n%s\n%u\n", guest, m->machine,
		    detail.len ? detail.buf : "", b->opts.perturbations);
	for (size_t i = 0; i < ARRAY_SIZE(b->ends); i++) {
		_cleanup_free_ char *spec = kernel_spec_text(&b->ends[i]);

		strbuf_addf(&out, "%s=%s\n", b->ends[i].name, spec);
	}
	strbuf_addf(&out, "%s\n%s\n", b->opts.bench,
		    b->opts.point ? b->opts.point : "");
	return strbuf_steal(&out);
}

static enum exit_status hash_guest(const struct bisect *b, const char *parent,
				   char hex[65])
{
	_cleanup_free_ char *path =
		xasprintf("%s/guest-%d.cpio", parent, getpid());
	int r = mkdir_p(parent, 0777);

	if (r < 0) {
		log_err_errno(-r, "cannot make %s", parent);
		return ST_HOST;
	}
	r = initramfs_build(b->env->bench_dir, &b->files, path, hex);
	unlink(path);
	return r < 0 ? ST_HOST : ST_OK;
}

static enum exit_status lock_dir(struct bisect *b)
{
	_cleanup_free_ char *path = xasprintf("%s/lock", b->dir);

	b->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (b->lock_fd >= 0 && flock(b->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return ST_OK;
	if (b->lock_fd >= 0 && errno == EWOULDBLOCK)
		log_err("another cgmark bisect works on the same, in %s: wait "
			"for it",
			b->dir);
	else
		log_err_errno(errno, "cannot lock %s", path);
	return ST_HOST;
}

static enum exit_status open_dir(struct bisect *b)
{
	_cleanup_free_ char *parent =
		xasprintf("%s/bisect", b->env->results_dir);
	_cleanup_free_ char *text = NULL, *file = NULL;
	char guest[65], hex[65];
	enum exit_status r = hash_guest(b, parent, guest);
	int made;

	if (r != ST_OK)
		return r;
	text = conditions(b, guest);
	sha256_hex(text, strlen(text), hex);
	b->dir = xasprintf("%s/%.12s", parent, hex);
	file = xasprintf("%s/bisect.json", b->dir);
	made = mkdir_p(b->dir, 0777);
	if (made < 0) {
		log_err_errno(-made, "cannot make %s", b->dir);
		return ST_HOST;
	}
	r = lock_dir(b);
	if (r != ST_OK)
		return r;
	if (b->opts.fresh)
		unlink(file);
	bisect_state_load(file, &b->kernels.state);
	b->kernels.dir = b->dir;
	log_info("%zu kernels to search; what is measured is kept in %s",
		 b->lines[0]->path.nr, b->dir);
	return ST_OK;
}

/* --- the search --- */

static const double *values_at(const struct line *l, size_t at)
{
	return l->values[at].v;
}

static double median_at(const struct line *l, size_t at)
{
	return stats_median(values_at(l, at), l->bisect->kernels.perturbations);
}

static enum probe on_probe(size_t at, void *arg)
{
	struct line *l = arg;
	struct bisect *b = l->bisect;

	if (!l->values[at].v && !l->values[at].skip)
		b->stop = bisect_measure(&b->kernels, &l->path.nodes[at].spec,
					 &l->values[at]);
	if (b->stop != ST_OK)
		return PROBE_STOP;
	return l->values[at].v ? PROBE_DONE : PROBE_SKIP;
}

static double on_distance(size_t from, size_t to, void *arg)
{
	const struct line *l = arg;
	const struct bisect *b = l->bisect;

	return bisect_distance(values_at(l, from), values_at(l, to),
			       b->kernels.perturbations, b->threshold);
}

/* "patched-3 it does not build; patched-4 ..." of an answer; caller frees. */
static char *skips_between(const struct line *l, const struct search_step *s)
{
	struct strbuf out = STRBUF_INIT;

	for (size_t i = s->from + 1; i < s->to; i++)
		if (l->values[i].skip)
			strbuf_addf(&out, "%s%s, %s", out.len ? "; " : "",
				    l->path.nodes[i].spec.name,
				    l->values[i].skip);
	return strbuf_steal(&out);
}

static void add_answer(struct bisect *b, const struct line *l,
		       const struct search_step *s)
{
	struct bisect_answer a = {
		.path = &l->path,
		.step = *s,
		.base = median_at(l, s->from),
		.contender = median_at(l, s->to),
		.skips = s->kind == STEP_SKIPPED ? skips_between(l, s) : NULL,
	};

	b->answers = xreallocarray(b->answers, b->nr_answers + 1,
				   sizeof(*b->answers));
	b->answers[b->nr_answers++] = a;
}

static enum exit_status search_line(struct bisect *b, struct line *l);

/* Do the ends of a branch differ?  Where they cannot be measured, it is left. */
static enum exit_status branch_differs(struct bisect *b, struct line *l,
				       bool *ret)
{
	const size_t last = l->path.nr - 1;

	*ret = on_probe(0, l) == PROBE_DONE &&
	       on_probe(last, l) == PROBE_DONE && on_distance(0, last, l) != 0;
	return b->stop;
}

/*
 * The branches that a merge brought in.  *found: one of them changes the figure,
 * and what does is among the answers.
 */
static enum exit_status search_merged(struct bisect *b, const struct line *l,
				      size_t at, bool *found)
{
	const struct path_node *merge = &l->path.nodes[at];
	enum exit_status r = ST_OK;

	for (size_t i = 0; i < merge->nr_merged && r == ST_OK; i++) {
		struct line *branch;
		struct path path;
		bool differs = false;

		r = path_find_merged(&l->path.nodes[at - 1], merge, i, &path);
		if (r != ST_OK || path.nr < 2) {
			path_release(&path);
			continue;
		}
		log_info("%s: the branch that it brought in, %zu commits",
			 merge->change, path.nr - 1);
		branch = add_line(b, &path);
		r = branch_differs(b, branch, &differs);
		if (r == ST_OK && differs)
			r = search_line(b, branch);
		*found = *found || differs;
	}
	return r;
}

static enum exit_status take_step(struct bisect *b, struct line *l,
				  const struct search_step *s)
{
	enum exit_status r = ST_OK;
	bool found = false;

	if (s->kind == STEP_FOUND && l->path.nodes[s->to].nr_merged)
		r = search_merged(b, l, s->to, &found);
	if (r == ST_OK && !found)
		add_answer(b, l, s);
	return r;
}

static enum exit_status search_line(struct bisect *b, struct line *l)
{
	const struct search s = {
		.nr = l->path.nr,
		.probe = on_probe,
		.distance = on_distance,
		.arg = l,
		.max_steps = b->opts.steps,
	};
	_cleanup_free_ struct search_step *steps = NULL;
	enum exit_status r = ST_OK;
	size_t nr = 0, at;

	switch (search_steps(&s, &steps, &nr, &at)) {
	case PROBE_STOP:
		return b->stop;
	case PROBE_SKIP:
		log_err("%s cannot be measured: %s",
			l->path.nodes[at].spec.name, l->values[at].skip);
		return ST_SUBJECT;
	case PROBE_DONE:
		break;
	}
	for (size_t i = 0; i < nr && r == ST_OK; i++)
		r = take_step(b, l, &steps[i]);
	return r;
}

/* --- what comes first and last --- */

static bool changes(const struct effect *e)
{
	return e->verdict == V_REGRESSION || e->verdict == V_IMPROVEMENT;
}

/* The point that changes most; NULL: none does. */
static const struct effect *most_changed(const struct comparison *c)
{
	const struct effect *most = NULL;

	for (size_t i = 0; i < c->nr_effects; i++) {
		const struct effect *e = &c->effects[i];

		if (changes(e) &&
		    (!most || fabs(log(e->ratio)) > fabs(log(most->ratio))))
			most = e;
	}
	return most;
}

static enum exit_status none_status(const struct comparison *c)
{
	return c->nr_effects > 0 && c->count[V_NO_CHANGE] == c->nr_effects
		       ? ST_OK
		       : ST_INCONCLUSIVE;
}

/* Parent against culprit, for each answer that is one patch or commit. */
static enum exit_status show_pairs(struct bisect *b)
{
	enum exit_status r = ST_OK;

	for (size_t i = 0; i < b->nr_answers && r == ST_OK; i++) {
		const struct bisect_answer *a = &b->answers[i];
		_cleanup_(run_freep) struct run *run = NULL;
		_cleanup_free_ char *change = NULL;

		if (a->step.kind != STEP_FOUND)
			continue;
		r = bisect_compare(&b->kernels,
				   &a->path->nodes[a->step.from].spec,
				   &a->path->nodes[a->step.to].spec,
				   b->kernels.point, 1, &run);
		if (r != ST_OK)
			break;
		change = bisect_change_text(a);
		printf("\n--- %s\n\n", change);
		bisect_print_pair(stdout, run, b->opts.verbose);
	}
	return r;
}

static enum exit_status answer_status(const struct bisect *b)
{
	for (size_t i = 0; i < b->nr_answers; i++)
		if (b->answers[i].contender > b->answers[i].base)
			return ST_REGRESSION;
	return ST_OK;
}

static enum exit_status find_change(struct bisect *b, const struct effect *e)
{
	enum exit_status r;

	b->threshold = e->threshold;
	b->kernels.metric = e->metric;
	b->kernels.point = &b->points[e->point];
	b->kernels.perturbations = b->opts.perturbations;
	r = search_line(b, b->lines[0]);
	if (r != ST_OK)
		return r;
	if (b->nr_answers == 0) {
		fputs("Nothing found: measured alone, the point does not "
		      "change.\n",
		      stdout);
		return ST_INCONCLUSIVE;
	}
	bisect_print_answers(stdout, b->answers, b->nr_answers);
	fflush(stdout);
	r = show_pairs(b);
	return r == ST_OK ? answer_status(b) : r;
}

static enum exit_status compare_ends(struct bisect *b)
{
	static const unsigned contender[] = { 1 };
	const struct path *p = &b->lines[0]->path;
	_cleanup_(run_freep) struct run *run = NULL;
	struct comparison *c;
	const struct effect *e;
	enum exit_status r = bisect_compare(&b->kernels, &p->nodes[0].spec,
					    &p->nodes[p->nr - 1].spec,
					    b->points, b->nr_points, &run);

	if (r != ST_OK)
		return r;
	c = compare_run(run, 0, contender, 1);
	e = most_changed(c);
	if (e) {
		bisect_print_ends(stdout, c, e);
		fflush(stdout);
		r = find_change(b, e);
	} else {
		bisect_print_none(stdout, c);
		r = none_status(c);
	}
	compare_free(c);
	return r;
}

static enum exit_status carry_out(struct bisect *b)
{
	enum exit_status r = find_machine(b);

	if (r == ST_OK)
		r = find_points(b);
	if (r == ST_OK)
		r = find_kernels(b);
	if (r == ST_OK)
		r = open_dir(b);
	return r == ST_OK ? compare_ends(b) : r;
}

enum exit_status cmd_bisect(const struct env *env, int argc, char **argv)
{
	_cleanup_free_ char *words = or_abort(
		shell_quote((const char *const *)argv + 1, (size_t)argc - 1));
	_cleanup_free_ char *line =
		xasprintf("%s%s%s", argv[0], *words ? " " : "", words);
	_cleanup_(bisect_release) struct bisect b = {
		.env = env,
		.lock_fd = -1,
	};

	if (bisect_opts_parse(argc, argv, &b.opts))
		return ST_USAGE;
	if (b.opts.quiet)
		log_set_level(LOG_WARNING);
	if (b.opts.verbose)
		log_set_level(LOG_DEBUG);
	b.kernels.m = (struct measure){
		.env = env,
		.command_line = line,
		.files = &b.files,
		.parallel = b.opts.jobs,
		.fresh = b.opts.fresh,
	};
	interrupt_block(NULL);
	return carry_out(&b);
}
