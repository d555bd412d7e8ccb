/* duplex.pml - model of two cores that connect to and call each other, both ways at once
 * SPDX-License-Identifier: MIT
 * Mirrors percpu/inbox.c, percpu/doorbell.c and the request and reply of ipc/. Each core sends
 * REQUESTS requests, CREDIT of them unanswered at most, from its kernel loop or from a system
 * call of its program, and answers the other's at once while it drains. Memory is x86-TSO as in
 * inbox.pml, which holds the mutations of the single steps.
 * I1 every request is answered, once; messages arrive in order
 * I2 no core stays away for ever with a message or a connect request for it
 * I3 a request and a reply always find a free slot: it was reserved with the request
 * I4 two cores that wait for each other's ring do not wait for ever
 * tests/spin/table lists the planted bugs. */

#ifndef REQUESTS
#define REQUESTS 2
#endif
#define CREDIT 1
#define SLOTS  (2 * CREDIT) /* for my requests, and for my replies to yours */

#define LISTENING 0
#define AWAY      1

#define REQUEST 0
#define REPLY   1

/* Plainly stored words of each core: the ring it receives from, and its attention. */
#define SLOT(core, index) ((core) * 6 + ((index) % SLOTS))
#define TAIL(core)        ((core) * 6 + 2)
#define HEAD(core)        ((core) * 6 + 3)
#define RING(core)        ((core) * 6 + 4)
#define ATTENTION(core)   ((core) * 6 + 5)

#define OTHER (1 - me)

byte memory[12];
chan buffer[2] = [4] of { byte, byte };
bool pending[2], connect[2], interrupt[2];
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

inline announce(flag)
{
	d_step { empty(buffer[me]); old = flag; flag = true };
	if
	:: !old && memory[ATTENTION(OTHER)] == AWAY -> interrupt[OTHER] = true
	:: else
	fi
}

inline serve_connect()
{
	d_step { connect[me] && empty(buffer[me]); connect[me] = false };
	store(TAIL(me), 0);
	store(HEAD(me), 0);
	store(RING(me), 1);
	known = true
}

/* Waits for the other's ring; whoever waits goes on giving out its own. */
inline connect_once()
{
	if
	:: !connected ->
		announce(connect[OTHER]);
		do
		:: memory[RING(OTHER)] == 1 -> break
#ifndef WAIT_DEAF
		:: connect[me] -> serve_connect()
#endif
		od;
		connected = true
	:: else
	fi
}

inline send(kind)
{
	connect_once();
	assert(tail - memory[HEAD(OTHER)] < SLOTS); /* I3 */
	store(SLOT(OTHER, tail), (tail + 1) * 2 + kind);
	store(TAIL(OTHER), tail + 1);
	tail++;
	announce(pending[OTHER])
}

inline free_slot()
{
	head++;
	store(HEAD(me), head)
}

inline drain()
{
	if
	:: connect[me] -> serve_connect()
	:: else
	fi;
	d_step { empty(buffer[me]); old = pending[me]; pending[me] = false };
	do
	:: old && known && head != memory[TAIL(me)] ->
		message = memory[SLOT(me, head)];
		assert(message / 2 == head + 1); /* I1 */
#ifndef FREE_SLOT_AFTER_REPLY
		free_slot();
#endif
		if
		:: message % 2 == REQUEST -> send(REPLY); old = true
		:: else -> d_step { assert(unanswered > 0); unanswered--; answered[me] = answered[me] + 1 }
		fi;
#ifdef FREE_SLOT_AFTER_REPLY
		free_slot();
#endif
		message = 0
	:: else -> break
	od;
	old = false
}

#define MAY_ASK (unsent > 0 && unanswered < LIMIT)
#ifdef IGNORE_CREDIT
#define LIMIT REQUESTS
#else
#define LIMIT CREDIT
#endif

inline ask()
{
	d_step { unsent--; unanswered++ };
	send(REQUEST)
}

proctype core(bool me)
{
	byte head, tail, message, unanswered;
	byte unsent = REQUESTS;
	bool old, known, connected;

listen:	drain();
	if
	:: MAY_ASK -> ask(); goto listen
	:: true
	fi;
	store(ATTENTION(me), AWAY);      /* A1 */
	empty(buffer[me]);               /* A2 */
	if                               /* A3 */
	:: pending[me] -> store(ATTENTION(me), LISTENING); goto listen
	:: else
	fi;
	if
	:: connect[me] -> store(ATTENTION(me), LISTENING); goto listen
	:: else
	fi;
end_away:
	do
	:: atomic { interrupt[me] -> interrupt[me] = false };
		store(ATTENTION(me), LISTENING);
		goto listen
	:: MAY_ASK -> ask()              /* a system call */
	od
}

init
{
	atomic {
		run core(0);
		run core(1)
	}
	timeout;
	assert(answered[0] == REQUESTS && answered[1] == REQUESTS); /* I1, I2, I4 */
	assert(!pending[0] && !pending[1] && !connect[0] && !connect[1])
}
