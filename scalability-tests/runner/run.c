/* run.c - `runner run` and `runner debug`: one boot with its console on the terminal
 * SPDX-License-Identifier: MIT */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modelled.h"
#include "session.h"
#include "settings.h"

enum { LONGEST_LIMIT = 86400 };

/* Cores and topology from SMP and MACHINE: all of the machine's cores unless SMP says fewer. */
static int read_machine(struct machine *machine, unsigned int *cores)
{
	long asked = setting_number(SETTING_SMP, 1, MACHINE_CORES_MAX);
	char *topology = asked < 0 ? NULL : modelled_topology(setting(SETTING_MACHINE));
	int status = topology ? machine_describe(machine, topology, (unsigned int)asked) : -1;

	free(topology);
	if (status)
		return -1;
	*cores = setting_given(SETTING_SMP) || !setting_given(SETTING_MACHINE) ? (unsigned int)asked : machine->total;
	return machine_restrict(machine, *cores);
}

/* `init=/bin/prog -- arguments`, after COMPOSE and APPEND; the caller frees it. */
static char *command_line(void)
{
	const char *given = setting(SETTING_COMPOSE), *compose = *given ? "compose=" : "";
	const char *append = setting(SETTING_APPEND), *blank = *append ? " " : "";
	const char *init = setting_given(SETTING_INIT) || setting_given(SETTING_INITRD) ? setting(SETTING_INIT) : "/bin/true";
	size_t length = strcspn(init, " ");
	const char *arguments = init + length + strspn(init + length, " ");

	if (!*init)
		return text_format("%s%s%s%s", compose, given, *given ? " " : "", append);
	return text_format("%s%s%s%s%sinit=%.*s%s%s", compose, given, *given ? " " : "", append, blank, (int)length, init, *arguments ? " -- " : "", arguments);
}

/* The file of a setting, or BUILD/name when it is not given. */
static char *chosen_file(enum setting which, const char *name)
{
	return setting_given(which) ? text_format("%s", setting(which)) : text_format("%s/%s", setting(SETTING_BUILD), name);
}

static int exit_status(const struct outcome *outcome)
{
	switch (outcome->ending) {
	case ENDING_REPORTED: return outcome->status;
	case ENDING_POWERED_OFF: return setting_given(SETTING_INIT) ? EXIT_MACHINE : 0; /* INIT's status is not known */
	case ENDING_TIMEOUT: return EXIT_TIMEOUT;
	case ENDING_INTERRUPTED: return EXIT_SIGNAL + outcome->status;
	default: return EXIT_MACHINE;
	}
}

static int run_session(struct session *session)
{
	struct outcome outcome;
	int status;

	printf("runner: %u cores, %lu MiB, %s; log in %s\n", session->boot.cores, session->boot.mib, session->boot.accelerator,
	       session->log);
	fflush(stdout);
	if (session_run(session, &outcome))
		return EXIT_MACHINE;
	if (*outcome.reason)
		complain("%s", outcome.reason);
	if (session->bind && outcome.binding == BIND_REFUSED)
		complain("the host did not let vCPUs be bound to cores");
	status = exit_status(&outcome);
	outcome_free(&outcome);
	return status;
}

static int is_socket(int descriptor)
{
	struct stat facts;

	return !fstat(descriptor, &facts) && S_ISSOCK(facts.st_mode);
}

/* Refuses what Tessera could not start from. Another KERNEL has its own kinds of initial file systems, and its own way
 * to find the first program in one. */
static int check_initrd(const char *file)
{
	static const char magic[] = "070701";
	char head[sizeof(magic)] = "";
	struct stat facts;
	FILE *in;

	if (stat(file, &facts))
		return complain("INITRD=%s: no such file", file);
	if (S_ISDIR(facts.st_mode))
		return complain("INITRD=%s is a folder; make a file of it with: find . | cpio -o -H newc", file);
	if (setting_given(SETTING_KERNEL))
		return 0;
	in = fopen(file, "r");
	if (!in)
		return complain("INITRD=%s cannot be read: %s", file, strerror(errno));
	(void)!fread(head, 1, sizeof(magic) - 1, in); /* of a shorter file the head differs, too */
	fclose(in);
	if (strcmp(head, magic))
		return complain("INITRD=%s is not a newc cpio, or is compressed; make one with: cpio -o -H newc", file);
	if (!setting_given(SETTING_INIT) && !strstr(setting(SETTING_APPEND), "init=") && setting_given(SETTING_INITRD))
		return complain("INITRD=%s has no known program to start: name one with INIT=/bin/program", file);
	return 0;
}

/* Refuses what the kernel would refuse, before anything boots. Another KERNEL has its own words. */
static int check_composition(void)
{
	static const char *const names[] = {
#define COMPOSITION(name, class, meaning) #name,
#include "../../abi/composition.def"
	};
	static const char list[] =
#define COMPOSITION(name, class, meaning) " " #name
#include "../../abi/composition.def"
		;
	const char *given = setting(SETTING_COMPOSE);

	if (!*given)
		return 0;
	if (strstr(setting(SETTING_APPEND), "compose="))
		return complain("COMPOSE=%s, and APPEND has a compose= as well: leave one of them out", given);
	if (setting_given(SETTING_KERNEL))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], given))
			return 0;
	return complain("COMPOSE=%s: there is no such composition; there are:%s", given, list);
}

int run(enum run_mode mode)
{
	struct machine machine;
	struct session session = { .interactive = 1, .boot = { .machine = &machine, .debugged = mode == RUN_DEBUGGED } };
	char *kernel = chosen_file(SETTING_KERNEL, "tessera.elf");
	char *initrd = chosen_file(SETTING_INITRD, "initrd.cpio");
	char *append = command_line();
	char *log = text_format("%s/run.log", setting(SETTING_BUILD));
	long limit = setting_given(SETTING_TIMEOUT) ? setting_number(SETTING_TIMEOUT, 1, LONGEST_LIMIT) : 0;
	int status = EXIT_USAGE;

	session.boot.accelerator = setting_accelerator();
	session.boot.kernel = kernel;
	session.boot.initrd = setting_given(SETTING_INITRD) || !access(initrd, R_OK) ? initrd : NULL;
	session.boot.append = append;
	session.log = log;
	session.limit = (unsigned int)(limit > 0 ? limit : 0);
	if (session.boot.debugged && !is_socket(STDIN_FILENO))
		complain("standard input is no debugger's socket; start the debugger with: make debug");
	else if (limit >= 0 && session.boot.accelerator && !check_composition() && !read_machine(&machine, &session.boot.cores)) {
		session.bind = bind_possible(session.boot.cores);
		session.boot.mib = machine_memory(&machine, setting_memory(session.boot.cores));
		mkdir(setting(SETTING_BUILD), 0777);
		if (access(kernel, R_OK))
			complain("there is no kernel %s; build it with: make", kernel);
		else if (session.boot.mib && (!session.boot.initrd || !check_initrd(initrd)))
			status = run_session(&session);
	}
	free(kernel);
	free(initrd);
	free(append);
	free(log);
	return status;
}
