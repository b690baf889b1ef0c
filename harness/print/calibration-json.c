/* SPDX-License-Identifier: GPL-2.0-only */
#include "calibration-json.h"

#include "calibration-text.h"
#include "json.h"
#include "stats.h"

static void set_rate(json_t *o, const char *key, struct rate r)
{
	struct interval i = stats_clopper_pearson(r.x, r.n, CALIBRATION_LEVEL);
	json_t *rate = json_object();

	json_object_set_new(rate, "found", json_integer(r.x));
	json_object_set_new(rate, "comparisons", json_integer(r.n));
	json_object_set_new(rate, "low", json_real(i.lo));
	json_object_set_new(rate, "high", json_real(i.hi));
	json_object_set_new(o, key, rate);
}

json_t *calibration_json(const struct calibration *c)
{
	struct calib_summary s;
	json_t *o;

	if (!c)
		return json_null();
	s = calib_sum_up(c);
	o = json_object();
	json_object_set_new(o, "created", json_text(c->created));
	json_object_set_new(o, "version", json_text(c->version));
	json_object_set_new(o, "suite", json_text(c->suite));
	json_object_set_new(o, "limits", json_text(c->limits));
	json_object_set_new(o, "boots", json_integer(c->boots));
	json_object_set_new(o, "costs", json_integer((json_int_t)c->nr_costs));
	json_object_set_new(o, "level", json_real(CALIBRATION_LEVEL));
	set_rate(o, "false_alarms_same", s.same);
	set_rate(o, "false_alarms_padded", s.padded);
	set_rate(o, "costs_found", s.found);
	set_rate(o, "tails_found", s.tails);
	set_rate(o, "wrong_benchmark", s.others);
	json_object_set_new(o, "wrong_direction", json_integer(s.wrong));
	return o;
}
