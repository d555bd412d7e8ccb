/* store.h - what a service keeps beyond its replicas' ends, and what it finds at the boot
 * SPDX-License-Identifier: MIT
 * The store is a shard for each core, at the same addresses in every replica: the core's own replica writes it, the others read it. Pages are
 * there from the moment that they are filled until they are dropped, whatever becomes of replicas.
 * What a service puts into the upper half of a shard it lets others map, whoever names it (kernel/memory/store.h); what lies in the lower half is its own. */
#ifndef ABI_STORE_H
#define ABI_STORE_H

#include <stdint.h>

#define STORE_BASE  UINT64_C(0x0000400000000000)
#define STORE_SHIFT 38 /* a core's shard: 256 GiB */
#define STORE_MAPPABLE (UINT64_C(1) << (STORE_SHIFT - 1)) /* in a shard: from here on */

/* Where the initramfs lies in every replica, readable, if there is one. */
#define ARCHIVE_BASE UINT64_C(0x0000000100000000)
#define ARCHIVE_MAX  (UINT64_C(1) << 38)

#endif
