/* SPDX-License-Identifier: GPL-2.0-only */
/* status.ktap, as a guest sends it, and the files that it carries. */
#include <dirent.h>

#include "alloc.h"
#include "file.h"
#include "fixture.h"
#include "fuzz.h"
#include "status.h"

/* The boot's folder has no other file than those of points. */
static void check_files(const char *boot)
{
	struct dirent *de;
	DIR *d = opendir(boot);

	while ((de = readdir(d)))
		fuzz_check(*de->d_name == '.' ||
			   !strcmp(de->d_name, "status.ktap") ||
			   !strncmp(de->d_name, "null.", 5) ||
			   !strncmp(de->d_name, "attach-self,pace=", 17));
	closedir(d);
	rm_rf(boot);
	fuzz_check(mkdir_p(boot, 0777) == 0);
}

void fuzz_one(const char *text, size_t len)
{
	static struct run *run;
	static char *boot;
	struct status st;

	if (!run) {
		run = fixture_run(fuzz_dir, "run");
		boot = xasprintf("%s/boots/base-p0", run->dir);
		mkdir_p(boot, 0777);
	}
	status_parse(text, len, run->points, run->nr_points, &st);
	fuzz_check(st.nr_points == run->nr_points);
	for (size_t i = 0; i < st.nr_points; i++)
		fuzz_check_clean(st.text[i]);
	fuzz_check_clean(st.bail);
	fuzz_check_clean(st.facts.throttled_by);
	fuzz_check_clean(st.unset);
	status_release(&st);
	if (memmem(text, len, "cgmark:", 7)) {
		fuzz_file("run/boots/base-p0/status.ktap", text, len);
		run_save_raw(run, &run->boots[0]);
		check_files(boot);
	}
}
