/* SPDX-License-Identifier: GPL-2.0-only */
#include "tag-by.h"

#include <ctype.h>

#include "alloc.h"
#include "process.h"

bool tag_by_ok(const char *by)
{
	const char *open = strrchr(by, '<');
	const char *at = open ? strchr(open, '@') : NULL;
	size_t len = strlen(by);

	for (const char *s = by; *s; s++) {
		if (iscntrl((unsigned char)*s))
			return false;
	}
	return at && open > by + 1 && open[-1] == ' ' && *by != ' ' &&
	       strchr(by, '<') == open && at > open + 1 && by[len - 1] == '>' &&
	       strchr(open, '>') == by + len - 1 && at[1] != '>' &&
	       !strchr(open, ' ');
}

char *tag_by_git(void)
{
	/* Without -c git makes up an address from the host's name. */
	char git[] = "git", c[] = "-c", only[] = "user.useConfigOnly=true";
	char var[] = "var", ident[] = "GIT_AUTHOR_IDENT";
	char *argv[] = { git, c, only, var, ident, NULL };
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf err = STRBUF_INIT;
	const struct process p = {
		PROCESS_INIT, .argv = argv,	  .out = &out,
		.err = &err,  .max_bytes = 65536, .timeout_ms = 10000,
	};
	char *end;

	if (process_run(&p) != 0 || !out.len)
		return NULL;
	/* "NAME <ADDRESS> SECONDS ZONE" */
	end = strrchr(out.buf, '>');
	if (!end)
		return NULL;
	end[1] = '\0';
	return tag_by_ok(out.buf) ? xstrdup(out.buf) : NULL;
}
