/* SPDX-License-Identifier: GPL-2.0-only */
/* Listings made up, and one of this very program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "annotate.h"
#include "debug-info.h"
#include "lines.h"
#include "macro.h"
#include "sha256.h"

static void check_key(const char *text, const char *want)
{
	_cleanup_free_ char *key = annotate_key(text, "find_css_set");

	assert_string_equal(key, want);
}

static void test_key(void **state)
{
	check_key("push   %r14", "push   %r14");
	check_key("call   ffffffff813e2fb0 <_raw_spin_lock_irq>",
		  "call    <_raw_spin_lock_irq>");
	check_key("jne    ffffffff810d3f29 <find_css_set+0x5b9>",
		  "jne     <find_css_set>");
	check_key("jmp    ffffffff810d3f29 <find_css_set_more+0x9>",
		  "jmp     <find_css_set_more+0x9>");
	check_key("movzwl 0xb1e1e1(%rip),%r9d        # ffffffff81bf1ba4 <mask>",
		  "movzwl (%rip),%r9d        #  <mask>");
	/* Offsets into structures are what differs, and stay. */
	check_key("mov    0x2d0(%r12),%r13", "mov    0x2d0(%r12),%r13");
	check_key("mov    $0xffffffff81bf1784,%rdi",
		  "mov    $0xffffffff81bf1784,%rdi");
}

static void test_line(void **state)
{
	struct insns in = { 0 };

	assert_false(disassemble_line("", &in));
	assert_false(disassemble_line("ffffffff81000000 <f>:", &in));
	assert_false(disassemble_line("Disassembly of section .text:", &in));
	assert_true(disassemble_line("ffffffff81000010:\tpush   %rbp  \nnext",
				     &in));
	assert_true(disassemble_line("    1139:\tret", &in));
	assert_int_equal(in.nr, 2);
	assert_true(in.list[0].at == 0xffffffff81000010);
	assert_string_equal(in.list[0].text, "push   %rbp");
	assert_true(in.list[1].at == 0x1139);
	insns_release(&in);
}

/* One instruction a line, from that address on, of one byte each. */
static void make(struct insns *in, uint64_t at, const char *text)
{
	char line[80];

	while (*text) {
		size_t len = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%llx:\t%.*s",
			 (unsigned long long)at++, (int)len, text);
		assert_true(disassemble_line(line, in));
		text += len + (text[len] == '\n');
	}
}

static void check_row(const struct annotation *a, size_t i, size_t base,
		      size_t cont)
{
	assert_true(i < a->nr_rows);
	assert_true(a->rows[i].insn[EX_BASE] == base);
	assert_true(a->rows[i].insn[EX_CONT] == cont);
}

static void test_align(void **state)
{
	struct annotation a = { .function = "f" };

	make(&a.code[EX_BASE], 0x10, "push\ncall 81000000 <g>\nxor\npop\nret");
	make(&a.code[EX_CONT], 0x90, "push\nnop\ncall 82000000 <g>\npop\nret");
	annotate_align(&a);
	assert_int_equal(a.nr_rows, 6);
	check_row(&a, 0, 0, 0);
	check_row(&a, 1, ANNOTATE_NONE, 1);
	check_row(&a, 2, 1, 2);
	check_row(&a, 3, 2, ANNOTATE_NONE);
	check_row(&a, 4, 3, 3);
	check_row(&a, 5, 4, 4);
	annotation_release(&a);
}

/* New or gone: there is but one listing. */
static void test_align_one(void **state)
{
	struct annotation a = { .function = "f" };

	make(&a.code[EX_CONT], 0x90, "push\nret");
	annotate_align(&a);
	assert_int_equal(a.nr_rows, 2);
	check_row(&a, 0, ANNOTATE_NONE, 0);
	check_row(&a, 1, ANNOTATE_NONE, 1);
	annotation_release(&a);
}

static void test_count(void **state)
{
	static char f[] = "f", g[] = "g";
	const struct profile_range ranges[] = {
		{ f, 0x10, 2, 2, 7 },
		{ g, 0x11, 2, 2, 100 },
		{ f, 0x12, 1, 1, 3 },
		/* Another entry into the same code. */
		{ f, 0x12, 3, 3, 5 },
	};
	struct insns in = { 0 };

	make(&in, 0x10, "a\nb\nc\nd");
	assert_true(annotate_count(&in, ranges, ARRAY_SIZE(ranges), "f") ==
		    7 + 7 + 3 + 5 + 5);
	assert_true(in.list[0].count == 7);
	assert_true(in.list[1].count == 7);
	assert_true(in.list[2].count == 8);
	assert_true(in.list[3].count == 5);
	insns_release(&in);
}

/* --- with binutils, on this program --- */

int annotate_me(int a);
int annotate_outer(int a);

static inline __attribute__((always_inline)) int innermost(int a)
{
	__asm__ volatile("nop\n\tnop");
	return a + 1;
}

static inline __attribute__((always_inline)) int middle(int a)
{
	__asm__ volatile("nop");
	return innermost(a) + 1;
}

static const unsigned me_line = __LINE__ + 2;

__attribute__((noipa)) int annotate_me(int a)
{
	__asm__ volatile("nop\n\tnop\n\tnop");
	return a * 3 + 1;
}

static const unsigned outer_line = __LINE__ + 2;

__attribute__((noipa)) int annotate_outer(int a)
{
	return middle(a);
}

static const char *self(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	assert_true(n > 0);
	path[n] = '\0';
	return path;
}

static void test_disassemble(void **state)
{
	struct insns in = { 0 };
	struct code_part *parts;
	size_t nr, nops = 0;

	assert_int_equal(annotate_me(2), 7);
	assert_int_equal(symbols_parts(self(), "annotate_me", &parts, &nr), 0);
	assert_int_equal(nr, 1);
	assert_int_equal(disassemble(self(), parts, nr, &in), 0);
	assert_true(in.nr >= 4);
	assert_true(in.list[0].at == parts[0].start);
	for (size_t i = 0; i < in.nr && i < 40; i++) {
		assert_true(in.list[i].at < parts[0].end);
		nops += strcmp(in.list[i].text, "nop") == 0;
	}
	assert_true(nops >= 3);
	free(parts);
	assert_int_equal(symbols_parts(self(), "no_such", &parts, &nr), 0);
	assert_int_equal(nr, 0);
	free(parts);
	insns_release(&in);
}

static void test_source(void **state)
{
	static char name[] = "annotate_me", other[] = "other";
	struct profile_range ranges[2] = { { other, 1, 1, 1, 1 } };
	struct profile_point p = { .ranges = ranges, .nr_ranges = 2 };
	struct code_part *parts;
	struct source_range got;
	size_t nr;

	assert_int_equal(vmlinux_has_lines(self()), 1);
	assert_int_equal(symbols_parts(self(), name, &parts, &nr), 0);
	assert_int_equal(nr, 1);
	ranges[1] = (struct profile_range){
		name,
		parts[0].start,
		(unsigned)(parts[0].end - parts[0].start),
		1,
		1,
	};
	assert_int_equal(source_of(self(), &p, name, &got), 0);
	assert_non_null(got.file);
	assert_string_equal(basename(got.file), "test-annotate.c");
	/* Optimised, there is no code for its first line. */
	assert_in_range(got.first, me_line, me_line + 4);
	assert_in_range(got.last, got.first, me_line + 4);
	free(got.file);
	/* Did not run: no line. */
	assert_int_equal(source_of(self(), &p, "gone", &got), 0);
	assert_null(got.file);
	free(parts);
}

/* Fills ranges[1] with all of a function of this program. */
static void whole_function(char *name, struct profile_range ranges[2])
{
	struct code_part *parts;
	size_t nr;

	assert_int_equal(symbols_parts(self(), name, &parts, &nr), 0);
	assert_int_equal(nr, 1);
	ranges[1] = (struct profile_range){
		name,
		parts[0].start,
		(unsigned)(parts[0].end - parts[0].start),
		1,
		1,
	};
	free(parts);
}

/* What was inlined, two calls deep, has the line of the call. */
static void test_source_inlined(void **state)
{
	static char name[] = "annotate_outer", other[] = "other";
	struct profile_range ranges[2] = { { other, 1, 1, 1, 1 } };
	struct profile_point p = { .ranges = ranges, .nr_ranges = 2 };
	struct source_range got;

	assert_int_equal(annotate_outer(2), 4);
	whole_function(name, ranges);
	assert_int_equal(source_of(self(), &p, name, &got), 0);
	assert_non_null(got.file);
	assert_string_equal(basename(got.file), "test-annotate.c");
	assert_in_range(got.first, outer_line, outer_line + 3);
	assert_in_range(got.last, got.first, outer_line + 3);
	free(got.file);
}

static void test_source_lines(void **state)
{
	static char name[] = "annotate_outer", other[] = "other";
	struct profile_range ranges[2] = { { other, 1, 1, 1, 1 } };
	uint64_t at[3] = { 0 };
	struct source_line l[3];
	bool inlined = false;

	whole_function(name, ranges);
	for (unsigned i = 0; i < ranges[1].bytes; i++) {
		at[1] = ranges[1].at + i;
		at[2] = UINT64_MAX;
		assert_int_equal(source_lines(self(), at, 3, l), 0);
		assert_null(l[0].file);
		assert_non_null(l[1].file);
		assert_in_range(l[1].line, outer_line, outer_line + 3);
		assert_null(l[2].file);
		inlined = inlined || l[1].line == outer_line + 2;
		free(l[1].file);
	}
	assert_true(inlined);
}

/* No lines is an answer, no ELF file an error. */
static void test_no_lines(void **state)
{
	char path[] = "/tmp/cgmark-no-lines-XXXXXX";
	_cleanup_free_ char *strip = NULL;
	struct source_line l;
	uint64_t at = 0x1000;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(vmlinux_has_lines(path), -ENOEXEC);
	assert_int_equal(source_lines(path, &at, 1, &l), -ENOEXEC);
	assert_true(asprintf(&strip, "strip -o %s %s", path, self()) > 0);
	assert_int_equal(system(strip), 0);
	assert_int_equal(vmlinux_has_lines(path), 0);
	assert_int_equal(source_lines(path, &at, 1, &l), 0);
	assert_null(l.file);
	close(fd);
	unlink(path);
	assert_int_equal(vmlinux_has_lines(path), -ENOENT);
}

static void test_vmlinux(void **state)
{
	char hex[65], image[4096], name[] = "v1", wrong[] = "00", gone[] = "";
	struct run_kernel k = { .name = name, .image = image };

	snprintf(image, sizeof(image), "%s", self());
	assert_int_equal(sha256_file(image, hex), 0);
	k.vmlinux_sha256 = hex;
	assert_int_equal(vmlinux_check(&k), 0);
	k.vmlinux_sha256 = wrong;
	assert_int_equal(vmlinux_check(&k), 5);
	k.image = gone;
	assert_int_equal(vmlinux_check(&k), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_align),
		cmocka_unit_test(test_align_one),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_disassemble),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_source_inlined),
		cmocka_unit_test(test_source_lines),
		cmocka_unit_test(test_no_lines),
		cmocka_unit_test(test_vmlinux),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
