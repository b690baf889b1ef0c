/* SPDX-License-Identifier: GPL-2.0-only */
/* Sections of suites that hold for some points of a benchmark only. */
#include <fnmatch.h>

#include "alloc.h"
#include "log.h"
#include "record.h"
#include "suite.h"

static bool is_one_of(const char *value, char *const *values, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (strcmp(values[i], value) == 0)
			return true;
	return false;
}

/* Does a point have all of "k=v,k=v"? */
static bool has_all(const char *params, const char *want)
{
	char key[REC_PARAMS_MAX], value[REC_PARAMS_MAX];

	while (*want) {
		size_t len = strcspn(want, ","), eq = strcspn(want, "=");

		snprintf(key, sizeof(key), "%.*s", (int)eq, want);
		if (rec_param_get(params, key, value, sizeof(value)) < 0 ||
		    strlen(value) != len - eq - 1 ||
		    strncmp(value, want + eq + 1, len - eq - 1) != 0)
			return false;
		want += len + (want[len] == ',');
	}
	return true;
}

bool suite_leaves_out(const struct suite *s, const struct bench_info *b,
		      const char *key, const char *params)
{
	char value[REC_PARAMS_MAX];

	for (size_t i = 0; i < s->nr_rules; i++) {
		const struct suite_rule *r = &s->rules[i];

		if (*r->where && strcmp(r->key, key) == 0 &&
		    fnmatch(r->glob, b->name, 0) == 0 &&
		    has_all(params, r->where) &&
		    rec_param_get(params, key, value, sizeof(value)) == 0 &&
		    !is_one_of(value, r->values, r->nr_values))
			return true;
	}
	return false;
}

const struct suite_rule *suite_samples(const struct suite *s,
				       const struct bench_info *b,
				       const char *params)
{
	for (size_t i = s->nr_rules; i-- > 0;) {
		const struct suite_rule *r = &s->rules[i];

		if (strcmp(r->key, "samples") == 0 &&
		    fnmatch(r->glob, b->name, 0) == 0 &&
		    has_all(params, r->where))
			return r;
	}
	return NULL;
}

/* Does a benchmark take the value without such sections? */
static bool sweeps(const struct suite *s, const struct bench_info *b,
		   const char *key, const char *value)
{
	const struct suite_rule *r = suite_find_rule(s, b, key);

	for (size_t i = 0; i < b->nr_keys; i++) {
		const struct bench_key *k = &b->keys[i];

		if (strcmp(k->key, key) != 0 || k->implied)
			continue;
		return r ? is_one_of(value, r->values, r->nr_values)
			 : is_one_of(value, k->values, k->nr_values);
	}
	return false;
}

static bool any_sweeps(const struct suite *s, const struct suite_rule *r,
		       const struct catalog *c, const char *key,
		       const char *value)
{
	for (size_t i = 0; i < c->nr; i++) {
		const struct bench_info *b = &c->benches[i];

		if (fnmatch(r->glob, b->name, 0) == 0 && suite_has(s, b) &&
		    sweeps(s, b, key, value))
			return true;
	}
	log_err("%s:%u: '%s' has no points with %s=%s in this suite", r->path,
		r->line, r->glob, key, value);
	return false;
}

enum exit_status suite_check_where(const struct suite *s,
				   const struct suite_rule *r,
				   const struct catalog *c)
{
	_cleanup_free_ char *copy = xstrdup(r->where);
	char *save = NULL;

	for (char *w = strtok_r(copy, ",", &save); w;
	     w = strtok_r(NULL, ",", &save)) {
		char *value = strchr(w, '=');

		*value++ = '\0';
		if (strcmp(w, r->key) == 0) {
			log_err("%s:%u: the section is about one value of %s",
				r->path, r->line, w);
			return ST_USAGE;
		}
		if (!any_sweeps(s, r, c, w, value))
			return ST_USAGE;
	}
	for (size_t i = 0; i < r->nr_values && strcmp(r->key, "samples") != 0;
	     i++)
		if (!any_sweeps(s, r, c, r->key, r->values[i]))
			return ST_USAGE;
	return ST_OK;
}
