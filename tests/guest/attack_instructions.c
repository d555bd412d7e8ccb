/* attack_instructions.c - instructions that programs may not execute, and flags that the kernel must not be entered with (attack.h)
 * SPDX-License-Identifier: MIT */
#include "attack.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/ipc.h"

enum {
	PAGE = 4096,
	BREAKPOINT = 3,
	EXCEPTIONS = 32, VECTORS = 256,
	FLAG_TRAP = 1 << 8, FLAG_INTERRUPTS = 1 << 9, FLAG_DIRECTION = 1 << 10, FLAG_PRIVILEGE = 3 << 12, FLAG_NESTED = 1 << 14, FLAG_ACCESS = 1 << 18,
	MARK = 0x77,
};

/* What an instruction reads or writes. */
static uint8_t place[64] __attribute__((aligned(16)));

#define INSTRUCTION(name, text)                                                                                                    \
	int program_##name(void)                                                                                                   \
	{                                                                                                                          \
		__asm__ volatile(text : : "D"(place), "S"(place), "a"(0), "c"(0), "d"(0x80) : "rbx", "cc", "memory");             \
		return ATTACK_WENT_THROUGH;                                                                                       \
	}

/* rdi and rsi are a place in memory, rdx is a port at which nothing is, rax and rcx are 0. */
INSTRUCTION(cli, "cli\n\tsti")
INSTRUCTION(sti, "sti")
INSTRUCTION(in_port, "in %%dx, %%al")
INSTRUCTION(out_port, "out %%al, %%dx")
INSTRUCTION(ins_port, "push %%rdi\n\tinsb\n\tpop %%rdi")
INSTRUCTION(outs_port, "push %%rsi\n\toutsb\n\tpop %%rsi")
INSTRUCTION(sgdt, "sgdt (%%rdi)")
INSTRUCTION(sidt, "sidt (%%rdi)")
INSTRUCTION(sldt, "sldt (%%rdi)")
INSTRUCTION(str, "str (%%rdi)")
INSTRUCTION(smsw, "smsw (%%rdi)")
INSTRUCTION(wrmsr, "mov $0xc0000082, %%ecx\n\twrmsr")
INSTRUCTION(wrmsr_rights, "mov $0x6e1, %%ecx\n\txor %%edx, %%edx\n\twrmsr")
INSTRUCTION(rdmsr, "mov $0xc0000082, %%ecx\n\trdmsr")
INSTRUCTION(rdpmc, "rdpmc")
INSTRUCTION(mov_to_cr0, "mov %%rax, %%cr0")
INSTRUCTION(mov_from_cr0, "mov %%cr0, %%rax")
INSTRUCTION(mov_to_cr3, "mov %%rax, %%cr3")
INSTRUCTION(mov_from_cr3, "mov %%cr3, %%rax")
INSTRUCTION(mov_to_cr4, "mov %%rax, %%cr4")
INSTRUCTION(mov_to_cr8, "mov %%rax, %%cr8")
INSTRUCTION(mov_to_dr7, "mov %%rax, %%dr7")
INSTRUCTION(mov_from_dr7, "mov %%dr7, %%rax")
INSTRUCTION(hlt, "hlt")
INSTRUCTION(lgdt, "lgdt (%%rdi)")
INSTRUCTION(lidt, "lidt (%%rdi)")
INSTRUCTION(lldt, "lldt %%ax")
INSTRUCTION(ltr, "ltr %%ax")
INSTRUCTION(lmsw, "lmsw %%ax")
INSTRUCTION(clts, "clts")
INSTRUCTION(invlpg, "invlpg (%%rdi)")
INSTRUCTION(wbinvd, "wbinvd")
INSTRUCTION(invd, "invd")
INSTRUCTION(swapgs, "swapgs")
INSTRUCTION(sysret, "sysretq")
INSTRUCTION(sysexit, "sysexitq")
INSTRUCTION(sysenter, "sysenter")
INSTRUCTION(xsetbv, "mov $1, %%eax\n\txor %%edx, %%edx\n\txsetbv")
INSTRUCTION(wrfsbase, "wrfsbase %%rax")
INSTRUCTION(wrpkru, "xor %%edx, %%edx\n\twrpkru")
INSTRUCTION(vmcall, "vmcall")
INSTRUCTION(vmrun, ".byte 0x0f, 0x01, 0xd8")
INSTRUCTION(rsm, "rsm")
INSTRUCTION(load_kernels_stack, "mov $0x10, %%eax\n\tmov %%eax, %%ss")
INSTRUCTION(load_kernels_data, "mov $0x10, %%eax\n\tmov %%eax, %%ds")
INSTRUCTION(far_call, "movq $1f, (%%rdi)\n\tmovq $8, 8(%%rdi)\n\trex.W lcall *(%%rdi)\n1:")
INSTRUCTION(far_jump, "movq $1f, (%%rdi)\n\tmovq $8, 8(%%rdi)\n\trex.W ljmp *(%%rdi)\n1:")
INSTRUCTION(push_noncanonical, "mov $1, %%ecx\n\tshl $62, %%rcx\n\tmov %%rsp, %%rdi\n\tmov %%rcx, %%rsp\n\tpush %%rax\n\tmov %%rdi, %%rsp")

/* INT of each vector, in a process of its own. All are refused, or all go through. */
static int interrupts(unsigned first, unsigned end)
{
	uint8_t *code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned refused = 0, tried = 0;
	int status = 0;

	for (unsigned vector = first; vector < end; vector++) {
		pid_t process = vector == BREAKPOINT ? 0 : fork();

		if (vector == BREAKPOINT)
			continue;
		if (!process) {
			const uint8_t text[] = { 0xcd, (uint8_t)vector, 0xc3 };

			memcpy(code, text, sizeof(text));
			_exit(jump_to((uint64_t)code));
		}
		if (waitpid(process, &status, 0) != process)
			return ATTACK_NOT_MADE;
		tried++;
		refused += WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
		if (WIFSIGNALED(status) && WTERMSIG(status) != SIGSEGV)
			return ATTACK_NOT_MADE;
	}
	if (refused == tried)
		kill(getpid(), SIGSEGV);
	return refused ? ATTACK_NOT_MADE : ATTACK_WENT_THROUGH;
}

int program_interrupt_exceptions(void) { return interrupts(0, EXCEPTIONS); }
int program_interrupt_devices(void) { return interrupts(EXCEPTIONS, VECTORS); }

/* A system call with these flags: its result. They are as they were behind it. */
static long call_with(uint64_t flags, long number, long first, long second)
{
	long result = number;

	__asm__ volatile("pushf\n\t"
			 "pop %%r12\n\t"
			 "mov %%r12, %%r13\n\t"
			 "or %[flags], %%r13\n\t"
			 "push %%r13\n\t"
			 "popf\n\t"
			 "syscall\n\t"
			 "push %%r12\n\t"
			 "popf"
			 : "+a"(result), "+D"(first), "+S"(second) : [flags] "r"(flags)
			 : "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "cc", "memory");
	return result;
}

/* The kernel copies forwards all the same: what lies before is as it was. */
int program_flag_direction(void)
{
	static uint8_t words[3][16];

	memset(words, MARK, sizeof(words));
	if (call_with(FLAG_DIRECTION, SYS_clock_gettime, CLOCK_MONOTONIC, (long)words[1]))
		return ATTACK_NOT_MADE;
	for (unsigned i = 0; i < sizeof(words[0]); i++)
		if (words[0][i] != MARK || words[2][i] != MARK)
			return ATTACK_WENT_THROUGH;
	return ((struct timespec *)words[1])->tv_nsec >= 0 && ((struct timespec *)words[1])->tv_nsec < 1000000000 ? ATTACK_REFUSED : ATTACK_WENT_THROUGH;
}

int program_flag_trap(void)
{
	return call_with(FLAG_TRAP, SYS_getpid, 0, 0) == getpid() ? ATTACK_REFUSED : ATTACK_WENT_THROUGH;
}

/* One that is answered at once, two that wait, and one that is refused an address. */
static int calls_as_ever(uint64_t flags)
{
	struct timespec soon = { .tv_nsec = 1000000 };

	return call_with(flags, SYS_getpid, 0, 0) != getpid() || call_with(flags, SYS_sched_yield, 0, 0) || call_with(flags, SYS_nanosleep, (long)&soon, 0) ||
	       call_with(flags, SYS_nanosleep, (long)point(GATE_POINT_TEXT), 0) >= 0;
}

/* Beside one that is interrupted again and again, to which the kernel goes back by IRET. */
int program_flag_nested(void)
{
	pid_t other = fork();
	int result = ATTACK_REFUSED, status;

	while (!other) /* until it is killed */
		;
	for (int i = 0; i < 100 && result == ATTACK_REFUSED; i++)
		result = calls_as_ever(FLAG_NESTED);
	kill(other, SIGKILL);
	return waitpid(other, &status, 0) == other ? result : ATTACK_NOT_MADE;
}

int program_flag_access(void) { return calls_as_ever(FLAG_ACCESS); }

/* What becomes of the flags: ones that a program cannot change stay. */
static uint64_t load_flags(uint64_t set, uint64_t clear)
{
	uint64_t before, after;

	__asm__ volatile("pushf\n\tpop %0" : "=r"(before));
	before = (before | set) & ~clear;
	__asm__ volatile("push %1\n\tpopf\n\tpushf\n\tpop %0" : "=r"(after) : "r"(before) : "cc", "memory");
	return after;
}

int program_flag_interrupts(void)
{
	bool off = !(load_flags(0, FLAG_INTERRUPTS) & FLAG_INTERRUPTS);

	if (off)
		(void)load_flags(FLAG_INTERRUPTS, 0);
	return off ? ATTACK_WENT_THROUGH : ATTACK_REFUSED;
}

int program_flag_privilege(void)
{
	return load_flags(FLAG_PRIVILEGE, 0) & FLAG_PRIVILEGE ? ATTACK_WENT_THROUGH : ATTACK_REFUSED;
}
