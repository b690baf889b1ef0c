/* SPDX-License-Identifier: GPL-2.0-only */
#include "compare-formats.h"

#include <string.h>

#include "suggest.h"

static const struct compare_format formats[] = {
	{ "text", compare_print_text },
	{ "json", compare_print_json },
	{ "mail", compare_print_mail },
	{ "markdown", compare_print_markdown },
	{ "csv", compare_print_csv },
	{ "junit", compare_print_junit },
	{ "ktap", compare_print_ktap },
	{ "benchstat", compare_print_benchstat },
	{ "lkp", compare_print_lkp },
	{ "kcidb", compare_print_kcidb },
};

const struct compare_format *compare_format_find(const char *name)
{
	const char *names[ARRAY_SIZE(formats)];

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
		names[i] = formats[i].name;
	}
	suggest_log("format", name, names, ARRAY_SIZE(names));
	return NULL;
}
