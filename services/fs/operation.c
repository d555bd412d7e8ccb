/* operation.c - see operation.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/operation.h"

#include "services/fs/replica.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

/* core + 1 (9 bits) | number (6 bits) | count */
enum {
	TICKET_CORE = 54,
	TICKET_NUMBER = 48,
	LINE = 8,
	REST = __builtin_offsetof(struct operation, target_name) / 8 - __builtin_offsetof(struct operation, other) / 8,
};

_Static_assert(OPERATIONS == 64, "one bit each in struct replica, six in a ticket");
_Static_assert(__builtin_offsetof(struct operation, name) == 64, "a line before the names");

unsigned ticket_core(uint64_t ticket)
{
	return (unsigned)(ticket >> TICKET_CORE) - 1;
}

unsigned operation_number(const struct operation *operation)
{
	return (unsigned)(operation - shard_own()->operation);
}

static struct operation *operation_of(uint64_t ticket)
{
	unsigned core = ticket_core(ticket);

	return core < self.cores && shard_present(core) ? &shard_of(core)->operation[ticket >> TICKET_NUMBER & (OPERATIONS - 1)] : NULL;
}

struct operation *operation_find(uint64_t key)
{
	for (uint64_t rest = self.used; rest; rest &= rest - 1) {
		struct operation *operation = &shard_own()->operation[__builtin_ctzll(rest)];

		if (word_get(&operation->key) == key)
			return operation;
	}
	return NULL;
}

static void clear(uint64_t *word, const uint64_t *end)
{
	for (; word < end; word++)
		word_put(word, 0);
}

struct operation *operation_begin(enum operation_kind kind)
{
	struct operation *operation;
	unsigned number;

	if (!~self.used)
		return NULL;
	number = (unsigned)__builtin_ctzll(~self.used);
	self.used |= UINT64_C(1) << number;
	operation = &shard_own()->operation[number];
	clear(&operation->kind, operation->name);
	clear(&operation->other, operation->target_name);
	word_put(&operation->result, 0);
	word_put(&operation->unheard, 0);
	word_put(&operation->kind, kind);
	return operation;
}

void operation_publish(struct operation *operation, uint64_t key)
{
	word_put(&operation->ticket, (uint64_t)(self.core + 1) << TICKET_CORE | (uint64_t)operation_number(operation) << TICKET_NUMBER |
				     shard_count_up(&shard_own()->tickets));
	word_put(&operation->key, key);
}

void operation_end(struct operation *operation, int64_t result)
{
	word_put(&operation->result, (uint64_t)result);
	word_put(&operation->step, STEP_ENDED);
	word_put(&operation->ticket, 0);
}

void operation_end_with(struct operation *operation, int64_t result)
{
	journal_set(&operation->result, (uint64_t)result);
	journal_set(&operation->step, STEP_ENDED);
	journal_set(&operation->ticket, 0);
}

void operation_forget(struct operation *operation)
{
	uint64_t bit = UINT64_C(1) << operation_number(operation);

	word_put(&operation->ticket, 0);
	word_put(&operation->key, 0);
	self.used &= ~bit;
	self.found &= ~bit;
	if (self.heard == operation_number(operation) + 1)
		self.heard = 0;
}

void operation_step(struct operation *operation, enum operation_step step)
{
	word_put(&operation->step, step);
}

bool operation_in_flight(uint64_t ticket)
{
	const struct operation *operation = ticket ? operation_of(ticket) : NULL;

	return operation && word_get(&operation->ticket) == ticket;
}

static void copy_words(uint64_t *to, const uint64_t *from, unsigned words)
{
	for (unsigned i = 0; i < words && i < NAME_WORDS; i++)
		to[i] = word_get(&from[i]);
}

status_t operation_read_line(uint64_t ticket, struct operation *copy)
{
	const struct operation *operation = ticket ? operation_of(ticket) : NULL;

	if (!operation || word_get(&operation->ticket) != ticket)
		return STATUS_NOT_FOUND;
	copy_words(&copy->ticket, &operation->ticket, LINE);
	return word_get(&operation->ticket) == ticket ? STATUS_OK : STATUS_NOT_FOUND;
}

status_t operation_read(uint64_t ticket, struct operation *copy)
{
	const struct operation *operation = ticket ? operation_of(ticket) : NULL;

	if (!operation || word_get(&operation->ticket) != ticket)
		return STATUS_NOT_FOUND;
	copy_words(&copy->ticket, &operation->ticket, LINE);
	copy_words(copy->name, operation->name, (unsigned)(copy->length + 7) / 8);
	if (copy->kind != KIND_CREATE && copy->kind != KIND_UNLINK) {
		copy_words(&copy->other, &operation->other, REST);
		copy_words(copy->target_name, operation->target_name, (unsigned)(copy->target_length + 7) / 8);
	}
	return word_get(&operation->ticket) == ticket ? STATUS_OK : STATUS_NOT_FOUND;
}

void operations_recover(void)
{
	self.used = self.found = 0;
	for (unsigned i = 0; i < OPERATIONS; i++) {
		struct operation *operation = &shard_own()->operation[i];

		if (!word_get(&operation->key) || word_get(&operation->step) == STEP_ENDED)
			word_put(&operation->ticket, 0);
		if (word_get(&operation->key))
			self.used |= UINT64_C(1) << i;
	}
	self.found = self.used;
}
