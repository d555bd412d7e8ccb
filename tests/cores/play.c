/* play.c - see play.h
 * SPDX-License-Identifier: MIT */
#include "tests/cores/play.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/arch/apic.h"
#include "kernel/arch/defences.h"
#include "percpu/clock.h"
#include "percpu/frame_table.h"

enum {
	PAGES = 512,
	APIC_STEP = 3, /* interrupt controllers' numbers are not those of the cores */
	HANGS = 120,   /* seconds until a play counts as hung */
};

struct player {
	pthread_t thread;
	unsigned place;
	uint32_t rung;
	uint8_t *pages;
} __attribute__((aligned(64)));

struct machine machine;
uint64_t defences_off;
uint64_t play_memory;
_Thread_local struct mailbox *core_mailbox;
_Thread_local struct birth birth;

static struct player player[PLAY_MOST];
static unsigned player_number[PLAY_MOST], players;
static pthread_barrier_t meeting;
static void (*part)(void);

static _Thread_local struct player *self;
static _Thread_local unsigned pages_left, pages_taken;
static _Thread_local uint64_t armed;

unsigned play_number(unsigned place)
{
	return player_number[place];
}

unsigned play_place(void)
{
	return self->place;
}

void play_meet(void)
{
	pthread_barrier_wait(&meeting);
}

_Noreturn void play_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: core %u: not so: %s\n", file, line, this_core(), what);
	abort();
}

void apic_send(uint32_t apic_id, unsigned vector)
{
	play_must(vector == VECTOR_DOORBELL);
	for (unsigned i = 0; i < players; i++) {
		if (player_number[i] * APIC_STEP != apic_id)
			continue;
		__atomic_store_n(&player[i].rung, 1, __ATOMIC_RELAXED);
		syscall(SYS_futex, &player[i].rung, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
		return;
	}
	play_failed(__FILE__, __LINE__, "the doorbell of a core that is there");
}

bool play_rung(void)
{
	return __atomic_exchange_n(&self->rung, 0, __ATOMIC_RELAXED);
}

void play_sleep(void)
{
	while (!play_rung())
		syscall(SYS_futex, &self->rung, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

/* Time stands still: nothing here is done because it is late. */
uint64_t clock_now(void)
{
	return 1000000;
}

void clock_arm_by(uint64_t deadline)
{
	if (!armed || deadline < armed)
		armed = deadline;
}

uint64_t play_timer(void)
{
	return armed ? armed - clock_now() : 0;
}

void *play_page(void)
{
	if (!pages_left || pages_taken == PAGES)
		return NULL;
	pages_left--;
	return self->pages + PAGE_SIZE * pages_taken++;
}

void play_limit_pages(unsigned count)
{
	pages_left = count;
}

static void *take_part(void *argument)
{
	self = argument;
	birth.core = player_number[self->place];
	birth.root = (1 + self->place * PLAY_UNITS + 1) * (uint64_t)UNIT_SIZE; /* an empty table */
	birth.first_free = birth.root + PAGE_SIZE;
	core_mailbox = direct(machine.memory[birth.core].mailbox);
	pages_left = PAGES;
	inbox_open();
	play_meet();
	part();
	return NULL;
}

/* Unit 0 is nobody's: no frame has the physical address 0. */
static void prepare_memory(void)
{
	size_t size = (1 + players * PLAY_UNITS) * (size_t)UNIT_SIZE;
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	play_must(memory != MAP_FAILED);
	play_memory = (uint64_t)memory;
	machine.unit_count = 1 + players * PLAY_UNITS;
	machine.unit[0].owner = UNIT_NONE;
}

static void prepare(unsigned place, unsigned number)
{
	unsigned first = 1 + place * PLAY_UNITS;

	player[place] = (struct player){ .place = place, .pages = aligned_alloc(PAGE_SIZE, PAGES * PAGE_SIZE) };
	play_must(player[place].pages);
	player_number[place] = number;
	for (unsigned unit = first; unit < first + PLAY_UNITS; unit++)
		machine.unit[unit] = (struct unit){ .owner = (uint16_t)number,
						    .kind = unit == first ? UNIT_SHARED : UNIT_PRIVATE };
	machine.acpi.core[number].apic_id = number * APIC_STEP;
	machine.memory[number].mailbox = first * (uint64_t)UNIT_SIZE;
	memset(direct(machine.memory[number].mailbox + PAGE_SIZE), 0xa5, inbox_ring_area());
}

void play(unsigned count, const unsigned *numbers, void (*job)(void))
{
	players = count;
	part = job;
	machine.acpi.core_count = 0;
	for (unsigned i = 0; i < count; i++)
		if (machine.acpi.core_count <= numbers[i])
			machine.acpi.core_count = numbers[i] + 1;
	prepare_memory();
	for (unsigned i = 0; i < count; i++)
		prepare(i, numbers[i]);
	frame_table_place();
	alarm(HANGS);
	pthread_barrier_init(&meeting, NULL, count);
	for (unsigned i = 0; i < count; i++)
		play_must(!pthread_create(&player[i].thread, NULL, take_part, &player[i]));
	for (unsigned i = 0; i < count; i++)
		play_must(!pthread_join(player[i].thread, NULL));
	pthread_barrier_destroy(&meeting);
	alarm(0);
	for (unsigned i = 0; i < count; i++)
		free(player[i].pages);
	munmap((void *)play_memory, machine.unit_count * (size_t)UNIT_SIZE);
}

void play_booted(const char *words, unsigned count, const unsigned *numbers, void (*job)(void))
{
	play_must(strlen(words) < sizeof(machine.boot.command_line));
	strcpy(machine.boot.command_line, words);
	play(count, numbers, job);
	machine.boot.command_line[0] = '\0';
}
