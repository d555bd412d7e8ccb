/* composition.h - which services form which domain, and of which isolation class, from abi/composition.def
 * SPDX-License-Identifier: MIT
 * Who is joined to a domain is called there, so it must not upset the order in which services call (abi/server.def): it comes behind the domain's own service, and
 * what it calls comes before that one, or is that one. The compiler refuses an image that is not so.
 * Context: any core, any context, never blocks.
 * Tested by tests/unit/composition_test.c */
#ifndef LIB_COMPOSITION_H
#define LIB_COMPOSITION_H

#include "abi/ipc.h"

enum isolation {
	ISOLATION_NONE,  /* class 0 */
	ISOLATION_KEY,   /* class 1 */
	ISOLATION_SPACE, /* class 2 */
};

enum composition {
#define COMPOSITION(name, isolation, meaning) COMPOSITION_##name,
#include "abi/composition.def"
	COMPOSITIONS,
};

/* Images of domains: of each service alone, by its number, and then those with another one joined. */
enum domain_image {
	IMAGES_ALONE = SERVER_COUNT - 1,
#define IMAGE(name, service, joined, variant, meaning) IMAGE_##name,
#include "abi/composition.def"
	IMAGES,
};

/* By name; COMPOSITIONS: there is none of this name. */
enum composition composition_find(const char *name);
const char *composition_name(enum composition composition);

/* What the composition wants for a service, or for the one that it is joined to. */
enum isolation composition_isolation(enum composition composition, enum server server);

/* In whose domain it is: its own, or the one that it is joined to. And what a service's own domain is made of. */
enum server composition_domain(enum composition composition, enum server server);
enum domain_image composition_image(enum composition composition, enum server server);

#endif
