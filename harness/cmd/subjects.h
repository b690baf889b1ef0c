/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the kernels to compare, in one run or in several. */
#ifndef CGMARK_SUBJECTS_H
#define CGMARK_SUBJECTS_H

#include "words.h"

/*
 * The names are kernels of run_word (as for select_run()); or, if that is NULL,
 * each is RUN:KERNEL.  If they are of different runs, *ret is a run put together
 * of them.  There is at least one contender.  Errors were logged; ST_USAGE also
 * if the runs differ in more than their kernels.
 */
enum exit_status select_subjects(const struct env *env, const char *run_word,
				 char *const *names, size_t nr,
				 struct run **ret, struct selection *s);

/*
 * The same for who can also tell something of a single kernel: without names, all
 * kernels of run_word.  what ends the message about a run without kernels,
 * "nothing to ...": such as "report".
 */
enum exit_status select_any(const struct env *env, const char *run_word,
			    char *const *names, size_t nr, const char *what,
			    struct run **ret, struct selection *s);

#endif
