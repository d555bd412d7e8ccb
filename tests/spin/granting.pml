/* granting.pml - model of granting an object's page, taking it back, and the ends of those who have it
 * SPDX-License-Identifier: MIT
 * Mirrors kernel/memory/object.c, vspace_grant and vspace_revoke (change.c), vspace_release, copy_must_wait, the event loop (events.c), and how
 * services/linux holds a space: native_calls.c and hold_space in process.c. Steps H and V are vspace.h's. Core 0 is the home of one object;
 * its maker, space M, runs there, grants it, takes it back, ends it, or ends itself. T is a space of core 1's with threads on
 * cores 1 and 2 that load from the page. U is one of core 2's that has the page and does not touch it. The processes of T and U have
 * their home on core 2, and end when they like.
 * Calls of one core arrive in order, and of two cores in any. Becoming a holder is one step here (holders.pml has it in full); what a
 * bulletin does is in bulletin.pml, and copies of spaces are in copying.pml. All that is shared is written by locked operations, or
 * published by a message: no store buffers are needed.
 * I1 nobody maps the page when it has been taken back from its space; nor when its frame is free, but for a space that is coming to its
 *    end, and in which nobody runs
 * I2 nobody touches a space that is free
 * I3 each record, frame and space is given back once, and in the end none is left
 * I4 all come to their end
 * tests/spin/table lists the planted bugs. */

#ifndef ACCESSES
#define ACCESSES 1
#endif
#ifndef CALLS
#define CALLS 2
#endif
#ifndef MAKER_HOME
#define MAKER_HOME 1
#endif

#define CORES    3
#define SPACES   3
#define M        0
#define T        1
#define U        2
#define NOBODY   7
#define BIT(n)   (1 << (n))
#define HOME(space) ((space) == M -> MAKER_HOME : (space))

/* The page's slot in a space. */
#define EMPTY   0
#define PRESENT 1
#define RETIRED 2

/* What a bulletin is about: enum shootdown. */
#define FORGET  1
#define DESTROY 2

mtype = { SPACE, HOLD, RELEASE, DONE };
mtype = { GRANT, REVOKE, DESTROY_OBJECT, NOTHING };

byte slot[SPACES], holders[SPACES], members[SPACES], users[SPACES] = 1;
byte mapped[CORES];        /* spaces in which a core maps the page */
bool freed[SPACES];        /* ghost */
bool alive[SPACES];        /* its process, which has threads */

/* Core 0's: the object, who has it. */
byte records;              /* spaces, as a mask */
bool linked;               /* the object is found */
byte owner = NOBODY;
bool orphaned;
bool frame_used;           /* ghost */
byte changing = NOBODY, waits = NOBODY;

/* Between cores. */
chan call[9] = [2] of { mtype, byte }; /* CALL(to, from) */
bool posted[9];                        /* POSTED(to, from) */
byte about[CORES], what[CORES], acknowledged[CORES];
byte answer;               /* of LINUX_SPACE, to core 0 */
byte late_hold = NOBODY;

#define CALL(to, from)   call[(to) * CORES + (from)]
#define POSTED(to, from) posted[(to) * CORES + (from)]
#define ASKED            (POSTED(me, 0) || POSTED(me, 1) || POSTED(me, 2))

#define MAPPED (mapped[0] | mapped[1] | mapped[2])
#define USED   ((users[M] -> BIT(M) : 0) | (users[T] -> BIT(T) : 0) | (users[U] -> BIT(U) : 0))

#define touch(space) assert(!freed[space]) /* I2 */

inline forget_record(space)
{
	assert(records & BIT(space));                             /* I3 */
	records = records & ~BIT(space)
}

/* objects_forget, and the end of the view. */
inline forget_space(space)
{
	mapped[me] = mapped[me] & ~BIT(space);
	if
	:: me == 0 && linked ->
		if
		:: records & BIT(space) -> forget_record(space)
		:: else
		fi;
		if
		:: owner == space -> owner = NOBODY; orphaned = true
		:: else
		fi
	:: else
	fi
}

/* The handler of a bulletin: V1, V2. */
inline serve()
{
	d_step {
		if
		:: POSTED(me, 0) -> from = 0
		:: POSTED(me, 1) -> from = 1
		:: POSTED(me, 2) -> from = 2
		fi;
		POSTED(me, from) = false;
		if
		:: what[from] == DESTROY -> forget_space(about[from])
		:: else -> mapped[me] = mapped[me] & ~BIT(about[from])
		fi;
		if
#ifndef ACKNOWLEDGE_IN_CHANGE
		:: what[from] == DESTROY && me == 0 && changing == about[from] -> waits = from
		:: else -> acknowledged[from]++
#else
		:: true -> acknowledged[from]++
#endif
		fi;
		from = 0
	}
}

#ifdef WAIT_DEAF
#define SERVE
#else
#define SERVE :: ASKED -> serve()
#endif

/* inbox_ask_all of a mask of cores. */
inline ask(cores, space, matter)
{
	d_step {
		acknowledged[me] = 0;
		expected = 0;
		about[me] = space;
		what[me] = matter;
		other = 0;
		do
		:: other < CORES ->
			if
			:: other != me && (cores) & BIT(other) -> POSTED(other, me) = true; expected++
			:: else
			fi;
			other++
		:: else -> break
		od;
		other = 0
	}
#ifdef FREE_BEFORE_ACKNOWLEDGE
	if
	:: matter == FORGET -> expected = 0
	:: else
	fi;
#endif
	do
	:: atomic {
		expected == 0 || acknowledged[me] == expected ->
		acknowledged[me] = 0; about[me] = 0; what[me] = 0
	   }
		break
	SERVE
	od;
	expected = 0
}

/* Its home: a user's end. */
inline release(space)
{
	atomic { touch(space); assert(users[space]); users[space]-- }
	if
	:: !users[space] ->
		d_step { told = members[space]; forget_space(space) };
		ask(told, space, DESTROY);
		d_step {
			told = 0;
			touch(space);                             /* I3 */
			assert(!(MAPPED & BIT(space)));
			freed[space] = true;
			slot[space] = EMPTY; holders[space] = 0; members[space] = 0 /* nobody reads them any more */
		}
	:: else
	fi
}

/* kernel_vspace_release. */
inline give_up(space)
{
	if
	:: HOME(space) == me -> release(space)
	:: else -> CALL(HOME(space), me)!RELEASE, space
	fi
}

inline keep_out(space)
{
	d_step {
		touch(space);
#ifndef NO_MEMBER
		members[space] = members[space] | BIT(me);
#endif
		changing = space
	}
}

inline let_in()
{
	d_step {
		changing = NOBODY;
		if
		:: waits != NOBODY -> acknowledged[waits]++; waits = NOBODY
		:: else
		fi
	}
}

inline add_grant(space)
{
	keep_out(space);
	d_step { touch(space); assert(slot[space] == EMPTY); slot[space] = PRESENT; holders[space] = 0 };
	atomic { let_in(); records = records | BIT(space) }
}

inline revoke(space)
{
	keep_out(space);
#ifdef READ_HOLDERS_FIRST
	told = holders[space];
#endif
	d_step {
		touch(space);
		assert(slot[space] == PRESENT);
		slot[space] = (holders[space] & ~BIT(me) -> RETIRED : EMPTY) /* H1; nobody else has it: at once */
	}
	d_step {
		touch(space);
#ifndef READ_HOLDERS_FIRST
		told = holders[space];                            /* H2 */
#endif
		mapped[me] = mapped[me] & ~BIT(space)
	}
#ifndef SKIP_HOLDERS
	ask(told, space, FORGET);                                 /* H3, H4 */
#endif
	d_step {
		told = 0;
		touch(space);
		slot[space] = EMPTY;                              /* H5 */
		holders[space] = 0;
		assert(!(MAPPED & BIT(space))) /* I1 */
	}
	let_in()
}

inline end_grant(space)
{
#ifndef RECORD_LAST
	d_step { forget_record(space) };
	revoke(space)
#else
	revoke(space);
	forget_record(space)
#endif
}

inline destroy()
{
	d_step {
		owner = NOBODY;
#ifdef UNLINK_FIRST
		linked = false;
#endif
		skip
	}
	do
	:: records & BIT(M) -> end_grant(M)
	:: records & BIT(T) -> end_grant(T)
	:: records & BIT(U) -> end_grant(U)
	:: else -> break
	od;
	atomic {
		linked = false;
		assert(frame_used && !(MAPPED & USED));            /* I1, I3 */
		frame_used = false
	}
}

/* A load, or the fault before it. */
inline load(space)
{
	d_step {
		touch(space);
		if
		:: slot[space] == PRESENT -> holders[space] = holders[space] | BIT(me); mapped[me] = mapped[me] | BIT(space)
		:: else
		fi
	}
}

/* LINUX_SPACE, from core 0. */
inline hold(space)
{
	if
	:: alive[space] ->
#ifdef HOLD_LATE
		late_hold = space;
#else
		send_hold(space);
#endif
		answer = 1                                        /* a leaf, which overtakes what was sent before */
	:: else -> answer = 2
	fi
}

inline send_hold(space)
{
	if
	:: HOME(space) == me -> touch(space); users[space]++
	:: else -> CALL(HOME(space), me)!HOLD, space
	fi
}

inline handle()
{
	if
	:: message == SPACE -> hold(which)
	:: atomic { message == HOLD -> touch(which); users[which]++ }
	:: message == RELEASE -> release(which)
	:: message == DONE -> give_up(which)
	fi;
	atomic { which = 0; message = RELEASE }
}

/* Cores 1 and 2: the event loop, and the threads of T. */
proctype core(byte me)
{
	byte from, expected, other, told, which, accesses = ACCESSES;
	mtype message = RELEASE;

end:	do
	:: ASKED -> serve()
	:: CALL(me, 0)?message, which -> handle()
	:: me == 1 && nempty(CALL(1, 2)) -> CALL(1, 2)?message, which; handle()
	:: atomic { alive[T] && accesses -> accesses--; load(T) }
	:: atomic { me == 2 && alive[T] -> alive[T] = false; give_up(T) }
	:: me == 2 && alive[U] -> alive[U] = false; give_up(U)
#ifdef HOLD_LATE
	:: me == 2 && late_hold != NOBODY -> send_hold(late_hold); late_hold = NOBODY
#endif
	od
}

inline ask_for(operation, space)
{
	atomic {
		calls--;
		wish = operation;
		target = space;
		CALL(2, 0)!SPACE, space
	}
}

/* Back in native_calls.c: the space is held. */
inline go_on()
{
	if
	:: wish == GRANT && linked && !(records & BIT(target)) -> add_grant(target)
	:: wish == REVOKE && linked && records & BIT(target) -> end_grant(target)
	:: else
	fi;
#ifdef RELEASE_FROM_CALLER
	CALL(HOME(target), me)!RELEASE, target
#else
	CALL(2, me)!DONE, target
#endif
}

/* The maker's thread goes on until it waits for an answer. */
inline run_maker()
{
	if
	:: wish != NOTHING ->
		if
		:: answer == 1 -> go_on()
		:: else
		fi;
		atomic { wish = NOTHING; target = 0; answer = 0 }
	:: wish == NOTHING && calls && linked -> ask_for(GRANT, T)
	:: wish == NOTHING && calls && linked -> ask_for(GRANT, U)
	:: wish == NOTHING && calls && linked && records & BIT(T) -> ask_for(REVOKE, T)
	:: wish == NOTHING && linked && !mapped[0] -> load(M)
	:: wish == NOTHING && linked -> destroy()
	:: wish == NOTHING -> alive[M] = false; give_up(M)
	fi
}

#define RUNNABLE (alive[M] && (wish == NOTHING || answer))

#ifdef SLEEP_WITH_ORPHANS
#define MAY_NOT_LEAVE (ASKED || RUNNABLE)
#else
#define MAY_NOT_LEAVE (ASKED || RUNNABLE || orphaned)
#endif

/* Core 0: events.c. */
proctype object_home()
{
	byte me = 0, from, expected, other, told, target, calls = CALLS;
	mtype wish = NOTHING;

	add_grant(M);                                             /* object_create */
end:	do
	:: atomic {
		MAY_NOT_LEAVE ->
		do
		:: ASKED -> serve()
		:: else -> break
		od }
		if
		:: atomic { orphaned -> orphaned = false }
#ifndef NOBODY_COLLECTS
			destroy()
#endif
		:: else
		fi;
		if
		:: RUNNABLE -> run_maker()
		:: else
		fi
	od
}

init
{
	atomic {
		alive[M] = true;
		alive[T] = true;
		alive[U] = true;
		members[M] = BIT(0);
		members[T] = BIT(1) | BIT(2);
		members[U] = BIT(2);
		linked = true;
		owner = M;
		frame_used = true;
		run object_home();
		run core(1);
		run core(2)
	}
	timeout;
	assert(freed[M] && freed[T] && freed[U]);                 /* I3, I4 */
	assert(!records && !linked && !frame_used && !orphaned);
	assert(changing == NOBODY && waits == NOBODY)
}
