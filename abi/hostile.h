/* hostile.h - what the service `hostile` is told to attack, and where
 * SPDX-License-Identifier: MIT */
#ifndef ABI_HOSTILE_H
#define ABI_HOSTILE_H

#include <stdint.h>

/* In word 0; what the other words are. */
enum hostile {
	HOSTILE_NOTHING,
	HOSTILE_READ,        /* address: its answer is what is there */
	HOSTILE_WRITE,       /* address, value */
	HOSTILE_JUMP,        /* address, eax, ecx, edx, and rsp if it is not 0 */
	HOSTILE_CALL_ON,     /* a call of echo, with rsp at an address */
	HOSTILE_CALL_FROM,   /* the same, to go on at an address, and rsp */
	HOSTILE_RETURN_ON,   /* its return, the same */
	HOSTILE_RECURSE,     /* so deep */
	HOSTILE_LOOP,        /* for ever, reading an address */
	HOSTILE_EXECUTE,     /* its data */
	HOSTILE_UNDEFINED,
	HOSTILE_DIVIDE,
	HOSTILE_BACKWARDS,   /* returns with the direction flag set */
	HOSTILE_ASK,         /* number of a call of the gate's, and its first three words: its answer is the result */
	HOSTILE_COPY,        /* the same with memory lent to it: number, its own address (0: its code), an offset and how many bytes, 32 bits each */
	HOSTILE_CALL_RETURN, /* a function at an address, that returns at once */
	HOSTILE_RETURN_FORGED, /* returns on a stack that holds nothing but an address */
	HOSTILE_REGISTERS,   /* its answer is whether there was anything in the registers that hold no word of the call */
	HOSTILE_VECTOR,      /* its answer is half of what is in the first vector register */
	HOSTILE_REWRITE_CODE, /* a byte of its code, with what is there */
	HOSTILE_FORGE,       /* writes, as if an interrupt had saved them, registers that go on at an address (word 2), where word 1 says; then jumps: word 3 */
};

/* Where it is the pager as well (services/pager/forged): a page of a file beyond this one is that of the store. */
#define HOSTILE_LIES (UINT64_C(1) << 26)

/* Instructions and places of the kernel's that one would go for: NATIVE_gate_point's argument. */
enum gate_point {
	GATE_POINT_RAISE,     /* the gate gives itself all rights: WRMSR */
	GATE_POINT_LOWER,     /* it gives a service its rights: WRMSR */
	GATE_POINT_RESUME,    /* the same on the way out of the kernel */
	GATE_POINT_INTERRUPT, /* the entry of interrupts gives itself all rights: WRMSR */
	GATE_POINT_EXCEPTION, /* that of exceptions */
	GATE_POINT_INSIDE,    /* in the middle of the gate, behind its checks */
	GATE_POINT_LANDING,   /* the end of where interrupts save registers */
	GATE_POINT_TEXT,      /* the kernel's code */
	GATE_POINT_THREAD,    /* who runs */
	GATE_POINT_ROOT,      /* the gate loads page tables: CR3 */
	GATE_POINT_SPARE,     /* in the middle of words of the instance that nobody uses */
	GATE_POINT_SPARE_DIRECT, /* the same through the direct map */
	GATE_POINT_SPARE_CODE, /* a word beside the kernel's code */
	GATE_POINT_SPARE_RETURN, /* a return in it */
	GATE_POINT_TABLES,    /* the root of the page tables, through the direct map */
	GATE_POINTS,
};

#endif
