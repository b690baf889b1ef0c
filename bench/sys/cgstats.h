/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CGROUPSTATS_CMD_DESCRIBE and _READ without any library: a request is built
 * once and sent as often as needed, and nothing allocates memory.
 *
 * The numbers are those of the series' include/uapi/linux/cgroupstats.h.
 */
#ifndef CGMARK_CGSTATS_H
#define CGMARK_CGSTATS_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CGSTATS_CMD_DESCRIBE = 6,
	CGSTATS_CMD_READ = 7,
};

enum {
	CGSTATS_A_PAD = 1,
	CGSTATS_A_GEN,
	CGSTATS_A_FLAGS,
	CGSTATS_A_IDS,
	CGSTATS_A_FDS,
	CGSTATS_A_HIERARCHY,
	CGSTATS_A_CGIDS,
	CGSTATS_A_SUBTREE_FD,
	CGSTATS_A_CGID,
	CGSTATS_A_ERROR,
	CGSTATS_A_COUNTS,
	CGSTATS_A_DATA,
	CGSTATS_A_ID,
	CGSTATS_A_NAME,
	CGSTATS_A_TYPE,
	CGSTATS_A_NVALS,
	CGSTATS_A_KEYS,
	CGSTATS_A_END,
};

#define CGSTATS_F_COUNTS 1
#define CGSTATS_F_PREFLUSH 2
#define CGSTATS_F_KEYS 4

#define CGSTATS_TYPE_U64 1
#define CGSTATS_TYPE_S64 2
#define CGSTATS_TYPE_MAP 3

#define CGSTATS_MAX_IDS 64
#define CGSTATS_MAX_CGROUPS 8190

/* The most the kernel sends at once. */
#define CGSTATS_CHUNK 32768

struct cgstats {
	int fd;
	uint16_t family;
	bool interrupted; /* a message said so since the last request */
	uint32_t seq;	  /* of the last request */
};

/* -ENOENT: the kernel has no taskstats. */
int cgstats_resolve(struct cgstats *ret);
/* The same; -EOPNOTSUPP: taskstats lacks these commands. */
int cgstats_open(struct cgstats *ret);
/* The same with a socket of its own, for a known family. */
int cgstats_socket(struct cgstats *s);
void cgstats_close(struct cgstats *s);

/* A request.  Attributes that do not fit are left out and set full. */
struct cgstats_request {
	bool full;
	size_t size; /* of buf */
	union {
		struct nlmsghdr header;
		char buf[72 * 1024];
	};
};

void cgstats_request(struct cgstats_request *r, const struct cgstats *s,
		     int cmd, int flags);
void cgstats_add(struct cgstats_request *r, int attr, const void *data,
		 size_t len);
void cgstats_add_u32(struct cgstats_request *r, int attr, uint32_t value);
void cgstats_add_u64(struct cgstats_request *r, int attr, uint64_t value);

/* The attributes of an answer; NULL: absent. */
struct cgstats_answer {
	const struct nlmsghdr *header;
	const void *data[CGSTATS_A_END];
	unsigned len[CGSTATS_A_END];
};

uint32_t cgstats_u32(const struct cgstats_answer *a, int attr);
uint64_t cgstats_u64(const struct cgstats_answer *a, int attr);

int cgstats_send(struct cgstats *s, struct cgstats_request *r);
/*
 * Receive with one system call, at most CGSTATS_CHUNK bytes, and pass each
 * message to fn, which may be NULL.  1: there is more.  0: that was all.
 * -errno: the kernel answered with it or ended the dump with it, or fn returned
 * it; -EINTR at the end if a message had NLM_F_DUMP_INTR.  A request without
 * NLM_F_DUMP gets one answer.
 */
int cgstats_receive(struct cgstats *s,
		    int (*fn)(const struct cgstats_answer *a, void *arg),
		    void *arg);
/* Send a request and receive the whole answer. */
int cgstats_call(struct cgstats *s, struct cgstats_request *r,
		 int (*fn)(const struct cgstats_answer *a, void *arg),
		 void *arg);

/* Id of a file by its name; -ENOENT.  fd: on that cgroup; -1: on any. */
int cgstats_find(struct cgstats *s, int fd, const char *name, uint32_t *id);

#endif
