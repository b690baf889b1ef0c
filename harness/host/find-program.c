/* SPDX-License-Identifier: GPL-2.0-only */
#include "find-program.h"
#include "alloc.h"

char *find_program(const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? xstrdup(name) : NULL;
	for (; path && *path;
	     path += strcspn(path, ":"), path += *path == ':') {
		char *file = xasprintf("%.*s/%s", (int)strcspn(path, ":"), path,
				       name);

		if (access(file, X_OK) == 0)
			return file;
		free(file);
	}
	return NULL;
}
