/* SPDX-License-Identifier: GPL-2.0-only */
#include "cost.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"

/* One round of its loop, as gcc 12 compiles it. */
#define LOAD_INSNS 6
/* Of PLACE:KIND:N, where the longest place and kind leave ten digits. */
#define WORD_LEN (strlen("taskstats:insns:") + 10)
#define PERCENT_MAX 10000

const struct cost_place cost_places[NR_COST_PLACES] = {
	{ "fork", "kernel_clone", "fork/*", "*" },
	{ "exit", "do_exit", "fork/*", "*" },
	{ "attach", "cgroup_attach_task", "attach/*", "*" },
	{ "find", "find_css_set", "css_set/*", "*sets=64*" },
	{ "rebind", "rebind_subsystems", "rebind/*", "*" },
	{ "stat", "cgroup_seqfile_show", "stats/*", "*" },
	{ "taskstats", "fill_stats", "taskstats/*", "*" },
};

static const char *const kinds[NR_COST_KINDS] = {
	[COST_INSNS] = "insns",
	[COST_LOADS] = "loads",
	[COST_TAIL] = "tail",
	[COST_DRIFT] = "drift",
};

bool cost_takes(const struct cost_place *p, const struct point_id *id)
{
	return fnmatch(p->bench, id->bench, 0) == 0 &&
	       fnmatch(p->params, id->params, 0) == 0;
}

const char *cost_kind_name(enum cost_kind k)
{
	return kinds[k];
}

static int find_kind(const char *name, size_t len)
{
	for (int k = 0; k < NR_COST_KINDS; k++)
		if (strlen(kinds[k]) == len && !strncmp(kinds[k], name, len))
			return k;
	return -1;
}

static void add(struct cost_list *l, unsigned place, int kind, double part)
{
	l->list = xreallocarray(l->list, l->nr + 1, sizeof(*l->list));
	l->list[l->nr++] = (struct cost){
		.place = place,
		.kind = (enum cost_kind)kind,
		.part = part,
	};
}

/* More than 0; NaN: no number. */
static double read_percent(const char *text)
{
	char *end;
	double v = strtod(text, &end);

	if (*text < '0' || *text > '9' || *end || !(v > 0 && v <= PERCENT_MAX))
		return NAN;
	return v / 100;
}

static char *parse_word(const char *word, struct cost_list *ret)
{
	_cleanup_free_ char *place = xstrndup(word, strcspn(word, ":"));
	const char *kind = word + strlen(place) + (word[strlen(place)] == ':');
	const char *percent = strchr(kind, ':');
	size_t before = ret->nr;
	double part;
	int k;

	if (!percent)
		return xasprintf("'%s': write PLACE:KIND:PERCENT", word);
	k = find_kind(kind, (size_t)(percent - kind));
	part = read_percent(percent + 1);
	if (k < 0)
		return xasprintf("'%s': the kind is insns, loads, tail or "
				 "drift",
				 word);
	if (isnan(part))
		return xasprintf("'%s': the size is a part of an operation in "
				 "percent, above 0 and at most %d",
				 word, PERCENT_MAX);
	for (unsigned p = 0; p < NR_COST_PLACES; p++)
		if (fnmatch(place, cost_places[p].name, 0) == 0)
			add(ret, p, k, part);
	if (ret->nr > before)
		return NULL;
	return xasprintf("'%s': the place is fork, exit, attach, find, "
			 "rebind, stat, taskstats, or a glob",
			 word);
}

bool cost_list_parse(const char *text, struct cost_list *ret, char **why)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *rest = copy, *word;

	*why = NULL;
	while (!*why && (word = strsep(&rest, ",")))
		*why = parse_word(word, ret);
	return !*why;
}

void cost_list_release(struct cost_list *l)
{
	free(l->list);
	*l = (struct cost_list){ NULL, 0 };
}

uint64_t cost_size(enum cost_kind kind, double insns)
{
	double n = insns;

	if (kind == COST_LOADS)
		n = insns / LOAD_INSNS;
	if (kind == COST_TAIL)
		n = insns * COST_TAIL_CALLS;
	/* It executes two at a time. */
	if (kind != COST_LOADS)
		return 2 * (uint64_t)fmax(1, ceil(n / 2));
	return (uint64_t)fmax(1, ceil(n));
}

double cost_insns(enum cost_kind kind, uint64_t n)
{
	switch (kind) {
	case COST_INSNS:
		return (double)n;
	case COST_LOADS:
		return (double)n * LOAD_INSNS;
	case COST_TAIL:
		return (double)n / COST_TAIL_CALLS;
	case COST_DRIFT:
		break;
	}
	return NAN;
}

char *cost_name(const struct cost *c)
{
	return xasprintf("%s-%s-%" PRIu64, cost_places[c->place].name,
			 kinds[c->kind], c->n);
}

char *cost_cmdline(const struct cost *c)
{
	_cleanup_free_ char *head =
		xasprintf("%s:%s:", cost_places[c->place].name, kinds[c->kind]);

	return xasprintf("cgmark_cost=%s%0*" PRIu64, head,
			 (int)(WORD_LEN - strlen(head)), c->n);
}
