/* play.c - see play.h
 * SPDX-License-Identifier: MIT */
#include "tests/cores/play.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/arch/apic.h"

enum {
	PAGES = 512,
	APIC_STEP = 3, /* interrupt controllers' numbers are not those of the cores */
	HANGS = 120,   /* seconds until a play counts as hung */
};

struct player {
	pthread_t thread;
	unsigned place;
	uint32_t rung;
	uint8_t *zone; /* mailbox page and ring area */
	uint8_t *pages;
} __attribute__((aligned(64)));

struct machine machine;
_Thread_local struct mailbox *core_mailbox;
_Thread_local struct birth birth;

static struct player player[PLAY_MAX];
static unsigned player_number[PLAY_MAX], players;
static pthread_barrier_t meeting;
static void (*part)(void);

static _Thread_local struct player *self;
static _Thread_local unsigned pages_left, pages_taken;

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
	core_mailbox = (struct mailbox *)self->zone;
	pages_left = PAGES;
	inbox_open();
	play_meet();
	part();
	return NULL;
}

static void prepare(unsigned place, unsigned number)
{
	size_t zone = PAGE_SIZE + inbox_ring_area();

	player[place] = (struct player){ .place = place };
	player_number[place] = number;
	player[place].zone = aligned_alloc(PAGE_SIZE, zone);
	player[place].pages = aligned_alloc(PAGE_SIZE, PAGES * PAGE_SIZE);
	play_must(player[place].zone && player[place].pages);
	memset(player[place].zone, 0, PAGE_SIZE);
	memset(player[place].zone + PAGE_SIZE, 0xa5, zone - PAGE_SIZE);
	machine.acpi.core[number].apic_id = number * APIC_STEP;
	machine.memory[number].mailbox = direct_physical(player[place].zone);
}

void play(unsigned count, const unsigned *numbers, void (*job)(void))
{
	players = count;
	part = job;
	machine.acpi.core_count = 0;
	for (unsigned i = 0; i < count; i++)
		if (machine.acpi.core_count <= numbers[i])
			machine.acpi.core_count = numbers[i] + 1;
	for (unsigned i = 0; i < count; i++)
		prepare(i, numbers[i]);
	alarm(HANGS);
	pthread_barrier_init(&meeting, NULL, count);
	for (unsigned i = 0; i < count; i++)
		play_must(!pthread_create(&player[i].thread, NULL, take_part, &player[i]));
	for (unsigned i = 0; i < count; i++)
		play_must(!pthread_join(player[i].thread, NULL));
	pthread_barrier_destroy(&meeting);
	alarm(0);
	for (unsigned i = 0; i < count; i++) {
		free(player[i].zone);
		free(player[i].pages);
	}
}
