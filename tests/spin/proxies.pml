/* proxies.pml - model of two cores' replicas of one service that call each other
 * SPDX-License-Identifier: MIT
 * Mirrors ipc/remote.h, ipc/proxy.h and ipc/monitor.h: stacks, proxies and doors, without messages, which other models have. On each core PROGRAMS
 * programs call the service of their core, which may call its replica on the other one, and so on, DEEP times at most; what comes from there
 * is served by a proxy. FROM_ELSEWHERE, the programs are on other cores. One is inside a replica at a time; who waits for the other core lets go of that and keeps its stack.
 * Calls are told apart by how often they may still be handed on, and otherwise counted: who is DEEP is a program's, all others are the other core's.
 * I1 everybody gets an answer: nobody waits for ever
 * I2 all stacks and proxies come back */
#ifndef PROGRAMS
#define PROGRAMS 2
#endif
#ifndef STACKS
#define STACKS 2 /* beside the kept one */
#endif
#ifndef DEEP
#define DEEP 3
#endif
#ifdef FEW_PROXIES
#define PROXIES STACKS
#else
#define PROXIES (STACKS + 1)
#endif
#define CALL(core, left) ((core) * (DEEP + 1) + (left))
#define OTHER            CALL(1 - core, left - 1)
#define CALLER           CALL(1 - core, left + 1)
#ifdef KEEP_MONITOR
#define MAY_LEAVE        (!asleep[CALL(core, left)] && !awake[CALL(core, left)])
#else
#define MAY_LEAVE        true
#endif
#ifdef FROM_ELSEWHERE
#define BY_PROXY         true
#else
#define BY_PROXY         (left < DEEP)
#endif
#define CALLS            (2 * (DEEP + 1))
#define NOBODY           255

byte stacks[2] = STACKS, proxies[2] = PROXIES;
bool kept[2] = true;
byte inside[2] = NOBODY; /* its `left` */
bool on_kept[2], done[2];
byte asked[CALLS], at_door[CALLS], asleep[CALLS], awake[CALLS];
byte over;

/* What calls of one kind may do, on one core. */
proctype calls(byte core, left)
{
end:	do
	:: atomic { asked[CALL(core, left)] && proxies[core] -> asked[CALL(core, left)]--; proxies[core]--; at_door[CALL(core, left)]++ }
	:: atomic { at_door[CALL(core, left)] && inside[core] == NOBODY && stacks[core] ->
		at_door[CALL(core, left)]--; stacks[core]--; inside[core] = left }
#ifndef NO_KEPT_STACK
	:: atomic { at_door[CALL(core, left)] && inside[core] == NOBODY && !stacks[core] && kept[core] && BY_PROXY ->
		at_door[CALL(core, left)]--; kept[core] = false; on_kept[core] = true; inside[core] = left }
#endif
#ifdef CALL_FROM_KEPT_STACK
	:: atomic { inside[core] == left && left && !done[core] ->
		on_kept[core] = false; /* it keeps that stack */
#else
	:: atomic { inside[core] == left && left && !done[core] && !on_kept[core] -> /* else BUSY */
#endif
		asked[OTHER]++; asleep[CALL(core, left)]++;
#ifndef KEEP_MONITOR
		inside[core] = NOBODY
#else
		done[core] = true
#endif
		}
#ifdef KEEP_MONITOR
	:: atomic { awake[CALL(core, left)] && inside[core] == left -> awake[CALL(core, left)]-- }
#else
	:: atomic { awake[CALL(core, left)] && inside[core] == NOBODY -> awake[CALL(core, left)]--; inside[core] = left; done[core] = true }
#endif
	:: atomic { inside[core] == left && MAY_LEAVE ->
		inside[core] = NOBODY; done[core] = false;
		if
		:: on_kept[core] -> on_kept[core] = false; kept[core] = true
		:: else -> stacks[core]++
		fi;
		if
		:: BY_PROXY -> proxies[core]++
		:: else
		fi;
		if
		:: left < DEEP -> asleep[CALLER]--; awake[CALLER]++
		:: else -> over++
		fi }
	od
}

init
{
	byte i;

	atomic {
		do
		:: i <= DEEP -> run calls(0, i); run calls(1, i); i++
		:: else -> break
		od;
#ifdef FROM_ELSEWHERE
		asked[CALL(0, DEEP)] = PROGRAMS;
		asked[CALL(1, DEEP)] = PROGRAMS
#else
		at_door[CALL(0, DEEP)] = PROGRAMS;
		at_door[CALL(1, DEEP)] = PROGRAMS
#endif
	}
	timeout;
	assert(over == 2 * PROGRAMS); /* I1 */
#ifndef CALL_FROM_KEPT_STACK /* here stacks are not told apart */
	assert(stacks[0] == STACKS && stacks[1] == STACKS && kept[0] && kept[1] && proxies[0] == PROXIES && proxies[1] == PROXIES) /* I2 */
#endif
}
