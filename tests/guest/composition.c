/* composition.c - /proc/tessera/composition says what the machine is made of, and is a file to read
 * SPDX-License-Identifier: MIT
 * Usage: composition NAME. Prints the file, and compares it with what abi/composition.def has under the name by which the machine was booted. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/service.h"
#include "native_call.h"
#include "pin.h"

#define PATH "/proc/tessera/composition"

enum { TEXT_MOST = 8192, NAME_MOST = 32, OPENS = 300, PATIENCE = 5000 };

static const char *const names[] = {
#define X(name, number, callees, meaning) #name,
#include "abi/server.def"
#undef X
};

/* What the table says, by names. */
static const struct { const char *name; unsigned class; } compositions[] = {
#define COMPOSITION(name, class, meaning) { #name, class },
#include "abi/composition.def"
};
static const struct { const char *composition, *service; unsigned class; } places[] = {
#define PLACE(composition, service, class) { #composition, #service, class },
#include "abi/composition.def"
};
static const struct { const char *image, *service, *joined; } images[] = {
#define IMAGE(name, service, joined, variant, meaning) { #name, #service, #joined },
#include "abi/composition.def"
};
static const struct { const char *composition, *image; } joins[] = {
#define JOIN(composition, image) { #composition, #image },
#include "abi/composition.def"
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct line {
	char name[NAME_MOST], domain[NAME_MOST], why[TEXT_MOST];
	unsigned wanted, class;
	uint64_t ended;
};

static char text[TEXT_MOST];
static size_t length;
static long wrong;

static void expect(const char *what, int64_t found, int64_t expected)
{
	if (found == expected)
		return;
	printf("composition: %s: %jd, not %jd\n", what, (intmax_t)found, (intmax_t)expected);
	wrong++;
}

/* A call's result, which is -1, and why. */
static void expect_error(const char *what, long result, int error)
{
	expect(what, result < 0 ? errno : 0, error);
}

static void expect_text(const char *what, const char *found, const char *expected)
{
	if (!strcmp(found, expected))
		return;
	printf("composition: %s: %s, not %s\n", what, found, expected);
	wrong++;
}

static int must_open(void)
{
	int file = open(PATH, O_RDONLY);

	if (file >= 0)
		return file;
	perror("composition: " PATH);
	exit(1);
}

static const char *domain_of(const char *composition, const char *service)
{
	for (unsigned i = 0; i < COUNT(joins); i++)
		for (unsigned j = 0; j < COUNT(images); j++)
			if (!strcmp(joins[i].composition, composition) && !strcmp(joins[i].image, images[j].image) && !strcmp(images[j].joined, service))
				return images[j].service;
	return service;
}

static unsigned class_of(const char *composition, const char *service)
{
	for (unsigned i = 0; i < COUNT(places); i++)
		if (!strcmp(places[i].composition, composition) && !strcmp(places[i].service, service))
			return places[i].class;
	for (unsigned i = 0; i < COUNT(compositions); i++)
		if (!strcmp(compositions[i].name, composition))
			return compositions[i].class;
	return ~0U;
}

/* The line of a service in a file's text. */
static struct line line_of(const char *from, const char *service)
{
	struct line line = { .wanted = ~0U };

	while ((from = strchr(from, '\n'))) {
		from++;
		if (sscanf(from, "%31s %31s %u %u %" SCNu64 " %[^\n]", line.name, line.domain, &line.wanted, &line.class, &line.ended, line.why) == 6 &&
		    !strcmp(line.name, service))
			return line;
	}
	printf("composition: there is no line of %s\n", service);
	wrong++;
	return line;
}

static void compare(const char *composition)
{
	char first[64];
	size_t lines = 0;

	snprintf(first, sizeof(first), "composition %s\n", composition);
	expect("the first line", strncmp(text, first, strlen(first)), 0);
	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	expect("lines", (int64_t)lines, SERVER_COUNT + 1);
	expect("the last letter", text[length - 1], '\n');
	for (unsigned i = 0; i < SERVER_COUNT; i++) {
		const char *domain = domain_of(composition, names[i]);
		struct line line = line_of(text, names[i]);

		expect_text(names[i], line.domain, domain);
		expect(names[i], line.wanted, class_of(composition, domain));
		expect(names[i], line.class, native_call(NATIVE_server_class, i, 0, 0));
		expect(names[i], !strcmp(line.why, "-"), line.class == line.wanted);
	}
}

/* However it is read, it is the same. */
static void read_it(void)
{
	static char again[TEXT_MOST];
	int file = must_open(), other = dup(file);
	struct iovec pieces[] = { { again, 5 }, { again + 5, 0 }, { again + 5, 20 }, { again + 25, sizeof(again) - 25 } };
	size_t done = 0;

	while (done < length && read(done % 2 ? other : file, again + done, 1) == 1)
		done++;
	expect("letters one by one", (int64_t)done, (int64_t)length);
	expect("what they are", memcmp(again, text, length), 0);
	expect("at the end", read(file, again, sizeof(again)), 0);
	expect("back to the beginning", lseek(other, 0, SEEK_SET), 0);
	memset(again, 0, sizeof(again));
	expect("in pieces", readv(file, pieces, COUNT(pieces)), (int64_t)length);
	expect("what these are", memcmp(again, text, length), 0);
	expect("from somewhere", pread(file, again, 10, 3), 10);
	expect("what is there", memcmp(again, text + 3, 10), 0);
	expect("over the end", pread(file, again, 10, (off_t)length - 4), 4);
	expect("beyond the end", pread(file, again, 10, 1 << 20), 0);
	expect("nothing", pread(file, again, 0, 0), 0);
	expect_error("from before the beginning", pread(file, again, 1, -1), EINVAL);
	expect("the offset after that", lseek(file, 0, SEEK_CUR), (int64_t)length);
	expect("a seek", lseek(file, 7, SEEK_SET), 7);
	expect("one from there", lseek(file, 4, SEEK_CUR), 11);
	expect("a read after it", read(file, again, 3), 3);
	expect("what it finds", memcmp(again, text + 11, 3), 0);
	expect_error("a seek to before the beginning", lseek(file, -1, SEEK_SET), EINVAL);
	expect_error("a seek from the end", lseek(file, 0, SEEK_END), EINVAL);
	expect("a seek beyond it", lseek(file, 1 << 20, SEEK_SET), 1 << 20);
	expect("a read there", read(file, again, 1), 0);
	expect_error("a read to where nothing is", pread(file, (void *)8, 10, 0), EFAULT);
	expect("a close", close(file), 0);
	expect("the other one still", pread(other, again, 1, 0), 1);
	close(other);
	expect_error("a read of neither", read(other, again, 1), EBADF);
}

static void refuse(void)
{
	int file = must_open();
	char letter = 'x';

	expect_error("a write", write(file, &letter, 1), EBADF);
	expect_error("a write somewhere", pwrite(file, &letter, 1, 0), EBADF);
	expect_error("to be written", open(PATH, O_WRONLY), EACCES);
	expect_error("to be read and written", open(PATH, O_RDWR), EACCES);
	expect_error("to be cut off", open(PATH, O_WRONLY | O_TRUNC), EACCES);
	expect_error("to be new", open(PATH, O_RDONLY | O_CREAT | O_EXCL, 0644), EEXIST);
	expect_error("a directory", open(PATH, O_RDONLY | O_DIRECTORY), ENOTDIR);
	expect_error("below it", openat(file, "x", O_RDONLY), ENOTDIR);
	expect_error("a change of directory", fchdir(file), ENOTDIR);
	expect_error("a listing", syscall(SYS_getdents64, file, &letter, 1), ENOTDIR);
	expect_error("another length", ftruncate(file, 0), EINVAL);
	expect_error("for the disk", fsync(file), EINVAL);
	expect_error("no terminal", ioctl(file, TCGETS, &letter), ENOTTY);
	expect_error("a mapping", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED ? -1 : 0, ENODEV);
	expect_error("what is not there", open(PATH "s", O_RDONLY), ENOENT);
	expect_error("nor that", open("/proc/tessera/compositio", O_RDONLY), ENOENT);
	expect("to be read, or made", close(open(PATH, O_RDONLY | O_CREAT, 0644)), 0);
	expect("what may be done", access(PATH, R_OK), 0);
	expect_error("what may not", access(PATH, X_OK), EACCES);
	close(file);
}

static void look_at(const char *what, int result, const struct stat *found)
{
	struct stat root;

	expect(what, result, 0);
	expect("the root", stat("/", &root), 0);
	expect(what, found->st_mode, S_IFREG | 0444);
	expect(what, (int64_t)found->st_nlink, 1);
	expect(what, found->st_size, 0);
	expect(what, found->st_ino != 0 && found->st_dev != root.st_dev, 1);
}

static void look(void)
{
	struct stat found;
	int file = must_open();

	look_at("stat", stat(PATH, &found), &found);
	look_at("lstat", lstat(PATH, &found), &found);
	look_at("fstat", fstat(file, &found), &found);
	look_at("fstatat", fstatat(file, "", &found, AT_EMPTY_PATH), &found);
	close(file);
}

static int64_t call_echo(void)
{
	int64_t result = STATUS_DEAD;

	for (int i = 0; i < PATIENCE && result == STATUS_DEAD; i++) {
		result = ipc_call(SERVER_echo, &(struct words){ { 84 } });
		if (result == STATUS_DEAD)
			usleep(1000);
	}
	return result;
}

static uint64_t ended_of(const char *service)
{
	static char now[TEXT_MOST];
	int file = must_open();
	ssize_t size = read(file, now, sizeof(now) - 1);

	now[size > 0 ? size : 0] = '\0';
	close(file);
	return line_of(now, service).ended;
}

/* Ends are counted, on each core; and an open file stays as it was. */
static void count_ends(void)
{
	int file = must_open(), cores = (int)native_call(NATIVE_core_count, 0, 0, 0);
	static char still[TEXT_MOST];
	uint64_t before = ended_of("echo");

	for (int core = 0; core < cores; core++) {
		pin(core);
		expect("an answer", call_echo(), 42);
		expect("an end", native_call(NATIVE_server_end, SERVER_echo, core, 0), 0);
		expect("no end of what is not there", native_call(NATIVE_server_end, SERVER_clerk, core, 0), 0);
		expect("ends", (int64_t)(ended_of("echo") - before), core + 1);
	}
	expect("ends of another one", (int64_t)ended_of("clerk"), 0);
	expect("what was read before", pread(file, still, sizeof(still), 0), (int64_t)length);
	expect("which is the same", memcmp(still, text, length), 0);
	close(file);
}

/* Open in many processes, and not closed. */
static void share(void)
{
	static int files[OPENS];
	char letter;
	int status;

	for (int i = 0; i < OPENS; i++)
		files[i] = must_open();
	if (fork() == 0) {
		pin((int)native_call(NATIVE_core_count, 0, 0, 0) - 1);
		for (int i = 0; i < OPENS; i += 2)
			close(files[i]);
		_exit(read(files[1], &letter, 1) != 1 || letter != text[0]);
	}
	expect("a child", wait(&status) > 0 ? status : -1, 0);
	expect("its read", lseek(files[1], 0, SEEK_CUR), 1);
	expect("files that it has closed", read(files[0], &letter, 1), 1);
	for (int i = 0; i < OPENS; i += 3)
		close(files[i]);
}

int main(int argc, char **argv)
{
	int file = must_open();

	length = (size_t)read(file, text, sizeof(text) - 1);
	close(file);
	fputs(text, stdout);
	compare(argc > 1 ? argv[1] : "general");
	read_it();
	refuse();
	look();
	count_ends();
	share();
	printf("composition: %d services, %ld wrong\n", SERVER_COUNT, wrong);
	return wrong != 0;
}
