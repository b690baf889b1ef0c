/* SPDX-License-Identifier: GPL-2.0-only */
#include "metal-install.h"

#include "alloc.h"
#include "log.h"
#include "metal-kexec.h"
#include "metal-lab.h"
#include "metal-watchdog.h"
#include "self.h"
#include "unit-file.h"

#include "cgmark-metal.service.h"

#define UNIT "cgmark-metal.service"
#define UNIT_DIR "/etc/systemd/system"
#define SYSTEMD_RUNS "/run/systemd/system"

static int take_scratch(const char *partuuid, struct strbuf *why)
{
	_cleanup_close_ int fd = -1;
	uint32_t nr;
	int r = metal_open_scratch(partuuid, &fd, &nr, why);

	return r < 0 ? r : metal_claim_scratch(fd, why);
}

static int check(const struct metal_config *c, struct strbuf *why)
{
	_cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
	int r = metal_kexec_check(why);

	if (r == 0 && c->watchdog_s)
		r = metal_watchdog_check(c->watchdog_s, &name, why);
	return r == 0 ? take_scratch(c->scratch, why) : r;
}

static enum exit_status install_unit(void)
{
	_cleanup_strbuf_ struct strbuf command = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf environment = STRBUF_INIT;
	_cleanup_free_ char *self = self_path(), *text = NULL;
	enum exit_status r;

	unit_add_quoted(&command, self);
	strbuf_addstr(&command, " metal resume");
	unit_add_environment(&environment);
	text = unit_fill_in(service_text, command.buf,
			    environment.len ? environment.buf : "");
	r = unit_write(UNIT_DIR, UNIT, text);
	if (r != ST_OK)
		return r;
	if (systemctl(false, "daemon-reload", NULL, NULL) &&
	    systemctl(false, "enable", UNIT, NULL))
		return ST_OK;
	log_err("the unit is there, but systemd did not take it: systemctl "
		"enable " UNIT);
	return ST_HOST;
}

enum exit_status metal_install(const struct metal_config *c)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int r = check(c, &why);

	if (r < 0) {
		log_err("this cannot be a lab machine: %s",
			why.len ? why.buf : strerror(-r));
		return ST_HOST;
	}
	if (metal_config_save(metal_dir(), c) < 0)
		return ST_HOST;
	printf("%s/metal.ini\n", metal_dir());
	if (access(SYSTEMD_RUNS, F_OK) == 0)
		return install_unit();
	log_info("systemd does not run here: let \"cgmark metal resume\" run "
		 "after each boot");
	return ST_OK;
}
