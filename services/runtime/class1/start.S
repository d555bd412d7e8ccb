/* start.S - the beginning and the end of a service's activation in ring 0, class 1
 * SPDX-License-Identifier: MIT */
#include "services/runtime/inner.h"

	START GATE_RETURN
