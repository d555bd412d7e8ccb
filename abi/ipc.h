/* ipc.h - numbers of the gate's system calls, for C and assembly
 * SPDX-License-Identifier: MIT
 * A program or service in ring 3 calls a service by IPC_CALL + its number (enum server) in rax, six words in rdi, rsi, rdx, r10, r8 and r9.
 * It gets the result, or a negative status, in rax, and five more words in rsi, rdx, r10, r8 and r9; rbx, rbp and r12 to r15 are lost. A
 * service gets the words in the same registers, on a stack of its own, and ends with IPC_RETURN, its result in rdi and the others as above.
 * While that core's replica stays away, since it has failed too often, a program's IPC_CALL is served by a neighbour core's, unless the service keeps a store
 * (IPC_KEEP); everybody else hears DEAD.
 * By IPC_LEND + its number the caller lends it memory for the length of the call as well: from r8 on so many bytes as r9 says, to write to if
 * r9 has IPC_WRITABLE. It copies from there by IPC_COPY_IN, to there by IPC_COPY_OUT: rdi an address of its own, rsi an offset in what is lent,
 * rdx bytes. The result is how many bytes were copied, IPC_COPY_MOST at most, or BAD_ARGUMENT: beyond the end; NOT_ALLOWED: it is not
 * lent to be written; BAD_ADDRESS: one of the two is not there; DEAD: its caller is.
 * With IPC_SECOND the offset is one in the second range, which system calls may lend. By IPC_COPY_OUT_WHILE it copies out only while the word at r10, of
 * its own, is what r8 says, and answers BUSY when it is not.
 * By IPC_WAIT a service waits until somebody inside wakes the number in rdi, or for rsi nanoseconds if they are not 0; others come in meanwhile. The
 * result is 0, or TIMED_OUT; BAD_ARGUMENT: it is inside twice. By IPC_WAKE it wakes at most rsi of those who wait for the number in rdi; the result is how many.
 * By IPC_STORE_FILL a service has pages of its core's shard of the store (abi/store.h), from rdi on so many as rsi says, be there: the result is how many of the first
 * ones are, at least one, or NO_MEMORY, NO_SPACE; by IPC_STORE_DROP it gives them back. BAD_ARGUMENT: they are not its core's. IPC_HERE answers with the core,
 * in rsi how many there are, and in rdx the size of the initramfs; IPC_CLOCK with nanoseconds since boot; IPC_LIVES with 1 while there is a thread of this core
 * with the number in rdi, or with 0.
 * By IPC_CALL_AT + its number a program or service calls a service's replica on the core in the lower half of rbx, and a service also its own. r12 holds nanoseconds
 * (0: for ever) after which the result is TIMED_OUT, and the answer is dropped when it comes. While a service waits for it others come in, as in IPC_WAIT. The result
 * may also be: DEAD, the replica has failed, or fails too often; BUSY, there is no memory there, or too many calls are out, and it is a
 * service that calls, or rbx has IPC_AT_ONCE, or the service runs on the stack that is kept for calls from other cores and can make none itself: try later; BAD_ARGUMENT, there is no
 * such core, or the service is inside twice. */
#ifndef ABI_IPC_H
#define ABI_IPC_H

#define IPC_RETURN 0x2000
#define IPC_CALL   0x2001
#define IPC_SERVERS 63
#define IPC_LEND   0x2040
#define IPC_COPY_IN  0x2080
#define IPC_COPY_OUT 0x2081
#define IPC_WAIT     0x2082
#define IPC_WAKE     0x2083
#define IPC_STORE_FILL 0x2090
#define IPC_STORE_DROP 0x2091
#define IPC_HERE     0x2092
#define IPC_CLOCK    0x2093
#define IPC_LIVES    0x2094
#define IPC_COPY_OUT_WHILE 0x2095
#define IPC_LAST     IPC_COPY_OUT_WHILE
#define IPC_CALL_AT  0x20c0 /* these come with more registers (ipc/gate_fast.S) */
#define IPC_AT_LAST  (IPC_CALL_AT + IPC_SERVERS - 1)

#define IPC_WRITABLE  0x8000000000000000
#define IPC_SECOND    0x4000000000000000
#define IPC_AT_ONCE   0x8000000000000000
#define IPC_COPY_MOST (3 * 4096)

#ifndef __ASSEMBLER__

#include <stdint.h>

/* Services that are domains of their own. */
enum server {
#define X(name, number, callees, meaning) SERVER_##name = number,
#include "server.def"
#undef X
	SERVER_COUNT,
};

/* Those with a store (abi/store.h). */
#define IPC_KEEP (UINT64_C(1) << SERVER_keeper | UINT64_C(1) << SERVER_fs)

/* Those that system calls reach, and programs do not. */
#define IPC_SYSTEMS (UINT64_C(1) << SERVER_fs | UINT64_C(1) << SERVER_pager)

#endif
#endif
