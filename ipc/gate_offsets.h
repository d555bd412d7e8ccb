/* gate_offsets.h - numbers that gate_fast.S shares with C structures; gate.c asserts each of them
 * SPDX-License-Identifier: MIT */
#ifndef IPC_GATE_OFFSETS_H
#define IPC_GATE_OFFSETS_H

#define ACTIVATION_ABOVE     176
#define ACTIVATION_BELOW     184
#define ACTIVATION_VIEW      192
#define ACTIVATION_REPLICA   200
#define ACTIVATION_STACK     208
#define ACTIVATION_ON_RETURN 224
#define THREAD_ACTIVATION    272

#define REPLICA_DOOR    0
#define REPLICA_INSIDE  8
#define REPLICA_CALLS   16
#define REPLICA_CALLEES 24
#define REPLICA_VIEW    32
#define REPLICA_ENTRY   40
#define REPLICA_RIGHTS  48
#define REPLICA_SERVE   56
#define REPLICA_PLACE   64

#define VIEW_ROOT       16

#define ON_RETURN_INNER_BIT 1024

#define SERVICE_FLAGS   0x202 /* interrupts on */

#endif
