/* SPDX-License-Identifier: GPL-2.0-only */
/* Units of systemd, from templates with the blanks @COMMAND@ and @ENVIRONMENT@. */
#ifndef CGMARK_UNIT_FILE_H
#define CGMARK_UNIT_FILE_H

#include <stdbool.h>

#include "exit-status.h"
#include "strbuf.h"

/* A word of ExecStart= or Environment=: in quotes, with what is special doubled. */
void unit_add_quoted(struct strbuf *sb, const char *text);
/* The folders that this cgmark uses, so that the service uses the same. */
void unit_add_environment(struct strbuf *sb);
/* Caller frees. */
char *unit_fill_in(const char *template, const char *command,
		   const char *environment);
/* Prints its path.  Errors are logged. */
enum exit_status unit_write(const char *dir, const char *name,
			    const char *text);
/* Where units of the system are. */
#define UNIT_DIR "/etc/systemd/system"

/* Does systemd run here? */
bool unit_has_systemd(void);
/*
 * A unit of the system that runs this cgmark with these words from the next boot on,
 * and with now from now on, too.  Errors are logged.
 */
enum exit_status unit_install(const char *name, const char *template,
			      const char *words, bool now);
/* systemctl [--user] WORDS...; whether it did what it was asked for. */
bool systemctl(bool user, const char *a, const char *b, const char *c);

#endif
