/* SPDX-License-Identifier: GPL-2.0-only */
#include "trend-mail.h"

#include "alloc.h"
#include "compare-mail.h"
#include "explain-text.h"
#include "kernels-text.h"
#include "news.h"
#include "number.h"
#include "shell-wrap.h"
#include "verdict-text.h"

/* Points whose functions are shown, and functions of each. */
#define POINTS 3
#define FUNCTIONS 6

static void print_text(FILE *out, const char *head, const char *text)
{
	print_wrapped_at(out, head, text, KERNELS_COLUMNS);
}

static const struct run *run_of(const struct trend_mail *m)
{
	return m->findings->comparison->run;
}

/* The steps that became certain in the run's night; their number. */
static size_t list_new(const struct trend_mail *m, struct history_news **ret)
{
	size_t all = 0, nr = 0;

	*ret = m->history ? history_news(m->history, false, &all) : NULL;
	for (size_t i = 0; i < all; i++)
		if (history_is_new(m->history, &(*ret)[i]))
			(*ret)[nr++] = (*ret)[i];
	return nr;
}

/* ASCII, as headers have it. */
static void print_header(FILE *out, const char *name, const char *text)
{
	_cleanup_free_ char *clean = clean_text(text);

	for (char *p = clean; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	fprintf(out, "%s: %.200s\n", name, clean);
}

/* "REGRESSION at 2 of 40, ": the worst.  "" if nothing was compared.  Caller frees. */
static char *nr_changed(const struct comparison *c)
{
	enum verdict v = V_NO_CHANGE;

	if (c->nr_effects == 0)
		return xstrdup("");
	for (unsigned i = 0; i < NR_VERDICTS; i++)
		if (c->count[i] && verdict_rank(i) < verdict_rank(v))
			v = i;
	return xasprintf("%s at %u of %zu, ", verdict_str(v), c->count[v],
			 c->nr_effects);
}

static void print_headers(FILE *out, const struct trend_mail *m, size_t nr_new)
{
	const struct comparison *c = m->findings->comparison;
	const struct run *run = run_of(m);
	bool nightly = run->night && *run->night;
	_cleanup_free_ char *subject = NULL, *verdicts = NULL;

	if (m->to)
		print_header(out, "To", m->to);
	verdicts = nr_changed(c);
	subject = xasprintf("[cgmark] %.40s%s%.10s: %s%zu new step%s",
			    nightly ? run->job : run->id, nightly ? " " : "",
			    nightly ? run->night : "", verdicts, nr_new,
			    nr_new == 1 ? "" : "s");
	print_header(out, "Subject", subject);
	fputs("MIME-Version: 1.0\n"
	      "Content-Type: text/plain; charset=utf-8\n"
	      "Content-Transfer-Encoding: 8bit\n\n",
	      out);
}

/* ---- one paragraph ---- */

static void add_kernel(struct strbuf *sb, const struct run_kernel *k)
{
	print_clean(sb, k->name);
	if (!*k->source_version)
		return;
	strbuf_addstr(sb, " (");
	print_clean(sb, k->source_version);
	strbuf_addstr(sb, ")");
}

static void add_steps(struct strbuf *sb, const struct trend_mail *m,
		      const struct history_news *news, size_t nr)
{
	size_t worse = 0;

	if (!m->history)
		return;
	for (size_t i = 0; i < nr; i++)
		worse += !(news[i].step->ratio < 1);
	if (nr == 0)
		strbuf_addstr(sb, " No step became certain in this night.");
	else
		strbuf_addf(sb,
			    " %zu step%s became certain in this night, %zu "
			    "of them to higher cost.",
			    nr, nr == 1 ? "" : "s", worse);
}

static void print_paragraph(FILE *out, const struct trend_mail *m,
			    const struct history_news *news, size_t nr)
{
	const struct comparison *c = m->findings->comparison;
	const struct run *run = run_of(m);
	_cleanup_free_ char *summary = print_summary(c, SIZE_MAX);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < c->nr_contenders; i++) {
		if (i > 0)
			strbuf_addstr(&sb, i + 1 < c->nr_contenders ? ", "
								    : " and ");
		add_kernel(&sb, &run->kernels[c->contenders[i]]);
	}
	strbuf_addf(&sb, "%s compared with ",
		    c->nr_contenders == 1 ? " was" : " were");
	add_kernel(&sb, &run->kernels[c->base]);
	strbuf_addstr(&sb, " on ");
	print_clean(&sb, run->machine);
	strbuf_addf(&sb, ". %s%s", summary,
		    summary[strlen(summary) - 1] == '.' ? "" : ".");
	add_steps(&sb, m, news, nr);
	if (m->where) {
		strbuf_addstr(&sb, " More: ");
		print_clean(&sb, m->where);
	}
	print_text(out, "", sb.buf);
}

/* ---- steps ---- */

static void print_step(FILE *out, const struct history_news *n)
{
	const struct history_series *s = n->series;
	_cleanup_free_ char *point = print_point(s->bench, s->params);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char before[PRINT_MAX], after[PRINT_MAX], change[PRINT_MAX];

	strbuf_addf(&sb, "%s, %s on ", print_change(change, n->step->ratio),
		    point);
	print_clean(&sb, s->kernel);
	strbuf_addf(&sb, ": %s -> %s ",
		    print_value(before, n->step->before, 10),
		    print_value(after, n->step->after, 10));
	print_clean(&sb, s->metric);
	strbuf_addstr(&sb, " since ");
	print_clean(&sb, s->nights[n->step->at].run->night);
	strbuf_addstr(&sb, ": ");
	print_clean(&sb, n->step->why);
	print_text(out, "* ", sb.buf);
}

static void print_steps(FILE *out, const struct history_news *news, size_t nr)
{
	if (nr > 0)
		fputs("\nSteps, in the history of all nights:\n", out);
	for (size_t i = 0; i < nr; i++)
		print_step(out, &news[i]);
}

/* ---- functions ---- */

static void print_functions_of(FILE *out, const struct trend_mail *m,
			       const struct effect *e, const struct row_list *l)
{
	const struct run *run = run_of(m);
	struct explanation *why;

	if (!l->profiled || !explain_has_point(run, l->kernels, e->point))
		return;
	why = explain_point(m->findings->comparison->values, run, l->kernels,
			    e->point, PROFILE_INSNS);
	if (!why)
		return;
	fputs("\n", out);
	explain_print_text(out, run, l->kernels, why, FUNCTIONS);
	explanation_free(why);
}

/* Effects come by severity. */
static void print_functions(FILE *out, const struct trend_mail *m)
{
	const struct findings *f = m->findings;
	const struct comparison *c = f->comparison;
	size_t shown = 0;

	for (size_t i = 0; i < c->nr_effects && shown < POINTS; i++) {
		const struct effect *e = &c->effects[i];

		if (!verdict_changed(e->verdict))
			continue;
		for (size_t k = 0; k < c->nr_contenders; k++)
			if (c->contenders[k] == e->contender)
				print_functions_of(out, m, e, f->rows[k]);
		shown++;
	}
}

/* Of a run of one kernel there is no comparison. */
static int print_alone(FILE *out, const struct trend_mail *m,
		       const struct history_news *news, size_t nr)
{
	const struct run *run = run_of(m);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	_cleanup_free_ char *command = NULL;

	print_headers(out, m, nr);
	add_kernel(&sb, &run->kernels[m->findings->comparison->base]);
	strbuf_addstr(&sb, " was measured on ");
	print_clean(&sb, run->machine);
	strbuf_addstr(&sb, ".");
	add_steps(&sb, m, news, nr);
	print_text(out, "", sb.buf);
	print_steps(out, news, nr);
	fputs("\nTo reproduce:\n", out);
	command = shell_without_night(run->command_line);
	shell_print_wrapped(out, command, 2, KERNELS_COLUMNS);
	return 0;
}

int trend_mail_print(FILE *out, const struct trend_mail *m)
{
	const struct print_opts o = { .changed_only = true };
	_cleanup_free_ struct history_news *news = NULL;
	size_t nr = list_new(m, &news);

	if (m->findings->comparison->nr_contenders == 0)
		return print_alone(out, m, news, nr);
	print_headers(out, m, nr);
	print_paragraph(out, m, news, nr);
	print_steps(out, news, nr);
	compare_mail_table(out, m->findings, &o);
	print_functions(out, m);
	compare_mail_origin(out, m->findings);
	return 0;
}
