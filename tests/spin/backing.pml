/* backing.pml - model of a page of an object that comes into a mapping while that is changed, and while the object loses the page
 * SPDX-License-Identifier: MIT
 * Mirrors steps B1 to B4 of kernel/memory/backing.h, map_object of kernel/memory/map.c and store_share of kernel/memory/store.c. The home maps one object, unmaps it, maps the
 * other one, and the first in the place of that; two cores fault; the object's home takes a page out of the store, whose frame somebody else may get then. All steps are locked operations or
 * come behind one, so memory is as written here.
 * I1 what a program reaches is a page of the object that is mapped
 * I2 a frame that is mapped is not free
 * I3 while one mapping takes another one's place, nobody finds that there is none
 * tests/spin/table lists the planted bugs. */

mtype = { EMPTY, AWAITED, RESERVED, COPYING, PRESENT };

#define NONE  0
#define FIRST 1  /* objects; each has one page, in the frame of its number */
#define OTHER 2
#define STRANGER 3

mtype slot = EMPTY;
byte slot_frame;       /* of PRESENT */
byte tree = NONE;      /* the object that the address stands for */
byte mapped = NONE;    /* what the program has asked for: constant while the slot is neither EMPTY nor AWAITED */
bool replacing;
byte sharers[3];       /* by frame */
bool is_free[3];
byte content[3] = { NONE, FIRST, OTHER }; /* what is in it */
bool in_store[3] = { false, true, true };
byte version[3];

inline drop(frame)
{
	atomic {
		if
		:: sharers[frame] == 0 -> is_free[frame] = true
		:: else -> sharers[frame]--
		fi
	}
}

inline take_away(what_remains)
{
	atomic { /* a change of the slot waits for who copies */
		slot != COPYING;
		was = (slot == PRESENT -> slot_frame : NONE);
		slot = what_remains;
		mapped = NONE
	};
	if
	:: was != NONE -> drop(was)
	:: else -> skip
	fi;
	tree = NONE
}

inline map(object)
{
	tree = object;
	atomic { mapped = object; slot = RESERVED }
}

inline replace(object)
{
	replacing = true;
#ifdef GAP
	take_away(EMPTY);
#else
#ifdef NOT_AWAITED
	take_away(RESERVED);
#else
	take_away(AWAITED);
#endif
#endif
	map(object);
	replacing = false
}

active proctype home()
{
	byte was;

	map(FIRST);
	take_away(EMPTY);
	map(OTHER);
	replace(FIRST)
}

inline give_back()
{
	atomic { assert(slot == COPYING); slot = RESERVED }
}

/* In one piece with the service's answer: its page and the value of its word. */
active [2] proctype fault()
{
	byte object, seen, tries;
	bool won;

end:	do
	:: tries < 3 ->
		tries++;
end_wait:	slot == RESERVED;
		object = tree;
		if
		:: object == NONE -> goto again
		:: else -> skip
		fi;
		atomic {
			if
			:: !in_store[object] -> goto again
			:: else -> seen = version[object]
			fi
		};
#ifdef NO_COPYING
		if
		:: tree != object -> goto again
		:: else -> skip
		fi;
#else
		atomic { won = (slot == RESERVED); if :: won -> slot = COPYING :: else -> skip fi }; /* B1 */
		if
		:: !won -> goto again
		:: else -> skip
		fi;
#ifndef NO_LOOK
		if
		:: tree != object -> give_back(); goto again                    /* B2 */
		:: else -> skip
		fi;
#endif
#endif
#ifdef COUNT_LATE
		if
		:: version[object] == seen -> skip
		:: else -> goto lost
		fi;
		sharers[object]++;
#else
		sharers[object]++;                                              /* B3 */
#ifndef NO_WORD
		if
		:: version[object] == seen && in_store[object] -> skip
		:: else -> drop(object); goto lost
		fi;
#endif
#endif
#ifdef NO_COPYING
		atomic { won = (slot == RESERVED); if :: won -> slot = PRESENT; slot_frame = object :: else -> skip fi };
		if
		:: !won -> drop(object)
		:: else -> skip
		fi;
#else
		atomic { assert(slot == COPYING); slot = PRESENT; slot_frame = object }; /* B4 */
#endif
		goto again;
lost:
#ifndef NO_COPYING
		give_back();
#endif
again:		skip
	:: tries == 3 -> break
	od
}

/* The object's home: the word first, then the page. */
active proctype owner()
{
#ifdef WORD_LAST
	in_store[FIRST] = false;
	drop(FIRST);
	version[FIRST]++
#else
	version[FIRST]++;
	in_store[FIRST] = false;
	drop(FIRST)
#endif
}

/* Gets the frame when it is free. */
active proctype stranger()
{
end:	atomic { is_free[FIRST] -> is_free[FIRST] = false; content[FIRST] = STRANGER }
}

/* The program reaches its page. */
active proctype program()
{
end:	do
	:: atomic { slot == PRESENT -> assert(content[slot_frame] == mapped); assert(!is_free[slot_frame]) }
	:: atomic { replacing -> assert(slot != EMPTY) }
	od
}
