/* records.c - see records.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/records.h"

#include "abi/kernel.h"

enum { PAGE = 4096 };

static void *free_record;

void *record_take(void)
{
	void *record;

	if (!free_record) {
		char *page = kernel_page_take();

		for (unsigned at = 0; page && at < PAGE; at += RECORD_SIZE)
			record_give(page + at);
	}
	record = free_record;
	if (record)
		free_record = *(void **)record;
	return record;
}

void record_give(void *record)
{
	*(void **)record = free_record;
	free_record = record;
}
