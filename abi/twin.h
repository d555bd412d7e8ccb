/* twin.h - what the service `twin` is told to do
 * SPDX-License-Identifier: MIT */
#ifndef ABI_TWIN_H
#define ABI_TWIN_H

/* In word 0. */
enum twin {
	TWIN_HERE,  /* answers with the number of its core; the other words come back one higher */
	TWIN_THERE, /* asks the twin on the core in word 1, which does what word 2 says, with words 3 and on as its words 1 and on; word 5: for so many ns */
	TWIN_ROUND, /* asks the twin on the next core, and that one the next: so often as word 1 says. The answer is how often; or BUSY */
	TWIN_SLOW,  /* waits inside for so many ns as word 1 says, and answers 7 */
	TWIN_FAULT,
	TWIN_CALL,  /* calls, on the core in word 1, the server in word 2, with words 3 and on as its words 0 and on */
	TWIN_COUNT, /* how many calls it has served since it began */
};

#endif
