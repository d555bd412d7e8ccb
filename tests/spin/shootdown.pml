/* shootdown.pml - model of taking pages back from two address spaces at once
 * SPDX-License-Identifier: MIT
 * Mirrors kernel/memory/shootdown.c, change.c and vspace.c; steps H, V and J are vspace.h's. Space s has its home
 * on core s; both cores run threads of both. Each home takes its one page back, while each core becomes a holder of the
 * other's page and faults it in; how is in holders.pml. Leaves travel in order and wait for room in a ring
 * of one slot; inbox.pml shows that a ring behaves like the channel that stands for it here.
 * Memory is x86-TSO as in inbox.pml: slots and holders are changed by locked operations, unless a mutation
 * says otherwise.
 * I1 no core's view maps a page whose frame was given away
 * I2 a home gets all acknowledgements: no set of waiting cores waits for ever
 * tests/spin/table lists the planted bugs. */

#define PRESENT 0
#define RETIRED 1
#define EMPTY   2

byte slot[2];            /* of space s */
bool holder[4];          /* core c holds the page of space s: HOLDER(s, c) */
byte acknowledged[2];    /* of home h: its own last shoot-down */
bool given[2];           /* ghost: the frame of space s belongs to somebody else by now */
bool mapped[4];          /* MAPPED(s, c): core c's view or TLB maps the page */
byte ended;
chan invalidate[2] = [1] of { byte }; /* to core c: the space */
chan buffer[2] = [2] of { byte };     /* core c's store buffer: "space s is RETIRED" is all that it may hold */

#define HOLDER(space, core) holder[(space) * 2 + (core)]
#define MAPPED(space, core) mapped[(space) * 2 + (core)]
#define OTHER (1 - me)

active [2] proctype flush()
{
	byte space;

end:	do
	:: atomic { buffer[_pid]?space -> slot[space] = RETIRED; space = 0 }
	od
}

/* V1, V2: the handler of a leaf. */
inline serve_leaf()
{
	atomic { invalidate[me]?space };
#ifdef ACKNOWLEDGE_BEFORE_FORGET
	acknowledged[space]++;
	MAPPED(space, me) = false;
#else
	MAPPED(space, me) = false;
	acknowledged[space]++;
#endif
	space = 0
}

#ifdef WAIT_DEAF
#define SERVE
#else
#define SERVE :: nempty(invalidate[me]) -> serve_leaf()
#endif

/* The page of a space, as a fault brings it in; interrupts are off, no leaf is served in between. */
inline fault(which)
{
#ifdef JOIN_AFTER_READ
	seen = slot[which];
	d_step { empty(buffer[me]); HOLDER(which, me) = true };
#else
	d_step { empty(buffer[me]); HOLDER(which, me) = true }; /* J1 */
	seen = slot[which];                                     /* J2 */
#endif
#ifdef SERVE_IN_FAULT
	do
	:: nempty(invalidate[me]) -> serve_leaf()
	:: true -> break
	od;
#endif
	if
	:: seen == PRESENT -> assert(!given[which]); MAPPED(which, me) = true /* I1 */
	:: else
	fi;
	seen = 0
}

inline take_back()
{
#ifdef READ_HOLDERS_FIRST
	seen = HOLDER(me, OTHER);
#endif
#ifdef DROP_FENCE_RETIRE
	buffer[me]!me;
#else
	d_step { empty(buffer[me]); slot[me] = RETIRED };       /* H1 */
	empty(buffer[me]);                                      /* H2 */
#endif
#ifndef READ_HOLDERS_FIRST
	seen = HOLDER(me, OTHER);
#endif
	MAPPED(me, me) = false;
	acknowledged[me] = 0;
	if
	:: seen ->
		do                                              /* H3 */
		:: atomic { nfull(invalidate[OTHER]) -> invalidate[OTHER]!me }; break
		SERVE
		od;
#ifndef FREE_BEFORE_ACKNOWLEDGE
		do                                              /* H4 */
		:: acknowledged[me] == 1 -> break
		SERVE
		od
#endif
	:: else
	fi;
	assert(!MAPPED(me, 0) && !MAPPED(me, 1));               /* I1 */
	d_step { empty(buffer[me]); slot[me] = EMPTY; given[me] = true }; /* H5 */
	seen = 0
}

proctype core(bool me)
{
	byte space, seen;
	byte faults = 2;
	bool taken;

	HOLDER(me, me) = true;
end:	do
	:: faults -> faults--; fault(OTHER)
	:: faults -> faults--; fault(me)
	:: !taken -> taken = true; take_back(); ended++
	:: nempty(invalidate[me]) -> serve_leaf()
	od
}

init
{
	atomic {
		run core(0);
		run core(1)
	}
	timeout;
	assert(ended == 2) /* I2 */
}
