/* hostile.c - a service attacks what it can reach, and everybody else goes on
 * SPDX-License-Identifier: MIT
 * Usage: hostile [off DEFENCE]. Every attack of abi/attacks.def that a service makes, in the class that the service has here. What is refused ends the service,
 * or is answered with a status: its caller hears so, its neighbours answer as before, and the kernel goes on. What nothing stops in this class goes through,
 * and is counted as that. With `off`, the kernel has been booted without that defence, and those attacks that it alone stops must go through. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/domain.h"
#include "abi/hostile.h"
#include "abi/service.h"
#include "attacks.h"
#include "native_call.h"
#include "pin.h"

enum {
	PATIENCE = 5000,        /* ms */
	LONG_FOR_A_LOOP = 60,   /* s: a service may keep others waiting for one, half of the time; on a machine that is short of time it is much longer */
	SHORT_FOR_A_LOOP = 8,   /* the same where nobody ends it */
	DEEP = 40,              /* beyond the end of a stack, and above the next one */
	MSR_PKRS = 0x6e1, MSR_LSTAR = 0xc0000082, MSR_KERNEL_GS_BASE = 0xc0000102,
	CRUDE_CLI = 1, CRUDE_CR4 = 2, CRUDE_SYSTEM_CALL = 3, CRUDE_WRMSR = 4, CRUDE_SEGMENT = 5,
	PADDING = 0x30,         /* in the gate's page: of nothing */
};

#define ALL_RIGHTS   0
#define OTHERS_KEY   0x55155549 /* that with number 11, behind its own in each composition */
#define SERVICES_KEYS 0x9 /* all but the kernel's */
#define NO_RIGHTS    0xffffffff /* not even what the processor needs */
#define KERNELS_KEY  0x55555524
#define SECRET       UINT64_C(0x5ec4e75ec4e7)
#define NO_ADDRESS   (UINT64_C(1) << 62)

static long wrong, refused, through;
static long core;
static time_t patience_for_a_loop = LONG_FOR_A_LOOP;

/* What the program has that calls the service: at an address where no service has anything. */
static struct target {
	uint8_t code[64];
	volatile uint64_t word, got_there;
	volatile uint64_t lent[8];
	uint64_t stack[128];
} *target;

static void complain(const char *what, int64_t found, const char *expected)
{
	printf("hostile: %s: %jd, %s\n", what, (intmax_t)found, expected);
	wrong++;
}

/* A service that has failed stays away for a while. */
static int64_t call_when_there(unsigned server, struct words words, bool lends)
{
	for (int tries = 0; tries < PATIENCE; tries++) {
		struct words harmless = { { HOSTILE_NOTHING } };

		if (ipc_call_at((unsigned)sched_getcpu(), server, &harmless, 0) != STATUS_DEAD)
			return lends ? ipc_lend(server, &words) : ipc_call(server, &words);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	return STATUS_TIMED_OUT;
}

static int64_t tell(enum hostile what, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
	return call_when_there(SERVER_hostile, (struct words){ { what, a, b, c, d, e } }, false);
}

static uint64_t point(enum gate_point which)
{
	return (uint64_t)native_call(NATIVE_gate_point, which, 0, 0);
}

static int64_t read_at(uint64_t address)
{
	return tell(HOSTILE_READ, address, 0, 0, 0, 0);
}

static int64_t write_at(uint64_t address)
{
	return tell(HOSTILE_WRITE, address, 0, 0, 0, 0);
}

/* To a WRMSR of the kernel's, or elsewhere. */
static int64_t jump(uint64_t address, uint32_t low, uint32_t number, uint32_t high, uint64_t stack)
{
	return tell(HOSTILE_JUMP, address, low, number, high, stack);
}

static int64_t write_rights(enum gate_point where, uint32_t rights)
{
	return jump(point(where), rights, MSR_PKRS, 0, 0);
}

/* Two words are lent to it, and it has the gate copy between its own memory and these. */
static int64_t copy(uint64_t flags, uint64_t number, uint64_t own, uint64_t offset)
{
	return call_when_there(SERVER_hostile, (struct words){ { HOSTILE_COPY, number, own, offset << 32 | 8, (uint64_t)target->lent, 16 | flags } }, true);
}

static int64_t ask(uint64_t number, uint64_t first, uint64_t second, uint64_t third)
{
	return tell(HOSTILE_ASK, number, first, second, third, 0);
}

/* Addresses in the service, which it may write. */
static uint64_t of_service(uint64_t offset)
{
	return native_call(NATIVE_server_class, SERVER_hostile, 0, 0) == 2 ? UINT64_C(0x20000000) + 0x7000 + offset
									   : domain_place(SERVER_hostile) + DOMAIN_SIZE / 2 + 0x7000 + offset;
}

/* By name, what abi/attacks.def has by sentence. */
#define ATTACK(name) static int64_t name(void)
ATTACK(read_kernel_code) { return read_at(point(GATE_POINT_TEXT)); }
ATTACK(read_instance) { return read_at(point(GATE_POINT_THREAD)); }
ATTACK(read_page_tables) { return read_at(point(GATE_POINT_TABLES)); }
ATTACK(read_other_service) { return read_at(domain_place(SERVER_echo)); }
/* Of this core's shard, so that it is mapped here, if the file service is in ring 0. */
ATTACK(read_other_store) { close(open("/", O_RDONLY)); return read_at(store_inner(STORE_BASE) + ((uint64_t)core << STORE_SHIFT)); }
ATTACK(read_archive) { close(open("/", O_RDONLY)); return read_at(ARCHIVE_INNER); }
ATTACK(write_kernel_code) { return write_at(point(GATE_POINT_SPARE_CODE)); }
ATTACK(write_instance) { return write_at(point(GATE_POINT_SPARE)); }
ATTACK(write_direct_map) { return write_at(point(GATE_POINT_SPARE_DIRECT)); }
ATTACK(write_page_tables) { return write_at(point(GATE_POINT_TABLES)); } /* a word of the kernel's own root for programs' addresses: 0 */
ATTACK(write_other_image) { return write_at(domain_place(SERVER_echo) + 0xff8); } /* behind what there is of it */
ATTACK(write_other_stack) { return write_at(domain_place(SERVER_echo) + DOMAIN_SIZE / 2 + 0x7ff8); }
ATTACK(write_gate_page) { return write_at(GATE_PAGE + PADDING); }
ATTACK(write_own_code) { return tell(HOSTILE_REWRITE_CODE, 0, 0, 0, 0, 0); }
ATTACK(execute_data) { return tell(HOSTILE_EXECUTE, 0, 0, 0, 0, 0); }
ATTACK(read_null) { return read_at(0); }
ATTACK(read_noncanonical) { return read_at(NO_ADDRESS); }
ATTACK(use_up_stack) { return tell(HOSTILE_RECURSE, DEEP, 0, 0, 0, 0); }
ATTACK(execute_undefined) { return tell(HOSTILE_UNDEFINED, 0, 0, 0, 0, 0); }
ATTACK(divide_by_zero) { return tell(HOSTILE_DIVIDE, 0, 0, 0, 0, 0); }
ATTACK(key_of_other_at_raise) { return write_rights(GATE_POINT_RAISE, OTHERS_KEY); }
ATTACK(no_key_at_raise) { return write_rights(GATE_POINT_RAISE, NO_RIGHTS); }
ATTACK(key_of_other_at_lower) { return write_rights(GATE_POINT_LOWER, SERVICES_KEYS); }
ATTACK(no_key_at_lower) { return write_rights(GATE_POINT_LOWER, NO_RIGHTS); }
ATTACK(kernels_key_at_lower) { return write_rights(GATE_POINT_LOWER, KERNELS_KEY); }
ATTACK(all_keys_at_lower) { return write_rights(GATE_POINT_LOWER, ALL_RIGHTS); }
ATTACK(reserved_at_lower) { return jump(point(GATE_POINT_LOWER), 0, MSR_PKRS, 1, 0); }
ATTACK(register_at_lower) { return jump(point(GATE_POINT_LOWER), 0, MSR_KERNEL_GS_BASE, 0, 0); }
ATTACK(system_calls_at_lower) { return jump(point(GATE_POINT_LOWER), 0, MSR_LSTAR, 0, 0); }
ATTACK(key_of_other_at_resume) { return write_rights(GATE_POINT_RESUME, OTHERS_KEY); }
ATTACK(no_key_at_resume) { return write_rights(GATE_POINT_RESUME, NO_RIGHTS); }
ATTACK(all_keys_at_resume) { return write_rights(GATE_POINT_RESUME, ALL_RIGHTS); }
ATTACK(key_of_other_at_interrupt) { return write_rights(GATE_POINT_INTERRUPT, OTHERS_KEY); }
ATTACK(no_key_at_interrupt) { return write_rights(GATE_POINT_INTERRUPT, NO_RIGHTS); }
ATTACK(key_of_other_at_exception) { return write_rights(GATE_POINT_EXCEPTION, OTHERS_KEY); }
ATTACK(no_key_at_exception) { return write_rights(GATE_POINT_EXCEPTION, NO_RIGHTS); }
ATTACK(key_on_kernels_stack) { return jump(point(GATE_POINT_RAISE), OTHERS_KEY, MSR_PKRS, 0, point(GATE_POINT_THREAD)); }
ATTACK(jump_behind_the_check) { return jump(point(GATE_POINT_INSIDE), 0, MSR_PKRS, 0, 0); }
ATTACK(jump_to_cr3) { return jump(point(GATE_POINT_ROOT), 0, 0, 0, 0); }
ATTACK(jump_to_kernel) { return jump(point(GATE_POINT_TEXT), 0, 0, 0, 0); }
ATTACK(jump_to_return) { return tell(HOSTILE_CALL_RETURN, point(GATE_POINT_SPARE_RETURN), 0, 0, 0, 0); }
ATTACK(forge_interrupt) { return tell(HOSTILE_FORGE, point(GATE_POINT_LANDING), point(GATE_POINT_TEXT), point(GATE_POINT_INTERRUPT), 0, 0); }
ATTACK(forge_exception) { return jump(point(GATE_POINT_EXCEPTION), ALL_RIGHTS, MSR_PKRS, 0, point(GATE_POINT_LANDING)); }
ATTACK(call_on_kernels_stack) { return tell(HOSTILE_CALL_ON, point(GATE_POINT_SPARE), 0, 0, 0, 0); }
ATTACK(call_from_kernel) { return tell(HOSTILE_CALL_FROM, point(GATE_POINT_TEXT), 0, 0, 0, 0); }
ATTACK(call_from_nowhere) { return tell(HOSTILE_CALL_FROM, NO_ADDRESS, 0, 0, 0, 0); }
ATTACK(call_on_no_stack) { return tell(HOSTILE_CALL_ON, NO_ADDRESS, 0, 0, 0, 0); }
ATTACK(return_on_kernels_stack) { return tell(HOSTILE_RETURN_ON, point(GATE_POINT_THREAD), 0, 0, 0, 0); }
ATTACK(return_to_wrong_caller) { return tell(HOSTILE_RETURN_FORGED, (uint64_t)target->code, 0, 0, 0, 0); }
ATTACK(return_backwards) { return tell(HOSTILE_BACKWARDS, 0, 0, 0, 0, 0); }
ATTACK(call_forbidden) { return ask(IPC_CALL + SERVER_fs, UINT64_MAX, 0, 0); }
ATTACK(call_forbidden_at) { return ask(IPC_CALL_AT + SERVER_fs, UINT64_MAX, 0, 0); }
ATTACK(call_nobody) { return ask(IPC_CALL + SERVER_COUNT, 0, 0, 0); }
ATTACK(fill_store) { return ask(IPC_STORE_FILL, STORE_BASE, 1, 0); }
ATTACK(drop_store) { return ask(IPC_STORE_DROP, STORE_BASE, 1, 0); }
ATTACK(copy_unlent) { return ask(IPC_COPY_IN, of_service(0), (uint64_t)&target->word, 8); }
ATTACK(copy_beyond) { return copy(0, IPC_COPY_IN, of_service(0), 12); }
ATTACK(copy_into_kernel) { return copy(0, IPC_COPY_IN, point(GATE_POINT_SPARE), 0); }
ATTACK(copy_out_of_kernel) { return copy(IPC_WRITABLE, IPC_COPY_OUT, point(GATE_POINT_TEXT), 0); }
ATTACK(copy_into_own_code) { return copy(0, IPC_COPY_IN, 0, 0); }
ATTACK(own_cli) { return call_when_there(SERVER_crude, (struct words){ { CRUDE_CLI } }, false); }
ATTACK(own_mov_to_cr4) { return call_when_there(SERVER_crude, (struct words){ { CRUDE_CR4 } }, false); }
ATTACK(own_wrmsr) { return call_when_there(SERVER_crude, (struct words){ { CRUDE_WRMSR } }, false); }

ATTACK(read_caller)
{
	int64_t result = read_at((uint64_t)&target->word);

	return result >= 0 && result != (int64_t)(SECRET >> 1) ? STATUS_TIMED_OUT : result;
}

ATTACK(write_caller)
{
	int64_t result = write_at((uint64_t)&target->word);

	result = result >= 0 && target->word == SECRET ? STATUS_TIMED_OUT : result;
	if (result < 0 && target->word != SECRET)
		complain("the program's memory", (int64_t)target->word, "which it has not written");
	target->word = SECRET;
	return result;
}

/* At its beginning there is a jump to r11, which leads back. */
ATTACK(execute_caller)
{
	return jump((uint64_t)target->code, 0, 0, 0, 0);
}

/* Further on, code that says that it was there, and goes wrong. */
ATTACK(call_from_program)
{
	int64_t result = tell(HOSTILE_CALL_FROM, (uint64_t)(target->code + 16), (uint64_t)(target->stack + 64), 0, 0, 0);

	if (!target->got_there)
		return result;
	target->got_there = 0;
	return STATUS_OK;
}

ATTACK(write_lent_to_read)
{
	return copy(0, IPC_COPY_OUT, of_service(0), 0);
}

/* The callee finds what the program had in registers that are no words. */
ATTACK(look_at_registers)
{
	uint64_t secret = SECRET;
	int64_t result;

	(void)tell(HOSTILE_NOTHING, 0, 0, 0, 0, 0);
	__asm__ volatile("push %%rbp\n\t"
			 "mov %%rbx, %%rbp\n\t"
			 "syscall\n\t"
			 "pop %%rbp"
			 : "=a"(result), "+b"(secret) : "a"(IPC_CALL + SERVER_hostile), "D"(HOSTILE_REGISTERS), "S"(0), "d"(0)
			 : "rcx", "r11", "r8", "r9", "r10", "r12", "r13", "r14", "r15", "memory");
	return result;
}

ATTACK(look_at_vectors)
{
	uint64_t secret = SECRET;
	int64_t result;

	(void)tell(HOSTILE_NOTHING, 0, 0, 0, 0, 0);
	__asm__ volatile("push %%rbp\n\t"
			 "movq %%rbx, %%xmm0\n\t"
			 "syscall\n\t"
			 "pop %%rbp"
			 : "=a"(result), "+b"(secret) : "a"(IPC_CALL + SERVER_hostile), "D"(HOSTILE_VECTOR), "S"(0), "d"(0)
			 : "rcx", "r11", "r8", "r9", "r10", "r12", "r13", "r14", "r15", "xmm0", "memory");
	return result == (int64_t)(SECRET >> 1) ? result : STATUS_OK;
}

ATTACK(own_system_call)
{
	return call_when_there(SERVER_crude, (struct words){ { CRUDE_SYSTEM_CALL, 39 /* getpid */ } }, false);
}

/* A child's variables are gone then. */
ATTACK(own_segment)
{
	pid_t child = fork();
	int status;

	if (!child) {
		uint64_t first;

		(void)call_when_there(SERVER_crude, (struct words){ { CRUDE_SEGMENT } }, false);
		__asm__ volatile("mov %%fs:0, %0" : "=r"(first));
		_exit(first == 0);
	}
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) ? STATUS_OK : STATUS_DEAD;
}

/* Somebody waits meanwhile: a child of this core's. */
ATTACK(loop_for_ever)
{
	uint64_t place = native_call(NATIVE_server_class, SERVER_hostile, 0, 0) == 2 ? of_service(0) : GATE_PAGE;
	pid_t looping = fork();
	int status;

	if (!looping)
		_exit(tell(HOSTILE_LOOP, place, 0, 0, 0, 0) == STATUS_DEAD ? 0 : 1);
	for (time_t start = time(NULL); time(NULL) - start < patience_for_a_loop;) /* bounded: time passes */
		if (waitpid(looping, &status, WNOHANG) == looping)
			return WIFEXITED(status) && !WEXITSTATUS(status) ? STATUS_DEAD : STATUS_TIMED_OUT;
	native_call(NATIVE_server_end, SERVER_hostile, core, 0);
	waitpid(looping, &status, 0);
	return STATUS_OK;
}

static const struct attack {
	const char *name, *what;
	int64_t (*run)(void);
	unsigned stop[3];
	int64_t refusal;
} attacks[] = {
#define SERVICE_ATTACK(name, class0, class1, class2, refusal, what) { #name, what, name, { STOP_##class0, STOP_##class1, STOP_##class2 }, STATUS_##refusal },
#define PROGRAM_ATTACK(name, defence, refusal, what)
#define PAGER_ATTACK(name, defence, refusal, what)
#include "../../abi/attacks.def"
#undef SERVICE_ATTACK
#undef PROGRAM_ATTACK
#undef PAGER_ATTACK
};

/* Neighbours, of whom echo may be a key away. */
static void look_around(const char *after)
{
	struct words words = { { 20 } };

	if (ipc_call(SERVER_relay, &words) != 20)
		complain(after, 0, "and relay does not answer");
	words = (struct words){ { 42 << 1 } };
	if (ipc_call(SERVER_echo, &words) != 42)
		complain(after, 0, "and echo does not answer");
}

/* Whether it has got what it wanted: an answer, where it is ended or told a status otherwise. */
static bool went_through(const struct attack *attack, int64_t result)
{
	if (attack->refusal == STATUS_DEAD)
		return result >= 0;
	return result != attack->refusal && result != STATUS_DEAD && result != STATUS_TIMED_OUT;
}

static void try(const struct attack *attack, enum outcome expected)
{
	int64_t result = attack->run();

	look_around(attack->name);
	if (expected == REFUSED && result == attack->refusal)
		refused++;
	else if (expected == GOES_THROUGH && went_through(attack, result))
		through++;
	else
		complain(attack->name, result, expected == REFUSED ? "and it should be refused" : "and it should go through");
	printf("hostile: %-26s %s: %s\n", attack->name, went_through(attack, result) ? "goes through" : "refused", attack->what);
}

static bool prepare(void)
{
	/* jmp *%r11; and from byte 16 on: incq got_there; ud2. */
	static const uint8_t back[] = { 0x41, 0xff, 0xe3 }, there[] = { 0x48, 0xff, 0x05 }, end[] = { 0x0f, 0x0b };
	int32_t distance;

	target = mmap((void *)UINT64_C(0x123400000000), sizeof(*target), PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (target == MAP_FAILED)
		return false;
	distance = (int32_t)((uint64_t)&target->got_there - (uint64_t)(target->code + 16 + 7));
	memcpy(target->code, back, sizeof(back));
	memcpy(target->code + 16, there, sizeof(there));
	memcpy(target->code + 16 + sizeof(there), &distance, sizeof(distance));
	memcpy(target->code + 16 + 7, end, sizeof(end));
	target->word = SECRET;
	memset((void *)target->lent, 0xc3, sizeof(target->lent)); /* returns, where it becomes code */
	return true;
}

int main(int argc, char **argv)
{
	enum stop off = argc == 3 && !strcmp(argv[1], "off") ? stop_find(argv[2]) : STOPS;
	long class = native_call(NATIVE_server_class, SERVER_hostile, 0, 0);
	long absent = 0, untried = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if ((argc > 1 && off == STOPS) || !prepare())
		return 2;
	if (off != STOPS)
		patience_for_a_loop = SHORT_FOR_A_LOOP;
	core = native_call(NATIVE_core_count, 0, 0, 0) - 1;
	pin(core);
	look_around("before anything");
	for (size_t i = 0; i < sizeof(attacks) / sizeof(*attacks); i++) {
		enum outcome outcome = outcome_of(attacks[i].stop[class], off);

		absent += attacks[i].stop[class] == STOP_absent;
		untried += attacks[i].stop[class] == STOP_fatal;
		if (outcome != NOT_TRIED)
			try(&attacks[i], outcome);
	}
	printf("hostile: class %ld, %ld refused, %ld went through, %ld would end the machine, %ld there are not, %ld wrong\n", class, refused, through, untried,
	       absent, wrong);
	return wrong != 0;
}
