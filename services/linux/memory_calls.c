/* memory_calls.c - mmap and its family: Linux's arguments checked, the address space's home asked
 * SPDX-License-Identifier: MIT
 * Files are mapped by services/linux/mapped.c. */
#include "abi/kernel.h"
#include "services/linux/calls.h"
#include "services/linux/errno.h"
#include "services/linux/mapped.h"
#include "services/linux/then.h"

enum {
	MAP_SHARED = 1,
	MAP_PRIVATE = 2,
	MAP_TYPE = 15,
	MAP_FIXED = 0x10,
	MAP_ANONYMOUS = 0x20,
	MAP_FIXED_NOREPLACE = 0x100000,
	MREMAP_MAYMOVE = 1,
	MREMAP_FIXED = 2,
	PROTECTIONS = 7,
	ADVICE_DONTNEED = 4,
	ADVICE_HUGE = 14,
	ADVICE_NO_HUGE = 15,
	SYNC_ASYNC = 1, SYNC_INVALIDATE = 2, SYNC_WAIT = 4, /* msync(2) */
	PAGE = 4096,
};

/* What changes nothing that a program can see, beside those above: NORMAL, RANDOM, SEQUENTIAL, WILLNEED, FREE, DOFORK, MERGEABLE, UNMERGEABLE,
 * DONTDUMP, DODUMP, KEEPONFORK, COLD, PAGEOUT, POPULATE_READ, POPULATE_WRITE, COLLAPSE. REMOVE, DONTFORK and WIPEONFORK would, and are refused. */
static const uint64_t advice_known = 0xf | 1 << ADVICE_DONTNEED | 1 << 8 | 0xf << 11 | 1 << ADVICE_NO_HUGE | 3 << 16 | 0x1f << 19 | 1 << 25;

/* PROT_READ, _WRITE and _EXEC have the numbers of enum vspace_right; the processor cannot write or execute
 * what it cannot read. */
static uint64_t rights_of(uint64_t protection)
{
	return protection ? protection | VSPACE_READ : 0;
}

static int64_t change(enum vspace_operation operation, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return then(kernel_vspace_call(kernel_vspace(), operation, a, b, c, d), linux_answer);
}

int64_t linux_mmap(struct registers *registers)
{
	uint64_t address = registers->rdi, flags = registers->r10, type = flags & MAP_TYPE;
	uint64_t rights = rights_of(registers->rdx) | (type == MAP_SHARED ? VSPACE_SHARED : 0);
	enum vspace_map_flags how = VSPACE_ANYWHERE;

	if (registers->rdx & ~(uint64_t)PROTECTIONS || (type != MAP_PRIVATE && type != MAP_SHARED))
		return -LINUX_EINVAL;
	if (flags & MAP_FIXED_NOREPLACE)
		how = VSPACE_FIXED_IF_EMPTY;
	else if (flags & MAP_FIXED)
		how = VSPACE_FIXED;
	if (how == VSPACE_ANYWHERE)
		address = 0;
	if (!(flags & MAP_ANONYMOUS))
		return mapping_of_file(&(struct mapping){ address, registers->rsi, rights, how }, registers->r8, registers->r9);
	return change(VSPACE_MAP, address, registers->rsi, rights, how);
}

int64_t linux_munmap(struct registers *registers)
{
	return change(VSPACE_UNMAP, registers->rdi, registers->rsi, 0, 0);
}

int64_t linux_mremap(struct registers *registers)
{
	uint64_t address = registers->rdi, size = registers->rsi, new_size = registers->rdx, flags = registers->r10, where = registers->r8;
	bool fixed = flags & MREMAP_FIXED;

	if (flags & ~(uint64_t)(MREMAP_MAYMOVE | MREMAP_FIXED) || (fixed && !(flags & MREMAP_MAYMOVE)) || (fixed && where < PAGE) ||
	    !address || !size || !new_size || new_size > VSPACE_END)
		return -LINUX_EINVAL;
	if (!fixed)
		where = flags & MREMAP_MAYMOVE ? VSPACE_MOVE_ANYWHERE : VSPACE_STAY;
	return change(VSPACE_MOVE, address, size, (new_size + PAGE - 1) & ~(uint64_t)(PAGE - 1), where);
}

int64_t linux_mprotect(struct registers *registers)
{
	if (!registers->rsi && registers->rdi % PAGE == 0)
		return 0;
	if (registers->rdx & ~(uint64_t)PROTECTIONS)
		return -LINUX_EINVAL;
	return change(VSPACE_PROTECT, registers->rdi, registers->rsi, rights_of(registers->rdx), 0);
}

int64_t linux_madvise(struct registers *registers)
{
	if (registers->rdx >= 64 || !(advice_known >> registers->rdx & 1) || registers->rdi % PAGE ||
	    registers->rsi > -(uint64_t)PAGE - registers->rdi)
		return -LINUX_EINVAL;
	if (!registers->rsi)
		return 0;
	if (registers->rdx == ADVICE_DONTNEED)
		return change(VSPACE_DISCARD, registers->rdi, registers->rsi, 0, 0);
	if (registers->rdx == ADVICE_HUGE || registers->rdx == ADVICE_NO_HUGE)
		return change(VSPACE_ADVISE, registers->rdi, registers->rsi, registers->rdx == ADVICE_HUGE, 0);
	return change(VSPACE_LOOK, registers->rdi, registers->rsi, 0, 0); /* nothing is to be done */
}

/* A mapping's pages are the file's own, so there is nothing to write back. */
int64_t linux_msync(struct registers *registers)
{
	uint64_t flags = registers->rdx;

	if (flags & ~(uint64_t)(SYNC_ASYNC | SYNC_INVALIDATE | SYNC_WAIT) || (flags & (SYNC_ASYNC | SYNC_WAIT)) == (SYNC_ASYNC | SYNC_WAIT) || registers->rdi % PAGE)
		return -LINUX_EINVAL;
	return registers->rsi ? change(VSPACE_LOOK, registers->rdi, registers->rsi, 0, 0) : 0;
}

int64_t linux_brk(struct registers *registers)
{
	return change(VSPACE_BREAK, registers->rdi, 0, 0, 0);
}
