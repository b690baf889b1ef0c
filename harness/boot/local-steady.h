/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine that is quiet while it measures: clock, turbo, SMT, interrupts and CPUs,
 * as far as asked for and as far as the system lets them be set.  What is set was
 * written down before (steady-saved.h), and is put back by whoever comes first after
 * any ending; what somebody else has set meanwhile stays as it is then.
 */
#ifndef CGMARK_LOCAL_STEADY_H
#define CGMARK_LOCAL_STEADY_H

#include <sched.h>
#include <stdbool.h>

#include "strbuf.h"

struct local_steady {
	bool governor; /* performance */
	bool turbo;    /* off */
	bool smt;      /* off */
	bool irqs;     /* away from cpus */
	bool has_cpus; /* measure on these */
	cpu_set_t cpus;
};

/* A word of the machine's argument; false: it is none, or malformed. */
bool local_steady_word(const char *word, size_t len, struct local_steady *ret);
/* Is anything to be set at all, and does it go together? */
bool local_steady_wanted(const struct local_steady *s);
bool local_steady_sound(const struct local_steady *s);
/* "0-3,5" as the kernel has it; false: it is no such list.  '+' is a comma, too. */
bool local_steady_cpus(const char *text, size_t len, cpu_set_t *ret);

/*
 * Below what /sys, /proc and /run are: "", or what CGMARK_STEADY_ROOT says, for tests.
 */
const char *local_steady_root(void);

/*
 * Sets what it can; lists in *set what is as asked for, in *unset what is not, with
 * the reason, each by commas or semicolons.  -errno only if nothing could be written
 * down, so that nothing was set.
 */
int local_steady_set(const char *root, const struct local_steady *s,
		     struct strbuf *set, struct strbuf *unset);
/* Binds this process; *unset as above. */
void local_steady_bind(const struct local_steady *s, struct strbuf *unset);
/*
 * Puts back; *nr says how many settings were.  0: nothing is left to do; else -errno
 * with the reason in *why.
 */
int local_steady_restore(const char *root, unsigned *nr, struct strbuf *why);

#endif
