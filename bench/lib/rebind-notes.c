/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <unistd.h>

#include "idle-procs.h"
#include "rebind-notes.h"

struct group_note {
	unsigned at, len; /* lines in notes_text */
	char limit[16];
};

static struct group_note notes[IDLE_PROCS_GROUPS_MAX];
static char notes_text[IDLE_PROCS_PROCS_BYTES];

static int note_group(struct rebind_hierarchy *h, unsigned i, unsigned at,
		      bool limit)
{
	struct group_note *g = &notes[i];
	char path[IDLE_PROCS_PATH_MAX];
	ssize_t n;

	idle_procs_path(path, i, "cgroup.procs");
	n = cg_read(&h->top, path, notes_text + at, sizeof(notes_text) - at);
	if (n < 0)
		return n;
	g->at = at;
	g->len = n;
	if (!limit)
		return 0;
	idle_procs_path(path, i, "pids.max");
	n = cg_read(&h->top, path, g->limit, sizeof(g->limit));
	return n < 0 ? n : 0;
}

int rebind_note(struct rebind_hierarchy *members,
		struct rebind_hierarchy *limits, unsigned groups)
{
	unsigned at = 0;
	char path[IDLE_PROCS_PATH_MAX];
	int r = 0;

	for (unsigned i = 0; i < groups && r == 0; i++) {
		r = note_group(members, i, at, limits == members);
		at += notes[i].len;
		if (r || !limits || limits == members)
			continue;
		idle_procs_path(path, i, "pids.max");
		r = cg_read(&limits->top, path, notes[i].limit,
			    sizeof(notes[i].limit));
		r = r < 0 ? r : 0;
	}
	return r;
}

int rebind_attach_noted(struct rebind_hierarchy *h, unsigned groups)
{
	char path[IDLE_PROCS_PATH_MAX];
	int fd, r = 0;

	for (unsigned i = 0; i < groups && r == 0; i++) {
		if (!notes[i].len)
			continue;
		idle_procs_path(path, i, "cgroup.procs");
		fd = cg_open_file(&h->top, path, O_WRONLY);
		if (fd < 0)
			return fd;
		r = idle_procs_attach_list(fd, notes_text + notes[i].at,
					   notes[i].len);
		close(fd);
	}
	return r;
}

int rebind_set_noted_limits(struct rebind_hierarchy *h, unsigned groups)
{
	char path[IDLE_PROCS_PATH_MAX];
	int r = 0;

	for (unsigned i = 0; i < groups && r == 0; i++)
		r = cg_write(&h->top, idle_procs_path(path, i, "pids.max"),
			     notes[i].limit);
	return r;
}
