/* leaf_full.pml - model of cores that wait inside the kernel while rings are full
 * SPDX-License-Identifier: MIT
 * Mirrors inbox_send and inbox_serve_leaves of percpu/inbox.c. Each core calls every other; serving a call
 * sends two leaves to every other core, the first of which wants an acknowledgement, and waits for all of
 * those. A waiting core handles leaves and nothing else. An acknowledgement is an add to the sender's
 * word, not a message: what handles a leaf never sends. Rings have one slot. A ring is a channel
 * here: inbox.pml shows that one behaves like the other. A leaf is taken and acknowledged in one step: what another core may do
 * before the acknowledgement it may do after it.
 * I1 no set of waiting cores waits for ever; every call is served
 * tests/spin/table lists the planted bugs. */

#ifndef CORES
#define CORES 2
#endif
#ifndef REQUESTS
#define REQUESTS 2 /* from each core to each other */
#endif
#ifndef SLOTS
#define SLOTS 1
#endif

#define REQUEST     1
#define FRAMES      2
#define INVALIDATE  3
#define ACKNOWLEDGE 4 /* ACKNOWLEDGE_BY_MESSAGE only */

#define LEAF(from, to) leaf[(from) * CORES + (to)]
#ifdef SHARED_RING
#define ASK(from, to)  LEAF(from, to)
#else
#define ASK(from, to)  ask[(from) * CORES + (to)]
#endif
#define HAS_LEAF(from) (LEAF(from, me)?[FRAMES] || LEAF(from, me)?[INVALIDATE] || LEAF(from, me)?[ACKNOWLEDGE])

chan leaf[CORES * CORES] = [SLOTS] of { byte };
chan ask[CORES * CORES] = [SLOTS] of { byte };
byte unanswered[CORES];
byte served;

inline take_leaf(from)
{
	atomic {
		LEAF(from, me)?message;
		if
		:: message == INVALIDATE ->
#ifdef ACKNOWLEDGE_BY_MESSAGE
			LEAF(me, from)!ACKNOWLEDGE        /* others go on while this one waits */
#else
			unanswered[from]--
#endif
		:: message == ACKNOWLEDGE -> unanswered[me]--
		:: message == FRAMES
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
	:: atomic { len(LEAF(me, to)) < SLOTS -> LEAF(me, to)!kind }; break
	WAIT
	od
}

/* Sends to all, then waits for all. */
inline serve()
{
	step = 1;
	do
	:: step < CORES ->
		send_leaf(NEXT(step), INVALIDATE);
#ifndef WITHOUT_FRAMES
		send_leaf(NEXT(step), FRAMES);
#endif
		step++
	:: else -> break
	od;
	step = 0;
	do
	:: atomic { unanswered[me] == 0 -> served++ }; break
	LEAVES
	od
}

inline take_request(from)
{
	atomic { ASK(from, me)?REQUEST; unanswered[me] = CORES - 1 };
	serve()
}

/* The event loop; a core calls each other core REQUESTS times. */
proctype core(byte me)
{
	byte message, step;
	byte asked;

end:	do
	:: atomic {
		asked < REQUESTS * (CORES - 1) && len(ASK(me, NEXT(1 + asked % (CORES - 1)))) < SLOTS ->
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
	assert(served == CORES * (CORES - 1) * REQUESTS) /* I1 */
}
