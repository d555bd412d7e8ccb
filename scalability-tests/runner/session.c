/* session.c - one boot from start to end
 * SPDX-License-Identifier: MIT
 * The loop (session_run) polls; each source has a function that takes what came. How it ended is judged
 * once, at the end, from what was gathered: see judge(). */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "control.h"

enum {
	CHUNK = 16384,
	CONSOLE_KEPT = 4 << 20,     /* of a guest that prints without end, this much is kept for reading results */
	REPORT_GRACE = 10,          /* seconds from a guest's report to its end */
	REPORT_LENGTH = 32,
	ERRORS_LENGTH = 4096,
};

enum source { CONSOLE, ERRORS, REPORT, CONTROL, SIGNALS, KEYBOARD, SOURCES };

struct run {
	const struct session *session;
	struct outcome *outcome;
	struct emulator emulator;
	struct control control;
	struct pollfd poll[SOURCES];
	FILE *log;
	char report[REPORT_LENGTH], errors[ERRORS_LENGTH];
	size_t report_length, errors_length;
	double started, deadline; /* deadline 0: none */
	int reaped, wait_status;
	int interrupted;          /* signal, or 0 */
	int timed_out, bound;
};

sigset_t session_waited_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	return set;
}

void session_signals(void)
{
	sigset_t set = session_waited_signals();

	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void take_console(struct run *run, const char *bytes, size_t length)
{
	struct outcome *outcome = run->outcome;
	size_t kept = outcome->console_length + length > CONSOLE_KEPT ? CONSOLE_KEPT - outcome->console_length : length;
	char *console = realloc(outcome->console, outcome->console_length + kept + 1);

	if (run->session->interactive) {
		fwrite(bytes, 1, length, stdout);
		fflush(stdout);
	}
	if (run->log && kept)
		fwrite(bytes, 1, kept, run->log);
	if (!console)
		return; /* results that are missing are noticed by whoever looks for them */
	memcpy(console + outcome->console_length, bytes, kept);
	outcome->console_length += kept;
	console[outcome->console_length] = 0;
	outcome->console = console;
}

static void keep(char *buffer, size_t size, size_t *length, const char *bytes, size_t more)
{
	size_t kept = more < size - 1 - *length ? more : size - 1 - *length;

	memcpy(buffer + *length, bytes, kept);
	*length += kept;
}

static void take_report(struct run *run, const char *bytes, size_t length)
{
	double end = clock_seconds() + REPORT_GRACE;

	keep(run->report, sizeof(run->report), &run->report_length, bytes, length);
	if (strchr(run->report, '\n') && (!run->deadline || end < run->deadline))
		run->deadline = end;
}

static void take_control(struct run *run, const char *bytes, size_t length)
{
	pid_t threads[MACHINE_CORES_MAX];
	size_t count;

	control_append(&run->control, bytes, length);
	count = run->session->bind && !run->bound ? control_threads(&run->control, threads, MACHINE_CORES_MAX) : 0;
	if (count) {
		run->outcome->binding = bind_threads(threads, count);
		run->bound = 1;
	}
}

static void take_errors(struct run *run, const char *bytes, size_t length)
{
	if (run->session->interactive)
		fwrite(bytes, 1, length, stderr);
	keep(run->errors, sizeof(run->errors), &run->errors_length, bytes, length);
}

static void kill_unless_reaped(struct run *run)
{
	if (!run->reaped)
		emulator_kill(&run->emulator);
}

static void take_signal(struct run *run)
{
	struct signalfd_siginfo info;

	if (read(run->poll[SIGNALS].fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD) {
		if (waitpid(run->emulator.pid, &run->wait_status, WNOHANG) == run->emulator.pid)
			run->reaped = 1;
		return;
	}
	run->interrupted = (int)info.ssi_signo;
	kill_unless_reaped(run);
}

static void take_keys(struct run *run)
{
	char bytes[CHUNK];
	ssize_t length = read(STDIN_FILENO, bytes, sizeof(bytes));

	/* Keys that a guest does not read are dropped once its buffers are full: the runner must stay able to end it. */
	if (length > 0 && (send(run->emulator.input, bytes, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 || errno == EAGAIN))
		return;
	run->poll[KEYBOARD].fd = -1;
	shutdown(run->emulator.input, SHUT_WR);
}

static void take(struct run *run, enum source source)
{
	static void (*const takers[])(struct run *, const char *, size_t) = {
		[CONSOLE] = take_console, [ERRORS] = take_errors, [REPORT] = take_report, [CONTROL] = take_control,
	};
	char bytes[CHUNK];
	ssize_t length;

	if (source == SIGNALS) {
		take_signal(run);
		return;
	}
	if (source == KEYBOARD && run->session->boot.debugged) {
		run->poll[KEYBOARD].fd = -1; /* the debugger is gone */
		kill_unless_reaped(run);
		return;
	}
	if (source == KEYBOARD) {
		take_keys(run);
		return;
	}
	length = read(run->poll[source].fd, bytes, sizeof(bytes));
	if (length > 0)
		takers[source](run, bytes, (size_t)length);
	else if (!length || errno != EINTR)
		run->poll[source].fd = -1;
}

static int patience(const struct run *run)
{
	double left;

	if (!run->deadline)
		return -1;
	left = run->deadline - clock_seconds();
	return left > 0 ? (int)(left * 1000) + 1 : 0;
}

/* Until the emulator is reaped and its last words are read. */
static void wait_for_end(struct run *run)
{
	while (!run->reaped || run->poll[CONSOLE].fd >= 0 || run->poll[ERRORS].fd >= 0 || run->poll[REPORT].fd >= 0) {
		int ready = poll(run->poll, SOURCES, run->timed_out ? -1 : patience(run));

		if (ready < 0 && errno != EINTR)
			break;
		if (!ready) {
			run->timed_out = 1;
			kill_unless_reaped(run);
		}
		for (int i = 0; i < SOURCES && ready > 0; i++)
			if (run->poll[i].revents)
				take(run, (enum source)i);
	}
	if (!run->reaped)
		waitpid(run->emulator.pid, &run->wait_status, 0);
}

/* Reading a terminal from the background would stop the runner. */
static int keyboard_is_ours(void)
{
	return !isatty(STDIN_FILENO) || tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void watch(struct run *run)
{
	sigset_t set = session_waited_signals();
	int fds[SOURCES] = {
		[CONSOLE] = run->emulator.console, [ERRORS] = run->emulator.errors, [REPORT] = run->emulator.report,
		[CONTROL] = run->emulator.control, [SIGNALS] = signalfd(-1, &set, SFD_CLOEXEC),
		[KEYBOARD] = run->session->interactive && keyboard_is_ours() ? STDIN_FILENO : -1,
	};

	for (int i = 0; i < SOURCES; i++)
		run->poll[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	if (run->session->boot.debugged) /* what comes is the emulator's: only its end is ours */
		run->poll[KEYBOARD].events = POLLRDHUP;
}

__attribute__((format(printf, 3, 4)))
static void conclude(struct outcome *outcome, enum ending ending, const char *format, ...)
{
	va_list list;

	outcome->ending = ending;
	va_start(list, format);
	vsnprintf(outcome->reason, sizeof(outcome->reason), format, list);
	va_end(list);
}

/* The emulator's first line that is no warning; its first one if all are. */
static const char *why(const struct run *run)
{
	const char *line = run->errors;

	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *warning = strstr(line, "warning: ");

		if (!warning || warning > line + strcspn(line, "\n"))
			return line;
	}
	return run->errors_length ? run->errors : "it said nothing";
}

static void judge_emulator(const struct run *run, struct outcome *outcome)
{
	const char *words = why(run);
	int length = (int)strcspn(words, "\n");

	if (WIFSIGNALED(run->wait_status))
		conclude(outcome, ENDING_EMULATOR, "the emulator was ended by signal %d (%s): %.*s", WTERMSIG(run->wait_status),
			 strsignal(WTERMSIG(run->wait_status)), length, words);
	else
		conclude(outcome, ENDING_EMULATOR, "the emulator ended with status %d: %.*s", WEXITSTATUS(run->wait_status),
			 length, words);
}

static void judge(struct run *run)
{
	struct outcome *outcome = run->outcome;
	int reported = strchr(run->report, '\n') != NULL;

	if (reported)
		run->report[strcspn(run->report, "\r\n")] = 0;
	outcome->status = reported ? (int)text_number(run->report, 0, 255) : -1;
	if (run->interrupted) {
		conclude(outcome, ENDING_INTERRUPTED, "interrupted by signal %d", run->interrupted);
		outcome->status = run->interrupted;
	} else if (reported && !strcmp(run->report, "panic")) {
		conclude(outcome, ENDING_PANIC, "the kernel panicked; its last lines say why");
	} else if (reported && outcome->status < 0) {
		conclude(outcome, ENDING_EMULATOR, "the guest's report '%s' is neither a status nor panic", run->report);
	} else if (reported && run->timed_out) {
		conclude(outcome, ENDING_TIMEOUT, "the guest reported status %d but did not power off", outcome->status);
	} else if (reported) {
		conclude(outcome, ENDING_REPORTED, "%s", "");
	} else if (run->timed_out) {
		conclude(outcome, ENDING_TIMEOUT, "no end within %u s (TIMEOUT)", run->session->limit);
	} else if (!WIFEXITED(run->wait_status) || WEXITSTATUS(run->wait_status)) {
		judge_emulator(run, outcome);
	} else if (control_was_reset(&run->control)) {
		conclude(outcome, ENDING_RESET, "the guest reset the machine without a report, as a triple fault does");
	} else {
		conclude(outcome, ENDING_POWERED_OFF, "the guest powered off without a report");
	}
}

static void open_log(struct run *run)
{
	char *text;

	run->log = run->session->log ? fopen(run->session->log, "w") : NULL;
	if (run->session->log && !run->log)
		complain("cannot write the log %s: %s; going on without", run->session->log, strerror(errno));
	if (!run->log)
		return;
	text = emulator_command(&run->session->boot);
	fprintf(run->log, "# %s -serial stdio\n", text);
	free(text);
}

static void close_log(struct run *run)
{
	static const char *const names[] = {
		[ENDING_REPORTED] = "program ended", [ENDING_POWERED_OFF] = "powered off", [ENDING_PANIC] = "panic",
		[ENDING_RESET] = "reset", [ENDING_TIMEOUT] = "time limit", [ENDING_INTERRUPTED] = "interrupted",
		[ENDING_EMULATOR] = "emulator",
	};

	if (!run->log)
		return;
	if (run->errors_length)
		fprintf(run->log, "\n# emulator: %s", run->errors);
	fprintf(run->log, "\n# %s, status %d, %.2f s. %s\n", names[run->outcome->ending], run->outcome->status,
		run->outcome->seconds, run->outcome->reason);
	fclose(run->log);
}

int session_run(const struct session *session, struct outcome *outcome)
{
	struct run run = { .session = session, .outcome = outcome, .started = clock_seconds() };

	*outcome = (struct outcome){ 0 };
	if (emulator_start(&run.emulator, &session->boot))
		return -1;
	run.deadline = session->limit ? run.started + session->limit : 0;
	open_log(&run);
	watch(&run);
	if (!session->interactive)
		shutdown(run.emulator.input, SHUT_WR);
	control_ask(run.emulator.control);
	wait_for_end(&run);
	outcome->seconds = clock_seconds() - run.started;
	judge(&run);
	close_log(&run);
	close(run.poll[SIGNALS].fd);
	control_free(&run.control);
	emulator_close(&run.emulator);
	return 0;
}

void outcome_free(struct outcome *outcome)
{
	free(outcome->console);
	outcome->console = NULL;
}
