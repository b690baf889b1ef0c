/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>

#include "alloc.h"
#include "exit-status.h"
#include "opt-values.h"
#include "suggest.h"

void words_add(struct words *w, const char *word)
{
	w->v = xreallocarray(w->v, w->nr + 1, sizeof(*w->v));
	w->v[w->nr++] = word;
}

const char *opt_command(const char *arg, const char *const *known, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (strcmp(arg, known[i]) == 0)
			return known[i];
	suggest_log("command", arg, known, nr);
	exit(ST_USAGE);
}

uint64_t opt_number(struct argp_state *state, const char *what,
		    const char *text, uint64_t min, uint64_t max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < min ||
	    value > max)
		argp_error(state,
			   "--%s '%s': a number from %" PRIu64 " to %" PRIu64,
			   what, text, min, max);
	return value;
}

unsigned opt_milliseconds(struct argp_state *state, const char *what,
			  const char *text)
{
	return opt_number(state, what, text, 1, 1000000) * 1000;
}

#define WEEK_S (7 * 24 * 3600)

bool read_duration(const char *text, unsigned *ret)
{
	static const struct {
		char unit;
		unsigned seconds;
	} units[] = { { '\0', 1 }, { 's', 1 }, { 'm', 60 }, { 'h', 3600 } };
	char *end = NULL;
	unsigned long n =
		*text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;

	for (size_t i = 0; n > 0 && i < ARRAY_SIZE(units); i++)
		if (*end == units[i].unit && (!*end || !end[1]) &&
		    n <= WEEK_S / units[i].seconds) {
			*ret = n * units[i].seconds;
			return true;
		}
	return false;
}

unsigned opt_duration(struct argp_state *state, const char *what,
		      const char *text)
{
	unsigned s = 0;

	if (!read_duration(text, &s))
		argp_error(state,
			   "--%s '%s': a duration such as 90s, 5m or 1h, up to "
			   "a week",
			   what, text);
	return s;
}
