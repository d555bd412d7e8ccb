/* point.h - one point of the curves: what is booted for it, and what its boots measured
 * SPDX-License-Identifier: MIT
 * In mode wall every repetition is a boot of its own, in mode model all are in one, and a count is exact in one.
 * A point has all of its figures or none, and a reason.
 * Context: one thread, may allocate; point_run writes logs, and nothing else of the results.
 * Tested by test/run */
#ifndef RUNNER_POINT_H
#define RUNNER_POINT_H

#include "emulator.h"
#include "modelled.h"
#include "readings.h"

struct point {
	enum systems system;
	const struct composition *composition; /* NULL on Linux */
	const struct test *test;
	enum mode mode;
	unsigned int cores;
};

/* What all points of a sweep have in common; strings are borrowed. */
struct conditions {
	const char *build, *folder, *accelerator;
	unsigned int repetitions, limit; /* 0: not given */
	unsigned int workers;            /* 0: one for each core */
	unsigned int quantum;            /* of the model; 0: the plugin's own */
	int machine_given;
	struct machine machine;   /* that was given, or that is modelled */
	struct modelled modelled; /* with points of mode model */
};

/* What a point measured. Holds no pointer but to what never changes, so that it can be handed between processes. */
struct answer {
	unsigned int repetitions; /* that have readings; 0: none, see reason */
	int interrupted;          /* signal, or 0 */
	double seconds;
	char reason[REASON_LENGTH];
	struct readings readings[REPETITIONS_MAX];
};

/* "tessera general null_syscall count 4": for people and in file names; the caller frees it. */
char *point_name(const struct point *point, char separator);

/* What stands in the results for the point's machine. */
const char *point_machine_name(const struct conditions *conditions, const struct point *point);

/* What is booted; its strings are freed by point_boot_free. */
struct point_boot {
	struct machine machine;
	struct boot boot;
	char *kernel, *initrd, *append;
};

/* MiB of its guest's memory: MEM, or what every guest has and what the test needs beside it. */
unsigned long point_memory(const struct point *point);

/* 0, or -1 when the machine has no such part (complained). */
int point_boot(const struct conditions *conditions, const struct point *point, struct point_boot *boot);
void point_boot_free(struct point_boot *boot);

/* How many times its operations are measured, and how many boots that takes. */
unsigned int point_repetitions(const struct conditions *conditions, const struct point *point);
unsigned int point_boots(const struct conditions *conditions, const struct point *point);

/* All of its boots. */
void point_run(const struct conditions *conditions, const struct point *point, struct answer *answer);

#endif
