/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nightly.ini: what is measured every night (cgmark.1, NIGHTLY).
 *
 *   [nightly]           ; all of it may be left out
 *   before = COMMAND    ; for sh, before anything is measured: fetch, upgrade
 *   time = 6h           ; after which no job begins and those under way end
 *   publish = DIR       ; where reports go; default RESULTS/report
 *   site = DIR          ; where the site of all nights goes; default: none
 *   keep = 14           ; nights whose raw files stay as they are
 *   thin = 90           ; nights whose console logs stay
 *   mail-to = ADDRESS   ; of the message that is written, never sent
 *
 *   [job NAME]          ; one or more; default: "nightly", and "distro" with
 *                       ; options = --config-flavour distro
 *   machine = sim
 *   suite = nightly
 *   kernel = NAME=SPEC  ; once for each; the last one is that of today
 *   good = yes          ; that of the last night without a regression comes first
 *   options = ...       ; further options of cgmark run, as for a shell
 */
#ifndef CGMARK_NIGHT_INI_H
#define CGMARK_NIGHT_INI_H

#include <stdbool.h>
#include <stddef.h>

#include "exit-status.h"

#define NIGHT_KERNELS_MAX 16

struct night_job {
	char *name;
	char *machine; /* NULL: that of cgmark run */
	char *suite;   /* "nightly" unless given */
	char *kernels[NIGHT_KERNELS_MAX];
	size_t nr_kernels; /* 0: those of cgmark run */
	bool good;
	char *options; /* NULL: none */
};

struct night_ini {
	char *before, *publish, *site, *mail_to; /* NULL: none */
	unsigned time_s;			 /* 0: no limit */
	unsigned keep, thin;			 /* nights */
	struct night_job *jobs;			 /* at least one */
	size_t nr;
};

/* At most 40 letters, digits, '.', '_' and '-', the first none of '.' and '-'. */
bool night_job_ok(const char *name);

/*
 * path NULL: what holds without a file.  ST_USAGE: the file is wrong or missing,
 * logged with its line.
 */
enum exit_status night_ini_read(const char *path, struct night_ini *ret);
void night_ini_release(struct night_ini *ini);

#endif
