/* SPDX-License-Identifier: GPL-2.0-only */
#include "shared.h"

#include <math.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "run-files.h"

/* --- reading --- */

static int find_boot(const struct run *run, unsigned kernel)
{
	for (size_t i = 0; i < run->nr_boots; i++)
		if (run->boots[i].kernel == kernel &&
		    run->boots[i].role == BOOT_MEASURE &&
		    boot_trust(&run->boots[i]) == TRUST_GOOD)
			return (int)i;
	return -1;
}

static enum exit_status no_record(const struct run *run, const char *kernel)
{
	log_err("run %s has no record of what CPUs share on %s; make one with: "
		"cgmark run --machine sim:2 --profile=sharing --bench 'twin/*'",
		run->id, kernel);
	return ST_USAGE;
}

enum exit_status shared_load(const struct run *run, unsigned kernel,
			     struct shared_kernel *ret)
{
	int boot = find_boot(run, kernel), r;
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *path = NULL;
	struct rec_error err;

	*ret = (struct shared_kernel){ .index = kernel };
	if (boot < 0)
		return no_record(run, run->kernels[kernel].name);
	ret->boot = boot;
	path = run_boot_path(run, &run->boots[boot], SHARING_FILE);
	r = read_regular(path, RUN_FILE_BYTES_MAX, &text);
	if (r == -ENOENT)
		return no_record(run, run->kernels[kernel].name);
	if (r < 0) {
		log_err("cannot read %s: %s", path, read_error(-r));
		return ST_HOST;
	}
	r = sharing_parse(text.buf ? text.buf : "", text.len, &ret->sharing,
			  &err);
	if (r == 0)
		return ST_OK;
	log_err("%s: %s%s", path, r == -ENODATA ? "truncated: " : "", err.text);
	return ST_HOST;
}

bool shared_is_recorded(const struct run *run, unsigned kernel)
{
	int boot = find_boot(run, kernel);
	_cleanup_free_ char *path = NULL;

	if (boot < 0 || (!run->dir && !run->boots[boot].dir))
		return false;
	path = run_boot_path(run, &run->boots[boot], SHARING_FILE);
	return access(path, F_OK) == 0;
}

/* --- pairs of lines --- */

const struct shared_use *shared_main_use(const struct shared_line *l,
					 bool writes)
{
	const struct shared_use *ret = NULL;

	for (size_t i = 0; i < l->nr_uses; i++)
		if (l->uses[i].writes == writes &&
		    (!ret || l->uses[i].accesses > ret->accesses))
			ret = &l->uses[i];
	return ret;
}

/*
 * The same thing elsewhere in its object: fields move, but who writes them stays.
 */
static bool took_its_place(const struct shared_line *a,
			   const struct shared_line *b)
{
	const struct shared_use *x = shared_main_use(a, true);
	const struct shared_use *y = shared_main_use(b, true);
	size_t len = strcspn(a->name, "+");

	return len == strcspn(b->name, "+") &&
	       strncmp(a->name, b->name, len) == 0 && x && y &&
	       strcmp(x->function, y->function) == 0;
}

static struct shared_pair *add_pair(struct shared_diff *d)
{
	d->pairs = xreallocarray(d->pairs, d->nr_pairs + 1, sizeof(*d->pairs));
	memset(&d->pairs[d->nr_pairs], 0, sizeof(*d->pairs));
	return &d->pairs[d->nr_pairs++];
}

static struct shared_pair *pair_of_base(struct shared_diff *d,
					const struct shared_line *l)
{
	for (size_t i = 0; i < d->nr_pairs; i++)
		if (!d->pairs[i].line[EX_CONT] && d->pairs[i].line[EX_BASE] &&
		    strcmp(d->pairs[i].line[EX_BASE]->name, l->name) == 0)
			return &d->pairs[i];
	return NULL;
}

static struct shared_pair *pair_elsewhere(struct shared_diff *d,
					  const struct shared_line *l)
{
	for (size_t i = 0; i < d->nr_pairs; i++)
		if (!d->pairs[i].line[EX_CONT] && d->pairs[i].line[EX_BASE] &&
		    took_its_place(d->pairs[i].line[EX_BASE], l))
			return &d->pairs[i];
	return NULL;
}

static void pair_up(struct shared_diff *d,
		    const struct shared_point *const of[EX_BOTH])
{
	const struct shared_point *cont = of[EX_CONT];
	_cleanup_free_ bool *paired = xcalloc(cont->nr_lines + 1, 1);

	for (size_t i = 0; i < of[EX_BASE]->nr_lines; i++)
		add_pair(d)->line[EX_BASE] = &of[EX_BASE]->lines[i];
	/* First those of one name, so that none of these is taken away. */
	for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
		for (size_t i = 0; i < cont->nr_lines; i++) {
			const struct shared_line *l = &cont->lines[i];
			struct shared_pair *p = paired[i] ? NULL
						: elsewhere
							? pair_elsewhere(d, l)
							: pair_of_base(d, l);

			if (p)
				p->line[EX_CONT] = l;
			paired[i] |= p != NULL;
		}
	}
	for (size_t i = 0; i < cont->nr_lines; i++)
		if (!paired[i])
			add_pair(d)->line[EX_CONT] = &cont->lines[i];
}

static void fill_pair(struct shared_pair *p,
		      const struct shared_point *const of[EX_BOTH])
{
	const struct shared_line *a = p->line[EX_BASE], *b = p->line[EX_CONT];

	for (unsigned i = 0; i < EX_BOTH; i++) {
		const struct shared_line *l = p->line[i];
		double ops = (double)of[i]->nr_ops;

		if (!l)
			continue;
		p->moves[i] = (double)l->moves / ops;
		p->falsely[i] = (double)(l->moves - l->truly) / ops;
	}
	p->diff = p->moves[EX_CONT] - p->moves[EX_BASE];
	p->name = b ? b->name : a->name;
	p->was = a && b && strcmp(a->name, b->name) != 0 ? a->name : NULL;
}

static int compare(const void *pa, const void *pb)
{
	const struct shared_pair *a = pa, *b = pb;
	double x = fabs(a->diff), y = fabs(b->diff);

	if (x == y) {
		x = a->moves[EX_CONT];
		y = b->moves[EX_CONT];
	}
	if (x != y)
		return x > y ? -1 : 1;
	return strcmp(a->name, b->name);
}

static const struct shared_point *figures(const struct shared_kernel *k,
					  const struct plan_point *point)
{
	const struct shared_point *p = sharing_find(&k->sharing, point);

	return p && p->nr_ops && !p->error ? p : NULL;
}

struct shared_diff *shared_diff_new(const struct plan_point *point,
				    const struct shared_kernel k[EX_BOTH])
{
	const struct shared_point *const of[EX_BOTH] = {
		figures(&k[EX_BASE], point), figures(&k[EX_CONT], point)
	};
	struct shared_diff *d;

	if (!of[EX_BASE] || !of[EX_CONT])
		return NULL;
	d = xcalloc(1, sizeof(*d));
	d->point = point;
	pair_up(d, of);
	for (size_t i = 0; i < d->nr_pairs; i++)
		fill_pair(&d->pairs[i], of);
	for (unsigned i = 0; i < EX_BOTH; i++) {
		double ops = (double)of[i]->nr_ops;

		d->moves[i] = (double)shared_moves(of[i]) / ops;
		d->most[i] = (double)shared_most(of[i]) / ops;
		d->touches[i] = (double)shared_touches(of[i]) / ops;
	}
	if (d->nr_pairs)
		qsort(d->pairs, d->nr_pairs, sizeof(*d->pairs), compare);
	return d;
}

void shared_diff_free(struct shared_diff *d)
{
	if (!d)
		return;
	free(d->pairs);
	free(d);
}
