/* apic.h - the local interrupt controller: start cores, ring doorbells, one-shot timer
 * SPDX-License-Identifier: MIT
 * Registers are reached at APIC_BASE, or by MSR in x2APIC mode, which is chosen once at boot:
 * firmware had turned it on, or an id needs it. Every function acts from the core that calls it; none
 * waits, but for the delivery of the command before.
 * Source: Intel SDM vol. 3A, chapter 11. */
#ifndef KERNEL_ARCH_APIC_H
#define KERNEL_ARCH_APIC_H

#include <stdbool.h>
#include <stdint.h>

/* Boot core: can x2APIC mode be used, and is it on already? */
bool apic_x2_available(void);
bool apic_x2_enabled(void);

/* Boot core, before seal: which mode all cores use. */
void apic_choose_mode(bool x2);

/* Each core, once: enable, timer vector set, legacy pins masked. */
void apic_open(void);

uint32_t apic_id(void);
void apic_end_of_interrupt(void);

/* One fixed interrupt to one core. */
void apic_send(uint32_t apic_id, unsigned vector);

/* To all other cores: a non-maskable interrupt; INIT; a start-up at a page below 1 MiB. */
void apic_send_nmi_to_others(void);
void apic_send_init_to_others(void);
void apic_send_startup_to_others(uint64_t address);

/* The timer counts down once from `ticks` (at most 2^32 - 1) and fires; 0 stops it. */
void apic_timer_start(uint32_t ticks);
uint32_t apic_timer_left(void);

#endif
