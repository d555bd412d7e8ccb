/* files.c - files and directories as a program uses them
 * SPDX-License-Identifier: MIT
 * Usage: files DIRECTORY. Makes and removes a directory there, and prints what each call says: the same as on Linux. Here is what is done with open files; names are
 * in files_names.c, and what a path may end in in paths.c. */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files_names.h"
#include "files_say.h"

static void make_and_read(void)
{
	char text[64] = "";
	int file = (int)say("create", open("a", O_CREAT | O_RDWR | O_EXCL, 0644));

	say("create again", open("a", O_CREAT | O_RDWR | O_EXCL, 0644));
	say("write", write(file, "hello, world\n", 13));
	say("where", lseek(file, 0, SEEK_CUR));
	say("read at the end", read(file, text, 10));
	say("back", lseek(file, 7, SEEK_SET));
	say("read", read(file, text, 60));
	say_text("it", text);
	say("pread", pread(file, text, 5, 0));
	say("beyond the end", pread(file, text, 5, 1000));
	say("before the beginning", pread(file, text, 5, -1));
	say("pwrite", pwrite(file, "HELLO", 5, 0));
	say("pwrite beyond", pwrite(file, "far", 3, 5000));
	say("the end", lseek(file, 0, SEEK_END));
	say("before the beginning", lseek(file, -6000, SEEK_END));
	say("nowhere", lseek(file, 0, 77));
	say("in the hole", pread(file, text, 4, 3000));
	say("zeros", text[0] + text[1] + text[2] + text[3]);
	say("shorter", ftruncate(file, 8));
	say("longer", ftruncate(file, 20));
	memset(text, 'x', sizeof(text));
	say("all", pread(file, text, 60, 0));
	say("zeros behind", text[8] + text[19]);
	say("close", close(file));
	say("close again", close(file));
	say("read closed", read(file, text, 1));
	say_stat("a");
}

static void open_in_ways(void)
{
	char text[16];
	int file;

	say("not there", open("b", O_RDONLY));
	say("directory", open(".", O_RDWR));
	file = open("a", O_RDONLY);
	say("write what is read", write(file, "x", 1));
	say("truncate what is read", ftruncate(file, 0));
	close(file);
	file = open("a", O_WRONLY | O_TRUNC);
	say("read what is written", read(file, text, 1));
	say("empty", lseek(file, 0, SEEK_END));
	close(file);
	file = open("a", O_WRONLY | O_APPEND);
	say("append", write(file, "one ", 4));
	say("append", pwrite(file, "", 0, 0));
	lseek(file, 0, SEEK_SET);
	say("append", write(file, "two", 3));
	say("where", lseek(file, 0, SEEK_CUR));
	close(file);
	say_content("a");
	say("not a directory", open("a/b", O_RDONLY));
	say("only a directory", open("a", O_RDONLY | O_DIRECTORY));
	say("no name", open("", O_RDONLY));
	say("no text", open((char *)1, O_RDONLY));
	say("create below nothing", open("none/b", O_CREAT | O_RDWR, 0600));
	say("create a directory", open("none/", O_CREAT | O_RDWR, 0600));
}

static void write_pieces(void)
{
	struct iovec pieces[4] = { { "one", 3 }, { NULL, 0 }, { ", two", 5 }, { ", three", 7 } };
	char left[6] = "", right[20] = "";
	struct iovec rooms[2] = { { left, 5 }, { right, 19 } };
	int file = open("pieces", O_CREAT | O_RDWR, 0600);

	say("writev", writev(file, pieces, 4));
	say("writev of nothing", writev(file, pieces, 0));
	say("writev of too many", writev(file, pieces, 100000));
	lseek(file, 0, SEEK_SET);
	say("readv", readv(file, rooms, 2));
	say_text("left", left);
	say_text("right", right);
	say("a bad piece", writev(file, (struct iovec[]){ { (void *)8, 4 } }, 1));
	say("where", lseek(file, 0, SEEK_CUR));
	say("no memory to read to", pread(file, (void *)8, 4, 0));
	close(file);
}

/* Memory that ends in the middle: what lies before that counts. */
static void end_in_the_middle(void)
{
	enum { PAGES = 100, PAGE = 4096 };
	char *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int file = open("middle", O_CREAT | O_RDWR, 0600);
	struct stat known;

	say("mapped", memory != MAP_FAILED);
	memset(memory, 'm', PAGES * PAGE);
	say("write", write(file, memory, PAGES * PAGE));
	say("unmap", munmap(memory + 70 * PAGE, PAGE));
	memset(memory, 0, 70 * PAGE);
	say("read", pread(file, memory + 10, PAGES * PAGE - 10, 5));
	say("the last byte", memory[70 * PAGE - 1]);
	say("read across", pread(file, memory + 69 * PAGE, 3 * PAGE, 0));
	say("read to nothing", pread(file, memory + 70 * PAGE, PAGE, 0));
	say("truncate", ftruncate(file, 0));
	say("back", lseek(file, 0, SEEK_SET));
	say("write", write(file, memory + 3, PAGES * PAGE - 3));
	say("where", lseek(file, 0, SEEK_CUR));
	say("write from nothing", write(file, memory + 70 * PAGE, PAGE));
	say("where", lseek(file, 0, SEEK_CUR));
	say("append", fcntl(file, F_SETFL, O_APPEND));
	say("write", write(file, memory + 69 * PAGE + 100, 2 * PAGE));
	say("stat", fstat(file, &known));
	say("size", known.st_size);
	say("where", lseek(file, 0, SEEK_CUR));
	close(file);
	munmap(memory, PAGES * PAGE);
}

static int stepped;

static void *step_on(void *unused)
{
	for (int i = 0; i < 20000; i++)
		lseek(stepped, 1, SEEK_CUR);
	return unused;
}

/* Two threads move the offset of one open file. */
static void step_together(void)
{
	pthread_t other;

	stepped = open("a", O_RDONLY);
	if (pthread_create(&other, NULL, step_on, NULL))
		say("thread", -1);
	step_on(NULL);
	pthread_join(other, NULL);
	say("steps", lseek(stepped, 0, SEEK_CUR));
	say("before the beginning", lseek(stepped, -40001, SEEK_CUR));
	say("too far", lseek(stepped, LONG_MAX, SEEK_CUR));
	close(stepped);
}

/* More than the service takes at once, and read back. */
static void write_much(void)
{
	enum { SIZE = 3000001 };
	unsigned char *out = malloc(SIZE), *in = calloc(1, SIZE);
	int file = open("much", O_CREAT | O_RDWR, 0600);

	for (unsigned i = 0; i < SIZE; i++)
		out[i] = (unsigned char)(i * 31 + i / 4096);
	say("much", write(file, out, SIZE));
	say("read", pread(file, in, SIZE + 0, 0));
	say("the same", memcmp(in, out, SIZE));
	say("in the middle", pread(file, in, 5000, 1234567));
	say("the same", memcmp(in, out + 1234567, 5000));
	say("over pages", pwrite(file, out, 10000, 4090));
	say("read", pread(file, in, 20000, 0));
	say("the same", memcmp(in, out, 4090) || memcmp(in + 4090, out, 10000) || memcmp(in + 14090, out + 14090, 5910));
	say("short", ftruncate(file, 100));
	say("long", ftruncate(file, 1 << 20));
	say("read", pread(file, in, 8192, 0));
	say("zeros", in[100] + in[4095] + in[8191]);
	close(file);
	say("unlink", unlink("much"));
	free(out);
	free(in);
}

static void keep_open(void)
{
	char text[16] = "";
	int file = open("gone", O_CREAT | O_RDWR, 0600);
	struct stat stat;

	say("write", write(file, "still here", 10));
	say("unlink", unlink("gone"));
	say("it has gone", access("gone", F_OK));
	say("read", pread(file, text, 15, 0));
	say_text("it", text);
	say("links", fstat(file, &stat) ? -1 : (long)stat.st_nlink);
	say("another of its name", close(open("gone", O_CREAT | O_WRONLY, 0600)));
	say("size", fstat(file, &stat) ? -1 : (long)stat.st_size);
	say("close", close(file));
	say("unlink", unlink("gone"));
}

static void share_offset(void)
{
	char text[8] = "";
	int file = open("a", O_RDONLY), other = dup(file), third;
	int status;

	say("read", read(file, text, 2));
	say("where the other is", lseek(other, 0, SEEK_CUR));
	if (!fork()) {
		status = (int)read(file, text, 3);
		_exit(status);
	}
	wait(&status);
	say("a child reads", WEXITSTATUS(status));
	say("where it is", lseek(file, 0, SEEK_CUR));
	third = fcntl(file, F_DUPFD, 100);
	say("at least 100", third);
	say("dup2", dup2(file, 100));
	say("dup2 to itself", dup2(100, 100));
	say("dup2 of nothing", dup2(200, 201));
	say("dup2 to nowhere", dup2(100, 100000));
	say("closed by exec", fcntl(100, F_GETFD));
	say("set", fcntl(100, F_SETFD, FD_CLOEXEC));
	say("closed by exec", fcntl(100, F_GETFD));
	say("not the first", fcntl(file, F_GETFD));
	say("flags", fcntl(file, F_GETFL) & O_ACCMODE);
	say("append", fcntl(file, F_SETFL, O_APPEND));
	say("appends", (fcntl(100, F_GETFL) & O_APPEND) != 0);
	say("close", close(100) | close(other) | close(file));
}

static void run_out_of_descriptors(void)
{
	long count = 0;
	int file;

	while ((file = open("a", O_RDONLY)) >= 0 && count < 100000)
		count++;
	say("the last one", file);
	say("some", count > 200);
	for (int i = 3; i < 3 + count; i++)
		close(i);
	say("after all", close(open("a", O_RDONLY)));
}

int main(int argc, char **argv)
{
	if (argc < 2 || chdir(argv[1]) || mkdir("files-test", 0755) || chdir("files-test"))
		return 1;
	umask(022);
	make_and_read();
	open_in_ways();
	write_pieces();
	write_much();
	end_in_the_middle();
	use_directories();
	rename_things();
	keep_open();
	share_offset();
	step_together();
	live_nowhere();
	use_odd_names();
	use_many_names();
	make_names_anew();
	use_paths_at_edges();
	run_out_of_descriptors();
	unlink("a");
	unlink("pieces");
	unlink("middle");
	say_directory(".");
	say("the end", chdir("..") | rmdir("files-test"));
	return 0;
}
