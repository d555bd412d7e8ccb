/* cpu.h - a head as it should be
 * SPDX-License-Identifier: MIT */
