/* SPDX-License-Identifier: GPL-2.0-only */
/* Further boots of a run whose first ones leave something open. */
#ifndef CGMARK_SETTLE_RUN_H
#define CGMARK_SETTLE_RUN_H

#include "session.h"

/*
 * Boots the points in doubt, and those that changed, under fresh perturbations,
 * until nothing is left that this would tell more about, or a limit is reached:
 * of boots, without those that the cache has, or of time, after which none is
 * started.  All of it is read back from the run's directory, and what was left
 * open is written there.  Nothing is done for a run that lacks a boot.  Returns as
 * session_boot() does.
 */
enum exit_status settle_run(struct session *s, unsigned max_boots,
			    unsigned max_s);

#endif
