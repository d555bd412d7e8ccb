/* breaking.pml - model of breaking a huge page while others fault in it, its space is copied, and a part of it is taken away
 * SPDX-License-Identifier: MIT
 * Mirrors kernel/memory/huge.c, and copy.c, change.c, slots.c and frames.c where they deal with huge pages; steps K are huge.h's, C and F
 * copy.h's, H and V vspace.h's, J holders.h's. A unit of two pages in a space that three cores use: core 0 is its home and takes
 * page 0 away, core 1 copies the space, core 2 and the others read and write both pages. Each copy of the space is a process that
 * reads the pages, may write to one and ends. A record of holders is the same mask all the time (holders.pml has records that come
 * back, J4); what a leaf does is one step (bulletin.pml). Giving a frame away may serve leaves, because it may wait for room in a ring.
 * What others see is written by locked operations, but for K5, C2 and C4: while those are in the store buffer others see COPYING, and
 * wait. The leaves' node is filled before K5, in order. So no store buffers are needed.
 * I1 no view has a large word where the slot is a node, nor a large word and a page table in the same place
 * I2 nobody reaches page 0 when it was taken away
 * I3 a frame is given away once, when no slot and no view leads to it; none is lost, and counts of owners are right at the end; nor
 *    is a record lost
 * I4 what a space has does not change through others' writes: each reads what was written last in its space
 * I5 a copy of the space has a huge page as a whole or page by page, and nothing in between
 * I6 all come to their end
 * tests/spin/table lists the planted bugs. */

#ifndef FORKS
#define FORKS 1
#endif
#ifndef CHANGES
#define CHANGES 1
#endif
#ifndef HOME_ACCESSES
#define HOME_ACCESSES 0
#endif
#ifndef FORKER_ACCESSES
#define FORKER_ACCESSES 0
#endif
#ifndef ACCESSES
#define ACCESSES 2
#endif

#define CORES  3
#define FRAMES 7
#define ALL    7 /* cores, as a mask */

/* A slot's word: state, whether other spaces may have the page, and its frame. The unit's own frames are 1 and 2. */
#define EMPTY    0
#define RESERVED 1
#define PRESENT  2
#define RETIRED  3
#define COPYING  4
#define NODE     5
#define COPY     8
#define STATE(word)       ((word) & 7)
#define FRAME(word)       ((word) >> 4)
#define WORD(frame)       ((frame) << 4 | PRESENT)
#define IS_SETTLED(which) (STATE(slot[which]) != COPYING && STATE(slot[which]) != RETIRED)
#define BIT(n)            (1 << (n))

#define GARBAGE 255 /* what a frame holds that is nobody's: nothing that anybody has written */

#define PAGES 2
#define UNIT  2 /* its slot, behind those of the two pages */

/* A view's word: the frame, and whether it may be written. */
#define WRITE 8
#define VIEW(core, which) view[(core) * (PAGES + 1) + (which)]
#define FRAME_OF(core, page) (VIEW(core, UNIT) -> 1 + (page) : VIEW(core, page) & 7)

/* What a leaf is about: enum shootdown, and where. */
#define FORGET(which) (1 + (which))
#define PROTECT 4
#define NOTHING 5

byte slot[PAGES + 1];
byte holders[PAGES + 1];
bool record;               /* the unit's holders have one */
bool copied;
byte sharers[FRAMES];
byte content[FRAMES] = GARBAGE;
byte view[CORES * (PAGES + 1)];
bool table[CORES];         /* the view has a page table there */
byte told[CORES * CORES];  /* TOLD(to, from): what is asked */
byte acknowledged[CORES];
bool changing;             /* core 0 */
bool waits;                /* for core 0 to end its change: core 1 */
byte child[PAGES + 1];     /* words of the copy that is being made */
byte used = 1;             /* ghost: bit for each frame that is somebody's; frame 0 is none */
byte value[PAGES];         /* ghost: what the space should read */
byte written;              /* ghost: writes of its threads so far, so that each writes something else */
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

inline take_unit() { used = used | BIT(1) | BIT(2); content[1] = 0; content[2] = 0 }

#define IS_HUGE      (STATE(slot[UNIT]) == PRESENT || slot[UNIT] == COPYING)
#define LEADS(page, which)      (slot[UNIT] == NODE && slot[page] != COPYING && slot[page] && FRAME(slot[page]) == which)
#define MAPS(core, which)       (FRAME_OF(core, 0) == which || FRAME_OF(core, 1) == which)

inline free(which)
{
	d_step {
		assert(used & BIT(which));                        /* I3 */
		assert(!(IS_HUGE && which <= PAGES) && !LEADS(0, which) && !LEADS(1, which));
		assert(!MAPS(0, which) && !MAPS(1, which) && !MAPS(2, which));
		used = used & ~BIT(which);
		content[which] = GARBAGE
	}
}

/* frame_drop, up to the frame's way home. */
inline subtract(which)
{
	d_step {
		last = (sharers[which] == 0);
		if
		:: !last -> sharers[which]--
		:: else
		fi
	};
	if
	:: last -> free(which)
	:: else
	fi
}

/* frame_unit_shared. */
inline look()
{
	shared = (sharers[1] != 0);
#ifndef LOOK_AT_ONE_FRAME
	if
	:: !shared -> shared = (sharers[2] != 0)
	:: else
	fi
#endif
}

#define ASKED (TOLD(me, 0) || TOLD(me, 1) || TOLD(me, 2))

inline forget(which)
{
	VIEW(me, UNIT) = 0;
	VIEW(me, which) = 0;
	if
	:: which == UNIT -> VIEW(me, 0) = 0; VIEW(me, 1) = 0
	:: else
	fi
}

inline protect()
{
	VIEW(me, 0) = VIEW(me, 0) & ~WRITE;
	VIEW(me, 1) = VIEW(me, 1) & ~WRITE;
	VIEW(me, UNIT) = VIEW(me, UNIT) & ~WRITE
}

/* The handler of a leaf: V1, V2. */
inline serve()
{
	d_step {
		if
		:: TOLD(me, 0) -> from = 0
		:: else ->
			if
			:: TOLD(me, 1) -> from = 1
			:: else -> from = 2
			fi
		fi;
		if
		:: TOLD(me, from) < PROTECT -> forget(TOLD(me, from) - 1)
		:: TOLD(me, from) == PROTECT -> protect()
		:: else
		fi;
		if
		:: TOLD(me, from) == NOTHING && me == 0 && changing -> waits = true
		:: else -> acknowledged[from]++
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

/* frame_drop. Maybe there is no room in a ring for the frame's way home. */
inline drop(which)
{
	subtract(which);
	if
	:: last ->
		do
		SERVE
		:: true -> break
		od
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

/* The word, if it has not changed; else `word` is 0. */
inline swap(which, by)
{
	d_step {
		if
		:: slot[which] == word -> slot[which] = by
		:: else -> word = 0
		fi
	}
}

inline map_large(with)
{
	assert(!table[me] && slot[UNIT] != NODE);                 /* I1 */
	VIEW(me, UNIT) = 1 | (with & COPY -> 0 : WRITE)
}

inline map_small(with)
{
	assert(!VIEW(me, UNIT));                                  /* I1 */
	table[me] = true;
	VIEW(me, page) = FRAME(with) | (with & COPY -> 0 : WRITE)
}

/* J. */
inline join(which)
{
	holders[which] = holders[which] | BIT(me);                /* J2 */
#ifdef SKIP_RECHECK
	same = true;
#else
	same = (slot[which] == word);                             /* J3 */
#endif
	d_step {
		if
		:: same && which == UNIT -> record = true; map_large(word)
		:: same && which != UNIT -> map_small(word)
		:: else
		fi;
		same = false
	}
}

/* K4: nobody holds the pages yet. */
inline fill_node(kind)
{
	d_step {
		slot[0] = WORD(1) | (kind);
		slot[1] = WORD(2) | (kind);
		holders[0] = 0;
		holders[1] = 0
	}
}

inline break_page()
{
#ifndef SKIP_COPYING
	swap(UNIT, COPYING);                                      /* K2 */
#endif
	if
	:: word ->
#ifdef NODE_BEFORE_TOLD
		fill_node(word & COPY);
		slot[UNIT] = NODE;
#endif
#ifdef NODE_BEFORE_FILLED
		slot[UNIT] = NODE;
#endif
		d_step { forget(UNIT) };
#ifndef SKIP_TELLING_HOLDERS
		ask(holders[UNIT], FORGET(UNIT));                 /* K3 */
#endif
#ifndef NODE_BEFORE_TOLD
#ifdef LOSE_COPY
		fill_node(0);
#else
		fill_node(word & COPY);                           /* K4 */
#endif
#endif
		d_step {
#ifndef KEEP_RECORD
			record = false;
#endif
			slot[UNIT] = NODE;                        /* K5 */
			holders[UNIT] = 0                         /* nobody reads them any more */
		}
	:: else
	fi
}

/* A write to a huge page that other spaces may have. */
inline write_copy()
{
	look();
	if
	:: shared -> break_page()
	:: else ->
#ifdef KEEP_WITHOUT_COPYING
		swap(UNIT, word - COPY)
#else
		swap(UNIT, COPYING);                              /* C1 */
		if
		:: word ->
#ifndef SKIP_SECOND_LOOK
			look();
#endif
			slot[UNIT] = (shared -> word : word - COPY) /* C2 */
		:: else
		fi
#endif
	fi;
	shared = false
}

/* C, of a small page. */
inline copy_page()
{
	swap(page, COPYING);                                      /* C1 */
	if
	:: word && sharers[FRAME(word)] ->
		d_step { take(fresh); forget(page) };
		ask(holders[page], FORGET(page));                 /* C3 */
		content[fresh] = content[FRAME(word)];
		drop(FRAME(word));
		d_step { slot[page] = WORD(fresh); holders[page] = BIT(me) }; /* C4 */
		d_step { map_small(WORD(fresh)); fresh = 0 }
	:: word && !sharers[FRAME(word)] -> slot[page] = word - COPY /* C2 */
	:: else
	fi
}

/* A unit that is reserved gets two frames that lie together, or, where there are none, small pages take its place. */
inline fill()
{
	if
	:: atomic {
#ifdef FILL_WITHOUT_SWAP
		true ->
#else
		slot[UNIT] == word ->
#endif
		slot[UNIT] = PRESENT;
		holders[UNIT] = BIT(me);
		record = true;
		take_unit();
		map_large(PRESENT)
	}
#ifdef FALL_BACK
	:: atomic { slot[UNIT] == word -> slot[0] = RESERVED; slot[1] = RESERVED; slot[UNIT] = NODE }
#endif
	:: slot[UNIT] != word
	fi
}

inline fault_small()
{
	word = slot[page];
	if
	:: word == RESERVED ->
		d_step {
			if
			:: slot[page] == word ->
				take(fresh);
				slot[page] = WORD(fresh);
				holders[page] = BIT(me);
				map_small(WORD(fresh));
				fresh = 0
			:: else
			fi
		}
	:: STATE(word) == PRESENT && writes && word & COPY -> copy_page()
	:: STATE(word) == PRESENT && !(writes && word & COPY) -> join(page)
	:: else
	fi
}

/* Interrupts are off: no leaf is served, where none is waited for. */
inline fault()
{
	word = slot[UNIT];                                        /* J1 */
	if
	:: word == RESERVED -> fill()
	:: STATE(word) == PRESENT && writes && word & COPY -> write_copy()
	:: STATE(word) == PRESENT && !(writes && word & COPY) -> join(UNIT)
	:: word == NODE -> fault_small()
	:: else
	fi;
	word = 0
}

#define REACHED FRAME_OF(me, page)
#define REACHES (writes -> (VIEW(me, UNIT) | VIEW(me, page)) & WRITE : REACHED)
#define GONE    (slot[UNIT] == NODE && !slot[page])

/* A thread that reads or writes until it can. */
inline access()
{
	atomic {
		accesses--;
		if
		:: page = 0
		:: page = 1
		fi;
		if
		:: writes = true
		:: true
		fi
	}
	do
	:: REACHES ->
		d_step {
			if
			:: writes -> written++; value[page] = written; content[REACHED] = written
			:: else -> assert(content[REACHED] == value[page]) /* I4 */
			fi
		}
		break
	:: !REACHES && GONE -> break
	:: !REACHES && IS_SETTLED(UNIT) && (slot[UNIT] != NODE || (slot[page] && IS_SETTLED(page))) -> fault()
	SERVE
	od;
	atomic { page = 0; writes = false }
}

inline count_owner(which) { sharers[which]++ }

/* F3, of a present word. */
inline share_present(which)
{
	if
	:: which == UNIT ->
		count_owner(1);
#ifndef COUNT_ONE_FRAME
		count_owner(2)
#endif
	:: else -> count_owner(FRAME(word))
	fi;
	d_step {
		same = (slot[which] == word);
		if
		:: same -> slot[which] = word | COPY; child[which] = word | COPY
		:: else
		fi;
		if
		:: same && !(word & COPY) -> writers = writers | holders[which]
		:: else
		fi
	}
	if
	:: same
	:: !same && which == UNIT -> drop(1); drop(2)
	:: !same && which != UNIT -> drop(FRAME(word))
	fi
}

/* F3. */
inline share(which)
{
	do
#ifdef IGNORE_COPYING
	:: true ->
#else
	:: slot[which] != COPYING ->
#endif
		word = slot[which];
		if
#ifndef IGNORE_COPYING
		:: word == COPYING
#endif
		:: STATE(word) == PRESENT ->
			share_present(which);
			if
			:: same -> break
			:: else
			fi
		:: else -> child[which] = word; break
		fi
	SERVE
	od;
	word = 0;
	same = false
}

inline fork()
{
	copied = true;                                            /* F1 */
	ask(ALL, NOTHING);                                        /* F2 */
	share(UNIT);
	if
	:: child[UNIT] == NODE -> share(0); share(1)
	:: else
	fi;
	d_step { protect() };
	ask(writers, PROTECT);                                    /* F4 */
	atomic {
		writers = 0;
		copied = false;                                   /* F5 */
		if
		:: child[UNIT] == NODE
		:: STATE(child[UNIT]) == PRESENT -> child[0] = WORD(1) | COPY; child[1] = WORD(2) | COPY
		:: child[UNIT] == RESERVED -> child[0] = 0; child[1] = 0
		:: else -> assert(false)                          /* I5 */
		fi;
		assert(STATE(child[0]) <= PRESENT && STATE(child[1]) <= PRESENT);
		run copy(n, STATE(child[UNIT]) == PRESENT, child[0], child[1], content[FRAME(child[0])], content[FRAME(child[1])]);
		child[0] = 0;
		child[1] = 0;
		child[UNIT] = 0;
		n++
	}
}

/* huge_break, and what slots_split does to a unit that is reserved. */
inline split()
{
	do
	:: slot[UNIT] != COPYING ->
		word = slot[UNIT];
		if
		:: word == RESERVED ->
			d_step {
				if
				:: slot[UNIT] == word -> slot[0] = RESERVED; slot[1] = RESERVED; slot[UNIT] = NODE
				:: else
				fi
			}
		:: STATE(word) == PRESENT -> break_page()
		:: word == COPYING
		:: word == NODE -> break
		fi
	SERVE
	od
}

/* Page 0 is unmapped. */
inline change()
{
	do
	:: !copied -> break
	SERVE
	od;
	changing = true;
	split();
	do
	:: slot[0] != COPYING ->
		word = slot[0];
		d_step {
			if
			:: word == COPYING || slot[0] != word -> word = 0
			:: else ->
				same = (STATE(word) == RESERVED || !(holders[0] & ~BIT(me))); /* nobody else holds it: at once */
				slot[0] = (same -> EMPTY : word - PRESENT + RETIRED) /* H1 */
			fi
		}
		if
		:: word -> break
		:: else
		fi
	SERVE
	od;
	atomic { forget(0) };
	if
	:: !same ->
		ask(holders[0], FORGET(0));                       /* H2 to H4 */
		slot[0] = EMPTY                                   /* H5 */
	:: else
	fi;
	d_step {
		same = false;
		assert(!FRAME_OF(0, 0) && !FRAME_OF(1, 0) && !FRAME_OF(2, 0)) /* I2 */
	}
	if
	:: word & COPY -> drop(FRAME(word))
	:: STATE(word) == PRESENT && !(word & COPY) -> free(FRAME(word))
	:: else
	fi;
	d_step {
		word = 0;
		changing = false;
		n++;
		if
		:: waits -> waits = false; acknowledged[1]++
		:: else
		fi
	}
}

/* A copy of the space, on a core of its own: its words are nobody else's, nor does anybody else write what it writes. */
#define ITS_OWN 100

proctype copy(byte number; bool whole; byte word0, word1, found0, found1)
{
	byte word[PAGES], found[PAGES], page, fresh;
	bool last, shared;

	d_step { word[0] = word0; word[1] = word1; found[0] = found0; found[1] = found1 };
	d_step { word0 = 0; word1 = 0; found0 = 0; found1 = 0 };
	if
#ifndef CHILDREN_READ
	:: STATE(word[0]) == PRESENT
	:: STATE(word[1]) == PRESENT -> page = 1
#endif
	:: page = PAGES /* it writes nothing */
	fi;
	if
	:: page < PAGES && whole ->
		look();
		if
		:: shared -> whole = false
		:: else -> word[0] = word[0] - COPY; word[1] = word[1] - COPY
		fi
	:: else
	fi;
	if
	:: page < PAGES && word[page] & COPY ->
		if
		:: sharers[FRAME(word[page])] ->
			d_step { take(fresh); content[fresh] = content[FRAME(word[page])] };
			subtract(FRAME(word[page]));
			word[page] = WORD(fresh)
		:: else -> word[page] = word[page] - COPY
		fi
	:: else
	fi;
	d_step {
		if
		:: page < PAGES -> found[page] = ITS_OWN + number; content[FRAME(word[page])] = ITS_OWN + number
		:: else
		fi
	}
	page = 0;
	d_step {
		assert(STATE(word[0]) != PRESENT || content[FRAME(word[0])] == found[0]); /* I4 */
		assert(STATE(word[1]) != PRESENT || content[FRAME(word[1])] == found[1])
	}
	shared = true;
	if
	:: whole -> look() /* frame_drop_unit */
	:: true            /* the end of a space */
	fi;
	do
	:: page < PAGES ->
		if
		:: STATE(word[page]) == PRESENT && shared -> subtract(FRAME(word[page]))
		:: STATE(word[page]) == PRESENT && !shared -> free(FRAME(word[page]))
		:: else
		fi;
		page++
	:: else -> break
	od;
	atomic {
		ended++;
		word[0] = 0; word[1] = 0; found[0] = 0; found[1] = 0;
		page = 0; fresh = 0; whole = false; last = false; shared = false
	}
}

#define TASKS (me == 0 -> CHANGES : (me == 1 -> FORKS : 0))

proctype core(byte me)
{
	byte word, page, fresh, from, expected, other, writers, n, accesses;
	bool last, same, shared, writes;

	accesses = (me == 0 -> HOME_ACCESSES : (me == 1 -> FORKER_ACCESSES : ACCESSES));
end:	do
	:: me == 0 && n < CHANGES -> change()
	:: me == 1 && n < FORKS -> fork()
	:: accesses -> access()
	:: ASKED -> serve()
	:: n == TASKS && !accesses -> ended++; break
	od;
end2:	do
	:: ASKED -> serve()
	od
}

init
{
	byte n;

	atomic {
#ifdef FILLED
		slot[UNIT] = PRESENT;
		take_unit();
#else
		slot[UNIT] = RESERVED;
#endif
		run core(0);
		run core(1);
		run core(2)
	}
	timeout;
	assert(ended == CORES + FORKS);                           /* I6 */
	d_step {
		assert(!record || STATE(slot[UNIT]) == PRESENT);  /* I3 */
		if
		:: STATE(slot[UNIT]) == PRESENT -> n = 1 | BIT(1) | BIT(2)
		:: slot[UNIT] == NODE ->
			n = 1 | (STATE(slot[0]) == PRESENT -> BIT(FRAME(slot[0])) : 0);
			n = n | (STATE(slot[1]) == PRESENT -> BIT(FRAME(slot[1])) : 0)
		:: else -> n = 1
		fi;
		assert(used == n);
		n = 0
	}
	do
	:: n < FRAMES -> assert(sharers[n] == 0); n++
	:: else -> break
	od
}
