/* SPDX-License-Identifier: GPL-2.0-only */
#include "metal-ending.h"

#include <errno.h>
#include <string.h>

#include "macro.h"

/* Clocks of firmware, and kernels that start late. */
#define TOLERANCE_S 2

static const char *const words[NR_METAL_ENDINGS] = {
	[METAL_ENDED] = "ended",     [METAL_PANIC] = "panic",
	[METAL_HUNG] = "hung",	     [METAL_OVERDUE] = "overdue",
	[METAL_NO_ROOM] = "no-room", [METAL_FLOODED] = "flooded",
	[METAL_BAILED] = "bailed",   [METAL_OVERWRITTEN] = "overwritten",
	[METAL_ABRUPT] = "abrupt",   [METAL_POWER_CUT] = "power-cut",
	[METAL_RESET] = "reset",     [METAL_SILENT] = "silent",
	[METAL_STAYED] = "stayed",   [METAL_HOME_RESET] = "home-reset",
};

const struct known_end metal_known_ends[] = {
	{ "ending: panic", BLAME_SUBJECT, "panicked" },
	{ "ending: hung", BLAME_SUBJECT,
	  "was reset by its watchdog: the kernel hung" },
	{ "ending: overdue", BLAME_SUBJECT,
	  "was reset by PID 1, as the boot did not end before its deadline" },
	{ "ending: no-room", BLAME_HOST,
	  "had no room for results: make the scratch partition larger" },
	{ "ending: flooded", BLAME_SUBJECT,
	  "filled half of the scratch partition with its log" },
	{ "ending: bailed", BLAME_HOST,
	  "could not use the scratch partition; its console says why" },
	{ "ending: overwritten", BLAME_HOST,
	  "came back, and the scratch partition was somebody else's" },
	{ "ending: abrupt", BLAME_SUBJECT,
	  "was reset without a word, and its memory was kept: a triple fault "
	  "(a reset by hand looks the same)" },
	{ "ending: power-cut", BLAME_HOST,
	  "was reset, and its memory was lost: a power cut" },
	{ "ending: reset", BLAME_SUBJECT,
	  "was reset without a trace: a triple fault or a panic (a reset by "
	  "hand or a power cut looks the same)" },
	{ "ending: silent", BLAME_SUBJECT,
	  "wrote no result: the kernel did not start, or ended before "
	  "userspace" },
	{ "ending: stayed", BLAME_HOST, "did not leave its own kernel" },
	{ "ending: home-reset", BLAME_HOST,
	  "was reset before it started the kernel" },
	{ NULL },
};

static bool watchdog_fired(const struct metal_evidence *ev)
{
	if (!ev->armed || ev->fired == 0)
		return false;
	return ev->fired > 0 || ev->away_s + TOLERANCE_S >= ev->watchdog_s;
}

/* Nothing says how it ended, but perhaps memory says how not. */
static enum metal_ending judge_reset(const struct metal_evidence *ev)
{
	const struct metal_memory *m = ev->memory;

	if (m->arrived)
		return metal_memory_bailed(m) ? METAL_BAILED : METAL_ABRUPT;
	if (!ev->streams->nr_blocks)
		return METAL_SILENT;
	/* A kernel that does not use that memory leaves home's mark. */
	return m->left || !ev->remembers ? METAL_RESET : METAL_POWER_CUT;
}

enum metal_ending metal_ending_judge(const struct metal_evidence *ev)
{
	switch (ev->streams->last) {
	case METAL_END:
		return METAL_ENDED;
	case METAL_DEADLINE:
		return METAL_OVERDUE;
	case METAL_FULL:
		return METAL_NO_ROOM;
	case METAL_FLOOD:
		return METAL_FLOODED;
	default:
		break;
	}
	if (ev->memory->panic.len)
		return METAL_PANIC;
	if (watchdog_fired(ev))
		return METAL_HUNG;
	if (ev->overwritten)
		return METAL_OVERWRITTEN;
	return judge_reset(ev);
}

const char *metal_ending_str(enum metal_ending e)
{
	return words[e];
}

int metal_ending_parse(const char *text, enum metal_ending *ret)
{
	for (int i = 0; i < NR_METAL_ENDINGS; i++) {
		if (strcmp(text, words[i]))
			continue;
		*ret = i;
		return 0;
	}
	return -EINVAL;
}

bool metal_ending_repeats(enum metal_ending e)
{
	return metal_ending_unexpected(e) || e == METAL_STAYED ||
	       e == METAL_BAILED || e == METAL_OVERWRITTEN;
}

bool metal_ending_unexpected(enum metal_ending e)
{
	return e == METAL_RESET || e == METAL_SILENT || e == METAL_POWER_CUT ||
	       e == METAL_HOME_RESET;
}
