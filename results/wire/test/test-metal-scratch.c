/* SPDX-License-Identifier: GPL-2.0-only */
#include "scratch.h"

#include "alloc.h"
#include "file.h"
#include "metal-scratch.h"
#include "mkgpt.h"

#define OURS "11223344-5566-7788-99aa-bbccddeeff00"
#define OTHER "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

/* Of struct metal_roots. */
static struct {
	char *sys, *dev;
} roots;

static int find(struct metal_scratch *ret)
{
	const struct metal_roots r = { roots.sys, roots.dev };

	return metal_scratch_find(&r, OURS, ret);
}

static void show_number(const char *dir, const char *name, unsigned number)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	char text[16];

	snprintf(text, sizeof(text), "%u\n", number);
	write_text(path, text);
}

/* What the kernel shows of partition N of a disk. */
static void show(const char *disk, unsigned n, unsigned start, unsigned size)
{
	_cleanup_free_ char *dir =
		xasprintf("%s/block/%s/%s%u", roots.sys, disk, disk, n);

	assert_int_equal(mkdir_p(dir, 0777), 0);
	show_number(dir, "partition", n);
	show_number(dir, "start", start);
	show_number(dir, "size", size);
}

static void add_disk(const char *name, const char *guid)
{
	const struct mkgpt_part parts[] = { { OTHER, 2048, 4095 },
					    { guid, 4096, 8191 } };
	_cleanup_free_ char *path = xasprintf("%s/%s", roots.dev, name);
	char table[MKGPT_BYTES];

	mkgpt(table, parts, 2);
	write_bytes(path, table, sizeof(table));
	show(name, 1, 2048, 2048);
	show(name, 2, 4096, 4096);
}

static int set_up(void **state)
{
	if (scratch_setup(state) < 0)
		return -1;
	roots.sys = xasprintf("%s/sys", (char *)*state);
	roots.dev = xasprintf("%s/dev", (char *)*state);
	return mkdir_p(roots.sys, 0777) + mkdir_p(roots.dev, 0777);
}

static int tear_down(void **state)
{
	free(roots.sys);
	free(roots.dev);
	return scratch_teardown(state);
}

static void it_is_found(void **state)
{
	_cleanup_free_ char *node = xasprintf("%s/vdb2", roots.dev);
	struct metal_scratch s;

	assert_int_equal(find(&s), -ENOENT);
	add_disk("vda", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeef");
	assert_int_equal(find(&s), -ENOENT);
	add_disk("vdb", OURS);
	assert_int_equal(find(&s), 0);
	assert_string_equal(s.node, node);
	assert_int_equal(s.start_bytes, 4096 * 512);
	assert_int_equal(s.len_bytes, 4096 * 512);
	assert_int_equal(metal_scratch_find(&metal_roots, "vdb2", &s), -EINVAL);
}

/* A copy of a disk, as dd makes: nobody knows which is meant. */
static void two_of_them_are_refused(void **state)
{
	struct metal_scratch s;

	add_disk("vdb", OURS);
	add_disk("vdc", OURS);
	assert_int_equal(find(&s), -ENOTUNIQ);
}

/* A table that was written after the kernel read it. */
static void another_place_is_refused(void **state)
{
	struct metal_scratch s;

	add_disk("vdb", OURS);
	show("vdb", 2, 4104, 4096);
	assert_int_equal(find(&s), -EBADMSG);
	show("vdb", 2, 4096, 4095);
	assert_int_equal(find(&s), -EBADMSG);
	show("vdb", 2, 4096, 4096);
	assert_int_equal(find(&s), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_of_them_are_refused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(another_place_is_refused,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
