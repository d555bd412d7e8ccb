/* inbox.pml - model of a core's inbox: send, doorbell, and going away
 * SPDX-License-Identifier: MIT
 * Mirrors percpu/inbox.c, step names included. SENDERS cores send to one receiver, which listens in
 * its event loop, watches them for a while, runs a program (with system calls), or sleeps.
 * Memory is x86-TSO: a plain store goes to the core's FIFO buffer, a flush process moves it to
 * memory at any later time; a fence and a locked operation wait until the buffer is empty. Nobody else sees what is in the
 * buffer, so a core's stores are one step with the step before them.
 * I1 every message sent is received, once, in order
 * I2 the receiver never stays away for ever with a message for it
 * I3 a slot is not overwritten before it was read
 * Sender 0 sends leaves, sender 1 calls; with GROUP both send leaves and share a pending bit. The
 * other macros that begin with a verb plant one bug each; tests/spin/table lists them. */

#ifndef MESSAGES
#define MESSAGES 2
#endif
#ifndef CALLS
#define CALLS 1 /* system calls the program makes while the receiver is away */
#endif
#ifndef WATCHES
#define WATCHES 1 /* times that the receiver watches */
#endif
#define SENDERS  2
#define SLOTS    2
#define RECEIVER SENDERS /* its store buffer */

#define LEAF 0
#define CALL 1
#ifdef GROUP
#define BIT(sender)   1
#define CLASS(sender) LEAF
#else
#define BIT(sender)   (1 << (sender))
#define CLASS(sender) (sender)
#endif

#define LISTENING 0
#define AWAY      1

/* Words; slots with their labels and a head for each sender. */
#define SLOT(sender, index)  ((sender) * 5 + ((index) % SLOTS))
#define LABEL(sender, index) ((sender) * 5 + 2 + ((index) % SLOTS))
#define HEAD(sender)         ((sender) * 5 + 4)
#define ATTENTION            (SENDERS * 5)
#define WATCHED              (SENDERS * 5 + 1)
#define WORDS                (SENDERS * 5 + 2)

byte memory[WORDS];
chan buffer[SENDERS + 1] = [6] of { byte, byte };

/* Words that only locked operations change. */
byte pending[2];

bool interrupt; /* the doorbell, latched in the receiver's APIC */
byte received[SENDERS];

active [SENDERS + 1] proctype flush()
{
	byte word, value;

end:	do
	:: atomic { buffer[_pid]?word,value -> memory[word] = value; word = 0; value = 0 }
	od
}

inline store(core, word, value)
{
	buffer[core]!word,value
}

inline fence(core)
{
	empty(buffer[core])
}

/* A locked OR that says what was there before. */
inline locked_or(word, flag)
{
#ifdef DROP_SEND_ATOMIC
	d_step { empty(buffer[me]); old = word }
	word = old | flag
#else
	d_step { empty(buffer[me]); old = word; word = word | flag }
#endif
}

/* S4 and S5: say that there is something, and wake the receiver if nobody else has to. */
inline set_pending(class)
{
#ifdef DROP_FENCE_AFTER_PENDING
	attention = memory[ATTENTION];
	locked_or(pending[class], BIT(me));
#else
	locked_or(pending[class], BIT(me));
	attention = memory[ATTENTION];
#endif
	if
	:: old == 0 && attention == AWAY -> interrupt = true
	:: else
	fi;
	d_step { old = 0; attention = 0 }
}

proctype sender(byte me)
{
	byte tail, old, attention;

	do
	:: tail < MESSAGES ->
		atomic {
#ifndef IGNORE_FULL
			tail - memory[HEAD(me)] < SLOTS;
#endif
#ifdef DROP_RELEASE_LABEL
			store(me, LABEL(me, tail), tail + 1);
			store(me, SLOT(me, tail), tail + 1) /* S1 after S2 */
#else
			store(me, SLOT(me, tail), tail + 1) /* S1: message n holds n + 1 */
#endif
		}
#ifdef DROP_FENCE_AFTER_LABEL
		store(me, LABEL(me, tail), tail + 1);
#else
		d_step { empty(buffer[me]); memory[LABEL(me, tail)] = tail + 1 } /* S2 */
#endif
		tail++;
		if
		:: memory[WATCHED] & (1 << me)          /* S3 */
		:: true -> set_pending(CLASS(me))       /* it watches nobody, or has not been asked */
		fi
	:: else -> break
	od
}

inline empty_ring(from)
{
	do
	:: memory[LABEL(from, head[from])] == head[from] + 1 ->
#ifdef DROP_RELEASE_HEAD
		store(RECEIVER, HEAD(from), head[from] + 1);
		fence(RECEIVER);
#endif
		atomic {
			assert(memory[SLOT(from, head[from])] == head[from] + 1); /* I1, I3 */
#ifndef DROP_RELEASE_HEAD
			store(RECEIVER, HEAD(from), head[from] + 1);
#endif
			head[from] = head[from] + 1;
			received[from] = head[from]
		}
	:: else -> break
	od
}

/* R1: take all bits, leave none. */
inline take_pending(class)
{
#ifdef DROP_RECEIVE_ATOMIC
	d_step { empty(buffer[RECEIVER]); bits = pending[class] }
	pending[class] = 0
#else
	d_step { empty(buffer[RECEIVER]); bits = pending[class]; pending[class] = 0 }
#endif
}

inline drain_class(class)
{
#ifdef CLEAR_PENDING_LATE
	bits = pending[class];
#else
	take_pending(class);
#endif
	do
	:: from < SENDERS ->
		if
		:: bits & BIT(from) ->
			if
			:: CLASS(from) == class -> empty_ring(from);
#ifdef TAKE_ONE_OF_GROUP
				break
#endif
			:: else
			fi
		:: else
		fi;
		from++
	:: else -> break
	od;
#ifdef CLEAR_PENDING_LATE
	take_pending(class);
#endif
	bits = 0;
	from = 0
}

inline empty_watched(class)
{
	do
	:: watching && from < SENDERS ->
		if
		:: CLASS(from) == class -> empty_ring(from)
		:: else
		fi;
		from++
	:: else -> break
	od;
	from = 0
}

#define HAS_SENT(from) (memory[LABEL(from, head[from])] == head[from] + 1)

/* W2 to W4. */
inline stop_watching()
{
#ifdef DROP_FENCE_UNWATCH
	store(RECEIVER, WATCHED, 0);
#else
	d_step { empty(buffer[RECEIVER]); memory[WATCHED] = 0 }
#endif
#ifndef SKIP_LOOK_ONCE_MORE
	do
	:: from < SENDERS ->
		if
		:: HAS_SENT(from) -> d_step { empty(buffer[RECEIVER]); pending[CLASS(from)] = pending[CLASS(from)] | BIT(from) }
		:: else
		fi;
		from++
	:: else -> break
	od;
	from = 0;
#endif
	watching = false
}

/* From class to last; the event loop takes both, a system call leaves only. */
inline drain(last)
{
	do
	:: class <= last -> drain_class(class); empty_watched(class); class++
	:: else -> break
	od;
	class = LEAF
}

proctype receiver()
{
	byte head[SENDERS];
	byte from, bits, calls, class, watches;
	bool watching;

listen:	do
	:: pending[LEAF] || pending[CALL] -> drain(CALL)
	:: watching && (HAS_SENT(0) || HAS_SENT(1)) -> drain(CALL)
	:: !pending[LEAF] && !pending[CALL] -> break
	od;
	if
	:: atomic { !watching && watches < WATCHES -> store(RECEIVER, WATCHED, (1 << SENDERS) - 1); watching = true; watches++ }; goto listen /* W1 */
#ifndef LEAVE_WATCHING
	:: watching -> stop_watching()
#endif
	:: !watching
#ifdef LEAVE_WATCHING
	:: watching -> watching = false
#endif
	fi;
	store(RECEIVER, ATTENTION, AWAY); /* A1 */
#ifndef DROP_FENCE_AWAY
	fence(RECEIVER);                  /* A2 */
#endif
#ifndef SKIP_RECHECK_LEAVES
	if                                /* A3 */
	:: atomic { pending[LEAF] -> store(RECEIVER, ATTENTION, LISTENING) }; goto listen
	:: else
	fi;
#endif
#ifndef SKIP_RECHECK_CALLS
	if
	:: atomic { pending[CALL] -> store(RECEIVER, ATTENTION, LISTENING) }; goto listen
	:: else
	fi;
#endif
#ifdef OPEN_INTERRUPTS_BEFORE_HALT
	if
	:: interrupt -> interrupt = false /* the handler only acknowledges; the halt comes after it */
	:: true
	fi;
#endif
end_away:                                 /* A4: asleep, or in a program with interrupts on */
	do
	:: atomic { interrupt -> interrupt = false; store(RECEIVER, ATTENTION, LISTENING) };
		goto listen
	:: calls < CALLS ->               /* a system call looks, and leaves attention as it is */
		calls++;
#ifdef LISTEN_IN_CALL
		store(RECEIVER, ATTENTION, LISTENING);
#endif
		if
		:: true -> drain(LEAF)
		:: true -> drain(CALL)
		fi
	od
}

init
{
	atomic {
		run sender(0);
		run sender(1);
		run receiver()
	}
	timeout;
	assert(received[0] == MESSAGES && received[1] == MESSAGES); /* I1, I2 */
	assert(pending[LEAF] == 0 && pending[CALL] == 0)
}
