/* composition.h - the isolation classes of services, from abi/composition.def
 * SPDX-License-Identifier: MIT
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
#define PLACE(composition, service, isolation)
#include "abi/composition.def"
#undef COMPOSITION
#undef PLACE
	COMPOSITIONS,
};

/* By name; COMPOSITIONS: there is none of this name. */
enum composition composition_find(const char *name);
const char *composition_name(enum composition composition);

/* What the composition wants for a service. */
enum isolation composition_isolation(enum composition composition, enum server server);

#endif
