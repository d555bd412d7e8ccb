/* far.c - see far.h; the only file that follows far pointers
 * SPDX-License-Identifier: MIT */
#include "percpu/far.h"

#include "abi/status.h"
#include "kernel/arch/fixup.h"
#include "lib/string.h"
#include "percpu/instance.h"
#include "percpu/machine.h"

const far void *far_of(unsigned core, const volatile void *variable)
{
	return far_physical(machine.memory[core].instance + ((uint64_t)variable - INSTANCE_BASE));
}

const far void *far_physical(uint64_t physical)
{
	return (const far void *)(DIRECT_MAP + physical);
}

uint64_t far_read64(const far uint64_t *word)
{
	return __atomic_load_n((const uint64_t *)(uint64_t)word, __ATOMIC_ACQUIRE);
}

void far_copy(void *to, const far void *from, size_t size)
{
	memcpy(to, (const void *)(uint64_t)from, size);
}

int far_poke(const far void *where)
{
	return fixup_write((void *)(uint64_t)where, 0) ? STATUS_BAD_ADDRESS : STATUS_OK;
}
