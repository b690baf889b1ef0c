/* SPDX-License-Identifier: GPL-2.0-only */
#include "name.h"

#include <ctype.h>
#include <string.h>

bool name_ok(const char *name, size_t max)
{
	size_t len = 0;

	if (!*name || *name == '-' || *name == '.')
		return false;
	for (; name[len]; len++)
		if (!isalnum((unsigned char)name[len]) &&
		    !strchr("._-", name[len]))
			return false;
	return len <= max;
}
