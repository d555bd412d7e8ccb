/* fake.h - a machine for the file service: cores with replicas and stores, played by the threads of a test
 * SPDX-License-Identifier: MIT
 * Whoever calls a core's replica is that core until the call is over; one at a time, as its monitor has it. A page of a store that is not there cannot
 * be touched. A replica can be killed at any of its steps: its variables are gone, its callers hear DEAD, its store stays. Kills are for tests of one
 * thread: activations that lie between the one that is killed and its replica's first are killed with it, and their replicas as well. */
#ifndef TESTS_FS_FAKE_H
#define TESTS_FS_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/fs.h"
#include "abi/service.h"

enum { FAKE_CORES = 8 };

struct lent {
	void *start;
	uint64_t size;
};

/* A new machine. `pages` a core's store may have. */
void fake_open(unsigned cores, uint64_t pages);
void fake_close(void);
void fake_limit(uint64_t pages);
void fake_archive(const void *start, uint64_t size);

/* A call by a program on a core, with what it lends. */
int64_t fake_call(unsigned core, struct words *words, struct lent first, struct lent second);

/* The n-th step from now on kills its replica, once; 0: none. And the n-th one after that. How many steps there were. */
void fake_kill_at(uint64_t step);
void fake_kill_again(uint64_t step);
uint64_t fake_steps(void);
uint64_t fake_kills(void);
void fake_restart(unsigned core); /* kills it now, while nobody is inside */

/* Programs that hear DEAD do not come again. */
void fake_give_up(bool gives_up);
bool fake_gives_up(void);

/* Requests between cores are kept from now on, and delivered once more, late. */
void fake_keep_requests(void);
void fake_deliver_late(void);

void fake_end_thread(uint32_t thread); /* ipc_lives says no from now on */
void fake_revive_threads(void);

uint64_t fake_pages(unsigned core);   /* there now */
bool fake_is_there(const void *page);
uint64_t fake_messages(void);         /* between cores, since fake_open */

/* Of the core that the test plays between calls; for fs_check. */
void fake_be(unsigned core);

#define must(condition) ((condition) ? (void)0 : fake_failed(__FILE__, __LINE__, #condition))
_Noreturn void fake_failed(const char *file, int line, const char *what);

#endif
