/* SPDX-License-Identifier: GPL-2.0-only */
#include "resume.h"

#include "alloc.h"

static void replace(char **to, char **from)
{
	free(*to);
	*to = steal_ptr(*from);
}

static bool is_good(const struct run_boot *b)
{
	return b->finished && !b->damaged &&
	       (b->ok || b->blame == BLAME_SUBJECT);
}

static bool is_further(const struct run_boot *b)
{
	return b->role == BOOT_SETTLE || b->role == BOOT_CONFIRM;
}

static struct run_boot *find_boot(struct run *run, const char *id)
{
	for (size_t i = 0; i < run->nr_boots; i++)
		if (!strcmp(run->boots[i].id, id))
			return &run->boots[i];
	return NULL;
}

static void take_boots(struct run *to, struct run *from)
{
	to->boots = xreallocarray(to->boots, to->nr_boots + from->nr_boots + 1,
				  sizeof(*to->boots));
	for (size_t i = 0; i < from->nr_boots; i++) {
		struct run_boot *b = &from->boots[i];
		struct run_boot *old = find_boot(to, b->id);

		if (!is_good(b) || (!old && !is_further(b)))
			continue;
		if (old)
			run_boot_release(old, to->nr_points);
		else
			old = &to->boots[to->nr_boots++];
		*old = *b;
		memset(b, 0, sizeof(*b));
		b->id = xstrdup(old->id);
	}
}

void resume_take(struct run *planned, struct run *earlier)
{
	_cleanup_free_ char *command = planned->command_line;
	_cleanup_free_ char *host = steal_ptr(planned->host);

	planned->command_line =
		xasprintf("%s; %s", earlier->command_line, command);
	replace(&planned->id, &earlier->id);
	replace(&planned->created, &earlier->created);
	planned->host = steal_ptr(earlier->host);
	run_add_host(planned, host);
	planned->merged = earlier->merged;
	earlier->merged = (struct run_merged){ .of = 0 };
	planned->settling = earlier->settling;
	earlier->settling.ended = NULL;
	take_boots(planned, earlier);
}

size_t resume_sort(struct run *run, unsigned **turns)
{
	_cleanup_free_ struct run_boot *old = run->boots;
	size_t nr = 0;

	run->boots = xcalloc(run->nr_boots + 1, sizeof(*run->boots));
	*turns = xcalloc(run->nr_boots + 1, sizeof(**turns));
	for (unsigned i = 0; i < run->nr_boots; i++)
		if (old[i].finished)
			(*turns)[nr++] = i;
	for (unsigned i = 0, n = (unsigned)nr; i < run->nr_boots; i++)
		if (!old[i].finished)
			(*turns)[n++] = i;
	for (size_t i = 0; i < run->nr_boots; i++)
		run->boots[i] = old[(*turns)[i]];
	return nr;
}

void resume_unsort(struct run *run, const unsigned *turns, size_t nr)
{
	_cleanup_free_ struct run_boot *old = run->boots;

	run->boots = xcalloc(run->nr_boots + 1, sizeof(*run->boots));
	for (size_t i = 0; i < nr; i++)
		run->boots[turns[i]] = old[i];
}
