/* SPDX-License-Identifier: GPL-2.0-only */
#include "queue-install.h"

#include "alloc.h"
#include "log.h"
#include "spool.h"
#include "unit-file.h"

#include "cgmark-queue.service.h"

#define UNIT "cgmark-queue.service"

enum exit_status queue_install(const char *dir)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;

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
	if (unit_has_systemd())
		return unit_install(UNIT, service_text, "queue run", true);
	log_info("systemd does not run here: let \"cgmark queue run\" run "
		 "from each boot on");
	return ST_OK;
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
