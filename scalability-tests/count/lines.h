/* lines.h - directory of cache lines: who wrote each last, and who has touched it since
 * SPDX-License-Identifier: MIT
 * Answers one question exactly: does this access find a line that another core wrote since this
 * core last touched it? On a real machine such a line has to move between caches. Capacity, upgrades
 * of shared lines and page walks are not modelled. A line that nobody wrote since tracking began has no
 * known writer, so its first touch moves nothing: steady state is reached by warm-up rounds.
 * Context: any number of host threads, each standing for one core; nothing blocks for long.
 * I1 writer != LINE_UNWRITTEN implies that touched holds writer
 * I2 exclusive == writer implies that touched holds writer alone
 * I3 touched, writer and exclusive change only under the line's lock
 * Tested by tests/unit/count_test.c */
#ifndef COUNT_LINES_H
#define COUNT_LINES_H

#include <stdatomic.h>
#include <stdint.h>

enum {
	LINE_SHIFT = 6,
	LINE_SIZE = 1 << LINE_SHIFT,
	LINE_CORES = 256,
	LINE_UNWRITTEN = 0xffff,
};

enum line_access { LINE_READ, LINE_WRITE };

struct line {
	_Atomic uint64_t touched[LINE_CORES / 64]; /* cores since the last write, the writer among them */
	_Atomic uint64_t writer_pc;                /* statistics: of the last write */
	_Atomic uint64_t mover_pc;                 /* statistics: of the last counted move */
	_Atomic uint64_t moves;                    /* statistics: counted by line_count_move */
	_Atomic uint16_t writer;                   /* core, or LINE_UNWRITTEN */
	_Atomic uint16_t exclusive;                /* core that wrote last and alone touched since */
	atomic_flag lock;
};

_Static_assert(sizeof(struct line) == 64, "one guest line costs one host line");

/* Records one access; the line when it had to move to `core`, else null. Ends the program when the host
 * has no memory left. `address` is physical and below 1 TiB. */
struct line *lines_touch(uint64_t address, unsigned int core, enum line_access access, uint64_t pc);

/* Counts a move that lines_touch reported, for lines_top. */
void line_count_move(struct line *line, uint64_t pc);

struct line_report {
	uint64_t address, moves, mover_pc, writer_pc;
};

/* Fills `top` with the lines of most counted moves, most first; how many there are, at most `room`. */
unsigned int lines_top(struct line_report *top, unsigned int room);

#endif
