/* attacks.c - a hostile program tries everything, and everybody else goes on
 * SPDX-License-Identifier: MIT
 * Usage: attacks [pager] [off DEFENCE | only ATTACK]. Every attack of abi/attacks.def that a program makes, or with `pager` those for which a hostile pager
 * does so, each in a process of its own. It must be refused as the table has it: by a signal, or by an answer; what is `open` must go through. With `off`, the
 * kernel has been booted without that defence, and those attacks that it alone stops must go through. With `only`, that one is made, here. */
#include "attack.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/domain.h"
#include "abi/service.h"
#include "abi/token.h"
#include "pin.h"

#define OTHERS_WORDS UINT64_C(0xfedcba9876543210)

enum { PAGE = 4096, MUCH = 12 << 20, PADDING = 0x30 /* in the gate's page: of nothing */, REFUSED_BY_ANSWER = 0, REFUSED_BY_ANY_SIGNAL = -1 };

enum refusal {
	REFUSAL_ANSWER = REFUSED_BY_ANSWER,
	REFUSAL_SIGNAL = REFUSED_BY_ANY_SIGNAL,
	REFUSAL_SEGV = SIGSEGV,
	REFUSAL_ILL = SIGILL,
	REFUSAL_TRAP = SIGTRAP,
};

pid_t attack_parent;
static long core, refused, through, wrong, not_tried;

static const struct attack {
	const char *name, *what;
	int (*run)(void);
	unsigned stop;
	int refusal;
} by_program[] = {
#define PROGRAM_ATTACK(name, defence, refusal, what) { #name, what, program_##name, STOP_##defence, REFUSAL_##refusal },
#define PAGER_ATTACK(name, defence, refusal, what)
#define SERVICE_ATTACK(name, class0, class1, class2, refusal, what)
#include "../../abi/attacks.def"
#undef PROGRAM_ATTACK
#undef PAGER_ATTACK
}, by_pager[] = {
#define PROGRAM_ATTACK(name, defence, refusal, what)
#define PAGER_ATTACK(name, defence, refusal, what) { #name, what, pager_##name, STOP_##defence, REFUSAL_##refusal },
#include "../../abi/attacks.def"
#undef PROGRAM_ATTACK
#undef PAGER_ATTACK
#undef SERVICE_ATTACK
};

/* Those of whom it is asked to make. */
static const struct attack *attacks = by_program;
static size_t attack_count = sizeof(by_program) / sizeof(*by_program);

int by_another(int (*attack)(void))
{
	pid_t process = fork();
	int status;

	if (!process)
		_exit(attack());
	if (process < 0 || waitpid(process, &status, 0) != process)
		return ATTACK_NOT_MADE;
	if (WIFSIGNALED(status))
		kill(getpid(), WTERMSIG(status));
	return WEXITSTATUS(status);
}

/* A service in ring 0 is there when it has been called. */
static uint64_t service_that_is_there(void)
{
	struct words words = { { HOSTILE_NOTHING } };

	ipc_call(SERVER_hostile, &words);
	return domain_place(SERVER_hostile);
}

int program_read_kernel_code(void) { return load_at(point(GATE_POINT_TEXT)); }
int program_read_instance(void) { return load_at(point(GATE_POINT_THREAD)); }
int program_read_direct_map(void) { return load_at(point(GATE_POINT_TABLES)); }
int program_read_gate_page(void) { return load_at(GATE_PAGE + GATE_CALL); }
int program_read_service(void) { return load_at(service_that_is_there()); }
int program_write_kernel_code(void) { return store_at(point(GATE_POINT_SPARE_CODE)); }
int program_write_instance(void) { return store_at(point(GATE_POINT_SPARE)); }
int program_write_direct_map(void) { return store_at(point(GATE_POINT_SPARE_DIRECT)); }
int program_write_gate_page(void) { return store_at(GATE_PAGE + PADDING); }
int program_write_service(void) { return store_at(service_that_is_there() + DOMAIN_SIZE / 2 + 0x7ff8); }
int program_jump_to_kernel(void) { return jump_to(point(GATE_POINT_SPARE_RETURN)); }
int program_jump_to_gate(void) { return jump_to(point(GATE_POINT_RAISE)); }
int program_jump_to_gate_page(void) { return jump_to(GATE_PAGE); }
int program_jump_to_entry(void) { return jump_to(point(GATE_POINT_INTERRUPT)); }
int program_jump_to_service(void) { return jump_to(service_that_is_there()); }
int program_read_null(void) { return load_at(8); }
int program_read_noncanonical(void) { return load_at(NO_ADDRESS); }
int program_jump_noncanonical(void) { return jump_to(NO_ADDRESS); }
int program_call_at_the_end(void) { return jump_to(UINT64_C(0x00007fffffffeffe)); }

extern uint8_t attacked_code[];
__asm__(".text\n"
	"attacked_code:\n"
	"	ret\n");

int program_write_own_code(void)
{
	*(volatile uint8_t *)attacked_code = 0xc3;
	return ATTACK_WENT_THROUGH;
}

int program_execute_data(void)
{
	static uint8_t code[] = { 0xc3 };

	__asm__ volatile("" : : : "memory");
	return jump_to((uint64_t)code);
}

/* What this process changes after the other one has begun is its own. */
int program_read_other_program(void)
{
	volatile uint64_t *secret = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile int *step = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t other;
	int status;

	*secret = 1;
	other = fork();
	if (!other) {
		while (*step != 1) /* bounded: it comes */
			sched_yield();
		_exit(*secret == 1 ? ATTACK_REFUSED : ATTACK_WENT_THROUGH);
	}
	*secret = 2;
	*step = 1;
	return waitpid(other, &status, 0) == other && WIFEXITED(status) ? WEXITSTATUS(status) : ATTACK_NOT_MADE;
}

/* Words that are even: taken for a table's, they would lead nowhere. */
static uint64_t *fill(size_t bytes, uint64_t word)
{
	uint64_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; memory != MAP_FAILED && word && i < bytes / sizeof(*memory); i++)
		memory[i] = word;
	return memory;
}

/* What ended programs have left behind: several, one after the other, so that some of it is somebody's. */
int program_others_in_memory(void)
{
	const volatile uint64_t *memory;
	int status;

	for (int round = 0; round < 4; round++) {
		pid_t other = fork();

		if (!other)
			_exit(fill(MUCH, OTHERS_WORDS) == MAP_FAILED);
		if (waitpid(other, &status, 0) != other || status)
			return ATTACK_NOT_MADE;
		memory = fill(MUCH, 0);
		if (memory == MAP_FAILED)
			return ATTACK_NOT_MADE;
		for (size_t i = 0; i < MUCH / sizeof(*memory); i++)
			if (memory[i])
				return ATTACK_WENT_THROUGH;
		munmap((void *)memory, MUCH);
	}
	return ATTACK_REFUSED;
}

int program_map_kernel(void)
{
	static const uint64_t places[] = { UINT64_C(0xffff800000000000), DOMAIN_BASE, UINT64_C(0xffffffff80100000), UINT64_C(0xffffffffc0000000),
					   GATE_PAGE, TOKEN_WINDOW, UINT64_C(0x00007ffffffff000), UINT64_C(0x0000800000000000), UINT64_C(0xfffffffffffff000) };
	char *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		void *place = (void *)places[i];

		if (mmap(place, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED ||
		    mremap(own, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) != MAP_FAILED || !mprotect(place, PAGE, PROT_READ) ||
		    !munmap(place, PAGE))
			return ATTACK_WENT_THROUGH;
	}
	return ATTACK_REFUSED;
}

/* A process of its own, and what became of it: its result, or -1 and *signal. */
static int make(const struct attack *attack, int *signal)
{
	pid_t process = fork();
	int status = 0;

	if (!process) {
		_exit(attack->run());
	}
	if (process < 0 || waitpid(process, &status, 0) != process)
		return ATTACK_NOT_MADE;
	*signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return WIFSIGNALED(status) ? -1 : WEXITSTATUS(status);
}

static bool is_refused(const struct attack *attack, int result, int signal)
{
	if (attack->refusal == REFUSED_BY_ANSWER)
		return result == ATTACK_REFUSED;
	if (attack->refusal == REFUSED_BY_ANY_SIGNAL)
		return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL;
	return signal == attack->refusal;
}

static void look_around(const struct attack *after)
{
	struct words words = { { 42 << 1 } };

	if (ipc_call(SERVER_echo, &words) == 42)
		return;
	printf("attacks: after %s echo does not answer\n", after->name);
	wrong++;
}

static void try(const struct attack *attack, enum outcome expected)
{
	int signal = 0, result = make(attack, &signal);
	bool stopped = is_refused(attack, result, signal), passed = result == ATTACK_WENT_THROUGH;

	look_around(attack);
	refused += stopped;
	through += passed;
	printf("attacks: %-22s %s: %s\n", attack->name, stopped ? "refused" : passed ? "goes through" : "neither", attack->what);
	if (expected == REFUSED ? stopped : passed)
		return;
	printf("attacks: %s: result %d, signal %d, and it should %s\n", attack->name, result, signal, expected == REFUSED ? "be refused" : "go through");
	wrong++;
}

static const struct attack *find(const char *name)
{
	for (size_t i = 0; i < attack_count; i++)
		if (!strcmp(attacks[i].name, name))
			return &attacks[i];
	return NULL;
}

/* Whether the arguments have one more word, which is this one. */
static bool has_word(int *argc, char ***argv, const char *word)
{
	if (*argc < 2 || strcmp((*argv)[1], word))
		return false;
	(*argc)--;
	(*argv)++;
	return true;
}

int main(int argc, char **argv)
{
	bool pager = has_word(&argc, &argv, "pager");
	enum stop off = STOPS;
	const struct attack *only = NULL;

	setvbuf(stdout, NULL, _IOLBF, 0);
	attack_parent = getpid();
	core = native_call(NATIVE_core_count, 0, 0, 0) - 1;
	pin(core);
	if (pager) {
		attacks = by_pager;
		attack_count = sizeof(by_pager) / sizeof(*by_pager);
	}
	if (argc == 3 && !strcmp(argv[1], "off"))
		off = stop_find(argv[2]);
	else if (argc == 3 && !strcmp(argv[1], "only"))
		only = find(argv[2]);
	if ((argc > 1 && off == STOPS && !only) || (pager && !attack_pager_open()))
		return 2;
	if (only)
		return only->run();
	for (size_t i = 0; i < attack_count; i++) {
		enum outcome outcome = outcome_of(attacks[i].stop, off);

		if (outcome == NOT_TRIED)
			not_tried++;
		else
			try(&attacks[i], outcome);
	}
	printf("attacks: %ld refused, %ld went through, %ld not tried, %ld wrong\n", refused, through, not_tried, wrong);
	return wrong != 0;
}
