/* SPDX-License-Identifier: GPL-2.0-only */
#include "night-install.h"

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "self.h"
#include "unit-file.h"

#include "cgmark-nightly.service.h"
#include "cgmark-nightly.timer.h"

#define SERVICE "cgmark-nightly.service"
#define TIMER "cgmark-nightly.timer"

/* Where systemd looks for units; NULL: there is no home, logged. */
static char *unit_dir(bool user)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (!user)
		return xstrdup(UNIT_DIR);
	if (config && *config == '/')
		return xasprintf("%s/systemd/user", config);
	if (home && *home)
		return xasprintf("%s/.config/systemd/user", home);
	log_err("neither $XDG_CONFIG_HOME nor $HOME says where units go");
	return NULL;
}

static enum exit_status write_units(const struct env *env, const char *dir,
				    const char *config)
{
	_cleanup_free_ char *self = self_path(), *text = NULL;
	_cleanup_free_ char *path = config ? realpath(config, NULL) : NULL;
	_cleanup_strbuf_ struct strbuf command = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf environment = STRBUF_INIT;
	enum exit_status r;

	unit_add_quoted(&command, self);
	strbuf_addstr(&command, " nightly");
	if (path) {
		strbuf_addstr(&command, " --config ");
		unit_add_quoted(&command, path);
	}
	unit_add_environment(&environment);
	text = unit_fill_in(service_text, command.buf,
			    environment.len ? environment.buf : "");
	r = unit_write(dir, SERVICE, text);
	return r == ST_OK ? unit_write(dir, TIMER, timer_text) : r;
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
