/* opens.pml - model of a file that is unlinked while cores open and close it
 * SPDX-License-Identifier: MIT
 * Mirrors steps U, O and C of services/fs/inode.h. Core 0 is the file's home. Each core counts what is open there; a store goes into the core's store buffer
 * first and reaches memory later, which a fence waits for. A release is a request that the home serves; one unlinks. The
 * unlinker's own release comes last: until then others' releases leave the file to it.
 * I1 a file that somebody uses is there
 * I2 in the end the file is gone
 * tests/spin/table lists the planted bugs. */

#ifndef CORES
#define CORES 3
#endif

byte count[CORES];    /* memory */
byte pending[CORES];  /* store buffer: 0 nothing, else the count that will be there, and 1 */
bool link = 1;
bool link_pending;    /* the home's store of link = 0 is in its buffer */
bool gone;
bool busy;            /* the home's monitor */
byte open;            /* what it has counted */
bool unlinker_waits;  /* U is not over */
byte using[CORES];
byte done;

/* A store buffer empties at any time. */
active proctype buffers()
{
	byte i;

end:	do
	:: atomic { pending[0] > 0 -> count[0] = pending[0] - 1; pending[0] = 0 }
	:: atomic { pending[1] > 0 -> count[1] = pending[1] - 1; pending[1] = 0 }
#if CORES > 2
	:: atomic { pending[2] > 0 -> count[2] = pending[2] - 1; pending[2] = 0 }
#endif
	:: atomic { link_pending -> link = 0; link_pending = 0 }
	od
}

/* The home serves a release, its own or another core's, one at a time: it is a monitor. It sees its own store before others do. */
inline release(unlinker)
{
	atomic { !busy -> busy = 1 };
	if
	:: gone || (link && !link_pending) -> skip
	:: else ->
		if
		:: !unlinker && unlinker_waits -> skip
		:: unlinker || !unlinker_waits ->
			open = count[0];
			open = open + count[1];
#if CORES > 2
			open = open + count[2];
#endif
			if
			:: open == 0 -> gone = 1
			:: else -> skip
			fi;
			open = 0;
#ifndef KEEP_WAITING
			if
			:: unlinker -> unlinker_waits = 0
			:: else -> skip
			fi
#endif
		fi
	fi;
	busy = 0
}

inline close_file(me)
{
	atomic { pending[me] = 1; }                 /* C1: count down to 0 */
#ifndef SKIP_FENCE_C
	pending[me] == 0;                            /* C2 */
#endif
	if
	:: link == 0 -> release(0)                   /* C3 */
	:: else -> skip
	fi
}

proctype opener(byte me)
{
	bool seen;

#ifdef CHECK_FIRST
	seen = link && !gone;
#endif
	pending[me] = 2;                             /* O1: one is open here */
#ifndef SKIP_FENCE_O
	pending[me] == 0;                            /* O2 */
#endif
#ifndef CHECK_FIRST
	seen = link && !gone;                        /* O3 */
#endif
	if
	:: seen ->
		using[me] = 1;
		assert(!gone);                       /* I1 */
		using[me] = 0
	:: else -> skip
	fi;
	close_file(me);
	done++
}

proctype unlinks()
{
	unlinker_waits = 1;
	link_pending = 1;                            /* U1 */
#ifndef SKIP_FENCE_U
	!link_pending;                               /* U2 */
#endif
	/* The entry goes, elsewhere. */
	release(1);                                  /* U3 */
	done++
}

init
{
	byte each;

	atomic {
		run unlinks();
		each = 0;
		do
		:: each < CORES -> run opener(each); each++
		:: else -> break
		od
	}
	done == CORES + 1;
	assert(gone);                                /* I2 */
}

/* While somebody uses it. */
active proctype watch()
{
end:	do
	:: atomic { gone && (using[0] || using[1] || using[CORES - 1]) -> assert(0) }
	od
}
