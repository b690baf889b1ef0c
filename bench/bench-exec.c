/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Life of a process that becomes another program, from fork() to the end of
 * wait(): fork/exit with an execveat(2) in between.
 *
 * The program is a static one of three instructions, in memory of the
 * kernel's own tmpfs, so that it costs what exec does: new memory, a page or
 * two of it, and the end of the old.
 *
 * how=fork copies the parent's page tables first, how=vfork does not.  Other
 * params as for fork/exit.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fork-family.h"

/* Not 0, which a child that failed might return as well. */
#define CHILD_STATUS 42
#define LOAD_ADDRESS 0x400000

static struct cg place = CG_NONE;
static int program = -1;
static bool by_vfork;
static uint64_t children;

struct image {
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	unsigned char code[16];
};

#ifdef __x86_64__
/* exit(CHILD_STATUS): the children themselves say that they ran. */
static const struct image image = {
	.header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
				 ELFDATA2LSB, EV_CURRENT },
		    .e_type = ET_EXEC,
		    .e_machine = EM_X86_64,
		    .e_version = EV_CURRENT,
		    .e_entry = LOAD_ADDRESS + offsetof(struct image, code),
		    .e_phoff = offsetof(struct image, segment),
		    .e_ehsize = sizeof(Elf64_Ehdr),
		    .e_phentsize = sizeof(Elf64_Phdr),
		    .e_phnum = 1 },
	.segment = { .p_type = PT_LOAD,
		     .p_flags = PF_R | PF_X,
		     .p_vaddr = LOAD_ADDRESS,
		     .p_paddr = LOAD_ADDRESS,
		     .p_filesz = sizeof(struct image),
		     .p_memsz = sizeof(struct image),
		     .p_align = 4096 },
	.code = { 0xbf, CHILD_STATUS, 0, 0, 0, /* mov $CHILD_STATUS, %edi */
		  0xb8, 60, 0, 0, 0,	       /* mov $SYS_exit, %eax */
		  0x0f, 0x05 },		       /* syscall */
};
#else
static const struct image image;
#endif

/* Whoever has it open for writing keeps it from running. */
static int make_program(struct bench_ctx *ctx)
{
	char path[32];
	int fd;

	if (!image.header.e_entry)
		return ctx_skip(ctx, "no program for this processor");
	fd = memfd_create("program", MFD_CLOEXEC);
	if (fd < 0 || write(fd, &image, sizeof(image)) != sizeof(image) ||
	    fchmod(fd, 0555) < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	program = open(path, O_RDONLY | O_CLOEXEC);
	if (program < 0)
		return -errno;
	close(fd);
	return 0;
}

static int exec_setup(struct bench_ctx *ctx)
{
	int r = fork_family_setup(ctx, &place);

	if (r == 0)
		r = fork_state_setup(ctx, &place);
	return r ? r : make_program(ctx);
}

static int exec_begin(struct bench_ctx *ctx)
{
	const char *how = ctx_param(ctx, "how");

	by_vfork = !strcmp(how, "vfork");
	if (!by_vfork && strcmp(how, "fork"))
		return ctx_bad_param(ctx, "how");
	return fork_state_begin(ctx, &place);
}

static void become_program(void)
{
	char *const none[] = { NULL };
	char *const args[] = { (char[]){ "x" }, NULL };

	syscall(SYS_execveat, program, "", args, none, AT_EMPTY_PATH);
	_exit(1);
}

static int exec_one(void)
{
	int status;
	long pid = by_vfork ? vfork() : syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		become_program();
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != CHILD_STATUS)
		return -EIO;
	children++;
	return 0;
}

static int exec_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++)
		r = exec_one();
	return r;
}

static int exec_check(struct bench_ctx *ctx)
{
	int r;

	if (!children)
		return ctx_fail(ctx, -EIO, "no child was seen to end");
	r = fork_state_check(ctx);
	return r ? r : fork_family_check_gone(ctx);
}

BENCH_DEFINE(fork_exec) = {
	.name = "fork/exec",
	.summary = "fork, the child becomes a static program, wait for its end",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_SCHED CGROUP_PIDS CPUSETS MEMCG",
	.extra = true,
	.first = "controllers=v1",
	.samples = 100,
	.params = PARAMS(FORK_FAMILY_PARAMS("v1,none,all", "cpu"),
			 FORK_FAMILY_STATE, PARAM_VARIANT("how", "fork,vfork")),
	.setup = exec_setup,
	.begin = exec_begin,
	.run = exec_run,
	.check = exec_check,
};
