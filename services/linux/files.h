/* files.h - open files, and the descriptors that lead to them
 * SPDX-License-Identifier: MIT
 * An open file (POSIX's open file description) belongs to the core where it was opened: its record lies there, and that core's replica of the file service
 * counts it. Any core may use it, so what changes are co-managed words:
 *   references   one for each descriptor and each system call that holds it. 0 -> 1 by its home alone; n -> n + 1 by who has one, or by who has
 *                found a descriptor and finds the count above 0; n -> n - 1 by who has one. Who takes the last one tells the home.
 *   offset       moved by compare-and-swap: reads move it behind what they have read, writes before they write.
 * A table of descriptors belongs to a process and lies at its home. Its words are co-managed as well: FREE -> RESERVED -> a file with the mark
 * of exec -> FREE, each by compare-and-swap or exchange. So to open, use and close a file, no core sends a message.
 * I1 records are of this type for ever: who holds none may look at the count
 * I2 a word with a file stands for one of the file's references
 * Context: any core, as each function says; none waits. Tested by tests/unit/files_test.c. */
#ifndef SERVICES_LINUX_FILES_H
#define SERVICES_LINUX_FILES_H

#include <stdbool.h>
#include <stdint.h>

enum {
	DESCRIPTORS_PAGE = 508,
	DESCRIPTORS_MOST = 1024,
};

struct file {
	uint64_t references, offset; /* co-managed */
	uint64_t inode;              /* of the file service, constant; 0: what `text` says, or the console */
	uint32_t flags;              /* co-managed: as open(2) has them */
	uint32_t mode;               /* constant: its type, of struct stat */
	uint32_t home;               /* constant for ever */
	struct text *text;           /* constant: of a file that was made when it was opened (proc.h); NULL: of another one */
	struct file *next;           /* home: free, or closing */
} __attribute__((aligned(64)));  /* a line of its own, and room for marks in a descriptor's word */

struct descriptors {
	uint64_t word[DESCRIPTORS_PAGE]; /* 0, DESCRIPTOR_RESERVED, or a file and perhaps DESCRIPTOR_EXEC */
	struct descriptors *next;        /* 0 -> a page, once */
	uint64_t mask;                   /* first page alone, co-managed: of umask(2) */
	uint64_t directory;              /* the same: a file, with a reference, as the word of a descriptor; 0: the root */
	uint64_t unused;
};

enum {
	DESCRIPTOR_EXEC = 1, /* closed by exec */
	DESCRIPTOR_RESERVED = 2,
};

static inline struct file *descriptor_file(uint64_t word)
{
	return (struct file *)(word & ~(uint64_t)63);
}

/* This core: a new record with one reference; NULL: no memory. The same of a file with a page of text, which goes with it. */
struct file *file_open(uint64_t inode, uint32_t mode, uint32_t flags);
struct file *file_open_text(struct text *text, uint32_t mode, uint32_t flags);

/* One reference more, for who has one already. */
void file_share(struct file *file);

/* One reference less. Of the last one the home hears, and from it the file service (closer.h). */
void file_put(struct file *file);
/* The same, for a system call that goes on to serve_closing: nobody else is woken for a file of this core. */
void file_put_served(struct file *file);

/* This core: the last reference of one of its files is gone. */
void file_gone(struct file *file);

/* This core: a file that the file service is to close, out of the list; NULL: none. The record goes back by file_closed. */
struct file *file_closing(void);
void file_closed(struct file *file);

/* The tables. At the process's home: a new one, empty; NULL: no memory. One with references of its own to all files of another; NULL. Its end. */
struct descriptors *descriptors_create(void);
struct descriptors *descriptors_copy(const struct descriptors *of);
void descriptors_destroy(struct descriptors *table);

/* The lowest free descriptor from `from` on, RESERVED now; -1: none. */
int descriptor_reserve(struct descriptors *table, unsigned from);
/* It leads to a file whose reference it takes over; NULL: to nothing again. */
void descriptor_set(struct descriptors *table, unsigned number, struct file *file, unsigned exec);
/* Exec closes it, or does not. False: it leads to nothing. */
bool descriptor_mark(struct descriptors *table, unsigned number, bool exec);
/* It leads to a file instead of whatever it led to, which loses a reference: dup2. False: it is being opened. */
bool descriptor_replace(struct descriptors *table, unsigned number, struct file *file, unsigned exec);
/* It leads to nothing, and what it led to is returned with its reference; NULL: to nothing before. */
struct file *descriptor_take(struct descriptors *table, unsigned number);
/* Its word; NULL: there is none, or none yet. And of a number from the program, made when absent: NULL also when there is no memory. */
uint64_t *descriptor_word(const struct descriptors *table, unsigned number);
uint64_t *descriptor_open(struct descriptors *table, unsigned number);

/* What it leads to, with a reference for the caller; NULL: nothing. */
struct file *descriptor_hold(const struct descriptors *table, unsigned number);

/* The current directory leads to this file now, whose reference it takes, and the one before is let go; what it is, 0: the root. */
void descriptors_move(struct descriptors *table, struct file *directory);
uint64_t descriptors_directory(const struct descriptors *table);

/* exec: those that it closes. */
void descriptors_exec(struct descriptors *table);

/* Every page of this core's files, and of a table. */
void files_visit(void (*visit)(const void *page));
void descriptors_visit(const struct descriptors *table, void (*visit)(const void *page));

#endif
