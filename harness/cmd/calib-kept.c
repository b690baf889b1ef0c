/* SPDX-License-Identifier: GPL-2.0-only */
#include "calib-kept.h"

#include "alloc.h"

char *calib_kept_path(const struct env *env, const struct run *run)
{
	_cleanup_free_ char *name =
		calibration_file(run->machine, run->machine_detail, run->suite);

	return xasprintf("%s/calibration/%s", env->results_dir, name);
}

void calib_kept_find(const struct env *env, struct findings *f)
{
	_cleanup_free_ char *path = calib_kept_path(env, f->comparison->run);

	calibration_load(path, &f->calibration);
}
