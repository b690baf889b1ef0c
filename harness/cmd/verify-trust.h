/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be believed of a run that somebody else made, and why. */
#ifndef CGMARK_VERIFY_TRUST_H
#define CGMARK_VERIFY_TRUST_H

#include "cmd.h"
#include "run.h"

/* Does it belong to another user, or come from another host? */
bool verify_is_foreign(const struct run *run);
/* Prints what can be checked here, and what has to be believed. */
void verify_trust_print(const struct env *env, const struct run *run);

#endif
