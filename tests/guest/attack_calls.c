/* attack_calls.c - bad calls, bad buffers, and what comes back in registers (attack.h)
 * SPDX-License-Identifier: MIT */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/clerk.h"
#include "abi/device.h"
#include "abi/fs.h"
#include "abi/service.h"
#include "pin.h"

enum {
	PAGE = 4096,
	TURNS = 2000,
	THREADS = 32, /* four times as many as a service has stacks */
	CALLS = 20,
	YIELDS = 200,
	SPOILED = 0x5a,
	ARCH_SET_GS = 0x1001, ARCH_SET_FS = 0x1002,
	CLONE_WITH_BASE = 0x80000 | SIGCHLD,
};

#define FILE_OF_ATTACK "/attacked"
#define OWN_WORDS      UINT64_C(0x0123456789abcdef)
#define OTHERS_WORDS   UINT64_C(0xfedcba9876543210)

/* Any number of the gate's, with any words. */
static int64_t gate(uint64_t number, struct words words)
{
	return ipc_call((unsigned)(number - IPC_CALL), &words);
}

int program_call_system_service(void) { return by_answer(gate(IPC_CALL + SERVER_fs, (struct words){ { FS_NOTHING } })); }
int program_call_system_service_at(void) { return by_answer(ipc_call_at(0, SERVER_fs, &(struct words){ { FS_NOTHING } }, 0)); }
int program_lend_system_service(void) { return by_answer(ipc_lend(SERVER_fs, &(struct words){ { FS_NOTHING, 0, 0, 0, (uint64_t)&errno, 4 } })); }
int program_ask_here(void) { return by_answer(gate(IPC_HERE, (struct words){ { 0 } })); }
int program_ask_clock(void) { return by_answer(gate(IPC_CLOCK, (struct words){ { 0 } })); }
int program_ask_lives(void) { return by_answer(gate(IPC_LIVES, (struct words){ { 1 } })); }
int program_return_uncalled(void) { return by_answer(gate(IPC_RETURN, (struct words){ { 7 } })); }

int program_call_no_core(void)
{
	static const unsigned cores[] = { 255, 256, 1 << 16, INT32_MAX, UINT32_MAX };
	int went = 0;

	for (size_t i = 0; i < sizeof(cores) / sizeof(*cores); i++) {
		went |= ipc_call_at(cores[i], SERVER_echo, &(struct words){ { 84 } }, 0) >= 0;
		went |= ipc_call_at_once(cores[i], SERVER_echo, &(struct words){ { 84 } }, 0) >= 0;
	}
	return went;
}

static bool is_somebodys(uint64_t number)
{
	return number - IPC_CALL < SERVER_COUNT || number - IPC_LEND < SERVER_COUNT || number - IPC_CALL_AT < SERVER_COUNT || number == IPC_RETURN ||
	       (number >= IPC_COPY_IN && number <= IPC_LAST);
}

int program_call_numbers(void)
{
	int went = 0;

	for (uint64_t number = IPC_RETURN - 16; number < IPC_AT_LAST + 64; number++)
		if (!is_somebodys(number))
			went |= gate(number, (struct words){ { 1, 2, 3, 4, 5, 6 } }) >= 0;
	return went;
}

static uint64_t seed;

static uint64_t random_below(uint64_t end)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (seed >> 33) % end;
}

/* Sizes, flags, and addresses of nothing, of the kernel's, and of this program's that nobody misses. */
static uint64_t random_word(void)
{
	static uint8_t unused[2 * PAGE];
	const uint64_t words[] = { 0, 1, 8, PAGE, UINT64_MAX, INT64_MAX, IPC_WRITABLE | 64, IPC_SECOND | 8, IPC_AT_ONCE,
				   (uint64_t)unused, (uint64_t)unused + PAGE - 3, NO_ADDRESS, STORE_BASE, UINT64_C(0x00007fffffffeff8), point(GATE_POINT_TEXT), point(GATE_POINT_SPARE), random_below(UINT32_MAX) };

	return words[random_below(sizeof(words) / sizeof(*words))];
}

/* Echo and clerk, who do as they are told at once; and numbers that are nobody's. */
static uint64_t random_number(void)
{
	static const uint64_t first[] = { IPC_CALL, IPC_LEND, IPC_CALL_AT };
	static const unsigned servers[] = { SERVER_echo, SERVER_clerk, SERVER_COUNT, IPC_SERVERS - 1 };

	if (random_below(2))
		return first[random_below(3)] + servers[random_below(4)];
	return IPC_COPY_IN + random_below(IPC_CALL_AT - IPC_COPY_IN);
}

int program_call_at_random(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seed = (uint64_t)now.tv_nsec;
	printf("attacks: call_at_random begins with %ju\n", (uintmax_t)seed);
	for (int call = 0; call < 20000; call++) {
		struct words words = { { random_below(8), random_word(), random_word(), random_word(), random_word(), random_word() } };
		uint64_t number = random_number();

		if (number >= IPC_CALL_AT)
			ipc_call_at_once((unsigned)random_below(4), (unsigned)(number - IPC_CALL_AT), &words, 1000000);
		else
			gate(number, words);
	}
	return gate(IPC_CALL + SERVER_echo, (struct words){ { 84 } }) == 42 ? ATTACK_REFUSED : ATTACK_WENT_THROUGH;
}

int program_ask_others(void)
{
	static const uint64_t numbers[] = { IPC_WAIT, IPC_WAKE, IPC_COPY_IN, IPC_COPY_OUT, IPC_COPY_OUT_WHILE, IPC_STORE_FILL, IPC_STORE_DROP };
	static uint64_t place[8];
	int went = 0;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		went |= gate(numbers[i], (struct words){ { (uint64_t)place, 1000, 8 } }) >= 0;
		went |= gate(numbers[i], (struct words){ { STORE_BASE, 1, 0 } }) >= 0;
	}
	return went;
}

/* The clerk's answer about memory of this program's. */
static int64_t clerk(enum clerk what, uint64_t offset, uint64_t bytes, uint64_t address, uint64_t size)
{
	struct words words = { { what, offset, bytes, 0, address, size } };

	return ipc_lend(SERVER_clerk, &words);
}

static uint8_t *pages(size_t count, int rights)
{
	return mmap(NULL, count * PAGE, rights, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int program_lend_kernel(void) { return by_answer(clerk(CLERK_SUM, 0, 64, point(GATE_POINT_TEXT), 64)); }
int program_lend_kernel_to_write(void) { return by_answer(clerk(CLERK_WRITE, 0, 8, point(GATE_POINT_SPARE), 8 | IPC_WRITABLE)); }

int program_lend_wrapping(void)
{
	static const uint64_t ends[] = { UINT64_C(0xfffffffffffffff8), UINT64_C(0x00007ffffffffff8), UINT64_C(0x00007fffffffeff8), UINT64_C(0x7ffffffffffffff8) };
	int went = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		went |= clerk(CLERK_SUM, 0, 64, ends[i], 64) >= 0;
		went |= clerk(CLERK_WRITE, 0, 64, ends[i], 64 | IPC_WRITABLE) >= 0;
		went |= clerk(CLERK_SUM, 8, 64, ends[i], 128) >= 0;
	}
	return went;
}

int program_lend_unmapped(void)
{
	uint8_t *page = pages(1, PROT_READ | PROT_WRITE);

	*page = 1;
	munmap(page, PAGE);
	return clerk(CLERK_SUM, 0, 8, (uint64_t)page, 8) >= 0 || clerk(CLERK_SUM, 0, 8, 0, 8) >= 0 ||
	       clerk(CLERK_WRITE, 0, 8, (uint64_t)page, 8 | IPC_WRITABLE) >= 0;
}

int program_lend_read_only(void)
{
	uint8_t *page = pages(1, PROT_READ);

	return clerk(CLERK_SUM, 0, 8, (uint64_t)page, 8 | IPC_WRITABLE) != 0 || clerk(CLERK_WRITE, 0, 8, (uint64_t)page, 8 | IPC_WRITABLE) >= 0;
}

int program_lend_too_long(void)
{
	uint8_t *page = pages(2, PROT_READ | PROT_WRITE);
	int went = 0;

	munmap(page + PAGE, PAGE);
	went |= clerk(CLERK_KEEP, 0, 65536, (uint64_t)page, 65536) >= 0;
	went |= clerk(CLERK_SUM, 0, 65536, (uint64_t)page, UINT64_C(1) << 61) >= 0;
	went |= clerk(CLERK_SUM, UINT64_C(1) << 60, 8, (uint64_t)page, UINT64_C(1) << 61) >= 0;
	went |= clerk(CLERK_SUM, (UINT64_C(1) << 62) - 8, 8, (uint64_t)page, (UINT64_C(1) << 62) - 1) >= 0;
	return went;
}

int program_lend_end_of_page(void)
{
	uint8_t *page = pages(2, PROT_READ | PROT_WRITE);
	int went = 0;

	memset(page, 1, PAGE);
	munmap(page + PAGE, PAGE);
	for (uint64_t there = 1; there < 64; there++) {
		went |= clerk(CLERK_SUM, 0, 64, (uint64_t)(page + PAGE) - there, 64) >= 0;
		went |= clerk(CLERK_SUM, 0, there, (uint64_t)(page + PAGE) - there, there) != (int64_t)there;
	}
	return went;
}

int program_lend_overlapping(void)
{
	static char path[] = "//attack/attack";

	return by_answer(rename(path, path + 7) ? -1 : 0) || strcmp(path, "//attack/attack");
}

static _Atomic bool enough;

static void *map_and_unmap(void *place)
{
	while (!atomic_load(&enough)) { /* bounded: the other thread ends */
		munmap(place, PAGE);
		if (mmap(place, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != place)
			break;
		sched_yield();
	}
	return NULL;
}

static void *map_and_unmap_elsewhere(void *place)
{
	pin(0);
	return map_and_unmap(place);
}

/* All bytes are 0, whenever they are there. */
int program_lend_and_unmap(void)
{
	uint8_t *page = pages(1, PROT_READ | PROT_WRITE);
	pthread_t other;
	int went = 0;

	if (pthread_create(&other, NULL, map_and_unmap_elsewhere, page))
		return ATTACK_NOT_MADE;
	for (int turn = 0; turn < TURNS; turn++) {
		int64_t sum = clerk(CLERK_SUM, 0, PAGE, (uint64_t)page, PAGE);

		went |= sum != 0 && sum != STATUS_BAD_ADDRESS;
		if (turn % 16 == 0)
			sched_yield();
	}
	atomic_store(&enough, true);
	pthread_join(other, NULL);
	return went;
}

static int open_file(void)
{
	int file = open(FILE_OF_ATTACK, O_CREAT | O_RDWR | O_TRUNC, 0644);
	uint64_t word = 0;

	if (file < 0 || write(file, &word, sizeof(word)) != sizeof(word))
		_exit(ATTACK_NOT_MADE);
	unlink(FILE_OF_ATTACK);
	return file;
}

int program_write_from_kernel(void)
{
	return by_answer(raw_call(SYS_pwrite64, open_file(), (long)point(GATE_POINT_TEXT), 8, 0, 0, 0));
}

int program_read_to_kernel(void)
{
	return by_answer(raw_call(SYS_pread64, open_file(), (long)point(GATE_POINT_SPARE), 8, 0, 0, 0));
}

static _Atomic long unanswered;

static void *call_much(void *number)
{
	for (uint64_t call = 0; call < CALLS; call++) {
		struct words words = { { 3 } }, work = { { DEVICE_WORK, 1000, (uint64_t)number } };

		unanswered += ipc_call(SERVER_relay, &words) != 3;
		unanswered += ipc_call(SERVER_device, &work) != 3 * (int64_t)number + 1;
	}
	return NULL;
}

/* Everybody is answered, and who comes afterwards as well. */
int program_use_up_stacks(void)
{
	pthread_t thread[THREADS];

	for (uint64_t i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, call_much, (void *)i))
			return ATTACK_NOT_MADE;
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	call_much((void *)1);
	return unanswered ? ATTACK_WENT_THROUGH : ATTACK_REFUSED;
}

static uint64_t registers_behind_a_call(void)
{
	uint64_t found = IPC_CALL + SERVER_echo;

	__asm__ volatile("push %%rbp\n\t"
			 "syscall\n\t"
			 "mov %%rbx, %%rax\n\t"
			 "or %%rbp, %%rax\n\t"
			 "or %%r12, %%rax\n\t"
			 "or %%r13, %%rax\n\t"
			 "or %%r14, %%rax\n\t"
			 "or %%r15, %%rax\n\t"
			 "pop %%rbp"
			 : "+a"(found) : "D"(0), "S"(0), "d"(0) : "rbx", "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory");
	return found;
}

/* By the short way, and by the long one, which the first call goes. */
int program_kernel_in_registers(void)
{
	uint64_t found = 0;

	for (int call = 0; call < CALLS; call++)
		found |= registers_behind_a_call();
	return found ? ATTACK_WENT_THROUGH : ATTACK_REFUSED;
}

/* Whether its own words are still there, in the first vector register, the last one and the x87's, and its modes, after others have run. */
static bool keeps(uint64_t word, uint32_t mode, uint16_t control)
{
	uint32_t modes[2] = { mode }, mode_before;
	uint16_t controls[2] = { control }, control_before;
	uint64_t words[3];
	long yields = YIELDS;

	__asm__ volatile("stmxcsr %[mode_before]\n\t"
			 "fnstcw %[control_before]\n\t"
			 "ldmxcsr %[mode]\n\t"
			 "fldcw %[control]\n\t"
			 "movq %[word], %%xmm0\n\t"
			 "movq %[word], %%xmm15\n\t"
			 "movq %[word], %[x87]\n\t"
			 "fildll %[x87]\n"
			 "1:\tmov %[yield], %%eax\n\t"
			 "syscall\n\t"
			 "dec %[yields]\n\t"
			 "jnz 1b\n\t"
			 "fistpll %[x87]\n\t"
			 "movq %%xmm0, %[first]\n\t"
			 "movq %%xmm15, %[last]\n\t"
			 "stmxcsr %[mode_found]\n\t"
			 "fnstcw %[control_found]\n\t"
			 "ldmxcsr %[mode_before]\n\t"
			 "fldcw %[control_before]"
			 : [first] "=m"(words[0]), [last] "=m"(words[1]), [x87] "=m"(words[2]), [mode_found] "=m"(modes[1]), [control_found] "=m"(controls[1]),
			   [mode_before] "=m"(mode_before), [control_before] "=m"(control_before), [yields] "+r"(yields)
			 : [word] "r"(word), [mode] "m"(modes[0]), [control] "m"(controls[0]), [yield] "i"(SYS_sched_yield)
			 : "rax", "rcx", "r11", "xmm0", "xmm15", "st", "memory");
	return words[0] == word && words[1] == word && words[2] == word && modes[1] == mode && controls[1] == control;
}

int program_others_in_registers(void)
{
	pid_t other = fork();
	bool kept;
	int status;

	if (!other)
		_exit(keeps(OTHERS_WORDS, 0x7f80, 0xf7f) ? 0 : 1);
	kept = keeps(OWN_WORDS, 0x1f80, 0x37f);
	if (waitpid(other, &status, 0) != other || !WIFEXITED(status))
		return ATTACK_NOT_MADE;
	return kept && !WEXITSTATUS(status) ? ATTACK_REFUSED : ATTACK_WENT_THROUGH;
}

/* A system call of Linux, and a call of a service, with another stack pointer. */
static int calls_on(uint64_t stack)
{
	static uint64_t own_stack, answers[2];

	__asm__ volatile("push %%rbp\n\t"
			 "mov %%rsp, %[own]\n\t"
			 "mov %[stack], %%rsp\n\t"
			 "mov %[getpid], %%eax\n\t"
			 "syscall\n\t"
			 "mov %%rax, %[first]\n\t"
			 "mov %[echo], %%eax\n\t"
			 "mov $84, %%edi\n\t"
			 "xor %%esi, %%esi\n\t"
			 "xor %%edx, %%edx\n\t"
			 "xor %%r10d, %%r10d\n\t"
			 "xor %%r8d, %%r8d\n\t"
			 "xor %%r9d, %%r9d\n\t"
			 "syscall\n\t"
			 "mov %%rax, %[second]\n\t"
			 "mov %[own], %%rsp\n\t"
			 "pop %%rbp"
			 : [own] "+m"(own_stack), [first] "=m"(answers[0]), [second] "=m"(answers[1])
			 : [stack] "r"(stack), [getpid] "i"(SYS_getpid), [echo] "i"(IPC_CALL + SERVER_echo)
			 : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory");
	return answers[0] == (uint64_t)getpid() && answers[1] == 42 ? ATTACK_REFUSED : ATTACK_WENT_THROUGH;
}

int program_stack_null(void) { return calls_on(0); }
int program_stack_in_kernel(void) { return calls_on(point(GATE_POINT_SPARE)); }
int program_stack_noncanonical(void) { return calls_on(NO_ADDRESS); }

int program_base_in_kernel(void)
{
	const uint64_t bases[] = { point(GATE_POINT_SPARE), NO_ADDRESS, UINT64_C(0x0000800000000000), UINT64_C(0x00007ffffffff000) };
	int went = 0;

	for (size_t i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		long born;

		went |= raw_call(SYS_arch_prctl, ARCH_SET_GS, (long)bases[i], 0, 0, 0, 0) >= 0;
		went |= raw_call(SYS_arch_prctl, ARCH_SET_FS, (long)bases[i], 0, 0, 0, 0) >= 0;
		born = raw_call(SYS_clone, CLONE_WITH_BASE, 0, 0, 0, (long)bases[i], 0);
		if (!born)
			raw_call(SYS_exit, 0, 0, 0, 0, 0, 0);
		went |= born >= 0;
	}
	return went;
}
