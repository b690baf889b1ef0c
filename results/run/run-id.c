/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-id.h"

#include <sys/random.h>
#include <time.h>

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

static void set_str(char **field, char *value)
{
	free(*field);
	*field = value;
}

/* UTC and four random digits: ids sort by time, and two at once differ. */
int run_id_make(struct run *run)
{
	unsigned char rnd[2];
	struct tm tm;
	char stamp[32], iso[32];
	time_t now = time(NULL);

	if (getrandom(rnd, sizeof(rnd), 0) != sizeof(rnd))
		return -EIO;
	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	strftime(iso, sizeof(iso), "%Y-%m-%dT%H:%M:%SZ", &tm);
	set_str(&run->id, xasprintf("%s-%02x%02x", stamp, rnd[0], rnd[1]));
	set_str(&run->created, xstrdup(iso));
	return 0;
}
