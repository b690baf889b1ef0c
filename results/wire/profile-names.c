/* SPDX-License-Identifier: GPL-2.0-only */
/* Also linked into the plugin: libc only. */
#include "profile-names.h"

const char *profile_event_name(unsigned event)
{
	static const char *const names[NR_PROFILE_EVENTS] = {
		[PROFILE_INSNS] = "insns",
		[PROFILE_LOADS] = "loads",
		[PROFILE_STORES] = "stores",
		[PROFILE_L1I_MISSES] = "l1i_misses",
		[PROFILE_L1D_MISSES] = "l1d_misses",
		[PROFILE_LL_MISSES] = "ll_misses",
		[PROFILE_BRANCHES] = "branches",
		[PROFILE_MISPREDICTS] = "mispredicts",
	};

	return event < NR_PROFILE_EVENTS ? names[event] : NULL;
}

#define L1_MISS_CYCLES 10
#define LL_MISS_CYCLES 100
#define MISPREDICT_CYCLES 15

const char profile_cycles_formula[] =
	"insns + 10 (l1i_misses + l1d_misses) + 100 ll_misses + 15 mispredicts";

uint64_t profile_cycles(const uint64_t count[NR_PROFILE_EVENTS])
{
	return count[PROFILE_INSNS] +
	       L1_MISS_CYCLES *
		       (count[PROFILE_L1I_MISSES] + count[PROFILE_L1D_MISSES]) +
	       LL_MISS_CYCLES * count[PROFILE_LL_MISSES] +
	       MISPREDICT_CYCLES * count[PROFILE_MISPREDICTS];
}
