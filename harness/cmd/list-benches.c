/* SPDX-License-Identifier: GPL-2.0-only */
#include "list-benches.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "number.h"
#include "strbuf.h"

#define COLUMNS 100
#define NAME_COLUMNS 20 /* "  net/write_classid " */

/*
 * What a reader looks for, rather than what the kernel calls it.  A benchmark
 * belongs to the first that has it; the last has all.
 */
static const struct topic {
	const char *title;
	const char *benches[6];
} topics[] = {
	{ "Processes and threads: what starting and ending one costs",
	  { "fork/*", "container/*" } },
	{ "Moving tasks from one control group to another",
	  { "attach/*", "css_set/*" } },
	{ "Making and removing groups; binding controllers to hierarchies",
	  { "cgroup/*", "bind/*", "rebind/*", "inherit/*" } },
	{ "Reading statistics and lists of tasks",
	  { "stats/*", "taskstats/*", "procs/*", "tasks/*" } },
	{ "Memory: what a page costs, and what happens when there is no more",
	  { "fault/*", "swap/*", "mm_owner/*", "oom/*" } },
	{ "Controllers at work: CPUs, freezing, signals, network, disk",
	  { "cpuset/*", "freezer/*", "signal/*", "net/*", "io/*" } },
	{ "Several CPUs at once: what they share", { "twin/*" } },
	{ "Whole programs (stress-ng, hyperfine) in control groups",
	  { "workload/*" } },
	{ "For comparison: what measuring itself costs",
	  { "null", "syscall" } },
	{ "Other", { "*" } },
};

#define NR_TOPICS (sizeof(topics) / sizeof(topics[0]))

void list_suites_release(struct list_suites *s)
{
	for (size_t i = 0; i < s->nr; i++)
		suite_release(&s->v[i]);
	free(s->v);
}

static size_t topic_of(const struct bench_info *b)
{
	for (size_t i = 0; i < NR_TOPICS; i++)
		for (size_t j = 0; j < 6 && topics[i].benches[j]; j++)
			if (!fnmatch(topics[i].benches[j], b->name, 0))
				return i;
	return NR_TOPICS - 1;
}

/*
 * "way=v1,attach jobs=1+4,16 way=text!bpf": swept values, others after a '+', and
 * after a '!' those that have to be named.
 */
static void add_keys(struct strbuf *sb, const struct bench_info *b)
{
	for (size_t i = 0; i < b->nr_keys; i++) {
		const struct bench_key *k = &b->keys[i];

		strbuf_addf(sb, "%s%s=", i ? " " : "", k->key);
		for (size_t j = 0; j < k->nr_values; j++)
			strbuf_addf(sb, "%s%s", j ? "," : "", k->values[j]);
		for (size_t j = 0; j < k->nr_more; j++)
			strbuf_addf(sb, "%s%s", j ? "," : "+", k->more[j]);
		for (size_t j = 0; j < k->nr_named; j++)
			strbuf_addf(sb, "%s%s", j ? "," : "!", k->named[j]);
	}
	if (!b->nr_keys)
		strbuf_addf(sb, "-");
}

static void add_suites(struct strbuf *sb, const struct list_suites *s,
		       const struct bench_info *b)
{
	bool any = false;

	for (size_t i = 0; i < s->nr; i++) {
		if (!suite_has(&s->v[i], b))
			continue;
		strbuf_addf(sb, "%s%s", any ? "," : "", s->v[i].name);
		any = true;
	}
	if (!any)
		strbuf_addf(sb, "-");
}

static bool has_words(const struct bench_info *b, const struct list_suites *s,
		      char *const *words, size_t nr)
{
	_cleanup_strbuf_ struct strbuf all = STRBUF_INIT;

	if (!nr)
		return true;
	strbuf_addf(&all, "%s %s %s ", b->name, topics[topic_of(b)].title,
		    b->summary);
	add_keys(&all, b);
	strbuf_addf(&all, " ");
	add_suites(&all, s, b);
	for (size_t i = 0; i < nr; i++)
		if (!strcasestr(all.buf, words[i]))
			return false;
	return true;
}

static void print_params(const struct bench_info *b)
{
	_cleanup_strbuf_ struct strbuf keys = STRBUF_INIT;
	char head[NAME_COLUMNS + 1];

	if (!b->nr_keys)
		return;
	add_keys(&keys, b);
	snprintf(head, sizeof(head), "%*s", NAME_COLUMNS, "");
	print_wrapped_at(stdout, head, keys.buf, COLUMNS);
}

static void print_bench(const struct bench_info *b, bool params)
{
	char head[64];

	snprintf(head, sizeof(head), "  %-*s ", NAME_COLUMNS - 3, b->name);
	print_wrapped_at(stdout, head, b->summary, COLUMNS);
	if (params)
		print_params(b);
}

static int by_name(const void *a, const void *b)
{
	const struct bench_info *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static size_t list_topic(size_t topic, const struct catalog *c,
			 const struct list_suites *s, char *const *words,
			 size_t nr_words, bool first)
{
	_cleanup_free_ const struct bench_info **of =
		xcalloc(c->nr + 1, sizeof(*of));
	size_t nr = 0;

	for (size_t i = 0; i < c->nr; i++)
		if (topic_of(&c->benches[i]) == topic &&
		    has_words(&c->benches[i], s, words, nr_words))
			of[nr++] = &c->benches[i];
	if (!nr)
		return 0;
	qsort(of, nr, sizeof(of[0]), by_name);
	printf("%s%s\n", first ? "" : "\n", topics[topic].title);
	for (size_t i = 0; i < nr; i++)
		print_bench(of[i], nr_words);
	return nr;
}

size_t list_benches(const struct catalog *c, const struct list_suites *s,
		    char *const *words, size_t nr_words)
{
	size_t nr = 0;

	for (size_t i = 0; i < NR_TOPICS; i++)
		nr += list_topic(i, c, s, words, nr_words, !nr);
	return nr;
}

static void print_wide(const struct bench_info *b, const struct list_suites *s)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "%s\t%u\t", b->name, b->version);
	add_suites(&sb, s, b);
	strbuf_addf(&sb, "\t");
	add_keys(&sb, b);
	printf("%s\t%s\t%s\n", sb.buf, *b->kconfig ? b->kconfig : "-",
	       b->summary);
}

size_t list_benches_wide(const struct catalog *c, const struct list_suites *s,
			 char *const *words, size_t nr_words)
{
	size_t nr = 0;

	printf("BENCHMARK\tVERSION\tSUITES\tPARAMS\tNEEDS\tONE OPERATION\n");
	for (size_t i = 0; i < c->nr; i++) {
		if (!has_words(&c->benches[i], s, words, nr_words))
			continue;
		print_wide(&c->benches[i], s);
		nr++;
	}
	return nr;
}
