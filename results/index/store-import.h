/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a run into the database.  Private to index/. */
#ifndef CGMARK_STORE_IMPORT_H
#define CGMARK_STORE_IMPORT_H

#include "run.h"
#include "store-db.h"

/* store_import() without repair; -EBADMSG if the database is damaged. */
int store_write_run(struct store *st, const struct run *run, bool *changed);

#endif
