/* copying.pml - model of copying an address space, and its page when somebody writes
 * SPDX-License-Identifier: MIT
 * Mirrors kernel/memory/copy.c, change.c, vspace.c and frames.c; steps C and F are copy.h's, H and V vspace.h's. One page of a space that three
 * cores use: core 0 copies the space, core 1 is the page's home and takes it away, all read and write it. Each copy of the space is a
 * process that reads the page, may write to it and ends. Becoming a holder is one step here (holders.pml has it in full); so is what a leaf does
 * (bulletin.pml), and giving a frame away may serve leaves, because it may wait for room in a ring (frames.h).
 * What others see is written by locked operations, but for C2 and C4: while those are in the store buffer others see COPYING, and
 * wait. So no store buffers are needed.
 * I1 a frame is given away once, when no slot and no view leads to it; none is lost, and counts of owners are right at the end
 * I2 what a copy of the space has does not change through others' writes, nor the reverse: each reads what was written last in its space
 * I3 no copy of the space sees the middle of a change
 * I4 all come to their end
 * tests/spin/table lists the planted bugs. */

#ifndef FORKS
#define FORKS 1
#endif
#ifndef ACCESSES
#define ACCESSES 2
#endif
#ifndef FORKER_ACCESSES
#define FORKER_ACCESSES 0
#endif
#ifndef CHANGES
#define CHANGES 1
#endif

#define CORES  3
#define FRAMES 6
#define ALL    7 /* cores, as a mask */

/* The slot word: state, whether other spaces may have the page, and its frame. */
#define RESERVED 1
#define PRESENT  2
#define RETIRED  3
#define COPYING  4
#define COPY     8
#define STATE(word) ((word) & 7)
#define FRAME(word) ((word) >> 4)
#define WORD(frame) ((frame) << 4 | PRESENT)
#define BIT(core)   (1 << (core))

#define GARBAGE 255        /* what a frame holds that is nobody's: nothing that anybody has written */

/* Of a shared mapping a copy of the space has the same page, and none is copied. */
#ifdef SHARED
#define HOW 0
#else
#define HOW COPY
#endif

/* What a leaf is about: enum shootdown. */
#define FORGET  1
#define PROTECT 2
#define NOTHING 3

byte slot = RESERVED;
byte holders;              /* of the slot */
bool copied;
byte sharers[FRAMES];
byte content[FRAMES] = GARBAGE;
byte mapped[CORES];        /* the frame that a core's view maps; 0: none */
bool writable[CORES];
byte told[CORES * CORES];  /* TOLD(to, from): what is asked */
byte acknowledged[CORES];
bool changing;             /* core 1 */
bool waits;                /* for core 1 to end its change: core 0 */
byte child;                /* word of the copy that is being made */
byte used = 1;             /* ghost: bit for each frame that is somebody's; frame 0 is none */
byte value;                /* ghost: what the space should read */
byte written;              /* ghost: writes so far, so that each writes something else */
byte ended;

#define TOLD(to, from) told[(to) * CORES + (from)]

/* In a step of its caller's. */
inline take(which)
{
	which = 1;
	do
	:: used & BIT(which) -> which++
	:: else -> break
	od;
	assert(which < FRAMES);
	used = used | BIT(which);
	content[which] = 0
}

inline free(which)
{
	d_step {
		assert(used & BIT(which));                        /* I1 */
		assert(!(slot && slot != COPYING && FRAME(slot) == which));
		assert(mapped[0] != which && mapped[1] != which && mapped[2] != which);
		used = used & ~BIT(which);
		content[which] = GARBAGE
	}
}

/* frame_drop, up to the frame's way home. */
inline subtract(which)
{
#ifdef PLAIN_SUBTRACTION
	d_step { last = (sharers[which] == 0); sharers[which]-- };
	if
	:: last -> sharers[which] = 0
	:: else
	fi;
#else
	d_step {
		last = (sharers[which] == 0);
		if
		:: !last -> sharers[which]--
		:: else
		fi
	};
#endif
	if
	:: last -> free(which)
	:: else
	fi
}

#define ASKED (TOLD(me, 0) || TOLD(me, 1) || TOLD(me, 2))

inline forget() { mapped[me] = 0; writable[me] = false }

/* The handler of a leaf: V1, V2. */
inline serve()
{
	atomic {
		if
		:: TOLD(me, 0) -> from = 0
		:: TOLD(me, 1) -> from = 1
		:: TOLD(me, 2) -> from = 2
		fi;
		if
		:: TOLD(me, from) == FORGET -> forget()
		:: TOLD(me, from) == PROTECT -> writable[me] = false
		:: else
		fi;
		if
#ifndef ACKNOWLEDGE_IN_CHANGE
		:: TOLD(me, from) == NOTHING && me == 1 && changing -> waits = true
		:: else -> acknowledged[from]++
#else
		:: true -> acknowledged[from]++
#endif
		fi;
		TOLD(me, from) = 0;
		from = 0
	}
}

#ifdef WAIT_DEAF
#define SERVE
#else
#define SERVE :: ASKED -> serve()
#endif

/* A frame on its way home: maybe there is no room in a ring. */
inline serve_or_not()
{
	do
	SERVE
	:: true -> break
	od
}

/* frame_drop. */
inline drop(which)
{
	subtract(which);
	if
	:: last -> serve_or_not()
	:: else
	fi;
	last = false
}

/* inbox_ask_all of a mask of cores. */
inline ask(cores, what)
{
	d_step {
		acknowledged[me] = 0;
		expected = 0;
		other = 0;
		do
		:: other < CORES ->
			if
			:: other != me && (cores) & BIT(other) -> TOLD(other, me) = what; expected++
			:: else
			fi;
			other++
		:: else -> break
		od;
		other = 0
	}
	do
	:: atomic { acknowledged[me] == expected -> acknowledged[me] = 0 }; break
	SERVE
	od;
	expected = 0
}

inline take_copy()
{
	d_step { take(fresh) };
#ifdef COPY_BEFORE_TOLD
	content[fresh] = content[FRAME(word)];
#endif
	forget();
#ifndef SKIP_TELLING_HOLDERS
	ask(holders, FORGET);                                     /* C3 */
#endif
#ifndef COPY_BEFORE_TOLD
	content[fresh] = content[FRAME(word)];
#endif
#ifndef DROP_AFTER_STORE
	drop(FRAME(word));
#endif
	atomic { slot = WORD(fresh); holders = BIT(me) };         /* C4 */
#ifdef DROP_AFTER_STORE
	drop(FRAME(word));
#endif
	atomic { mapped[me] = fresh; writable[me] = true; fresh = 0 }
}

/* The word, if it has not changed; else `word` is 0. */
inline swap(by)
{
	d_step {
		if
		:: slot == word -> slot = by
		:: else -> word = 0
		fi
	}
}

/* J. */
inline join()
{
	d_step {
		if
		:: word && slot == word -> holders = holders | BIT(me); mapped[me] = FRAME(word); writable[me] = !(word & COPY)
		:: else
		fi
	}
}

inline copy_page()
{
#ifdef COUNT_WITHOUT_COPYING
	if
	:: !sharers[FRAME(word)] -> swap(word - COPY); word = (word -> word - COPY : 0); join()
	:: else -> swap(COPYING);
		if
		:: word -> take_copy()
		:: else
		fi
	fi
#else
	swap(COPYING);                                            /* C1 */
	if
	:: word && sharers[FRAME(word)] -> take_copy()
	:: word && !sharers[FRAME(word)] -> word = word - COPY; slot = word; join() /* C2 */
	:: else
	fi
#endif
}

/* A reserved page gets a frame, when `word` is still right. */
inline fill(first_holders)
{
	if
	:: slot == word -> take(fresh); slot = WORD(fresh); holders = first_holders; word = slot; fresh = 0
	:: else -> word = 0
	fi
}

/* Interrupts are off: no leaf is served, where none is waited for. */
inline fault(writes)
{
	word = slot;
	if
	:: STATE(word) == RESERVED -> d_step { fill(BIT(me)); join() }
	:: STATE(word) == PRESENT && writes && word & COPY -> copy_page()
	:: STATE(word) == PRESENT && !(writes && word & COPY) -> join()
	:: else
	fi;
	word = 0
}

inline access()
{
	accesses--;
	if
	:: mapped[me] -> assert(content[mapped[me]] == value)     /* I2 */
	:: mapped[me] && writable[me] -> d_step { written++; value = written; content[mapped[me]] = value }
	:: !mapped[me] -> fault(false)
	:: !mapped[me] || !writable[me] -> fault(true)
	fi
}

/* F3. */
inline share()
{
	do
	:: slot != COPYING ->
		word = slot;
		if
		:: word == COPYING
#if defined(SHARED) && !defined(FILL_APART)
		:: STATE(word) == RESERVED -> d_step { fill(0) }
#endif
		:: STATE(word) == PRESENT ->
#ifndef COUNT_LATE
			sharers[FRAME(word)]++;
#endif
			d_step {
				same = (slot == word);
				if
				:: same -> slot = word | HOW; child = word | HOW
				:: else
				fi
			}
#ifdef COUNT_LATE
			if
			:: same -> sharers[FRAME(word)]++
			:: else
			fi;
#endif
			if
			:: same && !(word & COPY) -> writers = holders; break
			:: same && word & COPY -> break
#ifndef KEEP_COUNT
			:: !same -> drop(FRAME(word))
#else
			:: !same
#endif
			fi
		:: else -> child = word; break
		fi
	SERVE
	od;
	word = 0;
	same = false
}

inline fork()
{
	copied = true;                                            /* F1 */
#ifndef ASK_NOBODY
	ask(ALL, NOTHING);                                        /* F2 */
#endif
	share();
#ifndef SKIP_PROTECTION
	writable[me] = false;
#ifndef PROTECT_OWN_VIEW_ALONE
	ask(writers, PROTECT);                                    /* F4 */
#endif
#endif
	atomic {
		writers = 0;
		copied = false;                                   /* F5 */
		assert(STATE(child) == RESERVED || STATE(child) == PRESENT); /* I3 */
		run copy(child, content[FRAME(child)]);
		child = 0;
		n++
	}
}

/* A mapping over another one. */
inline change()
{
#ifndef IGNORE_COPIED
	do
	:: !copied -> break
	SERVE
	od;
#endif
	changing = true;
	do
	:: slot != COPYING ->
		word = slot;
		if
		:: STATE(word) == PRESENT -> swap(word - PRESENT + RETIRED) /* H1 */
		:: else
		fi;
		if
		:: word && word != COPYING -> break
		:: else
		fi
	SERVE
	od;
	if
	:: STATE(word) == PRESENT ->
		forget();
		ask(holders, FORGET);                             /* H2 to H4 */
		d_step { slot = RESERVED; holders = 0; value = 0 }; /* H5 */
		if
		:: word & COPY -> drop(FRAME(word))
		:: else -> free(FRAME(word)); serve_or_not()
		fi
	:: else
	fi;
	atomic {
		word = 0;
		changing = false;
		if
		:: waits -> waits = false; acknowledged[0]++
		:: else
		fi
	}
}

#ifdef SHARED
#define FOUND value
#else
#define FOUND found
#endif

/* A copy of the space, on a core of its own: its word is nobody else's. */
proctype copy(byte word, found)
{
	byte fresh;
	bool last;

	if
#ifdef FILL_APART
	:: STATE(word) == RESERVED -> d_step { take(fresh); word = WORD(fresh) }
#else
	:: STATE(word) == RESERVED -> word = 0
#endif
	:: else
	fi;
	if
	:: word & COPY ->
		if
		:: sharers[FRAME(word)] ->
			d_step { take(fresh); content[fresh] = content[FRAME(word)] };
			subtract(FRAME(word));
			word = WORD(fresh)
		:: else -> word = word - COPY
		fi
	:: true
	fi;
	if
	:: word && !(word & COPY) -> d_step { written++; FOUND = written; content[FRAME(word)] = written }
	:: else
	fi;
	if
	:: word -> assert(content[FRAME(word)] == FOUND);         /* I2 */
		subtract(FRAME(word))
	:: else
	fi;
	atomic { ended++; word = 0; found = 0; fresh = 0; last = false }
}

proctype core(byte me)
{
	byte word, fresh, from, expected, other, writers, n, accesses;
	bool last, same;

	accesses = (me == 0 -> FORKER_ACCESSES : ACCESSES);
end:	do
	:: me == 0 && n < FORKS -> fork()
	:: me == 1 && n < CHANGES -> change(); n++
	:: accesses -> access()
	:: ASKED -> serve()
	:: n == (me == 0 -> FORKS : (me == 1 -> CHANGES : 0)) && !accesses -> ended++; break
	od;
end2:	do
	:: ASKED -> serve()
	od
}

init
{
	byte n;

	atomic {
		run core(0);
		run core(1);
		run core(2)
	}
	timeout;
	assert(ended == CORES + FORKS);                           /* I4 */
	assert(used == (STATE(slot) == PRESENT -> 1 | BIT(FRAME(slot)) : 1)); /* I1 */
	n = 0;
	do
	:: n < FRAMES -> assert(sharers[n] == 0); n++
	:: else -> break
	od
}
