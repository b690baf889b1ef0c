/* SPDX-License-Identifier: GPL-2.0-only */
#include "trend-bisect.h"

#include "alloc.h"
#include "kernel-pin.h"
#include "log.h"
#include "news.h"
#include "self.h"
#include "text.h"

/* The latest that a bisection can explain; false: there is none. */
static bool find_step(const struct history *h, struct history_news *ret)
{
	size_t nr;
	_cleanup_free_ struct history_news *news = history_news(h, false, &nr);

	for (size_t i = 0; i < nr; i++) {
		if (!news[i].series->exact ||
		    news[i].step->cause != CAUSE_KERNEL)
			continue;
		*ret = news[i];
		return true;
	}
	return false;
}

static enum exit_status start(const struct history_series *s, const char *from,
			      const char *to)
{
	_cleanup_free_ char *self = self_path(), *words = NULL;
	const char *argv[] = {
		self,	     "bisect",	 from,
		to,	     "--bench",	 s->bench,
		"--machine", s->machine, *s->params ? "--point" : NULL,
		s->params,   NULL
	};
	const char *const *list = argv;
	char *const *exec_argv;

	words = or_abort(shell_quote(argv + 1, *s->params ? 9 : 7));
	log_info("cgmark %s", words);
	fflush(NULL);
	/* It does not write to them. */
	memcpy(&exec_argv, &list, sizeof(exec_argv));
	execv(self, exec_argv);
	log_err_errno(errno, "cannot run %s", self);
	return ST_HOST;
}

enum exit_status trend_bisect(const struct history *h)
{
	_cleanup_free_ char *from = NULL, *to = NULL;
	struct history_news n;
	const struct run_kernel *a, *b;

	if (!find_step(h, &n)) {
		log_err("no step of exact counts that another kernel brought: "
			"nothing to bisect");
		return ST_USAGE;
	}
	a = n.series->nights[n.step->at - 1].kernel;
	b = n.series->nights[n.step->at].kernel;
	from = kernel_pin_commit(a, "before");
	to = kernel_pin_commit(b, "after");
	if (from && to)
		return start(n.series, from, to);
	log_err("the kernels of %s and the night before (%s) are no commits of a "
		"git repository: nothing lies between them",
		n.series->nights[n.step->at].run->night, n.step->why);
	return ST_USAGE;
}
