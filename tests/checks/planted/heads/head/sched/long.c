/* long.c - planted: a head of 26 lines
 * SPDX-License-Identifier: MIT
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * more
 * end */
