/* bulletin.pml - model of one leaf for several cores, that they read in the sender's mailbox
 * SPDX-License-Identifier: MIT
 * Mirrors inbox_ask_all and read_bulletin of percpu/inbox.c. A core posts ROUNDS bulletins to two readers that share a pending bit, and
 * waits for both answers each time; the readers drain when they see the bit, and are woken as inbox.pml shows.
 * Memory is x86-TSO as in inbox.pml: the bulletin is a plain store, bits and answers are locked.
 * I1 a reader handles each bulletin once, and finds it whole
 * I2 the sender gets all answers
 * tests/spin/table lists the planted bugs. */

#ifndef ROUNDS
#define ROUNDS 3
#endif
#define READERS 2

byte bulletin;              /* its content: the round's number */
chan buffer = [2] of { byte }; /* the sender's store buffer: contents of the bulletin */
bool posted[READERS];       /* in the reader's mailbox: the sender's bit */
bool pending[READERS];
byte acknowledged;
byte handled[READERS];

active proctype flush()
{
	byte value;

end:	do
	:: atomic { buffer?value -> bulletin = value; value = 0 }
	od
}

#define LOCKED(what) d_step { empty(buffer); what }

inline post(reader)
{
#ifdef PENDING_BEFORE_POSTED
	LOCKED(pending[reader] = true);
	LOCKED(posted[reader] = true);
#else
#ifdef DROP_FENCE_BEFORE_POSTED
	posted[reader] = true;
	pending[reader] = true;
#else
	LOCKED(posted[reader] = true);
	LOCKED(pending[reader] = true); /* S4 */
#endif
#endif
}

active proctype sender()
{
	byte round;

	do
	:: round < ROUNDS ->
		round++;
		acknowledged = 0;
		buffer!round;
		post(0);
		post(1);
#ifndef DROP_WAIT
		acknowledged == READERS; /* I2 */
#endif
	:: else -> break
	od
}

inline handle()
{
	assert(bulletin == handled[me] + 1); /* I1 */
	handled[me]++;
}

active [READERS] proctype reader()
{
	byte me = _pid - 2;

end:	do
	:: d_step { pending[me] -> pending[me] = false }; /* R1 */
		if
		:: posted[me] -> /* R2 */
#ifdef CLEAR_AFTER_ANSWER
			handle();
			acknowledged++;
			posted[me] = false
#else
			posted[me] = false;
			handle();
			acknowledged++
#endif
		:: else
		fi
	od
}

init
{
	timeout;
	assert(handled[0] == ROUNDS && handled[1] == ROUNDS)
}
