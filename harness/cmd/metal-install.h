/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes this machine a lab machine. */
#ifndef CGMARK_METAL_INSTALL_H
#define CGMARK_METAL_INSTALL_H

#include "exit-status.h"
#include "metal-config.h"

/*
 * Checks that it can be one, takes the scratch partition, and writes the
 * configuration and, where systemd runs, the unit that goes on after a boot.  Errors
 * are logged.
 */
enum exit_status metal_install(const struct metal_config *c);

#endif
