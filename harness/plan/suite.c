/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <fnmatch.h>

#include "alloc.h"
#include "exit-status.h"
#include "inifile.h"
#include "log.h"
#include "plan-limits.h"
#include "strbuf.h"
#include "suggest.h"
#include "suite.h"

#define SUFFIX ".ini"
/* Ends suites that include each other. */
#define INCLUDES_MAX 8
/* inih cuts the names of sections here, and does not tell. */
#define SECTION_CUT 49

static const char *const suite_keys[] = { "summary",	  "aliases", "include",
					  "benchmarks",	  "extra",   "also",
					  "perturbations" };

struct loading {
	const char *dir;
	struct suite *suite;
	unsigned depth;
	bool begun; /* a key was read */
	bool own_globs;
	bool own_also;
};

static void free_words(char ***words, size_t *nr)
{
	for (size_t i = 0; i < *nr; i++)
		free((*words)[i]);
	free(*words);
	*words = NULL;
	*nr = 0;
}

static void add_words(char ***words, size_t *nr, const char *text,
		      const char *separators)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *save = NULL;

	for (char *w = strtok_r(copy, separators, &save); w;
	     w = strtok_r(NULL, separators, &save)) {
		*words = xreallocarray(*words, *nr + 1, sizeof(**words));
		(*words)[(*nr)++] = xstrdup(w);
	}
}

void suite_release(struct suite *s)
{
	free_words(&s->aliases, &s->nr_aliases);
	free_words(&s->globs, &s->nr_globs);
	free_words(&s->also, &s->nr_also);
	for (size_t i = 0; i < s->nr_rules; i++) {
		struct suite_rule *r = &s->rules[i];

		free_words(&r->values, &r->nr_values);
		free(r->path);
		free(r->glob);
		free(r->where);
		free(r->key);
	}
	free(s->rules);
	free(s->name);
	free(s->path);
	free(s->summary);
	memset(s, 0, sizeof(*s));
}

/* A number from 1 to max; 0: the text is none. */
static unsigned number(const char *text, unsigned max)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value > max)
		return 0;
	return value;
}

/* --- [suite] ---------------------------------------------------------------
 */

static enum exit_status load_file(const char *dir, const char *name,
				  unsigned depth, struct suite *ret);

static void take_include(struct inifile *f, const char *name)
{
	struct loading *l = f->arg;
	struct suite *s = l->suite;
	struct suite other;

	if (l->begun) {
		inifile_fail(f, "include= has to be the first key");
		return;
	}
	if (l->depth == INCLUDES_MAX || !catalog_value_ok(name)) {
		inifile_fail(f, "'%s' cannot be included", name);
		return;
	}
	if (load_file(l->dir, name, l->depth + 1, &other) != ST_OK) {
		inifile_fail(f, "suite '%s' is included here", name);
		return;
	}
	s->globs = steal_ptr(other.globs);
	s->nr_globs = other.nr_globs;
	s->also = steal_ptr(other.also);
	s->nr_also = other.nr_also;
	s->rules = steal_ptr(other.rules);
	s->nr_rules = other.nr_rules;
	s->no_extra = other.no_extra;
	s->perturbations = other.perturbations;
	other.nr_globs = other.nr_also = other.nr_rules = 0;
	suite_release(&other);
}

static void take_globs(struct inifile *f, const char *value)
{
	struct loading *l = f->arg;

	if (!l->own_globs)
		free_words(&l->suite->globs, &l->suite->nr_globs);
	l->own_globs = true;
	add_words(&l->suite->globs, &l->suite->nr_globs, value, " \t");
}

static void take_also(struct inifile *f, const char *value)
{
	struct loading *l = f->arg;

	if (!l->own_also)
		free_words(&l->suite->also, &l->suite->nr_also);
	l->own_also = true;
	add_words(&l->suite->also, &l->suite->nr_also, value, " \t");
}

static void take_summary(struct suite *s, const char *value)
{
	_cleanup_free_ char *old = steal_ptr(s->summary);

	s->summary = xasprintf("%s%s%s", old, *old ? " " : "", value);
}

static void take_extra(struct inifile *f, const char *value)
{
	struct loading *l = f->arg;

	l->suite->no_extra = strcmp(value, "no") == 0;
	if (!l->suite->no_extra && strcmp(value, "yes") != 0)
		inifile_fail(f, "extra= is yes or no");
}

static void take_perturbations(struct inifile *f, const char *value)
{
	struct loading *l = f->arg;

	l->suite->perturbations = number(value, PLAN_PERTURBATIONS_MAX);
	if (l->suite->perturbations == 0)
		inifile_fail(f, "perturbations= is a number from 1 to %d",
			     PLAN_PERTURBATIONS_MAX);
}

static void take_suite_key(struct inifile *f, const char *key,
			   const char *value)
{
	struct loading *l = f->arg;

	if (strcmp(key, "summary") == 0)
		take_summary(l->suite, value);
	else if (strcmp(key, "aliases") == 0)
		add_words(&l->suite->aliases, &l->suite->nr_aliases, value,
			  " \t");
	else if (strcmp(key, "include") == 0)
		take_include(f, value);
	else if (strcmp(key, "benchmarks") == 0)
		take_globs(f, value);
	else if (strcmp(key, "extra") == 0)
		take_extra(f, value);
	else if (strcmp(key, "also") == 0)
		take_also(f, value);
	else if (strcmp(key, "perturbations") == 0)
		take_perturbations(f, value);
	else
		inifile_fail_key(f, key, suite_keys, ARRAY_SIZE(suite_keys));
	l->begun = true;
}

/* --- [GLOB] ----------------------------------------------------------------
 */

/* "GLOB K=V K=V": what follows the glob, as in the names of points. */
static char *where_of(struct inifile *f, const char *section)
{
	struct strbuf out = STRBUF_INIT;
	char **words = NULL;
	size_t nr = 0;

	if (strlen(section) >= SECTION_CUT)
		inifile_fail(f, "[%s...]: at most %d characters", section,
			     SECTION_CUT - 1);
	add_words(&words, &nr, section, " \t");
	strbuf_add(&out, "", 0);
	for (size_t i = 1; i < nr; i++) {
		const char *value = strchr(words[i], '=');

		if (!value || value == words[i] || !catalog_value_ok(value + 1))
			inifile_fail(f, "[%s]: write [GLOB KEY=VALUE ...]",
				     section);
		strbuf_addf(&out, "%s%s", i > 1 ? "," : "", words[i]);
	}
	free_words(&words, &nr);
	return strbuf_steal(&out);
}

static struct suite_rule *add_rule(struct suite *s, struct inifile *f,
				   const char *section, const char *key)
{
	const size_t glob_len = strcspn(section, " \t");
	struct suite_rule *r;

	s->rules = xreallocarray(s->rules, s->nr_rules + 1, sizeof(*s->rules));
	r = &s->rules[s->nr_rules++];
	*r = (struct suite_rule){
		.path = xstrdup(f->path),
		.line = f->line,
		.glob = xstrndup(section, glob_len),
		.where = where_of(f, section),
		.key = xstrdup(key),
	};
	return r;
}

static void check_values(struct inifile *f, const struct suite_rule *r)
{
	for (size_t i = 0; i < r->nr_values; i++) {
		if (!catalog_value_ok(r->values[i]))
			inifile_fail(f,
				     "'%s' is no value: letters, digits, '.', "
				     "'_', '+' and '-'",
				     r->values[i]);
		for (size_t j = 0; j < i; j++)
			if (strcmp(r->values[i], r->values[j]) == 0)
				inifile_fail(f, "value '%s' is given twice",
					     r->values[i]);
	}
	if (r->nr_values == 0)
		inifile_fail(f, "key '%s' has no value", r->key);
	else if (strcmp(r->key, "samples") == 0 &&
		 (r->nr_values > 1 || !number(r->values[0], PLAN_SAMPLES_MAX)))
		inifile_fail(f, "samples= is a number from 1 to %d",
			     PLAN_SAMPLES_MAX);
}

static void take_rule(struct inifile *f, const char *section, const char *key,
		      const char *value)
{
	struct loading *l = f->arg;
	struct suite *s = l->suite;
	struct suite_rule *r;

	if (f->continued && s->nr_rules)
		r = &s->rules[s->nr_rules - 1];
	else
		r = add_rule(s, f, section, key);
	add_words(&r->values, &r->nr_values, value, ", \t");
	check_values(f, r);
}

static void on_pair(struct inifile *f, const char *section, const char *key,
		    const char *value)
{
	if (strcmp(section, "suite") == 0)
		take_suite_key(f, key, value);
	else
		take_rule(f, section, key, value);
}

/* --- files -----------------------------------------------------------------
 */

static enum exit_status load_file(const char *dir, const char *name,
				  unsigned depth, struct suite *ret)
{
	struct loading l = { .dir = dir, .suite = ret, .depth = depth };
	enum exit_status r;

	memset(ret, 0, sizeof(*ret));
	ret->name = xstrdup(name);
	ret->path = xasprintf("%s/%s" SUFFIX, dir, name);
	ret->summary = xstrdup("");
	r = inifile_read(ret->path, on_pair, &l);
	if (r == ST_OK && ret->nr_globs == 0) {
		log_err("%s: [suite] has no benchmarks=", ret->path);
		r = ST_USAGE;
	}
	if (r != ST_OK)
		suite_release(ret);
	return r;
}

static int is_suite(const struct dirent *de)
{
	const char *dot = strrchr(de->d_name, '.');

	return de->d_name[0] != '.' && dot && strcmp(dot, SUFFIX) == 0;
}

enum exit_status suite_load_all(const char *dir, struct suite **ret, size_t *nr)
{
	struct dirent **found = NULL;
	int n = scandir(dir, &found, is_suite, alphasort);
	enum exit_status r = ST_OK;
	struct suite *list;
	size_t loaded = 0;

	if (n < 0) {
		log_err_errno(errno, "cannot read the suites in %s", dir);
		return ST_HOST;
	}
	list = xcalloc(n + 1, sizeof(*list));
	for (int i = 0; i < n; i++) {
		*strrchr(found[i]->d_name, '.') = '\0';
		if (r == ST_OK)
			r = load_file(dir, found[i]->d_name, 0, &list[loaded]);
		if (r == ST_OK)
			loaded++;
		free(found[i]);
	}
	free(found);
	if (r == ST_OK) {
		*ret = list;
		*nr = loaded;
		return ST_OK;
	}
	while (loaded > 0)
		suite_release(&list[--loaded]);
	free(list);
	return r;
}

static bool is_called(const struct suite *s, const char *name)
{
	if (strcmp(s->name, name) == 0)
		return true;
	for (size_t i = 0; i < s->nr_aliases; i++)
		if (strcmp(s->aliases[i], name) == 0)
			return true;
	return false;
}

static void log_unknown(const struct suite *list, size_t nr, const char *name)
{
	_cleanup_free_ const char **names = NULL;
	size_t n = 0;

	for (size_t i = 0; i < nr; i++)
		n += 1 + list[i].nr_aliases;
	names = xcalloc(n + 1, sizeof(*names));
	n = 0;
	for (size_t i = 0; i < nr; i++) {
		names[n++] = list[i].name;
		for (size_t j = 0; j < list[i].nr_aliases; j++)
			names[n++] = list[i].aliases[j];
	}
	suggest_log("suite", name, names, n);
}

/* Moves the suite of that name or alias to *ret, or logs the nearest name. */
static enum exit_status take_called(struct suite *list, size_t nr,
				    const char *name, struct suite *ret)
{
	for (size_t i = 0; i < nr; i++) {
		if (!is_called(&list[i], name))
			continue;
		*ret = list[i];
		memset(&list[i], 0, sizeof(list[i]));
		return ST_OK;
	}
	log_unknown(list, nr, name);
	return ST_USAGE;
}

enum exit_status suite_load(const char *dir, const char *name,
			    struct suite *ret)
{
	_cleanup_free_ char *path = xasprintf("%s/%s" SUFFIX, dir, name);
	struct suite *list;
	size_t nr;
	enum exit_status r;

	if (catalog_value_ok(name) && access(path, F_OK) == 0)
		return load_file(dir, name, 0, ret);
	r = suite_load_all(dir, &list, &nr);
	if (r != ST_OK)
		return r;
	r = take_called(list, nr, name, ret);
	for (size_t i = 0; i < nr; i++)
		suite_release(&list[i]);
	free(list);
	return r;
}

/* --- contents of a suite ---------------------------------------------------
 */

static bool matches(char *const *globs, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (fnmatch(globs[i], name, 0) == 0)
			return true;
	return false;
}

bool suite_has(const struct suite *s, const struct bench_info *b)
{
	if (matches(s->also, s->nr_also, b->name))
		return true;
	if (s->no_extra && b->extra)
		return false;
	return matches(s->globs, s->nr_globs, b->name);
}

size_t suite_rank(const struct suite *s, const struct bench_info *b)
{
	size_t i = 0;

	while (i < s->nr_globs && fnmatch(s->globs[i], b->name, 0) != 0)
		i++;
	return i;
}

const struct suite_rule *suite_find_rule(const struct suite *s,
					 const struct bench_info *b,
					 const char *key)
{
	for (size_t i = s->nr_rules; i-- > 0;)
		if (!*s->rules[i].where && strcmp(s->rules[i].key, key) == 0 &&
		    fnmatch(s->rules[i].glob, b->name, 0) == 0)
			return &s->rules[i];
	return NULL;
}

/* Logs an unknown benchmark after "PATH:" or "PATH:LINE:". */
static void log_no_bench(const char *where, const struct catalog *c,
			 const char *glob)
{
	_cleanup_free_ const char **names = xcalloc(c->nr + 1, sizeof(*names));
	_cleanup_free_ char *what = xasprintf("%s: benchmark", where);

	for (size_t i = 0; i < c->nr; i++)
		names[i] = c->benches[i].name;
	suggest_log(what, glob, names, c->nr);
}

static bool any_match(const struct catalog *c, const char *glob)
{
	for (size_t i = 0; i < c->nr; i++)
		if (fnmatch(glob, c->benches[i].name, 0) == 0)
			return true;
	return false;
}

static bool has_key(const struct bench_info *b, const char *key)
{
	for (size_t i = 0; i < b->nr_keys; i++)
		if (strcmp(b->keys[i].key, key) == 0)
			return true;
	return strcmp(key, "samples") == 0;
}

/* The first value that no benchmark of the rule takes, or NULL. */
static const char *unknown_value(const struct suite *s,
				 const struct suite_rule *r,
				 const struct catalog *c)
{
	for (size_t v = 0; v < r->nr_values; v++) {
		bool known = strcmp(r->key, "samples") == 0;

		for (size_t i = 0; i < c->nr && !known; i++) {
			const struct bench_info *b = &c->benches[i];

			if (fnmatch(r->glob, b->name, 0) != 0 ||
			    !suite_has(s, b))
				continue;
			for (size_t j = 0; j < b->nr_keys && !known; j++)
				known = strcmp(b->keys[j].key, r->key) == 0 &&
					bench_key_takes(&b->keys[j],
							r->values[v]);
		}
		if (!known)
			return r->values[v];
	}
	return NULL;
}

static enum exit_status check_rule(const struct suite *s,
				   const struct suite_rule *r,
				   const struct catalog *c)
{
	_cleanup_free_ char *where = xasprintf("%s:%u", r->path, r->line);
	bool about = false, known = false;
	const char *wrong;

	if (!any_match(c, r->glob)) {
		log_no_bench(where, c, r->glob);
		return ST_USAGE;
	}
	for (size_t i = 0; i < c->nr; i++) {
		const struct bench_info *b = &c->benches[i];

		if (fnmatch(r->glob, b->name, 0) == 0 && suite_has(s, b)) {
			about = true;
			known = known || has_key(b, r->key);
		}
	}
	wrong = known ? unknown_value(s, r, c) : NULL;
	if (known && !wrong)
		return *r->where ? suite_check_where(s, r, c) : ST_OK;
	if (wrong)
		log_err("%s: no benchmark that matches '%s' knows %s=%s; "
			"'cgmark list' shows what they know",
			where, r->glob, r->key, wrong);
	else if (about)
		log_err("%s: no benchmark that matches '%s' has a param '%s'",
			where, r->glob, r->key);
	else
		log_err("%s: nothing in the suite matches '%s'; add it to "
			"benchmarks=, or take the section out",
			where, r->glob);
	return ST_USAGE;
}

static enum exit_status check_globs(const struct suite *s,
				    const struct catalog *c, char *const *globs,
				    size_t nr)
{
	enum exit_status r = ST_OK;

	for (size_t i = 0; i < nr; i++) {
		if (!any_match(c, globs[i])) {
			log_no_bench(s->path, c, globs[i]);
			r = ST_USAGE;
		}
	}
	return r;
}

enum exit_status suite_check(const struct suite *s, const struct catalog *c)
{
	enum exit_status r = check_globs(s, c, s->globs, s->nr_globs);

	if (check_globs(s, c, s->also, s->nr_also) != ST_OK)
		r = ST_USAGE;
	for (size_t i = 0; i < s->nr_rules; i++)
		if (check_rule(s, &s->rules[i], c) != ST_OK)
			r = ST_USAGE;
	return r;
}
