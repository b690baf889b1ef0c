/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <perfmon/pfmlib_perf_event.h>

#include "alloc.h"
#include "event-names.h"
#include "exit-status.h"
#include "log.h"
#include "strbuf.h"
#include "suggest.h"
#include "tracepoints.h"

const char event_names_default[] =
	"task-clock,context-switches,cgroup-switches,cpu-migrations,"
	"page-faults,minor-faults,major-faults,"
	"cycles,instructions,cache-references,cache-misses,branches,"
	"branch-misses,"
	"cgroup:cgroup_attach_task,cgroup:cgroup_mkdir,cgroup:cgroup_rmdir";

const char event_names_functions[] =
	"find_css_set,cgroup_attach_task,cgroup_migrate_execute,"
	"rebind_subsystems,cgroup1_reconfigure,"
	"taskstats_user_cmd,taskstats_exit";

/* Generic names and raw codes, valid for any processor. */
#define PERF_PMU "perf"
#define RAW_PMU "perf_raw"

struct resolving {
	const char *model; /* of libpfm4; NULL: it does not know the CPU */
	const char *describes;
};

/* --- libpfm4 ---------------------------------------------------------------
 */

static enum exit_status start_libpfm(void)
{
	static bool started;
	int r;

	if (started)
		return ST_OK;
	/* Machines are not this host: know all processors. */
	setenv("LIBPFM_ENCODE_INACTIVE", "1", 1);
	r = pfm_initialize();
	if (r != PFM_SUCCESS) {
		log_err("libpfm4 does not start: %s", pfm_strerror(r));
		return ST_HOST;
	}
	started = true;
	return ST_OK;
}

static bool get_pmu(pfm_pmu_t pmu, pfm_pmu_info_t *ret)
{
	*ret = (pfm_pmu_info_t){ .size = sizeof(*ret) };
	return pfm_get_pmu_info(pmu, ret) == PFM_SUCCESS;
}

static bool find_pmu(const char *name, pfm_pmu_info_t *ret)
{
	for (int i = PFM_PMU_NONE; i < PFM_PMU_MAX; i++)
		if (get_pmu((pfm_pmu_t)i, ret) && strcmp(ret->name, name) == 0)
			return true;
	return false;
}

/* The PMU of this host, if libpfm4 knows it. */
static bool host_pmu(pfm_pmu_info_t *ret)
{
	for (int i = PFM_PMU_NONE; i < PFM_PMU_MAX; i++)
		if (get_pmu((pfm_pmu_t)i, ret) && ret->is_present &&
		    ret->type == PFM_PMU_TYPE_CORE && ret->nevents > 0)
			return true;
	return false;
}

static int encode(const char *word, struct perf_event_attr *attr, char **means)
{
	pfm_perf_encode_arg_t arg = {
		.attr = attr,
		.fstr = means,
		.size = sizeof(arg),
	};

	*attr = (struct perf_event_attr){ .size = sizeof(*attr) };
	return pfm_get_os_event_encoding(word, PFM_PLM0 | PFM_PLM3,
					 PFM_OS_PERF_EVENT_EXT, &arg);
}

/* --- suggestions -----------------------------------------------------------
 */

struct names {
	char **v;
	size_t nr;
};

static void names_release(struct names *n)
{
	for (size_t i = 0; i < n->nr; i++)
		free(n->v[i]);
	free(n->v);
}

static void add_name(struct names *n, const char *name, bool lower)
{
	char *copy = xstrdup(name);

	for (char *p = copy; lower && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	n->v = xreallocarray(n->v, n->nr + 1, sizeof(*n->v));
	n->v[n->nr++] = copy;
}

static void add_events(struct names *n, const char *pmu)
{
	pfm_pmu_info_t info;

	if (!pmu || !find_pmu(pmu, &info))
		return;
	for (int i = info.first_event; i >= 0; i = pfm_get_event_next(i)) {
		pfm_event_info_t ev = { .size = sizeof(ev) };

		/* perf's own spelling is lower case. */
		if (pfm_get_event_info(i, PFM_OS_PERF_EVENT_EXT, &ev) ==
		    PFM_SUCCESS)
			add_name(n, ev.name, strcmp(pmu, PERF_PMU) == 0);
	}
}

/* Unit masks of the event in "PMU::EVENT:WHATEVER". */
static void add_masks(struct names *n, const char *word)
{
	const char *name = strstr(word, "::") + 2;
	_cleanup_free_ char *event = xasprintf(
		"%.*s", (int)(name - word + strcspn(name, ":.")), word);
	pfm_event_info_t ev = { .size = sizeof(ev) };
	int at = pfm_find_event(event);

	if (at < 0 || pfm_get_event_info(at, PFM_OS_PERF_EVENT_EXT, &ev))
		return;
	for (int i = 0; i < ev.nattrs; i++) {
		pfm_event_attr_info_t attr = { .size = sizeof(attr) };

		if (pfm_get_event_attr_info(at, i, PFM_OS_PERF_EVENT_EXT,
					    &attr) == PFM_SUCCESS &&
		    attr.type == PFM_ATTR_UMASK)
			add_name(n, attr.name, false);
	}
}

static void log_near(const char *head, const char *part, const struct names *n)
{
	_cleanup_strbuf_ struct strbuf near = STRBUF_INIT;

	if (suggest(part, (const char *const *)n->v, n->nr, &near) > 0)
		log_err("%s; did you mean %s?", head, near.buf);
	else
		log_err("%s", head);
}

static void log_unknown(const struct resolving *rs, const char *word)
{
	_cleanup_(names_release) struct names n = { 0 };
	_cleanup_free_ char *head = NULL, *part = NULL;
	const char *name = strstr(word, "::");

	name = name ? name + 2 : word;
	part = xasprintf("%.*s", (int)strcspn(name, ":."), name);
	add_events(&n, PERF_PMU);
	add_events(&n, rs->model);
	if (rs->model)
		head = xasprintf("event '%s' is not known, neither as a "
				 "generic name nor to libpfm4 for %s (%s)",
				 word, rs->describes, rs->model);
	else
		head = xasprintf("event '%s' is no generic name, and libpfm4 "
				 "does not know this processor",
				 word);
	log_near(head, part, &n);
}

/* The word becomes a tracepoint, but may be a misspelt event. */
static void warn_of_tracepoint(const struct resolving *rs, const char *word)
{
	_cleanup_(names_release) struct names n = { 0 };
	_cleanup_free_ char *part = xstrndup(word, strcspn(word, ":."));
	const char *near;

	for (size_t i = 0; i < tracepoint_nr_systems; i++)
		add_name(&n, tracepoint_systems[i], false);
	add_events(&n, PERF_PMU);
	add_events(&n, rs->model);
	near = tracepoint_near(part, (const char *const *)n.v, n.nr);
	if (near)
		log_warn("event '%s' is taken for a tracepoint; did you mean "
			 "'%s' for '%s'?",
			 word, near, part);
}

static void log_attribute(const char *word, const char *full, int err)
{
	_cleanup_(names_release) struct names n = { 0 };
	_cleanup_free_ char *head =
		xasprintf("event '%s': %s", word, pfm_strerror(err));
	const char *name = strstr(full, "::") + 2;
	const char *part = name + strcspn(name, ":.");

	add_masks(&n, full);
	log_near(head, *part ? part + 1 : "", &n);
}

/* --- one word --------------------------------------------------------------
 */

/* Only core events count here, and sampling has no place. */
static enum exit_status check_countable(const char *word,
					const struct perf_event_attr *a)
{
	if (a->type > PERF_TYPE_RAW || a->type == PERF_TYPE_TRACEPOINT) {
		log_err("event '%s': only events of the processor's cores and "
			"of the kernel can be counted",
			word);
		return ST_USAGE;
	}
	if (a->precise_ip || a->sample_period) {
		log_err("event '%s': 'precise', 'period' and 'freq' are for "
			"sampling; events are counted here",
			word);
		return ST_USAGE;
	}
	return ST_OK;
}

static void take_attr(const struct perf_event_attr *a, struct event *ev)
{
	ev->type = a->type;
	ev->config = a->config;
	ev->config1 = a->config1;
	ev->config2 = a->config2;
	ev->exclude = (a->exclude_user ? EVENT_NO_USER : 0) |
		      (a->exclude_kernel ? EVENT_NO_KERNEL : 0) |
		      (a->exclude_hv ? EVENT_NO_HV : 0) |
		      (a->exclude_guest ? EVENT_NO_GUEST : 0) |
		      (a->exclude_host ? EVENT_NO_HOST : 0);
}

/* A code means something else on another processor. */
static enum exit_status check_model(const struct resolving *rs,
				    const char *word)
{
	const char *end = strstr(word, "::");
	_cleanup_free_ char *pmu = end ? xstrndup(word, end - word) : NULL;

	if (!pmu || strcmp(pmu, PERF_PMU) == 0 || strcmp(pmu, RAW_PMU) == 0 ||
	    (rs->model && strcmp(pmu, rs->model) == 0))
		return ST_OK;
	if (rs->model)
		log_err("event '%s' is not of the machine's processor, which "
			"is %s (%s)",
			word, rs->model, rs->describes);
	else
		log_err("event '%s': libpfm4 does not know the machine's "
			"processor, so only generic names can be counted",
			word);
	return ST_USAGE;
}

/* "PMU::WORD", or the word itself if it names a PMU. */
static char *full_name(const char *pmu, const char *word)
{
	return strstr(word, "::") ? xstrdup(word)
				  : xasprintf("%s::%s", pmu, word);
}

static enum exit_status resolve_libpfm(const struct resolving *rs,
				       const char *word, struct run_event *ret)
{
	_cleanup_free_ char *full = full_name(PERF_PMU, word);
	struct perf_event_attr attr;
	int r;

	if (check_model(rs, word) != ST_OK)
		return ST_USAGE;
	r = encode(full, &attr, &ret->means);
	if (r == PFM_ERR_NOTFOUND && rs->model) {
		free(full);
		full = full_name(rs->model, word);
		r = encode(full, &attr, &ret->means);
	}
	if (r == PFM_ERR_NOTFOUND && tracepoint_possible(word)) {
		warn_of_tracepoint(rs, word);
		return tracepoint_resolve(word, ret);
	}
	if (r == PFM_ERR_NOTFOUND)
		log_unknown(rs, word);
	else if (r != PFM_SUCCESS)
		log_attribute(word, full, r);
	if (r != PFM_SUCCESS)
		return ST_USAGE;
	take_attr(&attr, &ret->ev);
	return check_countable(word, &attr);
}

static enum exit_status resolve_word(const struct resolving *rs,
				     const char *word, struct run_event *ret)
{
	if (!event_name_ok(word)) {
		log_err("event '%s': a name has 1 to %d printable characters, "
			"none of them a blank",
			word, REC_METRIC_MAX - 1);
		return ST_USAGE;
	}
	snprintf(ret->ev.name, sizeof(ret->ev.name), "%s", word);
	if (tracepoint_system_known(word))
		return tracepoint_resolve(word, ret);
	return resolve_libpfm(rs, word, ret);
}

/* --- the list --------------------------------------------------------------
 */

static enum exit_status find_model(const char *model, pfm_pmu_info_t *info,
				   struct resolving *ret)
{
	bool found = model ? find_pmu(model, info) : host_pmu(info);

	if (model && !found) {
		log_err("this libpfm4 does not know processor '%s'", model);
		return ST_HOST;
	}
	ret->model = found ? info->name : NULL;
	ret->describes = found ? info->desc : NULL;
	return ST_OK;
}

static enum exit_status add_word(const struct resolving *rs, const char *word,
				 struct run_event *list, size_t *nr)
{
	for (size_t i = 0; i < *nr; i++) {
		if (strcmp(list[i].ev.name, word) == 0) {
			log_err("event '%s' is named twice", word);
			return ST_USAGE;
		}
	}
	if (*nr == EVENTS_MAX) {
		log_err("more than %d events", EVENTS_MAX);
		return ST_USAGE;
	}
	return resolve_word(rs, word, &list[(*nr)++]);
}

enum exit_status event_names_resolve(const char *text, const char *model,
				     struct run_event **ret, size_t *nr)
{
	_cleanup_free_ char *copy = xstrdup(text);
	struct run_event *list;
	struct resolving rs;
	pfm_pmu_info_t info;
	char *rest = copy, *word;
	size_t n = 0;
	enum exit_status r = start_libpfm();

	if (r == ST_OK)
		r = find_model(model, &info, &rs);
	if (r != ST_OK)
		return r;
	list = xcalloc(EVENTS_MAX, sizeof(*list));
	while (r == ST_OK && (word = strsep(&rest, ",")))
		r = add_word(&rs, word, list, &n);
	if (r == ST_OK) {
		*ret = list;
		*nr = n;
		return ST_OK;
	}
	for (size_t i = 0; i < n; i++)
		free(list[i].means);
	free(list);
	return r;
}

/* --- functions -------------------------------------------------------------
 */

static enum exit_status add_function(const char *word, char **list, size_t *nr)
{
	if (!latency_name_ok(word)) {
		log_err("'%s' is no name of a function: 1 to %d letters, "
			"digits, '_' and '.', no digit first",
			word, LATENCY_NAME_MAX - 1);
		return ST_USAGE;
	}
	for (size_t i = 0; i < *nr; i++) {
		if (strcmp(list[i], word) == 0) {
			log_err("function '%s' is named twice", word);
			return ST_USAGE;
		}
	}
	if (*nr == LATENCIES_MAX) {
		log_err("more than %d functions", LATENCIES_MAX);
		return ST_USAGE;
	}
	list[(*nr)++] = xstrdup(word);
	return ST_OK;
}

enum exit_status event_names_split_functions(const char *text, char ***ret,
					     size_t *nr)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char **list = xcalloc(LATENCIES_MAX, sizeof(*list));
	char *rest = copy, *word;
	size_t n = 0;
	enum exit_status r = ST_OK;

	while (r == ST_OK && (word = strsep(&rest, ",")))
		r = add_function(word, list, &n);
	if (r == ST_OK) {
		*ret = list;
		*nr = n;
		return ST_OK;
	}
	while (n > 0)
		free(list[--n]);
	free(list);
	return r;
}
