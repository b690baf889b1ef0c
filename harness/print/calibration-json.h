/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_CALIBRATION_JSON_H
#define CGMARK_CALIBRATION_JSON_H

#include <jansson.h>

#include "calibration.h"

/* What calibration_line() says, as an object; null for NULL. */
json_t *calibration_json(const struct calibration *c);

#endif
