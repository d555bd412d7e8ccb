/* marker.h - no-op instructions that a measuring emulator plugin recognises
 * SPDX-License-Identifier: MIT
 * Each marker is one seven-byte NOP (0f 1f 80 disp32, Intel SDM vol. 2B "NOP"), whose displacement
 * names an event: free on a processor, exact under the plugin. Kernel and programs use
 * the same set; a program may run them on Linux too. Any core, any context, never waits.
 * A measured window belongs to one core: the core that executed its BEGIN. */
#ifndef ABI_MARKER_H
#define ABI_MARKER_H

enum marker {
	MARKER_BASE      = 0x7e550000,
	MARKER_WARM      = MARKER_BASE + 1, /* start to track cache lines: before warm-up rounds */
	MARKER_BEGIN     = MARKER_BASE + 2, /* open this core's window */
	MARKER_BEGIN_ALL = MARKER_BASE + 3, /* the same, and count other cores' kernel work meanwhile */
	MARKER_END       = MARKER_BASE + 4, /* close this core's window */
	MARKER_TICKS     = MARKER_BASE + 5, /* until END this core spins: what interrupts it is the timer's tick */
	MARKER_MESSAGE   = MARKER_BASE + 16, /* a message was enqueued by this core */
	MARKER_DOORBELL  = MARKER_BASE + 17, /* an IPI was sent by this core */
};

#define marker(event) \
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80; .long %c0" : : "i"(event) : "memory")

#endif
