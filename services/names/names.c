/* names.c - the name service: a replicated table of names and values
 * SPDX-License-Identifier: MIT
 * The one rule in its smallest form. Each core's replica is the home of the names that hash to it, and alone
 * writes its table; a look-up from any core reads the home's table by token, without a message; a change travels to
 * the home. An entry never moves and is never taken out, so a reader needs no lock and no retry.
 * Boot option replicas=one is the ablation: core 0's replica serves everybody, look-ups included, by message.
 * Context: own core, never waits.
 * I1 an entry's name is complete before its `used` is published (release), and never changes after
 * I2 a value is one word: a reader sees the old one or the new one */
#include "abi/kernel.h"
#include "abi/names.h"
#include "abi/token.h"
#include "lib/string.h"

enum {
	ENTRIES = 256,
	NAME_WORDS = NAME_MAX / 8,
	OPTION_SIZE = 8,
};

/* One cache line. */
struct entry {
	uint64_t used; /* 0, or the name's length and hash */
	uint64_t value;
	uint64_t name[NAME_WORDS];
	uint64_t spare[2];
};

_Static_assert(sizeof(struct entry) == 64, "a look-up touches one line");

static struct entry table[ENTRIES] __attribute__((aligned(4096)));
static bool one_replica, no_tokens; /* ablations: every access is a call, of one replica or of the name's home */

static void start(void)
{
	char option[OPTION_SIZE];

	one_replica = kernel_option("replicas", option, sizeof(option)) && !strcmp(option, "one");
	no_tokens = kernel_option("tokens", option, sizeof(option)) && !strcmp(option, "off");
}

/* FNV-1a over whole words; the length is mixed in, so padding makes no two names equal. */
static uint64_t hash_of(const uint64_t name[NAME_WORDS], uint32_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ length;

	for (unsigned i = 0; i < NAME_WORDS; i++)
		hash = (hash ^ name[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 29;
}

static unsigned home_of(uint64_t hash)
{
	return one_replica ? 0 : hash % kernel_core_count();
}

static uint64_t mark_of(uint64_t hash, uint32_t length)
{
	return hash << 8 | length;
}

/* The entry of a name; NULL: none, and *empty is where it would go, or NULL when the table is full. */
static struct entry *find(struct entry *entries, uint64_t hash, uint64_t mark, const uint64_t name[NAME_WORDS],
			  struct entry **empty)
{
	*empty = NULL;
	for (unsigned i = 0; i < ENTRIES; i++) {
		struct entry *entry = &entries[(hash / 256 + i) % ENTRIES];
		uint64_t used = token_read(&entry->used);

		if (used == mark && !memcmp(entry->name, name, sizeof(entry->name)))
			return entry;
		if (!used) {
			*empty = entry;
			break;
		}
	}
	return NULL;
}

static int64_t read_value(unsigned home, uint64_t hash, uint64_t mark, const uint64_t name[NAME_WORDS])
{
	struct entry *empty;
	struct entry *entry = find((struct entry *)kernel_replica(home, table), hash, mark, name, &empty);

	return entry ? (int64_t)token_read(&entry->value) : STATUS_NOT_FOUND;
}

static void pad(uint64_t words[NAME_WORDS], const char *name, uint32_t length)
{
	memset(words, 0, NAME_MAX);
	memcpy(words, name, length);
}

static int64_t look_up(const char *name, uint32_t length)
{
	uint64_t word[CALL_WORDS];
	uint64_t hash;

	pad(word, name, length);
	hash = hash_of(word, length);
	if (one_replica || no_tokens) {
		word[NAME_WORDS] = length;
		return kernel_call(home_of(hash), SERVICE_NAMES, NAMES_LOOK_UP, word);
	}
	return read_value(home_of(hash), hash, mark_of(hash, length), word);
}

static int64_t change(const char *name, uint32_t length, uint64_t value)
{
	uint64_t word[CALL_WORDS];

	pad(word, name, length);
	word[NAME_WORDS] = length;
	word[NAME_WORDS + 1] = value;
	return kernel_call(home_of(hash_of(word, length)), SERVICE_NAMES, NAMES_CHANGE, word);
}

static unsigned replica(unsigned core)
{
	return one_replica ? 0 : core;
}

static int64_t change_here(const uint64_t name[NAME_WORDS], uint32_t length, uint64_t value)
{
	uint64_t hash = hash_of(name, length), mark = mark_of(hash, length);
	struct entry *empty;
	struct entry *entry = find(table, hash, mark, name, &empty);

	if (entry) {
		__atomic_store_n(&entry->value, value, __ATOMIC_RELEASE);
		return STATUS_OK;
	}
	if (!empty)
		return STATUS_NO_SPACE;
	empty->value = value;
	memcpy(empty->name, name, sizeof(empty->name));
	__atomic_store_n(&empty->used, mark, __ATOMIC_RELEASE); /* I1 */
	return STATUS_OK;
}

static int64_t serve(const struct call *call)
{
	uint32_t length = (uint32_t)call->word[NAME_WORDS];
	uint64_t hash;

	switch ((enum names_operation)call->operation) {
	case NAMES_NOTHING:
		return kernel_core();
	case NAMES_CHANGE:
		return change_here(call->word, length, call->word[NAME_WORDS + 1]);
	case NAMES_LOOK_UP:
		hash = hash_of(call->word, length);
		return read_value(kernel_core(), hash, mark_of(hash, length), call->word);
	default:
		return STATUS_NO_CALL;
	}
}

const struct names_service names_service = {
	.start = start,
	.look_up = look_up,
	.change = change,
	.replica = replica,
	.call = serve,
};
