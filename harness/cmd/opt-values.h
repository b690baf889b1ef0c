/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of options, for parsers of argp. */
#ifndef CGMARK_OPT_VALUES_H
#define CGMARK_OPT_VALUES_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of an option that may be repeated. */
struct words {
	const char **v; /* point into argv */
	size_t nr;
};

void words_add(struct words *w, const char *word);

/* That of these words which arg is, or a usage error that has what is near. */
const char *opt_command(const char *arg, const char *const *known, size_t nr);

/* A decimal number of min..max, or a usage error about --WHAT. */
uint64_t opt_number(struct argp_state *state, const char *what,
		    const char *text, uint64_t min, uint64_t max);
/* The same of seconds, 1 to 1000000. */
unsigned opt_milliseconds(struct argp_state *state, const char *what,
			  const char *text);

/* Seconds of "90s", "5m" or "2h", up to a week; a number alone is of seconds. */
bool read_duration(const char *text, unsigned *ret);
unsigned opt_duration(struct argp_state *state, const char *what,
		      const char *text);

#endif
