/* modelled.c - which machine MACHINE and COSTS mean
 * SPDX-License-Identifier: MIT */
#include "modelled.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "modelled_file.h"

int modelled_cost_unknown(const char *where, const char *name)
{
	struct words known = { 0 };
	char *list;

	for (enum cost cost = 0; cost < COSTS; cost++)
		words_add(&known, "%s", cost_name(cost));
	list = words_join(&known);
	complain("%s: there is no cost '%s'; there are: %s", where, name, list);
	free(list);
	words_free(&known);
	return -1;
}

/* A name has none of the letters that a topology or the name of an XML file has. */
static int is_name(const char *machine)
{
	return !machine[strcspn(machine, ":/[] ")] && (strlen(machine) < 4 || strcmp(machine + strlen(machine) - 4, ".xml"));
}

static int is_machine_file(const char *machine)
{
	static const char ending[] = ".machine";
	size_t length = strlen(machine);

	return length >= sizeof(ending) && !strcmp(machine + length - sizeof(ending) + 1, ending);
}

static int unknown_machine(const char *name)
{
	struct words known = { 0 };
	struct dirent **entries = NULL;
	int count = scandir(MODELLED_FOLDER, &entries, NULL, alphasort);
	char *list;

	for (int i = 0; i < count; i++) {
		if (is_machine_file(entries[i]->d_name))
			words_add(&known, "%.*s", (int)strcspn(entries[i]->d_name, "."), entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	list = words_join(&known);
	complain("MACHINE=%s: there is no such machine in " MODELLED_FOLDER " (there: %s); give one of those, the name of a file "
		 "NAME.machine (from the folder that holds ./tessera), an hwloc synthetic string such as 'pack:2 [numa] l3:2 core:4 pu:1', or the XML that lstopo writes",
		 name, known.count ? list : "none");
	free(list);
	words_free(&known);
	return -1;
}

/* The file that MACHINE means: its own, or the default's for a mere topology. NULL complained of. */
static char *file_of(const char *machine)
{
	const char *name = *machine && is_name(machine) ? machine : MODELLED_DEFAULT;
	char *file = is_machine_file(machine) ? text_format("%s", machine) : text_format("%s/%s.machine", MODELLED_FOLDER, name);

	if (access(file, R_OK)) {
		unknown_machine(is_machine_file(machine) ? machine : name);
		free(file);
		return NULL;
	}
	return file;
}

static int is_topology(const char *machine)
{
	return *machine && !is_name(machine) && !is_machine_file(machine);
}

/* Figures of other costs are another machine's: its name says so wherever it stands. */
static char *name_of(const char *machine, const char *file, const char *costs)
{
	const char *last = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	const char *with = *costs ? " with " : "";

	if (is_topology(machine))
		return text_format("%s%s%s", strchr(machine, '/') ? strrchr(machine, '/') + 1 : machine, with, costs);
	return text_format("%.*s%s%s", (int)(strlen(last) - strlen(".machine")), last, with, costs);
}

static int override(struct modelled *modelled, const char *costs)
{
	struct words words = { 0 };
	int seen[COSTS] = { 0 }, status = 0;

	words_split(&words, costs);
	for (size_t i = 0; i < words.count && !status; i++) {
		char *equals = strchr(words.list[i], '=');
		long cycles = equals ? text_number(equals + 1, 0, MACHINE_COST) : -1;
		enum cost cost;

		if (equals)
			*equals = 0;
		cost = cost_find(words.list[i]);
		if (cost == COSTS)
			status = modelled_cost_unknown("COSTS", words.list[i]);
		else if (cycles < 0)
			status = complain("COSTS: %s is to be followed by '=' and cycles from 0 to %d", words.list[i], MACHINE_COST);
		else if (seen[cost]++)
			status = complain("COSTS: %s is there twice: keep one", words.list[i]);
		else
			modelled->costs[cost] = (unsigned long)cycles;
	}
	words_free(&words);
	return status;
}

int modelled_read(struct modelled *modelled, const char *machine, const char *costs)
{
	char *file = file_of(machine);
	int status;

	*modelled = (struct modelled){ 0 };
	if (!file)
		return -1;
	status = modelled_file_read(modelled, file) || override(modelled, costs);
	if (!status && is_topology(machine)) {
		free(modelled->topology);
		modelled->topology = text_format("%s", machine);
		modelled->hop_rows = 0;
	}
	modelled->name = name_of(machine, file, costs);
	free(file);
	return status ? -1 : 0;
}

char *modelled_topology(const char *machine)
{
	struct modelled modelled;
	char *topology = NULL;

	if (!*machine || is_topology(machine))
		return text_format("%s", machine);
	if (!modelled_read(&modelled, machine, "")) {
		topology = modelled.topology;
		modelled.topology = NULL;
	}
	modelled_free(&modelled);
	return topology;
}

void modelled_free(struct modelled *modelled)
{
	free(modelled->name);
	free(modelled->topology);
	*modelled = (struct modelled){ 0 };
}
