/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far a night came, in RESULTS/nightly/NIGHT/state.json, so that one that was cut
 * goes on where it was.  Each step is written down when it has ended: one that is not
 * there is done again.
 */
#ifndef CGMARK_NIGHT_STATE_H
#define CGMARK_NIGHT_STATE_H

#include <stdbool.h>

struct night_state;

/*
 * dir is made.  A state that is damaged, which a cut cannot bring about, is begun
 * again.  -errno, logged.
 */
int night_state_open(const char *dir, struct night_state **ret);
void night_state_free(struct night_state *s);
static inline void night_state_freep(struct night_state **s)
{
	night_state_free(*s);
}

/* Seconds since 1970 at which the night began. */
long long night_state_begun(const struct night_state *s);
/* Was all of it done? */
bool night_state_ended(const struct night_state *s);
int night_state_end(struct night_state *s);

/* Has the step ended?  *status is how; not changed else. */
bool night_state_done(const struct night_state *s, const char *step,
		      int *status);
/* Which run it made; "" if none. */
const char *night_state_run(const struct night_state *s, const char *step);
/* run may be NULL.  -errno, logged. */
int night_state_add(struct night_state *s, const char *step, int status,
		    const char *run);

/*
 * The night that begun last and has not ended, of those in folder that are less than
 * a day old: "2026-12-31"; NULL: there is none.  Caller frees.
 */
char *night_state_unfinished(const char *folder);

#endif
