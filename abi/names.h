/* names.h - operations of the name service, and its limits
 * SPDX-License-Identifier: MIT */
#ifndef ABI_NAMES_H
#define ABI_NAMES_H

enum {
	NAME_MAX = 32, /* letters; NUL is a letter like any other */
};

enum names_operation {
	NAMES_NOTHING, /* -> the core that served it */
	NAMES_CHANGE,  /* name (4 words), length, value: at the name's home -> 0, or NO_SPACE */
	NAMES_LOOK_UP, /* name (4 words), length -> value; for the ablation with one replica */
};

#endif
