/* SPDX-License-Identifier: GPL-2.0-only */
#include "view.h"

#include "alloc.h"

/* Where the perturbation is, or nr. */
static size_t place_of(const struct view_side *s, size_t nr, unsigned p)
{
	size_t at = 0;

	while (at < nr && s->perturbations[at] != p)
		at++;
	return at;
}

static void add_side(struct run *view, const struct view_side *s, size_t nr,
		     unsigned kernel)
{
	for (size_t i = 0; i < s->run->nr_boots; i++) {
		const struct run_boot *b = &s->run->boots[i];
		size_t at = place_of(s, nr, b->perturbation);
		struct run_boot *to;

		if (b->kernel != 0 || at == nr || b->role == BOOT_EVENTS ||
		    (b->role == BOOT_NULL &&
		     (kernel != 0 || at >= VIEW_NULL_BOOTS)))
			continue;
		to = &view->boots[view->nr_boots++];
		*to = *b;
		to->kernel = kernel;
		to->perturbation = (unsigned)at;
	}
}

struct run *view_new(const struct view_side *base, const struct view_side *cont,
		     size_t nr)
{
	struct run *view = xcalloc(1, sizeof(*view));

	*view = *base->run;
	view->perturbations = (unsigned)nr;
	view->nr_kernels = 2;
	view->kernels = xcalloc(2, sizeof(*view->kernels));
	view->kernels[0] = base->run->kernels[0];
	view->kernels[1] = cont->run->kernels[0];
	view->nr_boots = 0;
	view->boots = xcalloc(base->run->nr_boots + cont->run->nr_boots + 1,
			      sizeof(*view->boots));
	add_side(view, base, nr, 0);
	add_side(view, cont, nr, 1);
	/* One kernel under different perturbations need not count alike. */
	view->plans_differ = true;
	return view;
}

/* All but these belongs to the runs. */
void view_free(struct run *view)
{
	if (!view)
		return;
	free(view->kernels);
	free(view->boots);
	free(view);
}
