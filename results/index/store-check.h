/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a database file says of itself: whether it is ours, of which schema
 * version, and whether it is damaged.  Private to index/.
 */
#ifndef CGMARK_STORE_CHECK_H
#define CGMARK_STORE_CHECK_H

#include "store-db.h"

/*
 * Checks an open database and brings its schema to the current version.
 * -EBADMSG: damaged; -EPROTONOSUPPORT: of a newer cgmark or another program.
 * Errors are logged.
 */
int store_migrate(struct store *st);

/*
 * Renames the damaged file that is open, and what SQLite keeps beside it, to
 * PATH.damaged-N.  Nothing is done if another process has already replaced it.
 */
int store_move_aside(const struct store *st, const char *path);

#endif
