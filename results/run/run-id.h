/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_RUN_ID_H
#define CGMARK_RUN_ID_H

struct run;

/* Gives a run that begins now its id and the time; 0 or -errno. */
int run_id_make(struct run *run);

/*
 * The id that the run.json of a directory has, without loading the run; NULL if
 * it is damaged.  Caller frees.
 */
char *run_id_read(const char *dir);

#endif
