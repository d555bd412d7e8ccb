/* exec.h - from a file in the initramfs to a program that runs
 * SPDX-License-Identifier: MIT
 * Everything that can be wrong is found while the old program still stands; then the thread
 * steps over. Own core, never waits. */
#ifndef SERVICES_LINUX_EXEC_H
#define SERVICES_LINUX_EXEC_H

/* Core 0, at boot: the machine's first process, with kernel strings. 0, or a status; the log says why. */
int exec_first(const char *path, char *const argv[]);

#endif
