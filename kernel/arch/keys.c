/* keys.c - see keys.h
 * SPDX-License-Identifier: MIT */
#include "kernel/arch/keys.h"

#include <stddef.h>

#include "abi/domain.h"
#include "kernel/arch/cpu.h"

_Static_assert(offsetof(struct gate_page, call) == GATE_CALL, "abi/domain.h");
_Static_assert(offsetof(struct gate_page, leave) == GATE_RETURN, "abi/domain.h");
_Static_assert(offsetof(struct gate_page, call_0) == GATE_CALL_0, "abi/domain.h");
_Static_assert(offsetof(struct gate_page, leave_0) == GATE_RETURN_0, "abi/domain.h");
_Static_assert(offsetof(struct gate_page, direct_0) == GATE_DIRECT_0, "abi/domain.h");
_Static_assert(offsetof(struct gate_page, rights) == GATE_RIGHTS, "keys.h");
_Static_assert(offsetof(struct gate_page, keys_on) == GATE_KEYS_ON, "keys.h");
_Static_assert(offsetof(struct gate_page, task_state) == GATE_TASK_STATE, "keys.h");
_Static_assert(offsetof(struct gate_page, task_state.stack[STACK_INTERRUPT - 1]) == GATE_INTERRUPT_STACK, "keys.h");
_Static_assert(sizeof(struct gate_page) == PAGE_SIZE, "nothing of the kernel's lies beside it");

void gate_call_keyed(void);
void gate_return_keyed(void);
void gate_call_plain(void);
void gate_return_plain(void);
void gate_direct(void);

struct gate_page gate_page __attribute__((aligned(PAGE_SIZE))) = {
	.call = (uint64_t)gate_call_keyed,
	.leave = (uint64_t)gate_return_keyed,
	.call_0 = (uint64_t)gate_call_plain,
	.leave_0 = (uint64_t)gate_return_plain,
	.direct_0 = (uint64_t)gate_direct,
	.descriptors = {
		[SELECTOR_KERNEL_CODE / 8] = 0x00af9b000000ffff,
		[SELECTOR_KERNEL_DATA / 8] = 0x00cf93000000ffff,
		[SELECTOR_USER_BASE / 8] = 0, /* 32-bit user code: there is none */
		[SELECTOR_USER_DATA / 8] = 0x00cff3000000ffff,
		[SELECTOR_USER_CODE / 8] = 0x00affb000000ffff,
	},
};

unsigned keys_there(void)
{
	uint32_t structured[4];

	cpu_cpuid(7, 0, structured);
	return structured[2] >> 31 ? KEYS : 0;
}

void keys_open(void)
{
	if (!keys_there())
		return;
	cpu_write_cr4(cpu_read_cr4() | CR4_PKS);
	cpu_write_msr(MSR_PKRS, 0);
	gate_page.keys_on = 1;
}
