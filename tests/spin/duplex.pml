/* duplex.pml - model of two cores that call each other, both ways at once
 * SPDX-License-Identifier: MIT
 * Mirrors percpu/inbox.c, kernel/entry/events.c and ipc/call.c. Each core makes REQUESTS calls, from its event loop
 * or from system calls of its program. A request that finds its ring full goes to the backlog; a
 * reply is a leaf and waits for room, serving leaves. Rings have one slot, so both happen. Memory is
 * x86-TSO as in inbox.pml, which holds the mutations of the single steps and says why stores are no steps of their own.
 * With NOTIFY no reply is owed, and to arrive counts as answered.
 * I1 every request is answered, once; messages of a class arrive in order
 * I2 no core stays away for ever with a message or a backlog
 * I3 two cores that wait for room in each other's ring do not wait for ever
 * A core with a backlog polls, or has its timer armed: either looks at the backlog again in the end,
 * so here it simply waits for room. tests/spin/table lists the planted bugs. */

#ifndef REQUESTS
#define REQUESTS 2
#endif

#define LISTENING 0
#define AWAY      1

#define LEAF 0
#define CALL 1

/* Plainly stored words of each core: the two rings it receives from, its attention. */
#define SLOT(core, class) ((core) * 7 + (class))
#define TAIL(core, class) ((core) * 7 + 2 + (class))
#define HEAD(core, class) ((core) * 7 + 4 + (class))
#define ATTENTION(core)   ((core) * 7 + 6)

#define OTHER (1 - me)
#define HAS_ROOM(class) (tail[class] == memory[HEAD(OTHER, class)])

byte memory[14];
chan buffer[2] = [4] of { byte, byte };
bool pending[4], interrupt[2]; /* pending by PENDING() */
#define PENDING(core, class) pending[(core) * 2 + (class)]
byte answered[2];

active [2] proctype flush()
{
	byte word, value;

end:	do
	:: atomic { buffer[_pid]?word,value -> memory[word] = value; word = 0; value = 0 }
	od
}

inline store(word, value)
{
	buffer[me]!word,value
}

inline set_pending(class)
{
	d_step { empty(buffer[me]); old = PENDING(OTHER, class); PENDING(OTHER, class) = true };
	if
	:: !old && memory[ATTENTION(OTHER)] == AWAY -> interrupt[OTHER] = true
	:: else
	fi;
	old = false
}

/* Leaves: replies. They send nothing. */
inline serve_leaves()
{
	d_step { empty(buffer[me]); PENDING(me, LEAF) = false };
	do
	:: head[LEAF] != memory[TAIL(me, LEAF)] ->
		atomic {
			assert(memory[SLOT(me, LEAF)] == head[LEAF] + 1); /* I1 */
			head[LEAF]++;
			store(HEAD(me, LEAF), head[LEAF]);
			answered[me]++
		}
	:: else -> break
	od
}

#ifdef WAIT_DEAF
#define SERVE
#else
#define SERVE :: PENDING(me, LEAF) -> serve_leaves()
#endif

inline enqueue(class)
{
	atomic {
		tail[class]++;
		store(SLOT(OTHER, class), tail[class]);
		store(TAIL(OTHER, class), tail[class])
	}
	set_pending(class)
}

inline reply()
{
	do
	:: HAS_ROOM(LEAF) -> break
	SERVE
	od;
	enqueue(LEAF)
}

inline serve_calls()
{
	d_step { empty(buffer[me]); PENDING(me, CALL) = false };
	do
	:: head[CALL] != memory[TAIL(me, CALL)] ->
		atomic {
			assert(memory[SLOT(me, CALL)] == head[CALL] + 1); /* I1 */
			head[CALL]++;
			store(HEAD(me, CALL), head[CALL])
		}
#ifdef NOTIFY
		answered[OTHER]++
#else
		reply()
#endif
	:: else -> break
	od
}

/* From the running program, or from the event loop. */
inline request()
{
	unasked--;
#ifdef CALL_WAITS_FOR_ROOM
	do
	:: HAS_ROOM(CALL) -> break
	SERVE
	od;
#endif
	if
	:: !backlog && HAS_ROOM(CALL) -> enqueue(CALL)
	:: else -> backlog++
	fi
}

proctype core(bool me)
{
	byte head[2], tail[2], backlog;
	byte unasked = REQUESTS;
	bool old;

listen:	do
	:: PENDING(me, LEAF) -> serve_leaves()
	:: PENDING(me, CALL) -> serve_calls()
	:: !PENDING(me, LEAF) && !PENDING(me, CALL) -> break
	od;
	do
	:: backlog && HAS_ROOM(CALL) -> enqueue(CALL); backlog--
	:: else -> break
	od;
	if
	:: unasked -> request(); goto listen
	:: true
	fi;
#ifndef SLEEP_WITH_BACKLOG
	if
	:: backlog -> HAS_ROOM(CALL) || PENDING(me, LEAF) || PENDING(me, CALL); goto listen
	:: else
	fi;
#endif
	store(ATTENTION(me), AWAY);      /* A1 */
	empty(buffer[me]);               /* A2 */
	if                               /* A3 */
	:: atomic { PENDING(me, LEAF) || PENDING(me, CALL) -> store(ATTENTION(me), LISTENING) }; goto listen
	:: else
	fi;
end_away:
	do
	:: atomic { interrupt[me] -> interrupt[me] = false; store(ATTENTION(me), LISTENING) };
		goto listen
	:: unasked -> request();         /* a system call */
		if
		:: backlog -> store(ATTENTION(me), LISTENING); goto listen /* the timer */
		:: else
		fi
	od
}

init
{
	atomic {
		run core(0);
		run core(1)
	}
	timeout;
	assert(answered[0] == REQUESTS && answered[1] == REQUESTS); /* I1, I2, I3 */
	assert(!PENDING(0, LEAF) && !PENDING(0, CALL) && !PENDING(1, LEAF) && !PENDING(1, CALL))
}
