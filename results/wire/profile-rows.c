/* SPDX-License-Identifier: GPL-2.0-only */
/* Also linked into the plugin: libc only. */
#include "profile-names.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Not netlink's own functions: they also send, and serve all families. */
static const char *const taskstats[] = {
	"taskstats_user_cmd",
	"cgroupstats_user_cmd",
	"taskstats_exit",
	NULL,
};

const struct profile_row profile_rows[NR_PROFILE_ROWS] = {
	{
		.name = "css_set lookup",
		.bench = "css_set/*",
		.functions = LIST("find_css_set", "find_existing_css_set"),
	},
	{
		.name = "attach: migration",
		.bench = "attach/*",
		.functions = LIST("cgroup_migrate", "cgroup_migrate_execute"),
	},
	{
		.name = "taskstats: reply built",
		.bench = "taskstats/*",
		/* fill_stats_for_tgid() is inlined into the last three. */
		.functions = LIST("prepare_reply", "mk_reply", "fill_stats",
				  "fill_stats_for_tgid", "cgroupstats_build",
				  "delayacct_add_tsk", "bacct_add_tsk",
				  "xacct_add_tsk"),
		.within = taskstats,
	},
	{
		.name = "taskstats: reply sent",
		.bench = "taskstats/*",
		.functions = LIST("send_reply", "send_cpu_listeners",
				  "netlink_unicast"),
		.within = taskstats,
	},
};

static const char *take(const char *const *list, unsigned *index)
{
	for (; *list; list++)
		if ((*index)-- == 0)
			return *list;
	return NULL;
}

const char *profile_row_function(unsigned index)
{
	const char *name = NULL;

	for (unsigned i = 0; i < NR_PROFILE_ROWS && !name; i++)
		name = take(profile_rows[i].functions, &index);
	return name ? name : take(taskstats, &index);
}
