/* mapped_work.c - see mapped_work.h
 * SPDX-License-Identifier: MIT
 * Each page holds one number at its end: the file's, and the private mapping's where that has a page of its own. All pages are written before they are mapped, so that
 * no store lacks space. */
#include "mapped_work.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "region.h"

enum {
	NAMES = 64, /* so many files at most are left by those who are killed before they remove the name */
	FILE_PAGES = 6,
	STEPS = 20,
	WORD = PAGE - 8, /* of a page */
	ENDED = 7,
};

struct mapped {
	int file;
	uint64_t *random;
	unsigned char *shared, *private;
	uint64_t holds[FILE_PAGES], own[FILE_PAGES]; /* 0: the private mapping has the file's page */
};

static int make(uint64_t *random)
{
	char name[32];
	int file;

	snprintf(name, sizeof(name), "/mapped-%u", (unsigned)random_below(random, NAMES));
	file = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (file >= 0 || errno == EEXIST)
		unlink(name);
	return file;
}

static volatile uint64_t *word_at(unsigned char *memory, unsigned page)
{
	return (volatile uint64_t *)(memory + page * PAGE + WORD);
}

static void check_page(const struct mapped *mapped, unsigned page)
{
	uint64_t held = mapped->holds[page], own = mapped->own[page] ? mapped->own[page] : held, read;

	if (*word_at(mapped->shared, page) != held)
		wrong("a shared mapping of a file", (const void *)word_at(mapped->shared, page), *word_at(mapped->shared, page), held);
	if (*word_at(mapped->private, page) != own)
		wrong("a private mapping of a file", (const void *)word_at(mapped->private, page), *word_at(mapped->private, page), own);
	if (pread(mapped->file, &read, sizeof(read), page * PAGE + WORD) != sizeof(read) || read != held)
		wrong("a mapped file", (const void *)(uintptr_t)page, read, held);
}

static uint64_t any(const struct mapped *mapped)
{
	return random_next(mapped->random) | 1;
}

static unsigned any_page(const struct mapped *mapped)
{
	return random_below(mapped->random, FILE_PAGES);
}

static bool write_shared(struct mapped *mapped)
{
	unsigned page = any_page(mapped);

	*word_at(mapped->shared, page) = mapped->holds[page] = any(mapped);
	return true;
}

static bool write_private(struct mapped *mapped)
{
	unsigned page = any_page(mapped);

	*word_at(mapped->private, page) = mapped->own[page] = any(mapped);
	return true;
}

/* One page of it to another, from memory that may not be there yet. */
static bool write_page(struct mapped *mapped)
{
	unsigned from = any_page(mapped), to = any_page(mapped);
	bool private = random_below(mapped->random, 2);
	uint64_t value = private && mapped->own[from] ? mapped->own[from] : mapped->holds[from];
	ssize_t written = pwrite(mapped->file, (private ? mapped->private : mapped->shared) + from * PAGE, PAGE, to * PAGE);

	if (written == PAGE)
		mapped->holds[to] = value;
	return written == PAGE || errno == EFAULT || errno == ENOSPC || errno == ENOMEM;
}

static bool synchronise(struct mapped *mapped)
{
	return !msync(mapped->shared, FILE_PAGES * PAGE, MS_SYNC);
}

static bool discard(struct mapped *mapped)
{
	unsigned page = any_page(mapped);

	if (madvise(mapped->private + page * PAGE, PAGE, MADV_DONTNEED))
		return errno == ENOMEM;
	mapped->own[page] = 0;
	return !madvise(mapped->shared + page * PAGE, PAGE, MADV_DONTNEED) || errno == ENOMEM;
}

/* A mapping of the same in its place. */
static bool replace(struct mapped *mapped)
{
	bool private = random_below(mapped->random, 2);
	unsigned page = any_page(mapped);
	void *place = (private ? mapped->private : mapped->shared) + page * PAGE;

	if (mmap(place, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | (private ? MAP_PRIVATE : MAP_SHARED), mapped->file, page * PAGE) != place)
		return errno == ENOMEM;
	if (private)
		mapped->own[page] = 0;
	return true;
}

static _Noreturn void be_child(struct mapped *mapped, unsigned page, uint64_t value)
{
	for (unsigned i = 0; i < FILE_PAGES; i++)
		check_page(mapped, i);
	*word_at(mapped->private, page) = mapped->own[page] = value + 2;
	*word_at(mapped->shared, page) = mapped->holds[page] = value;
	check_page(mapped, page);
	_exit(ENDED);
}

static bool give_birth(struct mapped *mapped)
{
	unsigned page = any_page(mapped);
	uint64_t value = any(mapped);
	pid_t child = fork();
	int status;

	if (child == 0)
		be_child(mapped, page, value);
	if (child < 0)
		return true;
	if (waitpid(child, &status, 0) != child)
		wrong("a child is lost", NULL, child, 0);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return false;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != ENDED)
		wrong("the end of a child with a file", NULL, status, ENDED << 8);
	mapped->holds[page] = value;
	return true;
}

static bool (*const step[])(struct mapped *) = {
	write_shared, write_shared, write_private, write_private, write_page, synchronise, discard, replace, give_birth,
};

static bool use(struct mapped *mapped)
{
	for (unsigned i = random_below(mapped->random, STEPS); i; i--) {
		unsigned kind = random_below(mapped->random, sizeof(step) / sizeof(*step));

		if (!step[kind](mapped)) {
			if (step[kind] == give_birth)
				return false;
			wrong("a step with a mapped file", (const void *)(uintptr_t)kind, errno, 0);
		}
		check_page(mapped, any_page(mapped));
	}
	for (unsigned page = 0; page < FILE_PAGES; page++)
		check_page(mapped, page);
	return true;
}

/* False: there is no room. */
static bool fill(struct mapped *mapped)
{
	unsigned char page[PAGE];

	memset(page, 0, sizeof(page));
	for (unsigned i = 0; i < FILE_PAGES; i++) {
		mapped->holds[i] = any(mapped);
		memcpy(page + WORD, &mapped->holds[i], sizeof(uint64_t));
		if (pwrite(mapped->file, page, PAGE, i * PAGE) != PAGE)
			return false;
	}
	return true;
}

static unsigned char *map(const struct mapped *mapped, int flags)
{
	void *memory = mmap(NULL, FILE_PAGES * PAGE, PROT_READ | PROT_WRITE, flags, mapped->file, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

bool file_chaos(uint64_t *random)
{
	struct mapped mapped = { .file = make(random), .random = random };
	bool done = true;

	if (mapped.file < 0)
		return true;
	if (fill(&mapped)) {
		mapped.shared = map(&mapped, MAP_SHARED);
		mapped.private = map(&mapped, MAP_PRIVATE);
	}
	if (mapped.shared && mapped.private)
		done = use(&mapped);
	if (mapped.shared)
		munmap(mapped.shared, FILE_PAGES * PAGE);
	if (mapped.private)
		munmap(mapped.private, FILE_PAGES * PAGE);
	close(mapped.file);
	return done;
}
