/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "text.h"

static const struct {
	char letter;
	unsigned flag;
} levels[] = {
	{ 'u', EVENT_NO_USER },	 { 'k', EVENT_NO_KERNEL }, { 'h', EVENT_NO_HV },
	{ 'G', EVENT_NO_GUEST }, { 'H', EVENT_NO_HOST },
};

#define NR_LEVELS (sizeof(levels) / sizeof(levels[0]))

bool event_name_ok(const char *name)
{
	size_t len;

	for (len = 0; name[len]; len++)
		if (name[len] <= ' ' || name[len] > '~' || name[len] == ',')
			return false;
	return len > 0 && len < REC_METRIC_MAX;
}

bool latency_name_ok(const char *function)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				      "0123456789.";
	size_t len = strlen(function);

	return len > 0 && len < LATENCY_NAME_MAX &&
	       strspn(function, letters) == len &&
	       !strchr("0123456789.", *function);
}

static void format_exclude(char *buf, unsigned exclude)
{
	for (size_t i = 0; i < NR_LEVELS; i++)
		if (exclude & levels[i].flag)
			*buf++ = levels[i].letter;
	*buf = '\0';
}

int event_format(char *buf, size_t size, const struct event *ev)
{
	char exclude[NR_LEVELS + 1];
	int len;

	if (!event_name_ok(ev->name))
		return -EINVAL;
	format_exclude(exclude, ev->exclude);
	len = snprintf(buf, size,
		       "%s 0x%" PRIx32 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64
		       " %s",
		       ev->name, ev->type, ev->config, ev->config1, ev->config2,
		       *exclude ? exclude : "-");
	return len < 0 || (size_t)len >= size ? -EINVAL : 0;
}

/* Copies the word at *p, at most size - 1 letters; skips the blank after it. */
static int next_word(const char **p, char *buf, size_t size)
{
	size_t len = strcspn(*p, " ");

	if (len == 0 || len >= size)
		return -EINVAL;
	memcpy(buf, *p, len);
	buf[len] = '\0';
	*p += len;
	*p += **p == ' ';
	return 0;
}

static int next_hex(const char **p, uint64_t max, uint64_t *ret)
{
	char word[20];

	if (next_word(p, word, sizeof(word)) < 0 || strncmp(word, "0x", 2) ||
	    text_hex(word + 2, max, ret) < 0)
		return -EINVAL;
	return 0;
}

static int parse_exclude(const char *word, unsigned *ret)
{
	size_t i;

	*ret = 0;
	if (!strcmp(word, "-"))
		return 0;
	for (; *word; word++) {
		for (i = 0; i < NR_LEVELS && levels[i].letter != *word; i++)
			;
		if (i == NR_LEVELS)
			return -EINVAL;
		*ret |= levels[i].flag;
	}
	return 0;
}

int event_parse(const char *text, struct event *ret)
{
	size_t len = strlen(text);
	char exclude[NR_LEVELS + 1];
	uint64_t type;

	if (len == 0 || text[len - 1] == ' ' ||
	    next_word(&text, ret->name, sizeof(ret->name)) < 0 ||
	    !event_name_ok(ret->name) ||
	    next_hex(&text, UINT32_MAX, &type) < 0 ||
	    next_hex(&text, UINT64_MAX, &ret->config) < 0 ||
	    next_hex(&text, UINT64_MAX, &ret->config1) < 0 ||
	    next_hex(&text, UINT64_MAX, &ret->config2) < 0 ||
	    next_word(&text, exclude, sizeof(exclude)) < 0 || *text)
		return -EINVAL;
	ret->type = type;
	return parse_exclude(exclude, &ret->exclude);
}
