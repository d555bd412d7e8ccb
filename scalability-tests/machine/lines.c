/* lines.c - the directory and the caches under it
 * SPDX-License-Identifier: MIT
 * Records lie as far into one sparse mapping as their lines lie into guest memory, so that finding one is an addition, and
 * the host gives memory only for pages of records that were touched.
 * An access that hits changes nothing and is the common one (lines_hit); all else is here. */
#include "lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "busy.h"
#include "cache.h"
#include "overtaking.h"

enum { WORDS = MACHINE_CORES / 64 };

/* One access that did not hit. */
struct request {
	struct line *line;
	unsigned int core, group;
	uint64_t now, start; /* when it was made; when it is served */
};

struct service {
	uint32_t latency;
	uint32_t busy; /* for how long whatever serves can serve nobody else */
	enum source source;
};

static struct {
	const struct model_machine *machine;
	lines_invalidated_t *invalidated;
	uint32_t *way; /* [groups][groups]: machine_way */
	struct cache private_cache, shared_cache;
	uint64_t cores_of[MACHINE_GROUPS][WORDS];
} directory;

struct line *lines_records;
uint64_t lines_bytes;

static uint32_t way(unsigned int from, unsigned int to)
{
	return directory.way[from * directory.machine->groups + to];
}

static unsigned int group_of(unsigned int core)
{
	return directory.machine->group_of[core];
}

static uint32_t cost(enum cost cost)
{
	return directory.machine->costs[cost];
}

static uint32_t number_of(const struct line *line)
{
	return (uint32_t)(line - lines_records) + 1;
}

static void lines_end(void)
{
	if (lines_records)
		munmap(lines_records, lines_bytes);
	free(directory.way);
	cache_end(&directory.private_cache);
	cache_end(&directory.shared_cache);
	lines_records = NULL;
	lines_bytes = 0;
}

static int groups_start(const struct model_machine *machine)
{
	directory.way = malloc(sizeof(*directory.way) * machine->groups * machine->groups);
	if (!directory.way)
		return -1;
	for (unsigned int i = 0; i < machine->groups; i++)
		for (unsigned int j = 0; j < machine->groups; j++)
			directory.way[i * machine->groups + j] = machine_way(machine, i, j);
	memset(directory.cores_of, 0, sizeof(directory.cores_of));
	for (unsigned int i = 0; i < machine->cores; i++)
		directory.cores_of[machine->group_of[i]][i / 64] |= UINT64_C(1) << i % 64;
	return 0;
}

static int records_start(uint64_t bytes)
{
	void *records = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (records == MAP_FAILED)
		return -1;
	lines_records = records;
	lines_bytes = bytes;
	return 0;
}

int lines_start(const struct model_machine *machine, lines_invalidated_t *invalidated)
{
	lines_end();
	directory.machine = machine;
	directory.invalidated = invalidated;
	queues_start();
	overtaking_start();
	if (groups_start(machine) == 0 && records_start(machine_memory(machine)) == 0 &&
	    cache_start(&directory.private_cache, machine->private_cache, machine->cores) == 0 &&
	    cache_start(&directory.shared_cache, machine->shared_cache, machine->groups) == 0)
		return 0;
	fprintf(stderr, "model: out of host memory for the directory of %ju MiB of guest memory; give the guest less\n",
		(uintmax_t)(machine_memory(machine) >> 20));
	lines_end();
	return -1;
}

static bool core_holds(const struct line *line, unsigned int core)
{
	return line->present[core / 64] >> core % 64 & 1;
}

static bool nobody_holds(const struct line *line)
{
	return !(line->present[0] | line->present[1] | line->present[2] | line->present[3]);
}

static struct cache_tag tag_of(const struct line *line)
{
	return (struct cache_tag){ .number = number_of(line), .version = line->version };
}

/* In its shared cache, or in the private one of a core that would pass it on as fast. */
static bool group_has(const struct line *line, unsigned int group)
{
	const uint64_t *cores = directory.cores_of[group];

	for (unsigned int i = 0; i < WORDS; i++)
		if (line->present[i] & cores[i])
			return true;
	return cache_holds(&directory.shared_cache, group, tag_of(line));
}

static void group_keep(const struct line *line, unsigned int group)
{
	cache_insert(&directory.shared_cache, group, tag_of(line));
}

/* What makes room in a private cache goes to the group's shared one. */
static void core_evict(unsigned int core, uint32_t number)
{
	struct line *line = &lines_records[number - 1];

	if (!core_holds(line, core))
		return;
	line->present[core / 64] &= ~(UINT64_C(1) << core % 64);
	if (line->owner == core + 1)
		line->owner = 0;
	group_keep(line, group_of(core));
}

static void core_fetch(struct line *line, unsigned int core)
{
	uint32_t evicted;

	line->present[core / 64] |= UINT64_C(1) << core % 64;
	evicted = cache_insert(&directory.private_cache, core, (struct cache_tag){ .number = number_of(line) });
	if (evicted)
		core_evict(core, evicted);
}

/* From here on copies in shared caches are void: an owner's first store is not seen. */
static void core_own(struct line *line, unsigned int core)
{
	line->owner = core + 1;
	line->version++;
	line->is_spread = 0;
}

static uint32_t memory_latency(const struct request *request)
{
	uint64_t offset = (uint64_t)(request->line - lines_records) * MACHINE_LINE;
	const struct machine_node *node = directory.machine->node;

	while (offset >= node->bytes)
		offset -= (node++)->bytes;
	return cost(COST_memory) + way(request->group, node->group);
}

/* The group's other cores wait until what is on its way has come. */
static void group_wait(const struct request *request, unsigned int group, uint32_t latency)
{
	interval_occupy(queue_find(number_of(request->line), group), request->now, request->start, latency);
}

/* Another core has it alone: both groups have a copy afterwards. */
static struct service read_from_owner(const struct request *request)
{
	struct line *line = request->line;
	unsigned int giver = group_of(line->owner - 1);
	uint32_t latency = cost(COST_transfer) + way(giver, request->group);

	line->owner = 0;
	line->is_spread = 1;
	group_keep(line, request->group);
	group_wait(request, request->group, latency);
	if (giver == request->group)
		return (struct service){ latency, cost(COST_share), SOURCE_TRANSFER_READ };
	group_keep(line, giver);
	group_wait(request, giver, latency);
	return (struct service){ latency, latency, SOURCE_TRANSFER_READ };
}

static struct service read_from_memory(const struct request *request)
{
	uint32_t latency = memory_latency(request);

	if (!nobody_holds(request->line))
		request->line->is_spread = 1;
	if (request->line->is_spread)
		group_keep(request->line, request->group);
	else
		core_own(request->line, request->core);
	group_wait(request, request->group, latency);
	return (struct service){ latency, latency, SOURCE_MEMORY };
}

/* Tells every other holder of its loss; whether there was one, and how far the farthest of them is. */
static bool invalidate_others(const struct request *request, uint32_t *farthest)
{
	bool any = false;

	*farthest = 0;
	for (unsigned int i = 0; i < WORDS; i++)
		for (uint64_t left = request->line->present[i]; left; left &= left - 1) {
			unsigned int loser = i * 64 + __builtin_ctzll(left);
			uint32_t distance = way(group_of(loser), request->group);

			if (loser == request->core)
				continue;
			any = true;
			if (distance > *farthest)
				*farthest = distance;
			directory.invalidated(loser, request->start);
		}
	return any;
}

/* To write a line that this core does not own: what brings the data, and what takes it from others. */
static struct service service_of_write(const struct request *request)
{
	struct line *line = request->line;
	bool here = core_holds(line, request->core);
	bool near = line->owner || here || group_has(line, request->group);
	uint32_t data = near ? cost(COST_near) : memory_latency(request);
	uint32_t farthest, loss;

	if (!invalidate_others(request, &farthest))
		return (struct service){ data, data, near ? SOURCE_NEAR : SOURCE_MEMORY };
	loss = cost(COST_transfer) + (line->owner ? farthest : farthest / 2);
	if (!line->owner && !here && data > loss)
		loss = data;
	return (struct service){ loss, loss, SOURCE_TRANSFER_WRITE };
}

static struct service write_alone(const struct request *request)
{
	struct service service = service_of_write(request);

	memset(request->line->present, 0, sizeof(request->line->present));
	core_own(request->line, request->core);
	return service;
}

static struct price price_of(const struct request *request, uint32_t latency, enum source source)
{
	uint32_t waited = request->start - request->now;

	if (waited)
		waited += overtaking_delay(request->core, number_of(request->line), request->now, waited);
	return (struct price){ .cycles = waited + latency, .waited = waited, .source = source };
}

/* What the group has, its cores read one after the other; a writer of the line need not wait for them. */
static struct price read_near(struct request *request)
{
	struct line *line = request->line;
	struct interval *queue = queue_find(number_of(line), request->group);

	request->start = interval_start(queue, request->now);
	interval_occupy(queue, request->now, request->start, cost(COST_share));
	if (nobody_holds(line) && !line->is_spread)
		core_own(line, request->core);
	else
		line->is_spread = 1;
	core_fetch(line, request->core);
	return price_of(request, cost(COST_near), SOURCE_NEAR);
}

static struct service serve(const struct request *request, enum access_kind kind)
{
	if (kind != ACCESS_READ)
		return write_alone(request);
	return request->line->owner ? read_from_owner(request) : read_from_memory(request);
}

struct price lines_access(struct line *line, const struct access *access)
{
	struct request request = { .line = line, .core = access->core, .group = group_of(access->core), .now = access->now };
	uint32_t locked = access->kind == ACCESS_ATOMIC ? cost(COST_atomic) : 0;
	struct service service;

	if (lines_hit(line, access->core, access->kind))
		return (struct price){ .cycles = locked, .source = SOURCE_HIT };
	if (access->kind == ACCESS_READ && !line->owner && group_has(line, request.group))
		return read_near(&request);
	request.start = interval_start(&line->busy, access->now);
	service = serve(&request, access->kind);
	interval_occupy(&line->busy, access->now, request.start, service.busy);
	core_fetch(line, access->core);
	return price_of(&request, service.latency + locked, service.source);
}
