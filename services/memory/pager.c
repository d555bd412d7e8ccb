/* pager.c - the memory service as a pager, which is asked for each page in the ablation paging=service alone
 * SPDX-License-Identifier: MIT
 * The decision is the kernel's, by the slots of the space; so what the ablation adds is the way here and back.
 * Context: own core, never waits. */
#include "abi/kernel.h"
#include "abi/services.h"

static int64_t fault(struct vspace *space, uint64_t address, unsigned right)
{
	return kernel_vspace_fault(space, address, right);
}

const struct pager_service pager_service = {
	.fault = fault,
};
