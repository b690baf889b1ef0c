/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a run into the database.  Between the files of index/ only. */
#ifndef CGMARK_STORE_IMPORT_H
#define CGMARK_STORE_IMPORT_H

#include "run.h"
#include "store-db.h"

/* store_import() of a database that is sound; -EBADMSG if it is not. */
int import_run(struct store *st, const struct run *run, bool *changed);

#endif
