/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>

#include "alloc.h"
#include "elf-file.h"
#include "file.h"
#include "strbuf.h"

#define LOADER "/lib64/ld-linux-x86-64.so.2"

/* A header, two segments and the loader's name: all that is read. */
struct tiny {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[2];
	char loader[sizeof(LOADER)];
};

/* Without what the compiler puts behind it. */
#define TINY_BYTES (offsetof(struct tiny, loader) + sizeof(LOADER))

static struct tiny make(void)
{
	return (struct tiny){
		.eh = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64,
				     ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_DYN,
			.e_machine = EM_X86_64,
			.e_version = EV_CURRENT,
			.e_phoff = offsetof(struct tiny, ph),
			.e_ehsize = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 2,
		},
		.ph = {
			{ .p_type = PT_LOAD, .p_filesz = sizeof(struct tiny) },
			{
				.p_type = PT_INTERP,
				.p_offset = offsetof(struct tiny, loader),
				.p_filesz = sizeof(LOADER),
			},
		},
		.loader = LOADER,
	};
}

static void check_loader(const struct tiny *t, int want, const char *loader)
{
	_cleanup_free_ char *got = NULL;

	assert_int_equal(elf_file_loader(t, TINY_BYTES, &got), want);
	if (loader)
		assert_string_equal(got, loader);
	else
		assert_null(got);
}

static void test_what(void **state)
{
	struct tiny t = make();

	assert_int_equal(elf_file_what(&t, TINY_BYTES), ELF_WHAT_X86_64);
	t.eh.e_machine = EM_AARCH64;
	assert_int_equal(elf_file_what(&t, TINY_BYTES), ELF_WHAT_OTHER);
	t.eh.e_machine = EM_X86_64;
	t.eh.e_ident[EI_CLASS] = ELFCLASS32;
	assert_int_equal(elf_file_what(&t, TINY_BYTES), ELF_WHAT_OTHER);
	t.eh.e_ident[0] = 'M';
	assert_int_equal(elf_file_what(&t, TINY_BYTES), ELF_WHAT_NONE);
	assert_int_equal(elf_file_what("#!/bin/sh\n", 10), ELF_WHAT_NONE);
	assert_int_equal(elf_file_what("", 0), ELF_WHAT_NONE);
}

static void test_whole(void **state)
{
	struct tiny t = make();
	size_t len = sizeof(t);

	assert_true(elf_file_is_whole(&t, len));
	for (size_t cut = 0; cut < len; cut++) {
		char *part = memcpy(xmalloc(cut + 1), &t, cut);

		assert_false(elf_file_is_whole(part, cut));
		free(part);
	}
	t.ph[1].p_filesz = UINT64_MAX;
	assert_false(elf_file_is_whole(&t, len));
	t = make();
	t.ph[1].p_offset = UINT64_MAX;
	assert_false(elf_file_is_whole(&t, len));
	t = make();
	t.eh.e_shoff = len - 63;
	t.eh.e_shnum = 1;
	t.eh.e_shentsize = sizeof(Elf64_Shdr);
	assert_false(elf_file_is_whole(&t, len));
	t.eh.e_shoff = len - 64;
	assert_true(elf_file_is_whole(&t, len));
}

static void test_loader(void **state)
{
	struct tiny t = make();

	check_loader(&t, 0, LOADER);
	t.ph[1].p_type = PT_NOTE;
	check_loader(&t, 0, NULL);
	t.eh.e_ident[EI_CLASS] = ELFCLASS32;
	check_loader(&t, -ENOEXEC, NULL);
}

/* Each of these points out of the file. */
static void test_loader_lies(void **state)
{
	struct tiny t = make();

	t.ph[1].p_offset = TINY_BYTES + 1;
	check_loader(&t, -ENOEXEC, NULL);
	t.ph[1].p_offset = UINT64_MAX;
	check_loader(&t, -ENOEXEC, NULL);
	t = make();
	t.ph[1].p_filesz = sizeof(LOADER) + 1;
	check_loader(&t, -ENOEXEC, NULL);
	t.ph[1].p_filesz = UINT64_MAX;
	check_loader(&t, -ENOEXEC, NULL);
	t = make();
	t.eh.e_phnum = 3;
	check_loader(&t, -ENOEXEC, NULL);
	t.eh.e_phnum = 0xfffe;
	check_loader(&t, -ENOEXEC, NULL);
	t = make();
	t.eh.e_phoff = TINY_BYTES + 1;
	check_loader(&t, -ENOEXEC, NULL);
	t.eh.e_phoff = UINT64_MAX;
	check_loader(&t, -ENOEXEC, NULL);
}

/* A name without its NUL ends with the segment. */
static void test_loader_unterminated(void **state)
{
	struct tiny t = make();

	t.ph[1].p_filesz = strlen("/lib64");
	check_loader(&t, 0, "/lib64");
}

static void test_every_cut(void **state)
{
	struct tiny t = make();

	for (size_t len = 0; len < TINY_BYTES; len++) {
		_cleanup_free_ char *copy = xmalloc(len), *loader = NULL;

		memcpy(copy, &t, len);
		assert_int_equal(elf_file_what(copy, len),
				 len < sizeof(t.eh) ? ELF_WHAT_NONE
						    : ELF_WHAT_X86_64);
		assert_int_equal(elf_file_loader(copy, len, &loader), -ENOEXEC);
		assert_null(loader);
	}
}

/* This program itself; any byte of its headers may be wrong. */
static void test_real(void **state)
{
	_cleanup_strbuf_ struct strbuf self = STRBUF_INIT;

	assert_int_equal(read_file("/proc/self/exe", &self), 0);
	assert_int_equal(elf_file_what(self.buf, self.len), ELF_WHAT_X86_64);
	for (size_t i = 0; i < 0x400 && i < self.len; i++) {
		_cleanup_free_ char *loader = NULL, *copy = xmalloc(self.len);

		memcpy(copy, self.buf, self.len);
		copy[i] ^= 0x81;
		elf_file_what(copy, self.len);
		elf_file_loader(copy, self.len, &loader);
		assert_memory_equal(copy, self.buf, i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_loader),
		cmocka_unit_test(test_loader_lies),
		cmocka_unit_test(test_loader_unterminated),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
