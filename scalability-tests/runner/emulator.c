/* emulator.c - QEMU as a child process
 * SPDX-License-Identifier: MIT */
#include "emulator.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Both systems get the same processor. `rep` string instructions are counted alike without erms and fsrm,
 * and without monitor an idle core halts, which the emulator can wait for. The emulated processor is AMD's: it tells of
 * dies and shared caches only when it may use leaves that are Intel's alone. */
static const char tcg_processor[] = "max,+pks,-erms,-fsrm,-monitor,x-vendor-cpuid-only=off";
static const char kvm_processor[] = "max,-erms,-fsrm,-monitor";

enum channel { INPUT, CONSOLE, ERRORS, REPORT, CONTROL, PAIRS, DEBUGGER = PAIRS, CHANNELS };

void emulator_arguments(const struct boot *boot, struct words *arguments)
{
	int kvm = !strcmp(boot->accelerator, "kvm");

	words_add(arguments, "qemu-system-x86_64");
	words_add(arguments, "-nodefaults");
	words_add(arguments, "-machine");
	words_add(arguments, boot->preload && boot->machine->nodes == 1 ? "q35,memory-backend=" MACHINE_MEMORY : "q35");
	words_add(arguments, "-accel");
	words_add(arguments, "%s", kvm ? "kvm" : "tcg,thread=multi");
	words_add(arguments, "-cpu");
	words_add(arguments, "%s", kvm ? kvm_processor : tcg_processor);
	machine_arguments(boot->machine, boot->cores, boot->mib, boot->preload ? MEMORY_SHARED : MEMORY_PRIVATE, arguments);
	words_add(arguments, "-kernel");
	words_add(arguments, "%s", boot->kernel);
	if (boot->initrd) {
		words_add(arguments, "-initrd");
		words_add(arguments, "%s", boot->initrd);
	}
	words_add(arguments, "-append");
	words_add(arguments, "%s", boot->append);
	if (boot->plugin) {
		words_add(arguments, "-plugin");
		words_add(arguments, "%s", boot->plugin);
	}
	words_add(arguments, "-device");
	words_add(arguments, "isa-debug-exit,iobase=0xf4,iosize=4");
	words_add(arguments, "-display");
	words_add(arguments, "none");
	words_add(arguments, "-no-reboot");
}

char *emulator_command(const struct boot *boot)
{
	struct words words = { 0 };
	char *text;

	if (boot->preload)
		words_add(&words, "LD_PRELOAD=%s", boot->preload);
	emulator_arguments(boot, &words);
	text = words_join(&words);
	words_free(&words);
	return text;
}

/* One that was built with plugins complains of the file that is not there, any other of the option. */
int emulator_has_plugins(void)
{
	FILE *in = popen("qemu-system-x86_64 -machine none -display none -plugin /nowhere 2>&1", "r");
	char said[4096] = "";
	size_t length = in ? fread(said, 1, sizeof(said) - 1, in) : 0;

	if (in)
		pclose(in);
	said[length] = 0;
	if (strstr(said, "/nowhere"))
		return 0;
	if (strstr(said, "qemu-system-x86_64: not found") || !length)
		return complain("there is no qemu-system-x86_64; install it with: apt-get install qemu-system-x86");
	return complain("this qemu-system-x86_64 was built without plugins, which modes count and model need: take Debian's "
			"(apt-get install qemu-system-x86), or build it with --enable-plugins; MODE=wall does without");
}

static void add_debugger(struct words *arguments, int debugger)
{
	words_add(arguments, "-S");
	words_add(arguments, "-chardev");
	words_add(arguments, "socket,id=debugger,fd=%d", debugger);
	words_add(arguments, "-gdb");
	words_add(arguments, "chardev:debugger");
}

static void add_plumbing(struct words *arguments, int report, int control)
{
	static const char *const fixed[] = { "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console" };

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		words_add(arguments, "%s", fixed[i]);
	words_add(arguments, "-chardev");
	words_add(arguments, "socket,id=report,fd=%d", report);
	words_add(arguments, "-serial");
	words_add(arguments, "chardev:report");
	words_add(arguments, "-chardev");
	words_add(arguments, "socket,id=control,fd=%d", control);
	words_add(arguments, "-mon");
	words_add(arguments, "chardev=control,mode=control");
}

/* In the child. Descriptors above 2 are close-on-exec but for those that QEMU is told the numbers of. */
static void become_emulator(const struct words *arguments, const char *preload, pid_t parent, int theirs[CHANNELS])
{
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(125);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(theirs[INPUT], STDIN_FILENO);
	dup2(theirs[CONSOLE], STDOUT_FILENO);
	dup2(theirs[ERRORS], STDERR_FILENO);
	fcntl(theirs[REPORT], F_SETFD, 0);
	fcntl(theirs[CONTROL], F_SETFD, 0);
	if (theirs[DEBUGGER] >= 0)
		fcntl(theirs[DEBUGGER], F_SETFD, 0);
	if (preload)
		setenv("LD_PRELOAD", preload, 1);
	execvp(arguments->list[0], arguments->list);
	dprintf(STDERR_FILENO, "cannot start %s: %s; install it with: apt-get install qemu-system-x86\n", arguments->list[0],
		strerror(errno));
	_exit(127);
}

static void close_all(int channels[CHANNELS])
{
	for (int i = 0; i < CHANNELS; i++)
		if (channels[i] >= 0)
			close(channels[i]);
}

/* One socket pair a channel: all of them look alike to poll(), and a write to a dead emulator is an error, not a signal.
 * The debugger's is the exception: the emulator gets what standard input is, above the three that it replaces. */
static int open_channels(int ours[CHANNELS], int theirs[CHANNELS], int debugged)
{
	for (int i = 0; i < CHANNELS; i++)
		ours[i] = theirs[i] = -1;
	if (debugged)
		theirs[DEBUGGER] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	for (int i = 0; i < PAIRS; i++) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
			complain("cannot make a channel to the emulator: %s", strerror(errno));
			close_all(ours);
			close_all(theirs);
			return -1;
		}
		ours[i] = pair[0];
		theirs[i] = pair[1];
	}
	return 0;
}

int emulator_start(struct emulator *emulator, const struct boot *boot)
{
	struct words arguments = { 0 };
	int ours[CHANNELS], theirs[CHANNELS];
	pid_t parent = getpid();

	if (open_channels(ours, theirs, boot->debugged))
		return -1;
	emulator_arguments(boot, &arguments);
	add_plumbing(&arguments, theirs[REPORT], theirs[CONTROL]);
	if (boot->debugged)
		add_debugger(&arguments, theirs[DEBUGGER]);
	emulator->pid = fork();
	if (!emulator->pid)
		become_emulator(&arguments, boot->preload, parent, theirs);
	words_free(&arguments);
	close_all(theirs);
	if (emulator->pid < 0) {
		close_all(ours);
		return complain("cannot start the emulator: %s", strerror(errno));
	}
	setpgid(emulator->pid, emulator->pid); /* whoever of the two comes first */
	emulator->input = ours[INPUT];
	emulator->console = ours[CONSOLE];
	emulator->errors = ours[ERRORS];
	emulator->report = ours[REPORT];
	emulator->control = ours[CONTROL];
	return 0;
}

void emulator_kill(const struct emulator *emulator)
{
	kill(-emulator->pid, SIGKILL);
	kill(emulator->pid, SIGKILL); /* should it not have come as far as its group */
}

void emulator_close(struct emulator *emulator)
{
	close_all((int[]){ emulator->input, emulator->console, emulator->errors, emulator->report, emulator->control, -1 });
	*emulator = (struct emulator){ .input = -1, .console = -1, .errors = -1, .report = -1, .control = -1 };
}
