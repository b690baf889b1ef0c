/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of events and functions, as --events and --latencies take them. */
#include <stdlib.h>

#include "event-names.h"
#include "fuzz.h"

void fuzz_one(const char *text, size_t len)
{
	struct run_event *events;
	char **words, line[REC_LINE_MAX];
	size_t nr;

	if (event_names_split_functions(text, &words, &nr) == ST_OK) {
		fuzz_check(nr > 0 && nr <= LATENCIES_MAX);
		for (size_t i = 0; i < nr; i++) {
			fuzz_check(latency_name_ok(words[i]));
			free(words[i]);
		}
		free(words);
	}
	if (event_names_resolve(text, "skl", &events, &nr) != ST_OK)
		return;
	fuzz_check(nr > 0 && nr <= EVENTS_MAX);
	for (size_t i = 0; i < nr; i++) {
		fuzz_check(event_format(line, sizeof(line), &events[i].ev) ==
			   0);
		free(events[i].means);
	}
	free(events);
}
