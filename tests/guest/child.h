/* child.h - starts a program as a child and waits for it, with vfork alone
 * SPDX-License-Identifier: MIT
 * No pipes and no fork, so that the tests work on a young system. */
#ifndef GUEST_CHILD_H
#define GUEST_CHILD_H

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child's process id, or -1 with errno: also when the program could not be executed. */
static inline pid_t child_start(const char *path, char *const arguments[])
{
	volatile int error = 0; /* the child shares this memory until it executes or ends */
	char *const environment[] = { NULL };
	pid_t child = vfork();

	if (child == 0) {
		execve(path, arguments, environment);
		error = errno;
		_exit(127);
	}
	if (child > 0 && error) {
		waitpid(child, NULL, 0);
		errno = error;
		return -1;
	}
	return child;
}

/* The exit status, or 128 + signal; -1 with errno when it could not be started. */
static inline int child_run(const char *path, char *const arguments[])
{
	pid_t child = child_start(path, arguments);
	int status;

	if (child < 0)
		return -1;
	while (waitpid(child, &status, 0) != child)
		if (errno != EINTR)
			return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
