/* tests.h - the tables of tests and compositions, as the runner sees them
 * SPDX-License-Identifier: MIT
 * Read-only after start. Context: any. */
#ifndef RUNNER_TESTS_H
#define RUNNER_TESTS_H

enum systems { TESSERA = 1, LINUX = 2, BOTH = TESSERA | LINUX };
enum mode { COUNT, WALL, MODEL, MODES };
enum { TESTS_MAX = 128 };

struct test {
	const char *name;
	enum systems systems;
	const char *unit;     /* operations, in the plural */
	const char *sentence; /* what is done */
	unsigned long operations[MODES]; /* of one worker; 0: not measured in that mode */
	unsigned int fewest;  /* cores below which it has no meaning */
	unsigned int effort;  /* times a worker of it keeps the host longer than most, in mode MODEL */
	unsigned int core_mib; /* memory that it needs for each core, beside what a guest has anyway */
};

struct composition {
	const char *name, *kernel, *append, *tests;
};

extern const char *const mode_names[MODES];

/* The i-th of the table, or NULL behind its end. */
const struct test *test_at(unsigned int i);
const struct composition *composition_at(unsigned int i);
int composition_runs(const struct composition *composition, const struct test *test);

/* The table as a page. */
void tests_usage(void);

/* Its results are told apart by the distance of the two cores, and have no throughput. */
int test_is_by_distance(const struct test *test);
/* Its operations are bytes that a core holds, its time that until the core was up. */
int test_is_footprint(const struct test *test);

#endif
