/* ask.S - ipc_ask in ring 0, class 1
 * SPDX-License-Identifier: MIT */
#include "services/runtime/inner.h"

	ASK GATE_CALL
