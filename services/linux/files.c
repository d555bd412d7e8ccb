/* files.c - see files.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/files.h"

#include <stddef.h>

#include "abi/kernel.h"
#include "services/linux/closer.h"
#include "services/linux/process.h"

enum { FILES_PAGE = 4096 / sizeof(struct file) };

_Static_assert(sizeof(struct descriptors) == 4096, "a page");

static struct file *free_file, *closing; /* of this core */
static struct file *pages;               /* the first record of each leads to the next */

static struct file *more(void)
{
	struct file *page = closer_open() ? kernel_files_page_take() : NULL;

	for (unsigned i = 1; page && i < FILES_PAGE; i++) {
		page[i] = (struct file){ .home = kernel_core(), .next = free_file };
		free_file = &page[i];
	}
	if (page) {
		page->next = pages;
		pages = page;
	}
	return free_file;
}

struct file *file_open(uint64_t inode, uint32_t mode, uint32_t flags)
{
	struct file *file = free_file ? free_file : more();

	if (!file)
		return NULL;
	free_file = file->next;
	file->inode = inode;
	file->mode = mode;
	file->flags = flags;
	file->offset = 0;
	__atomic_store_n(&file->references, 1, __ATOMIC_RELEASE);
	return file;
}

struct file *file_open_text(struct text *text, uint32_t mode, uint32_t flags)
{
	struct file *file = file_open(0, mode, flags);

	if (file)
		file->text = text;
	return file;
}

void file_share(struct file *file)
{
	__atomic_fetch_add(&file->references, 1, __ATOMIC_RELAXED);
}

static void list(struct file *file)
{
	file->next = closing;
	closing = file;
}

void file_gone(struct file *file)
{
	list(file);
	closer_wake();
}

void file_put(struct file *file)
{
	file_put_served(file);
	if (closing)
		closer_wake();
}

void file_put_served(struct file *file)
{
	if (__atomic_sub_fetch(&file->references, 1, __ATOMIC_ACQ_REL))
		return;
	if (file->home == kernel_core())
		list(file);
	else
		kernel_notify(file->home, SERVICE_LINUX, LINUX_FILE_GONE, (uint64_t[CALL_WORDS]){ (uint64_t)file });
}

struct file *file_closing(void)
{
	struct file *file = closing;

	if (file)
		closing = file->next;
	return file;
}

void file_closed(struct file *file)
{
	if (file->text)
		kernel_page_give(file->text);
	file->text = NULL;
	file->next = free_file;
	free_file = file;
}

void files_visit(void (*visit)(const void *page))
{
	for (struct file *page = pages; page; page = page->next) {
		visit(page);
		for (unsigned i = 1; i < FILES_PAGE; i++)
			if (page[i].text)
				visit(page[i].text);
	}
}

struct descriptors *descriptors_create(void)
{
	struct descriptors *table = kernel_files_page_take();

	if (table)
		table->mask = 0022;
	return table;
}

static struct descriptors *next_page(const struct descriptors *page)
{
	return __atomic_load_n(&page->next, __ATOMIC_ACQUIRE);
}

uint64_t *descriptor_word(const struct descriptors *table, unsigned number)
{
	if (number >= DESCRIPTORS_MOST)
		return NULL;
	for (; table && number >= DESCRIPTORS_PAGE; number -= DESCRIPTORS_PAGE)
		table = next_page(table);
	return table ? (uint64_t *)&table->word[number] : NULL;
}

/* The page behind one, made when absent. NULL: no memory. */
static struct descriptors *open_next(struct descriptors *page)
{
	struct descriptors *next = next_page(page), *new = next ? NULL : kernel_files_page_take();

	if (!new || __atomic_compare_exchange_n(&page->next, &next, new, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return next ? next : new;
	kernel_page_give(new); /* another core was faster */
	return next;
}

uint64_t *descriptor_open(struct descriptors *table, unsigned number)
{
	for (unsigned first = DESCRIPTORS_PAGE; number < DESCRIPTORS_MOST && first <= number; first += DESCRIPTORS_PAGE)
		if (!(table = open_next(table)))
			return NULL;
	return number < DESCRIPTORS_MOST ? &table->word[number % DESCRIPTORS_PAGE] : NULL;
}

static bool change(uint64_t *word, uint64_t from, uint64_t to)
{
	return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

int descriptor_reserve(struct descriptors *table, unsigned from)
{
	unsigned first = 0;

	for (; table && first < DESCRIPTORS_MOST; table = open_next(table), first += DESCRIPTORS_PAGE)
		for (unsigned i = from > first ? from - first : 0; i < DESCRIPTORS_PAGE && first + i < DESCRIPTORS_MOST; i++)
			if (!__atomic_load_n(&table->word[i], __ATOMIC_RELAXED) && change(&table->word[i], 0, DESCRIPTOR_RESERVED))
				return (int)(first + i);
	return -1;
}

void descriptor_set(struct descriptors *table, unsigned number, struct file *file, unsigned exec)
{
	__atomic_store_n(descriptor_word(table, number), file ? (uint64_t)file | exec : 0, __ATOMIC_RELEASE);
}

struct file *descriptor_take(struct descriptors *table, unsigned number)
{
	uint64_t *word = descriptor_word(table, number);
	uint64_t now = word ? __atomic_load_n(word, __ATOMIC_ACQUIRE) : 0;

	while (descriptor_file(now) && !__atomic_compare_exchange_n(word, &now, 0, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		; /* bounded: each turn that fails, another core has changed it */
	return descriptor_file(now);
}

bool descriptor_mark(struct descriptors *table, unsigned number, bool exec)
{
	uint64_t *word = descriptor_word(table, number);
	uint64_t now = word ? __atomic_load_n(word, __ATOMIC_RELAXED) : 0, marked;

	do {
		if (!descriptor_file(now))
			return false;
		marked = exec ? now | DESCRIPTOR_EXEC : now & ~(uint64_t)DESCRIPTOR_EXEC;
	} while (!__atomic_compare_exchange_n(word, &now, marked, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)); /* bounded: each turn that fails, another core has changed it */
	return true;
}

bool descriptor_replace(struct descriptors *table, unsigned number, struct file *file, unsigned exec)
{
	uint64_t *word = descriptor_word(table, number);
	uint64_t now = __atomic_load_n(word, __ATOMIC_ACQUIRE);

	do {
		if (now == DESCRIPTOR_RESERVED)
			return false;
	} while (!__atomic_compare_exchange_n(word, &now, (uint64_t)file | exec, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)); /* bounded: each turn that fails, another core has changed it */
	if (now)
		file_put(descriptor_file(now));
	return true;
}

static bool hold(struct file *file)
{
	uint64_t now = __atomic_load_n(&file->references, __ATOMIC_RELAXED);

	while (now && !__atomic_compare_exchange_n(&file->references, &now, now + 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		; /* bounded: each turn that fails, another core has changed the count */
	return now != 0;
}

/* What a word has, with a reference for the caller; 0: no file. One that leads to a file all the time, if to several in turn, is never found empty. */
static uint64_t hold_word(const uint64_t *word)
{
	uint64_t now = __atomic_load_n(word, __ATOMIC_ACQUIRE);

	while (descriptor_file(now)) { /* bounded: by I2, each turn but the last, another core has changed it, perhaps to the same record again */
		bool held = hold(descriptor_file(now));
		uint64_t again = __atomic_load_n(word, __ATOMIC_ACQUIRE);

		if (held && descriptor_file(again) == descriptor_file(now)) /* the record has not become another's meanwhile */
			return again;
		if (held)
			file_put(descriptor_file(now));
		now = again;
	}
	return 0;
}

struct file *descriptor_hold(const struct descriptors *table, unsigned number)
{
	uint64_t *word = descriptor_word(table, number);

	return word ? descriptor_file(hold_word(word)) : NULL;
}

static struct descriptors *copy_page(const struct descriptors *of)
{
	struct descriptors *copy = kernel_files_page_take();

	for (unsigned i = 0; copy && i < DESCRIPTORS_PAGE; i++)
		copy->word[i] = hold_word(&of->word[i]);
	return copy;
}

struct descriptors *descriptors_copy(const struct descriptors *of)
{
	struct descriptors *copy = copy_page(of), *last = copy;

	if (!copy)
		return NULL;
	copy->mask = __atomic_load_n(&of->mask, __ATOMIC_RELAXED);
	copy->directory = hold_word(&of->directory);
	for (of = next_page(of); of; of = next_page(of), last = last->next) {
		last->next = copy_page(of);
		if (!last->next) {
			descriptors_destroy(copy);
			return NULL;
		}
	}
	return copy;
}

/* Empties it first: a word with a file has a reference, to the last. */
static void put_word(uint64_t *word, struct file *next)
{
	struct file *file = descriptor_file(__atomic_exchange_n(word, (uint64_t)next, __ATOMIC_ACQ_REL));

	if (file)
		file_put(file);
}

void descriptors_destroy(struct descriptors *table)
{
	put_word(&table->directory, NULL);
	for (struct descriptors *next; table; table = next) {
		next = table->next;
		for (unsigned i = 0; i < DESCRIPTORS_PAGE; i++)
			put_word(&table->word[i], NULL);
		kernel_page_give(table);
	}
}

void descriptors_move(struct descriptors *table, struct file *directory)
{
	put_word(&table->directory, directory);
}

uint64_t descriptors_directory(const struct descriptors *table)
{
	struct file *file = descriptor_file(hold_word(&table->directory));
	uint64_t inode = file ? file->inode : 0;

	if (file)
		file_put(file);
	return inode;
}

void descriptors_exec(struct descriptors *table)
{
	for (; table; table = next_page(table))
		for (unsigned i = 0; i < DESCRIPTORS_PAGE; i++) {
			uint64_t word = __atomic_load_n(&table->word[i], __ATOMIC_RELAXED);

			if (descriptor_file(word) && word & DESCRIPTOR_EXEC && change(&table->word[i], word, 0))
				file_put(descriptor_file(word));
		}
}

void descriptors_visit(const struct descriptors *table, void (*visit)(const void *page))
{
	for (; table; table = next_page(table))
		visit(table);
}
