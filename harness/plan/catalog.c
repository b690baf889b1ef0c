/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <dirent.h>
#include <sys/stat.h>

#include "alloc.h"
#include "catalog-line.h"
#include "catalog.h"
#include "exit-status.h"
#include "log.h"
#include "process.h"
#include "record.h"
#include "strbuf.h"

#define LIST_TIMEOUT_MS 30000
#define LIST_MAX_BYTES (1024 * 1024)

static void free_words(char **words, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(words[i]);
	free(words);
}

static void bench_release(struct bench_info *b)
{
	for (size_t i = 0; i < b->nr_keys; i++) {
		struct bench_key *k = &b->keys[i];

		free_words(k->values, k->nr_values);
		free_words(k->more, k->nr_more);
		free_words(k->named, k->nr_named);
		free_words(k->at_keys, k->nr_at);
		free_words(k->at_values, k->nr_at);
		free(k->key);
	}
	free(b->keys);
	for (size_t i = 0; i < b->nr_programs; i++)
		free(b->programs[i]);
	free(b->programs);
	free(b->binary);
	free(b->name);
	free(b->summary);
	free(b->kconfig);
	free(b->first);
}

void catalog_release(struct catalog *c)
{
	for (size_t i = 0; i < c->nr; i++)
		bench_release(&c->benches[i]);
	free(c->benches);
	c->benches = NULL;
	c->nr = 0;
}

static struct bench_info *find(const struct catalog *c, const char *name)
{
	for (size_t i = 0; i < c->nr; i++)
		if (strcmp(c->benches[i].name, name) == 0)
			return &c->benches[i];
	return NULL;
}

/* Adds one line; returns what is wrong with it, or NULL. */
typedef const char *(*add_fn)(struct catalog *c, const char *binary,
			      const struct catalog_line *l);

static const char *add_bench(struct catalog *c, const char *binary,
			     const struct catalog_line *l)
{
	struct bench_info *b;

	if (strlen(l->bench) >= REC_BENCH_MAX)
		return "the name of the benchmark is too long";
	if (!l->samples)
		return "a benchmark without samples";
	if (find(c, l->bench))
		return "the benchmark is listed twice";
	c->benches = xreallocarray(c->benches, c->nr + 1, sizeof(*b));
	b = &c->benches[c->nr++];
	*b = (struct bench_info){
		.binary = xstrdup(binary),
		.name = xstrdup(l->bench),
		.kconfig = xstrdup(l->kconfig),
		.summary = xstrdup(l->summary),
		.version = l->version,
		.samples = l->samples,
		.warmup = l->warmup,
		.nr_ops = l->nr_ops,
	};
	return NULL;
}

/* The benchmark of a line after its B line, or NULL. */
static struct bench_info *bench_of(const struct catalog *c, const char *binary,
				   const struct catalog_line *l)
{
	struct bench_info *b = find(c, l->bench);

	return b && strcmp(b->binary, binary) == 0 ? b : NULL;
}

static const char no_bench[] = "it has no B line before it";

static const char *add_extra(struct catalog *c, const char *binary,
			     const struct catalog_line *l)
{
	struct bench_info *b = bench_of(c, binary, l);

	if (!b)
		return no_bench;
	b->extra = true;
	return NULL;
}

static const char *add_program(struct catalog *c, const char *binary,
			       const struct catalog_line *l)
{
	struct bench_info *b = bench_of(c, binary, l);

	if (!b)
		return no_bench;
	if (strchr(l->program, '/'))
		return "a program is named without its folder";
	b->programs = xreallocarray(b->programs, b->nr_programs + 1,
				    sizeof(*b->programs));
	b->programs[b->nr_programs++] = xstrdup(l->program);
	return NULL;
}

static const char *add_first(struct catalog *c, const char *binary,
			     const struct catalog_line *l)
{
	struct bench_info *b = bench_of(c, binary, l);

	if (!b)
		return no_bench;
	if (b->first)
		return "a second F line";
	b->first = xstrdup(l->params);
	return NULL;
}

static void add_values(const char *values, char ***list, size_t *nr)
{
	while (*values) {
		size_t len = strcspn(values, ",");

		if (len) {
			*list = xreallocarray(*list, *nr + 1, sizeof(**list));
			(*list)[(*nr)++] = xstrndup(values, len);
		}
		values += len + (values[len] == ',');
	}
}

static struct bench_key *find_key(const struct bench_info *b, const char *key)
{
	for (size_t i = 0; i < b->nr_keys; i++)
		if (strcmp(b->keys[i].key, key) == 0)
			return &b->keys[i];
	return NULL;
}

static const char *add_key(struct catalog *c, const char *binary,
			   const struct catalog_line *l)
{
	struct bench_info *b = bench_of(c, binary, l);
	struct bench_key *k;

	if (!b)
		return no_bench;
	if (find_key(b, l->key))
		return "the param is listed twice";
	b->keys = xreallocarray(b->keys, b->nr_keys + 1, sizeof(*b->keys));
	k = &b->keys[b->nr_keys++];
	*k = (struct bench_key){
		.key = xstrdup(l->key),
		.variant = l->variant,
	};
	add_values(l->values, &k->values, &k->nr_values);
	return k->nr_values ? NULL : "a param has no values";
}

static bool add_at(struct bench_key *k, const char *list)
{
	_cleanup_free_ char *copy = xstrdup(list);
	char *rest = copy, *word, *value;

	while ((word = strsep(&rest, ","))) {
		value = strchr(word, '=');
		if (!value && *word)
			return false;
		if (!value)
			continue;
		*value++ = '\0';
		k->at_keys = xreallocarray(k->at_keys, k->nr_at + 1,
					   sizeof(*k->at_keys));
		k->at_values = xreallocarray(k->at_values, k->nr_at + 1,
					     sizeof(*k->at_values));
		k->at_keys[k->nr_at] = xstrdup(word);
		k->at_values[k->nr_at++] = xstrdup(value);
	}
	return true;
}

/* The param that further values belong to; NULL: it has no A line before it. */
static struct bench_key *key_of(const struct catalog *c, const char *binary,
				const struct catalog_line *l)
{
	struct bench_info *b = bench_of(c, binary, l);

	return b ? find_key(b, l->key) : NULL;
}

static const char *add_more(struct catalog *c, const char *binary,
			    const struct catalog_line *l)
{
	struct bench_key *k = key_of(c, binary, l);

	if (!k)
		return "it has no A line before it";
	if (k->nr_more)
		return "a second M line of this param";
	k->implied = l->implied;
	if (k->implied && k->nr_values != 1)
		return "several values are implied";
	if (!add_at(k, l->at))
		return "the last field of an M line is no list of k=v";
	add_values(l->values, &k->more, &k->nr_more);
	return k->nr_more ? NULL : "an M line has no values";
}

static const char *add_named(struct catalog *c, const char *binary,
			     const struct catalog_line *l)
{
	struct bench_key *k = key_of(c, binary, l);

	if (!k)
		return "it has no A line before it";
	if (k->nr_named)
		return "a second N line of this param";
	add_values(l->values, &k->named, &k->nr_named);
	return k->nr_named ? NULL : "an N line has no values";
}

static const add_fn add[NR_CATALOG_KINDS] = {
	[CATALOG_BENCH] = add_bench, [CATALOG_PARAM] = add_key,
	[CATALOG_MORE] = add_more,   [CATALOG_EXTRA] = add_extra,
	[CATALOG_FIRST] = add_first, [CATALOG_PROGRAM] = add_program,
	[CATALOG_NAMED] = add_named,
};

int catalog_parse(struct catalog *c, const char *binary, char *text)
{
	unsigned line = 0;
	char *at;

	while ((at = strsep(&text, "\n"))) {
		char why[CATALOG_WHY_MAX];
		struct catalog_line l;
		const char *error = why;

		line++;
		if (!*at)
			continue;
		if (catalog_line_parse(at, &l, why) == 0)
			error = add[l.kind](c, binary, &l);
		if (error) {
			log_err("%s --list, line %u: %s", binary, line, error);
			return -EBADMSG;
		}
	}
	return 0;
}

static bool is_among(char *const *values, size_t nr, const char *word,
		     size_t len)
{
	for (size_t i = 0; i < nr; i++)
		if (strlen(values[i]) == len &&
		    strncmp(values[i], word, len) == 0)
			return true;
	return false;
}

static bool is_listed(const struct bench_key *k, const char *word, size_t len)
{
	return is_among(k->values, k->nr_values, word, len) ||
	       is_among(k->more, k->nr_more, word, len) ||
	       is_among(k->named, k->nr_named, word, len);
}

/* With the largest unit it still fits the guest's 64 bits. */
#define VALUE_MAX (UINT64_MAX >> 20)

/* "16", "64K", "200ms" */
static bool is_number(const char *s)
{
	size_t digits = strspn(s, "0123456789"), unit = 0;

	while (isalpha((unsigned char)s[digits + unit]))
		unit++;
	if (digits == 0 || unit > 2 || s[digits + unit])
		return false;
	errno = 0;
	return strtoull(s, NULL, 10) <= VALUE_MAX && errno == 0;
}

static bool lists_number(const struct bench_key *k)
{
	for (size_t i = 0; i < k->nr_values; i++)
		if (is_number(k->values[i]))
			return true;
	for (size_t i = 0; i < k->nr_more; i++)
		if (is_number(k->more[i]))
			return true;
	return false;
}

/* Sweeps need not name all of them; kernel/patches adds the last ones. */
static bool is_controller(const char *word, size_t len)
{
	static const char *const names[] = {
		"cpu",	      "cpuacct", "cpuset",  "memory",	"io",
		"blkio",      "pids",	 "devices", "freezer",	"net_cls",
		"perf_event", "hugetlb", "rdma",    "net_prio", "misc",
		"debug",      "dmem",	 "every",   "swap",	"oom",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == len &&
		    strncmp(names[i], word, len) == 0)
			return true;
	return false;
}

static bool are_controllers(const struct bench_key *k, const char *value)
{
	size_t len;

	for (;; value += len + 1) {
		len = strcspn(value, "+");
		if (!is_listed(k, value, len) && !is_controller(value, len))
			return false;
		if (!value[len])
			return true;
	}
}

bool bench_key_takes(const struct bench_key *key, const char *value)
{
	if (is_listed(key, value, strlen(value)))
		return true;
	if (is_number(value))
		return lists_number(key);
	return strncmp(key->key, "controller", strlen("controller")) == 0 &&
	       are_controllers(key, value);
}

/* The initramfs takes programs by the same rule. */
static int is_program(const struct dirent *de)
{
	return strncmp(de->d_name, "bench-", 6) == 0 &&
	       !strchr(de->d_name, '.');
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum exit_status ask(struct catalog *c, const char *bench_dir,
			    const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", bench_dir, name);
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	char option[] = "--list";
	char *argv[] = { path, option, NULL };
	int r = process_run(&(struct process){
		PROCESS_INIT,
		.argv = argv,
		.out = &out,
		.max_bytes = LIST_MAX_BYTES,
		.timeout_ms = LIST_TIMEOUT_MS,
	});

	if (r < 0)
		log_err_errno(-r, "cannot ask %s for its benchmarks", path);
	else if (r > 0)
		log_err("%s --list ended with status %d", path, r);
	else if (out.len && catalog_parse(c, name, out.buf) < 0)
		r = -EBADMSG;
	return r == 0 ? ST_OK : ST_HOST;
}

enum exit_status catalog_load(const char *bench_dir, struct catalog *ret)
{
	struct catalog c = { NULL, 0 };
	struct dirent **found = NULL;
	int nr = scandir(bench_dir, &found, is_program, by_name);
	enum exit_status r = ST_OK;

	if (nr < 0) {
		log_err_errno(errno, "cannot read %s (is cgmark compiled?)",
			      bench_dir);
		return ST_HOST;
	}
	for (int i = 0; i < nr; i++) {
		if (r == ST_OK)
			r = ask(&c, bench_dir, found[i]->d_name);
		free(found[i]);
	}
	free(found);
	if (r == ST_OK && c.nr == 0) {
		log_err("there are no benchmarks in %s (is cgmark compiled?)",
			bench_dir);
		r = ST_HOST;
	}
	if (r == ST_OK)
		*ret = c;
	else
		catalog_release(&c);
	return r;
}

bool catalog_value_ok(const char *value)
{
	size_t len = 0;

	for (; value[len]; len++)
		if (!isalnum((unsigned char)value[len]) &&
		    !strchr("._+-", value[len]))
			return false;
	return len > 0;
}
