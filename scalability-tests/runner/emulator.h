/* emulator.h - QEMU as a child process: its command line, its pipes, its end
 * SPDX-License-Identifier: MIT
 * The emulator runs in a process group of its own, so that a Ctrl-C on the terminal reaches the runner alone,
 * which then ends the emulator; and it is killed by the kernel when the runner dies in any other way.
 * Nothing is left on disk: console, report channel and control channel are file descriptors.
 * Context: one thread. Tested by tests.sh */
#ifndef RUNNER_EMULATOR_H
#define RUNNER_EMULATOR_H

#include <sys/types.h>

#include "machine.h"

/* What to boot; strings are borrowed. */
struct boot {
	const struct machine *machine;
	unsigned int cores;
	unsigned long mib;
	const char *accelerator; /* "tcg" or "kvm" */
	const char *kernel;
	const char *initrd;  /* NULL: none */
	const char *append;
	const char *plugin;  /* -plugin's argument; NULL: none */
	const char *preload; /* shared object that answers for the C library, and reads guest memory; NULL: none */
	int debugged;        /* stopped until the debugger at the other end of standard input, a socket, lets it run */
};

struct emulator {
	pid_t pid;
	int input;   /* COM1, to the guest; -1 when closed */
	int console; /* COM1, from the guest */
	int errors;  /* the emulator's own messages */
	int report;  /* COM2, from the guest */
	int control; /* QMP, both ways */
};

/* The part of the command line that makes the machine: what a person would type, without the plumbing. */
void emulator_arguments(const struct boot *boot, struct words *arguments);

/* The same as one line for a shell, its environment in front; the caller frees it. */
char *emulator_command(const struct boot *boot);

/* Whether the installed emulator takes plugins; complains and returns -1 when it does not, or is not there. */
int emulator_has_plugins(void);

/* Complains and returns -1 when the child cannot be made; an emulator that refuses its options ends by itself. */
int emulator_start(struct emulator *emulator, const struct boot *boot);

/* Kills the whole group; the caller reaps it. */
void emulator_kill(const struct emulator *emulator);

void emulator_close(struct emulator *emulator);

#endif
