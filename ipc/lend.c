/* lend.c - see lend.h
 * SPDX-License-Identifier: MIT */
#include "ipc/lend.h"

#include "abi/domain.h"
#include "abi/ipc.h"
#include "abi/pcache.h"
#include "ipc/replica.h"
#include "kernel/arch/fixup.h"
#include "kernel/memory/user.h"

_Static_assert(2 * (IPC_COPY_MOST / PAGE_SIZE + 1) <= CALL_PAGES, "what a call may bring into being, on both sides");

struct place {
	const struct activation *whose;
	uint64_t address;
};

/* Whether a service in ring 0 has these addresses, mapped or not. */
static bool is_its_own(const struct replica *replica, uint64_t address, uint64_t size)
{
	return address >= replica->place && size <= DOMAIN_SIZE && address - replica->place <= DOMAIN_SIZE - size;
}

static status_t copy_in(void *to, const struct place *from, uint64_t done, uint64_t size)
{
	const struct activation *whose = from->whose;
	uint64_t address = from->address + done;

	if (activation_is_inner(whose))
		return is_its_own(whose->replica, address, size) && !fixup_copy(to, (const void *)address, size) ? STATUS_OK : STATUS_BAD_ADDRESS;
	view_activate(whose->view);
	return user_copy_in(to, address, size);
}

static status_t copy_out(const struct place *to, uint64_t done, const void *from, uint64_t size)
{
	const struct activation *whose = to->whose;
	uint64_t address = to->address + done;

	if (activation_is_inner(whose))
		return is_its_own(whose->replica, address, size) && !fixup_copy((void *)address, from, size) ? STATUS_OK : STATUS_BAD_ADDRESS;
	view_activate(whose->view);
	return user_copy_out(address, from, size);
}

static status_t copy_piece(const struct place *to, const struct place *from, uint64_t done, uint64_t size)
{
	static uint8_t piece[PAGE_SIZE]; /* of this core, while interrupts are off */
	status_t status = copy_in(piece, from, done, size);

	return status ? status : copy_out(to, done, piece, size);
}

/* Bytes copied before something was not there; BAD_ADDRESS: none. */
static int64_t copy(const struct place *to, const struct place *from, uint64_t size)
{
	uint64_t done = 0;

	while (done < size) {
		uint64_t piece = size - done < PAGE_SIZE ? size - done : PAGE_SIZE;

		if (copy_piece(to, from, done, piece))
			return done ? (int64_t)done : STATUS_BAD_ADDRESS;
		done += piece;
	}
	return (int64_t)done;
}

int64_t lend_copy(struct thread *thread, bool out)
{
	const struct activation *service = thread->activation, *caller = service->below;
	const struct registers *call = &service->registers;
	uint64_t size = call->rdx, lent = service->lent_size & ~IPC_WRITABLE;
	struct place own = { service, call->rdi }, theirs = { caller, service->lent + call->rsi };
	int64_t result;

	if (!(service->on_return & ON_RETURN_LENT) || call->rsi > lent || size > lent - call->rsi)
		return STATUS_BAD_ARGUMENT;
	if (out && !(service->lent_size & IPC_WRITABLE))
		return STATUS_NOT_ALLOWED;
	if (caller->replica == &replica_dead)
		return STATUS_DEAD;
	if (size > IPC_COPY_MOST)
		size = IPC_COPY_MOST;
	result = out ? copy(&theirs, &own, size) : copy(&own, &theirs, size);
	view_activate(thread_view(service));
	return result;
}
