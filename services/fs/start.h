/* start.h - a replica's beginning: its shard is made or recovered, and the machine's tree is there
 * SPDX-License-Identifier: MIT
 * Own core. start_shard comes before everything else in every activation; it asks core 0 once, which waits for nobody. */
#ifndef SERVICES_FS_START_H
#define SERVICES_FS_START_H

#include "abi/service.h"

must_check status_t start_shard(void);
must_check status_t start_tree(void); /* BUSY: core 0 is still at it */

/* Core 0: FS_REGISTER and FS_START. */
int64_t start_register(unsigned core);
int64_t start_populate(void);

/* populate.c: the archive's directories and regular files appear. */
status_t populate(void);

#endif
