/* composition.c - see composition.h
 * SPDX-License-Identifier: MIT */
#include "lib/composition.h"

#include <stddef.h>
#include <stdint.h>

#include "lib/string.h"

#define CLASS_OF(isolation) (1 + (isolation)) /* 0: the composition does not name the service */

enum {
#define X(name, number, callees, meaning) CALLEES_##name = callees,
#include "abi/server.def"
#undef X
};

/* Its domain's number counts where it is called, and where it calls from. */
#define IMAGE(name, service, joined, variant, meaning) \
	_Static_assert(SERVER_##service < SERVER_##joined, "who calls one that is joined comes behind the domain's own service"); \
	_Static_assert((uint64_t)(CALLEES_##joined & ~(1 << SERVER_##service)) >> SERVER_##service == 0, "so does the domain, with what is joined to it"); \
	_Static_assert((IPC_KEEP >> SERVER_##joined & 1) == 0, "a domain has the store of its own service");
#include "abi/composition.def"

static const struct {
	const char *name;
	enum isolation isolation;
} compositions[] = {
#define COMPOSITION(name, isolation, meaning) { #name, isolation },
#include "abi/composition.def"
};

static const uint8_t named[COMPOSITIONS][SERVER_COUNT] = {
#define PLACE(composition, service, isolation) [COMPOSITION_##composition][SERVER_##service] = CLASS_OF(isolation),
#include "abi/composition.def"
};

static const struct {
	enum server service, joined;
} images[IMAGES] = {
#define IMAGE(name, service, joined, variant, meaning) [IMAGE_##name] = { SERVER_##service, SERVER_##joined },
#include "abi/composition.def"
};

static const struct {
	enum composition composition;
	enum domain_image image;
} joins[] = {
#define JOIN(composition, image) { COMPOSITION_##composition, IMAGE_##image },
#include "abi/composition.def"
};

enum { JOINS = sizeof(joins) / sizeof(joins[0]) };

enum composition composition_find(const char *name)
{
	unsigned composition = 0;

	while (composition < COMPOSITIONS && strcmp(compositions[composition].name, name))
		composition++;
	return (enum composition)composition;
}

const char *composition_name(enum composition composition)
{
	return compositions[composition].name;
}

enum isolation composition_isolation(enum composition composition, enum server server)
{
	unsigned own = named[composition][composition_domain(composition, server)];

	return own ? (enum isolation)(own - CLASS_OF(0)) : compositions[composition].isolation;
}

enum server composition_domain(enum composition composition, enum server server)
{
	for (unsigned i = 0; i < JOINS; i++)
		if (joins[i].composition == composition && images[joins[i].image].joined == server)
			return images[joins[i].image].service;
	return server;
}

enum domain_image composition_image(enum composition composition, enum server server)
{
	for (unsigned i = 0; i < JOINS; i++)
		if (joins[i].composition == composition && images[joins[i].image].service == server)
			return joins[i].image;
	return (enum domain_image)server;
}
