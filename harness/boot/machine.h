/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine boots a kernel with an initramfs and provides three one-way
 * channels: console (kernel log only), status (KTAP) and samples (records).
 * Guest and plan are the same bytes on every machine.
 */
#ifndef CGMARK_MACHINE_H
#define CGMARK_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "run.h"
#include "strbuf.h"

struct boot_inputs;
/* A socket that is a port in the guest, both ways: "cgmark.NAME". */
struct guest_port {
	const char *name;
	int fd;
};
#define GUEST_PORTS_MAX 4

/* What to boot; strings stay owned by the caller and must outlive the boot. */
struct boot_image {
	const char *vmlinux;
	const char *board;     /* "pc", or "" for microvm */
	const char *modules;   /* path of a cpio, or "" */
	const char *initramfs; /* path: guest programs, a newc cpio */
	const void *plan;      /* bytes of plan.tsv, appended as a cpio */
	size_t plan_len;
	const char *cmdline; /* appended to the machine's own; or "" */
	unsigned mem_mib;
	size_t initrd_pad_bytes; /* perturbation: zero bytes behind it */
	const char *kernel_name; /* for fake: which stream to replay */
	unsigned perturbation;	 /* likewise */
	unsigned cpus_possible;	 /* running or not; 0: those of the machine */
	const char *role;	 /* "measure", "repeat", "null", "events" */
	const char *run_dir;	 /* for metal: what it is a boot of */
	const char *id;		 /* likewise, in that run */
	/* For sim: count by function with this plugin (tcg/), NULL: do not. */
	const char *tcg_plugin;
	const char *profile;		/* path that it writes to */
	bool profile_model;		/* caches and branches too */
	bool profile_sharing;		/* in its place: what CPUs share */
	bool profile_locks;		/* or how long locks are held */
	const struct guest_port *ports; /* beside the channels */
	size_t nr_ports;		/* at most GUEST_PORTS_MAX */
	bool real_clock; /* for sim: time passes as on the host, uncounted */
};

/* Does the plugin have to see what is in the guest's memory? */
static inline bool boot_image_shows_memory(const struct boot_image *img)
{
	return img->profile_sharing || img->profile_locks;
}

/* Those members that tell of the kernel; its strings must outlive the image. */
void boot_image_set_kernel(struct boot_image *img, const struct run_kernel *k);
/* On what boards these kernels boot: "microvm", "pc", "microvm and pc". */
const char *boot_boards(const struct run_kernel *kernels, size_t nr);

struct machine {
	const struct machine_ops *ops;
	pid_t pid; /* process group leader, -1: none */
	int pidfd;
	int console_fd; /* read ends, non-blocking; -1: none */
	int status_fd;
	int samples_fd;
	int diag_fd;	       /* QEMU's stderr, for diagnose */
	char *arg;	       /* text behind "NAME:" */
	char *tmpdir;	       /* removed by destroy */
	int tmpdir_fd;	       /* holds the lock that says "in use" */
	struct strbuf command; /* command line, for the record */
	void *priv;
};

/* An end of the process that is not its own fault, by what it says of it. */
struct known_end {
	const char *diag; /* part of that; NULL ends the list */
	enum blame blame;
	const char *text; /* "was told to end" */
};

struct machine_ops {
	const char *name;
	const char *usage; /* with its argument: "fake:DIR" */
	const char *summary;
	const char *process;		/* what runs the guest: "QEMU" */
	bool (*takes)(const char *arg); /* what is behind "NAME:", "" if none */
	/*
	 * Can this machine be used here?  0, or -errno with the reason in
	 * words in *why (caller releases).  Cheap for sim (QEMU there, right
	 * version); for kvm it boots the kernel with a deadline.
	 */
	int (*probe)(const char *arg, const struct run_kernel *kernel,
		     const char *initramfs, struct strbuf *why);
	/* Start; on success fds and pid are set.  -errno, logged. */
	int (*boot)(struct machine *m, const struct boot_image *img);
	/* What the machine itself can say after a failure; may be empty. */
	int (*diagnose)(struct machine *m, struct strbuf *ret);
	/* Kill, reap, close, remove temporary files.  Idempotent. */
	void (*destroy)(struct machine *m);
	/*
	 * "QEMU 7.2.19, microvm, TCG icount, -cpu Nehalem", for the
	 * provenance; boards as of boot_boards().
	 */
	int (*describe)(const char *arg, const char *boards,
			struct strbuf *ret);
	/*
	 * For exact machines whose boots may be kept: all that decides what a
	 * boot gives, beside vmlinux, guest and plan.  identify() adds what is
	 * the same for every boot, inputs() what is not.  0; -EOPNOTSUPP if
	 * that cannot be told; or another -errno.  Not logged; NULL: never.
	 */
	int (*identify)(const char *arg, struct boot_inputs *ret);
	int (*inputs)(const char *arg, const struct boot_image *img,
		      struct boot_inputs *ret);
	/*
	 * Forget a run whose boots have ended, in its directory; NULL: the machine
	 * remembers none.  0 or -errno, logged.
	 */
	int (*forget)(const char *run_dir);
	const struct known_end *known_ends; /* or NULL */
	bool probe_boots; /* probe() proves the machine by a boot */
	bool exact;	  /* counts repeat bit for bit */
	bool shared;	  /* others run on it, too */
	bool leaves;	  /* this process does not outlive a boot */
	bool running;	  /* boots nothing: measures the kernel that runs */
	const char *pmu;  /* its processor in the words of libpfm4;
					 * NULL: that of the host */
	unsigned max_parallel; /* 0: as many as there are cores */
};

extern const struct machine_ops machine_sim;
extern const struct machine_ops machine_kvm;
extern const struct machine_ops machine_metal;
extern const struct machine_ops machine_local;
extern const struct machine_ops machine_fake;

/*
 * By "sim", "sim:2" (virtual CPUs), "kvm", "metal", "local", "fake:DIR";
 * NULL if unknown.  *arg: text behind ':' or "".
 */
const struct machine_ops *machine_find(const char *spec, const char **arg);
const struct machine_ops *const *machine_all(size_t *nr);

/* Of an argument that is a number of virtual CPUs; "": 1, 0: it is none. */
#define MACHINE_VCPUS_MAX 64
unsigned machine_vcpus(const char *arg);

/* Nothing started yet: destroy() is safe from here on.  arg is copied. */
void machine_init(struct machine *m, const struct machine_ops *ops,
		  const char *arg);
/*
 * Wait for the process to end, kill what is left of its group, and forget it.
 * status as of wait4(); both results may be NULL.  -ESRCH: none was running.
 */
int machine_reap(struct machine *m, int *status, struct rusage *usage);

/* --- for implementations --- */

enum machine_channel { CH_CONSOLE, CH_STATUS, CH_SAMPLES, CH_DIAG, NR_CH };

/*
 * Pipes for all channels, large enough that a guest never waits for a slow
 * reader.  Read ends go into m; write ends are the caller's.  -errno, logged.
 */
int machine_open_channels(struct machine *m, int writers[NR_CH]);
/* $TMPDIR/cgmark-PID-XXXXXX into m->tmpdir, locked.  -errno, logged. */
int machine_make_tmpdir(struct machine *m);
/* diagnose() for a machine whose diag_fd says it all. */
int machine_read_diag(struct machine *m, struct strbuf *ret);
/* destroy() for a machine without priv. */
void machine_destroy(struct machine *m);

#endif
