/* SPDX-License-Identifier: GPL-2.0-only */
#include <fnmatch.h>

#include "alloc.h"
#include "boot-cpus.h"
#include "exit-status.h"
#include "log.h"
#include "plan-limits.h"
#include "points.h"
#include "strbuf.h"
#include "suggest.h"

/* Guest time for one point; a point that sleeps 200 ms a sample needs 10 s. */
#define POINT_TIMEOUT_MS 60000

/* A --param: values that replace the sweep of a key. */
struct override {
	char *key;
	char **values;
	size_t nr_values;
	bool used;
};

/* What a guest runs one after the other. */
enum pass { PASS_FIRST, PASS_MIDDLE, PASS_LAST, NR_PASSES };

/*
 * From 6.18 on a kernel that had favordynmods once behaves so until it is booted
 * again: no other point may come after these.
 */
#define LASTING_KEY "favordynmods"
#define LASTING_VALUE "1"

struct planning {
	const struct catalog *catalog;
	const struct plan_wish *wish;
	bool *selected; /* per benchmark of the catalog */
	enum pass pass; /* whose points are added */
	bool more;	/* also values beyond the default sweeps */
	struct override *overrides;
	size_t nr_overrides;
	struct run_point *points;
	size_t nr_points;
	size_t max_points; /* room for */
};

static void planning_release(struct planning *pl)
{
	for (size_t i = 0; i < pl->nr_overrides; i++) {
		struct override *o = &pl->overrides[i];

		for (size_t j = 0; j < o->nr_values; j++)
			free(o->values[j]);
		free(o->values);
		free(o->key);
	}
	free(pl->overrides);
	free(pl->selected);
	free(pl->points);
}

static enum exit_status add_value(struct override *o, const char *word,
				  const char *value)
{
	if (!catalog_value_ok(value)) {
		log_err("--param %s: '%s' is no value: letters, digits, '.', "
			"'_', '+' and '-'",
			word, value);
		return ST_USAGE;
	}
	for (size_t i = 0; i < o->nr_values; i++) {
		if (strcmp(o->values[i], value) == 0) {
			log_err("--param %s: value '%s' is given twice", word,
				value);
			return ST_USAGE;
		}
	}
	o->values =
		xreallocarray(o->values, o->nr_values + 1, sizeof(*o->values));
	o->values[o->nr_values++] = xstrdup(value);
	return ST_OK;
}

static enum exit_status parse_override(struct planning *pl, const char *word)
{
	_cleanup_free_ char *copy = xstrdup(word);
	char *value = strchr(copy, '='), *next;
	struct override *o;
	enum exit_status r = ST_OK;

	if (!value || value == copy) {
		log_err("--param %s: write KEY=VALUE[,VALUE]...", word);
		return ST_USAGE;
	}
	*value++ = '\0';
	for (size_t i = 0; i < pl->nr_overrides; i++) {
		if (strcmp(pl->overrides[i].key, copy) == 0) {
			log_err("--param %s: '%s' is given twice", word, copy);
			return ST_USAGE;
		}
	}
	pl->overrides = xreallocarray(pl->overrides, pl->nr_overrides + 1,
				      sizeof(*pl->overrides));
	o = &pl->overrides[pl->nr_overrides++];
	memset(o, 0, sizeof(*o));
	o->key = xstrdup(copy);
	for (; r == ST_OK && value; value = next) {
		next = strchr(value, ',');
		if (next)
			*next++ = '\0';
		r = add_value(o, word, value);
	}
	return r;
}

static void log_unknown_bench(const struct catalog *c, const char *glob)
{
	_cleanup_free_ const char **names = xcalloc(c->nr + 1, sizeof(*names));

	for (size_t i = 0; i < c->nr; i++)
		names[i] = c->benches[i].name;
	suggest_log("benchmark", glob, names, c->nr);
}

static bool in_suite(const struct planning *pl, const struct bench_info *b)
{
	return !pl->wish->suite || suite_has(pl->wish->suite, b);
}

/* Marks the benchmarks that match; ST_USAGE if none does. */
static enum exit_status select_glob(struct planning *pl, const char *glob)
{
	const struct catalog *c = pl->catalog;
	bool known = false, found = false;

	for (size_t i = 0; i < c->nr; i++) {
		if (fnmatch(glob, c->benches[i].name, 0) != 0)
			continue;
		known = true;
		if (!in_suite(pl, &c->benches[i]))
			continue;
		found = true;
		pl->selected[i] = true;
	}
	if (!known)
		log_unknown_bench(c, glob);
	else if (!found)
		log_err("benchmark '%s' is not in suite %s; leave --suite out "
			"to run it",
			glob, pl->wish->suite->name);
	return found ? ST_OK : ST_USAGE;
}

static enum exit_status select_benches(struct planning *pl)
{
	const struct catalog *c = pl->catalog;
	enum exit_status r = ST_OK;

	pl->selected = xcalloc(c->nr + 1, sizeof(*pl->selected));
	/* A suite may leave out what is extra, benchmarks and values. */
	pl->more = !pl->wish->suite || !pl->wish->suite->no_extra;
	if (pl->wish->nr_benches == 0)
		for (size_t i = 0; i < c->nr; i++)
			pl->selected[i] = in_suite(pl, &c->benches[i]);
	for (size_t g = 0; g < pl->wish->nr_benches && r == ST_OK; g++)
		r = select_glob(pl, pl->wish->benches[g]);
	return r;
}

/* The keys of the selected benchmarks, each once. */
static size_t known_keys(const struct planning *pl, const char ***ret)
{
	const struct catalog *c = pl->catalog;
	const char **keys = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->nr; i++) {
		for (size_t j = 0; j < c->benches[i].nr_keys; j++) {
			const char *key = c->benches[i].keys[j].key;
			bool seen = !pl->selected[i];

			for (size_t k = 0; k < n && !seen; k++)
				seen = strcmp(keys[k], key) == 0;
			if (seen)
				continue;
			keys = xreallocarray(keys, n + 1, sizeof(*keys));
			keys[n++] = key;
		}
	}
	*ret = keys;
	return n;
}

static enum exit_status check_overrides(const struct planning *pl)
{
	for (size_t o = 0; o < pl->nr_overrides; o++) {
		_cleanup_free_ const char **keys = NULL;
		size_t n = known_keys(pl, &keys);
		bool found = false;

		for (size_t i = 0; i < n && !found; i++)
			found = strcmp(keys[i], pl->overrides[o].key) == 0;
		if (!found) {
			suggest_log("param", pl->overrides[o].key, keys, n);
			return ST_USAGE;
		}
	}
	return ST_OK;
}

static const struct bench_key *find_key(const struct bench_info *b,
					const char *key)
{
	for (size_t i = 0; i < b->nr_keys; i++)
		if (strcmp(b->keys[i].key, key) == 0)
			return &b->keys[i];
	return NULL;
}

static void add_known(const char ***words, size_t *n, char *const *values,
		      size_t nr)
{
	*words = xreallocarray(*words, *n + nr + 1, sizeof(**words));
	for (size_t i = 0; i < nr; i++) {
		bool seen = false;

		for (size_t j = 0; j < *n && !seen; j++)
			seen = strcmp((*words)[j], values[i]) == 0;
		if (!seen)
			(*words)[(*n)++] = values[i];
	}
}

/* True if a selected benchmark takes the value; else logs the known ones. */
static bool check_value(const struct planning *pl, const char *key,
			const char *value)
{
	_cleanup_free_ const char **words = NULL;
	_cleanup_free_ char *what = xasprintf("param '%s': value", key);
	size_t n = 0;

	for (size_t i = 0; i < pl->catalog->nr; i++) {
		const struct bench_key *k =
			find_key(&pl->catalog->benches[i], key);

		if (!k || !pl->selected[i])
			continue;
		if (bench_key_takes(k, value))
			return true;
		add_known(&words, &n, k->values, k->nr_values);
		add_known(&words, &n, k->more, k->nr_more);
		add_known(&words, &n, k->named, k->nr_named);
	}
	suggest_log(what, value, words, n);
	return false;
}

/* Every guest would skip an unknown value, but only after long builds. */
static enum exit_status check_values(const struct planning *pl)
{
	for (size_t o = 0; o < pl->nr_overrides; o++) {
		const struct override *ov = &pl->overrides[o];

		for (size_t i = 0; i < ov->nr_values; i++)
			if (!check_value(pl, ov->key, ov->values[i]))
				return ST_USAGE;
	}
	return ST_OK;
}

static const struct suite_rule *find_rule(const struct planning *pl,
					  const struct bench_info *b,
					  const char *key)
{
	return pl->wish->suite ? suite_find_rule(pl->wish->suite, b, key)
			       : NULL;
}

/* True if the command line replaces the sweep of a key. */
static bool overridden(const struct planning *pl, const struct bench_key *key,
		       char *const **values, size_t *nr)
{
	for (size_t o = 0; o < pl->nr_overrides; o++) {
		if (strcmp(pl->overrides[o].key, key->key) == 0) {
			*values = pl->overrides[o].values;
			*nr = pl->overrides[o].nr_values;
			return true;
		}
	}
	return false;
}

/* True if the command line or, failing that, the suite replaces the sweep. */
static bool replaced(const struct planning *pl, const struct bench_info *b,
		     const struct bench_key *key, char *const **values,
		     size_t *nr)
{
	const struct suite_rule *rule = find_rule(pl, b, key->key);

	if (overridden(pl, key, values, nr))
		return true;
	if (!rule)
		return false;
	*values = rule->values;
	*nr = rule->nr_values;
	return true;
}

/* The value at which the benchmark holds a key along an axis, or NULL. */
static char *const *held_at(const struct bench_key *axis,
			    const struct bench_key *key)
{
	for (size_t i = 0; axis && i < axis->nr_at; i++)
		if (strcmp(axis->at_keys[i], key->key) == 0)
			return &axis->at_values[i];
	return NULL;
}

/*
 * The values of a key in this plan.  `axis` (or NULL) is the key that takes
 * the values beyond its sweep, which may hold other keys at one value.
 */
static void sweep_of(const struct planning *pl, const struct bench_info *b,
		     const struct bench_key *key, const struct bench_key *axis,
		     char *const **values, size_t *nr)
{
	char *const *held = held_at(axis, key);

	if (held && !overridden(pl, key, values, nr)) {
		*values = held;
		*nr = 1;
		return;
	}
	if (replaced(pl, b, key, values, nr))
		return;
	*values = key == axis ? key->more : key->values;
	*nr = key == axis ? key->nr_more : key->nr_values;
}

static unsigned samples_of(const struct planning *pl,
			   const struct bench_info *b, const char *params)
{
	const struct suite_rule *rule = NULL;

	if (pl->wish->samples)
		return pl->wish->samples;
	if (pl->wish->suite)
		rule = suite_samples(pl->wish->suite, b, params);
	return rule ? strtoul(rule->values[0], NULL, 10) : b->samples;
}

static enum exit_status fill_point(const struct planning *pl,
				   const struct bench_info *b,
				   const char *params, struct plan_point *p)
{
	char line[REC_LINE_MAX];

	memset(p, 0, sizeof(*p));
	if (strlen(b->binary) >= sizeof(p->binary) ||
	    strlen(b->name) >= sizeof(p->id.bench) ||
	    strlen(params) >= sizeof(p->id.params)) {
		log_err("%s: '%s %s' is too long a name for a point", b->binary,
			b->name, params);
		return ST_USAGE;
	}
	strcpy(p->binary, b->binary);
	strcpy(p->id.bench, b->name);
	strcpy(p->id.params, params);
	p->id.version = b->version;
	p->samples = samples_of(pl, b, params);
	p->warmup = b->warmup;
	p->nr_ops = b->nr_ops;
	p->timeout_ms = POINT_TIMEOUT_MS;
	if (rec_params_sort(p->id.params, sizeof(p->id.params)) < 0 ||
	    rec_format_point(line, sizeof(line), p) < 0) {
		log_err("%s: '%s %s' cannot be written into a plan", b->binary,
			b->name, params);
		return ST_USAGE;
	}
	return ST_OK;
}

static bool comes_first(const struct bench_info *b, const char *params)
{
	const char *word = b->first;
	char key[REC_PARAMS_MAX], value[REC_PARAMS_MAX];
	bool match = word != NULL;

	if (match && strcmp(word, "*") == 0)
		return true;
	while (match && *word) {
		size_t len = strcspn(word, ","), eq = strcspn(word, "=");

		snprintf(key, sizeof(key), "%.*s", (int)eq, word);
		match = eq < len &&
			rec_param_get(params, key, value, sizeof(value)) == 0 &&
			strlen(value) == len - eq - 1 &&
			strncmp(value, word + eq + 1, len - eq - 1) == 0;
		word += len + (word[len] == ',');
	}
	return match;
}

static enum pass pass_of(const struct bench_info *b, const char *params)
{
	char value[REC_PARAMS_MAX];

	if (rec_param_get(params, LASTING_KEY, value, sizeof(value)) == 0 &&
	    strcmp(value, LASTING_VALUE) == 0)
		return PASS_LAST;
	return comes_first(b, params) ? PASS_FIRST : PASS_MIDDLE;
}

/* Is the point left out?  Not by a param that the command line gives. */
static bool left_out(const struct planning *pl, const struct bench_info *b,
		     const char *params)
{
	char *const *values;
	size_t nr;

	for (size_t i = 0; pl->wish->suite && i < b->nr_keys; i++)
		if (!overridden(pl, &b->keys[i], &values, &nr) &&
		    suite_leaves_out(pl->wish->suite, b, b->keys[i].key,
				     params))
			return true;
	return false;
}

static enum exit_status
add_point(struct planning *pl, const struct bench_info *b, const char *params)
{
	if (pass_of(b, params) != pl->pass || left_out(pl, b, params))
		return ST_OK;
	if (pl->nr_points == PLAN_POINTS_MAX) {
		log_err("more than %d points; narrow them with --bench and "
			"--param",
			PLAN_POINTS_MAX);
		return ST_USAGE;
	}
	if (pl->nr_points == pl->max_points) {
		pl->max_points = pl->max_points ? 2 * pl->max_points : 64;
		pl->points = xreallocarray(pl->points, pl->max_points,
					   sizeof(*pl->points));
	}
	pl->nr_points++;
	return fill_point(pl, b, params, &pl->points[pl->nr_points - 1].plan);
}

/* Slowest first: params of the set-up, then variants, in declared order. */
static const struct bench_key *nth_key(const struct bench_info *b, size_t n)
{
	for (int variant = 0; variant <= 1; variant++)
		for (size_t i = 0; i < b->nr_keys; i++)
			if (b->keys[i].variant == variant && n-- == 0)
				return &b->keys[i];
	return NULL;
}

/* Names leave out an implied value, so that a point has only one name. */
static bool unsaid(const struct bench_key *key, const char *value)
{
	return key->implied && strcmp(value, key->values[0]) == 0;
}

/* Appends to params all combinations of the keys from the nth on. */
static enum exit_status expand(struct planning *pl, const struct bench_info *b,
			       const struct bench_key *axis, size_t n,
			       struct strbuf *params)
{
	const struct bench_key *key = nth_key(b, n);
	char *const *values;
	size_t nr, len = params->len;
	enum exit_status r = ST_OK;

	if (!key)
		return add_point(pl, b, params->len ? params->buf : "");
	sweep_of(pl, b, key, axis, &values, &nr);
	for (size_t i = 0; i < nr && r == ST_OK; i++) {
		if (!unsaid(key, values[i]))
			strbuf_addf(params, "%s%s=%s", len ? "," : "", key->key,
				    values[i]);
		r = expand(pl, b, axis, n + 1, params);
		params->len = len;
		if (params->buf)
			params->buf[len] = '\0';
	}
	return r;
}

/*
 * The sweep, then along each axis the values beyond it; but those that take boots of
 * their own only where somebody names them.
 */
static enum exit_status add_points(struct planning *pl,
				   const struct bench_info *b)
{
	_cleanup_strbuf_ struct strbuf params = STRBUF_INIT;
	enum exit_status r = expand(pl, b, NULL, 0, &params);

	for (size_t i = 0; pl->more && i < b->nr_keys && r == ST_OK; i++) {
		const struct bench_key *key = &b->keys[i];
		char *const *values;
		size_t nr;

		if (key->nr_more && strcmp(key->key, BOOT_CPUS_PARAM) != 0 &&
		    !replaced(pl, b, key, &values, &nr))
			r = expand(pl, b, key, 0, &params);
	}
	return r;
}

/* In the order in which the suite names them, then by name. */
static enum exit_status add_all_points(struct planning *pl)
{
	const struct suite *s = pl->wish->suite;
	size_t nr_ranks = s ? s->nr_globs + 1 : 1;
	enum exit_status r = ST_OK;

	for (size_t rank = 0; rank < nr_ranks; rank++) {
		for (size_t i = 0; i < pl->catalog->nr && r == ST_OK; i++) {
			const struct bench_info *b = &pl->catalog->benches[i];

			if (pl->selected[i] && (!s || suite_rank(s, b) == rank))
				r = add_points(pl, b);
		}
	}
	return r;
}

static enum exit_status make_points(struct planning *pl)
{
	const struct suite *suite = pl->wish->suite;
	enum exit_status r = suite ? suite_check(suite, pl->catalog) : ST_OK;

	for (size_t i = 0; i < pl->wish->nr_params && r == ST_OK; i++)
		r = parse_override(pl, pl->wish->params[i]);
	if (r == ST_OK)
		r = select_benches(pl);
	if (r == ST_OK)
		r = check_overrides(pl);
	if (r == ST_OK)
		r = check_values(pl);
	for (int pass = 0; pass < NR_PASSES && r == ST_OK; pass++) {
		pl->pass = pass;
		r = add_all_points(pl);
	}
	if (r == ST_OK && pl->nr_points == 0) {
		log_err("suite %s has no benchmark to run: 'cgmark list' shows "
			"which are in which suite",
			suite ? suite->name : "?");
		r = ST_USAGE;
	}
	return r;
}

enum exit_status plan_points(const struct catalog *c,
			     const struct plan_wish *wish,
			     struct run_point **ret, size_t *nr)
{
	_cleanup_(planning_release) struct planning pl = {
		.catalog = c,
		.wish = wish,
	};
	enum exit_status r = make_points(&pl);

	if (r != ST_OK)
		return r;
	*nr = pl.nr_points;
	*ret = steal_ptr(pl.points);
	return ST_OK;
}
