/* facts.h - machine.txt: on what, and by which command, results were made
 * SPDX-License-Identifier: MIT
 * Lines of "key: value", for people and for the report page. Context: one thread; starts `qemu --version` and `git describe`. */
#ifndef RUNNER_FACTS_H
#define RUNNER_FACTS_H

#include "emulator.h"
#include "modelled.h"

/* What a sweep knows and the host does not. */
struct facts {
	const char *machine, *cores, *systems, *modes;
	const char *linux_kernel; /* NULL: not run */
	const struct boot *example; /* the largest boot */
	const struct modelled *modelled; /* NULL: nothing is */
	unsigned int workers; /* of each point; 0: as many as it has cores */
	int timed; /* whether there are points of mode wall */
};

void facts_write(const char *folder, const struct facts *facts);

#endif
