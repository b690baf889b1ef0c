/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of cgmark import. */
#ifndef CGMARK_IMPORT_OPTS_H
#define CGMARK_IMPORT_OPTS_H

#include <stdbool.h>

#include "exit-status.h"

struct import_opts {
	bool quiet;
	bool merge;
	const char *output; /* with merge; NULL: RESULTS/runs */
	char **v;	    /* directories, of argv */
	int nr;
};

/* With -q, the log has only warnings and errors from now on. */
enum exit_status import_opts_parse(int argc, char **argv,
				   struct import_opts *ret);

#endif
