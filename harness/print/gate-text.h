/* SPDX-License-Identifier: GPL-2.0-only */
/* What a gate found, as text for terminals and mail. */
#ifndef CGMARK_GATE_TEXT_H
#define CGMARK_GATE_TEXT_H

#include <stdio.h>

#include "gate.h"

/* At most PRINT_COLUMNS wide. */
void gate_print_text(FILE *out, const struct gate *g);

#endif
