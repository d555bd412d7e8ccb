/* describe.c - a machine description read by hwloc
 * SPDX-License-Identifier: MIT
 * A synthetic string (`pack:2 [numa] l3:2 core:4 pu:1`) or the XML that `lstopo machine.xml` wrote.
 * Dies are hwloc's dies or last-level caches, whichever divide a package further; a level that the description
 * leaves out counts once. Nodes are renumbered by their first core; a node without cores (a memory-only
 * one) is left out. Distances are the description's own, scaled to 10 for the local node as ACPI wants it. */
#include "machine.h"

#include <hwloc.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char example[] = "an hwloc synthetic string such as 'pack:2 [numa] l3:2 core:4 pu:1'";

static int too_many(unsigned long cores)
{
	return complain("MACHINE has %lu cores; the emulator takes at most %d (xAPIC): name a smaller one", cores, MACHINE_CORES_MAX);
}

/* The product of all level counts, attributes in parentheses left out: refuses a machine before hwloc builds it. */
static unsigned long synthetic_cores(const char *text)
{
	unsigned long product = 1;
	int depth = 0;

	for (; *text; text++) {
		depth += (*text == '(') - (*text == ')');
		if (!depth && text[0] == ':' && isdigit((unsigned char)text[1])) {
			unsigned long count = strtoul(text + 1, NULL, 10);

			if (count > 1000000 || product * count > 1000000)
				return 1000000;
			product *= count;
		}
	}
	return product;
}

static int is_file(const char *description)
{
	size_t length = strlen(description);

	return strchr(description, '/') || (length > 4 && !strcmp(description + length - 4, ".xml"));
}

int machine_is_plain_file(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISREG(status.st_mode);
}

static int load_xml(hwloc_topology_t topology, const char *description)
{
	return hwloc_topology_set_xml(topology, description) || hwloc_topology_load(topology) ? -1 : 0;
}

/* hwloc 2.9 dereferences null on XML that lacks what it takes for granted: a child tries it first. */
static int xml_is_sound(const char *description)
{
	pid_t child = fork();
	int status = -1;

	if (!child) {
		hwloc_topology_t topology;

		_exit(hwloc_topology_init(&topology) || load_xml(topology, description));
	}
	return child > 0 && waitpid(child, &status, 0) == child && !status;
}

static int load(hwloc_topology_t topology, const char *description)
{
	if (is_file(description)) {
		if (!machine_is_plain_file(description) || access(description, R_OK))
			return complain("MACHINE=%s: no such file below the folder that holds ./tessera; give the XML that lstopo writes, or %s",
					description, example);
		if (!xml_is_sound(description) || load_xml(topology, description))
			return complain("MACHINE=%s is not a topology that hwloc can read; write one with: lstopo machine.xml",
					description);
		return 0;
	}
	if (synthetic_cores(description) > MACHINE_CORES_MAX)
		return too_many(synthetic_cores(description));
	if (hwloc_topology_set_synthetic(topology, description) || hwloc_topology_load(topology))
		return complain("MACHINE='%s' is not understood; give %s, or an XML file", description, example);
	return 0;
}

static unsigned int inside(hwloc_topology_t topology, hwloc_const_cpuset_t set, hwloc_obj_type_t type)
{
	int count = hwloc_get_nbobjs_inside_cpuset_by_type(topology, set, type);

	return count > 0 ? (unsigned int)count : 0;
}

/* The type that parts a package most finely above its cores. */
static hwloc_obj_type_t die_type(hwloc_topology_t topology)
{
	int dies = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_DIE);
	int caches = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_L3CACHE);

	return caches > dies ? HWLOC_OBJ_L3CACHE : HWLOC_OBJ_DIE;
}

/* How many objects of `inner` each `outer` holds: 1 when the description has no such level, 0 when they differ. */
static unsigned int ratio(hwloc_topology_t topology, hwloc_obj_type_t outer, hwloc_obj_type_t inner)
{
	unsigned int outers = (unsigned int)hwloc_get_nbobjs_by_type(topology, outer);
	unsigned int inners = (unsigned int)hwloc_get_nbobjs_by_type(topology, inner);

	if (!inners)
		return 1;
	if (!outers)
		return inners;
	for (unsigned int i = 0; i < outers; i++) {
		hwloc_obj_t object = hwloc_get_obj_by_type(topology, outer, i);

		if (inside(topology, object->cpuset, inner) * outers != inners)
			return 0;
	}
	return inners / outers;
}

static int read_levels(struct machine *machine, hwloc_topology_t topology, const char *description)
{
	hwloc_obj_type_t die = die_type(topology);
	hwloc_obj_type_t package = HWLOC_OBJ_PACKAGE, core = HWLOC_OBJ_CORE;
	unsigned int total = (unsigned int)hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);

	if (total > MACHINE_CORES_MAX)
		return too_many(total);
	/* A level that is not there stands for one object: its contents belong to the next one outwards. */
	if (hwloc_get_nbobjs_by_type(topology, package) < 1)
		package = HWLOC_OBJ_MACHINE;
	machine->packages = (unsigned int)hwloc_get_nbobjs_by_type(topology, package);
	if (hwloc_get_nbobjs_by_type(topology, die) < 1)
		die = package;
	machine->dies = ratio(topology, package, die);
	if (hwloc_get_nbobjs_by_type(topology, core) < 1)
		core = HWLOC_OBJ_PU;
	machine->cores = ratio(topology, die, core);
	machine->threads = ratio(topology, core, HWLOC_OBJ_PU);
	machine->total = machine->packages * machine->dies * machine->cores * machine->threads;
	if (machine->total != total)
		return complain("MACHINE=%s: its packages or dies are not alike, and the emulator can only make equal ones",
				description);
	return 0;
}

/* Numbers nodes by first core; objects[n] is the hwloc node of number n. */
static int read_nodes(struct machine *machine, hwloc_topology_t topology, hwloc_obj_t *objects)
{
	machine->nodes = 0;
	for (unsigned int cpu = 0; cpu < machine->total; cpu++) {
		hwloc_obj_t pu = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PU, cpu);
		hwloc_obj_t node = NULL;
		unsigned int number = 0;

		while ((node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, node)))
			if (hwloc_bitmap_isset(node->cpuset, pu->os_index))
				break;
		while (number < machine->nodes && objects[number] != node)
			number++;
		if (number == MACHINE_NODES_MAX)
			return complain("MACHINE has more than %d NUMA nodes, which is all the emulator takes", MACHINE_NODES_MAX);
		if (number == machine->nodes)
			objects[machine->nodes++] = node;
		machine->node_of[cpu] = number;
	}
	return 0;
}

/* The description's latency matrix, or NULL; the caller releases it. */
static struct hwloc_distances_s *latencies(hwloc_topology_t topology)
{
	struct hwloc_distances_s *matrix = NULL;
	unsigned int count = 1;

	if (hwloc_distances_get_by_type(topology, HWLOC_OBJ_NUMANODE, &count, &matrix, HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0) ||
	    !count)
		return NULL;
	return matrix;
}

static int read_distances(struct machine *machine, hwloc_topology_t topology, hwloc_obj_t *objects)
{
	struct hwloc_distances_s *matrix = latencies(topology);
	int status = 0;

	for (unsigned int from = 0; from < machine->nodes; from++) {
		for (unsigned int to = 0; to < machine->nodes; to++) {
			double value = from == to ? MACHINE_LOCAL_DISTANCE : MACHINE_REMOTE_DISTANCE;
			hwloc_uint64_t there, back, local, ignored;

			if (matrix && !hwloc_distances_obj_pair_values(matrix, objects[from], objects[to], &there, &back) &&
			    !hwloc_distances_obj_pair_values(matrix, objects[from], objects[from], &local, &ignored) && local)
				value = floor((double)there * MACHINE_LOCAL_DISTANCE / (double)local + 0.5);
			if (value < MACHINE_LOCAL_DISTANCE || value > 254)
				status = complain("MACHINE: distance %.0f between nodes %u and %u is outside 10..254 of local", value, from, to);
			machine->distance[from][to] = (unsigned char)value;
		}
	}
	if (matrix)
		hwloc_distances_release(topology, matrix);
	return status;
}

int machine_describe(struct machine *machine, const char *description, unsigned int cores)
{
	hwloc_obj_t objects[MACHINE_NODES_MAX];
	hwloc_topology_t topology;
	int status;

	*machine = (struct machine){ 0 };
	if (!description || !*description) {
		*machine = (struct machine){ .packages = 1, .dies = 1, .cores = cores, .threads = 1, .total = cores, .nodes = 1 };
		return 0;
	}
	hwloc_topology_init(&topology);
	status = load(topology, description);
	if (!status)
		status = read_levels(machine, topology, description);
	if (!status)
		status = read_nodes(machine, topology, objects);
	if (!status)
		status = read_distances(machine, topology, objects);
	hwloc_topology_destroy(topology);
	return status;
}
