/* marker.h - no-op instructions that a measuring emulator plugin recognises
 * SPDX-License-Identifier: MIT
 * Each marker is one seven-byte NOP (0f 1f 80 disp32, Intel SDM vol. 2B "NOP"), whose displacement
 * names an event: free on a processor, exact under a plugin. Kernel and programs use
 * the same set; a program may run them on Linux too. Any core, any context, never waits.
 * A measured window belongs to one core: the core that executed its BEGIN.
 * A meeting gathers all announced workers under a plugin that models time, and there alone:
 *   M1 the worker stores MEETING_FREE into a word of its own and polls it (marker_meet) once: it has come;
 *      the plugin learns where the word is, and answers in it after that load
 *   M2 it polls on while the word is MEETING_HELD; a poll of a word that is not FREE is no arrival
 *   M3 when the last has come, the plugin writes MEETING_MODELLED into every word
 * Without such a plugin the word stays MEETING_FREE, and nobody waits.
 * A round: the kernel of one core asks those of others, all for the same, and waits for all of them (inbox_ask_all). It passes ASK, ASKED and
 * ANSWERED; each of the others passes TAKEN and DONE in between. */
#ifndef ABI_MARKER_H
#define ABI_MARKER_H

#include <stdint.h>

enum marker {
	MARKER_BASE      = 0x7e550000,
	MARKER_WARM      = MARKER_BASE + 1, /* start to track cache lines: before warm-up rounds */
	MARKER_BEGIN     = MARKER_BASE + 2, /* open this core's window */
	MARKER_BEGIN_ALL = MARKER_BASE + 3, /* the same, and count other cores' kernel work meanwhile */
	MARKER_END       = MARKER_BASE + 4, /* close this core's window */
	MARKER_TICKS     = MARKER_BASE + 5, /* until END this core spins: what interrupts it is the timer's tick */
	MARKER_WORKER    = MARKER_BASE + 6, /* one worker more will come to each meeting: before any of them starts */
	MARKER_MEET      = MARKER_BASE + 7, /* the next instruction loads this worker's meeting word */
	MARKER_MESSAGE   = MARKER_BASE + 16, /* a message was enqueued by this core */
	MARKER_DOORBELL  = MARKER_BASE + 17, /* an IPI was sent by this core */
	MARKER_ASK       = MARKER_BASE + 18, /* this core begins a round */
	MARKER_ASKED     = MARKER_BASE + 19, /* all of the others have been asked: now it waits */
	MARKER_TAKEN     = MARKER_BASE + 20, /* this core, one of the others, begins with what it was asked for */
	MARKER_DONE      = MARKER_BASE + 21, /* it has done that, and is about to acknowledge it */
	MARKER_ANSWERED  = MARKER_BASE + 22, /* the core that asked has all acknowledgements */
};

enum meeting_word {
	MEETING_FREE     = MARKER_BASE + 0x100, /* nobody models: go on */
	MEETING_HELD     = MARKER_BASE + 0x101, /* others are still to come */
	MEETING_MODELLED = MARKER_BASE + 0x102, /* all have come, and time is modelled */
};

#define marker(event) \
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80; .long %c0" : : "i"(event) : "memory")

/* One poll of a meeting word. Marker and load lie in one block of 16 bytes, so that they are translated together. */
static inline uint64_t marker_meet(const uint64_t *word)
{
	uint64_t value;

	__asm__ volatile(".balign 16; .byte 0x0f, 0x1f, 0x80; .long %c[event]; mov (%[word]), %[value]"
			 : [value] "=r"(value) : [event] "i"(MARKER_MEET), [word] "r"(word) : "memory");
	return value;
}

#endif
