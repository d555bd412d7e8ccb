/* records.c - see records.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/records.h"

#include "abi/kernel.h"

enum { PAGE = 4096 };

static void *free_record, *pages; /* the first record of each page leads to the next page */

void *record_take(void)
{
	void *record;

	if (!free_record) {
		char *page = kernel_page_take();

		for (unsigned at = RECORD_SIZE; page && at < PAGE; at += RECORD_SIZE)
			record_give(page + at);
		if (page) {
			*(void **)page = pages;
			pages = page;
		}
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

void records_visit(void (*visit)(const void *page))
{
	for (void *page = pages; page; page = *(void **)page)
		visit(page);
}
