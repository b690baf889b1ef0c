/* SPDX-License-Identifier: GPL-2.0-only */
#include "metal-install.h"

#include "alloc.h"
#include "log.h"
#include "metal-kexec.h"
#include "metal-lab.h"
#include "metal-watchdog.h"
#include "unit-file.h"

#include "cgmark-metal.service.h"

#define UNIT "cgmark-metal.service"

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
	if (unit_has_systemd())
		return unit_install(UNIT, service_text, "metal resume", false);
	log_info("systemd does not run here: let \"cgmark metal resume\" run "
		 "after each boot");
	return ST_OK;
}
