/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What "cgmark metal install" found out about this machine, in a state folder that
 * also holds the journal:
 *
 *   metal.ini  section [metal] with
 *              scratch = PARTUUID
 *              deadline = SECONDS   PID 1 ends a boot then, 1 to 86400
 *              watchdog = SECONDS   after leaving, more than the deadline; 0: none
 *   journal    metal-journal.h
 *   off        if it is there, nothing is done at boot
 *   remembers  if it is there, memory has outlived a reset (metal-memory.h)
 *   last-words nonce of an attempt, then lines that memory kept of its log
 */
#ifndef CGMARK_METAL_CONFIG_H
#define CGMARK_METAL_CONFIG_H

#include "exit-status.h"
#include "strbuf.h"

struct metal_config {
	char *scratch;
	unsigned deadline_s;
	unsigned watchdog_s;
};

/* $CGMARK_METAL_DIR, or /var/lib/cgmark/metal. */
const char *metal_dir(void);
void metal_config_release(struct metal_config *c);
/* 0; -ENOENT: not installed; or another -errno, with the reason in why. */
int metal_config_load(const char *dir, struct metal_config *ret,
		      struct strbuf *why);
/* 0 or -errno, logged. */
int metal_config_save(const char *dir, const struct metal_config *c);
/*
 * Has somebody stopped it, by the file or by cgmark.metal=off on the kernel's
 * command line?  Says which in *why then.
 */
bool metal_is_off(const char *dir, struct strbuf *why);

bool metal_remembers(const char *dir);
void metal_set_remembers(const char *dir);
/* 0 or -errno, logged. */
int metal_words_save(const char *dir, const char *nonce,
		     const struct strbuf *words);
/* Appends those of this nonce, if they are the last that were saved. */
void metal_words_load(const char *dir, const char *nonce, struct strbuf *ret);

#endif
