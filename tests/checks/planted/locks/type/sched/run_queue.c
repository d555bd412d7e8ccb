/* run_queue.c - planted: a lock of Concurrency Kit
 * SPDX-License-Identifier: MIT */
static ck_spinlock_ticket_t guard;
