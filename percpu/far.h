/* far.h - reading another core's memory
 * SPDX-License-Identifier: MIT
 * Every core may read every other core's instance and partition, and write neither: the direct
 * map shows them read-only. Such a pointer has a type of its own, so that nobody follows it by
 * accident: under clang `far` forbids to dereference it (see tests/checks), under GCC it is
 * nothing. Only far.c follows one.
 * Any core, any context, never waits. What is read may change at any time: a reader takes single words, or
 * values that their home no longer changes.
 * I1 a far pointer is never cast to a near one outside far.c */
#ifndef PERCPU_FAR_H
#define PERCPU_FAR_H

#include <stddef.h>
#include <stdint.h>

/* Where core's copy of an instance variable lies, given the address that the name has here. */
const far void *far_of(unsigned core, const volatile void *variable);

/* Physical memory as every core sees it. */
const far void *far_physical(uint64_t physical);

/* One aligned word, with acquire order: what its home published before it can be read after it. */
uint64_t far_read64(const far uint64_t *word);

/* Copies bytes that their home does not change meanwhile. */
void far_copy(void *to, const far void *from, size_t size);

/* Attempts to write through a far pointer, as a bug would: for the test that expects the fault.
 * OK when the write went through, BAD_ADDRESS when the processor refused it. */
int far_poke(const far void *where);

#endif
