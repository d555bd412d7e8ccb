/* attack.h - the attacks of a hostile program and of a hostile pager, one function each
 * SPDX-License-Identifier: MIT
 * Each runs in a process of its own, on the last core, and is ended by a signal or returns. */
#ifndef GUEST_ATTACK_H
#define GUEST_ATTACK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../abi/hostile.h"
#include "attacks.h"
#include "native_call.h"

enum attack_result { ATTACK_REFUSED, ATTACK_WENT_THROUGH, ATTACK_NOT_MADE /* what it needs was not to be had */ };

#define PROGRAM_ATTACK(name, defence, refusal, what) int program_##name(void);
#define PAGER_ATTACK(name, defence, refusal, what) int pager_##name(void);
#define SERVICE_ATTACK(name, class0, class1, class2, refusal, what)
#include "../../abi/attacks.def"
#undef PROGRAM_ATTACK
#undef PAGER_ATTACK
#undef SERVICE_ATTACK

#define NO_ADDRESS (UINT64_C(1) << 62)

/* The process that makes all of them. */
extern pid_t attack_parent;

static inline uint64_t point(enum gate_point which)
{
	return (uint64_t)native_call(NATIVE_gate_point, which, 0, 0);
}

/* What is refused has a negative result. */
static inline int by_answer(long result)
{
	return result < 0 ? ATTACK_REFUSED : ATTACK_WENT_THROUGH;
}

/* Of the addresses the compiler should not know too much. */
static inline int load_at(uint64_t address)
{
	__asm__("" : "+r"(address));
	(void)*(volatile uint64_t *)address;
	return ATTACK_WENT_THROUGH;
}

static inline int store_at(uint64_t address)
{
	__asm__("" : "+r"(address));
	*(volatile uint64_t *)address = 0;
	return ATTACK_WENT_THROUGH;
}

static inline int jump_to(uint64_t address)
{
	__asm__ volatile("" : "+r"(address) : : "memory");
	((void (*)(void))address)();
	return ATTACK_WENT_THROUGH;
}

/* Makes what the pager's attacks are about. */
bool attack_pager_open(void);

/* The attack by a process of its own, on the same core: its result, or its signal ends this one as well. */
int by_another(int (*attack)(void));

#endif
