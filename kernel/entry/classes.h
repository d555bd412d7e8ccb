/* classes.h - in which domain each service is, which isolation class it has there, and why
 * SPDX-License-Identifier: MIT
 * The composition (lib/composition.h) wants a class; a service gets it if its image may run there, if the processor has protection keys, and if
 * there is one left: else class 2. Decided once, by the boot core, before the other cores wake; the same on all of them.
 * I1 two domains never have the same key
 * I2 a service that is joined to another one's domain has all that that one has */
#ifndef KERNEL_ENTRY_CLASSES_H
#define KERNEL_ENTRY_CLASSES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/composition.h"

struct image {
	const uint8_t *start, *end;
};

struct class {
	enum isolation wanted, isolation;
	enum server domain; /* whose it is in: its own, or the one that it is joined to */
	enum domain_image image;
	unsigned key;
	const char *why; /* not what was wanted; NULL: it is */
	char where[48];
};

extern struct class classes[SERVER_COUNT];
extern const struct image server_images[IMAGES][ISOLATION_SPACE + 1], refused_image; /* servers.S */

/* What a service is in a class; of `crude` in class 1, where refused images are not refused, the one that is. */
const struct image *class_image(enum server server, enum isolation isolation);

/* Boot core, on the boot tables. */
void classes_choose(void);

/* Each core, once, before the first call: who calls one that is joined calls the other. */
void classes_join(void);

/* Core 0: a line for each. */
void classes_say(void);

/* What a service, and the composition, is called. */
const char *class_service_name(enum server server);
const char *class_composition_name(void);

#endif
