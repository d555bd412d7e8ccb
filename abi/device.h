/* device.h - what the service `device` is told to do
 * SPDX-License-Identifier: MIT */
#ifndef ABI_DEVICE_H
#define ABI_DEVICE_H

/* In word 0. */
enum device {
	DEVICE_WORK, /* for word 1 nanoseconds, beside others: three times word 2, and one; word 1 is how many were inside */
	DEVICE_WAIT, /* for the number in word 1, word 2 nanoseconds at most: what ipc_wait answers */
	DEVICE_WAKE, /* word 2 of those who wait for the number in word 1: how many */
};

#endif
