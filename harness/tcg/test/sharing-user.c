/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two threads with data whose sharing is known, for the plugin: under QEMU's user
 * mode a thread is a CPU, and the second one to come is number 1.  They alternate,
 * or each does all its operations in a turn of that many.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "mark.h"

#define OPS 100

static struct {
	_Alignas(64) volatile uint64_t counter[16]; /* two lines */
} data;

static struct {
	_Alignas(64) _Atomic unsigned done;
	_Alignas(64) _Atomic unsigned point;
} turn;

static unsigned turn_length = 1;
static bool
	says_wrong_cpu; /* the first thread, as if QEMU took it for another */

/* --- operations --- */

static void one_counter(unsigned cpu)
{
	data.counter[0]++;
}

static void in_one_line(unsigned cpu)
{
	data.counter[cpu]++;
}

static void in_two_lines(unsigned cpu)
{
	data.counter[8 * cpu]++;
}

static void beside_a_read_one(unsigned cpu)
{
	if (cpu)
		(void)data.counter[0];
	else
		data.counter[1] = 1;
}

static void only_read(unsigned cpu)
{
	(void)data.counter[0];
}

/* CPU 1 writes once in ten operations, and reads in the others. */
static void written_now_and_then(unsigned cpu)
{
	static unsigned nr;

	if (cpu && nr++ % 10 == 0)
		data.counter[0] = 1;
	else
		(void)data.counter[0];
}

static const struct point {
	const char *name;
	void (*operation)(unsigned cpu);
} points[] = {
	{ "one-counter", one_counter },
	{ "in-one-line", in_one_line },
	{ "in-two-lines", in_two_lines },
	{ "beside-a-read-one", beside_a_read_one },
	{ "only-read", only_read },
	{ "now-and-then", written_now_and_then },
};

#define NR_POINTS (sizeof(points) / sizeof(*points))

/* --- turns --- */

static void operate(const struct point *p, unsigned cpu)
{
	if (cpu || says_wrong_cpu)
		mark(MARK_OPERATION_1);
	else
		mark(MARK_OPERATION_0);
	p->operation(cpu);
	mark(MARK_OPERATION_END);
}

static void take_turns(const struct point *p, unsigned cpu)
{
	for (unsigned done = 0; done < OPS; done += turn_length) {
		while (turn.done / turn_length % 2 != cpu)
			;
		for (unsigned i = 0; i < turn_length; i++)
			operate(p, cpu);
		turn.done += turn_length;
	}
}

static void *second(void *arg)
{
	for (unsigned i = 0; i < NR_POINTS; i++) {
		while (turn.point <= i)
			;
		take_turns(&points[i], 1);
	}
	return NULL;
}

static void announce(const struct point *p)
{
	mark(MARK_POINT);
	mark_text(p->name);
	mark_text("\t1\t\t1");
	mark(MARK_SAMPLES);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc > 1)
		turn_length = atoi(argv[1]);
	says_wrong_cpu = argc > 2;
	if (!turn_length || OPS % turn_length ||
	    pthread_create(&thread, NULL, second, NULL))
		return EXIT_FAILURE;
	for (unsigned i = 0; i < NR_POINTS; i++) {
		announce(&points[i]);
		turn.done = 0;
		turn.point++;
		take_turns(&points[i], 0);
		while (turn.done < 2 * OPS)
			;
		mark(MARK_END);
	}
	return pthread_join(thread, NULL) ? EXIT_FAILURE : EXIT_SUCCESS;
}
