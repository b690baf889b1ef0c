/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit-file.h"

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "process.h"
#include "self.h"

void unit_add_quoted(struct strbuf *sb, const char *text)
{
	strbuf_addstr(sb, "\"");
	for (; *text; text++) {
		if (strchr("\"\\", *text))
			strbuf_addstr(sb, "\\");
		else if (*text == '%')
			strbuf_addstr(sb, "%");
		else if (*text == '$')
			strbuf_addstr(sb, "$");
		strbuf_add(sb, text, 1);
	}
	strbuf_addstr(sb, "\"");
}

void unit_add_environment(struct strbuf *sb)
{
	static const char *const names[] = {
		"CGMARK_RESULTS_DIR",
		"CGMARK_KERNEL_DIR",
		"CGMARK_BENCH_DIR",
		"CGMARK_SUITES_DIR",
		"CGMARK_PLOTS_DIR",
		"CGMARK_BOOTS_DIR",
		"CGMARK_TCG_PLUGIN",
		"CGMARK_CACHE_LIMIT",
		"CGMARK_METAL_DIR",
		"CGMARK_QUEUE_DIR",
		"XDG_CACHE_HOME",
		"XDG_DATA_HOME",
		"HOME",
		"PATH",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);
		_cleanup_free_ char *pair = NULL;

		if (!value || !*value)
			continue;
		pair = xasprintf("%s=%s", names[i], value);
		strbuf_addf(sb, "%sEnvironment=", sb->len ? "\n" : "");
		unit_add_quoted(sb, pair);
	}
}

char *unit_fill_in(const char *template, const char *command,
		   const char *environment)
{
	struct strbuf sb = STRBUF_INIT;

	for (const char *p = template; *p;) {
		if (strncmp(p, "@COMMAND@", 9) == 0) {
			strbuf_addstr(&sb, command);
			p += 9;
		} else if (strncmp(p, "@ENVIRONMENT@", 13) == 0) {
			strbuf_addstr(&sb, environment);
			p += 13;
		} else {
			strbuf_add(&sb, p++, 1);
		}
	}
	return strbuf_steal(&sb);
}

enum exit_status unit_write(const char *dir, const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	int r = write_file_atomic(path, text, strlen(text));

	if (r < 0) {
		log_err_errno(-r, "cannot write %s", path);
		return ST_HOST;
	}
	printf("%s\n", path);
	return ST_OK;
}

bool systemctl(bool user, const char *a, const char *b, const char *c)
{
	const char *argv[] = { "systemctl", user ? "--user" : "--system",
			       a,	    b,
			       c,	    NULL };
	struct process p = { PROCESS_INIT };

	memcpy(&p.argv, &(const char *const *){ argv }, sizeof(p.argv));
	return process_run(&p) == 0;
}

bool unit_has_systemd(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

static bool enable(const char *name, bool now)
{
	return systemctl(false, "daemon-reload", NULL, NULL) &&
	       (now ? systemctl(false, "enable", "--now", name)
		    : systemctl(false, "enable", name, NULL));
}

enum exit_status unit_install(const char *name, const char *template,
			      const char *words, bool now)
{
	_cleanup_strbuf_ struct strbuf command = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf environment = STRBUF_INIT;
	_cleanup_free_ char *self = self_path(), *text = NULL;
	enum exit_status r;

	unit_add_quoted(&command, self);
	strbuf_addf(&command, " %s", words);
	unit_add_environment(&environment);
	text = unit_fill_in(template, command.buf,
			    environment.len ? environment.buf : "");
	r = unit_write(UNIT_DIR, name, text);
	if (r != ST_OK || enable(name, now))
		return r;
	log_err("the unit is there, but systemd did not take it: systemctl "
		"enable %s%s",
		now ? "--now " : "", name);
	return ST_HOST;
}
