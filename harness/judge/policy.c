/* SPDX-License-Identifier: GPL-2.0-only */
#include "policy.h"

#include <fnmatch.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "day.h"
#include "inifile.h"
#include "log.h"
#include "record.h"
#include "suggest.h"

#define EXPECT "expect "
/* inih cuts the names of sections here, and does not tell. */
#define SECTION_CUT 49
/* A larger figure is a slip of the pen: 1000% is eleven times the cost. */
#define PERCENT_MAX 1000

/* ---- values ---- */

static bool parse_percent(struct inifile *f, const char *key, const char *text,
			  double *ret)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || strcmp(end, "%") != 0 || !isfinite(v)) {
		inifile_fail(f, "%s: '%s' is no percentage: write 0.5%%", key,
			     text);
		return false;
	}
	if (signbit(v) || v > PERCENT_MAX) {
		inifile_fail(f, "%s: '%s' is not between 0%% and %d%%", key,
			     text, PERCENT_MAX);
		return false;
	}
	*ret = v / 100;
	return true;
}

static void fail_word(struct inifile *f, const char *what, const char *word,
		      const char *const *known, size_t nr)
{
	_cleanup_strbuf_ struct strbuf near = STRBUF_INIT;

	if (suggest(word, known, nr, &near) == 0) {
		for (size_t i = 0; i < nr; i++)
			strbuf_addf(&near, "%s%s", i ? ", " : "", known[i]);
		inifile_fail(f, "%s '%s' is not known; there are %s", what,
			     word, near.buf);
		return;
	}
	inifile_fail(f, "%s '%s' is not known; did you mean %s?", what, word,
		     near.buf);
}

static bool is_word_of_glob(const char *glob)
{
	return *glob && !strpbrk(glob, " \t,;=");
}

/* ---- [gate] ---- */

static void take_statistic(struct inifile *f, struct policy *p,
			   const char *word)
{
	const char *names[NR_STATISTICS];

	for (int i = 0; i < NR_STATISTICS; i++) {
		names[i] = statistic_name(i);
		if (strcmp(word, names[i]) != 0)
			continue;
		p->counts[i] = true;
		return;
	}
	fail_word(f, "statistic", word, names, NR_STATISTICS);
}

static void take_statistics(struct inifile *f, struct policy *p,
			    const char *value)
{
	_cleanup_free_ char *copy = xstrdup(value);
	char *save = NULL;
	bool any = false;

	if (!p->has_statistics)
		memset(p->counts, 0, sizeof(p->counts));
	p->has_statistics = true;
	for (char *w = strtok_r(copy, ", \t", &save); w;
	     w = strtok_r(NULL, ", \t", &save)) {
		take_statistic(f, p, w);
		any = true;
	}
	if (!any)
		inifile_fail(f, "statistics= names none: a gate that looks at "
				"nothing");
}

static void take_gate_key(struct inifile *f, struct policy *p, const char *key,
			  const char *value)
{
	static const char *const keys[] = { "statistics", "strict" };
	bool again = !f->continued;

	if (strcmp(key, "statistics") == 0) {
		if (again && p->has_statistics)
			inifile_fail(f, "key '%s' is given twice", key);
		take_statistics(f, p, value);
	} else if (strcmp(key, "strict") == 0) {
		p->strict = strcmp(value, "yes") == 0;
		if (p->has_strict)
			inifile_fail(f, "key '%s' is given twice", key);
		else if (!p->strict && strcmp(value, "no") != 0)
			inifile_fail(f, "strict= is yes or no");
		p->has_strict = true;
	} else {
		inifile_fail_key(f, key, keys, ARRAY_SIZE(keys));
	}
}

/* ---- [thresholds] ---- */

static void take_threshold(struct inifile *f, struct policy *p,
			   const char *glob, const char *value)
{
	struct policy_threshold *t;
	double limit;

	if (f->continued) {
		inifile_fail(f, "a threshold is one line: GLOB = PERCENT");
		return;
	}
	if (!is_word_of_glob(glob)) {
		inifile_fail(f, "'%s' is no name or glob of a benchmark", glob);
		return;
	}
	for (size_t i = 0; i < p->nr_thresholds; i++) {
		if (strcmp(p->thresholds[i].glob, glob) == 0)
			inifile_fail(f, "'%s' has a threshold in line %u", glob,
				     p->thresholds[i].line);
	}
	if (!parse_percent(f, glob, value, &limit))
		return;
	p->thresholds = xreallocarray(p->thresholds, p->nr_thresholds + 1,
				      sizeof(*p->thresholds));
	t = &p->thresholds[p->nr_thresholds++];
	*t = (struct policy_threshold){
		.glob = xstrdup(glob),
		.limit = limit,
		.line = f->line,
	};
}

/* ---- [expect NAME] ---- */

static struct policy_change *get_change(struct inifile *f, struct policy *p,
					const char *section)
{
	const char *name = section + strlen(EXPECT);
	struct policy_change *c;

	name += strspn(name, " \t");
	for (size_t i = 0; i < p->nr_changes; i++) {
		if (strcmp(p->changes[i].name, name) == 0)
			return &p->changes[i];
	}
	if (!*name)
		inifile_fail(f, "[expect NAME] needs a name, by which it is "
				"reported");
	if (strlen(section) >= SECTION_CUT)
		inifile_fail(f, "[%s...]: at most %d characters", section,
			     SECTION_CUT - 1);
	p->changes = xreallocarray(p->changes, p->nr_changes + 1,
				   sizeof(*p->changes));
	c = &p->changes[p->nr_changes++];
	*c = (struct policy_change){
		.name = xstrdup(name),
		.limit = INFINITY,
		.line = f->line,
	};
	return c;
}

static void take_text(struct inifile *f, const char *key, const char *value,
		      char **member)
{
	char *old = *member;

	if (!old) {
		*member = xstrdup(value);
	} else if (f->continued) {
		*member = xasprintf("%s %s", old, value);
		free(old);
	} else {
		inifile_fail(f, "key '%s' is given twice", key);
	}
}

static void take_glob(struct inifile *f, const char *key, const char *value,
		      char **member)
{
	take_text(f, key, value, member);
	if (!is_word_of_glob(*member))
		inifile_fail(f, "%s: '%s' is no name or glob", key, *member);
}

static void take_params(struct inifile *f, const char *value, char **member)
{
	_cleanup_free_ char *copy = xstrdup(value);
	char *save = NULL;
	bool any = false;

	take_text(f, "params", value, member);
	for (char *w = strtok_r(copy, ",", &save); w;
	     w = strtok_r(NULL, ",", &save)) {
		char *value_at = strchr(w, '=');

		any = true;
		if (!value_at || value_at == w || !value_at[1] ||
		    strpbrk(w, " \t"))
			inifile_fail(f, "params: '%s' is not KEY=VALUE", w);
	}
	if (!any)
		inifile_fail(f, "params= has no KEY=VALUE: leave it out for "
				"all points");
}

static void take_change(struct inifile *f, const char *value,
			struct policy_change *c)
{
	static const char *const kinds[] = { "regression", "improvement" };

	if (c->has_change)
		inifile_fail(f, "key 'change' is given twice");
	c->has_change = true;
	if (strcmp(value, kinds[0]) == 0)
		c->change = V_REGRESSION;
	else if (strcmp(value, kinds[1]) == 0)
		c->change = V_IMPROVEMENT;
	else
		fail_word(f, "change", value, kinds, ARRAY_SIZE(kinds));
}

static void take_until(struct inifile *f, const char *value,
		       struct policy_change *c)
{
	if (c->until)
		inifile_fail(f, "key 'until' is given twice");
	else if (!day_parse(value, &c->until))
		inifile_fail(f, "until: '%s' is no day: write YYYY-MM-DD",
			     value);
}

static void take_change_key(struct inifile *f, struct policy_change *c,
			    const char *key, const char *value)
{
	static const char *const keys[] = { "benchmark", "params", "kernel",
					    "change",	 "limit",  "reason",
					    "until" };

	if (f->continued && strcmp(key, "reason") != 0)
		inifile_fail(f, "%s= is one line", key);
	else if (strcmp(key, "benchmark") == 0)
		take_glob(f, key, value, &c->bench);
	else if (strcmp(key, "kernel") == 0)
		take_glob(f, key, value, &c->kernel);
	else if (strcmp(key, "params") == 0)
		take_params(f, value, &c->params);
	else if (strcmp(key, "change") == 0)
		take_change(f, value, c);
	else if (strcmp(key, "reason") == 0)
		take_text(f, key, value, &c->reason);
	else if (strcmp(key, "until") == 0)
		take_until(f, value, c);
	else if (strcmp(key, "limit") != 0)
		inifile_fail_key(f, key, keys, ARRAY_SIZE(keys));
	else if (isfinite(c->limit))
		inifile_fail(f, "key 'limit' is given twice");
	else
		parse_percent(f, key, value, &c->limit);
}

/* ---- the file ---- */

static void on_pair(struct inifile *f, const char *section, const char *key,
		    const char *value)
{
	static const char *const sections[] = { "gate", "thresholds",
						"expect" };
	struct policy *p = f->arg;

	p->any = true;
	if (strcmp(section, "gate") == 0)
		take_gate_key(f, p, key, value);
	else if (strcmp(section, "thresholds") == 0)
		take_threshold(f, p, key, value);
	else if (strncmp(section, EXPECT, strlen(EXPECT)) == 0)
		take_change_key(f, get_change(f, p, section), key, value);
	else if (strcmp(section, "expect") == 0)
		inifile_fail(f, "[expect NAME] needs a name, by which it is "
				"reported");
	else
		fail_word(f, "section", section, sections,
			  ARRAY_SIZE(sections));
}

/* What only the end of the file shows. */
static enum exit_status check_changes(const struct policy *p)
{
	for (size_t i = 0; i < p->nr_changes; i++) {
		const struct policy_change *c = &p->changes[i];
		const char *lacks = !c->bench			? "benchmark"
				    : !c->has_change		? "change"
				    : !c->reason || !*c->reason ? "reason"
				    : !c->until			? "until"
								: NULL;

		if (!lacks)
			continue;
		log_err("%s:%u: [expect %s] has no %s=", p->path, c->line,
			c->name, lacks);
		return ST_USAGE;
	}
	return ST_OK;
}

enum exit_status policy_load(const char *path, struct policy *ret)
{
	enum exit_status r;

	policy_default(ret);
	ret->path = xstrdup(path);
	r = inifile_read(path, on_pair, ret);
	if (r == ST_OK && !ret->any) {
		log_err("%s: no key in it; a gate without a policy has no "
			"--policy",
			path);
		r = ST_USAGE;
	}
	if (r == ST_OK)
		r = check_changes(ret);
	if (r != ST_OK)
		policy_release(ret);
	return r;
}

void policy_default(struct policy *ret)
{
	*ret = (struct policy){ 0 };
	for (int i = 0; i < NR_STATISTICS; i++)
		ret->counts[i] = true;
}

void policy_release(struct policy *p)
{
	for (size_t i = 0; i < p->nr_thresholds; i++)
		free(p->thresholds[i].glob);
	for (size_t i = 0; i < p->nr_changes; i++) {
		free(p->changes[i].name);
		free(p->changes[i].bench);
		free(p->changes[i].params);
		free(p->changes[i].kernel);
		free(p->changes[i].reason);
	}
	free(p->thresholds);
	free(p->changes);
	free(p->path);
	memset(p, 0, sizeof(*p));
}

const struct policy_threshold *policy_threshold(const struct policy *p,
						const char *bench)
{
	for (size_t i = p->nr_thresholds; i-- > 0;) {
		if (fnmatch(p->thresholds[i].glob, bench, 0) == 0)
			return &p->thresholds[i];
	}
	return NULL;
}

/* Has a point every KEY=VALUE of the list? */
static bool has_params(const char *params, const char *wanted)
{
	_cleanup_free_ char *copy = xstrdup(wanted);
	char *save = NULL;

	for (char *w = strtok_r(copy, ",", &save); w;
	     w = strtok_r(NULL, ",", &save)) {
		char got[REC_PARAMS_MAX];
		char *value = strchr(w, '=');

		*value++ = '\0';
		if (rec_param_get(params, w, got, sizeof(got)) != 0 ||
		    strcmp(got, value) != 0)
			return false;
	}
	return true;
}

bool policy_change_is_about(const struct policy_change *c, const char *bench,
			    const char *params, const char *kernel)
{
	return fnmatch(c->bench, bench, 0) == 0 &&
	       (!c->kernel || fnmatch(c->kernel, kernel, 0) == 0) &&
	       (!c->params || has_params(params, c->params));
}
