/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-id.h"

#include "alloc.h"
#include "json.h"
#include "run.h"

char *run_id_read(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/run.json", dir);
	_cleanup_(json_decrefp) json_t *json = NULL;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	const char *id;

	if (json_file_load(path, RUN_FORMAT, &json, &why) < 0)
		return NULL;
	id = json_string_value(json_object_get(json, "id"));
	return id ? xstrdup(id) : NULL;
}
