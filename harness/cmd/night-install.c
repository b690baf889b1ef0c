/* SPDX-License-Identifier: GPL-2.0-only */
#include "night-install.h"

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "process.h"
#include "self.h"

#include "cgmark-nightly.service.h"
#include "cgmark-nightly.timer.h"

#define SERVICE "cgmark-nightly.service"
#define TIMER "cgmark-nightly.timer"

/* Where systemd looks for units; NULL: there is no home, logged. */
static char *unit_dir(bool user)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (!user)
		return xstrdup("/etc/systemd/system");
	if (config && *config == '/')
		return xasprintf("%s/systemd/user", config);
	if (home && *home)
		return xasprintf("%s/.config/systemd/user", home);
	log_err("neither $XDG_CONFIG_HOME nor $HOME says where units go");
	return NULL;
}

/* As a word of ExecStart= or Environment=: in quotes, with what is special doubled. */
static void add_quoted(struct strbuf *sb, const char *text)
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

/* The folders that this cgmark uses, so that the service uses the same. */
static void add_environment(struct strbuf *sb)
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
		add_quoted(sb, pair);
	}
}

/* The template with its two blanks filled in. */
static char *fill_in(const char *command, const char *environment)
{
	struct strbuf sb = STRBUF_INIT;

	for (const char *p = service_text; *p;) {
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

static enum exit_status write_unit(const char *dir, const char *name,
				   const char *text)
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

/* systemctl [--user] WORDS...; whether it did what it was asked for. */
static bool systemctl(bool user, const char *a, const char *b, const char *c)
{
	const char *argv[] = { "systemctl", user ? "--user" : "--system",
			       a,	    b,
			       c,	    NULL };
	struct process p = { PROCESS_INIT };

	memcpy(&p.argv, &(const char *const *){ argv }, sizeof(p.argv));
	return process_run(&p) == 0;
}

static enum exit_status write_units(const struct env *env, const char *dir,
				    const char *config)
{
	_cleanup_free_ char *self = self_path(), *text = NULL;
	_cleanup_free_ char *path = config ? realpath(config, NULL) : NULL;
	_cleanup_strbuf_ struct strbuf command = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf environment = STRBUF_INIT;
	enum exit_status r;

	add_quoted(&command, self);
	strbuf_addstr(&command, " nightly");
	if (path) {
		strbuf_addstr(&command, " --config ");
		add_quoted(&command, path);
	}
	add_environment(&environment);
	text = fill_in(command.buf, environment.len ? environment.buf : "");
	r = write_unit(dir, SERVICE, text);
	return r == ST_OK ? write_unit(dir, TIMER, timer_text) : r;
}

enum exit_status night_install(const struct env *env, bool user,
			       const char *config)
{
	_cleanup_free_ char *dir = unit_dir(user);
	enum exit_status status;
	int r = dir ? mkdir_p(dir, 0777) : -ENOENT;

	if (!dir)
		return ST_HOST;
	if (r < 0) {
		log_err_errno(-r, "cannot make %s", dir);
		return ST_HOST;
	}
	status = write_units(env, dir, config);
	if (status != ST_OK)
		return status;
	if (!systemctl(user, "daemon-reload", NULL, NULL) ||
	    !systemctl(user, "enable", "--now", TIMER)) {
		log_err("the units are there, but systemd did not take them; "
			"when it runs: systemctl %s enable --now " TIMER,
			user ? "--user" : "--system");
		return ST_HOST;
	}
	if (user)
		log_info("without \"loginctl enable-linger\" the timer stops "
			 "when you log out");
	return ST_OK;
}

enum exit_status night_uninstall(bool user)
{
	static const char *const names[] = { TIMER, SERVICE };
	_cleanup_free_ char *dir = unit_dir(user);
	enum exit_status r = ST_OK;

	if (!dir)
		return ST_HOST;
	systemctl(user, "disable", "--now", TIMER);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, names[i]);

		if (unlink(path) == 0)
			printf("removed %s\n", path);
		else if (errno != ENOENT) {
			log_err_errno(errno, "cannot remove %s", path);
			r = ST_HOST;
		}
	}
	systemctl(user, "daemon-reload", NULL, NULL);
	return r;
}
