/* linux_init.c - first process on Linux: runs one program and switches the machine off
 * SPDX-License-Identifier: MIT
 * For `rdinit=/bin/linux-init -- /bin/bench ...`, so that a test boots on Linux as it does on Tessera.
 * Prints `linux-init: status N`, the program's exit status, or 128 + the signal that ended it. */
#include "../count/ticks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* What is missing or mounted already does not matter to the tests. */
static void mounts_make(void)
{
	mkdir("/dev", 0755);
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
}

/* The initial file system has no device nodes, so the kernel could not open the console for us. */
static void console_open(void)
{
	int console = open("/dev/console", O_RDWR);

	for (int fd = 0; console >= 0 && fd < 3; fd++)
		if (fd != console)
			dup2(console, fd);
}

static int program_run(char **argv)
{
	char *environment[] = { "PATH=/bin", NULL };
	int status;
	pid_t child = vfork();

	if (child == 0) {
		execve(argv[0], argv, environment);
		dprintf(STDERR_FILENO, "linux-init: could not start %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	while (waitpid(child, &status, 0) != child)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Shows the counter where this kernel's timer interrupt arrives; without a counter, a moment's delay. */
static void ticks_show(void)
{
	unsigned long left = 5000000;

	marker(MARKER_WARM);
	marker(MARKER_TICKS);
	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(left) : : "cc");
	marker(MARKER_END);
}

/* The kernel hands on words that it does not know itself (nokaslr is its loader's): the program is the first path. */
static char **program_find(char **argv)
{
	while (*++argv && **argv != '/')
		;
	return argv;
}

int main(int argc, char **argv)
{
	char **program = program_find(argv);

	(void)argc;
	mounts_make();
	console_open();
	ticks_show();
	if (!*program)
		dprintf(STDERR_FILENO, "linux-init: name a program: rdinit=/bin/linux-init -- /bin/program arguments\n");
	dprintf(STDOUT_FILENO, "linux-init: status %d\n", !*program ? 2 : program_run(program));
	tcdrain(STDOUT_FILENO);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
