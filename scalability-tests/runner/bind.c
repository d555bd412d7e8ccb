/* bind.c - vCPU threads on host cores of their own
 * SPDX-License-Identifier: MIT */
#include "bind.h"

#include <hwloc.h>
#include <hwloc/linux.h>
#include <stdlib.h>

static hwloc_topology_t host(void)
{
	static hwloc_topology_t topology;

	if (!topology && (hwloc_topology_init(&topology) || hwloc_topology_load(topology)))
		abort(); /* hwloc reads /proc and /sys; without them there is no host to speak of */
	return topology;
}

static unsigned int objects(hwloc_obj_type_t type)
{
	int count = hwloc_get_nbobjs_by_type(host(), type);

	return count > 0 ? (unsigned int)count : 0;
}

unsigned int bind_host_threads(void)
{
	return objects(HWLOC_OBJ_PU);
}

unsigned int bind_host_cores(void)
{
	unsigned int cores = objects(HWLOC_OBJ_CORE);

	return cores ? cores : bind_host_threads();
}

int bind_possible(size_t count)
{
	return count <= bind_host_threads();
}

enum binding bind_threads(const pid_t *threads, size_t count)
{
	hwloc_obj_type_t type = count <= objects(HWLOC_OBJ_CORE) ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
	enum binding binding = BOUND;

	if (!bind_possible(count))
		return NOT_ENOUGH_CORES;
	for (size_t i = 0; i < count; i++) {
		hwloc_bitmap_t one = hwloc_bitmap_dup(hwloc_get_obj_by_type(host(), type, (unsigned int)i)->cpuset);

		hwloc_bitmap_singlify(one);
		if (hwloc_linux_set_tid_cpubind(host(), threads[i], one))
			binding = BIND_REFUSED;
		hwloc_bitmap_free(one);
	}
	return binding;
}
