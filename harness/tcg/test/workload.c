/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Something to run under two cache models: without a C library, whose start-up
 * and copies depend on the processor that it finds.
 */
#include <stdint.h>

#define LINE 64
#define SEQUENTIAL (256 << 10)
#define RANDOM (1 << 20)
#define SIDE 256

static volatile uint8_t sequential[SEQUENTIAL];
static volatile uint64_t random_words[RANDOM / sizeof(uint64_t)];
static volatile uint32_t from[SIDE][SIDE], to[SIDE][SIDE];

void _start(void);

static void walk(void)
{
	for (unsigned pass = 0; pass < 4; pass++)
		for (unsigned i = 0; i < SEQUENTIAL; i += LINE / 2)
			sequential[i]++;
}

static void jump_about(void)
{
	uint64_t x = 88172645463325252ULL;

	for (unsigned i = 0; i < 100000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		if (x & 1)
			random_words[x % (RANDOM / sizeof(uint64_t))] = x;
		else
			x += random_words[x % (RANDOM / sizeof(uint64_t))];
	}
}

static void transpose(void)
{
	for (unsigned i = 0; i < SIDE; i++)
		for (unsigned k = 0; k < SIDE; k++)
			to[k][i] = from[i][k];
}

/* 40 KiB of code, more than a cache of 32 KiB holds. */
static void long_code(void)
{
	for (unsigned i = 0; i < 50; i++)
		__asm__ volatile(".rept 8192\n\t"
				 "addq $1, %%rax\n\t"
				 ".byte 0x90\n\t"
				 ".endr"
				 :
				 :
				 : "rax", "cc");
}

void _start(void)
{
	walk();
	jump_about();
	transpose();
	long_code();
	__asm__ volatile("syscall" : : "a"(60), "D"(0) : "rcx", "r11");
	__builtin_unreachable();
}
