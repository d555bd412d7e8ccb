/* object.c - see object.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/object.h"

#include <stddef.h>

#include "abi/token.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/paging.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/pool.h"
#include "kernel/memory/vspace.h"
#include "percpu/clock.h"

enum { BUCKETS = 64 };

struct grant {
	struct grant *next;
	struct vspace *space;
	unsigned rights; /* enum token_right */
};

/* What programs may make: the type of its frame, the rights that it allows, its words that are values. */
struct object_kind {
	uint8_t type, rights;
	uint16_t first_value, values;
};

struct object {
	struct object *next; /* of the bucket */
	uint64_t frame;
	const struct object_kind *kind;
	struct vspace *owner; /* NULL: it has ended */
	struct grant *grants;
};

static struct pool object_pool = POOL(sizeof(struct object)), grant_pool = POOL(sizeof(struct grant));
static struct object *bucket[BUCKETS];
bool objects_orphaned;

/* The one place where the right to write comes from. A list of types that holds one with other words than values does not compile. */
#define OBJECT(name, allowed)                                                                                                      \
	{ FRAME_##name, (allowed) + 0 * sizeof(struct {                                                                             \
		_Static_assert(!((allowed) & TOKEN_WRITE) || (int)FRAME_VALUES_##name == FRAME_VALUES_ALL,                          \
			       "an object of type " #name " may not be written by programs: not all of its words are values");     \
		int none;                                                                                                           \
	}), FRAME_FIRST_VALUE_##name, FRAME_VALUES_##name }

static const struct object_kind kinds[] = {
	[OBJECT_VALUES] = OBJECT(values, TOKEN_READ | TOKEN_CHANGE | TOKEN_WRITE),
	[OBJECT_BOARD] = OBJECT(board, TOKEN_READ | TOKEN_CHANGE),
};

static struct object **bucket_of(uint64_t frame)
{
	return &bucket[frame / PAGE_SIZE % BUCKETS];
}

static struct object *find(uint64_t frame)
{
	struct object *object = *bucket_of(frame);

	while (object && object->frame != frame)
		object = object->next;
	return object;
}

/* The link that leads to a space's grant, or to the NULL at the end. */
static struct grant **grant_of(struct object *object, const struct vspace *space)
{
	struct grant **link = &object->grants;

	while (*link && (*link)->space != space)
		link = &(*link)->next;
	return link;
}

static status_t add_grant(struct object *object, struct vspace *space, unsigned rights)
{
	struct grant *grant = pool_take(&grant_pool);
	status_t status = STATUS_NO_MEMORY;

	if (!defence_holds(DEFENCE_grants))
		rights |= TOKEN_WRITE;
	if (grant)
		status = vspace_grant(space, object->frame, rights & TOKEN_WRITE ? VSPACE_READ | VSPACE_WRITE : VSPACE_READ);
	if (!status) {
		*grant = (struct grant){ .next = object->grants, .space = space, .rights = rights };
		object->grants = grant;
	} else if (grant) {
		pool_give(&grant_pool, grant);
	}
	return status;
}

/* The record goes first: should the space end meanwhile, it waits for the end of this change (copy_must_wait), and is not looked at again. */
static void end_grant(struct object *object, struct grant **link)
{
	struct grant *grant = *link;
	struct vspace *space = grant->space;

	*link = grant->next;
	pool_give(&grant_pool, grant);
	vspace_revoke(space, object->frame);
}

__attribute__((noinline)) static void destroy(struct object *object)
{
	struct object **link = bucket_of(object->frame);

	object->owner = NULL;
	while (object->grants) /* bounded: calls, which could add one, are not served */
		end_grant(object, &object->grants);
	while (*link != object) /* until now it was found: other spaces that have it may have ended meanwhile (objects_forget) */
		link = &(*link)->next;
	*link = object->next;
	frame_give(object->frame);
	pool_give(&object_pool, object);
}

int64_t object_create(struct vspace *owner, enum object_type type)
{
	struct object *object;
	uint64_t frame;
	status_t status;

	if ((unsigned)type >= sizeof(kinds) / sizeof(*kinds))
		return STATUS_BAD_ARGUMENT;
	object = pool_take(&object_pool);
	frame = object ? frame_take((enum frame_type)kinds[type].type) : 0;
	if (!frame) {
		if (object)
			pool_give(&object_pool, object);
		return STATUS_NO_MEMORY;
	}
	*object = (struct object){ .next = *bucket_of(frame), .frame = frame, .kind = &kinds[type], .owner = owner };
	*bucket_of(frame) = object;
	status = add_grant(object, owner, kinds[type].rights);
	if (status)
		destroy(object);
	return status ? status : (int64_t)(TOKEN_WINDOW + frame);
}

/* What waits stays out of the way of what does not: a read or a write should not save registers for it. */
__attribute__((noinline)) static int64_t grant(struct object *object, struct vspace *caller, struct vspace *to, uint64_t rights)
{
	if (object->owner != caller && defence_holds(DEFENCE_grants))
		return STATUS_NOT_ALLOWED;
	if ((!(rights & TOKEN_READ) || rights & ~(uint64_t)object->kind->rights) && defence_holds(DEFENCE_grants))
		return STATUS_BAD_ARGUMENT;
	return *grant_of(object, to) ? STATUS_EXISTS : add_grant(object, to, (unsigned)rights);
}

__attribute__((noinline)) static int64_t revoke(struct object *object, struct vspace *caller, const struct vspace *from)
{
	struct grant **link = grant_of(object, from);

	if (object->owner != caller && defence_holds(DEFENCE_grants))
		return STATUS_NOT_ALLOWED;
	if (!*link)
		return STATUS_NOT_FOUND;
	end_grant(object, link);
	return STATUS_OK;
}

/* A type that has words of the kernel's, too, counts the writes in its first. */
static int64_t write(struct object *object, const struct grant *grant, uint64_t index, uint64_t value)
{
	const struct object_kind *kind = object->kind;
	uint64_t *words = direct(object->frame);

	if (!(grant->rights & TOKEN_CHANGE) && defence_holds(DEFENCE_grants))
		return STATUS_NOT_ALLOWED;
	if (index - kind->first_value >= kind->values && (index >= PAGE_SIZE / 8 || defence_holds(DEFENCE_grants)))
		return STATUS_BAD_ARGUMENT;
	__atomic_store_n(&words[index], value, __ATOMIC_RELEASE);
	if (kind->first_value)
		__atomic_store_n(&words[0], words[0] + 1, __ATOMIC_RELEASE);
	return STATUS_OK;
}

static int64_t read(const struct object *object, uint64_t index)
{
	const uint64_t *words = direct(object->frame);

	return index < PAGE_SIZE / 8 ? (int64_t)(words[index] & INT64_MAX) : STATUS_BAD_ARGUMENT;
}

int64_t object_change(enum object_operation operation, uint64_t frame, struct vspace *caller, uint64_t a, uint64_t b)
{
	struct object *object = find(frame);
	static const struct grant everything = { .rights = TOKEN_RIGHTS };
	const struct grant *own = object ? *grant_of(object, caller) : NULL;

	if (!own && object && !defence_holds(DEFENCE_grants))
		own = &everything;
	if (!own)
		return STATUS_NOT_FOUND;
	switch (operation) {
	case OBJECT_GRANT:
		return grant(object, caller, (struct vspace *)a, b);
	case OBJECT_REVOKE:
		return revoke(object, caller, (struct vspace *)a);
	case OBJECT_WRITE:
		return write(object, own, a, b);
	case OBJECT_READ:
		return read(object, a);
	case OBJECT_DESTROY:
		if (object->owner != caller && defence_holds(DEFENCE_grants))
			return STATUS_NOT_ALLOWED;
		destroy(object);
		return STATUS_OK;
	}
	return STATUS_NO_CALL;
}

void objects_forget(const struct vspace *space)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		for (struct object *object = bucket[i]; object; object = object->next) {
			struct grant **link = grant_of(object, space), *grant = *link;

			if (grant) {
				*link = grant->next;
				pool_give(&grant_pool, grant);
			}
			if (object->owner != space)
				continue;
			object->owner = NULL;
			objects_orphaned = true;
		}
	}
	if (objects_orphaned)
		clock_arm_by(clock_now()); /* a program that runs is interrupted now */
}

static struct object *find_orphan(void)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct object *object = bucket[i]; object; object = object->next)
			if (!object->owner)
				return object;
	return NULL;
}

void objects_collect(void)
{
	struct object *orphan;

	objects_orphaned = false;
	while ((orphan = find_orphan())) /* bounded: each turn there is one less */
		destroy(orphan);
	frame_give_flush();
}

void objects_visit(frame_visitor visit)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		for (const struct object *object = bucket[i]; object; object = object->next)
			visit((enum frame_type)object->kind->type, object->frame);
}
