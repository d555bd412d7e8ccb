/* hostile.c - see abi/server.def, abi/hostile.h
 * SPDX-License-Identifier: MIT
 * Whatever does not end it is answered with 0, or with what came back. */
#include "abi/hostile.h"

#include "abi/domain.h"
#include "abi/service.h"

enum { RETURN = -0x3d /* the instruction's byte */ };

#define BEHIND_THE_JUMP 1 /* it came back */

static uint8_t code[16] = { 0xc3 }; /* a return */

/* The same where it may be executed, and not be written. */
extern uint8_t harmless_code[];
__asm__(".text\n"
	".balign 16\n"
	"harmless_code:\n"
	".fill 16, 1, 0xc3\n");

int64_t attack(struct words *words); /* serve, behind a look at the registers */

__attribute__((noinline)) static uint64_t recurse(uint64_t depth)
{
	volatile uint64_t room[64] = { depth };

	return depth ? recurse(depth - 1) + room[0] : 0;
}

/* Nothing survives the gate but what is in memory. */
static uint64_t own_stack;

/* What has come with the call in registers that hold no word of it. In ring 0 r13 to r15 are the gate's and the runtime's own. */
uint64_t found_in_registers;

__asm__(".text\n"
	".globl serve\n"
	"serve:\n"
	"	mov %rbx, %rax\n"
	"	or %rbp, %rax\n"
	"	or %r12, %rax\n"
	"	mov %rax, found_in_registers(%rip)\n"
	"	jmp attack\n");

static int64_t jump(const uint64_t *word)
{
	__asm__ volatile("push %%rbp\n\t"
			 "mov %%rsp, %[own]\n\t"
			 "lea 1f(%%rip), %%r11\n\t"
			 "push $0x10\n\t"  /* to come back by three POPs and IRET */
			 "push %[own]\n\t"
			 "push $0x202\n\t"
			 "push $8\n\t"
			 "push %%r11\n\t"
			 "push $0\n\t"
			 "push $0\n\t"
			 "push $0\n\t"
			 "test %%rsi, %%rsi\n\t"
			 "cmovnz %%rsi, %%rsp\n\t"
			 "xor %%r14d, %%r14d\n\t"
			 "jmp *%%rdi\n"
			 "1:\tmov %[own], %%rsp\n\t"
			 "pop %%rbp"
			 : [own] "+m"(own_stack), "+D"((uint64_t){ word[1] }), "+a"((uint64_t){ word[2] }), "+c"((uint64_t){ word[3] }),
			   "+d"((uint64_t){ word[4] }), "+S"((uint64_t){ word[5] })
			 : : "rbx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory");
	return BEHIND_THE_JUMP;
}

static int64_t call_on(uint64_t stack)
{
	int64_t result;

	__asm__ volatile("push %%rbp\n\t"
			 "mov %%rsp, %[own]\n\t"
			 "mov %%rdi, %%rsp\n\t"
			 "mov %[number], %%r14d\n\t"
			 "lea 1f(%%rip), %%r11\n\t"
			 "jmp *%c[gate]\n"
			 "1:\tpush %%rax\n\t"
			 "mov %[own], %%rsp\n\t"
			 "pop %%rbp"
			 : "=a"(result), [own] "+m"(own_stack), "+D"(stack) : [number] "i"(IPC_CALL + SERVER_echo), [gate] "i"(GATE_PAGE + GATE_CALL)
			 : "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory");
	return result;
}

static _Noreturn void call_from(uint64_t address, uint64_t stack)
{
	__asm__ volatile("mov %[address], %%r11\n\t"
			 "mov %[stack], %%rsp\n\t"
			 "mov %[number], %%r14d\n\t"
			 "jmp *%c[gate]" : : [address] "S"(address), [stack] "D"(stack), [number] "i"(IPC_CALL + SERVER_echo), [gate] "i"(GATE_PAGE + GATE_CALL));
	__builtin_unreachable();
}

static _Noreturn void return_on(uint64_t stack)
{
	__asm__ volatile("mov %[stack], %%rsp\n\t"
			 "xor %%edi, %%edi\n\t"
			 "jmp *%c[gate]" : : [stack] "S"(stack), [gate] "i"(GATE_PAGE + GATE_RETURN));
	__builtin_unreachable();
}

static _Noreturn void return_forged(uint64_t address)
{
	static uint64_t stack[64];

	for (unsigned i = 0; i < 64; i++)
		stack[i] = address;
	return_on((uint64_t)(stack + 32));
}

/* As struct registers has them (abi/registers.h). */
static int64_t forge(const uint64_t *word)
{
	uint64_t *registers = (uint64_t *)word[1] - 22;

	for (unsigned i = 0; i < 22; i++)
		registers[i] = 0;
	registers[15] = 32; /* the timer's vector */
	registers[17] = word[2];
	registers[18] = 8;
	registers[19] = 2;
	return jump((const uint64_t[]){ 0, word[3], 0, 0x6e1, 0, 0 });
}

static int64_t divide(uint64_t by)
{
	uint64_t result = 1, rest = 0;

	__asm__ volatile("div %2" : "+a"(result), "+d"(rest) : "r"(by));
	return (int64_t)result;
}

int64_t attack(struct words *words)
{
	volatile uint64_t *address = (volatile uint64_t *)words->word[1];

	switch ((enum hostile)words->word[0]) {
	case HOSTILE_NOTHING:
		break;
	case HOSTILE_READ:
		return (int64_t)(*address >> 1);
	case HOSTILE_WRITE:
		*address = words->word[2];
		break;
	case HOSTILE_JUMP:
		return jump(words->word);
	case HOSTILE_CALL_ON:
		return call_on(words->word[1]);
	case HOSTILE_CALL_FROM:
		call_from(words->word[1], words->word[2]);
	case HOSTILE_RETURN_ON:
		return_on(words->word[1]);
	case HOSTILE_RECURSE:
		return (int64_t)recurse(words->word[1]);
	case HOSTILE_LOOP:
		for (;;) /* forever: that is what it is told to do */
			(void)*address;
	case HOSTILE_EXECUTE:
		((void (*)(void))code)();
		break;
	case HOSTILE_REWRITE_CODE:
		__asm__ volatile("movb %[ret], harmless_code(%%rip)" : : [ret] "i"(RETURN) : "memory");
		break;
	case HOSTILE_COPY:
		return ipc_ask((int64_t)words->word[1], words->word[2] ? words->word[2] : (uint64_t)harmless_code, words->word[3] >> 32,
			       words->word[3] & UINT32_MAX);
	case HOSTILE_CALL_RETURN:
		((void (*)(void))words->word[1])();
		break;
	case HOSTILE_RETURN_FORGED:
		return_forged(words->word[1]);
	case HOSTILE_VECTOR:
		__asm__ volatile("movq %%xmm0, %0" : "=r"(words->word[1]));
		return (int64_t)(words->word[1] >> 1);
	case HOSTILE_REGISTERS:
		return found_in_registers != 0;
	case HOSTILE_UNDEFINED:
		__asm__ volatile("ud2");
		break;
	case HOSTILE_DIVIDE:
		return divide(words->word[1]);
	case HOSTILE_BACKWARDS:
		__asm__ volatile("std");
		break;
	case HOSTILE_ASK:
		return ipc_ask((int64_t)words->word[1], words->word[2], words->word[3], words->word[4]);
	case HOSTILE_FORGE:
		return forge(words->word);
	default:
		return serve_joined(words);
	}
	return 0;
}
