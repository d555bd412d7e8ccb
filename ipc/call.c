/* call.c - see call.h
 * SPDX-License-Identifier: MIT */
#include "ipc/call.h"

#include "lib/string.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "sched/dispatch.h"

static struct message make_message(enum message_kind kind, enum service service, unsigned operation,
				   const uint64_t word[CALL_WORDS])
{
	struct message message = { .kind = (uint16_t)kind, .service = (uint8_t)service,
				   .operation = (uint8_t)operation };

	memcpy(message.word, word, sizeof(message.word));
	return message;
}

/* It goes on as from a system call. */
static void await_answer(void)
{
	thread_current->program.registers.vector = VECTOR_SYSTEM_CALL;
	thread_current->wait = WAIT_ANSWER;
	dispatch_park();
}

static void send_request(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS])
{
	struct message message = make_message(MESSAGE_request, service, operation, word);

	message.cookie = (uint64_t)thread_current;
	inbox_send_call(core, &message);
}

int64_t call_replica(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS])
{
	int64_t result = CALL_PARKED;

	if (core == this_core()) {
		struct call call = { { core, (uint64_t)thread_current }, operation, {} };

		memcpy(call.word, word, sizeof(call.word));
		result = serve_call(service, &call);
		if (result == CALL_PARKED)
			await_answer();
		return result;
	}
	await_answer();
	send_request(core, service, operation, word);
	return result;
}

void call_notify(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS])
{
	struct message message = make_message(MESSAGE_notify, service, operation, word);

	if (core == this_core())
		call_notification(&message);
	else
		inbox_send_call(core, &message);
}

void call_reply(struct reply_to reply_to, int64_t result)
{
	struct message message = { .kind = MESSAGE_reply, .cookie = reply_to.cookie, .word = { (uint64_t)result } };

	if (reply_to.core == this_core())
		call_answer(&message);
	else
		inbox_send_leaf(reply_to.core, &message);
}

void call_request(const struct message *message)
{
	struct call call = { { message->from, message->cookie }, message->operation, {} };
	int64_t result;

	memcpy(call.word, message->word, sizeof(call.word));
	result = serve_call((enum service)message->service, &call);
	if (result != CALL_PARKED)
		call_reply(call.reply_to, result);
}

void call_notification(const struct message *message)
{
	struct call call = { { CORES_MAX, 0 }, message->operation, {} };

	memcpy(call.word, message->word, sizeof(call.word));
	(void)serve_call((enum service)message->service, &call);
}

void call_answer(const struct message *message)
{
	thread_answered((struct thread *)message->cookie, (int64_t)message->word[0]);
}
