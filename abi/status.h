/* status.h - the result of an operation that may fail: 0 or a negative from status.def
 * SPDX-License-Identifier: MIT
 * A value to hand on or to act on; never to drop (`must_check`). Any core, any context. */
#ifndef ABI_STATUS_H
#define ABI_STATUS_H

enum status {
#define X(name, value, text) STATUS_##name = value,
#include "status.def"
#undef X
};

typedef int status_t;

#define must_check __attribute__((warn_unused_result))

/* The sentence for a status, for people; "unknown status" for a value not in the table. */
static inline const char *status_text(status_t status)
{
	switch (status) {
#define X(name, value, text) case value: return text;
#include "status.def"
#undef X
	default: return "unknown status";
	}
}

#endif
