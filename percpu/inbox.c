/* inbox.c - see inbox.h
 * SPDX-License-Identifier: MIT */
#include "percpu/inbox.h"

#include "abi/marker.h"
#include "kernel/arch/apic.h"
#include "kernel/arch/cpu.h"
#include "lib/string.h"
#include "percpu/backlog.h"
#include "percpu/clock.h"
#include "percpu/counters.h"
#include "percpu/instance.h"
#include "percpu/log.h"
#include "percpu/machine.h"
#include "percpu/ring.h"

uint64_t counters[COUNTER_COUNT];

struct outgoing {
	struct ring ring;
	struct ring_tail tail;
};

static struct outgoing outgoing[CORES_MAX][MESSAGE_CLASSES]; /* to others */
static uint64_t slots_behind; /* the first head */
static uint64_t ring_bytes;  /* of one class, from a sender */
static uint64_t ring_stride; /* from one sender's rings to the next one's */

enum {
	WATCHED_MOST = 4, /* each costs two loads whenever it looks */
	WATCHED_LONG = 32, /* messages of others until one of these takes the place of one that is watched */
};

struct watched {
	uint64_t core;
	struct ring ring[MESSAGE_CLASSES];
};

/* Whom this core is to watch. Since it has expected an answer from somebody, the first place is for such. */
static struct watched watched[WATCHED_MOST];
static unsigned watched_count, watched_oldest, passed_over, first_met;
static bool watching; /* from W1 to W2 */
static bool was_away[CORES_MAX]; /* others, when this core last set their pending bits */

static struct mailbox *mailbox_of(unsigned core)
{
	return direct(machine.memory[core].mailbox);
}

/* Behind a core's mailbox: heads of all rings that lead there, then their slots. */
static uint64_t head_bytes(void)
{
	return (machine_cores() * MESSAGE_CLASSES * sizeof(uint32_t) + 63) & ~UINT64_C(63);
}

static inline struct ring ring_between(unsigned sender, unsigned receiver, enum message_class class)
{
	uint8_t *heads = (uint8_t *)mailbox_of(receiver) + PAGE_SIZE, *slots = heads + slots_behind + sender * ring_stride + class * ring_bytes;

	return (struct ring){ (struct message *)slots, (uint32_t *)heads + sender * MESSAGE_CLASSES + class };
}

static inline struct ring ring_from(unsigned sender, enum message_class class)
{
	return ring_between(sender, this_core(), class);
}

static inline bool enqueue(unsigned core, enum message_class class, const struct message *message)
{
	struct outgoing *to = &outgoing[core][class];

	return ring_enqueue(to->ring, &to->tail, message);
}

uint64_t inbox_ring_area(void)
{
	uint64_t bytes = head_bytes() + machine_cores() * MESSAGE_CLASSES * RING_SIZE;

	return (bytes + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
}

static void open_rings(void)
{
	slots_behind = head_bytes();
	ring_bytes = ring_senders() * RING_SIZE;
	ring_stride = ring_senders() > 1 ? 0 : MESSAGE_CLASSES * RING_SIZE;
	memset((uint8_t *)mailbox_of(this_core()) + PAGE_SIZE, 0, inbox_ring_area());
	for (unsigned core = 0; core < machine_cores(); core++)
		for (enum message_class class = MESSAGE_LEAF; class < MESSAGE_CLASSES; class++)
			outgoing[core][class].ring = ring_between(this_core(), core, class);
}

void inbox_open(void)
{
	backlog_open();
	open_rings();
	own_mailbox()->attention = ATTENTION_LISTENING;
}

static void ring_doorbell(unsigned core)
{
	marker(MARKER_DOORBELL);
	counters[COUNTER_doorbells]++;
	apic_send(machine.acpi.core[core].apic_id, VECTOR_DOORBELL);
}

/* S4 and S5. */
static void set_pending(unsigned core, struct mailbox *mailbox, enum message_class class)
{
	uint64_t bit = UINT64_C(1) << this_core() % 64;
	uint64_t old = __atomic_fetch_or(&mailbox->pending[class], bit, __ATOMIC_SEQ_CST);

	was_away[core] = __atomic_load_n(&mailbox->attention, __ATOMIC_RELAXED) == ATTENTION_AWAY;
	if (old == 0 && was_away[core])
		ring_doorbell(core);
}

/* S3, behind the full fence of S2; else S4 and S5. Who was away the last time is not asked whether it watches: that would be a line more in vain. But he who is
 * answered looks for that. */
static void announce(unsigned core, enum message_class class)
{
	struct mailbox *mailbox = mailbox_of(core);
	bool is_watched = (class == MESSAGE_LEAF || !was_away[core]) && __atomic_load_n(&mailbox->watched[this_core() / 64], __ATOMIC_SEQ_CST) >> this_core() % 64 & 1;

	if (!is_watched)
		set_pending(core, mailbox, class);
}

void inbox_nudge(unsigned core)
{
	set_pending(core, mailbox_of(core), MESSAGE_LEAF);
}

static bool try_send(unsigned core, enum message_class class, const struct message *message)
{
	if (!enqueue(core, class, message))
		return false;
	marker(MARKER_MESSAGE);
	counters[COUNTER_messages]++;
	announce(core, class);
	return true;
}

uint64_t inbox_send_burst(unsigned core, struct message *message, uint64_t count)
{
	uint64_t sent = 0;

	message->from = (uint16_t)this_core();
	count = count < RING_SLOTS ? count : RING_SLOTS;
	while (sent < count && enqueue(core, MESSAGE_LEAF, message)) {
		marker(MARKER_MESSAGE);
		sent++;
	}
	counters[COUNTER_messages] += sent;
	announce(core, MESSAGE_LEAF);
	return sent;
}

void inbox_send_leaf(unsigned core, struct message *message)
{
	message->from = (uint16_t)this_core();
	while (!try_send(core, MESSAGE_LEAF, message)) { /* bounded: the receiver drains leaves wherever it is */
		inbox_serve_leaves();
		cpu_pause();
	}
}

static void post(const struct core_set *cores, const struct message *message)
{
	unsigned self = this_core();

	own_mailbox()->bulletin = *message;
	own_mailbox()->bulletin.from = (uint16_t)self;
	core_set_for_each(core, cores) {
		struct mailbox *mailbox = mailbox_of(core);

		marker(MARKER_MESSAGE);
		counters[COUNTER_messages]++;
		__atomic_fetch_or(&mailbox->posted[self / 64], UINT64_C(1) << self % 64, __ATOMIC_SEQ_CST);
		set_pending(core, mailbox, MESSAGE_LEAF);
	}
}

void inbox_ask_all(const struct core_set *cores, const struct message *message)
{
	struct mailbox *own = own_mailbox();
	uint64_t expected;

	marker(MARKER_ASK);
	expected = core_set_count(cores);
	__atomic_store_n(&own->acknowledged, 0, __ATOMIC_RELAXED);
	post(cores, message);
	marker(MARKER_ASKED);
	while (__atomic_load_n(&own->acknowledged, __ATOMIC_ACQUIRE) != expected) { /* bounded: by the others */
		inbox_serve_leaves();
		cpu_pause();
	}
	marker(MARKER_ANSWERED);
}

void inbox_acknowledge(unsigned core)
{
	marker(MARKER_DONE);
	__atomic_fetch_add(&mailbox_of(core)->acknowledged, 1, __ATOMIC_RELEASE);
}

/* Calls keep their order: behind those that wait already. */
void inbox_send_call(unsigned core, struct message *message)
{
	message->from = (uint16_t)this_core();
	if (!backlog_waits() && try_send(core, MESSAGE_CALL, message))
		return;
	while (backlog_append(core, message)) { /* bounded: the receivers' event loops make room */
		if (!inbox_flush_backlog() && try_send(core, MESSAGE_CALL, message))
			return;
		inbox_serve_leaves();
		cpu_pause();
	}
	clock_arm_by(clock_now() + BACKLOG_PATIENCE); /* whatever this core does next */
}

bool inbox_flush_backlog(void)
{
	const struct message *message;
	unsigned core;

	while ((message = backlog_front(&core))) { /* bounded: each turn sends one */
		if (!try_send(core, MESSAGE_CALL, message))
			return true;
		backlog_drop();
	}
	return false;
}

/* A leaf is handled where it lies: its handler sends nothing, so nobody waits for the slot meanwhile. */
static void empty_leaf_ring(struct ring ring)
{
	const struct message *message;

	while ((message = ring_front(ring))) {
		message_handlers[message->kind](message);
		ring_drop(ring);
	}
}

/* A call's slot is free again before its handler runs, and perhaps sends. A ring that is filled as fast as it is emptied is left
 * for the next round, so that leaves have their turn: the sender may be waiting for just those. */
static void empty_call_ring(struct ring ring, unsigned sender)
{
	struct message message;

	for (unsigned taken = 0; ring_dequeue(ring, &message); taken++) {
		message_handlers[message.kind](&message);
		if (taken == RING_SLOTS) {
			__atomic_fetch_or(&own_mailbox()->pending[MESSAGE_CALL], UINT64_C(1) << sender % 64, __ATOMIC_SEQ_CST);
			return;
		}
	}
}

static void empty_ring(struct ring ring, unsigned sender, enum message_class class)
{
	if (class == MESSAGE_LEAF)
		empty_leaf_ring(ring);
	else
		empty_call_ring(ring, sender);
}

/* The bit is cleared before the handler answers: then the sender may post again. */
static void read_bulletin(unsigned sender)
{
	struct mailbox *own = own_mailbox();
	const struct message *bulletin = &mailbox_of(sender)->bulletin;
	uint64_t bit = UINT64_C(1) << sender % 64;
	message_handler handle;

	if (!(__atomic_load_n(&own->posted[sender / 64], __ATOMIC_RELAXED) & bit))
		return;
	__atomic_fetch_and(&own->posted[sender / 64], ~bit, __ATOMIC_SEQ_CST);
	handle = message_handlers[bulletin->kind]; /* the bulletin's line has come */
	marker(MARKER_TAKEN);
	handle(bulletin);
}

static inline bool is_filled(struct ring ring)
{
	return ring_front(ring) != NULL;
}

/* W4: what came before the sender could see that it is not watched. */
static void look_once_more(const struct watched *at)
{
	for (enum message_class class = MESSAGE_LEAF; class < MESSAGE_CLASSES; class++)
		if (is_filled(at->ring[class]))
			__atomic_fetch_or(&own_mailbox()->pending[class], UINT64_C(1) << at->core % 64, __ATOMIC_SEQ_CST);
}

static void watch_no_more(const struct watched *at)
{
	__atomic_fetch_and(&own_mailbox()->watched[at->core / 64], ~(UINT64_C(1) << at->core % 64), __ATOMIC_SEQ_CST); /* W2, W3 */
	look_once_more(at);
}

static void begin_to_watch(unsigned sender)
{
	uint64_t *word = &own_mailbox()->watched[sender / 64];

	__atomic_store_n(word, *word | UINT64_C(1) << sender % 64, __ATOMIC_RELAXED); /* publishes nothing: who sees it late sets pending */
}

static bool may_be_met(unsigned sender)
{
	bool is_new = ring_senders() == 1;

	for (unsigned i = 0; i < watched_count; i++)
		is_new &= watched[i].core != sender;
	return is_new;
}

static void give_place(unsigned place, unsigned sender)
{
	if (place == watched_count)
		watched_count++;
	else if (watching)
		watch_no_more(&watched[place]);
	watched[place] = (struct watched){ sender, { ring_from(sender, MESSAGE_LEAF), ring_from(sender, MESSAGE_CALL) } };
	if (watching)
		begin_to_watch(sender);
}

/* A sender that may be worth watching. */
static void meet_sender(unsigned sender)
{
	if (!may_be_met(sender))
		return;
	if (watched_count < WATCHED_MOST) {
		give_place(watched_count, sender);
	} else if (++passed_over >= WATCHED_LONG) {
		passed_over = 0;
		give_place(watched_oldest, sender);
		watched_oldest = watched_oldest + 1 < WATCHED_MOST ? watched_oldest + 1 : first_met;
	}
}

void inbox_expect(unsigned sender)
{
	first_met = 1;
	watched_oldest = watched_oldest ? watched_oldest : first_met;
	if (may_be_met(sender))
		give_place(0, sender);
}

__attribute__((noinline)) static void empty_watched(enum message_class class)
{
	for (const struct watched *at = watched; at < watched + watched_count; at++)
		empty_ring(at->ring[class], (unsigned)at->core, class);
}

void inbox_watch(void)
{
	for (unsigned i = 0; i < watched_count && !watching; i++)
		begin_to_watch((unsigned)watched[i].core);
	watching = true;
}

bool inbox_look(unsigned times)
{
	for (; times; times--, cpu_pause()) {
		for (const struct watched *at = watched; at < watched + watched_count; at++)
			if (is_filled(at->ring[MESSAGE_LEAF]) || is_filled(at->ring[MESSAGE_CALL]))
				return true;
		if (inbox_pending())
			return true;
	}
	return false;
}

/* R1 and R2. */
static void drain_class(enum message_class class)
{
	uint64_t bits = __atomic_exchange_n(&own_mailbox()->pending[class], 0, __ATOMIC_SEQ_CST);

	for (; bits; bits &= bits - 1) {
		for (unsigned sender = (unsigned)__builtin_ctzll(bits); sender < machine_cores(); sender += 64) {
			struct ring ring = ring_from(sender, class);

			if (is_filled(ring)) {
				meet_sender(sender);
				empty_ring(ring, sender, class);
			}
			if (class == MESSAGE_LEAF)
				read_bulletin(sender);
			if (class == MESSAGE_LEAF && this_core() == LOG_CORE)
				log_collect(sender);
		}
	}
}

static bool is_pending(enum message_class class)
{
	return __atomic_load_n(&own_mailbox()->pending[class], __ATOMIC_RELAXED) != 0;
}

void inbox_drain(void)
{
	do { /* bounded: by what others send */
		inbox_serve_leaves();
		if (is_pending(MESSAGE_CALL))
			drain_class(MESSAGE_CALL);
		if (watching)
			empty_watched(MESSAGE_CALL);
	} while (inbox_pending());
}

void inbox_serve_leaves(void)
{
	if (is_pending(MESSAGE_LEAF))
		drain_class(MESSAGE_LEAF);
	if (watching)
		empty_watched(MESSAGE_LEAF);
}

void inbox_listen(void)
{
	__atomic_store_n(&own_mailbox()->attention, ATTENTION_LISTENING, __ATOMIC_RELAXED);
}

static void stop_watching(void)
{
	uint64_t *word = own_mailbox()->watched;

	for (unsigned i = 0; i < CORE_SET_WORDS; i++)
		if (word[i])
			__atomic_exchange_n(&word[i], 0, __ATOMIC_SEQ_CST); /* W2; W3: an exchange is a full fence */
	for (unsigned i = 0; i < watched_count; i++)
		look_once_more(&watched[i]);
	watching = false;
}

bool inbox_leave(void)
{
	if (watching)
		stop_watching();
	/* A1 and A2 in one: an exchange is a full fence. */
	__atomic_exchange_n(&own_mailbox()->attention, ATTENTION_AWAY, __ATOMIC_SEQ_CST);
	if (!inbox_pending()) /* A3 */
		return true;
	inbox_listen();
	return false;
}
