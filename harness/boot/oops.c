/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "oops.h"

/*
 * The start of a message identifies a report.  The same words inside it may
 * come from command lines, paths or programs.
 */
static const struct pattern {
	const char *start;
	const char *also; /* must follow somewhere; NULL: nothing */
	enum splat splat;
} patterns[] = {
	{ "Kernel panic - not syncing", NULL, SPLAT_PANIC },
	{ "PANIC: ", NULL, SPLAT_PANIC },
	{ "traps: PANIC: ", NULL, SPLAT_PANIC },

	{ "watchdog: BUG: soft lockup", NULL, SPLAT_HANG },
	{ "BUG: soft lockup", NULL, SPLAT_HANG },
	{ "BUG: workqueue lockup", NULL, SPLAT_HANG },
	{ "watchdog: CPU", "self-detected hard LOCKUP", SPLAT_HANG },
	{ "watchdog: Watchdog detected hard LOCKUP", NULL, SPLAT_HANG },
	{ "NMI watchdog: Watchdog detected hard LOCKUP", NULL, SPLAT_HANG },
	{ "INFO: task ", " blocked for more than ", SPLAT_HANG },
	{ "INFO: task ", " blocked in I/O wait for more than ", SPLAT_HANG },
	{ "unregister_netdevice: waiting for ", NULL, SPLAT_HANG },

	{ "BUG: MAX_LOCK", NULL, SPLAT_LOCKDEP },
	{ "BUG: MAX_STACK_TRACE_ENTRIES", NULL, SPLAT_LOCKDEP },
	{ "BUG: key ", NULL, SPLAT_LOCKDEP },
	{ "INFO: trying to register non-static key", NULL, SPLAT_LOCKDEP },
	{ "INFO: possible ", " detected", SPLAT_LOCKDEP },
	{ "WARNING: possible ", " detected", SPLAT_LOCKDEP },
	{ "WARNING: inconsistent lock state", NULL, SPLAT_LOCKDEP },
	{ "WARNING: bad unlock balance", NULL, SPLAT_LOCKDEP },
	{ "WARNING: bad contention detected", NULL, SPLAT_LOCKDEP },
	{ "WARNING: held lock freed", NULL, SPLAT_LOCKDEP },
	{ "WARNING: lock held when returning to user", NULL, SPLAT_LOCKDEP },
	{ "WARNING: Nested lock was not taken", NULL, SPLAT_LOCKDEP },
	{ "WARNING: ", "-unsafe lock order detected", SPLAT_LOCKDEP },
	{ "WARNING: ", " still has locks held", SPLAT_LOCKDEP },
	{ "WARNING: chain_key collision", NULL, SPLAT_LOCKDEP },
	{ "[ BUG: ", " ]", SPLAT_LOCKDEP },

	{ "WARNING: suspicious RCU usage", NULL, SPLAT_RCU },
	{ "INFO: suspicious RCU usage", NULL, SPLAT_RCU },
	{ "rcu: INFO: ", "stall", SPLAT_RCU },
	{ "INFO: rcu_", "stall", SPLAT_RCU },
	{ "rcu: rcu_", " kthread starved for ", SPLAT_RCU },
	{ "rcu: rcu_", " kthread timer wakeup didn't happen", SPLAT_RCU },

	{ "BUG: ", NULL, SPLAT_BUG },
	{ "BUG ", "): ", SPLAT_BUG }, /* slab: cache (tainted): */
	{ "kernel BUG at ", NULL, SPLAT_BUG },
	{ "Oops: ", NULL, SPLAT_BUG },
	{ "general protection fault", NULL, SPLAT_BUG },
	{ "invalid opcode: ", " [#", SPLAT_BUG },
	{ "divide error: ", " [#", SPLAT_BUG },
	{ "stack segment: ", " [#", SPLAT_BUG },
	{ "double fault: ", " [#", SPLAT_BUG },
	{ "int3: ", " [#", SPLAT_BUG },
	{ "KASAN: ", " in range ", SPLAT_BUG },
	{ "UBSAN: ", " in ", SPLAT_BUG },
	{ "list_add corruption", NULL, SPLAT_BUG },
	{ "list_del corruption", NULL, SPLAT_BUG },
	{ "list_add double add", NULL, SPLAT_BUG },
	{ "kmemleak: ", " new suspected memory leak", SPLAT_BUG },
	{ "Unhandled fault: ", NULL, SPLAT_BUG },

	{ "WARNING: CPU: ", " at ", SPLAT_WARNING },
	{ "WARNING: at ", NULL, SPLAT_WARNING },
	{ "WARNING: stack recursion", NULL, SPLAT_WARNING },
	{ "WARNING: kernel stack ", NULL, SPLAT_WARNING },
	/* Above the line of its WARN, which a level may hide. */
	{ "refcount_t: ", "; use-after-free", SPLAT_WARNING },
	{ "refcount_t: ", "; leaking memory", SPLAT_WARNING },
};

static const char *skip_class(const char *s, const char *set)
{
	return s + strspn(s, set);
}

/* Colours and other orders to a terminal, blanks, and what else shows nothing. */
static const char *skip_unseen(const char *s)
{
	while (*s == ' ' || iscntrl((unsigned char)*s)) {
		if (!*s)
			return s;
		if (*s++ != '\x1b')
			continue;
		if (*s == '[')
			s = skip_class(s + 1, "0123456789;:<=>?");
		s = skip_class(s, " !\"#$%&'()*+,-./");
		if (*s)
			s++;
	}
	return s;
}

/* "[   12.345678]": behind it, or s. */
static const char *skip_stamp(const char *s)
{
	const char *p = s, *digits;

	if (*p != '[')
		return s;
	digits = skip_class(p + 1, " ");
	p = skip_class(digits, "0123456789");
	if (p == digits || *p != '.')
		return s;
	digits = p + 1;
	p = skip_class(digits, "0123456789");
	if (p == digits || *p != ']')
		return s;
	return p + 1;
}

/* As printk() writes it, and so nobody else is likely to. */
static bool is_printk_stamp(const char *s)
{
	const char *end = skip_stamp(s), *point;

	if (end == s || (*end != ' ' && *end != '['))
		return false;
	point = strchr(s, '.');
	return point - s > 5 && end - point == 8;
}

/* "[    T1]" or "[    C0]" of CONFIG_PRINTK_CALLER: behind it, or s. */
static const char *skip_caller(const char *s)
{
	const char *p, *digits;

	if (*s != '[')
		return s;
	p = skip_class(s + 1, " ");
	if (*p != 'T' && *p != 'C')
		return s;
	digits = p + 1;
	p = skip_class(digits, "0123456789");
	if (p == digits || *p != ']')
		return s;
	return p + 1;
}

/* "<4>", where the console shows raw levels. */
static const char *skip_level(const char *s)
{
	const char *p;

	if (*s != '<' || !isdigit((unsigned char)s[1]))
		return s;
	p = skip_class(s + 1, "0123456789");
	return *p == '>' ? p + 1 : s;
}

static bool matches(const struct pattern *p, const char *text)
{
	size_t len = strlen(p->start);

	if (strncmp(text, p->start, len))
		return false;
	return !p->also || strstr(text + len, p->also);
}

/* Stamp, level and caller may each have a colour of their own. */
static const char *skip_front(const char *line)
{
	const char *s = skip_unseen(line);

	s = skip_unseen(skip_level(s));
	s = skip_unseen(skip_stamp(s));
	return skip_unseen(skip_caller(s));
}

/* A message that begins inside a line, behind what a program left there. */
static const char *next_message(const char *s)
{
	for (s = strchr(s, '['); s; s = strchr(s + 1, '['))
		if (is_printk_stamp(s))
			return skip_front(s);
	return NULL;
}

static enum splat classify(const char *text)
{
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (matches(&patterns[i], text))
			return patterns[i].splat;
	return SPLAT_NONE;
}

enum splat oops_classify(const char *line, const char **text)
{
	enum splat splat;

	*text = skip_front(line);
	for (const char *s = *text; s; s = next_message(s)) {
		splat = classify(s);
		if (splat == SPLAT_NONE)
			continue;
		*text = s;
		return splat;
	}
	return SPLAT_NONE;
}

const char *oops_name(enum splat s)
{
	static const char *const names[] = {
		[SPLAT_NONE] = "none",	     [SPLAT_PANIC] = "panic",
		[SPLAT_BUG] = "bug",	     [SPLAT_WARNING] = "warning",
		[SPLAT_LOCKDEP] = "lockdep", [SPLAT_RCU] = "rcu",
		[SPLAT_HANG] = "hang",
	};

	return names[s];
}
