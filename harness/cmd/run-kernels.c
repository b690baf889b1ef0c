/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-kernels.h"

#include "log.h"
#include "strbuf.h"
#include "symbols.h"

/* To count by function takes their names. */
enum exit_status run_kernels_check_symbols(const struct run *run)
{
	for (size_t i = 0; i < run->nr_kernels; i++) {
		_cleanup_strbuf_ struct strbuf symbols = STRBUF_INIT;

		if (symbols_format(run->kernels[i].image, &symbols) < 0) {
			log_err("kernel %s: --profile cannot be used with it",
				run->kernels[i].name);
			return ST_USAGE;
		}
	}
	return ST_OK;
}

void run_kernels_tell_same_code(const struct run *run)
{
	for (size_t i = 1; i < run->nr_kernels; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct run_kernel *a = &run->kernels[j];
			const struct run_kernel *b = &run->kernels[i];

			if (strcmp(a->vmlinux_sha256, b->vmlinux_sha256) != 0)
				continue;
			log_warn("kernels %s and %s are the same code (vmlinux "
				 "%.12s)",
				 a->name, b->name, a->vmlinux_sha256);
			break;
		}
	}
}
