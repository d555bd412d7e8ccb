/* jobs.c - points side by side, each in a process of its own
 * SPDX-License-Identifier: MIT */
#include "jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bind.h"
#include "clock.h"
#include "session.h"

enum { EMULATOR_MIB = 256 }; /* of its own, beside the guest's memory */

unsigned long jobs_memory(void)
{
	FILE *in = fopen("/proc/meminfo", "r");
	unsigned long kib = 0;
	char line[128];

	while (in && !kib && fgets(line, sizeof(line), in))
		if (sscanf(line, "MemAvailable: %lu kB", &kib) != 1)
			kib = 0;
	if (in)
		fclose(in);
	return kib / 1024;
}

unsigned int jobs_default(unsigned long mib)
{
	unsigned long fit = jobs_memory() / (mib + EMULATOR_MIB);
	unsigned int jobs = bind_host_cores() < JOBS_MAX ? bind_host_cores() : JOBS_MAX;

	return fit < 1 ? 1 : fit < jobs ? (unsigned int)fit : jobs;
}

int jobs_begin(struct jobs *jobs, unsigned int room)
{
	struct answer *answers = mmap(NULL, room * sizeof(*answers), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sigset_t signals = session_waited_signals();

	*jobs = (struct jobs){ .room = room, .signals = signalfd(-1, &signals, SFD_CLOEXEC) };
	if (answers == MAP_FAILED || jobs->signals < 0)
		return complain("cannot start boots side by side: %s", strerror(errno));
	for (unsigned int i = 0; i < room; i++)
		jobs->list[i].answer = &answers[i];
	return 0;
}

/* In the child: what it has to say is in its answer. */
static void work(struct job *job, const struct conditions *conditions, const struct point *point, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		point_run(conditions, point, job->answer);
	_exit(0);
}

int jobs_start(struct jobs *jobs, const struct conditions *conditions, const struct point *point, size_t index)
{
	struct job *job = jobs->list;
	pid_t parent = getpid();

	while (job->pid)
		job++;
	memset(job->answer, 0, sizeof(*job->answer));
	job->point = index;
	job->started = clock_seconds();
	job->pid = fork();
	if (!job->pid)
		work(job, conditions, point, parent);
	if (job->pid < 0) {
		job->pid = 0;
		return complain("cannot start a boot: %s", strerror(errno));
	}
	jobs->running++;
	return 0;
}

static struct job *reap(struct jobs *jobs)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG);

	for (unsigned int i = 0; pid > 0 && i < jobs->room; i++) {
		struct job *job = &jobs->list[i];

		if (job->pid != pid)
			continue;
		job->pid = 0;
		jobs->running--;
		job->answer->seconds = clock_seconds() - job->started;
		if (WIFSIGNALED(status)) {
			job->answer->repetitions = 0;
			reason_set(job->answer->reason, "the runner's process for it was ended by signal %d", WTERMSIG(status));
		}
		/* A terminal's Ctrl-C reaches the workers, too, and one of them may be quicker. */
		if (!jobs->interrupted)
			jobs->interrupted = job->answer->interrupted;
		return job;
	}
	return NULL;
}

/* Each worker ends its emulator, and then itself. */
static void end_all(const struct jobs *jobs)
{
	for (unsigned int i = 0; i < jobs->room; i++)
		if (jobs->list[i].pid)
			kill(jobs->list[i].pid, SIGTERM);
}

const struct job *jobs_wait(struct jobs *jobs)
{
	struct pollfd signals = { .fd = jobs->signals, .events = POLLIN };
	struct signalfd_siginfo info;
	struct job *job;

	while (!(job = reap(jobs))) {
		if (!poll(&signals, 1, JOBS_PATIENCE * 1000))
			return NULL;
		if (read(jobs->signals, &info, sizeof(info)) != sizeof(info) || info.ssi_signo == SIGCHLD)
			continue;
		if (!jobs->interrupted)
			jobs->interrupted = (int)info.ssi_signo;
		end_all(jobs);
	}
	return job;
}

void jobs_end(struct jobs *jobs)
{
	end_all(jobs);
	while (jobs->running)
		jobs_wait(jobs);
	munmap(jobs->list[0].answer, jobs->room * sizeof(*jobs->list[0].answer));
	close(jobs->signals);
}
