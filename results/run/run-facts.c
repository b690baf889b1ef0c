/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-facts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "macro.h"

static const struct {
	const char *key;
	size_t offset;
} numbers[] = {
	{ "elapsed_ns", offsetof(struct run_facts, elapsed_ns) },
	{ "cpus", offsetof(struct run_facts, cpus) },
	{ "steal_ns", offsetof(struct run_facts, steal_ns) },
	{ "throttled_ns", offsetof(struct run_facts, throttled_ns) },
	{ "heat_ns", offsetof(struct run_facts, heat_ns) },
	{ "switches", offsetof(struct run_facts, switches) },
	{ "khz", offsetof(struct run_facts, khz) },
};

static uint64_t *number(struct run_facts *f, size_t i)
{
	return (uint64_t *)((char *)f + numbers[i].offset);
}

/* Blanks end a word, and nothing but ASCII belongs into the line. */
static void add_path(char *buf, size_t size, const char *path)
{
	size_t used = strlen(buf);

	for (; *path && used + 1 < size; path++)
		buf[used++] = *path > ' ' && *path <= '~' ? *path : '?';
	buf[used] = '\0';
}

void run_facts_format(const struct run_facts *f, char *buf, size_t size)
{
	struct run_facts copy = *f;

	snprintf(buf, size, "%s", RUN_FACTS_HEAD);
	buf[strlen(buf) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		uint64_t v = *number(&copy, i);
		size_t used = strlen(buf);

		if (v != UINT64_MAX)
			snprintf(buf + used, size - used, " %s=%llu",
				 numbers[i].key, (unsigned long long)v);
	}
	if (!*f->throttled_by)
		return;
	snprintf(buf + strlen(buf), size - strlen(buf), " throttled_by=");
	add_path(buf, size, f->throttled_by);
}

static bool take_word(char *word, struct run_facts *f)
{
	char *value = strchr(word, '='), *end;

	if (!value)
		return false;
	*value++ = '\0';
	if (!strcmp(word, "throttled_by")) {
		*f->throttled_by = '\0';
		add_path(f->throttled_by, sizeof(f->throttled_by), value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(word, numbers[i].key))
			continue;
		errno = 0;
		*number(f, i) = strtoull(value, &end, 10);
		return *value >= '0' && *value <= '9' && !*end && !errno;
	}
	return true;
}

bool run_facts_parse(const char *text, struct run_facts *ret)
{
	char copy[RUN_FACTS_LINE_MAX], *word, *save = NULL;
	struct run_facts f = { .known = true };
	size_t head = strlen(RUN_FACTS_HEAD);

	if (strncmp(text, RUN_FACTS_HEAD, head) ||
	    strlen(text) - head >= sizeof(copy))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		*number(&f, i) = UINT64_MAX;
	strcpy(copy, text + head);
	for (word = strtok_r(copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		if (!take_word(word, &f))
			return false;
	if (f.elapsed_ns == 0 || f.elapsed_ns == UINT64_MAX || f.cpus == 0)
		return false;
	*ret = f;
	return true;
}

double run_facts_steal(const struct run_facts *f)
{
	if (!f->known || f->steal_ns == UINT64_MAX || f->cpus == UINT64_MAX)
		return NAN;
	return (double)f->steal_ns / (double)f->elapsed_ns / (double)f->cpus;
}

/* Whoever knows of no heat has at least the limits. */
double run_facts_throttled(const struct run_facts *f)
{
	double ns;

	if (!f->known || f->throttled_ns == UINT64_MAX)
		return NAN;
	ns = (double)f->throttled_ns;
	if (f->heat_ns != UINT64_MAX)
		ns += (double)f->heat_ns;
	return ns / (double)f->elapsed_ns;
}
