/* SPDX-License-Identifier: GPL-2.0-only */
/* The folder of the queue, and the service of systemd that is its worker. */
#ifndef CGMARK_QUEUE_INSTALL_H
#define CGMARK_QUEUE_INSTALL_H

#include "exit-status.h"

enum exit_status queue_install(const char *dir);
/* The folder stays. */
enum exit_status queue_uninstall(void);

#endif
