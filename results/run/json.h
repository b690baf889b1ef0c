/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON files that end with their own checksum: the last member of the object
 * is "crc32", over every byte before that member's name.
 */
#ifndef CGMARK_JSON_H
#define CGMARK_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "strbuf.h"

/* Write obj to path atomically.  -errno, logged. */
int json_file_save(const char *path, const json_t *obj);
/* The same, not logged. */
int json_file_write(const char *path, const json_t *obj);
/*
 * Read an object whose "format" is at most max_format.  Returns 0, -ENOENT,
 * -EBADMSG, -EPROTONOSUPPORT or another -errno; not logged, but explained in
 * *why.
 */
int json_file_load(const char *path, unsigned max_format, json_t **ret,
		   struct strbuf *why);

/* A string, or NULL as ""; bytes that are not UTF-8 become '?'. */
json_t *json_text(const char *s);

/*
 * Reads the fields of one object.  The first bad field is described in *why;
 * after it nothing is read, so that only err needs checking at the end.
 */
struct json_fields {
	json_t *obj;
	const char *where; /* "boots[3]", "" at the top */
	struct strbuf *why;
	bool verbatim; /* strings are for programs, and never shown */
	int err;       /* 0 or -EBADMSG */
};

__attribute__((format(printf, 3, 4))) int
json_field_fault(struct json_fields *f, const char *key, const char *fmt, ...);
/*
 * *ret is always allocated; an old value is freed.  Unless verbatim, it is made
 * clean (clean.h) here, so that whoever shows it need not.
 */
void json_field_str(struct json_fields *f, const char *key, char **ret);
/* Copies into buf; a value that does not fit is a fault. */
void json_field_buf(struct json_fields *f, const char *key, char *buf,
		    size_t size);
void json_field_u64(struct json_fields *f, const char *key, uint64_t *ret);
void json_field_uint(struct json_fields *f, const char *key, unsigned *ret);
void json_field_bool(struct json_fields *f, const char *key, bool *ret);
/* Index of the value in names[]. */
void json_field_enum(struct json_fields *f, const char *key,
		     const char *(*name)(unsigned i), unsigned nr,
		     unsigned *ret);
/* Array with at most max elements, or NULL. */
json_t *json_field_array(struct json_fields *f, const char *key, size_t max);
json_t *json_field_object(struct json_fields *f, const char *key);

#endif
