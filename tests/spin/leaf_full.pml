/* leaf_full.pml - model of cores that wait inside the kernel while rings are full
 * SPDX-License-Identifier: MIT
 * Mirrors the waiting loop of percpu/inbox.c. Each core asks every other for operations; an
 * operation sends a credit and an invalidate to every other core and waits for all acknowledgements.
 * A waiting core handles leaf messages (credit, invalidate, acknowledge) and nothing else.
 * A ring is a channel here: inbox.pml shows that one behaves like the other.
 * I1 no set of waiting cores waits for ever; every operation ends
 * I2 an acknowledge always finds a free slot: other leaf messages leave one per outstanding invalidate
 * I3 a core acknowledges while it waits itself
 * Leaf messages travel in a ring of their own, or a request at the head would hide them
 * (SHARED_RING). tests/spin/table lists the planted bugs. */

#ifndef CORES
#define CORES 2
#endif
#ifndef REQUESTS
#define REQUESTS 2 /* from each core to each other */
#endif
#define SLOTS    2
#define RESERVED 1 /* for the acknowledge */

#define REQUEST     1
#define CREDIT      2
#define INVALIDATE  3
#define ACKNOWLEDGE 4

#define LEAF(from, to) leaf[(from) * CORES + (to)]
#ifdef SHARED_RING
#define ASK(from, to)  LEAF(from, to)
#define ASK_LIMIT      LIMIT
#else
#define ASK(from, to)  ask[(from) * CORES + (to)]
#define ASK_LIMIT      1
#endif
#define HAS_LEAF(from) (LEAF(from, me)?[CREDIT] || LEAF(from, me)?[INVALIDATE] || LEAF(from, me)?[ACKNOWLEDGE])

#ifdef USE_RESERVED_SLOT
#define LIMIT SLOTS
#else
#define LIMIT (SLOTS - RESERVED)
#endif

chan leaf[CORES * CORES] = [SLOTS] of { byte };
chan ask[CORES * CORES] = [1] of { byte };
byte operations;

inline take_leaf(from)
{
	atomic {
		LEAF(from, me)?message;
		if
		:: message == INVALIDATE ->
			assert(nfull(LEAF(me, from))); /* I2 */
			LEAF(me, from)!ACKNOWLEDGE
		:: message == ACKNOWLEDGE -> assert(unanswered > 0); unanswered--
		:: message == CREDIT
		fi;
		message = 0
	}
}

#define NEXT(step) ((me + (step)) % CORES)

/* What a core does while it waits: any core's leaf messages, in any order. */
#if CORES == 2
#define LEAVES :: HAS_LEAF(NEXT(1)) -> take_leaf(NEXT(1))
#else
#define LEAVES :: HAS_LEAF(NEXT(1)) -> take_leaf(NEXT(1)) \
	       :: HAS_LEAF(NEXT(2)) -> take_leaf(NEXT(2))
#endif
#ifdef WAIT_DEAF
#define WAIT
#else
#define WAIT LEAVES
#endif

inline send_leaf(to, kind)
{
	do
	:: atomic { len(LEAF(me, to)) < LIMIT -> LEAF(me, to)!kind }; break
	WAIT
	od
}

/* Sends to all, then waits for all: so acknowledges overlap. */
inline operate()
{
	step = 1;
	do
	:: step < CORES ->
#ifndef WITHOUT_CREDIT
		send_leaf(NEXT(step), CREDIT);
#endif
		unanswered++;
		send_leaf(NEXT(step), INVALIDATE);
		step++
	:: else -> break
	od;
	step = 0;
	do
	:: unanswered == 0 -> break
	LEAVES
	od;
	operations++
}

inline take_request(from)
{
	ASK(from, me)?REQUEST;
	operate()
}

/* The event loop; a core asks each other core REQUESTS times. */
proctype core(byte me)
{
	byte message, unanswered, step;
	byte asked;

end:	do
	:: atomic {
		asked < REQUESTS * (CORES - 1) && len(ASK(me, NEXT(1 + asked % (CORES - 1)))) < ASK_LIMIT ->
		ASK(me, NEXT(1 + asked % (CORES - 1)))!REQUEST;
		asked++
	   }
	:: ASK(NEXT(1), me)?[REQUEST] -> take_request(NEXT(1))
#if CORES > 2
	:: ASK(NEXT(2), me)?[REQUEST] -> take_request(NEXT(2))
#endif
	LEAVES
	od
}

init
{
	byte each;

	atomic {
		do
		:: each < CORES -> run core(each); each++
		:: else -> break
		od
	}
	timeout;
	assert(operations == CORES * (CORES - 1) * REQUESTS) /* I1, I3 */
}
