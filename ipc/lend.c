/* lend.c - see lend.h
 * SPDX-License-Identifier: MIT */
#include "ipc/lend.h"

#include "abi/domain.h"
#include "abi/ipc.h"
#include "abi/pcache.h"
#include "abi/store.h"
#include "ipc/replica.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/fixup.h"
#include "kernel/memory/user.h"

_Static_assert(2 * (IPC_COPY_MOST / PAGE_SIZE + 1) <= CALL_PAGES, "what a call may bring into being, on both sides");

struct place {
	const struct activation *whose;
	uint64_t address;
};

static bool lies_in(uint64_t start, uint64_t whole, uint64_t address, uint64_t size)
{
	return address >= start && size <= whole && address - start <= whole - size;
}

/* Whether a service in ring 0 has these addresses, mapped or not. */
static bool is_its_own(const struct replica *replica, uint64_t address, uint64_t size)
{
	if (lies_in(replica->place, DOMAIN_SIZE, address, size) || !defence_holds(DEFENCE_addresses))
		return true;
	return replica->window && (lies_in(store_inner(STORE_BASE), STORE_INNER_END - store_inner(STORE_BASE), address, size) ||
				   lies_in(ARCHIVE_INNER, ARCHIVE_INNER_MAX, address, size));
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

/* A word of the service's, which says by its value that what is to be copied is still what it was. */
struct guard {
	uint64_t word, value;
};

/* Behind the reading of what it guards: the owner changes the word first, and then what it guards. */
static status_t look_at(const struct guard *guard, const struct place *own)
{
	uint64_t value;
	status_t status = copy_in(&value, &(struct place){ own->whose, guard->word }, 0, sizeof(value));

	return status ? status : value == guard->value ? STATUS_OK : STATUS_BUSY;
}

static status_t copy_piece(const struct place *to, const struct place *from, uint64_t done, uint64_t size, const struct guard *guard)
{
	static uint8_t piece[PAGE_SIZE]; /* of this core, while interrupts are off */
	status_t status = copy_in(piece, from, done, size), guarded = guard ? look_at(guard, from) : STATUS_OK;

	if (status || guarded)
		return guarded ? guarded : status;
	return copy_out(to, done, piece, size);
}

/* What lies behind the caller's page may not be there: then no more than up to there. *piece is how much. */
static status_t copy_as_far(const struct place *own, const struct place *theirs, uint64_t done, uint64_t *piece, bool out, const struct guard *guard)
{
	const struct place *to = out ? theirs : own, *from = out ? own : theirs;
	uint64_t room = PAGE_SIZE - (theirs->address + done) % PAGE_SIZE;
	status_t status = copy_piece(to, from, done, *piece, guard);

	if (status != STATUS_BAD_ADDRESS || *piece <= room)
		return status;
	*piece = room;
	return copy_piece(to, from, done, room, guard);
}

/* Bytes copied before something was not as it should be; or why there are none. */
static int64_t copy(const struct place *own, const struct place *theirs, uint64_t size, bool out, const struct guard *guard)
{
	uint64_t done = 0;

	while (done < size) {
		uint64_t piece = size - done < PAGE_SIZE ? size - done : PAGE_SIZE;
		status_t status = copy_as_far(own, theirs, done, &piece, out, guard);

		if (status)
			return done ? (int64_t)done : status;
		done += piece;
	}
	return (int64_t)done;
}

/* What a system call has taken along of what it lends first: how many bytes of it from an offset on; 0: none. */
static uint64_t taken_along(const struct thread *thread, uint64_t offset)
{
	const struct activation *service = thread->activation;
	bool serves = service->on_return & ON_RETURN_SERVED && service->below == &thread->program;

	return serves && offset < thread->task.call.begins ? thread->task.call.begins - offset : 0;
}

int64_t lend_copy(struct thread *thread, bool out)
{
	const struct activation *service = thread->activation, *caller = service->below;
	const struct registers *call = &service->registers;
	const struct lent *lent = &service->lent[call->rsi & IPC_SECOND ? 1 : 0];
	uint64_t size = call->rdx, offset = call->rsi & ~IPC_SECOND, room = lent->size & ~IPC_WRITABLE;
	uint64_t here = out || call->rsi & IPC_SECOND ? 0 : taken_along(thread, offset);
	struct place own = { service, call->rdi }, theirs = { caller, lent->address + offset };
	struct guard guard = { call->r10, call->r8 };
	int64_t result;

	if ((!(service->on_return & ON_RETURN_LENT) || offset > room || size > room - offset) && defence_holds(DEFENCE_lent))
		return STATUS_BAD_ARGUMENT;
	if (out && !(lent->size & IPC_WRITABLE) && defence_holds(DEFENCE_lent))
		return STATUS_NOT_ALLOWED;
	if (caller->replica == &replica_dead)
		return STATUS_DEAD;
	if (here && size) {
		size = size < here ? size : here;
		return copy_out(&own, 0, thread->task.call.beginning + offset, size) ? STATUS_BAD_ADDRESS : (int64_t)size;
	}
	if (size > IPC_COPY_MOST)
		size = IPC_COPY_MOST;
	result = copy(&own, &theirs, size, out, call->error == IPC_COPY_OUT_WHILE ? &guard : NULL);
	view_activate(thread_view(service));
	return result;
}
