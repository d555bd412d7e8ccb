/* serial.c - see serial.h
 * SPDX-License-Identifier: MIT
 * Source: National Semiconductor PC16550D data sheet, register descriptions. */
#include "kernel/arch/serial.h"

#include "kernel/arch/cpu.h"

enum {
	DATA = 0,
	INTERRUPT_ENABLE = 1,
	FIFO_CONTROL = 2,
	LINE_CONTROL = 3,
	MODEM_CONTROL = 4,
	LINE_STATUS = 5,
	LINE_STATUS_EMPTY = 1 << 5,
	EIGHT_BITS = 3,
	DIVISOR_LATCH = 0x80,
	PATIENCE = 10000000, /* reads of the status, some seconds of them, before a port counts as stuck: its reader may be slow */
};

void serial_open(enum serial_port port)
{
	cpu_out8(port + INTERRUPT_ENABLE, 0);
	cpu_out8(port + LINE_CONTROL, DIVISOR_LATCH);
	cpu_out8(port + DATA, 1); /* 115200 baud */
	cpu_out8(port + INTERRUPT_ENABLE, 0);
	cpu_out8(port + LINE_CONTROL, EIGHT_BITS);
	cpu_out8(port + FIFO_CONTROL, 0x07);
	cpu_out8(port + MODEM_CONTROL, 0x03);
}

static void serial_put(enum serial_port port, char letter)
{
	for (unsigned tries = 0; tries < PATIENCE; tries++)
		if (cpu_in8(port + LINE_STATUS) & LINE_STATUS_EMPTY)
			break;
	cpu_out8(port + DATA, (uint8_t)letter);
}

void serial_write(enum serial_port port, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			serial_put(port, '\r');
		serial_put(port, text[i]);
	}
}
