/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "alloc.h"
#include "kernel-words.h"
#include "qemu-args.h"

/* The same date in every boot. */
#define FIXED_RTC "base=2024-01-01T00:00:00,clock=vm"

/*
 * Guest time is the instruction count: 1 ns each, and idle time is skipped.
 * Nehalem has no fast string instructions: QEMU charges "rep movsb" one
 * instruction a byte, so that copies have to go through the unrolled loops.
 *
 * The command line gives the clock rate, because the loops that calibrate it
 * spin on PAUSE, and each PAUSE leaves translated code.  nolapic_timer and
 * no_timer_check avoid two more such loops, rtc=on a wait for the CMOS clock.
 * "nolapic" would do as well, but loses interrupts of the virtio devices.
 */
const struct qemu_mode qemu_sim = {
	.accel = "-accel tcg -icount shift=0,sleep=off",
	.cpu = "Nehalem-v1",
	.cmdline = "nolapic_timer no_timer_check tsc=reliable "
		   "tsc_early_khz=1000000 lpj=4000000",
	.rtc = FIXED_RTC,
	.text = "TCG icount shift=0",
};

/* The same processor without the count.  Its clock is calibrated as it boots. */
const struct qemu_mode qemu_real = {
	.accel = "-accel tcg",
	.cpu = "Nehalem-v1",
	.cmdline = "no_timer_check tsc=reliable",
	.rtc = "base=utc,clock=host",
	.text = "TCG",
};

const struct qemu_mode qemu_kvm = {
	.accel = "-accel kvm",
	.cpu = "host",
	.cmdline = "no_timer_check",
	.rtc = FIXED_RTC,
	.text = "KVM",
};

/*
 * KERNEL_SHOW_WARNINGS, because a WARN is one.  The last word on this counts, so
 * that it is said once more behind a "quiet".  panic=-1 and reboot=t end a panic at
 * once, by a triple fault.
 */
#define COMMON_CMDLINE \
	"console=ttyS0 panic=-1 reboot=t norandmaps" KERNEL_SHOW_WARNINGS
#define MICROVM                                                \
	"microvm,acpi=off,rtc=on,pit=on,pic=on,isa-serial=on," \
	"x-option-roms=off,auto-kernel-cmdline=on"

/*
 * For a kernel that takes no devices from its command line, as those of most
 * distributions.  With ACPI, microvm would tell it of its devices, but has no PIT
 * then.  On pc, a kernel that unpacks itself would choose where it lies.
 */
#define PC "pc,usb=off"
#define PC_CMDLINE " nokaslr"

void qemu_args_release(struct qemu_args *a)
{
	for (size_t i = 0; i < a->nr; i++)
		free(a->v[i]);
}

__printf(2, 3) static void args_add(struct qemu_args *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0 || a->nr == QEMU_ARGS_MAX)
		abort();
	a->v[a->nr++] = s;
}

/* Splits at blanks, so no word may hold one. */
static void args_add_words(struct qemu_args *a, const char *words)
{
	while (*words) {
		size_t len = strcspn(words, " ");

		args_add(a, "%.*s", (int)len, words);
		words += len + (words[len] == ' ');
	}
}

/* A channel: pipe fd -> character device -> port in the guest. */
static void args_add_port(struct qemu_args *a, const char *id, int fd)
{
	args_add_words(a, "-chardev");
	args_add(a, "file,id=%s,path=/dev/fd/%d", id, fd);
	args_add_words(a, "-device");
	args_add(a, "virtserialport,chardev=%s,name=cgmark.%s", id, id);
}

/* The same for a socket, which takes and gives. */
static void args_add_socket(struct qemu_args *a, const struct guest_port *port)
{
	args_add_words(a, "-chardev");
	args_add(a, "socket,id=%s,fd=%d", port->name, port->fd);
	args_add_words(a, "-device");
	args_add(a, "virtserialport,chardev=%s,name=cgmark.%s", port->name,
		 port->name);
}

/* A comma ends a suboption; two stand for one. */
static void add_path(struct strbuf *sb, const char *name, const char *path)
{
	strbuf_addf(sb, ",%s=", name);
	for (; *path; path++)
		strbuf_addstr(sb, *path == ',' ? ",," : (char[]){ *path, 0 });
}

void qemu_args_add_plugin(struct qemu_args *a, const struct boot_image *img,
			  const char *symbols, const char *objects,
			  unsigned vcpus)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	add_path(&sb, "file", img->tcg_plugin);
	add_path(&sb, "symbols", symbols);
	add_path(&sb, "out", img->profile);
	if (img->cpus_possible > vcpus)
		strbuf_addf(&sb, ",running=%u", vcpus);
	if (boot_image_shows_memory(img)) {
		add_path(&sb, "objects", objects);
		strbuf_addstr(&sb,
			      img->profile_locks ? ",locks=on" : ",sharing=on");
	} else {
		strbuf_addf(&sb, ",model=%s",
			    img->profile_model ? "on" : "off");
	}
	args_add_words(a, "-plugin");
	args_add(a, "%s", sb.buf + 1);
}

/* Where the plugin finds it, to name objects (tcg/guest-memory.h). */
static void args_add_memory(struct qemu_args *a, unsigned mem_mib)
{
	args_add_words(a, "-object");
	args_add(a, "memory-backend-memfd,id=memory,share=on,size=%uM",
		 mem_mib);
}

void qemu_args_build(struct qemu_args *a, const struct qemu_mode *mode,
		     const struct boot_image *img, const char *qemu,
		     const char *initrd, const int *fds, unsigned vcpus)
{
	bool pc = img->board && strcmp(img->board, "pc") == 0;
	bool more = img->cpus_possible > vcpus;
	const char *words = img->cmdline ? img->cmdline : "";
	char running[24] = "";

	args_add(a, "%s", qemu);
	args_add_words(a, "-no-user-config -nodefaults -machine");
	args_add(a, "%s%s", pc ? PC : MICROVM,
		 boot_image_shows_memory(img) ? ",memory-backend=memory" : "");
	args_add_words(a, mode->accel);
	args_add_words(a, "-rtc");
	args_add_words(a, mode->rtc);
	args_add_words(a, "-seed 1 -cpu");
	args_add(a, "%s", mode->cpu);
	args_add(a, "-smp");
	args_add(a, "%u", more ? img->cpus_possible : vcpus);
	args_add(a, "-m");
	args_add(a, "%uM", img->mem_mib);
	if (boot_image_shows_memory(img))
		args_add_memory(a, img->mem_mib);
	args_add_words(a, "-display none -monitor none -no-reboot -chardev");
	args_add(a, "file,id=console,path=/dev/fd/%d", fds[CH_CONSOLE]);
	args_add_words(a, "-serial chardev:console -device");
	args_add(a, pc ? "virtio-serial-pci" : "virtio-serial-device");
	args_add_port(a, "status", fds[CH_STATUS]);
	args_add_port(a, "samples", fds[CH_SAMPLES]);
	for (size_t i = 0; i < img->nr_ports; i++)
		args_add_socket(a, &img->ports[i]);
	args_add(a, "-kernel");
	args_add(a, "%s", img->vmlinux);
	args_add(a, "-initrd");
	args_add(a, "%s", initrd);
	args_add(a, "-append");
	/* Those that do not run are never started, and wait for ever. */
	if (more)
		snprintf(running, sizeof(running), " maxcpus=%u", vcpus);
	args_add(a, COMMON_CMDLINE " %s%s%s%s%s%s", mode->cmdline,
		 pc ? PC_CMDLINE : "", running, *words ? " " : "", words,
		 kernel_words_hide_warnings(words) ? KERNEL_SHOW_WARNINGS : "");
}
