/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mkdisk FILE MIB GUID: writes a disk of so many MiB with one partition of this
 * PARTUUID, which begins at 1 MiB, for harness/test/metal-lab.sh.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mkgpt.h"

#define SECTORS_PER_MIB 2048

int main(int argc, char **argv)
{
	struct mkgpt_part part = { .first = SECTORS_PER_MIB };
	unsigned char table[MKGPT_BYTES];
	long mib = argc == 4 ? atol(argv[2]) : 0;
	int fd;

	if (mib < 3) {
		fprintf(stderr,
			"usage: mkdisk FILE MIB GUID (3 MiB or more)\n");
		return 2;
	}
	part.guid = argv[3];
	part.last = (mib - 1) * SECTORS_PER_MIB - 1;
	mkgpt(table, &part, 1);
	fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0 || ftruncate(fd, mib << 20) < 0 ||
	    write(fd, table, sizeof(table)) != sizeof(table) || close(fd) < 0) {
		fprintf(stderr, "mkdisk: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	return 0;
}
