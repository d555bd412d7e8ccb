/* loans.c - see loans.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/loans.h"

#include "abi/services.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/tables.h"
#include "lib/command_line.h"
#include "lib/string.h"
#include "percpu/clock.h"
#include "percpu/counters.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/machine.h"

enum {
	LOAN = 30, /* frames that are asked for: six messages, and not so many that the lender's threads notice */
	HAND_LOW = 16,
	HAND_SHORT = CALL_PAGES,
	PER_MESSAGE = MESSAGE_WORDS - 1,
	LAST = 1 << 8, /* in word[0] of `lent`, beside the number of frames */
	REST = 10000000, /* ns after all have refused, until the hand asks for itself again */
};

enum request {
	REQUEST_NONE,
	REQUEST_OUT,
	REQUEST_ANSWERED,
};

_Static_assert(HAND_LOW + LOAN <= PCACHE_SLOTS, "I2");

static struct pcache hand;
static enum request request;
static uint64_t lent;  /* frames of the answer so far */
static bool wanted;    /* by the hand */
static uint64_t rests; /* until then */
static bool on;
bool loans_unsettled;
bool loans_short;

void loans_open(void)
{
	char value[sizeof("off")];

	on = machine_cores() > 1 && !tables_shared && !(command_line_value(machine.boot.command_line, "lending", value, sizeof(value)) && !strcmp(value, "off"));
}

bool loans_may_come(void)
{
	return on && clock_now() >= rests;
}

static unsigned in_hand(void)
{
	return hand.tail - hand.head;
}

/* The timer fires as soon as a program runs, and leads to the event loop. */
static void settle_soon(void)
{
	loans_unsettled = true;
	clock_arm_by(clock_now());
}

static void want(void)
{
	if (wanted || request != REQUEST_NONE || !loans_may_come())
		return;
	wanted = true;
	settle_soon();
}

uint64_t loans_take(void)
{
	uint64_t frame = in_hand() ? hand.frame[hand.head++ % PCACHE_SLOTS] : 0;

	if (in_hand() < HAND_LOW)
		want();
	loans_short = in_hand() < HAND_SHORT;
	return frame;
}

void loans_put_back(uint64_t frame)
{
	hand.frame[--hand.head % PCACHE_SLOTS] = frame;
}

/* B1 */
static void ask(void)
{
	struct message message = { .kind = MESSAGE_borrow, .word = { LOAN } };

	request = REQUEST_OUT;
	lent = 0;
	inbox_send_call(memory_service.lender(), &message);
}

/* B4 */
static enum loans answered(void)
{
	request = REQUEST_NONE;
	if (lent) {
		memory_service.lender_lent();
		wanted = false;
		loans_short = in_hand() < HAND_SHORT;
		return LOANS_HERE;
	}
	if (memory_service.lender_refused()) {
		ask();
		return LOANS_NOTHING;
	}
	wanted = false;
	rests = clock_now() + REST;
	return LOANS_REFUSED;
}

enum loans loans_go_on(bool waiting)
{
	loans_unsettled = false;
	if (!on)
		return LOANS_REFUSED;
	if (request == REQUEST_ANSWERED)
		return answered();
	if (!waiting && in_hand() && memory_service.lends(1))
		loans_give_back(); /* who could lend does not borrow */
	else if (request == REQUEST_NONE && (waiting || wanted))
		ask();
	return LOANS_NOTHING;
}

bool loans_give_back(void)
{
	while (in_hand() && request == REQUEST_NONE) /* no answer is arriving */
		frame_give(hand.frame[hand.head++ % PCACHE_SLOTS]);
	return frame_give_flush();
}

void loans_visit(frame_visitor visit)
{
	for (uint32_t i = hand.head; i != hand.tail; i++)
		visit(FRAME_user, hand.frame[i % PCACHE_SLOTS]);
}

void loans_asked(const struct message *message)
{
	struct message answer = { .kind = MESSAGE_lent };
	uint64_t left = memory_service.lends(message->word[0]);

	do { /* bounded: by the wish, which is a borrower's LOAN */
		uint64_t count = left < PER_MESSAGE ? left : PER_MESSAGE;

		for (uint64_t i = 1; i <= count; i++)
			answer.word[i] = frame_take(FRAME_user);
		left -= count;
		counters[COUNTER_frames_lent] += count;
		answer.word[0] = left ? count : count | LAST;
		inbox_send_leaf(message->from, &answer); /* B3 */
	} while (left);
}

void loans_arrived(const struct message *message)
{
	uint64_t count = message->word[0] % LAST;

	for (uint64_t i = 1; i <= count; i++)
		hand.frame[hand.tail++ % PCACHE_SLOTS] = message->word[i];
	lent += count;
	if (!(message->word[0] & LAST))
		return;
	request = REQUEST_ANSWERED;
	settle_soon();
}
