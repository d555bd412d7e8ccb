/* message.h - what one instance sends another: one cache line
 * SPDX-License-Identifier: MIT
 * Two classes, each with rings of its own. A *leaf* neither allocates nor sends requests when it
 * is handled, so a core may serve leaves while it waits for something; a *call* may do anything, and is handled
 * from the event loop alone. */
#ifndef PERCPU_MESSAGE_H
#define PERCPU_MESSAGE_H

#include <stdint.h>

enum message_class {
	MESSAGE_LEAF,
	MESSAGE_CALL,
	MESSAGE_CLASSES,
};

/* X(name, class, meaning) */
#define MESSAGE_KINDS(X)                                                                       \
	X(reply,      MESSAGE_LEAF, "answer to a call: cookie is the thread, word[0] the result") \
	X(invalidate, MESSAGE_LEAF, "forget the mappings of a range, then acknowledge")           \
	X(frames,     MESSAGE_LEAF, "frames that come home")                                      \
	X(lent,       MESSAGE_LEAF, "frames on loan: word[0] says how many, and whether more come")  \
	X(answered,   MESSAGE_LEAF, "what a service in a domain of its own has answered: cookie is the caller's record")   \
	X(freeze,     MESSAGE_LEAF, "run no program any more, then acknowledge")                  \
	X(audit,      MESSAGE_LEAF, "look for every frame of this core's, then acknowledge")      \
	X(stream,     MESSAGE_LEAF, "nothing: for measuring rings")                               \
	X(borrow,     MESSAGE_CALL, "frames are wanted, word[0] of them; `lent` is owed")         \
	X(call_at,    MESSAGE_CALL, "call of a service in a domain of its own, its number in operation; `answered` is owed")  \
	X(request,    MESSAGE_CALL, "call of a service; a reply is owed")                         \
	X(notify,     MESSAGE_CALL, "call of a service; no reply")

enum message_kind {
#define X(name, class, meaning) MESSAGE_##name,
	MESSAGE_KINDS(X)
#undef X
	MESSAGE_KIND_COUNT,
};

enum { MESSAGE_WORDS = 6 };

struct message {
	union {
		struct {
			uint16_t kind;       /* enum message_kind */
			uint8_t service;     /* request, notify: enum service */
			uint8_t operation;
			uint16_t from;       /* the sending core */
			uint16_t sequence;   /* the ring's own (percpu/ring.c) */
		};
		uint64_t label; /* all of these: written last, in one step */
	};
	union {
		struct {
			uint64_t cookie; /* handed back in the reply */
			uint64_t word[MESSAGE_WORDS];
		};
		struct content {
			uint64_t part[1 + MESSAGE_WORDS];
		} content; /* both */
	};
};

_Static_assert(sizeof(struct message) == 64, "a message is one cache line");

#endif
