/* composition.c - see composition.h
 * SPDX-License-Identifier: MIT */
#include "lib/composition.h"

#include <stdint.h>

#include "lib/string.h"

#define CLASS_OF(isolation) (1 + (isolation)) /* 0: the composition does not name the service */

static const struct {
	const char *name;
	enum isolation isolation;
} compositions[] = {
#define COMPOSITION(name, isolation, meaning) { #name, isolation },
#define PLACE(composition, service, isolation)
#include "abi/composition.def"
#undef COMPOSITION
#undef PLACE
};

static const uint8_t named[COMPOSITIONS][SERVER_COUNT] = {
#define COMPOSITION(name, isolation, meaning)
#define PLACE(composition, service, isolation) [COMPOSITION_##composition][SERVER_##service] = CLASS_OF(isolation),
#include "abi/composition.def"
#undef COMPOSITION
#undef PLACE
};

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
	unsigned own = named[composition][server];

	return own ? (enum isolation)(own - CLASS_OF(0)) : compositions[composition].isolation;
}
