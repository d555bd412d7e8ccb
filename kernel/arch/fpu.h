/* fpu.h - a program's floating-point and vector registers
 * SPDX-License-Identifier: MIT
 * The kernel itself uses none, so they stay loaded until another thread runs. Saved by XSAVE with x87, SSE
 * and AVX, or FXSAVE where the processor has no more. Own core, never waits. */
#ifndef KERNEL_ARCH_FPU_H
#define KERNEL_ARCH_FPU_H

#include <stdint.h>

enum { FPU_SIZE = 1024 }; /* 832 with AVX (Intel SDM vol. 1, 13.4) */

struct fpu {
	uint8_t area[FPU_SIZE] __attribute__((aligned(64)));
};

void fpu_open(void);
void fpu_clear(struct fpu *fpu); /* as after reset */
void fpu_save(struct fpu *fpu);
void fpu_load(const struct fpu *fpu);

#endif
