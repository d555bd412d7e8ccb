/* lending.pml - model of frames lent between three cores, that come home
 * SPDX-License-Identifier: MIT
 * Mirrors kernel/memory/loans.c, kernel/entry/borrow.c and the event loop; steps B are those of loans.h. Each core has FRAMES frames; two run
 * a thread that takes WANTS pages and gives all of them up then: the core's own, then those in its hand, and then it parks and borrows. A
 * loan is of up to two messages with a frame each. What a core does between two looks at its messages is one step, since nobody else sees its variables; that a
 * message arrives and wakes its receiver is what inbox.pml says.
 * I1 a frame is in one place: free at home, in a message, in a hand, or a page
 * I2 a thread hears that there is none only when each other core has refused since its last loan, or since the search began
 * I3 the hand never has more than one loan, for which there is room
 * I4 in the end all threads are through, and every frame is free at home
 * tests/spin/table lists the planted bugs. */

#ifndef FRAMES
#define FRAMES 3
#endif
#ifndef WANTS
#define WANTS 5
#endif
#define CORES 3
#define KEEPS 1 /* what a lender keeps */
#define LOAN  2 /* frames */
#define NONE  9

mtype = { BORROW, LENT, HOME };

/* Kind, sender, a frame's home or NONE, and whether that was the last of a loan. */
chan leaf[CORES] = [12] of { mtype, byte, byte, bool };
chan call[CORES] = [3] of { mtype, byte, byte, bool };

typedef held { byte home[CORES] }

byte free[CORES];              /* frames at home */
byte out[CORES];               /* ghost: those of a home that are anywhere else */
held hand[CORES], page[CORES];
byte ended;                    /* threads that are through */

#define IN_HAND(core) (hand[core].home[0] + hand[core].home[1] + hand[core].home[2])
#define AWAY(h) (hand[0].home[h] + hand[1].home[h] + hand[2].home[h] + page[0].home[h] + page[1].home[h] + page[2].home[h])

inline check()
{
	assert(IN_HAND(0) <= LOAN && IN_HAND(1) <= LOAN && IN_HAND(2) <= LOAN); /* I3 */
	assert(AWAY(0) <= out[0] && AWAY(1) <= out[1] && AWAY(2) <= out[2]); /* I1 */
	assert(free[0] + out[0] == FRAMES && free[1] + out[1] == FRAMES && free[2] + out[2] == FRAMES)
}

inline lend_one(is_last)
{
#ifdef LEND_AND_KEEP
	skip;
#else
	free[me]--; out[me]++;
#endif
	leaf[from]!LENT, me, me, is_last
}

/* B2, B3 */
inline serve_call()
{
	call[me]?kind, from, whose, last;
	if
	:: free[me] > KEEPS + 1 -> lend_one(false); lend_one(true)
	:: free[me] == KEEPS + 1 -> lend_one(true)
#ifdef SILENT_REFUSAL
	:: else
#else
	:: else -> leaf[from]!LENT, me, NONE, true
#endif
	fi;
	kind = 0; from = 0; whose = 0; last = false
}

inline serve_leaf()
{
	leaf[me]?kind, from, whose, last;
	if
	:: kind == LENT ->
		if
		:: whose != NONE -> hand[me].home[whose]++; lent = true
		:: else
		fi;
#ifdef ANSWERED_BY_FIRST
		answered = true
#else
		answered = answered || last
#endif
	:: kind == HOME ->
		free[me]++;
#ifndef COUNT_HOME_AS_OUT
		out[me]--
#else
		skip
#endif
	fi;
	kind = 0; from = 0; whose = 0; last = false
}

/* B1 */
inline ask()
{
	requested = true; answered = false; lent = false;
	call[(me + 1 + at) % CORES]!BORROW, me, NONE, false
}

/* B5 */
inline give_back()
{
	other = 0;
	do
	:: other < CORES && hand[me].home[other] ->
		hand[me].home[other]--;
#ifdef LOSE_HAND
		skip
#else
		leaf[other]!HOME, me, other, false
#endif
	:: other < CORES && !hand[me].home[other] -> other++
	:: else -> break
	od;
	other = 0
}

inline take_borrowed()
{
	other = 0;
	do
	:: hand[me].home[other] ->
#ifndef TAKE_AND_LEAVE
		hand[me].home[other]--;
#endif
		page[me].home[other]++;
		got++;
		break
	:: else -> other++
	od;
	other = 0
}

inline give_up_pages()
{
	free[me] = free[me] + page[me].home[me];
	out[me] = out[me] - page[me].home[me];
	page[me].home[me] = 0;
	other = 0;
	do
	:: other < CORES && page[me].home[other] -> page[me].home[other]--; leaf[other]!HOME, me, other, false
	:: other < CORES && !page[me].home[other] -> other++
	:: else -> break
	od;
	other = 0;
	runs = false;
	ended++
}

/* B4 */
inline go_on()
{
	requested = false;
	if
	:: lent -> refused = 0; waits = false /* the thread tries again */
	:: else ->
		at = (at + 1) % (CORES - 1);
		refused++;
		if
#ifdef GIVE_UP_EARLY
		:: refused > 0 ->
#else
		:: refused == CORES - 1 ->
#endif
			assert(refused == CORES - 1); /* I2 */
			refused = 0; at = 0; rests = true;
			if
			:: waits -> waits = false; give_up_pages() /* no memory: the program ends */
			:: else
			fi
		:: else -> ask()
		fi
	fi
}

inline next_page()
{
	if
	:: got == WANTS -> give_up_pages()
	:: got < WANTS && free[me] -> free[me]--; out[me]++; page[me].home[me]++; got++
	:: got < WANTS && !free[me] && IN_HAND(me) -> take_borrowed()
	:: got < WANTS && !free[me] && !IN_HAND(me) ->
		waits = true;
		if
		:: requested
		:: else -> ask()
		fi
	fi
}

#define AWAKE (!sleeps && !flushes)

proctype core(byte me; bool runs)
{
	mtype kind;
	byte from, whose, other, got, at, refused;
	bool last, requested, answered, lent, waits, rests, sleeps, flushes;

end:	do
	:: atomic { !flushes && nempty(leaf[me]) -> sleeps = false; serve_leaf(); check() }
	:: atomic { !flushes && nempty(call[me]) -> sleeps = false; serve_call(); check() }
	:: atomic { AWAKE && requested && answered -> go_on(); check() }
	:: atomic { AWAKE && runs && !waits -> next_page(); check() }

	/* The hand asks ahead of need. */
	:: atomic { AWAKE && runs && !waits && !requested && !rests && !IN_HAND(me) && !free[me] -> ask() }

	/* Nobody is ready: B5, and then sleep. What goes home may wait for room in a ring, and serve leaves meanwhile. */
	:: atomic { AWAKE && !(runs && !waits) && !(requested && answered) && empty(leaf[me]) && empty(call[me]) ->
		if
		:: !requested && IN_HAND(me) -> give_back(); check()
		:: else
		fi;
		flushes = true }
	:: atomic { flushes ->
		flushes = false;
		if
		:: nempty(leaf[me]) ->
			serve_leaf();
			check();
#ifdef SLEEP_AFTER_FLUSH
			sleeps = true
#endif
		:: empty(leaf[me]) && empty(call[me]) -> sleeps = true
		:: empty(leaf[me]) && nempty(call[me])
		fi }
	od
}

/* When nothing moves any more: I4. */
proctype watch()
{
	timeout;
	assert(ended == 2);
	assert(free[0] == FRAMES && free[1] == FRAMES && free[2] == FRAMES)
}

init
{
	atomic {
		free[0] = FRAMES; free[1] = FRAMES; free[2] = FRAMES;
		run core(0, true);
		run core(1, true);
		run core(2, false);
		run watch()
	}
}
