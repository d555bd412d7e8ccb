/* serial.h - the two serial ports: letters for people, and the report for whoever started us
 * SPDX-License-Identifier: MIT
 * The console's owner is core 0 (percpu/log.c), or a core that panics. Waits for the port: a letter at 115200 baud
 * takes 87 microseconds. */
#ifndef KERNEL_ARCH_SERIAL_H
#define KERNEL_ARCH_SERIAL_H

#include <stddef.h>

enum serial_port {
	SERIAL_CONSOLE = 0x3f8,
	SERIAL_REPORT = 0x2f8,
};

void serial_open(enum serial_port port);
void serial_write(enum serial_port port, const char *text, size_t length);

#endif
