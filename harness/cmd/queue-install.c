/* SPDX-License-Identifier: GPL-2.0-only */
#include "queue-install.h"

#include "alloc.h"
#include "log.h"
#include "self.h"
#include "spool.h"
#include "unit-file.h"

#include "cgmark-queue.service.h"

#define UNIT "cgmark-queue.service"
#define UNIT_DIR "/etc/systemd/system"
#define SYSTEMD_RUNS "/run/systemd/system"

static enum exit_status write_unit(void)
{
	_cleanup_strbuf_ struct strbuf command = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf environment = STRBUF_INIT;
	_cleanup_free_ char *self = self_path(), *text = NULL;

	unit_add_quoted(&command, self);
	strbuf_addstr(&command, " queue run");
	unit_add_environment(&environment);
	text = unit_fill_in(service_text, command.buf,
			    environment.len ? environment.buf : "");
	return unit_write(UNIT_DIR, UNIT, text);
}

enum exit_status queue_install(const char *dir)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	enum exit_status r;

	if (geteuid() != 0) {
		log_err("the queue of a machine carries out what everybody "
			"adds, which takes root: run this as root");
		return ST_HOST;
	}
	if (spool_make(dir, &why) < 0 || spool_check(dir, &why) < 0) {
		log_err("%s", why.buf);
		return ST_HOST;
	}
	printf("%s\n", dir);
	if (access(SYSTEMD_RUNS, F_OK) < 0) {
		log_info("systemd does not run here: let \"cgmark queue run\" "
			 "run from each boot on");
		return ST_OK;
	}
	r = write_unit();
	if (r != ST_OK)
		return r;
	if (systemctl(false, "daemon-reload", NULL, NULL) &&
	    systemctl(false, "enable", "--now", UNIT))
		return ST_OK;
	log_err("the unit is there, but systemd did not take it: systemctl "
		"enable --now " UNIT);
	return ST_HOST;
}

enum exit_status queue_uninstall(void)
{
	systemctl(false, "disable", "--now", UNIT);
	if (unlink(UNIT_DIR "/" UNIT) == 0)
		printf("removed " UNIT_DIR "/" UNIT "\n");
	else if (errno != ENOENT) {
		log_err_errno(errno, "cannot remove " UNIT_DIR "/" UNIT);
		return ST_HOST;
	}
	systemctl(false, "daemon-reload", NULL, NULL);
	return ST_OK;
}
