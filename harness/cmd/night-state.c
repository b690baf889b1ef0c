/* SPDX-License-Identifier: GPL-2.0-only */
#include "night-state.h"

#include <dirent.h>
#include <time.h>

#include "alloc.h"
#include "day.h"
#include "file.h"
#include "json.h"
#include "log.h"

#define FORMAT 1
#define RESUMED_S (24 * 3600)

struct night_state {
	char *path;
	json_t *o;
};

static json_t *new_state(void)
{
	json_t *o = json_object();

	json_object_set_new(o, "format", json_integer(FORMAT));
	json_object_set_new(o, "begun", json_integer((json_int_t)time(NULL)));
	json_object_set_new(o, "ended", json_false());
	json_object_set_new(o, "steps", json_object());
	return o;
}

static bool is_sound(const json_t *o)
{
	return json_is_integer(json_object_get(o, "begun")) &&
	       json_is_object(json_object_get(o, "steps"));
}

/* NULL: there is none, or none that can be used; *why then says it. */
static json_t *load_state(const char *path, struct strbuf *why)
{
	json_t *o = NULL;
	int r = json_file_load(path, FORMAT, &o, why);

	if (r == -ENOENT)
		strbuf_reset(why);
	if (r == 0 && is_sound(o))
		return o;
	if (r == 0)
		strbuf_addstr(why, "a step is missing");
	json_decref(o);
	return NULL;
}

int night_state_open(const char *dir, struct night_state **ret)
{
	_cleanup_free_ char *path = xasprintf("%s/state.json", dir);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	struct night_state *s;
	json_t *o;
	int r = mkdir_p(dir, 0777);

	if (r < 0)
		return log_err_errno(-r, "cannot make %s", dir);
	o = load_state(path, &why);
	if (why.len)
		log_warn("%s: %s; the night begins again", path, why.buf);
	if (!o) {
		o = new_state();
		r = json_file_save(path, o);
	}
	if (r < 0) {
		json_decref(o);
		return r;
	}
	s = xcalloc(1, sizeof(*s));
	s->path = steal_ptr(path);
	s->o = o;
	*ret = s;
	return 0;
}

void night_state_free(struct night_state *s)
{
	if (!s)
		return;
	json_decref(s->o);
	free(s->path);
	free(s);
}

static int save(struct night_state *s)
{
	json_object_del(s->o, "crc32"); /* comes anew */
	return json_file_save(s->path, s->o);
}

long long night_state_begun(const struct night_state *s)
{
	return json_integer_value(json_object_get(s->o, "begun"));
}

bool night_state_ended(const struct night_state *s)
{
	return json_is_true(json_object_get(s->o, "ended"));
}

int night_state_end(struct night_state *s)
{
	json_object_set_new(s->o, "ended", json_true());
	return save(s);
}

static json_t *find_step(const struct night_state *s, const char *step)
{
	return json_object_get(json_object_get(s->o, "steps"), step);
}

bool night_state_done(const struct night_state *s, const char *step,
		      int *status)
{
	json_t *st = json_object_get(find_step(s, step), "status");

	if (!json_is_integer(st))
		return false;
	*status = (int)json_integer_value(st);
	return true;
}

const char *night_state_run(const struct night_state *s, const char *step)
{
	const char *run =
		json_string_value(json_object_get(find_step(s, step), "run"));

	return run ? run : "";
}

int night_state_add(struct night_state *s, const char *step, int status,
		    const char *run)
{
	json_t *o = json_object();

	json_object_set_new(o, "status", json_integer(status));
	if (run)
		json_object_set_new(o, "run", json_text(run));
	json_object_set_new(json_object_get(s->o, "steps"), step, o);
	return save(s);
}

static int is_night(const struct dirent *de)
{
	unsigned day;

	return day_parse(de->d_name, &day);
}

static bool is_unfinished(const char *folder, const char *night,
			  long long *begun)
{
	_cleanup_free_ char *path =
		xasprintf("%s/%s/state.json", folder, night);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	json_t *o = load_state(path, &why);
	bool ended = !o || json_is_true(json_object_get(o, "ended"));

	*begun = json_integer_value(json_object_get(o, "begun"));
	json_decref(o);
	return !ended && *begun > (long long)time(NULL) - RESUMED_S;
}

char *night_state_unfinished(const char *folder)
{
	struct dirent **found = NULL;
	int nr = scandir(folder, &found, is_night, alphasort);
	long long last = 0, begun;
	char *night = NULL;

	for (int i = 0; i < nr; i++) {
		if (is_unfinished(folder, found[i]->d_name, &begun) &&
		    begun >= last) {
			free(night);
			night = xstrdup(found[i]->d_name);
			last = begun;
		}
		free(found[i]);
	}
	free(found);
	return night;
}
