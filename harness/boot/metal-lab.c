/* SPDX-License-Identifier: GPL-2.0-only */
#include "metal-lab.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <time.h>

#include "file.h"
#include "log.h"
#include "metal-scratch.h"

/* Whoever has data on a partition has some of it here. */
#define CLAIM_BLOCKS (1024 * 1024 / METAL_BLOCK_BYTES)

int metal_home_id(char *ret, size_t size)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int r = read_first_line("/proc/sys/kernel/random/boot_id", &text);

	if (r == 0)
		snprintf(ret, size, "%s", text.buf);
	return r;
}

uint64_t metal_home_began_s(void)
{
	struct timespec up;

	clock_gettime(CLOCK_BOOTTIME, &up);
	return time(NULL) - up.tv_sec;
}

/* --- scratch --- */

static const char *find_error(int err)
{
	switch (-err) {
	case EINVAL:
		return "is no PARTUUID of a GPT (blkid shows them)";
	case ENOENT:
		return "is on no disk";
	case ENOTUNIQ:
		return "is on more than one disk: give one of them another";
	case EBADMSG:
		return "is on a disk of which the kernel knows another table: "
		       "reboot";
	default:
		return strerror(-err);
	}
}

int metal_open_scratch(const char *partuuid, int *fd, uint32_t *nr_blocks,
		       struct strbuf *why)
{
	struct metal_scratch s;
	int r = metal_scratch_find(&metal_roots, partuuid, &s);

	if (r < 0) {
		strbuf_addf(why, "scratch partition %s %s", partuuid,
			    find_error(r));
		return r;
	}
	r = metal_scratch_open(&s);
	if (r < 0) {
		strbuf_addf(why, "scratch partition %s: %s", s.node,
			    r == -EBUSY ? "in use; is it mounted?"
					: strerror(-r));
		return r;
	}
	*fd = r;
	*nr_blocks = metal_scratch_blocks(&s);
	return 0;
}

bool metal_is_claimed(int fd)
{
	_cleanup_free_ void *buf = metal_block_alloc();
	struct metal_block b;

	return buf && metal_block_read(fd, 0, buf) == 0 &&
	       metal_block_parse(buf, &b) == 0 && b.kind == METAL_HEADER &&
	       b.seq == 0;
}

static bool is_zero(const unsigned char *p)
{
	for (size_t i = 0; i < METAL_BLOCK_BYTES; i++)
		if (p[i])
			return false;
	return true;
}

static int check_empty(int fd, struct strbuf *why)
{
	_cleanup_free_ void *buf = metal_block_alloc();
	int r = buf ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < CLAIM_BLOCKS && r == 0; i++) {
		r = metal_block_read(fd, i, buf);
		if (r == 0 && !is_zero(buf))
			r = -ENOTEMPTY;
	}
	if (r == -ENOTEMPTY)
		strbuf_addstr(why, "the scratch partition has somebody else's "
				   "data: if nobody needs them, fill its first "
				   "MiB with zeros");
	else if (r < 0)
		strbuf_addf(why,
			    "cannot read 1 MiB of the scratch partition: "
			    "%s",
			    strerror(-r));
	return r;
}

int metal_claim_scratch(int fd, struct strbuf *why)
{
	static const unsigned char none[METAL_NONCE_BYTES];
	int r;

	if (metal_is_claimed(fd))
		return 0;
	r = check_empty(fd, why);
	if (r < 0)
		return r;
	r = metal_begin_scratch(fd, none);
	if (r < 0)
		strbuf_addstr(why, "the scratch partition cannot be written");
	return r;
}

int metal_begin_scratch(int fd, const unsigned char *nonce)
{
	_cleanup_free_ void *buf = metal_block_alloc();
	struct metal_block b = { .kind = METAL_HEADER };
	int r;

	if (!buf)
		return -ENOMEM;
	memcpy(b.nonce, nonce, sizeof(b.nonce));
	metal_block_format(&b, buf);
	r = metal_block_write(fd, 0, buf);
	return r < 0 ? log_err_errno(-r, "cannot write the scratch partition")
		     : 0;
}

/* --- what it is like --- */

static void add_setting(struct strbuf *ret, const char *what, const char *path)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (read_file(path, &text) == 0 && text.len)
		strbuf_addf(ret, ", %s %.*s", what,
			    (int)strcspn(text.buf, "\n"), text.buf);
	else
		strbuf_addf(ret, ", no %s", what);
}

void metal_describe_home(struct strbuf *ret)
{
	struct utsname uts;

	if (uname(&uts) == 0)
		strbuf_addf(ret, "home Linux %s", uts.release);
	add_setting(ret, "clock",
		    "/sys/devices/system/clocksource/clocksource0/"
		    "current_clocksource");
	add_setting(ret, "governor",
		    "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
	add_setting(ret, "SMT", "/sys/devices/system/cpu/smt/control");
	add_setting(ret, "no_turbo",
		    "/sys/devices/system/cpu/intel_pstate/no_turbo");
	add_setting(ret, "PMU", "/sys/devices/cpu/caps/pmu_name");
	add_setting(ret, "isolated CPUs", "/sys/devices/system/cpu/isolated");
}
