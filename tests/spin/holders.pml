/* holders.pml - model of becoming a holder of a page, while its home takes the page away
 * SPDX-License-Identifier: MIT
 * Mirrors kernel/memory/holders.c, change.c and vspace.c; steps J and H are those of holders.h and vspace.h. Core 0 is the home of one page
 * and faults in it, too; the others fault. Each core has one record to promote the word with, so that records come back to the word
 * that they were of. Every step that others see is one locked operation, or one aligned word before such a one: no
 * store buffers are needed.
 * I1 no core maps a frame that was given away
 * tests/spin/table lists the planted bugs. */

#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef FAULTS
#define FAULTS 2
#endif

#define CORES 3

/* The slot word: state and what it leads to. */
#define EMPTY      0
#define RESERVED   1
#define ONE(core)  (10 + (core)) /* PRESENT, one holder */
#define MANY(core) (20 + (core)) /* PRESENT, the record of that core */
#define RETIRED    30

#define IS_ONE(word)  ((word) >= 10 && (word) < 20)
#define IS_MANY(word) ((word) >= 20 && (word) < 30)
#define CORE(word)    ((word) % 10)
#define BIT(core)     (1 << (core))

byte slot = RESERVED;
byte mask[CORES];        /* of the record of a core */
bool used[CORES];        /* it is of a word */
byte frame;              /* ghost: how many frames the page has had */
byte mapped[CORES];      /* ghost: which of them a core maps; 0: none */
bool told[CORES];        /* a message is under way */
byte acknowledged;

inline map() { assert(frame > 0); mapped[me] = frame }

/* A record's mask before the word leads to it. */
inline promote()
{
	if
	:: used[me] -> skip
	:: else ->
		used[me] = true;
#ifdef FORGET_FIRST
		mask[me] = BIT(me);
#else
		mask[me] = BIT(me) | BIT(CORE(word));
#endif
		atomic {
			if
			:: slot == word -> slot = MANY(me); map()
			:: else -> used[me] = false
			fi
		}
	fi
}

inline join()
{
#ifdef BIT_AFTER_RECHECK
	same = (slot == word);
	d_step { mask[CORE(word)] = mask[CORE(word)] | BIT(me) };
#else
	d_step { mask[CORE(word)] = mask[CORE(word)] | BIT(me) }; /* J2 */
#ifdef SKIP_RECHECK
	same = true;
#else
	same = (slot == word);                                    /* J3 */
#endif
#endif
#ifndef SKIP_BIT_CHECK
	same = same && (mask[CORE(word)] & BIT(me));              /* J4 */
#endif
	if
	:: same -> map()                                          /* J5 */
	:: else
	fi
}

/* Interrupts are off: no message is served in between. */
inline fault()
{
	word = slot;                                              /* J1 */
	if
	:: word == RESERVED ->
		atomic {
			if
			:: slot == RESERVED -> slot = ONE(me); frame++; map()
			:: else
			fi
		}
	:: IS_ONE(word) && CORE(word) == me -> map()
	:: IS_ONE(word) && CORE(word) != me -> promote()
	:: IS_MANY(word) -> join()
	:: else
	fi;
	word = 0;
	same = false
}

inline serve()
{
	atomic { told[me] -> told[me] = false; mapped[me] = 0; acknowledged++ }
}

inline give_away()
{
	assert(mapped[0] != frame && mapped[1] != frame && mapped[2] != frame) /* I1 */
}

inline tell_holders()
{
	expected = 0;
	acknowledged = 0;
	other = 1;
	do
	:: other < CORES ->
		if
		:: holders & BIT(other) -> told[other] = true; expected++
		:: else
		fi;
		other++
	:: else -> break
	od;
#ifndef FREE_BEFORE_ACKNOWLEDGE
	acknowledged == expected
#else
	skip
#endif
}

inline take_back()
{
	word = slot;
#ifdef READ_HOLDERS_FIRST
	holders = (IS_MANY(word) -> mask[CORE(word)] : BIT(CORE(word)));
#endif
	if
	:: word == RESERVED ->
		atomic {
			if
			:: slot == RESERVED -> slot = EMPTY
			:: else
			fi
		}
	:: IS_ONE(word) && CORE(word) == me -> /* nobody else holds it */
		atomic {
			if
			:: slot == word -> slot = EMPTY; mapped[me] = 0; give_away()
			:: else
			fi
		}
	:: (IS_ONE(word) && CORE(word) != me) || IS_MANY(word) ->
		atomic {
			if
			:: slot == word -> slot = RETIRED /* H1 */
			:: else -> word = 0
			fi
		}
		if
		:: word ->
#ifndef READ_HOLDERS_FIRST
			holders = (IS_MANY(word) -> mask[CORE(word)] : BIT(CORE(word))); /* H2 */
#endif
			mapped[me] = 0;
			tell_holders();                               /* H3, H4 */
			atomic {
				give_away();
				slot = EMPTY;                         /* H5 */
				if
				:: IS_MANY(word) -> used[CORE(word)] = false
				:: else
				fi
			}
		:: else
		fi
	:: else
	fi;
	word = 0;
	holders = 0
}

proctype home()
{
	byte me = 0, word, holders, other, expected, faults = FAULTS, rounds = ROUNDS;
	bool same;

end:	do
	:: faults -> faults--; fault()
	:: rounds ->
		rounds--;
		do
		:: slot != EMPTY -> take_back()
		:: else -> break
		od;
		slot = RESERVED
	od
}

proctype core(byte me)
{
	byte word, faults = FAULTS;
	bool same;

end:	do
	:: faults -> faults--; fault()
	:: told[me] -> serve()
	od
}

init
{
	atomic {
		run home();
		run core(1);
		run core(2)
	}
}
