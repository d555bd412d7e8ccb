/* fpu.c - see fpu.h
 * SPDX-License-Identifier: MIT
 * Source: Intel SDM vol. 1, 10.5 (FXSAVE area) and 13.4 to 13.8 (XSAVE). */
#include "kernel/arch/fpu.h"

#include <stdbool.h>

#include "kernel/arch/cpu.h"
#include "kernel/arch/defences.h"
#include "lib/string.h"

enum {
	STATE_X87_SSE = 3,
	STATE_AVX = 4,
	CONTROL_WORD_RESET = 0x37f,
	MXCSR_RESET = 0x1f80,
	MXCSR_OFFSET = 24,
};

static uint32_t states; /* of XCR0; 0: no XSAVE */

void fpu_open(void)
{
	uint32_t basic[4], extended[4];

	cpu_cpuid(1, 0, basic);
	if (!(basic[2] & 1 << 26))
		return;
	cpu_cpuid(13, 0, extended);
	states = STATE_X87_SSE | (extended[0] & STATE_AVX);
	cpu_write_xcr0(states);
}

void fpu_clear(struct fpu *fpu)
{
	uint16_t control = CONTROL_WORD_RESET;
	uint32_t mxcsr = MXCSR_RESET;

	memset(fpu, 0, sizeof(*fpu));
	memcpy(fpu->area, &control, sizeof(control));
	memcpy(fpu->area + MXCSR_OFFSET, &mxcsr, sizeof(mxcsr));
}

void fpu_save(struct fpu *fpu)
{
	if (states)
		__asm__ volatile("xsave64 %0" : "=m"(*fpu) : "a"(states), "d"(0) : "memory");
	else
		__asm__ volatile("fxsave64 %0" : "=m"(*fpu) : : "memory");
}

void fpu_load(const struct fpu *fpu)
{
	if (states)
		__asm__ volatile(DEFENDED_INSTRUCTIONS("xrstor64 %0", "defence") : : "m"(*fpu), "a"(states), "d"(0), [defence] "i"(DEFENCE_fpu) : "memory");
	else
		__asm__ volatile(DEFENDED_INSTRUCTIONS("fxrstor64 %0", "defence") : : "m"(*fpu), [defence] "i"(DEFENCE_fpu) : "memory");
}
