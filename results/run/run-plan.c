/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-plan.h"

#include "run-files.h"
#include "sha256.h"

/* Of one run, not of its plan. */
static const char *const own[] = {
	"id",	"created",  "status", "command_line",
	"host", "settling", "shard",  "merged",
};

/* Where this host has the files is no matter: their hashes are there, too. */
static void drop_paths(json_t *kernels)
{
	json_t *kernel;
	size_t i;

	json_array_foreach(kernels, i, kernel)
	{
		for (size_t f = 0; f < NR_KERNEL_FIELDS; f++)
			if (kernel_fields[f].local)
				json_object_del(kernel, kernel_fields[f].name);
	}
}

static void drop_further(json_t *boots)
{
	for (size_t i = json_array_size(boots); i-- > 0;) {
		json_t *boot = json_array_get(boots, i);
		const char *role =
			json_string_value(json_object_get(boot, "role"));

		if (!strcmp(role, boot_role_str(BOOT_SETTLE)) ||
		    !strcmp(role, boot_role_str(BOOT_CONFIRM)))
			json_array_remove(boots, i);
	}
}

static json_t *plan_to_json(const struct run *run)
{
	json_t *obj = run_to_json(run);
	json_t *shard = json_object_get(obj, "shard");

	if (shard)
		json_object_set(obj, "boots", json_object_get(shard, "boots"));
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		json_object_del(obj, own[i]);
	drop_paths(json_object_get(obj, "kernels"));
	drop_further(json_object_get(obj, "boots"));
	return obj;
}

void run_plan_digest(const struct run *run, char hex[65])
{
	_cleanup_(json_decrefp) json_t *obj = plan_to_json(run);
	_cleanup_free_ char *text = json_dumps(obj, JSON_COMPACT);

	sha256_hex(text ? text : "", text ? strlen(text) : 0, hex);
}

/* Names live as long as the program: they are those of one of these. */
static const char *const respects[] = {
	"format",	 "version", "machine", "machine_detail",
	"guest_sha256",	 "suite",   "job",     "night",
	"profile",	 "seed",    "kernels", "points",
	"perturbations", "boots",   "events",  "latencies",
};

const char *run_plan_difference(const struct run *a, const struct run *b)
{
	_cleanup_(json_decrefp) json_t *x = plan_to_json(a);
	_cleanup_(json_decrefp) json_t *y = plan_to_json(b);

	for (size_t i = 0; i < ARRAY_SIZE(respects); i++) {
		json_t *p = json_object_get(x, respects[i]);
		json_t *q = json_object_get(y, respects[i]);

		if (p != q && !(p && q && json_equal(p, q)))
			return respects[i];
	}
	return json_equal(x, y) ? NULL : "plan";
}
