/* defences.h - which of the defences of abi/defence.def are off, for C and assembly
 * SPDX-License-Identifier: MIT
 * All are on, unless the kernel's command line has `undefended=NAME`: so the tests of attacks show that these are attacks. A defence in C is asked for
 * where it is built, or where it is about to refuse, so that nobody pays who does nothing wrong. One that is made of instructions has them listed in the
 * section .defences; when it is off they are overwritten when the kernel boots.
 * I1 nothing here changes after the first instance is entered
 * Tested by tests/unit/defences_test.c and the rows of tests/guest/attacks.table */
#ifndef KERNEL_ARCH_DEFENCES_H
#define KERNEL_ARCH_DEFENCES_H

#ifdef __ASSEMBLER__

/* DEFENCE_name: its number. */
.set DEFENCES, 0
#define DEFENCE(name, words, what) .set DEFENCE_##name, DEFENCES ; .set DEFENCES, DEFENCES + 1 ;
#define UNSWITCHED(name, reason, what)
#include "abi/defence.def"
#undef DEFENCE
#undef UNSWITCHED

	/* The instructions between the two are a defence. */
	.macro DEFENDED
771:
	.endm

	.macro DEFENDED_BY defence
772:	.pushsection .defences, "a"
	.balign 8
	.quad 771b, 772b, \defence
	.popsection
	.endm

#else

#include <stdbool.h>
#include <stdint.h>

enum defence {
#define DEFENCE(name, words, what) DEFENCE_##name,
#define UNSWITCHED(name, reason, what)
#include "abi/defence.def"
#undef DEFENCE
#undef UNSWITCHED
	DEFENCES,
};

_Static_assert(DEFENCES <= 64, "a bit for each");

extern uint64_t defences_off;

static inline bool defence_holds(enum defence which)
{
	return __builtin_expect(!(defences_off >> which & 1), 1);
}

/* The same as DEFENDED and DEFENDED_BY, for instructions within C; operand: the defence as "i". */
#define DEFENDED_INSTRUCTIONS(instructions, operand)                                                                               \
	"771:\t" instructions "\n"                                                                                                 \
	"772:\t.pushsection .defences, \"a\"\n\t.balign 8\n\t.quad 771b, 772b, %c[" operand "]\n\t.popsection"

/* Boot core, on the boot tables, before anything that a defence is part of is built: one is off, if the command line wants it. */
void defences_open(const char *command_line);

/* Core 0, once it can say something: which one. NULL: all are on. */
const char *defences_missing(void);

#endif
#endif
