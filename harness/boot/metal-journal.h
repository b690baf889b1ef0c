/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What home has to know when it comes back: which boot of which run it left for,
 * and how far that got.  A file "journal" in the state folder, one "KEY VALUE" a
 * line in this order, each key once:
 *
 *   cgmark-metal 1
 *   state planned|armed|leaving|read
 *   run DIR          absolute
 *   boot ID          of that run
 *   attempt N        1 or 2
 *   resets N         that nobody expected, in a row
 *   nonce HEX32      of the attempt
 *   home UUID        boot_id of the kernel that wrote this
 *   left SECONDS     since 1970, when it left; 0 before
 *   ending WORD      how it ended, once it is read
 *   stopped 0|1      after too many resets
 *   crc HEX8         CRC-32 of all lines before
 *
 * A file that differs in any way is damaged, and nobody acts on it.  It is replaced
 * as a whole, and on the disk before anything happens that it tells of.
 */
#ifndef CGMARK_METAL_JOURNAL_H
#define CGMARK_METAL_JOURNAL_H

#include <stdbool.h>

#include "metal-ending.h"
#include "strbuf.h"

#define METAL_UUID 37 /* text of a UUID and its NUL */
#define METAL_ATTEMPTS_MAX 2
#define METAL_RESETS_MAX 3

enum metal_state { METAL_PLANNED, METAL_ARMED, METAL_LEAVING, METAL_READ };

struct metal_journal {
	enum metal_state state;
	char *run;
	char *boot;
	unsigned attempt;
	unsigned resets;
	char nonce[METAL_NONCE_HEX];
	char home[METAL_UUID];
	uint64_t left_s;
	enum metal_ending ending;
	bool stopped;
};

void metal_journal_release(struct metal_journal *j);
void metal_journal_format(const struct metal_journal *j, struct strbuf *ret);
/* 0 or -EBADMSG; release *ret in both cases. */
int metal_journal_parse(const char *text, size_t len,
			struct metal_journal *ret);

/* 0; -ENOENT: there is none; -EBADMSG: it is damaged; or another -errno. */
int metal_journal_load(const char *dir, struct metal_journal *ret);
/* The same; logs what is wrong with one that is there. */
int metal_journal_need(const char *dir, struct metal_journal *ret);
/* On the disk when this returns.  0 or -errno, logged. */
int metal_journal_save(const char *dir, const struct metal_journal *j);
int metal_journal_remove(const char *dir);
/* Is it of the run in this folder? */
bool metal_journal_names(const char *dir, const char *run_dir);

enum metal_step {
	METAL_LEAVE, /* make the attempt that the journal has now */
	METAL_TELL,  /* the boot ended in the way that the journal has now */
	METAL_STOP,  /* too many resets: somebody has to look */
};

/* A journal for the first attempt at a boot of a run. */
void metal_journal_begin(struct metal_journal *j, const char *run,
			 const char *boot, const char *home);
/*
 * Moves on what is written of a boot.  home is the boot_id of now; ending is how
 * the kernel under test ended, which counts only if home left and is back.  The
 * caller saves the journal before it acts.
 */
enum metal_step metal_journal_step(struct metal_journal *j, const char *home,
				   enum metal_ending ending);

#endif
