/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <dirent.h>
#include <sys/stat.h>

#include "alloc.h"
#include "catalog.h"
#include "exit-status.h"
#include "log.h"
#include "process.h"
#include "record.h"
#include "strbuf.h"

#define LIST_TIMEOUT_MS 30000
#define LIST_MAX_BYTES (1024 * 1024)
#define MAX_FIELDS 8

static void bench_release(struct bench_info *b)
{
	for (size_t i = 0; i < b->nr_keys; i++) {
		for (size_t j = 0; j < b->keys[i].nr_values; j++)
			free(b->keys[i].values[j]);
		free(b->keys[i].values);
		for (size_t j = 0; j < b->keys[i].nr_more; j++)
			free(b->keys[i].more[j]);
		free(b->keys[i].more);
		for (size_t j = 0; j < b->keys[i].nr_at; j++) {
			free(b->keys[i].at_keys[j]);
			free(b->keys[i].at_values[j]);
		}
		free(b->keys[i].at_keys);
		free(b->keys[i].at_values);
		free(b->keys[i].key);
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

static bool parse_unsigned(const char *text, unsigned *ret)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value > 1000000000)
		return false;
	*ret = value;
	return true;
}

static size_t split(char *line, char **fields)
{
	size_t n = 0;

	while (line && n < MAX_FIELDS)
		fields[n++] = strsep(&line, "\t");
	/* No line has more fields. */
	return line ? 0 : n;
}

/* B  NAME  VERSION  KCONFIG  SAMPLES  WARMUP  NR_OPS  SUMMARY */
static const char *add_bench(struct catalog *c, const char *binary, char **f,
			     size_t nr)
{
	struct bench_info b = { NULL };
	const struct bench_info *other;

	if (nr != 8 || !*f[1] || strlen(f[1]) >= REC_BENCH_MAX)
		return "a B line has 8 fields, the second a short name";
	if (!parse_unsigned(f[2], &b.version) ||
	    !parse_unsigned(f[4], &b.samples) || b.samples == 0 ||
	    !parse_unsigned(f[5], &b.warmup) ||
	    !parse_unsigned(f[6], &b.nr_ops))
		return "a number is malformed";
	other = find(c, f[1]);
	if (other)
		return "the benchmark is listed twice";
	b.binary = xstrdup(binary);
	b.name = xstrdup(f[1]);
	b.kconfig = xstrdup(f[3]);
	b.summary = xstrdup(f[7]);
	c->benches = xreallocarray(c->benches, c->nr + 1, sizeof(b));
	c->benches[c->nr++] = b;
	return NULL;
}

/* X  NAME: extra */
static const char *add_extra(struct catalog *c, const char *binary, char **f,
			     size_t nr)
{
	struct bench_info *b = nr == 2 ? find(c, f[1]) : NULL;

	if (!b || strcmp(b->binary, binary) != 0)
		return "an X line has 2 fields and follows its B line";
	b->extra = true;
	return NULL;
}

/* T  NAME  PROGRAM: it runs this program of the host */
static const char *add_program(struct catalog *c, const char *binary, char **f,
			       size_t nr)
{
	struct bench_info *b = nr == 3 ? find(c, f[1]) : NULL;

	if (!b || strcmp(b->binary, binary) != 0 || !*f[2] || strchr(f[2], '/'))
		return "a T line has 3 fields and follows its B line";
	b->programs = xreallocarray(b->programs, b->nr_programs + 1,
				    sizeof(*b->programs));
	b->programs[b->nr_programs++] = xstrdup(f[2]);
	return NULL;
}

/* F  NAME  PARAMS: points with these params (*: all) run first */
static const char *add_first(struct catalog *c, const char *binary, char **f,
			     size_t nr)
{
	struct bench_info *b = nr == 3 ? find(c, f[1]) : NULL;

	if (!b || strcmp(b->binary, binary) != 0 || b->first || !*f[2])
		return "an F line has 3 fields and follows its B line";
	b->first = xstrdup(f[2]);
	return NULL;
}

static void add_values(char *values, char ***list, size_t *nr)
{
	char *value;

	while ((value = strsep(&values, ","))) {
		if (!*value)
			continue;
		*list = xreallocarray(*list, *nr + 1, sizeof(**list));
		(*list)[(*nr)++] = xstrdup(value);
	}
}

/* A  NAME  KEY  VALUES  VARIANT */
static const char *add_key(struct catalog *c, const char *binary, char **f,
			   size_t nr)
{
	struct bench_info *b = nr == 5 ? find(c, f[1]) : NULL;
	struct bench_key *k;

	if (!b || strcmp(b->binary, binary) != 0 || !*f[2])
		return "an A line has 5 fields and follows its B line";
	for (size_t i = 0; i < b->nr_keys; i++)
		if (strcmp(b->keys[i].key, f[2]) == 0)
			return "the param is listed twice";
	b->keys = xreallocarray(b->keys, b->nr_keys + 1, sizeof(*b->keys));
	k = &b->keys[b->nr_keys++];
	memset(k, 0, sizeof(*k));
	k->key = xstrdup(f[2]);
	k->variant = strcmp(f[4], "1") == 0;
	add_values(f[3], &k->values, &k->nr_values);
	return k->nr_values ? NULL : "a param has no values";
}

static bool add_at(struct bench_key *k, char *list)
{
	char *word, *value;

	while ((word = strsep(&list, ","))) {
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

/* M  NAME  KEY  IMPLIED  VALUES  AT: beyond the default sweep */
static const char *add_more(struct catalog *c, const char *binary, char **f,
			    size_t nr)
{
	struct bench_info *b = nr == 6 ? find(c, f[1]) : NULL;
	struct bench_key *k = NULL;

	for (size_t i = 0; b && i < b->nr_keys; i++)
		if (strcmp(b->keys[i].key, f[2]) == 0)
			k = &b->keys[i];
	if (!k || strcmp(b->binary, binary) != 0 || k->nr_more)
		return "an M line has 6 fields and follows the A line of its "
		       "param";
	k->implied = strcmp(f[3], "1") == 0;
	if (k->implied && k->nr_values != 1)
		return "several values are implied";
	if (!add_at(k, f[5]))
		return "the last field of an M line is no list of k=v";
	add_values(f[4], &k->more, &k->nr_more);
	return k->nr_more ? NULL : "an M line has no values";
}

int catalog_parse(struct catalog *c, const char *binary, char *text)
{
	unsigned line = 0;
	char *at;

	while ((at = strsep(&text, "\n"))) {
		char *f[MAX_FIELDS];
		const char *error = "not a B, X, T, F, A or M line";
		size_t nr;

		line++;
		if (!*at)
			continue;
		nr = split(at, f);
		if (nr && strcmp(f[0], "B") == 0)
			error = add_bench(c, binary, f, nr);
		else if (nr && strcmp(f[0], "X") == 0)
			error = add_extra(c, binary, f, nr);
		else if (nr && strcmp(f[0], "T") == 0)
			error = add_program(c, binary, f, nr);
		else if (nr && strcmp(f[0], "F") == 0)
			error = add_first(c, binary, f, nr);
		else if (nr && strcmp(f[0], "A") == 0)
			error = add_key(c, binary, f, nr);
		else if (nr && strcmp(f[0], "M") == 0)
			error = add_more(c, binary, f, nr);
		if (error) {
			log_err("%s --list, line %u: %s", binary, line, error);
			return -EBADMSG;
		}
	}
	return 0;
}

static bool is_listed(const struct bench_key *k, const char *word, size_t len)
{
	for (size_t i = 0; i < k->nr_values; i++)
		if (strlen(k->values[i]) == len &&
		    strncmp(k->values[i], word, len) == 0)
			return true;
	for (size_t i = 0; i < k->nr_more; i++)
		if (strlen(k->more[i]) == len &&
		    strncmp(k->more[i], word, len) == 0)
			return true;
	return false;
}

/* "16", "64K", "200ms" */
static bool is_number(const char *s)
{
	size_t digits = strspn(s, "0123456789"), unit = 0;

	while (isalpha((unsigned char)s[digits + unit]))
		unit++;
	return digits > 0 && unit <= 2 && !s[digits + unit];
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
