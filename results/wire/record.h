/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wire format of samples and plans, shared by guest and host (libc only): text,
 * one record per line, fields separated by TABs.  A V line comes first; an E
 * line with the number of records and a checksum comes last.  cgmark-run(5)
 * documents the records and their fields.
 */
#ifndef CGMARK_RECORD_H
#define CGMARK_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REC_VERSION 1
#define REC_BENCH_MAX 48
#define REC_PARAMS_MAX 160
#define REC_METRIC_MAX 64
#define REC_LINE_MAX 512
#define REC_WHY_MAX 100

/*
 * Option setup_only=1 of a plan: each point is set up but not run, and its
 * result is SKIP, with the reason or with this text.
 */
#define REC_SETUP_ONLY "setup_only"
#define REC_NOTHING_LACKS "nothing is lacking"

/* The identity of a point: values are compared between equal ones only. */
struct point_id {
	char bench[REC_BENCH_MAX];
	unsigned version;
	char params[REC_PARAMS_MAX]; /* "k=v,k=v", keys sorted; "" if none */
};

bool point_same(const struct point_id *a, const struct point_id *b);

/*
 * Metrics:
 *   insns      guest instructions, exact (machine sim)
 *   guest_ns   guest time: instructions at 1 ns each plus idle time, for points
 *              that sleep or wait for a grace period (machine sim)
 *   elapsed_ns real time (every other machine)
 *   any other  events counted by the kernel, named as requested (event.h)
 */
struct sample {
	struct point_id id;
	char metric[REC_METRIC_MAX];
	unsigned rep; /* 0.. within point and metric */
	uint64_t value;
	uint64_t nr_ops; /* >= 1 */
};

/* Is it one of the first three?  Boots that count events have only others. */
bool rec_is_clock_metric(const char *metric);

/* A metric that could not be measured at a point. */
struct lack {
	struct point_id id;
	char metric[REC_METRIC_MAX];
	char why[REC_WHY_MAX]; /* printable ASCII, not empty */
};

struct plan_point {
	char binary[REC_BENCH_MAX]; /* "bench-attach" */
	struct point_id id;
	unsigned samples;    /* samples to take, >= 1 */
	unsigned warmup;     /* samples to discard first */
	unsigned nr_ops;     /* operations per sample; 0: calibrate */
	unsigned timeout_ms; /* guest time one point may take */
};

/* What is wrong with a stream; text names line and cause. */
struct rec_error {
	unsigned line; /* 1-based; 0: whole file */
	char text[160];
};

/* Whether s is a word of printable ASCII that fits max bytes with its NUL. */
bool rec_is_token(const char *s, size_t max);

uint32_t rec_crc32(uint32_t crc, const void *data, size_t len);

/*
 * Format one line with its LF into buf (REC_LINE_MAX is enough).  Return its
 * length, or -EINVAL if the format cannot represent a field.
 */
int rec_format_head(char *buf, size_t size, const char *kind);
int rec_format_sample(char *buf, size_t size, const struct sample *s);
int rec_format_lack(char *buf, size_t size, const struct lack *l);
int rec_format_option(char *buf, size_t size, const char *key,
		      const char *value);
int rec_format_point(char *buf, size_t size, const struct plan_point *p);
int rec_format_end(char *buf, size_t size, unsigned count, uint32_t crc);

typedef int (*rec_sample_fn)(const struct sample *s, void *arg);
typedef int (*rec_lack_fn)(const struct lack *l, void *arg);
typedef int (*rec_option_fn)(const char *key, const char *value, void *arg);
typedef int (*rec_point_fn)(const struct plan_point *p, void *arg);

/*
 * Parse a whole stream.  The callbacks get each record as it is read; any value
 * other than 0 stops the parse and is returned.
 * -ENODATA: truncated (no E line, or fewer records than it counts);
 * -EBADMSG: altered or malformed; -EPROTONOSUPPORT: a newer version.
 * *err (may be NULL) names line and cause.  Records before the error were well
 * formed, but only 0 means that all are as they were written.
 */
int rec_parse_samples(const char *buf, size_t len, rec_sample_fn fn,
		      rec_lack_fn lfn, void *arg, struct rec_error *err);
int rec_parse_plan(const char *buf, size_t len, rec_option_fn ofn,
		   rec_point_fn pfn, void *arg, struct rec_error *err);

/*
 * Parse any other stream with a V line of this kind and an E line.  fn gets the
 * fields of each line between them, sets *counted if E counts it, and returns
 * 0, or -errno with the cause in why.  Results as above.
 */
#define REC_FIELDS_MAX 16
typedef int (*rec_line_fn)(char *const *field, unsigned nr, void *arg,
			   bool *counted, char why[REC_WHY_MAX]);
int rec_parse_lines(const char *buf, size_t len, const char *kind,
		    rec_line_fn fn, void *arg, struct rec_error *err);

/*
 * Copies the value of key in a "k=v,k=v" list; 0, -ENOENT or -ENAMETOOLONG.
 */
int rec_param_get(const char *params, const char *key, char *buf, size_t size);
/* Sorts the list by key in place; -EINVAL: malformed, or a duplicate key. */
int rec_params_sort(char *params, size_t size);

#endif
