/* SPDX-License-Identifier: GPL-2.0-only */
/* The service and the timer of systemd that run cgmark nightly. */
#ifndef CGMARK_NIGHT_INSTALL_H
#define CGMARK_NIGHT_INSTALL_H

#include <stdbool.h>

#include "cmd.h"

/* user: that of this user; config: NULL: the default one. */
enum exit_status night_install(const struct env *env, bool user,
			       const char *config);
enum exit_status night_uninstall(bool user);

#endif
