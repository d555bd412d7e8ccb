/* mapped.c - files as memory
 * SPDX-License-Identifier: MIT
 * Usage: mapped DIRECTORY. Makes and removes files there, and prints what each step says: the same as on Linux. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	PAGES = 16,
	THREADS = 4,
};

static int next;

/* One line: what a call has answered. */
static long say(const char *what, long result)
{
	if (result == -1)
		printf("%3d %s: error %d\n", next++, what, errno);
	else
		printf("%3d %s: %ld\n", next++, what, result);
	return result;
}

static void say_text(const char *what, const char *text)
{
	printf("%3d %s: %.40s\n", next++, what, text);
}

static void *map(size_t size, int protection, int flags, int file, off_t offset)
{
	return mmap(NULL, size, protection, flags, file, offset);
}

static void say_refused(const char *what, const void *address)
{
	say(what, address == MAP_FAILED ? -1 : 0);
}

/* A file of pages that each begin with their number. */
static int make(const char *name)
{
	int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
	char page[PAGE];

	for (int i = 0; i < PAGES; i++) {
		memset(page, 'a' + i, sizeof(page));
		snprintf(page, sizeof(page), "page %d", i);
		if (write(file, page, sizeof(page)) != sizeof(page))
			say("write", -1);
	}
	return file;
}

static void say_in_file(const char *what, int file, off_t offset)
{
	char text[40] = "";

	if (pread(file, text, sizeof(text) - 1, offset) < 0)
		say(what, -1);
	else
		say_text(what, text);
}

static void private(int file)
{
	char *memory = map(PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0), *second;

	say_text("private", memory + 3 * PAGE);
	strcpy(memory + 3 * PAGE, "changed");
	strcpy(memory + 5 * PAGE, "changed before it was read");
	say_text("after a change", memory + 3 * PAGE);
	say("the rest of its page", memory[5 * PAGE + 100]);
	say_in_file("the file", file, 3 * PAGE);
	say_in_file("the file", file, 5 * PAGE);
	second = map(2 * PAGE, PROT_READ, MAP_PRIVATE, file, 3 * PAGE);
	say_text("from the fourth page", second);
	say_text("and the next", second + PAGE);
	say("madvise", madvise(memory + 3 * PAGE, PAGE, MADV_DONTNEED));
	say_text("after it", memory + 3 * PAGE);
	say_text("beside it", memory + 5 * PAGE);
	say("munmap", munmap(memory + PAGE, 3 * PAGE));
	say_text("before the hole", memory);
	say_text("behind it", memory + 4 * PAGE);
	munmap(memory, PAGES * PAGE);
	munmap(second, 2 * PAGE);
}

static void shared(int file)
{
	char *memory = map(PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), *second = map(PAGE, PROT_READ, MAP_SHARED, file, 7 * PAGE);

	say_text("shared", memory + 7 * PAGE);
	strcpy(memory + 7 * PAGE, "through the mapping");
	say_in_file("the file", file, 7 * PAGE);
	say_text("the other mapping", second);
	say("pwrite", pwrite(file, "through the file", 17, 8 * PAGE));
	say_text("the mapping", memory + 8 * PAGE);
	say("pwrite", pwrite(file, "THROUGH", 7, 7 * PAGE));
	say_text("the mapping", memory + 7 * PAGE);
	say("msync", msync(memory, PAGES * PAGE, MS_SYNC));
	say("msync of nothing", msync(memory + PAGES * PAGE + 512 * PAGE, PAGE, MS_SYNC));
	munmap(memory, PAGES * PAGE);
	munmap(second, PAGE);
}

static void holes(const char *name)
{
	int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
	char *memory;

	say("ftruncate", ftruncate(file, 5 * PAGE + 100));
	memory = map(8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	say("a hole", memory[2 * PAGE]);
	strcpy(memory + 4 * PAGE + 10, "in a hole");
	say_in_file("the file", file, 4 * PAGE + 10);
	strcpy(memory + 5 * PAGE + 90, "at the end of it all");
	say_in_file("the end", file, 5 * PAGE + 90);
	say("in the last page", memory[5 * PAGE + 90]);
	for (int page = 5; page < 8; page++) {
		int status;
		pid_t child = fork();

		if (!child) {
			memory[page * PAGE + 200]++;
			_exit(0);
		}
		waitpid(child, &status, 0);
		say("a child that writes there", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	}
	say("ftruncate", ftruncate(file, 8 * PAGE));
	memory[7 * PAGE] = 'x';
	say_in_file("the new end", file, 7 * PAGE);
	munmap(memory, 8 * PAGE);
	close(file);
}

static void refusals(const char *name, const char *directory)
{
	int both = open(name, O_RDWR), reads = open(name, O_RDONLY), writes = open(name, O_WRONLY), where = open(directory, O_RDONLY | O_DIRECTORY);
	char *memory;

	say_refused("no file", map(PAGE, PROT_READ, MAP_PRIVATE, 1000, 0));
	say_refused("a directory", map(PAGE, PROT_READ, MAP_PRIVATE, where, 0));
	say_refused("opened for writing", map(PAGE, PROT_READ, MAP_PRIVATE, writes, 0));
	say_refused("opened for reading, shared", map(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, reads, 0));
	say_refused("an offset of no page", map(PAGE, PROT_READ, MAP_PRIVATE, both, 100));
	say_refused("no bytes", map(0, PROT_READ, MAP_PRIVATE, both, 0));
	say_refused("neither", map(PAGE, PROT_READ, 0, both, 0));
	memory = map(PAGE, PROT_READ, MAP_SHARED, reads, 0);
	say("mprotect of a shared one", mprotect(memory, PAGE, PROT_READ | PROT_WRITE));
	munmap(memory, PAGE);
	memory = map(PAGE, PROT_READ, MAP_PRIVATE, reads, 0);
	say("mprotect of a private one", mprotect(memory, PAGE, PROT_READ | PROT_WRITE));
	strcpy(memory, "mine");
	say_in_file("the file", reads, 0);
	munmap(memory, PAGE);
	close(both), close(reads), close(writes), close(where);
}

/* System calls that come upon pages which nobody has touched. */
static void calls(const char *name, int file)
{
	char *memory = map(PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0), other[220], text[3 * PAGE];
	struct timespec *time = (struct timespec *)(memory + 9 * PAGE);
	struct iovec vectors[2] = { { memory + 10 * PAGE + 5, 2 * PAGE }, { memory + 13 * PAGE, PAGE } };
	int second, status;

	snprintf(other, sizeof(other), "%s.other", name);
	second = open(other, O_RDWR | O_CREAT | O_TRUNC, 0644);
	say("pwrite", pwrite(second, other, strlen(other) + 1, 11 * PAGE) > 0);
	say("write from a mapping", write(second, memory + PAGE, 4 * PAGE));
	say_in_file("the other file", second, 3 * PAGE);
	say("writev", writev(second, vectors, 2));
	say("read into a mapping", pread(second, memory + 6 * PAGE + 50, 2 * PAGE, 0));
	say_text("what it read", memory + 6 * PAGE + 50);
	say_text("and before that", memory + 6 * PAGE);
	say("the time into a mapping", clock_gettime(CLOCK_MONOTONIC, time) || !time->tv_nsec);
	munmap(memory, PAGES * PAGE);
	memory = map(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, second, 11 * PAGE);
	status = open(memory, O_RDONLY);
	say("open by a name in a mapping", status >= 0);
	close(status);
	munmap(memory, PAGE);
	memory = map(2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, second, 0);
	if (!fork())
		_exit(7);
	say("wait into a mapping", wait((int *)(memory + PAGE)) > 0);
	say("its status", WEXITSTATUS(*(int *)(memory + PAGE)));
	say("beyond the end", pread(second, text, sizeof(text), 0) == sizeof(text));
	munmap(memory, 2 * PAGE);
	memory = map(100 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, second, 0);
	say("read behind the end of what is mapped", pread(file, memory + 90 * PAGE, 100, 0));
	munmap(memory, 100 * PAGE);
	close(second);
	unlink(other);
}

/* The same, of calls that are over with a part where something is wrong; and of a name that says where it begins. */
static void parts(const char *name, int file)
{
	char *memory = map(PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0), other[220];
	struct iovec pieces[] = { { memory + PAGE, 6 }, { memory + 3 * PAGE, 6 }, { memory + 5 * PAGE - 3, 9 }, { "\n", 1 } };
	int second;

	say("random bytes", getrandom(memory + 7 * PAGE - 100, 2 * PAGE, 0));
	say("to the console", write(1, memory + 10 * PAGE - 4, 11));
	say("from pages to the console", writev(1, pieces, 4));
	snprintf(other, sizeof(other), "%s.other", name);
	second = open(other, O_RDWR | O_CREAT | O_TRUNC, 0644);
	say("ftruncate", ftruncate(second, PAGES * PAGE));
	for (int i = -2; i < 2; i++)
		say("pwrite", pwrite(second, pieces, sizeof(*pieces), 11 * PAGE + i * (off_t)sizeof(*pieces)));
	say("pwrite", pwrite(second, other, strlen(other) + 1, 13 * PAGE - 5) > 0);
	memory = map(PAGES * PAGE, PROT_READ, MAP_SHARED, second, 0);
	say("pieces that a mapping tells of", writev(second, (struct iovec *)(memory + 11 * PAGE) - 2, 4));
	say("a name that begins at the root", openat(-1, memory + 13 * PAGE - 5, O_RDONLY) >= 0);
	say("a name that is nowhere", openat(-1, (char *)1, O_RDONLY));
	munmap(memory, PAGES * PAGE);
	close(second);
	unlink(other);
}

static void forks(int file)
{
	char *ours = map(2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0), *everybodys = map(2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 2 * PAGE);
	pid_t child;
	int status;

	ours[10] = '1';
	child = fork();
	if (!child) {
		ours[10] = '2';
		ours[PAGE + 10] = '2';
		everybodys[10] = '2';
		everybodys[PAGE + 10] = '2';
		_exit(ours[10] == '2' && ours[PAGE + 10] == '2' ? 3 : 4);
	}
	waitpid(child, &status, 0);
	say("the child", WEXITSTATUS(status));
	say("private", ours[10]);
	say("private, not read before", ours[PAGE + 10]);
	say("shared", everybodys[10]);
	say("shared, not read before", everybodys[PAGE + 10]);
	munmap(ours, 2 * PAGE);
	munmap(everybodys, 2 * PAGE);
}

static void moves(int file)
{
	char *memory = map(2 * PAGE, PROT_READ, MAP_SHARED, file, PAGE), *moved, *place;

	say_text("before", memory + PAGE);
	place = map(128 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	moved = mremap(memory, 2 * PAGE, 6 * PAGE, MREMAP_MAYMOVE);
	say_text("larger", moved + PAGE);
	say_text("and its end", moved + 5 * PAGE);
	memory = mremap(moved, 6 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place + 64 * PAGE);
	say("where it was to be", memory == place + 64 * PAGE);
	say_text("moved", memory + 2 * PAGE);
	say_text("moved", memory + 4 * PAGE);
	moved = mmap(memory + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, 12 * PAGE);
	say_text("over it", moved);
	say_text("beside it", memory);
	say_refused("two mappings at once", mremap(memory, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE));
	say_text("still", memory + 2 * PAGE);
	munmap(place, 128 * PAGE);
}

static void unlinked(const char *name)
{
	int file = make(name);
	char *memory = map(PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	close(file);
	say("unlink", unlink(name));
	say_text("what is in it", memory + 11 * PAGE);
	memory[0] = 'P';
	say_text("still", memory);
	munmap(memory, 10 * PAGE);
	say_text("the rest", memory + 15 * PAGE);
	munmap(memory + 10 * PAGE, 6 * PAGE);
}

struct work {
	char *memory;
	int number;
};

/* Each adds to words of all pages that are its own. */
static void *work(void *argument)
{
	const struct work *work = argument;

	for (int round = 0; round < 100; round++)
		for (int page = 0; page < PAGES; page++)
			((uint64_t *)(work->memory + page * PAGE))[work->number]++;
	return NULL;
}

static void threads(const char *name)
{
	int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
	pthread_t thread[THREADS];
	struct work works[THREADS];
	uint64_t word, wrong = 0;
	char *memory;

	say("ftruncate", ftruncate(file, PAGES * PAGE));
	memory = map(PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	for (int i = 0; i < THREADS; i++) {
		works[i] = (struct work){ memory, i };
		pthread_create(&thread[i], NULL, work, &works[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	for (int page = 0; page < PAGES; page++)
		for (int i = 0; i < THREADS; i++)
			wrong += pread(file, &word, sizeof(word), page * PAGE + i * 8) != sizeof(word) || word != 100;
	say("words that are wrong", (long)wrong);
	munmap(memory, PAGES * PAGE);
	close(file);
}

static volatile int replacing;

static void *read_pages(void *argument)
{
	const volatile char *memory = argument;
	uintptr_t wrong = 0;

	while (replacing)
		for (int page = 0; page < PAGES; page++) {
			char first = memory[page * PAGE];

			wrong += first && first != 'p';
		}
	return (void *)wrong;
}

/* One mapping takes another one's place; whoever reads meanwhile finds the old or the new one. */
static void replace(char *memory, int file, int round)
{
	enum { SIZE = PAGES * PAGE };
	int flags = MAP_FIXED | (round % 4 == 1 ? MAP_SHARED : MAP_PRIVATE);

	if (round % 4 == 3)
		mremap(map(SIZE, PROT_READ, MAP_SHARED, file, 0), SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, memory);
	else if (mmap(memory, SIZE, PROT_READ | PROT_WRITE, round % 4 == 2 ? flags | MAP_ANONYMOUS : flags, round % 4 == 2 ? -1 : file, 0) != memory)
		say("not replaced", -1);
}

static void replaces(const char *name)
{
	int file = make(name);
	char *memory = map(PAGES * PAGE, PROT_READ, MAP_SHARED, file, 0);
	pthread_t thread[THREADS];
	uintptr_t wrong = 0;
	void *result;

	replacing = 1;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, read_pages, memory);
	for (int round = 0; round < 400; round++)
		replace(memory, file, round);
	replacing = 0;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &result);
		wrong += (uintptr_t)result;
	}
	say("pages that are neither", (long)wrong);
	munmap(memory, PAGES * PAGE);
	close(file);
}

/* Many, so that places in tables come and go. */
static void many(const char *name)
{
	enum { FILES = 400 };
	static char *memory[FILES];
	char other[220];
	long wrong = 0;

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < FILES; i++) {
			int file;

			snprintf(other, sizeof(other), "%s.%d", name, i);
			file = open(other, O_RDWR | O_CREAT | O_TRUNC, 0644);
			wrong += write(file, other, sizeof(other)) != sizeof(other);
			memory[i] = map(PAGE, PROT_READ, MAP_SHARED, file, 0);
			close(file);
		}
		for (int i = 0; i < FILES; i++) {
			snprintf(other, sizeof(other), "%s.%d", name, i);
			wrong += memory[i] == MAP_FAILED || strcmp(memory[i], other) != 0;
			munmap(memory[i], PAGE);
			unlink(other);
		}
	}
	say("files that are wrong", wrong);
}

int main(int count, char **argument)
{
	const char *directory = count > 1 ? argument[1] : ".";
	char name[200];
	int file;

	setvbuf(stdout, NULL, _IOLBF, 0);
	snprintf(name, sizeof(name), "%s/mapped", directory);
	file = make(name);
	private(file);
	shared(file);
	refusals(name, directory);
	calls(name, file);
	parts(name, file);
	forks(file);
	moves(file);
	close(file);
	holes(name);
	unlinked(name);
	threads(name);
	replaces(name);
	many(name);
	say("unlink", unlink(name));
	return 0;
}
