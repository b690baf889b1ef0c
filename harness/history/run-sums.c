/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-sums.h"

#include <math.h>

#include "alloc.h"
#include "macro.h"
#include "stats.h"
#include "strbuf.h"

/* One boot, of which the lists arrive one by one. */
struct boot {
	int64_t id, perturbation;
	bool repeat, kept;
	double *samples; /* per operation */
	size_t nr, alloc;
	struct strbuf raw; /* all lists as they are, to compare with a repeat */
};

/* All boots of a kernel in which a point was measured in one metric. */
struct cell {
	int64_t kernel, point, metric;
	struct boot *boots;
	size_t nr;
};

struct sum_up {
	int64_t run;
	bool (*is_time)(int64_t metric, const void *arg);
	const void *arg;
	struct cell cell;
	struct run_sums *to;
};

static void cell_release(struct cell *c)
{
	for (size_t i = 0; i < c->nr; i++) {
		free(c->boots[i].samples);
		strbuf_release(&c->boots[i].raw);
	}
	free(c->boots);
	*c = (struct cell){ 0 };
}

static void add_sample(struct boot *b, double value)
{
	if (b->nr == b->alloc) {
		b->alloc = b->alloc * 2 + 32;
		b->samples = xreallocarray(b->samples, b->alloc,
					   sizeof(*b->samples));
	}
	b->samples[b->nr++] = value;
}

/* "[1,2,3]"; what is no number ends it. */
static void add_list(struct boot *b, const char *list, int64_t nr_ops)
{
	const char *p = list;
	char *end;

	while (nr_ops > 0 && (*p == '[' || *p == ',')) {
		double v = strtod(p + 1, &end);

		if (end == p + 1 || !isfinite(v) || v < 0)
			break;
		add_sample(b, v / (double)nr_ops);
		p = end;
	}
	strbuf_addf(&b->raw, "%lld %s\n", (long long)nr_ops, list);
}

static struct boot *boot_of(struct cell *c, const struct store_list *row)
{
	struct boot *b = c->nr > 0 ? &c->boots[c->nr - 1] : NULL;

	if (b && b->id == row->boot)
		return b;
	c->boots = xreallocarray(c->boots, c->nr + 1, sizeof(*c->boots));
	b = &c->boots[c->nr++];
	*b = (struct boot){
		.id = row->boot,
		.perturbation = row->perturbation,
		.repeat = row->repeat,
		.kept = row->kept,
	};
	return b;
}

/* Is there a repeat boot, and does each say what the boot says that it repeats? */
static bool is_repeated(const struct cell *c)
{
	size_t nr = 0, alike = 0;

	for (size_t i = 0; i < c->nr; i++) {
		nr += c->boots[i].repeat;
		for (size_t j = 0; c->boots[i].repeat && j < c->nr; j++)
			alike += !c->boots[j].repeat &&
				 c->boots[i].perturbation ==
					 c->boots[j].perturbation &&
				 strcmp(c->boots[i].raw.buf,
					c->boots[j].raw.buf) == 0;
	}
	return nr > 0 && alike == nr;
}

/* The relative standard deviation. */
static double spread(const double *v, size_t nr)
{
	double sum = 0, squares = 0, mean;

	if (nr < 2)
		return NAN;
	for (size_t i = 0; i < nr; i++)
		sum += v[i];
	mean = sum / (double)nr;
	for (size_t i = 0; i < nr; i++)
		squares += pow(v[i] - mean, 2);
	return mean > 0 ? sqrt(squares / (double)(nr - 1)) / mean : NAN;
}

static double geometric_mean(const double *v, size_t nr)
{
	double sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += log(v[i]);
	return exp(sum / (double)nr);
}

/* The boots that measured, in values and p99, and as text. */
static size_t sum_up_boots(const struct cell *c, bool time, double *values,
			   double *p99, struct strbuf *text, bool *kept)
{
	size_t nr = 0;

	*kept = true;
	for (size_t i = 0; i < c->nr; i++) {
		const struct boot *b = &c->boots[i];
		double v = time ? stats_median(b->samples, b->nr)
				: stats_centre(b->samples, b->nr);

		/* Nothing takes no time. */
		if (b->repeat || isnan(v) || (time && v <= 0))
			continue;
		values[nr] = v;
		p99[nr++] = stats_quantile(b->samples, b->nr, 0.99);
		strbuf_addf(text, "%s[%lld,%.17g]", nr > 1 ? "," : "[",
			    (long long)b->perturbation, v);
		*kept = *kept && b->kept;
	}
	strbuf_addstr(text, "]");
	return nr;
}

static void end_cell(struct sum_up *s)
{
	struct cell *c = &s->cell;
	_cleanup_free_ double *values = xcalloc(c->nr + 1, sizeof(*values));
	_cleanup_free_ double *p99 = xcalloc(c->nr + 1, sizeof(*p99));
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	bool time = c->nr > 0 && s->is_time(c->metric, s->arg), kept;
	size_t nr = sum_up_boots(c, time, values, p99, &text, &kept);
	struct run_sums *to = s->to;

	if (nr > 0) {
		to->v = xreallocarray(to->v, to->nr + 1, sizeof(*to->v));
		to->v[to->nr++] = (struct store_figure){
			.run = s->run,
			.kernel = c->kernel,
			.point = c->point,
			.metric = c->metric,
			.value = time ? geometric_mean(values, nr)
				      : stats_median(values, nr),
			.p99 = stats_median(p99, nr),
			.spread = spread(values, nr),
			.kept = kept,
			.repeated = !time && is_repeated(c),
			.boots = strbuf_steal(&text),
		};
	}
	cell_release(c);
}

static int on_list(const struct store_list *row, void *arg)
{
	struct sum_up *s = arg;
	struct cell *c = &s->cell;

	if (row->kernel != c->kernel || row->point != c->point ||
	    row->metric != c->metric) {
		end_cell(s);
		c->kernel = row->kernel;
		c->point = row->point;
		c->metric = row->metric;
	}
	add_list(boot_of(c, row), row->list, row->nr_ops);
	return 0;
}

int run_sums_make(struct store *st, int64_t run,
		  bool (*is_time)(int64_t metric, const void *arg),
		  const void *arg, struct run_sums *ret)
{
	struct sum_up s = {
		.run = run,
		.is_time = is_time,
		.arg = arg,
		.to = ret,
	};
	int r = store_lists(st, run, on_list, &s);

	if (r == 0)
		end_cell(&s);
	else
		cell_release(&s.cell);
	return r;
}

void run_sums_release(struct run_sums *f)
{
	for (size_t i = 0; i < f->nr; i++) {
		char *boots;

		memcpy(&boots, &f->v[i].boots, sizeof(boots));
		free(boots);
	}
	free(f->v);
	*f = (struct run_sums){ 0 };
}
