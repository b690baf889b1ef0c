/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_SITE_CALIBRATION_H
#define CGMARK_SITE_CALIBRATION_H

#include "site-model.h"
#include "strbuf.h"

/* Loads what is kept in the folder for the lines of the site. */
void site_calibrations_load(struct site *s, const char *dir);
/* Error rates of the installation, with a plot.  -errno, logged. */
int site_calibrations(const struct site *s, struct strbuf *out);

#endif
