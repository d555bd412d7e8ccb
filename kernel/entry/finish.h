/* finish.h - the end of a run: power off with a status, or in failure
 * SPDX-License-Identifier: MIT
 * The report port tells whoever started the machine: the first program's status as a number, or `panic`. */
#ifndef KERNEL_ENTRY_FINISH_H
#define KERNEL_ENTRY_FINISH_H

/* Core 0: prints what the other cores have written, reports, powers off. */
_Noreturn void finish(int status);

/* Any core, any state: reports a panic; ends an emulator through its debug-exit device, or stops. */
_Noreturn void finish_in_failure(void);

#endif
