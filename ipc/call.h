/* call.h - calls of service replicas, here or on another core
 * SPDX-License-Identifier: MIT
 * On this core a call is a call through the service's table. Elsewhere it is a request message; the thread
 * parks, its home goes on with other work, and the reply ends the park. What a replica answers later
 * (CALL_PARKED) takes the same way back. Every request gets exactly one reply.
 * Context: own core, never waits. */
#ifndef IPC_CALL_H
#define IPC_CALL_H

#include "abi/services.h"
#include "percpu/message.h"
#include "sched/thread.h"

/* Serves a call on this core's replica; composed in kernel/entry/composition.c. */
int64_t serve_call(enum service service, const struct call *call);

/* For the running thread: a result, or CALL_PARKED and the thread is parked. */
int64_t call_replica(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS]);

/* The same without an answer, from any context but a leaf's. */
void call_notify(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS]);

/* Answers a call that was left open. */
void call_reply(struct reply_to reply_to, int64_t result);

/* Message handlers. */
void call_request(const struct message *message);
void call_notification(const struct message *message);
void call_answer(const struct message *message);

/* What becomes of an answered thread is above this room's knowledge: composed in kernel/entry/threads.c. */
void thread_answered(struct thread *thread, int64_t result);

#endif
