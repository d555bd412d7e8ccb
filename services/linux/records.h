/* records.h - small objects of this service's replica, 64 bytes each
 * SPDX-License-Identifier: MIT
 * Carved from pages that stay with the replica. Own core, never waits. */
#ifndef SERVICES_LINUX_RECORDS_H
#define SERVICES_LINUX_RECORDS_H

enum { RECORD_SIZE = 64 };

void *record_take(void); /* undefined content; NULL: no memory */
void record_give(void *record);

/* Every page of this replica's records. */
void records_visit(void (*visit)(const void *page));

#endif
