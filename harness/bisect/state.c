/* SPDX-License-Identifier: GPL-2.0-only */
#include "state.h"

#include "alloc.h"
#include "json.h"
#include "log.h"
#include "macro.h"

#define STATE_FORMAT 1
#define RECORDS_MAX 65536

static void clear(struct bisect_state *s)
{
	for (size_t i = 0; i < s->nr; i++) {
		free(s->records[i].key);
		free(s->records[i].run);
		free(s->records[i].skip);
	}
	free(s->records);
	s->records = NULL;
	s->nr = 0;
}

void bisect_state_release(struct bisect_state *s)
{
	clear(s);
	free(s->path);
	s->path = NULL;
}

static struct state_record *add(struct bisect_state *s)
{
	s->records = xreallocarray(s->records, s->nr + 1, sizeof(*s->records));
	memset(&s->records[s->nr], 0, sizeof(*s->records));
	return &s->records[s->nr++];
}

static int read_records(json_t *json, struct bisect_state *s,
			struct strbuf *why)
{
	struct json_fields top = { .obj = json, .where = "", .why = why };
	json_t *array = json_field_array(&top, "kernels", RECORDS_MAX);

	for (size_t i = 0; i < json_array_size(array) && !top.err; i++) {
		_cleanup_free_ char *where = xasprintf("kernels[%zu]", i);
		struct json_fields f = {
			.obj = json_array_get(array, i),
			.where = where,
			.why = why,
		};
		struct state_record *r = add(s);

		json_field_str(&f, "key", &r->key);
		json_field_str(&f, "run", &r->run);
		json_field_str(&f, "skip", &r->skip);
		top.err = f.err;
	}
	return top.err;
}

void bisect_state_load(const char *path, struct bisect_state *ret)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	json_t *json = NULL;
	int r = json_file_load(path, STATE_FORMAT, &json, &why);

	memset(ret, 0, sizeof(*ret));
	ret->path = xstrdup(path);
	if (r == 0)
		r = read_records(json, ret, &why);
	json_decref(json);
	if (r == 0 || r == -ENOENT)
		return;
	log_warn("%s: %s; what it knew is measured again", path, why.buf);
	clear(ret);
}

static struct state_record *find(const struct bisect_state *s, const char *key)
{
	for (size_t i = 0; i < s->nr; i++)
		if (strcmp(s->records[i].key, key) == 0)
			return &s->records[i];
	return NULL;
}

const struct state_record *bisect_state_find(const struct bisect_state *s,
					     const char *key)
{
	return find(s, key);
}

static json_t *record_to_json(const struct state_record *r)
{
	json_t *obj = json_object();

	json_object_set_new(obj, "key", json_text(r->key));
	json_object_set_new(obj, "run", json_text(r->run));
	json_object_set_new(obj, "skip", json_text(r->skip));
	return obj;
}

enum exit_status bisect_state_set(struct bisect_state *s, const char *key,
				  const char *run, const char *skip)
{
	_cleanup_(json_decrefp) json_t *obj = json_object();
	struct state_record *r = find(s, key);
	json_t *array = json_array();

	if (!r) {
		r = add(s);
		r->key = xstrdup(key);
	}
	free(r->run);
	free(r->skip);
	r->run = xstrdup(run);
	r->skip = xstrdup(skip);
	json_object_set_new(obj, "format", json_integer(STATE_FORMAT));
	for (size_t i = 0; i < s->nr; i++)
		json_array_append_new(array, record_to_json(&s->records[i]));
	json_object_set_new(obj, "kernels", array);
	return json_file_save(s->path, obj) < 0 ? ST_HOST : ST_OK;
}
