/* SPDX-License-Identifier: GPL-2.0-only */
#include "metal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#include "kmsg.h"
#include "metal-scratch.h"
#include "system.h"
#include "tap.h"

#define TRIES 200
#define TRY_NS 50000000L /* 10 s in all: disks need a while to show up */
#define STREAM_BYTES 65536

struct stream {
	enum metal_kind kind;
	int fd;
	off_t done; /* bytes that are on the disk */
};

static struct {
	int fd;		   /* of the partition */
	uint32_t next, nr; /* blocks */
	uint32_t console;  /* blocks of the kernel's log */
	unsigned char nonce[METAL_NONCE_BYTES];
	int kmsg_fd;
	struct stream samples, status;
	volatile sig_atomic_t writing;
	bool on;
} metal;

static unsigned char block[METAL_BLOCK_BYTES]
	__attribute__((aligned(METAL_BLOCK_BYTES)));

/* --- the command line --- */

/* The value of KEY= up to the next blank; NULL: it is not there. */
static const char *find_word(const char *cmdline, const char *key, size_t *len)
{
	const char *p = cmdline;

	while ((p = strstr(p, key))) {
		if (p == cmdline || p[-1] == ' ') {
			p += strlen(key);
			*len = strcspn(p, " \n");
			return p;
		}
		p += strlen(key);
	}
	return NULL;
}

static int copy_word(const char *cmdline, const char *key, char *ret,
		     size_t size)
{
	size_t len;
	const char *word = find_word(cmdline, key, &len);

	if (!word || !len || len >= size)
		return -EINVAL;
	memcpy(ret, word, len);
	ret[len] = '\0';
	return 0;
}

int metal_args_parse(const char *cmdline, struct metal_args *ret)
{
	char seconds[12], *end;
	size_t len;

	if (!find_word(cmdline, "cgmark.scratch=", &len))
		return 0;
	if (copy_word(cmdline, "cgmark.scratch=", ret->scratch,
		      sizeof(ret->scratch)) < 0 ||
	    copy_word(cmdline, "cgmark.nonce=", ret->nonce,
		      sizeof(ret->nonce)) < 0 ||
	    copy_word(cmdline, "cgmark.deadline=", seconds, sizeof(seconds)) <
		    0)
		return -EINVAL;
	ret->deadline_s = strtoul(seconds, &end, 10);
	if (*seconds < '1' || *seconds > '9' || *end ||
	    ret->deadline_s > METAL_SECONDS_MAX)
		return -EINVAL;
	return 1;
}

static bool read_args(struct metal_args *ret)
{
	char text[4096];
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC), r;
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n < 0)
		return false;
	text[n] = '\0';
	r = metal_args_parse(text, ret);
	if (r < 0)
		system_bail_out("the command line's cgmark.scratch, "
				"cgmark.nonce or cgmark.deadline is wrong");
	return r > 0;
}

/* --- blocks --- */

/* Nobody could be told: home finds that the blocks end without an end. */
static void give_up(const char *what, int err)
{
	metal.on = false;
	system_status_fd = -1;
	system_bail_out("%s: %s", what, strerror(err));
}

static void put_block(enum metal_kind kind, const void *payload, size_t len)
{
	struct metal_block b = {
		.seq = metal.next,
		.kind = kind,
		.len = len,
		.payload = payload,
	};
	int r;

	memcpy(b.nonce, metal.nonce, sizeof(b.nonce));
	metal.writing = 1;
	metal_block_format(&b, block);
	r = metal_block_write(metal.fd, metal.next++, block);
	metal.writing = 0;
	if (r < 0)
		give_up("write the scratch partition", -r);
}

/* The last block of the partition is for saying that there is no room. */
static void put(enum metal_kind kind, const void *data, size_t len)
{
	if (metal.next + 1 < metal.nr) {
		put_block(kind, data, len);
		return;
	}
	put_block(METAL_FULL, NULL, 0);
	metal.on = false;
	system_end();
}

static void put_bytes(enum metal_kind kind, const char *data, size_t len)
{
	while (len) {
		size_t n = len < METAL_PAYLOAD_MAX ? len : METAL_PAYLOAD_MAX;

		put(kind, data, n);
		data += n;
		len -= n;
	}
}

static void put_stream(struct stream *s)
{
	static char buf[STREAM_BYTES];
	ssize_t n;

	while ((n = pread(s->fd, buf, sizeof(buf), s->done)) > 0) {
		put_bytes(s->kind, buf, n);
		s->done += n;
	}
	if (n < 0)
		give_up("read back a stream", errno);
}

/* A kernel that prints without end is to leave room for saying so. */
static void put_log(const char *buf, size_t len)
{
	metal.console += (len + METAL_PAYLOAD_MAX - 1) / METAL_PAYLOAD_MAX;
	if (metal.console <= metal.nr / 2) {
		put_bytes(METAL_CONSOLE, buf, len);
		return;
	}
	put(METAL_FLOOD, NULL, 0);
	metal.on = false;
	system_end();
}

static void put_console(void)
{
	static char buf[STREAM_BYTES];
	size_t len = 0;
	int more = 1;

	while (more) {
		len += kmsg_next(metal.kmsg_fd, buf + len, &more);
		if (sizeof(buf) - len < KMSG_LINE_MAX) {
			put_log(buf, len);
			len = 0;
		}
	}
	put_log(buf, len);
}

/* Status comes last: what it tells of is there then. */
void metal_flush(void)
{
	if (!metal.on)
		return;
	put_console();
	put_stream(&metal.samples);
	put_stream(&metal.status);
}

void metal_end(void)
{
	metal_flush();
	if (metal.on)
		put(METAL_END, NULL, 0);
	metal.on = false;
}

/* --- the beginning --- */

/* Interrupts whatever PID 1 does, so it must not make use of anything else. */
static void on_deadline(int sig)
{
	if (!metal.writing && metal.on && metal.next < metal.nr)
		put_block(METAL_DEADLINE, NULL, 0);
	reboot(RB_AUTOBOOT);
}

static void start_deadline(unsigned seconds)
{
	const struct sigaction action = { .sa_handler = on_deadline };

	sigaction(SIGALRM, &action, NULL);
	alarm(seconds);
}

static int find_partition(const char *partuuid, struct metal_scratch *ret)
{
	const struct timespec pause_ts = { .tv_nsec = TRY_NS };
	int r = metal_scratch_find(&metal_roots, partuuid, ret);

	for (int i = 0; i < TRIES && r == -ENOENT; i++) {
		nanosleep(&pause_ts, NULL);
		r = metal_scratch_find(&metal_roots, partuuid, ret);
	}
	return r;
}

static void check_header(void)
{
	struct metal_block b;
	int r = metal_block_read(metal.fd, 0, block);

	if (r == 0)
		r = metal_block_parse(block, &b);
	if (r < 0)
		give_up("header of the scratch partition", -r);
	if (b.kind != METAL_HEADER || b.seq != 0 ||
	    memcmp(b.nonce, metal.nonce, sizeof(b.nonce)))
		give_up("the scratch partition is not that of this boot",
			EBADMSG);
}

static void open_partition(const struct metal_args *args)
{
	struct metal_scratch s;
	int r = find_partition(args->scratch, &s);

	if (r < 0)
		give_up("find the scratch partition", -r);
	metal.fd = metal_scratch_open(&s);
	if (metal.fd < 0)
		give_up(s.node, -metal.fd);
	if (metal_nonce_parse(args->nonce, metal.nonce) < 0)
		give_up("cgmark.nonce", EINVAL);
	metal.nr = metal_scratch_blocks(&s);
	metal.next = 1;
	check_header();
}

static int open_stream(struct stream *s, enum metal_kind kind)
{
	s->kind = kind;
	s->fd = memfd_create("stream", MFD_CLOEXEC);
	if (s->fd < 0)
		give_up("memory for a stream", errno);
	return s->fd;
}

/* A warning, so that it shows on consoles, one of which may outlive a reset. */
static void mark(const char *nonce)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* Not by dprintf(), which seeks. */
	tap_line(fd, "<4>" METAL_MARK_INIT "%s", nonce);
	close(fd);
}

bool metal_begin(int *status_fd, int *samples_fd)
{
	struct metal_args args;

	if (!read_args(&args))
		return false;
	start_deadline(args.deadline_s);
	mark(args.nonce);
	open_partition(&args);
	metal.kmsg_fd = kmsg_open();
	if (metal.kmsg_fd < 0)
		give_up("/dev/kmsg", -metal.kmsg_fd);
	*status_fd = open_stream(&metal.status, METAL_STATUS);
	*samples_fd = open_stream(&metal.samples, METAL_SAMPLES);
	metal.on = true;
	system_before_end = metal_end;
	return true;
}
