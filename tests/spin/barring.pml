/* barring.pml - model of tables that all cores of a space share, while a page is taken back
 * SPDX-License-Identifier: MIT
 * Mirrors kernel/memory/tables.c, fault_in_shared in vspace.c and shootdown.c; steps T, H are those of tables.h. Core 0 is the home and takes its
 * page back twice, the frame being used anew; the others fault it in, copy it before they write (C1 to C4 of copy.h, on one of them), and
 * reach it through the shared table at any time, also in the middle of a fault: their processors walk it by themselves and keep what they find.
 * All words are changed by locked operations, so memory is one for all. Leaves and acknowledgements are in shootdown.pml.
 * I1 when a frame is free, no word of the table and no TLB leads to it
 * tests/spin/table lists the planted bugs. */

#define CORES 3
#define NONE    0
#define BARRED  9

#define EMPTY    0
#define RESERVED 1
#define PRESENT  2
#define RETIRED  3
#define COPYING  4

byte state = RESERVED;  /* the slot: its state, its frame, and whether it must be copied */
byte frame;
bool copy;
byte word;              /* of the shared table: NONE, BARRED, or a frame */
byte tlb[CORES];
bool used[5];           /* frames 1 to 4 */
bool asked[6];          /* ASKED(by, c): core c is to flush; by the home 0, or the core 1 that copies */
#define ASKED(by, core) asked[(by) * CORES + (core)]
bool holder[CORES];     /* of the page; for a planted bug alone */
byte copies = 1;

/* What processors do by themselves. */
active proctype walker()
{
end:	do
	:: atomic { word != NONE && word != BARRED && tlb[0] != word -> tlb[0] = word }
	:: atomic { word != NONE && word != BARRED && tlb[1] != word -> tlb[1] = word }
	:: atomic { word != NONE && word != BARRED && tlb[2] != word -> tlb[2] = word }
	od
}

inline take_frame(f)
{
	d_step {
		if
		:: !used[1] -> f = 1
		:: else -> if
			:: !used[2] -> f = 2
			:: else -> if
				:: !used[3] -> f = 3
				:: else -> f = 4
				fi
			fi
		fi;
		assert(!used[f]);
		used[f] = true
	}
}

inline free_frame(f)
{
	d_step {
		assert(word != f && tlb[0] != f && tlb[1] != f && tlb[2] != f); /* I1 */
		used[f] = false
	}
}

#ifdef HOLDERS_ALONE
#define TOLD(core) holder[core]
#else
#define TOLD(core) true
#endif

/* H2 to H4; cores 0 and 1 do so, each for itself. */
inline shoot(by)
{
#ifdef CLEAR
	word = NONE;
#else
	word = BARRED;
#endif
#ifdef UNBAR_EARLY
	d_step { if :: word == BARRED -> word = NONE :: else fi };
#endif
	d_step { tlb[me] = NONE; ASKED(by, 1 - me) = TOLD(1 - me); ASKED(by, 2) = TOLD(2) };
	do
	:: !ASKED(by, 0) && !ASKED(by, 1) && !ASKED(by, 2) -> break
	:: atomic { ASKED(0, me) -> tlb[me] = NONE; ASKED(0, me) = false }
	:: atomic { ASKED(1, me) -> tlb[me] = NONE; ASKED(1, me) = false }
	od;
	atomic { if :: word == BARRED -> word = NONE :: else fi }
}

/* T3. */
inline put(f)
{
#ifdef PUT_PLAINLY
	word = f
#else
	d_step { if :: word == before && before != BARRED -> word = f :: else fi }
#endif
}

inline copy_page()
{
	old = frame;
	take_frame(new);
	shoot(1);                                      /* C3 */
	free_frame(old);                                    /* the other space has it no more, and may use it anew */
	d_step { frame = new; copy = false; state = PRESENT }; /* C4 */
	put(new)
}

inline fault(writes)
{
#ifdef SLOT_FIRST
	d_step { seen = state; f = frame; c = copy };
	before = word;
#else
	before = word;                                      /* T1 */
	d_step { seen = state; f = frame; c = copy };       /* T2 */
#endif
	if
	:: seen == RESERVED ->
		take_frame(f);
		atomic {
			if
			:: state == RESERVED -> state = PRESENT; frame = f; copy = copies > 0; holder[me] = true
			:: else -> used[f] = false; seen = EMPTY
			fi
		}
		if
		:: seen == RESERVED -> put(f)
		:: else
		fi
	:: seen == PRESENT && writes && c && copies ->
		atomic {
			if
			:: state == PRESENT && frame == f && copy -> state = COPYING; copies--
			:: else -> seen = EMPTY
			fi
		}
		if
		:: seen == PRESENT -> copy_page()
		:: else
		fi
	:: seen == PRESENT && !(writes && c) ->
		atomic {
			if
			:: state == PRESENT && frame == f -> holder[me] = true
			:: else -> seen = EMPTY
			fi
		}
		if
		:: seen == PRESENT -> put(f)
		:: else
		fi
	:: else
	fi;
	d_step { seen = 0; f = 0; c = 0; before = 0; old = 0; new = 0 }
}

proctype core(byte me)
{
	byte before, seen, f, old, new, faults = 2;
	bool c;

end:	do
	:: faults -> faults--; fault(me == 1)
	:: atomic { ASKED(0, me) -> tlb[me] = NONE; ASKED(0, me) = false }
	:: atomic { ASKED(1, me) -> tlb[me] = NONE; ASKED(1, me) = false }
	od
}

proctype home()
{
	byte me = 0, old, turns = 2;

end:	do
	:: atomic { turns && state == PRESENT -> state = RETIRED; old = frame; turns-- }; /* H1 */
		shoot(0);
		free_frame(old);
		d_step { state = RESERVED; holder[0] = false; holder[1] = false; holder[2] = false; old = 0 } /* H5 */
	:: atomic { ASKED(1, me) -> tlb[me] = NONE; ASKED(1, me) = false }
	od
}

init
{
	atomic { run home(); run core(1); run core(2) }
}
