/* model.h - meetings of all workers where an emulator plugin models the machine's time
 * SPDX-License-Identifier: MIT
 * The protocol is in abi/marker.h. The first meeting, when all workers exist, switches the model on; from then until
 * the last one nothing may run but the tests, so workers meet without a call or a message.
 * Context: once per worker and meeting, on the worker's own core. */
#ifndef GUEST_MODEL_H
#define GUEST_MODEL_H

#include <stdbool.h>

enum model_wait {
	MODEL_SLEEPING, /* at the first meeting: who starts the workers may need this core */
	MODEL_SPINNING, /* at all others */
};

/* Whether the model is on and all workers have met; at once false where nothing models. */
bool model_meet(enum model_wait wait);

#endif
