/* ipc.h - numbers of the gate's system calls, for C and assembly
 * SPDX-License-Identifier: MIT
 * A program or service in ring 3 calls a service by IPC_CALL + its number (enum server) in rax, six words in rdi, rsi, rdx, r10, r8 and r9.
 * It gets the result, or a negative status, in rax, and five more words in rsi, rdx, r10, r8 and r9; rbx, rbp and r12 to r15 are lost. A
 * service gets the words in the same registers, on a stack of its own, and ends with IPC_RETURN, its result in rdi and the others as above. */
#ifndef ABI_IPC_H
#define ABI_IPC_H

#define IPC_RETURN 0x2000
#define IPC_CALL   0x2001
#define IPC_SERVERS 63

#ifndef __ASSEMBLER__

/* Services that are domains of their own. */
enum server {
#define X(name, number, callees, meaning) SERVER_##name = number,
#include "server.def"
#undef X
	SERVER_COUNT,
};

#endif
#endif
