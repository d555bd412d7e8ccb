/* ask.h - what the runtime's parts ask of each other (abi/service.h)
 * SPDX-License-Identifier: MIT
 * What a class has of its own is in class0, class1 and class2: the ways to the gate, and where the store and the initramfs lie. */
#ifndef RUNTIME_ASK_H
#define RUNTIME_ASK_H

#include "abi/service.h"

/* Words of a request, and then those of its answer: of them the second and the third come back. */
struct ask {
	uint64_t rdi, rsi, rdx, r10, r8;
};

/* One of the gate's calls by its number (abi/ipc.h), with five words: the result. */
int64_t ipc_ask_all(int64_t number, struct ask *words);

uint64_t archive_size(void);

#endif
