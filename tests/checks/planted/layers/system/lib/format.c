/* format.c - planted: a header that needs an operating system
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
