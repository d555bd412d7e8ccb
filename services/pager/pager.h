/* pager.h - the memory service's part for mapped files: where in the file service's store a page of a file lies
 * SPDX-License-Identifier: MIT
 * It has no say in what is in files; what it answers is what the file service has said, now or before (cache.h), and its caller looks whether that still
 * holds (abi/pager.h). So it never needs to be told of a change, and when its replica dies nothing is lost but what it knew.
 * Where it runs is chosen by what is linked, and nothing here knows: in a domain of its own, where fs_page is a call through the gate (alone/), or in the file
 * service's (joined/), where fs_page is that one's function; and with a table of its own (own/), or without (shared/). With forged/ it
 * has been taken over and lies, for tests, in a hostile domain.
 * Context: one thread at a time; while the file service waits inside, in their common domain, others come in.
 * Tested by tests/unit/pager_test.c */
#ifndef SERVICES_PAGER_PAGER_H
#define SERVICES_PAGER_PAGER_H

#include "abi/service.h"

/* One call (abi/pager.h). The file service's errors pass through. */
int64_t pager_serve(struct words *words);

#endif
