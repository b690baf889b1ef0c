/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the writer and the readers of a boot's sharing.tsv share (libc only).  The
 * format is in cgmark-run(5).
 */
#ifndef CGMARK_SHARING_NAMES_H
#define CGMARK_SHARING_NAMES_H

#define SHARING_FILE "sharing.tsv"
#define SHARING_KIND "cgmark-sharing"
#define SHARING_OBJECT_MAX 96
#define SHARING_CPUS_MAX 4

/* The metric that comes from it. */
#define SHARING_MOVES "moves"

#endif
